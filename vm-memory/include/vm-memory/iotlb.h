/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * I/O views: what a device behind an IOMMU sees of guest memory.
 *
 * An IOTLB is a table of mappings from I/O virtual addresses to guest-physical
 * ones, each with permissions.  A view is an ordinary, immutable struct vm_mem
 * made from the table and a map: its addresses are IOVAs, and whatever takes a
 * map (a virtqueue, a loader, vm_mem_read()) runs on it unchanged and at the
 * same speed.  An access outside the mappings fails with -EFAULT;
 * vm_iotlb_lookup() then tells what is missing or not allowed.
 *
 * After a change make a new view and put it in place with vm_mem_atomic_set();
 * an invalidation is complete when the old view is no longer shared.  A new
 * view costs time in proportion to the table, so batch the changes.
 *
 * Threading: a table belongs to one thread at a time; views are like any map.
 */
#ifndef VM_MEMORY_IOTLB_H
#define VM_MEMORY_IOTLB_H

#include <stddef.h>
#include <stdint.h>

#include <vm-memory/address.h>
#include <vm-memory/api.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vm_iotlb;
struct vm_mem;

/**
 * struct vm_iotlb_mapping - one mapping
 * @iova: first I/O virtual address
 * @len: bytes, not 0
 * @gpa: guest-physical address of @iova
 * @perm: what the device may do, enum vm_mem_perm bits; VM_MEM_PERM_NONE is a
 *	hole that is known to be one
 */
struct vm_iotlb_mapping {
	uint64_t iova;
	uint64_t len;
	vm_gpa gpa;
	unsigned int perm;
};

/**
 * enum vm_iotlb_answer - what a lookup finds
 * @VM_IOTLB_HIT: a mapping that allows the access
 * @VM_IOTLB_MISS: no mapping: ask the IOMMU for one
 * @VM_IOTLB_DENIED: a mapping that does not allow the access
 */
enum vm_iotlb_answer {
	VM_IOTLB_HIT,
	VM_IOTLB_MISS,
	VM_IOTLB_DENIED,
};

/**
 * struct vm_iotlb_piece - the beginning of a range, up to where things change
 * @answer: what the table says of it
 * @iova: first I/O virtual address
 * @len: bytes
 * @gpa: guest-physical address of @iova; 0 on a miss
 * @perm: what the mapping allows; VM_MEM_PERM_NONE on a miss
 */
struct vm_iotlb_piece {
	enum vm_iotlb_answer answer;
	uint64_t iova;
	uint64_t len;
	vm_gpa gpa;
	unsigned int perm;
};

/**
 * vm_iotlb_new - make an empty table
 * @max: most mappings that it can hold; all memory is allocated here
 * @ret_iotlb: the table; free it with vm_iotlb_free()
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @max is 0
 *	-ENOMEM, no memory for the table
 */
VM_MEM_API VM_MEM_CHECK int vm_iotlb_new(size_t max,
					 struct vm_iotlb **ret_iotlb);

/**
 * vm_iotlb_free - free a table
 * @iotlb: table, or NULL
 *
 * Views made from it stay.
 */
VM_MEM_API void vm_iotlb_free(struct vm_iotlb *iotlb);

/**
 * vm_iotlb_count - number of mappings in a table
 * @iotlb: table
 *
 * Returns: the number; a mapping that was cut in two counts twice.
 */
VM_MEM_API size_t vm_iotlb_count(const struct vm_iotlb *iotlb);

/**
 * vm_iotlb_map - add a mapping
 * @iotlb: table
 * @mapping: copied; replaces whatever was mapped in its range before
 *
 * Whether there is memory at the guest-physical address shows when a view is
 * made.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the length is 0 or the permissions have an unknown bit
 *	-EOVERFLOW, one of the two ranges reaches past 2^64
 *	-ENOSPC, the table is full; it has not changed
 */
VM_MEM_API VM_MEM_CHECK int vm_iotlb_map(
	struct vm_iotlb *iotlb, const struct vm_iotlb_mapping *mapping);

/**
 * vm_iotlb_unmap - invalidate a range
 * @iotlb: table
 * @iova: first I/O virtual address
 * @len: bytes; 0 is a no-op
 *
 * Once it has returned 0 or 1, nothing of the range is mapped.  A mapping that
 * only overlaps keeps the rest.  A range in the middle of a mapping needs one
 * entry more: in a full table the part above the range goes too, and misses.
 *
 * Returns:
 *	0 on success
 *	1 on success, but the part above the range had to go
 *	-EOVERFLOW, the range reaches past 2^64; the table has not changed
 */
VM_MEM_API VM_MEM_CHECK int vm_iotlb_unmap(struct vm_iotlb *iotlb,
					   uint64_t iova, uint64_t len);

/**
 * vm_iotlb_clear - invalidate everything
 * @iotlb: table
 */
VM_MEM_API void vm_iotlb_clear(struct vm_iotlb *iotlb);

/**
 * vm_iotlb_lookup - translate the beginning of a range
 * @iotlb: table
 * @iova: first I/O virtual address
 * @len: bytes, not 0
 * @perm: what the access wants to do, enum vm_mem_perm bits
 * @ret_piece: the longest beginning of the range that has one answer
 *
 * Called again for what follows the piece, it tells all hits, misses and
 * denials of a range in order.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @len is 0
 *	-EOVERFLOW, the range reaches past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_iotlb_lookup(const struct vm_iotlb *iotlb,
					    uint64_t iova, uint64_t len,
					    unsigned int perm,
					    struct vm_iotlb_piece *ret_piece);

/**
 * vm_iotlb_new_view - make a map of what a device sees
 * @iotlb: table; borrowed for the call
 * @mem: guest-physical map; the view shares its regions
 * @ret_view: the view; drop it with vm_mem_free()
 *
 * Parts of a mapping behind which there is no memory are left out.  The view
 * tracks dirty pages if @mem does, and marks the guest-physical pages.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @mem is itself a view
 *	-ENOMEM, no memory for the view
 */
VM_MEM_API VM_MEM_CHECK int vm_iotlb_new_view(const struct vm_iotlb *iotlb,
					      const struct vm_mem *mem,
					      struct vm_mem **ret_view);

#ifdef __cplusplus
}
#endif

#endif
