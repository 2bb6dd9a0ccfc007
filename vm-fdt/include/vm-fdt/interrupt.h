/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Interrupt lines as the controllers of virtual machines name them.
 *
 * Threading: as the writer.
 */
#ifndef VM_FDT_INTERRUPT_H
#define VM_FDT_INTERRUPT_H

#include <vm-fdt/property.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a line signals: what Linux calls IRQ_TYPE_*, which most bindings use. */
#define VM_FDT_IRQ_EDGE_RISING	1u
#define VM_FDT_IRQ_EDGE_FALLING 2u
#define VM_FDT_IRQ_LEVEL_HIGH	4u
#define VM_FDT_IRQ_LEVEL_LOW	8u

/* The specifiers of all controllers here fit. */
#define VM_FDT_IRQ_MAX_CELLS 4

/**
 * struct vm_fdt_irq - one interrupt line
 * @parent: phandle of its controller; 0 for the one that the node inherits
 * @count: how many of @cells its controller takes; 0 for no line at all
 * @cells: the specifier, in the form of the controller
 */
struct vm_fdt_irq {
	uint32_t parent;
	uint32_t count;
	uint32_t cells[VM_FDT_IRQ_MAX_CELLS];
};

/**
 * vm_fdt_gic_spi - a shared line of a GIC
 * @spi: number among the shared lines: 0 is INTID 32
 * @type: VM_FDT_IRQ_EDGE_RISING or VM_FDT_IRQ_LEVEL_HIGH
 *
 * Returns: the line, with an inherited controller.
 */
static inline struct vm_fdt_irq vm_fdt_gic_spi(uint32_t spi, uint32_t type)
{
	struct vm_fdt_irq irq = { 0, 3, { 0, spi, type, 0 } };

	return irq;
}

/**
 * vm_fdt_gic_ppi - a line that each CPU has for itself, of a GIC
 * @ppi: number among these lines: 0 is INTID 16
 * @type: VM_FDT_IRQ_*
 * @cpus: for a GICv2 how many CPUs there are, at most 8; for a GICv3 0
 *
 * Returns: the line, with an inherited controller.
 */
static inline struct vm_fdt_irq vm_fdt_gic_ppi(uint32_t ppi, uint32_t type,
					       uint32_t cpus)
{
	uint32_t mask = cpus < 8 ? (1u << cpus) - 1 : 0xff;
	struct vm_fdt_irq irq = { 0, 3, { 1, ppi, mask << 8 | type, 0 } };

	return irq;
}

/**
 * vm_fdt_plic_irq - a source of a PLIC
 * @source: 1 and up
 *
 * Returns: the line, with an inherited controller.
 */
static inline struct vm_fdt_irq vm_fdt_plic_irq(uint32_t source)
{
	struct vm_fdt_irq irq = { 0, 1, { source, 0, 0, 0 } };

	return irq;
}

/**
 * vm_fdt_aplic_irq - a source of an APLIC
 * @source: 1 and up
 * @type: VM_FDT_IRQ_*
 *
 * Returns: the line, with an inherited controller.
 */
static inline struct vm_fdt_irq vm_fdt_aplic_irq(uint32_t source, uint32_t type)
{
	struct vm_fdt_irq irq = { 0, 2, { source, type, 0, 0 } };

	return irq;
}

/**
 * vm_fdt_ioapic_irq - a pin of an I/O APIC
 * @pin: 0 to 23
 * @type: VM_FDT_IRQ_*
 *
 * The cells of this controller count trigger types in an order of their own
 * (Linux, arch/x86/kernel/devicetree.c).
 *
 * Returns: the line, with an inherited controller.
 */
static inline struct vm_fdt_irq vm_fdt_ioapic_irq(uint32_t pin, uint32_t type)
{
	uint32_t order = type == VM_FDT_IRQ_EDGE_RISING	 ? 0
			 : type == VM_FDT_IRQ_LEVEL_LOW	 ? 1
			 : type == VM_FDT_IRQ_LEVEL_HIGH ? 2
							 : 3;
	struct vm_fdt_irq irq = { 0, 2, { pin, order, 0, 0 } };

	return irq;
}

/**
 * vm_fdt_add_irqs - add interrupts, and interrupt-parent where it is given
 * @w: writer
 * @irqs: @count lines of one controller
 * @count: how many; lines whose own count is 0 are left out, and without any
 *	line nothing is added
 *
 * Returns: as vm_fdt_add_prop(); also -EINVAL, the lines have different
 * controllers, or one has more than 4 cells.
 */
VM_FDT_API int vm_fdt_add_irqs(struct vm_fdt_writer *w,
			       const struct vm_fdt_irq *irqs, size_t count);

#ifdef __cplusplus
}
#endif

#endif
