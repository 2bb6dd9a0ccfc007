/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Slices: host views of guest ranges, for rings, iovecs and system calls.
 *
 * A slice is translated once and used many times.  It stays valid while the
 * map that it came from is alive.  Instead of that one, any map that shares
 * the region will do, but if the first tracks dirty pages, only one that
 * shares its marks too: see vm_mem_set_tracking().  The bytes are shared with
 * a hostile guest: copy them once and check the copy.
 *
 * What writes through @hva directly (a system call, a pointer) has to call
 * vm_mem_slice_mark_dirty() afterwards; the functions here that write do so
 * themselves.
 *
 * Threading: a slice is a plain value; the functions may run on any thread.
 */
#ifndef VM_MEMORY_SLICE_H
#define VM_MEMORY_SLICE_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include <vm-memory/address.h>
#include <vm-memory/api.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iovec;
struct vm_mem;
struct vm_mem_bitmap;

/**
 * enum vm_mem_perm - what an access wants to do, and what a view allows
 * @VM_MEM_PERM_NONE: nothing
 * @VM_MEM_PERM_READ: the device reads guest memory
 * @VM_MEM_PERM_WRITE: the device writes guest memory
 * @VM_MEM_PERM_RW: both
 *
 * Guest-physical maps allow everything; I/O views (iotlb.h) what was mapped.
 */
enum vm_mem_perm {
	VM_MEM_PERM_NONE = 0,
	VM_MEM_PERM_READ = 1,
	VM_MEM_PERM_WRITE = 2,
	VM_MEM_PERM_RW = 3,
};

/**
 * struct vm_mem_slice - a guest range that is contiguous in the host
 * @hva: its first byte in this process; NULL for an empty slice
 * @len: bytes
 * @dirty: dirty bitmap of its region, NULL when tracking is off; private
 */
struct vm_mem_slice {
	void *hva;
	uint64_t len;
	struct vm_mem_bitmap *dirty;
};

/**
 * vm_mem_get_slice_perm - view a guest range that lies in one region
 * @mem: guest memory map
 * @gpa: first byte
 * @len: bytes; 0 gives the empty slice wherever @gpa is
 * @perm: what the slice will be used for, enum vm_mem_perm bits
 * @ret_slice: the view
 *
 * Returns:
 *	0 on success
 *	-EFAULT, the range is not backed by a single region, or the view does
 *	not allow @perm
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_get_slice_perm(
	const struct vm_mem *mem, vm_gpa gpa, uint64_t len, unsigned int perm,
	struct vm_mem_slice *ret_slice);

/**
 * vm_mem_get_slice - view a guest range that is both read and written
 *
 * As vm_mem_get_slice_perm() with VM_MEM_PERM_RW.
 */
static inline VM_MEM_CHECK int vm_mem_get_slice(const struct vm_mem *mem,
						vm_gpa gpa, uint64_t len,
						struct vm_mem_slice *ret_slice)
{
	return vm_mem_get_slice_perm(mem, gpa, len, VM_MEM_PERM_RW, ret_slice);
}

/**
 * vm_mem_slice_sub - a part of a slice
 * @slice: a slice
 * @off: first byte of the part
 * @len: bytes; 0 is allowed anywhere within the slice
 * @ret_slice: the part; may be @slice itself
 *
 * Returns:
 *	0 on success
 *	-EFAULT, the part does not lie within the slice
 */
static inline VM_MEM_CHECK int vm_mem_slice_sub(
	const struct vm_mem_slice *slice, uint64_t off, uint64_t len,
	struct vm_mem_slice *ret_slice)
{
	if (off > slice->len || len > slice->len - off)
		return -EFAULT;
	ret_slice->dirty = slice->dirty;
	ret_slice->hva = len ? (uint8_t *)slice->hva + off : NULL;
	ret_slice->len = len;
	return 0;
}

/**
 * vm_mem_bitmap_mark - what of vm_mem_slice_mark_dirty() is not inline
 * @bitmap: the bitmap of a slice
 * @hva: first byte written, in the region of the slice
 * @len: bytes; 0 is a no-op; what lies outside the region is ignored
 */
VM_MEM_API void vm_mem_bitmap_mark(struct vm_mem_bitmap *bitmap,
				   const void *hva, uint64_t len);

/**
 * vm_mem_slice_mark_dirty - tell that bytes of a slice have been written
 * @slice: a slice
 * @off: first byte written, from the start of the slice
 * @len: bytes written; @off + @len must not exceed the length of the slice
 *
 * The limit is the caller's to keep, as it is for the write.  Beyond it, other
 * pages of the region may be marked, or none; nothing but the marks of the
 * region is touched in any case.
 *
 * Call it after the write, never before: whoever clears the mark in between
 * would take the old bytes for the new ones.  Costs one test when tracking is
 * off.
 */
static inline void vm_mem_slice_mark_dirty(const struct vm_mem_slice *slice,
					   uint64_t off, uint64_t len)
{
	const uintptr_t hva = (uintptr_t)slice->hva + off;

	if (slice->dirty)
		vm_mem_bitmap_mark(slice->dirty, (const void *)hva, len);
}

/**
 * vm_mem_slice_read - copy bytes out of a slice
 * @slice: a slice
 * @off: first byte to read
 * @dst: host buffer of at least @len bytes
 * @len: bytes to copy; 0 is a no-op
 *
 * Objects are not torn: as vm_mem_read().
 *
 * Returns:
 *	0 on success
 *	-EFAULT, the bytes do not lie within the slice
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_slice_read(const struct vm_mem_slice *slice,
					      uint64_t off, void *dst,
					      size_t len);

/**
 * vm_mem_slice_write - copy bytes into a slice
 * @slice: a slice
 * @off: first byte to write
 * @src: host buffer of at least @len bytes
 * @len: bytes to copy; 0 is a no-op
 *
 * Objects are not torn: as vm_mem_write().  Marks dirty.
 *
 * Returns:
 *	0 on success
 *	-EFAULT, the bytes do not lie within the slice
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_slice_write(const struct vm_mem_slice *slice,
					       uint64_t off, const void *src,
					       size_t len);

/**
 * vm_mem_slice_copy - copy the bytes of one slice to another
 * @dst: slice to write
 * @src: slice to read; may overlap @dst
 *
 * Copies as many bytes as the shorter of the two has.  Marks dirty.
 *
 * Returns: the number of bytes copied.
 */
VM_MEM_API uint64_t vm_mem_slice_copy(const struct vm_mem_slice *dst,
				      const struct vm_mem_slice *src);

#ifdef __cplusplus
}
#endif

#endif
