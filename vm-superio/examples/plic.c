/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A UART's line goes through a PLIC to the second of two harts. */
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

/* The irq callback of a struct vm_serial. */
static void uart_irq(void *ctx, bool level)
{
	struct machine *machine = ctx;

	vm_plic_set_level(&machine->plic, UART, level);
}

int main(void)
{
	static const struct vm_plic_ops ops = { set_external };
	struct machine machine = { .external = { false } };
	struct vm_plic *plic = &machine.plic;

	if (vm_plic_init(plic, machine.contexts, HARTS, SOURCES, &ops,
			 &machine))
		return 1;

	/* The guest gives the UART a priority and enables it on hart 1. */
	vm_plic_write(plic, 4 * UART, 1);
	vm_plic_write(plic, 0x2080, 1u << UART);

	uart_irq(&machine, true);
	if (machine.external[0] || !machine.external[1])
		return 1;

	/* Hart 1 claims, serves the UART, and completes. */
	if (vm_plic_read(plic, 0x201004) != UART)
		return 1;
	uart_irq(&machine, false);
	vm_plic_write(plic, 0x201004, UART);
	return machine.external[1];
}
