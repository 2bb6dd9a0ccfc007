/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <acpi-tables/config.h>
#include <errno.h>
#include <vm-memory/guest_memory.h>

#include "message.h"
#include "vmm.h"
#include "x86_layout.h"

static int write_tables(const struct vmm *vmm)
{
	static const struct acpi_ioapic ioapic = { .addr = IOAPIC };
	static const struct acpi_irq power = { POWER_GSI, AML_IRQ_EDGE };
	static const struct acpi_serial com1 = {
		COM1, { CONSOLE_IRQ, AML_IRQ_EDGE }
	};
	struct acpi_virtio_mmio virtio[MAX_DEVICES];
	uint32_t apic_ids[MAX_CPUS];
	struct acpi_config config = {
		.apic_ids = apic_ids,
		.cpu_count = vmm->options->cpus,
		.lapic_addr = LAPIC,
		.ioapics = &ioapic,
		.ioapic_count = 1,
		.sleep_control = ACPI_SLEEP + VM_ACPI_SLEEP_CONTROL,
		.sleep_status = ACPI_SLEEP + VM_ACPI_SLEEP_STATUS,
		.s5_type = ACPI_S5_TYPE,
		.reset_port = I8042 + VM_I8042_COMMAND,
		.reset_value = I8042_RESET,
		.serials = &com1,
		.serial_count = 1,
		.power_button = &power,
		.virtio = virtio,
		.virtio_count = vmm->options->device_count,
	};
	uint8_t tables[16384];
	size_t len;
	int r;

	for (uint32_t i = 0; i < vmm->options->cpus; i++)
		apic_ids[i] = i;
	for (unsigned int i = 0; i < vmm->options->device_count; i++)
		virtio[i] = (struct acpi_virtio_mmio){
			virtio_address(i),
			VM_VIRTIO_MMIO_SIZE,
			{ VIRTIO_IRQ + i, AML_IRQ_EDGE },
		};
	r = acpi_tables_build(&config, ACPI_TABLES, tables, sizeof(tables),
			      &len);
	if (!r)
		r = vm_mem_write(vmm->mem, ACPI_TABLES, tables, len);
	return r;
}

int x86_acpi_write(const struct vmm *vmm)
{
	int r = write_tables(vmm);

	if (r == -EFAULT)
		return fail(EXIT_BAD_CONFIG,
			    "--memory: less than the 1 MiB that the ACPI "
			    "tables need");
	if (r)
		return host_error("ACPI tables", r);
	return OPTIONS_RUN;
}
