/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "unpack.h"

#include <zlib.h>

#define GZIP_FORMAT 16 /* zlib's number for "expect a gzip header" */

static int inflate_all(struct unpack *u, z_stream *z)
{
	size_t len;
	int r, state = Z_OK;

	while (state != Z_STREAM_END) {
		if (!z->avail_in) {
			r = unpack_read(u, u->in, sizeof(u->in), &len);
			if (r)
				return r;
			z->next_in = u->in;
			z->avail_in = (uInt)len;
		}
		z->next_out = u->out;
		z->avail_out = sizeof(u->out);
		/* Without input it says Z_BUF_ERROR: the payload is cut off. */
		state = inflate(z, Z_NO_FLUSH);
		if (state != Z_OK && state != Z_STREAM_END)
			return unpack_damaged(u);
		r = unpack_write(u, u->out, sizeof(u->out) - z->avail_out);
		if (r)
			return r;
	}
	return unpack_end(u, z->avail_in);
}

int unpack_gzip(struct unpack *u)
{
	z_stream z = { 0 };
	int r;

	if (inflateInit2(&z, MAX_WBITS + GZIP_FORMAT) != Z_OK)
		return unpack_no_memory(u);
	r = inflate_all(u, &z);
	inflateEnd(&z);
	return r;
}
