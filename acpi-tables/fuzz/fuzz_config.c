/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Any description of a machine: it is refused, or a guest can walk the tables
 * from the RSDP, each within the buffer and with a good checksum.
 *
 * Input: counts and scalars first, then arrays filled with what follows.
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include <acpi-tables/config.h>

#define CPUS	8u
#define IOAPICS 3u
#define SERIALS 4u
#define VIRTIO	6u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t len;
};

static uint64_t take(struct input *input, size_t bytes)
{
	uint64_t value = 0;

	while (bytes-- && input->len) {
		value = value << 8 | *input->data++;
		input->len--;
	}
	return value;
}

static struct acpi_irq take_irq(struct input *input)
{
	struct acpi_irq irq;

	irq.gsi = (uint32_t)take(input, 1);
	irq.flags = (unsigned int)take(input, 1) & 0x1e;
	return irq;
}

struct machine {
	struct acpi_config config;
	uint32_t apic_ids[CPUS];
	struct acpi_ioapic ioapics[IOAPICS];
	struct acpi_isa_override overrides[IOAPICS];
	struct acpi_serial serials[SERIALS];
	struct acpi_virtio_mmio virtio[VIRTIO];
	struct acpi_irq button;
};

static void take_arrays(struct machine *machine, struct input *input)
{
	for (size_t i = 0; i < CPUS; i++)
		machine->apic_ids[i] = (uint32_t)take(input, 2);
	for (size_t i = 0; i < IOAPICS; i++) {
		machine->ioapics[i].id = (uint8_t)take(input, 1);
		machine->ioapics[i].gsi_base = (uint32_t)take(input, 1);
		machine->overrides[i].isa = (uint8_t)take(input, 1);
		machine->overrides[i].irq = take_irq(input);
	}
	for (size_t i = 0; i < SERIALS; i++) {
		machine->serials[i].port = (uint16_t)take(input, 2);
		machine->serials[i].irq = take_irq(input);
	}
	for (size_t i = 0; i < VIRTIO; i++) {
		machine->virtio[i].base = take(input, 8);
		machine->virtio[i].size = take(input, 2);
		machine->virtio[i].irq = take_irq(input);
	}
	machine->button = take_irq(input);
}

static void take_machine(struct machine *machine, struct input *input)
{
	struct acpi_config *config = &machine->config;

	memset(machine, 0, sizeof(*machine));
	config->cpu_count = take(input, 1) % (CPUS + 1);
	config->ioapic_count = take(input, 1) % (IOAPICS + 1);
	config->override_count = take(input, 1) % (IOAPICS + 1);
	config->serial_count = take(input, 1) % (SERIALS + 1);
	config->virtio_count = take(input, 1) % (VIRTIO + 1);
	config->has_pic = take(input, 1) & 1;
	config->has_i8042 = take(input, 1) & 1;
	config->has_rtc = take(input, 1) & 1;
	config->power_button = take(input, 1) & 1 ? &machine->button : NULL;
	config->sleep_control = (uint16_t)take(input, 2);
	config->sleep_status = (uint16_t)take(input, 2);
	config->s5_type = (uint8_t)take(input, 1);
	config->reset_port = (uint16_t)take(input, 2);
	config->apic_ids = machine->apic_ids;
	config->ioapics = machine->ioapics;
	config->overrides = machine->overrides;
	config->serials = machine->serials;
	config->virtio = machine->virtio;
	take_arrays(machine, input);
}

static uint64_t field(const uint8_t *at, size_t size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | at[size];
	return value;
}

static const uint8_t *check_table(const uint8_t *buf, uint64_t base, size_t len,
				  uint64_t gpa)
{
	const uint8_t *table = buf + (gpa - base);
	uint64_t table_len;

	assert(gpa >= base && gpa - base <= len - ACPI_HEADER_SIZE);
	table_len = field(table + 4, 4);
	assert(table_len >= ACPI_HEADER_SIZE);
	assert(table_len <= len - (gpa - base));
	assert(!acpi_checksum(table, table_len));
	return table;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t buf[4096];
	struct input input = { data, size };
	const uint8_t *fadt, *xsdt;
	struct machine machine;
	uint64_t base;
	size_t cap, len;

	base = take(&input, 8);
	cap = take(&input, 2) % (sizeof(buf) + 1);
	take_machine(&machine, &input);
	if (acpi_tables_build(&machine.config, base, buf, cap, &len))
		return 0;
	assert(len <= cap);
	assert(!acpi_checksum(buf, ACPI_RSDP_SIZE));
	xsdt = check_table(buf, base, len, field(buf + 24, 8));
	fadt = check_table(buf, base, len, field(xsdt + 36, 8));
	check_table(buf, base, len, field(fadt + 140, 8));
	check_table(buf, base, len, field(xsdt + 44, 8));
	return 0;
}
