/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Two machines to describe: the least, and one with some of everything. */
#ifndef TESTS_CONFIGS_H
#define TESTS_CONFIGS_H

#include <acpi-tables/config.h>

#define MANY_CPUS 300u

static const uint32_t one_apic_id[] = { 0 };

static const struct acpi_config least_config = {
	.apic_ids = one_apic_id,
	.cpu_count = 1,
	.lapic_addr = 0xfee00000,
};

static inline const struct acpi_config *full_config(void)
{
	static const struct acpi_oem oem = {
		.id = { 'T', 'E', 'S', 'T', 'E', 'R' },
		.table_id = { 'F', 'U', 'L', 'L', 'F', 'U', 'L', 'L' },
		.revision = 0x12345678,
	};
	static const struct acpi_ioapic ioapics[] = {
		{ 1, 0xfec00000, 0 },
		{ 2, 0xfec01000, 24 },
	};
	static const struct acpi_isa_override overrides[] = {
		{ 0, { 2, AML_IRQ_EDGE } },
		{ 9, { 9, AML_IRQ_ACTIVE_LOW } },
	};
	static const struct acpi_serial serials[] = {
		{ 0x3f8, { 4, AML_IRQ_SHARED } },
		{ 0x2f8, { 3, AML_IRQ_EDGE } },
		{ 0x3e8, { 4, AML_IRQ_SHARED } },
	};
	static const struct acpi_irq button = { 5, AML_IRQ_EDGE };
	static const struct acpi_virtio_mmio virtio[] = {
		{ 0xd0000000, 0x1000, { 6, 0 } },
		{ 0xfffff000, 0x1000, { 7, AML_IRQ_EDGE } },
		{ UINT64_C(0x8000000000), 0x200, { 300, 0 } },
		{ UINT64_C(0xfffffffffffff000), 0x1000, { 301, 0 } },
	};
	static uint32_t apic_ids[MANY_CPUS];
	static struct acpi_config config = {
		.oem = &oem,
		.apic_ids = apic_ids,
		.cpu_count = MANY_CPUS,
		.lapic_addr = 0xfee00000,
		.ioapics = ioapics,
		.ioapic_count = 2,
		.overrides = overrides,
		.override_count = 2,
		.has_pic = true,
		.sleep_control = 0x600,
		.sleep_status = 0x601,
		.s5_type = 5,
		.reset_port = 0x64,
		.reset_value = 0xfe,
		.has_i8042 = true,
		.has_rtc = true,
		.serials = serials,
		.serial_count = 3,
		.power_button = &button,
		.virtio = virtio,
		.virtio_count = 4,
	};

	for (uint32_t i = 0; i < MANY_CPUS; i++)
		apic_ids[i] = i;
	return &config;
}

#endif
