/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A PCI host bridge.
 *
 * Threading: as the writer.
 */
#ifndef VM_FDT_PCI_H
#define VM_FDT_PCI_H

#include <vm-fdt/interrupt.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which space of the bus a window opens on (IEEE 1275 PCI binding, 2.2.1). */
enum vm_fdt_pci_space {
	VM_FDT_PCI_IO = 1,
	VM_FDT_PCI_MEMORY32 = 2,
	VM_FDT_PCI_MEMORY64 = 3,
};

/**
 * struct vm_fdt_pci_window - addresses that the bridge hands on to the bus
 * @space: where they come out
 * @prefetchable: reading them does not change anything
 * @bus: the first address on the bus
 * @cpu: the range as CPUs see it
 */
struct vm_fdt_pci_window {
	enum vm_fdt_pci_space space;
	bool prefetchable;
	uint64_t bus;
	struct vm_fdt_range cpu;
};

/**
 * struct vm_fdt_pci_line - the interrupt line of a pin of a device
 * @device: number on the first bus, 0 to 31
 * @pin: 1 for INTA to 4 for INTD
 * @irq: the line; its parent must be given
 */
struct vm_fdt_pci_line {
	uint32_t device;
	uint32_t pin;
	struct vm_fdt_irq irq;
};

/**
 * struct vm_fdt_pci_host - a host bridge
 * @config: where the configuration space is
 * @cam: it is laid out in 256 bytes a function (CAM), not in 4096 (ECAM)
 * @domain: number of the bridge among several
 * @first_bus: lowest bus number behind it
 * @last_bus: highest; @config must hold them all
 * @windows: @window_count windows
 * @window_count: how many; not 0
 * @intx: four lines that the pins of all devices share: pin p of device d has
 *	line (d + p - 1) mod 4; their parents must be given.  NULL for none
 * @lines: in place of @intx, @line_count lines of their own
 * @line_count: how many
 * @msi_controller: phandle of what MSIs go to, with the requester id as it is:
 *	an ITS, a GICv2m frame or IMSICs
 * @phandle: by which other nodes refer to the bridge
 */
struct vm_fdt_pci_host {
	struct vm_fdt_range config;
	bool cam;
	uint32_t domain;
	uint32_t first_bus;
	uint32_t last_bus;
	const struct vm_fdt_pci_window *windows;
	size_t window_count;
	const struct vm_fdt_irq *intx;
	const struct vm_fdt_pci_line *lines;
	size_t line_count;
	uint32_t msi_controller;
	uint32_t phandle;
};

/**
 * vm_fdt_add_pci_host - add a bridge (Linux, pci/host-generic-pci.yaml)
 * @w: writer
 * @host: what it is like
 *
 * The controllers of its lines must be in the tree already: how they are
 * addressed is part of each line.
 *
 * Returns: 0, or the error of @w; also -EINVAL, the bus numbers are out of
 * order or above 255, the configuration space is too small for them, there is
 * no window, a device or pin does not exist or a line has more than 4 cells,
 * and -ENOENT, the controller of a line is not in the tree yet.
 */
VM_FDT_API int vm_fdt_add_pci_host(struct vm_fdt_writer *w,
				   const struct vm_fdt_pci_host *host);

#ifdef __cplusplus
}
#endif

#endif
