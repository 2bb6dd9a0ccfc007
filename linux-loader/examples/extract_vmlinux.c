/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Extracts the kernel from a compressed file: vmlinux from a bzImage, an Image
 * from Image.gz or an EFI zboot file.
 *
 * usage: extract-vmlinux KERNEL OUTPUT
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux-loader/extract.h>

#define LIMIT (UINT64_C(1) << 30)

static int fail(const char *path, int error, const char *reason)
{
	fprintf(stderr, "extract-vmlinux: %s: %s%s%s\n", path, reason,
		error ? ": " : "", error ? strerror(-error) : "");
	return 1;
}

int main(int argc, char **argv)
{
	struct vm_load_kernel kernel;
	struct vm_load_why why;
	int in, out, r;

	if (argc != 3) {
		fprintf(stderr, "usage: extract-vmlinux KERNEL OUTPUT\n");
		return 2;
	}
	in = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return fail(argv[1], -errno, "cannot be opened");
	r = vm_load_probe(in, &kernel, &why);
	if (r)
		return fail(argv[1], 0, why.text);
	if (!kernel.payload.length)
		return fail(argv[1], 0, "nothing in it is compressed");
	out = open(argv[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0)
		return fail(argv[2], -errno, "cannot be opened");
	r = vm_load_extract(in, &kernel.payload, out, LIMIT, NULL, &why);
	if (r) {
		unlink(argv[2]);
		return fail(argv[1], r == -EBADMSG ? 0 : r, why.text);
	}
	if (close(out))
		return fail(argv[2], -errno, "cannot be written");
	close(in);
	return 0;
}
