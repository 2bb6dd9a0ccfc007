/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The decompression front.  The first byte says how the rest is compressed,
 * so that damaged magic numbers reach the decompressors as well.
 */
#include "kernel.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <linux-loader/extract.h>

#define LIMIT (1u << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vm_load_payload payload = { .offset = 1 };
	struct vm_load_why why = { "" };
	static int out = -1;
	uint64_t len = 0;
	struct stat st;
	int fd, r;

	if (size < 2)
		return 0;
	if (out < 0)
		out = memfd_create("out", MFD_CLOEXEC);
	fd = fuzz_file(data, size);
	payload.compression = (enum vm_load_compression)(data[0] % 8);
	payload.length = size - 1;
	r = vm_load_extract(fd, &payload, out, LIMIT, &len, &why);
	if (fstat(out, &st) || (uint64_t)st.st_size > LIMIT ||
	    (!r && (uint64_t)st.st_size != len) || (r && !why.text[0]))
		abort();
	return 0;
}
