/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Looking into a range allocator: find, walk, count, describe.
 *
 * What these functions give is a copy, so it stays valid whatever happens to
 * the allocator.
 *
 * Threading: all of them may run at the same time as each other, and none at
 * the same time as a call that changes the allocator.
 */
#ifndef VM_ALLOCATOR_RANGE_INFO_H
#define VM_ALLOCATOR_RANGE_INFO_H

#include <stddef.h>
#include <stdint.h>

#include <vm-allocator/api.h>
#include <vm-allocator/range.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_range_info - one allocation
 * @base: first address
 * @size: number of addresses
 * @name: what it is for; "" if it was given no name
 */
struct vm_range_info {
	uint64_t base;
	uint64_t size;
	char name[VM_RANGE_NAME_SIZE];
};

/**
 * struct vm_range_stats - how full an allocator is
 * @used: addresses that are allocated
 * @unused: addresses that are not
 * @largest_gap: length of the longest run of unused addresses
 * @count: number of allocations
 */
struct vm_range_stats {
	uint64_t used;
	uint64_t unused;
	uint64_t largest_gap;
	size_t count;
};

/**
 * vm_range_find - the allocation that an address belongs to
 * @allocator: the allocator
 * @address: the address
 * @ret_info: the allocation
 *
 * Returns:
 *	0 on success
 *	-ENOENT, @address is in no allocation
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_range_find(
	const struct vm_range_allocator *allocator, uint64_t address,
	struct vm_range_info *ret_info);

/**
 * vm_range_next - the next allocation in order of address
 * @allocator: the allocator
 * @info: the allocation to go on from, replaced by the next one.  If its size
 *	is 0, the next one is the first.
 *
 *	struct vm_range_info info = { 0 };
 *
 *	while (!vm_range_next(allocator, &info))
 *		printf("%s\n", info.name);
 *
 * The allocator may be changed between two calls, also by a release of @info:
 * what is found is the first allocation that ends behind @info.
 *
 * Returns:
 *	0 on success
 *	-ENOENT, there is none; @info is as it was
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_range_next(
	const struct vm_range_allocator *allocator, struct vm_range_info *info);

/**
 * vm_range_next_gap - the next run of unused addresses
 * @allocator: the allocator
 * @gap: the gap to go on from, replaced by the next one.  If its size is 0,
 *	the next one is the first.
 *
 * Returns:
 *	0 on success
 *	-ENOENT, there is none; @gap is as it was
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_range_next_gap(
	const struct vm_range_allocator *allocator, struct vm_range *gap);

/**
 * vm_range_get_space - the addresses that an allocator manages
 * @allocator: the allocator
 *
 * Returns: base and size as given to vm_range_new()
 */
VM_ALLOCATOR_API struct vm_range vm_range_get_space(
	const struct vm_range_allocator *allocator);

/**
 * vm_range_get_stats - how full an allocator is
 * @allocator: the allocator
 *
 * Takes constant time.
 *
 * Returns: the figures
 */
VM_ALLOCATOR_API struct vm_range_stats vm_range_get_stats(
	const struct vm_range_allocator *allocator);

/**
 * vm_range_dump - describe the allocations as text
 * @allocator: the allocator
 * @buffer: where the text goes; may be NULL if @size is 0
 * @size: bytes in @buffer.  If not 0, the text is cut to @size - 1 bytes and
 *	ends with a NUL.
 *
 * One line for each allocation, in order of address:
 *
 *	0x00000000c0000000-0x00000000c0000fff 4 KiB virtio-blk0
 *
 * An allocation without a name shows "-", and a byte of a name that is not
 * printable ASCII shows as '?', so that a line is a line.  Takes O(n log n)
 * steps.
 *
 * Returns: the length of the whole text without its NUL, so @size was enough
 * if this is less than @size
 */
VM_ALLOCATOR_API size_t vm_range_dump(
	const struct vm_range_allocator *allocator, char *buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif
