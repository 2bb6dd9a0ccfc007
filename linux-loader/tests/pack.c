/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "pack.h"
#include "make.h"

#ifdef HAVE_ZLIB
#include <zlib.h>

static size_t pack_gzip(const uint8_t *data, size_t len, uint8_t *out,
			size_t size)
{
	z_stream z = { .next_out = out, .avail_out = (uInt)size };
	int r;

	z.next_in = (z_const Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)len;
	if (deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	r = deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return r == Z_STREAM_END ? z.total_out : 0;
}
#endif

#ifdef HAVE_ZSTD
#include <zstd.h>

static size_t pack_zstd(const uint8_t *data, size_t len, uint8_t *out,
			size_t size)
{
	size_t n = ZSTD_compress(out, size, data, len, 3);

	return ZSTD_isError(n) ? 0 : n;
}
#endif

#ifdef HAVE_LZMA
#include <lzma.h>

static size_t pack_xz(const uint8_t *data, size_t len, uint8_t *out,
		      size_t size)
{
	size_t n = 0;

	return lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, data, len,
				       out, &n, size) == LZMA_OK
		       ? n
		       : 0;
}

static size_t pack_lzma(const uint8_t *data, size_t len, uint8_t *out,
			size_t size)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_options_lzma options;
	lzma_ret r;

	lzma_lzma_preset(&options, 1);
	if (lzma_alone_encoder(&z, &options) != LZMA_OK)
		return 0;
	z.next_in = data;
	z.avail_in = len;
	z.next_out = out;
	z.avail_out = size;
	r = lzma_code(&z, LZMA_FINISH);
	lzma_end(&z);
	return r == LZMA_STREAM_END ? size - z.avail_out : 0;
}
#endif

#ifdef HAVE_LZ4
#include <lz4.h>
#include <lz4frame.h>

/* The legacy frame, in blocks smaller than the 8 MiB that it allows. */
static size_t pack_lz4(const uint8_t *data, size_t len, uint8_t *out,
		       size_t size)
{
	size_t at = 4, part;
	int n;

	put_le(out, 4, 0x184c2102);
	for (size_t done = 0; done < len; done += part) {
		part = len - done < 100000 ? len - done : 100000;
		n = LZ4_compress_default((const char *)data + done,
					 (char *)out + at + 4, (int)part,
					 (int)(size - at - 4));
		if (n <= 0)
			return 0;
		put_le(out + at, 4, (uint32_t)n);
		at += 4 + (size_t)n;
	}
	return at;
}

static size_t pack_lz4_frame(const uint8_t *data, size_t len, uint8_t *out,
			     size_t size)
{
	LZ4F_preferences_t checked = {
		.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled,
	};
	size_t n = LZ4F_compressFrame(out, size, data, len, &checked);

	return LZ4F_isError(n) ? 0 : n;
}
#endif

const struct packing packings[] = {
#ifdef HAVE_ZLIB
	{ VM_LOAD_COMPRESSION_GZIP, 0, pack_gzip },
#endif
#ifdef HAVE_LZMA
	{ VM_LOAD_COMPRESSION_XZ, 4, pack_xz },
	{ VM_LOAD_COMPRESSION_LZMA, 4, pack_lzma },
#endif
#ifdef HAVE_LZ4
	{ VM_LOAD_COMPRESSION_LZ4, 4, pack_lz4 },
	{ VM_LOAD_COMPRESSION_LZ4, 4, pack_lz4_frame },
#endif
#ifdef HAVE_ZSTD
	{ VM_LOAD_COMPRESSION_ZSTD, 4, pack_zstd },
#endif
	{ VM_LOAD_COMPRESSION_NONE, 0, NULL },
};
const int packing_count = sizeof(packings) / sizeof(*packings) - 1;

const struct packing *find_packing(enum vm_load_compression compression)
{
	for (int i = 0; i < packing_count; i++) {
		if (packings[i].compression == compression)
			return &packings[i];
	}
	return NULL;
}
