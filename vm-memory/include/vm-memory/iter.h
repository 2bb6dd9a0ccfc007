/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A guest range that spans regions, piece by piece and without copying.
 *
 * Threading: an iterator belongs to one thread; the rest may run on any.
 */
#ifndef VM_MEMORY_ITER_H
#define VM_MEMORY_ITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vm-memory/address.h>
#include <vm-memory/api.h>
#include <vm-memory/slice.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_mem_iter - what is left of a range; all of it private
 * @mem: borrowed; must outlive the iterator
 * @slot: the region that holds the next piece
 * @off: where the piece starts in the region
 * @left: bytes that are left
 */
struct vm_mem_iter {
	const struct vm_mem *mem;
	size_t slot;
	uint64_t off;
	uint64_t left;
};

/**
 * vm_mem_iter_init - start to walk a range
 * @iter: caller-allocated; holds nothing that would have to be freed
 * @mem: guest memory map; must outlive @iter
 * @gpa: first byte
 * @len: bytes; 0 gives no piece
 * @perm: what the pieces will be used for, enum vm_mem_perm bits
 *
 * The range is checked as a whole here, so that the walk cannot fail.
 *
 * Returns:
 *	0 on success
 *	-EFAULT, some byte of [@gpa, @gpa + @len) is not backed by a region, or
 *	the view does not allow @perm
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_iter_init(struct vm_mem_iter *iter,
					     const struct vm_mem *mem,
					     vm_gpa gpa, uint64_t len,
					     unsigned int perm);

/**
 * vm_mem_iter_next - the next piece
 * @iter: iterator
 * @ret_slice: the piece; untouched at the end
 *
 * Returns: true with a piece, false at the end.
 */
VM_MEM_API bool vm_mem_iter_next(struct vm_mem_iter *iter,
				 struct vm_mem_slice *ret_slice);

/**
 * vm_mem_get_iovec - the pieces of a range as an iovec
 * @mem: guest memory map
 * @gpa: first byte
 * @len: bytes; 0 gives no piece
 * @perm: what the pieces will be used for, enum vm_mem_perm bits
 * @iov: array of at least @max entries, for readv(2), writev(2) or io_uring
 * @max: pieces that @iov has room for
 *
 * Whoever has the kernel write through @iov calls vm_mem_mark_dirty()
 * afterwards.
 *
 * Returns:
 *	the number of pieces
 *	-ENOSPC, the range has more than @max pieces
 *	-EFAULT, some byte of [@gpa, @gpa + @len) is not backed by a region, or
 *	the view does not allow @perm
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_get_iovec(const struct vm_mem *mem,
					     vm_gpa gpa, uint64_t len,
					     unsigned int perm,
					     struct iovec *iov, size_t max);

#ifdef __cplusplus
}
#endif

#endif
