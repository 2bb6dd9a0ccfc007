/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The tables of a microVM: two processors, COM1, a power button and one
 * virtio-mmio device.  With an argument they are written to that file.
 */
#include <stdio.h>

#include <acpi-tables/config.h>

int main(int argc, char **argv)
{
	static const uint32_t apic_ids[] = { 0, 1 };
	static const struct acpi_ioapic ioapic = { 0, 0xfec00000, 0 };
	static const struct acpi_serial com1 = { 0x3f8, { 4, AML_IRQ_EDGE } };
	static const struct acpi_irq button = { 5, AML_IRQ_EDGE };
	static const struct acpi_virtio_mmio disk = { 0xd0000000,
						      0x1000,
						      { 6, AML_IRQ_EDGE } };
	const struct acpi_config config = {
		.apic_ids = apic_ids,
		.cpu_count = 2,
		.lapic_addr = 0xfee00000,
		.ioapics = &ioapic,
		.ioapic_count = 1,
		.sleep_control = 0x600,
		.sleep_status = 0x601,
		.s5_type = 5,
		.reset_port = 0x64,
		.reset_value = 0xfe,
		.serials = &com1,
		.serial_count = 1,
		.power_button = &button,
		.virtio = &disk,
		.virtio_count = 1,
	};
	uint8_t buf[4096];
	FILE *file;
	size_t len;

	if (acpi_tables_build(&config, 0xe0000, buf, sizeof(buf), &len))
		return 1;
	printf("%zu bytes for guest address 0xe0000\n", len);
	if (argc < 2)
		return 0;
	file = fopen(argv[1], "wb");
	if (!file)
		return 1;
	if (fwrite(buf, 1, len, file) != len) {
		fclose(file);
		return 1;
	}
	return fclose(file) ? 1 : 0;
}
