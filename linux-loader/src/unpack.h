/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What extract.c and the decompressors share. */
#ifndef LINUX_LOADER_UNPACK_H
#define LINUX_LOADER_UNPACK_H

#include "internal.h"

#include <stddef.h>
#include <stdint.h>

#define UNPACK_CHUNK (128u * 1024)

/* The kernel's build uses at most xz -9 and zstd -22 --ultra. */
#define UNPACK_DICTIONARY_LOG 27
#define UNPACK_DICTIONARY     (1u << UNPACK_DICTIONARY_LOG)

struct unpack {
	int in_fd;
	uint64_t in_offset;
	uint64_t in_end;
	int out_fd;
	uint64_t out_size;
	uint64_t limit;
	struct vm_load_why *why;
	uint8_t in[UNPACK_CHUNK];
	uint8_t out[UNPACK_CHUNK];
};

/* At most size bytes of the payload; a length of 0 is its end. */
int unpack_read(struct unpack *u, void *buf, size_t size, size_t *ret_len);

/* All len bytes, within the limit. */
int unpack_write(struct unpack *u, const void *buf, size_t len);

/* At the end of a stream, of whose chunk in left bytes are unused. */
int unpack_end(struct unpack *u, size_t left);

/* These name the reason and return its error. */
int unpack_damaged(struct unpack *u);
int unpack_too_large(struct unpack *u);
int unpack_no_memory(struct unpack *u);

/* Each decompresses all of the payload with the library of its name. */
int unpack_gzip(struct unpack *u);
int unpack_lz4(struct unpack *u);
int unpack_lzma(struct unpack *u);
int unpack_zstd(struct unpack *u);

#endif
