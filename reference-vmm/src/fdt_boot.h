/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Boots by device tree, which arm64 and riscv64 share. */
#ifndef REFERENCE_VMM_FDT_BOOT_H
#define REFERENCE_VMM_FDT_BOOT_H

#include <linux-loader/fdt_start.h>
#include <vm-fdt/devices.h>
#include <vm-fdt/nodes.h>

struct vmm;

/* Of the interrupt controller that devices refer to. */
#define INTC_PHANDLE 1
#define FREE_PHANDLE 2

/* What only one architecture has; machine.h's machine_start() wants it. */
struct fdt_board {
	uint32_t interrupt_parent; /* of all that name none; 0: they all do */
	struct vm_fdt_range uart;
	struct vm_fdt_irq uart_irq;
	struct vm_fdt_irq (*virtio_line)(const struct vmm *vmm, uint32_t irq);
	/* CPUs, interrupt controller, clock and the like. */
	void (*describe)(struct vmm *vmm, struct vm_fdt_writer *tree);
};

/* Writes the tree to where machine_load() kept room: OPTIONS_RUN or exit code. */
int fdt_boot_write(struct vmm *vmm, const struct fdt_board *board);

#endif
