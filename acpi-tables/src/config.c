/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include "internal.h"

#define APIC_ID_BROADCAST UINT32_MAX

#define ISA_IRQS 16u

#define IRQ_FLAGS (AML_IRQ_EDGE | AML_IRQ_ACTIVE_LOW | AML_IRQ_SHARED)

/* A range of I/O ports or of addresses; empty where size is 0. */
struct range {
	uint64_t base;
	uint64_t size;
};

static bool overlap(struct range a, struct range b)
{
	if (!a.size || !b.size)
		return false;
	return a.base <= b.base ? b.base - a.base < a.size
				: a.base - b.base < b.size;
}

static bool cpus_are_valid(const struct acpi_config *config)
{
	if (!config->cpu_count || config->cpu_count > ACPI_MAX_CPUS)
		return false;
	for (size_t i = 0; i < config->cpu_count; i++) {
		if (config->apic_ids[i] == APIC_ID_BROADCAST)
			return false;
		for (size_t j = 0; j < i; j++)
			if (config->apic_ids[i] == config->apic_ids[j])
				return false;
	}
	return true;
}

static bool interrupt_controllers_are_valid(const struct acpi_config *config)
{
	const struct acpi_isa_override *override;

	for (size_t i = 0; i < config->ioapic_count; i++)
		for (size_t j = 0; j < i; j++)
			if (config->ioapics[i].id == config->ioapics[j].id ||
			    config->ioapics[i].gsi_base ==
				    config->ioapics[j].gsi_base)
				return false;
	for (size_t i = 0; i < config->override_count; i++) {
		override = &config->overrides[i];
		/* Sharing is no property of an interrupt source. */
		if (override->isa >= ISA_IRQS ||
		    override->irq.flags & ~(IRQ_FLAGS & ~AML_IRQ_SHARED))
			return false;
		for (size_t j = 0; j < i; j++)
			if (override->isa == config->overrides[j].isa)
				return false;
	}
	return true;
}

/* The I/O ports by number: the fixed registers, then the serial ports. */
#define FIXED_PORTS 3u
static struct range port_range(const struct acpi_config *config, size_t i)
{
	switch (i) {
	case 0:
		return (struct range){ config->sleep_control,
				       !!config->sleep_control };
	case 1:
		return (struct range){ config->sleep_status,
				       !!config->sleep_status };
	case 2:
		return (struct range){ config->reset_port,
				       !!config->reset_port };
	}
	return (struct range){ config->serials[i - FIXED_PORTS].port,
			       SERIAL_PORTS };
}

static bool ports_are_valid(const struct acpi_config *config)
{
	struct range range;

	/* OSPM needs both registers or takes the machine to have none. */
	if (!config->sleep_control != !config->sleep_status ||
	    config->s5_type > 7 || config->serial_count > ACPI_MAX_SERIALS)
		return false;
	for (size_t i = 0; i < FIXED_PORTS + config->serial_count; i++) {
		range = port_range(config, i);
		if (range.base + range.size > 0x10000)
			return false;
		for (size_t j = 0; j < i; j++)
			if (overlap(range, port_range(config, j)))
				return false;
	}
	return true;
}

static bool windows_are_valid(const struct acpi_config *config)
{
	const struct acpi_virtio_mmio *a, *b;

	if (config->virtio_count > ACPI_MAX_VIRTIO_MMIO)
		return false;
	for (size_t i = 0; i < config->virtio_count; i++) {
		a = &config->virtio[i];
		if (!a->size || a->size - 1 > UINT64_MAX - a->base)
			return false;
		for (size_t j = 0; j < i; j++) {
			b = &config->virtio[j];
			if (overlap((struct range){ a->base, a->size },
				    (struct range){ b->base, b->size }))
				return false;
		}
	}
	return true;
}

/* The interrupts of the devices by number. */
static struct acpi_irq device_irq(const struct acpi_config *config, size_t i)
{
	if (i < config->serial_count)
		return config->serials[i].irq;
	i -= config->serial_count;
	if (i < config->virtio_count)
		return config->virtio[i].irq;
	return *config->power_button;
}

static bool irqs_are_valid(const struct acpi_config *config)
{
	size_t count = config->serial_count + config->virtio_count +
		       !!config->power_button;
	struct acpi_irq a, b;

	for (size_t i = 0; i < count; i++) {
		a = device_irq(config, i);
		if (a.flags & ~IRQ_FLAGS)
			return false;
		for (size_t j = 0; j < i; j++) {
			b = device_irq(config, j);
			if (a.gsi == b.gsi &&
			    (a.flags != b.flags || !(a.flags & AML_IRQ_SHARED)))
				return false;
		}
	}
	return true;
}

int acpi_config_check(const struct acpi_config *config)
{
	/* Counts are checked before the loops over what they count. */
	if (!cpus_are_valid(config) ||
	    !interrupt_controllers_are_valid(config) ||
	    !ports_are_valid(config) || !windows_are_valid(config) ||
	    !irqs_are_valid(config))
		return -EINVAL;
	return 0;
}
