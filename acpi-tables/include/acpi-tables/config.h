/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The tables of a virtual machine from a plain description: RSDP, XSDT, FADT
 * for hardware-reduced ACPI, MADT and DSDT (ACPI 6.5).
 *
 * Threading: no shared state; a description is only read.
 */
#ifndef ACPI_TABLES_CONFIG_H
#define ACPI_TABLES_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <acpi-tables/aml.h>
#include <acpi-tables/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most of each that the tables can hold. */
#define ACPI_MAX_CPUS	     4096u
#define ACPI_MAX_SERIALS     8u
#define ACPI_MAX_VIRTIO_MMIO 4096u

/* A global system interrupt and how it arrives. */
struct acpi_irq {
	uint32_t gsi;
	unsigned int flags; /* AML_IRQ_EDGE and so on */
};

struct acpi_ioapic {
	uint8_t id;
	uint32_t addr;
	uint32_t gsi_base;
};

/* An ISA interrupt that is not the global system interrupt of its number. */
struct acpi_isa_override {
	uint8_t isa; /* 0 to 15 */
	struct acpi_irq irq;
};

/* A 16550 on eight I/O ports. */
struct acpi_serial {
	uint16_t port;
	struct acpi_irq irq;
};

/* A virtio device with the MMIO transport. */
struct acpi_virtio_mmio {
	uint64_t base;
	uint64_t size;
	struct acpi_irq irq;
};

/**
 * struct acpi_config - what the tables describe
 * @oem: who made them, or NULL
 * @apic_ids: local APIC id of each processor, the boot processor's first
 * @cpu_count: 1 to ACPI_MAX_CPUS
 * @lapic_addr: where each processor sees its local APIC
 * @ioapics: I/O APICs
 * @overrides: interrupt source overrides
 * @has_pic: there is a pair of 8259 as well
 * @sleep_control: I/O port of the sleep control register, or 0 for none
 * @sleep_status: I/O port of the sleep status register, or 0 for none
 * @s5_type: SLP_TYP that switches the machine off, 0 to 7
 * @reset_port: I/O port of the reset register, or 0 for none
 * @reset_value: what resets the machine when written there
 * @has_i8042: the guest may probe for a keyboard controller
 * @has_rtc: the guest may probe for a CMOS real-time clock
 * @serials: COM1 and so on, at most ACPI_MAX_SERIALS
 * @power_button: interrupt of the power button, or NULL for none.  It is the
 *	only one of a generic event device: to press the button, raise it.
 * @virtio: virtio-mmio devices, at most ACPI_MAX_VIRTIO_MMIO
 *
 * Arrays of count 0 may be NULL.  An interrupt that two devices use needs
 * AML_IRQ_SHARED at both, and the same trigger and polarity.
 */
struct acpi_config {
	const struct acpi_oem *oem;

	const uint32_t *apic_ids;
	size_t cpu_count;
	uint32_t lapic_addr;
	const struct acpi_ioapic *ioapics;
	size_t ioapic_count;
	const struct acpi_isa_override *overrides;
	size_t override_count;
	bool has_pic;

	uint16_t sleep_control;
	uint16_t sleep_status;
	uint8_t s5_type;
	uint16_t reset_port;
	uint8_t reset_value;

	bool has_i8042;
	bool has_rtc;
	const struct acpi_serial *serials;
	size_t serial_count;
	const struct acpi_irq *power_button;
	const struct acpi_virtio_mmio *virtio;
	size_t virtio_count;
};

/**
 * acpi_tables_build - all tables, linked to each other
 * @config: what they describe
 * @base: guest-physical address that @buf will be copied to, a multiple of 16
 * @buf: destination; the RSDP is at its start
 * @cap: room in @buf
 * @ret_len: receives how many bytes of @buf the tables take
 *
 * About 700 bytes, and 100 more for each virtio device.  On failure the
 * content of @buf is undefined.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @config contradicts itself or exceeds a limit, or @base is not
 *	a multiple of 16
 *	-EOVERFLOW, the tables would wrap past 2^64
 *	-ENOSPC, the buffer is too small
 */
ACPI_TABLES_API ACPI_TABLES_CHECK int acpi_tables_build(
	const struct acpi_config *config, uint64_t base, void *buf, size_t cap,
	size_t *ret_len);

/**
 * acpi_fadt_write - Fixed ACPI Description Table alone
 * @config: what it describes
 * @dsdt: guest-physical address of the DSDT
 * @buf: destination
 * @cap: room in @buf
 * @ret_len: receives the table's length
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @config contradicts itself or exceeds a limit
 *	-ENOSPC, the buffer is too small
 */
ACPI_TABLES_API ACPI_TABLES_CHECK int acpi_fadt_write(
	const struct acpi_config *config, uint64_t dsdt, void *buf, size_t cap,
	size_t *ret_len);

/**
 * acpi_madt_write - Multiple APIC Description Table alone
 * @config: what it describes
 * @buf: destination
 * @cap: room in @buf
 * @ret_len: receives the table's length
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @config contradicts itself or exceeds a limit
 *	-ENOSPC, the buffer is too small
 */
ACPI_TABLES_API ACPI_TABLES_CHECK int acpi_madt_write(
	const struct acpi_config *config, void *buf, size_t cap,
	size_t *ret_len);

/**
 * acpi_dsdt_write - Differentiated System Description Table alone
 * @config: what it describes
 * @buf: destination
 * @cap: room in @buf
 * @ret_len: receives the table's length
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @config contradicts itself or exceeds a limit
 *	-ENOSPC, the buffer is too small
 */
ACPI_TABLES_API ACPI_TABLES_CHECK int acpi_dsdt_write(
	const struct acpi_config *config, void *buf, size_t cap,
	size_t *ret_len);

#ifdef __cplusplus
}
#endif

#endif
