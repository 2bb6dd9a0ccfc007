/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <virtio-queue/cursor.h>
#include <vm-memory/guest_memory.h>

#include "cursor_piece.h"

void virtq_reader_init(struct virtq_reader *reader,
		       const struct virtq_chain *chain)
{
	reader->at = (struct virtq_cursor){ .mem = chain->mem,
					    .seg = chain->segs,
					    .left = chain->readable_len };
}

void virtq_writer_init(struct virtq_writer *writer,
		       const struct virtq_chain *chain)
{
	writer->at = (struct virtq_cursor){ .mem = chain->mem,
					    .seg = chain->segs +
						   chain->readable_segs,
					    .left = chain->writable_len };
	writer->size = chain->writable_len;
}

int virtq_reader_read(struct virtq_reader *reader, void *dst, size_t len)
{
	struct virtq_cursor at = reader->at;
	char *to = dst;
	uint32_t n;
	int r;

	if (len > at.left)
		return -EBADMSG;
	for (; len; len -= n) {
		n = cursor_piece(&at, len);
		r = vm_mem_read(at.mem, cursor_gpa(&at), to, n);
		if (r)
			return r;
		to += n;
		cursor_move(&at, n);
	}
	reader->at = at;
	return 0;
}

static int cursor_skip(struct virtq_cursor *at, uint64_t len)
{
	uint32_t n;

	if (len > at->left)
		return -EBADMSG;
	for (; len; len -= n) {
		n = cursor_piece(at, len);
		cursor_move(at, n);
	}
	return 0;
}

int virtq_reader_skip(struct virtq_reader *reader, uint64_t len)
{
	return cursor_skip(&reader->at, len);
}

int virtq_reader_split(struct virtq_reader *reader, uint64_t len,
		       struct virtq_reader *ret_rest)
{
	struct virtq_cursor rest = reader->at;
	int r;

	r = cursor_skip(&rest, len);
	if (r)
		return r;
	reader->at.left = len;
	ret_rest->at = rest;
	return 0;
}

int virtq_writer_write(struct virtq_writer *writer, const void *src, size_t len)
{
	struct virtq_cursor at = writer->at;
	const char *from = src;
	uint32_t n;
	int r;

	if (len > at.left)
		return -EBADMSG;
	for (; len; len -= n) {
		n = cursor_piece(&at, len);
		r = vm_mem_write(at.mem, cursor_gpa(&at), from, n);
		if (r)
			return r;
		from += n;
		cursor_move(&at, n);
	}
	writer->at = at;
	return 0;
}

int virtq_writer_fill(struct virtq_writer *writer, uint8_t byte, uint64_t len)
{
	struct virtq_cursor at = writer->at;
	uint32_t n;
	int r;

	if (len > at.left)
		return -EBADMSG;
	for (; len; len -= n) {
		n = cursor_piece(&at, len);
		r = vm_mem_fill(at.mem, cursor_gpa(&at), byte, n);
		if (r)
			return r;
		cursor_move(&at, n);
	}
	writer->at = at;
	return 0;
}

int virtq_writer_split(struct virtq_writer *writer, uint64_t len,
		       struct virtq_writer *ret_rest)
{
	struct virtq_cursor rest = writer->at;
	int r;

	r = cursor_skip(&rest, len);
	if (r)
		return r;
	ret_rest->at = rest;
	ret_rest->size = rest.left;
	writer->size -= rest.left;
	writer->at.left = len;
	return 0;
}
