/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Ids: numbers of which each may be given out once.
 *
 * For interrupt lines (GSIs), KVM memory slots, vsock CIDs, PCI device
 * numbers.  An allocator manages the ids from a first to a last and hands out
 * the lowest that is free, so that its answers depend on the set of allocated
 * ids alone.
 *
 *	struct vm_id_allocator *gsis;
 *	uint32_t gsi;
 *	int r;
 *
 *	r = vm_id_new(5, 23, NULL, &gsis);
 *	if (!r)
 *		r = vm_id_alloc(gsis, &gsi);
 *
 * A block of consecutive or aligned ids, as MSI wants for several vectors, is
 * a range: take it from a vm_range_allocator.
 *
 * Cost: a bit for each id and one for each 64, 64^2, ... ids, so an operation
 * looks at no more than six words up and six down.  All memory is taken by
 * vm_id_new(); on the C library's heap it is not touched before it is needed,
 * so an allocator of all 2^32 ids reserves 520 MiB of addresses but occupies
 * little.  A function that fails changes nothing.
 *
 * Threading: functions that take the allocator by a pointer to const may run
 * at the same time as each other; every other call needs the allocator to
 * itself.  Different allocators are independent.
 */
#ifndef VM_ALLOCATOR_ID_H
#define VM_ALLOCATOR_ID_H

#include <stdbool.h>
#include <stdint.h>

#include <vm-allocator/api.h>
#include <vm-allocator/memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/** struct vm_id_allocator - a set of ids, each free or allocated */
struct vm_id_allocator;

/**
 * vm_id_new - make an allocator of which all ids are free
 * @first: lowest id
 * @last: highest id, included
 * @memory: where to keep the bits, copied; NULL for the C library's heap
 * @ret_allocator: the allocator, to be freed with vm_id_free()
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @last is below @first, or @memory has no function
 *	-ENOMEM, no memory
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_id_new(
	uint32_t first, uint32_t last, const struct vm_allocator_memory *memory,
	struct vm_id_allocator **ret_allocator);

/**
 * vm_id_free - free an allocator
 * @allocator: the allocator, or NULL
 */
VM_ALLOCATOR_API void vm_id_free(struct vm_id_allocator *allocator);

/**
 * vm_id_alloc - allocate the lowest free id
 * @allocator: the allocator
 * @ret_id: the id
 *
 * Returns:
 *	0 on success
 *	-ENOSPC, all ids are allocated
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_id_alloc(
	struct vm_id_allocator *allocator, uint32_t *ret_id);

/**
 * vm_id_alloc_within - allocate the lowest free id of some
 * @allocator: the allocator
 * @first: lowest id that will do; may be below those of the allocator
 * @last: highest id that will do; may be above those of the allocator
 * @ret_id: the id
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @last is below @first
 *	-ENOSPC, none of them is free
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_id_alloc_within(
	struct vm_id_allocator *allocator, uint32_t first, uint32_t last,
	uint32_t *ret_id);

/**
 * vm_id_reserve - allocate a known id
 * @allocator: the allocator
 * @id: the id
 *
 * Returns:
 *	0 on success
 *	-EEXIST, @id is allocated
 *	-ENOSPC, @id is not one that the allocator manages
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_id_reserve(
	struct vm_id_allocator *allocator, uint32_t id);

/**
 * vm_id_release - give an id back
 * @allocator: the allocator
 * @id: the id
 *
 * Returns:
 *	0 on success
 *	-ENOENT, @id is not allocated: it was released already, was never
 *		allocated, or is not one that the allocator manages
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_id_release(
	struct vm_id_allocator *allocator, uint32_t id);

/**
 * vm_id_is_allocated - whether an id is given out
 * @allocator: the allocator
 * @id: any number
 *
 * Returns: true if @id is allocated
 */
VM_ALLOCATOR_API bool vm_id_is_allocated(
	const struct vm_id_allocator *allocator, uint32_t id);

/**
 * vm_id_next - the next allocated id in ascending order
 * @allocator: the allocator
 * @id: the id to go on from, -1 for the lowest; replaced by the next one
 *
 *	int64_t id = -1;
 *
 *	while (!vm_id_next(allocator, &id))
 *		printf("%" PRId64 "\n", id);
 *
 * The cursor is wider than an id, so that the loop ends after 2^32 - 1 too.
 * The allocator may be changed between two calls.  A walk over all looks at
 * one word for each 64 ids, allocated or not.
 *
 * Returns:
 *	0 on success
 *	-ENOENT, there is none above @id; @id is as it was
 */
VM_ALLOCATOR_API VM_ALLOCATOR_CHECK int vm_id_next(
	const struct vm_id_allocator *allocator, int64_t *id);

/**
 * vm_id_get_count - how many ids are allocated
 * @allocator: the allocator
 *
 * Returns: the number, up to 2^32
 */
VM_ALLOCATOR_API uint64_t
vm_id_get_count(const struct vm_id_allocator *allocator);

#ifdef __cplusplus
}
#endif

#endif
