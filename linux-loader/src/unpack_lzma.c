/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "unpack.h"

#include <lzma.h>

/* The dictionary and the decoder's tables. */
#define MEMORY_MAX (UNPACK_DICTIONARY + (UINT64_C(1) << 20))

static int decode_all(struct unpack *u, lzma_stream *z)
{
	lzma_ret state = LZMA_OK;
	size_t len;
	int r;

	while (state != LZMA_STREAM_END) {
		if (!z->avail_in) {
			r = unpack_read(u, u->in, sizeof(u->in), &len);
			if (r)
				return r;
			z->next_in = u->in;
			z->avail_in = len;
		}
		z->next_out = u->out;
		z->avail_out = sizeof(u->out);
		state = lzma_code(z, z->avail_in ? LZMA_RUN : LZMA_FINISH);
		if (state == LZMA_MEMLIMIT_ERROR)
			return unpack_too_large(u);
		if (state == LZMA_MEM_ERROR)
			return unpack_no_memory(u);
		if (state != LZMA_OK && state != LZMA_STREAM_END)
			return unpack_damaged(u);
		r = unpack_write(u, u->out, sizeof(u->out) - z->avail_out);
		if (r)
			return r;
	}
	return unpack_end(u, z->avail_in);
}

/* Decodes xz and the older lzma alike, whichever it finds. */
int unpack_lzma(struct unpack *u)
{
	lzma_stream z = LZMA_STREAM_INIT;
	int r;

	if (lzma_auto_decoder(&z, MEMORY_MAX, 0) != LZMA_OK)
		return unpack_no_memory(u);
	r = decode_all(u, &z);
	lzma_end(&z);
	return r;
}
