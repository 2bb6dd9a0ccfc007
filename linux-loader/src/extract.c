/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/extract.h>

#include "unpack.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int unpack_read(struct unpack *u, void *buf, size_t size, size_t *ret_len)
{
	uint64_t left = u->in_end - u->in_offset;
	size_t len = left < size ? (size_t)left : size;
	int r = loader_pread(u->in_fd, buf, len, u->in_offset, u->why);

	if (r)
		return r;
	u->in_offset += len;
	*ret_len = len;
	return 0;
}

int unpack_write(struct unpack *u, const void *buf, size_t len)
{
	const char *from = buf;
	ssize_t n;

	if (len > u->limit - u->out_size)
		return loader_fail(u->why, -ENOSPC,
				   "more than %" PRIu64 " bytes come out of it",
				   u->limit);
	while (len) {
		n = pwrite(u->out_fd, from, len, (off_t)u->out_size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return loader_fail(u->why, -errno,
					   "cannot write what comes out of it");
		from += n;
		len -= (size_t)n;
		u->out_size += (uint64_t)n;
	}
	return 0;
}

int unpack_end(struct unpack *u, size_t left)
{
	if (left || u->in_offset != u->in_end)
		return loader_fail(u->why, -EBADMSG,
				   "something follows the compressed payload");
	return 0;
}

int unpack_damaged(struct unpack *u)
{
	return loader_fail(u->why, -EBADMSG,
			   "compressed payload is damaged or cut off");
}

int unpack_too_large(struct unpack *u)
{
	return loader_fail(u->why, -ENOTSUP,
			   "compressed payload wants a dictionary of more than "
			   "%u MiB",
			   UNPACK_DICTIONARY >> 20);
}

int unpack_no_memory(struct unpack *u)
{
	return loader_fail(u->why, -ENOMEM, "no memory to decompress");
}

/* A payload that is not compressed (CONFIG_KERNEL_UNCOMPRESSED). */
static int copy(struct unpack *u)
{
	size_t len;
	int r;

	do {
		r = unpack_read(u, u->in, sizeof(u->in), &len);
		if (!r)
			r = unpack_write(u, u->in, len);
	} while (!r && len);
	return r;
}

typedef int (*unpacker_fn)(struct unpack *u);

static unpacker_fn find_unpacker(enum vm_load_compression compression)
{
	switch (compression) {
	case VM_LOAD_COMPRESSION_NONE:
		return copy;
	case VM_LOAD_COMPRESSION_GZIP:
#ifdef HAVE_ZLIB
		return unpack_gzip;
#endif
		break;
	case VM_LOAD_COMPRESSION_LZMA:
	case VM_LOAD_COMPRESSION_XZ:
#ifdef HAVE_LZMA
		return unpack_lzma;
#endif
		break;
	case VM_LOAD_COMPRESSION_LZ4:
#ifdef HAVE_LZ4
		return unpack_lz4;
#endif
		break;
	case VM_LOAD_COMPRESSION_ZSTD:
#ifdef HAVE_ZSTD
		return unpack_zstd;
#endif
		break;
	case VM_LOAD_COMPRESSION_BZIP2:
	case VM_LOAD_COMPRESSION_LZO:
		break;
	}
	return NULL;
}

bool vm_load_has_compression(enum vm_load_compression compression)
{
	return find_unpacker(compression) != NULL;
}

static int finish(struct unpack *u, const struct vm_load_payload *payload)
{
	if (payload->size && u->out_size != payload->size)
		return loader_fail(u->why, -EBADMSG,
				   "payload has %" PRIu64
				   " bytes instead of %" PRIu64,
				   u->out_size, payload->size);
	if (ftruncate(u->out_fd, (off_t)u->out_size))
		return loader_fail(u->why, -errno,
				   "cannot write what comes out of it");
	return 0;
}

int vm_load_extract(int fd, const struct vm_load_payload *payload, int out_fd,
		    uint64_t limit, uint64_t *ret_size, struct vm_load_why *why)
{
	unpacker_fn unpacker = find_unpacker(payload->compression);
	struct unpack *u;
	uint64_t end;
	int r;

	if (!payload->length ||
	    __builtin_add_overflow(payload->offset, payload->length, &end))
		return loader_fail(why, -EINVAL, "there is nothing to extract");
	if (!unpacker)
		return loader_fail(
			why, -ENOTSUP, "this build cannot decompress %s",
			vm_load_compression_name(payload->compression));
	u = malloc(sizeof(*u));
	if (!u)
		return loader_fail(why, -ENOMEM, "no memory to decompress");
	u->in_fd = fd;
	u->in_offset = payload->offset;
	u->in_end = end;
	u->out_fd = out_fd;
	u->out_size = 0;
	u->limit = limit;
	u->why = why;
	r = unpacker(u);
	if (!r)
		r = finish(u, payload);
	if (!r && ret_size)
		*ret_size = u->out_size;
	free(u);
	return r;
}
