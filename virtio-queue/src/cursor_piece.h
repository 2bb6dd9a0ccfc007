/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A cursor goes piece by piece: a piece lies in one segment.
 *
 * @left never exceeds what the segments from @seg on hold, so a cursor with
 * bytes left points at a segment, and one without is not looked at.
 */
#ifndef VIRTIO_QUEUE_CURSOR_PIECE_H
#define VIRTIO_QUEUE_CURSOR_PIECE_H

#include <virtio-queue/cursor.h>

static inline vm_gpa cursor_gpa(const struct virtq_cursor *at)
{
	return at->seg->gpa + at->off;
}

/* The size of the next piece, at most @len. */
static inline uint32_t cursor_piece(const struct virtq_cursor *at, uint64_t len)
{
	uint32_t rest = at->seg->len - at->off;

	return len < rest ? (uint32_t)len : rest;
}

/* Passes over @n bytes, which lie in the current piece. */
static inline void cursor_move(struct virtq_cursor *at, uint32_t n)
{
	at->left -= n;
	at->off += n;
	if (at->off == at->seg->len) {
		at->seg++;
		at->off = 0;
	}
}

#endif
