/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Guest memory: an immutable map from guest-physical addresses to regions,
 * and checked access to what is in it.
 *
 * This header brings in regions, slices, words, the iterator and transfers.
 * Numbers (endian.h), dirty tracking (dirty.h), maps that change (atomic.h),
 * I/O views (iotlb.h) and lost pages (sigbus.h) are for those who name them.
 *
 * Addresses and lengths may come from a hostile guest: whatever they are, an
 * access either touches only guest memory or fails without touching any.  The
 * bytes may change under the reader at any time: copy them once, check the
 * copy, use the copy.  No access allocates, locks or makes a system call.
 *
 * A range may span regions that are adjacent in guest-physical space.  It may
 * end at the last byte of the address space.
 *
 * Threading: a map never changes, so every function that takes a const map
 * may run on any thread.  A reference may be dropped on any thread.
 */
#ifndef VM_MEMORY_GUEST_MEMORY_H
#define VM_MEMORY_GUEST_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include <vm-memory/address.h>
#include <vm-memory/api.h>
#include <vm-memory/io.h>
#include <vm-memory/iter.h>
#include <vm-memory/region.h>
#include <vm-memory/slice.h>
#include <vm-memory/slice_word.h>
#include <vm-memory/word.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * vm_mem_new - make a map and the regions in it
 * @ranges: one entry per region, in any order; may be NULL if @count is 0
 * @count: number of entries; 0 makes an empty map
 * @ret_mem: the map; drop it with vm_mem_free()
 *
 * Sizes and addresses are multiples of the backing's page size.  Adjacent
 * regions are allowed, and accesses may span them.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, an empty or unaligned range, or a backing that contradicts
 *	itself: an unknown kind or flag, a flag, an offset or an address that the
 *	kind does not take, a capacity below the size, a file that ends before
 *	the region does
 *	-EOVERFLOW, a range reaches past 2^64, or its file offset past 2^63
 *	-EEXIST, two ranges overlap
 *	-ENOTSUP, the kernel lacks what a flag asks for
 *	-ENOMEM, no memory, address space or huge pages
 *	what memfd_create(2), mmap(2), mlock2(2) and fcntl(2) say
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_new(const struct vm_mem_range *ranges,
				       size_t count, struct vm_mem **ret_mem);

/**
 * vm_mem_ref - take another reference to a map
 * @mem: guest memory map
 *
 * Returns: @mem, for which vm_mem_free() is to be called once more.
 */
VM_MEM_API struct vm_mem *vm_mem_ref(struct vm_mem *mem);

/**
 * vm_mem_free - drop a reference to a map
 * @mem: guest memory map, or NULL
 *
 * The last reference frees the map, and a region with the last map that holds
 * it: its memory is unmapped, its descriptors are closed, and slices of it
 * must not be used any more.
 */
VM_MEM_API void vm_mem_free(struct vm_mem *mem);

/**
 * vm_mem_check_range_perm - is a whole range backed, and may it be accessed?
 * @mem: guest memory map
 * @gpa: first byte
 * @len: bytes; 0 is backed everywhere
 * @perm: what the access wants to do, enum vm_mem_perm bits
 *
 * Returns:
 *	0 on success
 *	-EFAULT, some byte of [@gpa, @gpa + @len) is not backed by a region, or
 *	the view does not allow @perm
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_check_range_perm(const struct vm_mem *mem,
						    vm_gpa gpa, uint64_t len,
						    unsigned int perm);

/**
 * vm_mem_check_range - is a whole range backed by memory?
 *
 * As vm_mem_check_range_perm() with VM_MEM_PERM_RW.
 */
static inline VM_MEM_CHECK int vm_mem_check_range(const struct vm_mem *mem,
						  vm_gpa gpa, uint64_t len)
{
	return vm_mem_check_range_perm(mem, gpa, len, VM_MEM_PERM_RW);
}

/**
 * vm_mem_read - copy bytes out of guest memory
 * @mem: guest memory map
 * @gpa: first byte to read
 * @dst: host buffer of at least @len bytes
 * @len: bytes to copy; 0 is a no-op
 *
 * The range is checked as a whole before the first byte moves, so on failure
 * @dst is untouched.  A naturally aligned object of 1, 2, 4 or 8 bytes is read
 * by one access and cannot be torn.  No ordering is implied: use
 * vm_mem_load16() and its kin to synchronise with the guest.
 *
 * Returns:
 *	0 on success
 *	-EFAULT, some byte of [@gpa, @gpa + @len) is not backed by a region, or
 *	the view does not allow to read it
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_read(const struct vm_mem *mem, vm_gpa gpa,
					void *dst, size_t len);

/**
 * vm_mem_write - copy bytes into guest memory
 * @mem: guest memory map
 * @gpa: first byte to write
 * @src: host buffer of at least @len bytes
 * @len: bytes to copy; 0 is a no-op
 *
 * The range is checked as a whole before the first byte moves.  A naturally
 * aligned object of 1, 2, 4 or 8 bytes is written by one access.  Marks dirty.
 *
 * Returns:
 *	0 on success
 *	-EFAULT, some byte of [@gpa, @gpa + @len) is not backed by a region, or
 *	the view does not allow to write it
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_write(const struct vm_mem *mem, vm_gpa gpa,
					 const void *src, size_t len);

/**
 * vm_mem_fill - set every byte of a range
 * @mem: guest memory map
 * @gpa: first byte to write
 * @byte: the value
 * @len: bytes to write; 0 is a no-op
 *
 * Checked as a whole first.  Marks dirty.
 *
 * Returns:
 *	0 on success
 *	-EFAULT, some byte of [@gpa, @gpa + @len) is not backed by a region, or
 *	the view does not allow to write it
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_fill(const struct vm_mem *mem, vm_gpa gpa,
					uint8_t byte, uint64_t len);

/**
 * vm_mem_copy - copy bytes from one guest range to another
 * @mem: guest memory map
 * @dst: first byte to write
 * @src: first byte to read
 * @len: bytes to copy; 0 is a no-op
 *
 * Both ranges are checked as a whole first; they may overlap, as with
 * memmove(3).  Marks dirty.
 *
 * Returns:
 *	0 on success
 *	-EFAULT, some byte of either range is not backed by a region, or the
 *	view does not allow to access it
 *	-EOVERFLOW, one of the ranges wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_copy(const struct vm_mem *mem, vm_gpa dst,
					vm_gpa src, uint64_t len);

/**
 * vm_mem_compare - compare guest memory with a buffer
 * @mem: guest memory map
 * @gpa: first byte to compare
 * @buf: host buffer of at least @len bytes
 * @len: bytes to compare; 0 is equal
 * @ret_order: less than, equal to or greater than 0, as the guest's bytes are
 *	to those of @buf
 *
 * Returns:
 *	0 on success
 *	-EFAULT, some byte of [@gpa, @gpa + @len) is not backed by a region, or
 *	the view does not allow to read it
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_compare(const struct vm_mem *mem, vm_gpa gpa,
					   const void *buf, size_t len,
					   int *ret_order);

#ifdef __cplusplus
}
#endif

#endif
