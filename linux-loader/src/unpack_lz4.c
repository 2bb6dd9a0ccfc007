/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The two frames of LZ4 (doc/lz4_Frame_format.md).  The legacy one (lz4 -l),
 * in which kernels come, is a magic number, then blocks of up to 8 MiB, each
 * after its compressed size; liblz4 leaves that to its users.
 */
#include "unpack.h"

#include <lz4.h>
#include <lz4frame.h>
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

static int unpack_legacy(struct unpack *u)
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

static int decompress_frame(struct unpack *u, LZ4F_dctx *z)
{
	size_t at = 0, in_len = 0, used, len, state;
	int r;

	do {
		if (at == in_len) {
			at = 0;
			r = unpack_read(u, u->in, sizeof(u->in), &in_len);
			if (r)
				return r;
		}
		used = in_len - at;
		len = sizeof(u->out);
		state = LZ4F_decompress(z, u->out, &len, u->in + at, &used,
					NULL);
		if (LZ4F_isError(state) || (state && !in_len && !len))
			return unpack_damaged(u);
		at += used;
		r = unpack_write(u, u->out, len);
		if (r)
			return r;
	} while (state);
	return unpack_end(u, in_len - at);
}

static int unpack_frame(struct unpack *u)
{
	LZ4F_dctx *z;
	int r;

	if (LZ4F_isError(LZ4F_createDecompressionContext(&z, LZ4F_VERSION)))
		return unpack_no_memory(u);
	r = decompress_frame(u, z);
	LZ4F_freeDecompressionContext(z);
	return r;
}

int unpack_lz4(struct unpack *u)
{
	uint64_t start = u->in_offset;
	uint8_t magic[4];
	size_t len;
	int r;

	r = unpack_read(u, magic, sizeof(magic), &len);
	if (r)
		return r;
	if (len == sizeof(magic) && get_le32(magic) == LEGACY_MAGIC)
		return unpack_legacy(u);
	u->in_offset = start;
	return unpack_frame(u);
}
