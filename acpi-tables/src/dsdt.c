/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Differentiated System Description Table: ACPI 6.5, section 5.2.11.1. */
#include <errno.h>

#include "internal.h"

/* From revision 2 on integers are 64 bits wide. */
#define DSDT_REVISION 2u

/* Notification of a power button: section 4.8.3.1.1, table 5.167. */
#define NOTIFY_PRESSED 0x80u

static void put_string(struct aml *aml, const char *name, const char *value)
{
	aml_name(aml, name);
	aml_string(aml, value);
}

static void put_integer(struct aml *aml, const char *name, uint64_t value)
{
	aml_name(aml, name);
	aml_integer(aml, value);
}

static void put_eisa_id(struct aml *aml, const char *name, const char *value)
{
	aml_name(aml, name);
	aml_eisa_id(aml, value);
}

/* Section 7.4.2.6: SLP_TYP for the two control registers, and two reserved. */
static void put_s5(struct aml *aml, uint8_t type)
{
	aml_name(aml, "\\_S5");
	aml_package(aml);
	aml_integer(aml, type);
	aml_integer(aml, 0);
	aml_integer(aml, 0);
	aml_integer(aml, 0);
	aml_end(aml);
}

static void put_serial(struct aml *aml, const struct acpi_serial *serial,
		       unsigned int index)
{
	char name[] = "COM1";

	name[3] = (char)('1' + index);
	aml_device(aml, name);
	put_eisa_id(aml, "_HID", "PNP0501");
	put_integer(aml, "_UID", index);
	aml_name(aml, "_CRS");
	aml_resources(aml);
	aml_io(aml, serial->port, SERIAL_PORTS);
	aml_interrupt(aml, serial->irq.gsi, serial->irq.flags);
	aml_end(aml);
	aml_end(aml);
}

/* Sections 5.6.9 and 4.8.3.1.1: an event device that presses the button. */
static void put_power_button(struct aml *aml, const struct acpi_irq *irq)
{
	aml_device(aml, "PWRB");
	put_eisa_id(aml, "_HID", "PNP0C0C");
	put_integer(aml, "_UID", 0);
	aml_end(aml);

	aml_device(aml, "GED");
	put_string(aml, "_HID", "ACPI0013");
	put_integer(aml, "_UID", 0);
	aml_name(aml, "_CRS");
	aml_resources(aml);
	aml_interrupt(aml, irq->gsi, irq->flags);
	aml_end(aml);
	aml_method(aml, "_EVT", 1, true);
	aml_if(aml);
	aml_equal(aml);
	aml_arg(aml, 0);
	aml_integer(aml, irq->gsi);
	aml_notify(aml, "\\_SB.PWRB");
	aml_integer(aml, NOTIFY_PRESSED);
	aml_end(aml);
	aml_end(aml);
	aml_end(aml);
}

static void put_virtio(struct aml *aml, const struct acpi_virtio_mmio *virtio,
		       unsigned int index)
{
	static const char digits[] = "0123456789ABCDEF";
	char name[] = "V000";

	name[1] = digits[index >> 8 & 15];
	name[2] = digits[index >> 4 & 15];
	name[3] = digits[index & 15];
	aml_device(aml, name);
	put_string(aml, "_HID", "LNRO0005");
	put_integer(aml, "_UID", index);
	/* Its DMA is coherent: to the guest the device is a processor. */
	put_integer(aml, "_CCA", 1);
	aml_name(aml, "_CRS");
	aml_resources(aml);
	if (virtio->base + (virtio->size - 1) <= UINT32_MAX)
		aml_memory32_fixed(aml, (uint32_t)virtio->base,
				   (uint32_t)virtio->size);
	else
		aml_qword_memory(aml, virtio->base, virtio->size);
	aml_interrupt(aml, virtio->irq.gsi, virtio->irq.flags);
	aml_end(aml);
	aml_end(aml);
}

static void put_devices(struct aml *aml, const struct acpi_config *config)
{
	aml_scope(aml, "\\_SB");
	for (unsigned int i = 0; i < config->serial_count; i++)
		put_serial(aml, &config->serials[i], i);
	if (config->power_button)
		put_power_button(aml, config->power_button);
	for (unsigned int i = 0; i < config->virtio_count; i++)
		put_virtio(aml, &config->virtio[i], i);
	aml_end(aml);
}

int acpi_dsdt_write(const struct acpi_config *config, void *buf, size_t cap,
		    size_t *ret_len)
{
	struct acpi_table table;
	struct aml aml;
	size_t len;
	int r = acpi_config_check(config);

	if (r)
		return r;
	if (cap < ACPI_HEADER_SIZE)
		return -ENOSPC;
	acpi_table_init(&table, buf, cap, "DSDT", DSDT_REVISION, config->oem);
	aml_init(&aml, table.buf + table.len, table.cap - table.len);
	if (config->sleep_control)
		put_s5(&aml, config->s5_type);
	put_devices(&aml, config);
	r = aml_finish(&aml, &len);
	if (r)
		return r;
	table.len += len;
	return acpi_table_finish(&table, ret_len);
}
