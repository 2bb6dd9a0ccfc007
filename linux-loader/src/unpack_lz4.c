/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The legacy LZ4 frame (lz4 -l, doc/lz4_Frame_format.md, "Legacy frame"): a
 * magic number, then blocks of up to 8 MiB, each after its compressed size.
 */
#include "unpack.h"

#include <lz4.h>
#include <stdlib.h>

#define LEGACY_MAGIC 0x184c2102u
#define BLOCK_MAX    (8 << 20)

/* The next block, decompressed and written; *ret_len 0 at the end. */
static int next_block(struct unpack *u, char *in, char *out, size_t *ret_len)
{
	uint8_t field[4];
	uint32_t size;
	size_t len;
	int r, n;

	r = unpack_read(u, field, sizeof(field), ret_len);
	if (r || !*ret_len)
		return r;
	size = get_le32(field);
	/* Concatenated frames begin with another magic number. */
	if (*ret_len == sizeof(field) && size == LEGACY_MAGIC)
		return 0;
	if (*ret_len != sizeof(field) || !size ||
	    size > LZ4_COMPRESSBOUND(BLOCK_MAX))
		return unpack_damaged(u);
	r = unpack_read(u, in, size, &len);
	if (r)
		return r;
	if (len != size)
		return unpack_damaged(u);
	n = LZ4_decompress_safe(in, out, (int)size, BLOCK_MAX);
	if (n < 0)
		return unpack_damaged(u);
	return unpack_write(u, out, (size_t)n);
}

int unpack_lz4(struct unpack *u)
{
	char *in = malloc(LZ4_COMPRESSBOUND(BLOCK_MAX));
	char *out = malloc(BLOCK_MAX);
	size_t len = 1;
	int r = 0;

	if (!in || !out)
		r = unpack_no_memory(u);
	while (!r && len)
		r = next_block(u, in, out, &len);
	free(in);
	free(out);
	return r;
}
