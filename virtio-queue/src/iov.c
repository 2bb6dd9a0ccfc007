/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Host addresses of what a cursor points at. */
#include <errno.h>
#include <sys/uio.h>

#include <virtio-queue/cursor.h>
#include <vm-memory/dirty.h>
#include <vm-memory/guest_memory.h>

#include "cursor_piece.h"

/*
 * Adds elements for the current piece, up to @max in all; a buffer that
 * straddles regions takes several.  Returns how many there are then.
 */
static int add_piece(struct virtq_cursor *at, unsigned int perm,
		     struct iovec *iov, int count, int max)
{
	uint32_t left = cursor_piece(at, at->left);
	struct vm_mem_slice slice;
	struct vm_mem_iter iter;
	int r;

	r = vm_mem_iter_init(&iter, at->mem, cursor_gpa(at), left, perm);
	if (r)
		return r;
	while (left && count < max && vm_mem_iter_next(&iter, &slice)) {
		iov[count].iov_base = slice.hva;
		iov[count].iov_len = slice.len;
		count++;
		cursor_move(at, (uint32_t)slice.len);
		left -= (uint32_t)slice.len;
	}
	return count;
}

static int cursor_iov(const struct virtq_cursor *from, unsigned int perm,
		      struct iovec *iov, int max, uint64_t *ret_len)
{
	struct virtq_cursor at = *from;
	int count = 0;

	while (at.left && count >= 0 && count < max)
		count = add_piece(&at, perm, iov, count, max);
	if (count >= 0)
		*ret_len = from->left - at.left;
	return count;
}

int virtq_reader_iov(const struct virtq_reader *reader, struct iovec *iov,
		     int max, uint64_t *ret_len)
{
	return cursor_iov(&reader->at, VM_MEM_PERM_READ, iov, max, ret_len);
}

int virtq_writer_iov(const struct virtq_writer *writer, struct iovec *iov,
		     int max, uint64_t *ret_len)
{
	return cursor_iov(&writer->at, VM_MEM_PERM_WRITE, iov, max, ret_len);
}

int virtq_writer_advance(struct virtq_writer *writer, uint64_t len)
{
	struct virtq_cursor at = writer->at;
	uint32_t n;
	int r;

	if (len > at.left)
		return -EBADMSG;
	for (; len; len -= n) {
		n = cursor_piece(&at, len);
		r = vm_mem_mark_dirty(at.mem, cursor_gpa(&at), n);
		if (r)
			return r;
		cursor_move(&at, n);
	}
	writer->at = at;
	return 0;
}
