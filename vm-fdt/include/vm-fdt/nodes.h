/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The nodes that every machine has: root, memory, chosen, aliases, buses.
 *
 * Each function writes whole nodes inside the innermost open one.  What a
 * structure leaves zero is left out of the node.  All of them return the error
 * of the writer, as vm_fdt_begin_node() and vm_fdt_add_prop() give it.
 *
 * Threading: as the writer.
 */
#ifndef VM_FDT_NODES_H
#define VM_FDT_NODES_H

#include <vm-fdt/property.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * vm_fdt_begin_root - begin the root, with two address and two size cells
 * @w: writer
 * @model: what the machine is called
 * @compatible: what a driver knows it by, such as "linux,dummy-virt"
 * @interrupt_parent: phandle of the controller of those devices that do not
 *	name one; 0 for none
 *
 * More properties may be added, until its first child begins.
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_begin_root(struct vm_fdt_writer *w, const char *model,
				 const char *compatible,
				 uint32_t interrupt_parent);

/**
 * vm_fdt_begin_bus - begin a simple-bus whose addresses are those of the CPU
 * @w: writer
 * @name: of the node, such as "soc"
 *
 * Its devices are the nodes begun before its vm_fdt_end_node().
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_begin_bus(struct vm_fdt_writer *w, const char *name);

/**
 * vm_fdt_add_memory - add the memory of the machine, a node for each range
 * @w: writer whose innermost node is the root
 * @ranges: @count ranges of RAM
 * @count: how many
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_memory(struct vm_fdt_writer *w,
				 const struct vm_fdt_range *ranges,
				 size_t count);

/**
 * struct vm_fdt_reserved - memory that the kernel leaves alone
 * @name: of its node, without the address
 * @range: where it is
 * @compatible: what it is for, such as "restricted-dma-pool"; NULL for memory
 *	that is only to be left alone
 * @phandle: by which devices refer to it; 0 for none
 * @no_map: the kernel must not even map it
 */
struct vm_fdt_reserved {
	const char *name;
	struct vm_fdt_range range;
	const char *compatible;
	uint32_t phandle;
	bool no_map;
};

/**
 * vm_fdt_add_reserved_memory - add /reserved-memory
 * @w: writer whose innermost node is the root
 * @reserved: @count pieces of memory
 * @count: how many
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_reserved_memory(
	struct vm_fdt_writer *w, const struct vm_fdt_reserved *reserved,
	size_t count);

/**
 * struct vm_fdt_chosen - what the kernel is told for this boot
 * @bootargs: kernel command line
 * @stdout_path: path of the console, with options after a colon
 * @initrd: where the initial RAM disk is; size 0 for none
 * @kaslr_seed: random; moves the kernel
 * @rng_seed: @rng_seed_size random bytes for its random number generator
 * @rng_seed_size: 0 for none
 * @pci_probe_only: the kernel must keep the addresses of PCI devices
 */
struct vm_fdt_chosen {
	const char *bootargs;
	const char *stdout_path;
	struct vm_fdt_range initrd;
	uint64_t kaslr_seed;
	const void *rng_seed;
	size_t rng_seed_size;
	bool pci_probe_only;
};

/**
 * vm_fdt_add_chosen - add /chosen
 * @w: writer whose innermost node is the root
 * @chosen: what to put there
 *
 * Returns: 0, or the error of @w; also -EOVERFLOW, the initial RAM disk wraps.
 */
VM_FDT_API int vm_fdt_add_chosen(struct vm_fdt_writer *w,
				 const struct vm_fdt_chosen *chosen);

/**
 * struct vm_fdt_alias - a short name for a node
 * @name: lower case letters, digits and dashes, such as "serial0"
 * @path: of the node
 */
struct vm_fdt_alias {
	const char *name;
	const char *path;
};

/**
 * vm_fdt_add_aliases - add /aliases
 * @w: writer whose innermost node is the root
 * @aliases: @count names
 * @count: how many
 *
 * That there are nodes at the paths is not checked.
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_aliases(struct vm_fdt_writer *w,
				  const struct vm_fdt_alias *aliases,
				  size_t count);

/**
 * struct vm_fdt_topology - how the CPUs of a machine are grouped
 * @sockets: of the machine
 * @clusters: of each socket
 * @cores: of each cluster
 * @threads: of each core
 *
 * All four 0 for no cpu-map; else their product is the number of CPUs, which
 * are taken in their order.  A single socket and single threads get no level
 * of their own.
 */
struct vm_fdt_topology {
	uint32_t sockets;
	uint32_t clusters;
	uint32_t cores;
	uint32_t threads;
};

#ifdef __cplusplus
}
#endif

#endif
