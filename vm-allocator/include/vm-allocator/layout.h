/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Layout profiles: what a platform has at fixed addresses, as data.
 *
 * A layout is a constant table of names, address ranges and interrupt lines,
 * one table for each address space of a platform.  Loading it reserves all of
 * it in the allocators, so that what is allocated afterwards cannot collide;
 * whoever describes the platform to the guest (device tree, ACPI, a linker
 * script) reads the same table.
 *
 *	static const struct vm_layout_entry entries[] = {
 *		{ "uart", 0x09000000, 0x1000, 1 },
 *		{ "rtc", 0x09010000, 0x1000, 2 },
 *		{ "ram", 0x40000000, 0x40000000, VM_LAYOUT_NO_IRQ },
 *	};
 *	static const struct vm_layout layout = { entries, 3 };
 *
 *	r = vm_layout_load(&layout, mmio, irqs, &index);
 *
 * Threading: a layout is never written to.  vm_layout_load() needs both
 * allocators to itself.
 */
#ifndef VM_ALLOCATOR_LAYOUT_H
#define VM_ALLOCATOR_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include <vm-allocator/api.h>
#include <vm-allocator/id.h>
#include <vm-allocator/range.h>

#ifdef __cplusplus
extern "C" {
#endif

/** VM_LAYOUT_NO_IRQ - the irq of an entry that has none */
#define VM_LAYOUT_NO_IRQ UINT32_MAX

/**
 * struct vm_layout_entry - one thing at a fixed address
 * @name: what it is: not empty, shorter than VM_RANGE_NAME_SIZE, and unlike
 *	the other names of its layout
 * @base: first address
 * @size: number of addresses, at least 1
 * @irq: its interrupt line in the numbering of the platform, or
 *	VM_LAYOUT_NO_IRQ.  A device with several ranges names its line in one.
 */
struct vm_layout_entry {
	const char *name;
	uint64_t base;
	uint64_t size;
	uint32_t irq;
};

/**
 * struct vm_layout - the fixed addresses of one address space
 * @entries: the table, in any order; must outlive the layout
 * @count: number of entries
 */
struct vm_layout {
	const struct vm_layout_entry *entries;
	size_t count;
};

/**
 * vm_layout_load - reserve all that a layout has
 * @layout: the layout
 * @ranges: where each entry is reserved under its name
 * @irqs: where the interrupt lines are reserved; NULL leaves them out
 * @index: if not NULL, receives on failure the index of the first entry that
 *	could not be loaded, for a message that names it
 *
 * All or nothing: on failure both allocators are as they were.  The entries
 * may collide neither with each other nor with what was allocated before.
 * Names are compared each with each.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, a name is missing, empty or too long, or a size is 0
 *	-EOVERFLOW, the end of an entry is past 2^64
 *	-EEXIST, an entry has the name of an earlier one, overlaps an
 *		allocation, or its line is allocated
 *	-ENOSPC, an entry is not inside the space of @ranges, or its line is
 *		not one that @irqs manages
 *	-ENOMEM, no memory for the records
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_layout_load(
	const struct vm_layout *layout, struct vm_range_allocator *ranges,
	struct vm_id_allocator *irqs, size_t *index);

/**
 * vm_layout_find - the entry of a name
 * @layout: the layout
 * @name: the name
 *
 * Looks at the entries one by one.
 *
 * Returns: the entry, which lives as long as the table; NULL if there is none
 */
VM_ALLOCATOR_API const struct vm_layout_entry *vm_layout_find(
	const struct vm_layout *layout, const char *name);

#ifdef __cplusplus
}
#endif

#endif
