/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Address ranges: which parts of an address space are taken, and by whom.
 *
 * A range allocator manages one space [base, base + size), such as the MMIO
 * hole below 4 GiB or the 64 Ki I/O ports of x86, and hands out ranges that
 * never overlap.  It never touches the addresses it manages.
 *
 *	struct vm_range_request request = {
 *		.size = 0x1000, .align = 0x1000, .name = "virtio-blk0",
 *	};
 *	struct vm_range_allocator *mmio;
 *	uint64_t base;
 *	int r;
 *
 *	r = vm_range_new(0xc0000000, 0x20000000, NULL, &mmio);
 *	if (!r)
 *		r = vm_range_alloc(mmio, &request, &base);
 *
 * What an allocator answers depends on the set of its allocations alone, not
 * on how it came about: an allocator rebuilt from a saved list with
 * vm_range_reserve() makes the same decisions as the one that was saved.
 *
 * Cost: with n allocations each function takes O(log n) steps, save those
 * that say otherwise.  The records take 80 to 160 bytes for each of the most
 * allocations there ever were, and are given back by vm_range_free().  There
 * is room for 2^31 of them.  A function that fails changes nothing.
 *
 * Alignment: the search looks only at gaps that are long enough.  When an
 * alignment makes it pass over more than eight of them in a row because no
 * aligned range fits, the allocator adds an index of its gaps for that
 * alignment: one pass over all allocations and 8 bytes for each, at most once
 * for each of the 63 alignments above 1.  From then on a search with that
 * alignment takes O(log n) steps whatever the gaps look like, and each change
 * of the allocator costs one more comparison a level of its tree.
 *
 * Threading: functions that take the allocator by a pointer to const may run
 * at the same time as each other; every other call needs the allocator to
 * itself.  Different allocators are independent.
 */
#ifndef VM_ALLOCATOR_RANGE_H
#define VM_ALLOCATOR_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vm-allocator/api.h>
#include <vm-allocator/memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/** VM_RANGE_NAME_SIZE - bytes that a name may take, its NUL included */
#define VM_RANGE_NAME_SIZE 32

/** struct vm_range_allocator - an address space and its allocations */
struct vm_range_allocator;

/**
 * struct vm_range - the addresses from @base to @base + @size - 1
 * @base: first address
 * @size: number of addresses; a range of size 0 holds none
 *
 * A range may end with the last address, 2^64 - 1: then @base + @size is 2^64
 * and does not fit in 64 bits, so reckon with vm_range_last().
 */
struct vm_range {
	uint64_t base;
	uint64_t size;
};

/**
 * vm_range_last - the last address of a range
 * @range: a range that is not empty
 *
 * Returns: the address
 */
static inline uint64_t vm_range_last(struct vm_range range)
{
	return range.base + (range.size - 1);
}

/**
 * vm_range_has - whether an address lies in a range
 * @range: the range, possibly empty
 * @address: the address
 *
 * Returns: true if it does
 */
static inline bool vm_range_has(struct vm_range range, uint64_t address)
{
	return address - range.base < range.size;
}

/**
 * vm_range_contains - whether one range lies in another
 * @outer: the range that may contain
 * @inner: the range that may be contained; an empty one is in no range
 *
 * Returns: true if each address of @inner is one of @outer
 */
static inline bool vm_range_contains(struct vm_range outer,
				     struct vm_range inner)
{
	return inner.size && vm_range_has(outer, inner.base) &&
	       inner.size <= outer.size - (inner.base - outer.base);
}

/**
 * vm_range_overlaps - whether two ranges share an address
 * @a: one range
 * @b: the other; an empty one overlaps nothing
 *
 * Returns: true if they do
 */
static inline bool vm_range_overlaps(struct vm_range a, struct vm_range b)
{
	return a.size && b.size &&
	       (vm_range_has(a, b.base) || vm_range_has(b, a.base));
}

/**
 * enum vm_range_policy - where to look for a range
 * @VM_RANGE_FIRST: the lowest place that fits
 * @VM_RANGE_LAST: the highest place that fits
 * @VM_RANGE_EXACT: only at the address in the request
 */
enum vm_range_policy {
	VM_RANGE_FIRST,
	VM_RANGE_LAST,
	VM_RANGE_EXACT,
};

/**
 * struct vm_range_request - what is asked of vm_range_alloc()
 * @size: number of addresses, at least 1
 * @align: the first address is a multiple of this power of two; 0 means 1
 * @policy: where to look; zero is VM_RANGE_FIRST
 * @exact: with VM_RANGE_EXACT, the first address; else not looked at
 * @within: the result lies inside this range, for example { 0, 1ULL << 32 }
 *	for below 4 GiB.  It may reach beyond the allocator's space.  With
 *	@within.size 0 the whole space is meant.
 * @name: what the range is for, copied; shorter than VM_RANGE_NAME_SIZE.
 *	NULL means no name.  Names need not be unique.
 */
struct vm_range_request {
	uint64_t size;
	uint64_t align;
	enum vm_range_policy policy;
	uint64_t exact;
	struct vm_range within;
	const char *name;
};

/**
 * vm_range_new - make an allocator with nothing allocated
 * @base: first address of the space
 * @size: number of addresses; the last may be 2^64 - 1
 * @memory: where to keep its records, copied; NULL for the C library's heap
 * @ret_allocator: the allocator, to be freed with vm_range_free()
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @size is 0, or @memory has no function
 *	-EOVERFLOW, @base + @size is past 2^64
 *	-ENOMEM, no memory
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_range_new(
	uint64_t base, uint64_t size, const struct vm_allocator_memory *memory,
	struct vm_range_allocator **ret_allocator);

/**
 * vm_range_free - free an allocator with all its allocations
 * @allocator: the allocator, or NULL
 */
VM_ALLOCATOR_API void vm_range_free(struct vm_range_allocator *allocator);

/**
 * vm_range_alloc - allocate a range
 * @allocator: the allocator
 * @request: what is wanted; borrowed for the call
 * @ret_base: first address of the range
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the size is 0; the alignment is not a power of two; the policy
 *		is none of the three; the exact address is not aligned; or the
 *		name is too long
 *	-EOVERFLOW, the exact address + size, or the end of the range to look
 *		in, is past 2^64
 *	-EEXIST, the exact range overlaps an allocation
 *	-ENOSPC, nothing that fits is free; or the exact range is not inside
 *		the space and the range to look in
 *	-ENOMEM, no memory for the records
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_range_alloc(
	struct vm_range_allocator *allocator,
	const struct vm_range_request *request, uint64_t *ret_base);

/**
 * vm_range_reserve - allocate a range at a known address
 * @allocator: the allocator
 * @base: first address
 * @size: number of addresses
 * @name: as in struct vm_range_request
 *
 * The same as vm_range_alloc() with VM_RANGE_EXACT and no alignment: for what
 * the platform has at fixed addresses, and to rebuild a saved allocator.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @size is 0 or @name is too long
 *	-EOVERFLOW, @base + @size is past 2^64
 *	-EEXIST, the range overlaps an allocation
 *	-ENOSPC, the range is not inside the space
 *	-ENOMEM, no memory for the records
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_range_reserve(
	struct vm_range_allocator *allocator, uint64_t base, uint64_t size,
	const char *name);

/**
 * vm_range_release - give one whole allocation back
 * @allocator: the allocator
 * @base: its first address
 * @size: its size
 *
 * A range that was already released, was never allocated, or is more or less
 * than one allocation is refused.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @size is 0
 *	-EOVERFLOW, @base + @size is past 2^64
 *	-ENOENT, the range is not exactly one allocation
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_range_release(
	struct vm_range_allocator *allocator, uint64_t base, uint64_t size);

/**
 * vm_range_release_part - give part of one allocation back
 * @allocator: the allocator
 * @base: first address to release
 * @size: number of addresses to release
 *
 * The rest stays allocated under the same name: the front, the end, both (and
 * then they are two allocations), or nothing when the whole is released.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @size is 0
 *	-EOVERFLOW, @base + @size is past 2^64
 *	-ENOENT, the range does not lie inside one allocation
 *	-ENOMEM, no memory for the record of a second part
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_range_release_part(
	struct vm_range_allocator *allocator, uint64_t base, uint64_t size);

/**
 * vm_range_resize - grow or shrink an allocation where it is
 * @allocator: the allocator
 * @base: its first address, which stays
 * @size: its new size
 *
 * To give the front of an allocation back, use vm_range_release_part().
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @size is 0
 *	-EOVERFLOW, @base + @size is past 2^64
 *	-ENOENT, no allocation begins at @base
 *	-EEXIST, another allocation is in the way
 *	-ENOSPC, it would grow beyond the space
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_range_resize(
	struct vm_range_allocator *allocator, uint64_t base, uint64_t size);

#ifdef __cplusplus
}
#endif

#endif
