/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Dirty tracking: which pages have been written, for migration and snapshots.
 *
 * Tracking is a property of a map.  Maps start without it, and an access then
 * pays one test for it.  vm_mem_set_tracking() makes a map of the same regions
 * that records every write through it or through a slice taken from it; swap
 * that one in (atomic.h), and once the old map and its slices are gone, no
 * write of this process escapes.  What the guest's own CPUs write is known to
 * KVM: merge its dirty log or ring.
 *
 * A page may be marked without having changed, but never changes without being
 * marked.  Whoever copies pages clears the marks first and reads them after.
 *
 * Threading: marks are atomic; every function may run on any thread.
 */
#ifndef VM_MEMORY_DIRTY_H
#define VM_MEMORY_DIRTY_H

#include <stddef.h>
#include <stdint.h>

#include <vm-memory/address.h>
#include <vm-memory/api.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vm_mem;

/**
 * vm_mem_set_tracking - make a map that tracks writes, or one that does not
 * @mem: guest memory map; unchanged
 * @page_size: bytes per mark, a power of two of 64 or more; 0 turns it off
 * @ret_mem: the new map; drop it with vm_mem_free()
 *
 * If @mem already tracks with @page_size, the new map shares its marks; else
 * all of its pages are clean.  Maps made from one another by adding, removing
 * or resizing a region share marks too, and a view shares those of its map.
 * Marks live as long as the maps that share them: a slice of a tracked map is
 * not kept valid by a map of the same regions that tracks otherwise.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @page_size is not as described, or @mem is an I/O view
 *	-ENOMEM, no memory for the map or the marks
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_set_tracking(const struct vm_mem *mem,
						uint64_t page_size,
						struct vm_mem **ret_mem);

/**
 * vm_mem_get_tracking - the page size of the marks
 * @mem: guest memory map
 *
 * Returns: bytes per mark, 0 if tracking is off.
 */
VM_MEM_API uint64_t vm_mem_get_tracking(const struct vm_mem *mem);

/**
 * vm_mem_mark_dirty - tell that a range has been written
 * @mem: guest memory map
 * @gpa: first byte
 * @len: bytes; 0 is a no-op
 *
 * For writers that this library does not see: the kernel through an iovec,
 * vhost, DMA.  Does nothing when tracking is off.
 *
 * Returns:
 *	0 on success
 *	-EFAULT, some byte of the range is not backed by a region
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_mark_dirty(const struct vm_mem *mem,
					      vm_gpa gpa, uint64_t len);

/**
 * vm_mem_is_dirty - has any page of a range been written?
 * @mem: guest memory map
 * @gpa: first byte
 * @len: bytes; 0 is clean
 *
 * Returns:
 *	1 if it has, 0 if not
 *	-EINVAL, tracking is off
 *	-EFAULT, some byte of the range is not backed by a region
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_is_dirty(const struct vm_mem *mem,
					    vm_gpa gpa, uint64_t len);

/**
 * vm_mem_clear_dirty - forget that pages have been written
 * @mem: guest memory map
 * @gpa: first byte
 * @len: bytes; 0 is a no-op
 *
 * Only marks of pages that lie wholly in the range are cleared; the last page
 * of a region may be short.  Does nothing when tracking is off.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @mem is an I/O view
 *	-EFAULT, some byte of the range is not backed by a region
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_clear_dirty(const struct vm_mem *mem,
					       vm_gpa gpa, uint64_t len);

/**
 * vm_mem_dirty_words - 64-bit words that the marks of a region take
 * @mem: guest memory map
 * @index: as for vm_mem_get_region()
 *
 * Returns: the number of words; 0 if tracking is off or there is no such
 * region.
 */
VM_MEM_API size_t vm_mem_dirty_words(const struct vm_mem *mem, size_t index);

/**
 * vm_mem_fetch_dirty - get and clear the marks of a region
 * @mem: guest memory map
 * @index: as for vm_mem_get_region()
 * @words: array for the marks; bit i % 64 of word i / 64 is page i
 * @count: entries of @words, at least vm_mem_dirty_words()
 *
 * Each word is exchanged at once, so that no mark is lost or told twice.
 *
 * Returns:
 *	0 on success
 *	-ENOENT, there is no such region
 *	-EINVAL, tracking is off, or @mem is an I/O view
 *	-ENOSPC, @count is too small
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_fetch_dirty(const struct vm_mem *mem,
					       size_t index, uint64_t *words,
					       size_t count);

/**
 * vm_mem_merge_dirty_log - add the marks of a bitmap, such as KVM's
 * @mem: guest memory map
 * @gpa: address of the page of bit 0, such as that of the memory slot
 * @page_size: bytes per bit, which need not be the tracking's own
 * @words: as KVM_GET_DIRTY_LOG fills it: bit i % 64 of word i / 64 is page i
 * @pages: number of bits that count
 *
 * Does nothing when tracking is off.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @page_size is not a power of two
 *	-EFAULT, a page is not backed by a region; nothing is marked
 *	-EOVERFLOW, the pages reach past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_merge_dirty_log(const struct vm_mem *mem,
						   vm_gpa gpa,
						   uint64_t page_size,
						   const uint64_t *words,
						   uint64_t pages);

/**
 * vm_mem_merge_dirty_ring - add the marks that KVM's dirty ring tells
 * @mem: guest memory map
 * @gpa: address of the memory slot that the entries are of
 * @page_size: bytes per page of the slot
 * @offsets: one entry per dirty page: its number from the start of the slot
 * @count: number of entries
 *
 * An entry that cannot be right does not keep the others from being merged.
 * Does nothing when tracking is off.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @page_size is not a power of two
 *	-EFAULT, a page is not backed by a region; the others are marked
 *	-EOVERFLOW, a page lies past 2^64; the others are marked
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_merge_dirty_ring(const struct vm_mem *mem,
						    vm_gpa gpa,
						    uint64_t page_size,
						    const uint64_t *offsets,
						    size_t count);

#ifdef __cplusplus
}
#endif

#endif
