/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "unpack.h"

#include <zstd.h>
#include <zstd_errors.h>

static int failed(struct unpack *u, size_t state)
{
	ZSTD_ErrorCode code = ZSTD_getErrorCode(state);

	if (code == ZSTD_error_frameParameter_windowTooLarge)
		return unpack_too_large(u);
	if (code == ZSTD_error_memory_allocation)
		return unpack_no_memory(u);
	return unpack_damaged(u);
}

static int decompress_all(struct unpack *u, ZSTD_DStream *z)
{
	ZSTD_inBuffer in = { u->in, 0, 0 };
	ZSTD_outBuffer out;
	size_t state;
	int r;

	do {
		if (in.pos == in.size) {
			in.pos = 0;
			r = unpack_read(u, u->in, sizeof(u->in), &in.size);
			if (r)
				return r;
		}
		out = (ZSTD_outBuffer){ u->out, sizeof(u->out), 0 };
		state = ZSTD_decompressStream(z, &out, &in);
		if (ZSTD_isError(state))
			return failed(u, state);
		if (state && !in.size && !out.pos)
			return unpack_damaged(u);
		r = unpack_write(u, u->out, out.pos);
		if (r)
			return r;
	} while (state);
	return unpack_end(u, in.size - in.pos);
}

int unpack_zstd(struct unpack *u)
{
	ZSTD_DStream *z = ZSTD_createDStream();
	int r;

	if (!z || ZSTD_isError(ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax,
						      UNPACK_DICTIONARY_LOG))) {
		ZSTD_freeDStream(z);
		return unpack_no_memory(u);
	}
	r = decompress_all(u, z);
	ZSTD_freeDStream(z);
	return r;
}
