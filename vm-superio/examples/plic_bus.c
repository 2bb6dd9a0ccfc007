/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A PLIC between a bus, a device and two harts.  A VMM holds a lock around
 * each call, because several vCPUs and devices make them.
 */
#include <stddef.h>
#include <string.h>

#include <vm-superio/plic.h>

#define HARTS	2
#define SOURCES 31
#define UART	10

struct machine {
	struct vm_plic plic;
	struct vm_plic_context contexts[HARTS];
	bool external[HARTS];
};

static void set_external(void *ctx, unsigned int hart, bool level)
{
	struct machine *machine = ctx;

	machine->external[hart] = level; /* KVM_INTERRUPT on the hart's vCPU */
}

static const struct vm_plic_ops ops = { set_external };

/* This and plic_write() are what a struct vm_bus_ops of vm-device asks for. */
static void plic_read(void *device, uint64_t off, void *data, size_t len)
{
	struct machine *machine = device;
	uint32_t value;

	memset(data, 0, len);
	if (len != sizeof(value))
		return;
	value = vm_plic_read(&machine->plic, (unsigned int)off);
	memcpy(data, &value, sizeof(value));
}

static void plic_write(void *device, uint64_t off, const void *data, size_t len)
{
	struct machine *machine = device;
	uint32_t value;

	if (len != sizeof(value))
		return;
	memcpy(&value, data, sizeof(value));
	vm_plic_write(&machine->plic, (unsigned int)off, value);
}

static void store(struct machine *machine, uint64_t off, uint32_t value)
{
	plic_write(machine, off, &value, sizeof(value));
}

static uint32_t load(struct machine *machine, uint64_t off)
{
	uint32_t value;

	plic_read(machine, off, &value, sizeof(value));
	return value;
}

int main(void)
{
	struct machine machine = { .external = { false } };

	if (vm_plic_init(&machine.plic, machine.contexts, HARTS, SOURCES, &ops,
			 &machine))
		return 1;

	/* The guest gives the UART a priority and enables it on hart 1. */
	store(&machine, 4 * UART, 1);
	store(&machine, 0x2080, 1u << UART);

	/* The irq callback of a struct vm_serial does this. */
	vm_plic_set_level(&machine.plic, UART, true);
	if (machine.external[0] || !machine.external[1])
		return 1;

	/* Hart 1 claims, serves the UART, and completes. */
	if (load(&machine, 0x201004) != UART)
		return 1;
	vm_plic_set_level(&machine.plic, UART, false);
	store(&machine, 0x201004, UART);
	return machine.external[1];
}
