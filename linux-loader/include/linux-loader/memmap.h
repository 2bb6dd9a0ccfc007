/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The memory map that a guest is told: e820 in the zero page, the memory map
 * of PVH, and where placement finds RAM.
 *
 * Entries are sorted, do not overlap, and neighbours of one type are merged.
 * A zeroed struct is an empty map.
 *
 * Threading: a map is used by one thread at a time.
 */
#ifndef LINUX_LOADER_MEMMAP_H
#define LINUX_LOADER_MEMMAP_H

#include <stddef.h>
#include <stdint.h>

#include <linux-loader/api.h>
#include <vm-memory/guest_memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The types of e820 and of PVH, which agree (ACPI 6.5, table 15.2). */
enum vm_load_mem_type {
	VM_LOAD_MEM_RAM = 1,
	VM_LOAD_MEM_RESERVED = 2,
	VM_LOAD_MEM_ACPI = 3, /* ACPI tables, reclaimable */
	VM_LOAD_MEM_NVS = 4,
	VM_LOAD_MEM_UNUSABLE = 5,
	VM_LOAD_MEM_PMEM = 7,
};

struct vm_load_mem_entry {
	uint64_t gpa;
	uint64_t size;
	enum vm_load_mem_type type;
};

/* What the zero page has room for. */
#define VM_LOAD_MEMMAP_MAX 128

/**
 * struct vm_load_memmap - a guest's memory map
 * @count: how many of @entries are in use
 * @entries: by ascending address
 */
struct vm_load_memmap {
	size_t count;
	struct vm_load_mem_entry entries[VM_LOAD_MEMMAP_MAX];
};

/**
 * vm_load_memmap_add - say what a range is
 * @map: the map to change
 * @gpa: first byte of the range
 * @size: its size; 0 is a no-op
 * @type: what it is
 *
 * Whatever the map said of the range before is replaced, so add RAM first and
 * the reserved pieces of it afterwards.
 *
 * Returns:
 *	0 on success
 *	-EOVERFLOW, @gpa + @size wraps past 2^64
 *	-ENOSPC, the result would have more than VM_LOAD_MEMMAP_MAX entries;
 *		@map is unchanged
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_memmap_add(struct vm_load_memmap *map,
						 uint64_t gpa, uint64_t size,
						 enum vm_load_mem_type type);

/**
 * vm_load_memmap_add_memory - say that guest memory is RAM
 * @map: the map to change
 * @mem: guest memory; each of its regions is added
 *
 * Returns:
 *	0 on success
 *	-ENOSPC, the result would have more than VM_LOAD_MEMMAP_MAX entries;
 *		some of the regions have been added
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_memmap_add_memory(
	struct vm_load_memmap *map, const struct vm_mem *mem);

/**
 * vm_load_memmap_has_ram - whether a range is RAM from end to end
 * @map: the map
 * @gpa: first byte of the range
 * @size: its size
 *
 * Returns 1 when each of its bytes is RAM, else 0; a range that wraps is not.
 */
VM_LOAD_API int vm_load_memmap_has_ram(const struct vm_load_memmap *map,
				       uint64_t gpa, uint64_t size);

#ifdef __cplusplus
}
#endif

#endif
