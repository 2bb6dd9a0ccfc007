/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "pack.h"
#include "make.h"

#include <string.h>

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

	return lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, data, len,
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

	lzma_lzma_preset(&options, 6);
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
#endif

size_t make_packed(enum vm_load_compression compression, const uint8_t *data,
		   size_t len, uint8_t *out, size_t size)
{
	switch (compression) {
	case VM_LOAD_COMPRESSION_NONE:
		memcpy(out, data, len);
		return len;
#ifdef HAVE_ZLIB
	case VM_LOAD_COMPRESSION_GZIP:
		return pack_gzip(data, len, out, size);
#endif
#ifdef HAVE_LZMA
	case VM_LOAD_COMPRESSION_XZ:
		return pack_xz(data, len, out, size);
	case VM_LOAD_COMPRESSION_LZMA:
		return pack_lzma(data, len, out, size);
#endif
#ifdef HAVE_LZ4
	case VM_LOAD_COMPRESSION_LZ4:
		return pack_lz4(data, len, out, size);
#endif
#ifdef HAVE_ZSTD
	case VM_LOAD_COMPRESSION_ZSTD:
		return pack_zstd(data, len, out, size);
#endif
	default:
		return 0;
	}
}
