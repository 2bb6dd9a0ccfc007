/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/extract.h>
#include <linux-loader/open.h>

#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static bool is_wrapped(const struct vm_load_kernel *kernel, unsigned int flags)
{
	switch (kernel->format) {
	case VM_LOAD_FORMAT_COMPRESSED:
	case VM_LOAD_FORMAT_ZBOOT:
		return true;
	case VM_LOAD_FORMAT_BZIMAGE:
		return flags & VM_LOAD_UNWRAP_BZIMAGE;
	case VM_LOAD_FORMAT_ELF:
	case VM_LOAD_FORMAT_IMAGE:
	case VM_LOAD_FORMAT_RAW:
		break;
	}
	return false;
}

/* Probes what comes out of fd into out, and leaves it there. */
static int unwrap(int fd, const struct vm_load_payload *payload, int out,
		  unsigned int flags, uint64_t limit,
		  struct vm_load_kernel *ret, struct vm_load_why *why)
{
	int r;

	r = vm_load_extract(fd, payload, out, limit, NULL, why);
	if (!r)
		r = vm_load_probe(out, ret, why);
	if (!r && is_wrapped(ret, flags))
		return loader_fail(why, -EBADMSG,
				   "what is inside is wrapped again, a %s",
				   vm_load_format_name(ret->format));
	return r;
}

int vm_load_open(int fd, unsigned int flags, uint64_t limit, int *ret_fd,
		 struct vm_load_kernel *ret, struct vm_load_why *why)
{
	struct vm_load_kernel kernel, inner;
	int out, r;

	if (flags & ~VM_LOAD_UNWRAP_BZIMAGE)
		return loader_fail(why, -EINVAL, "there is no flag 0x%x",
				   flags);
	r = vm_load_probe(fd, &kernel, why);
	if (r)
		return r;
	if (is_wrapped(&kernel, flags) && !kernel.payload.length)
		return loader_fail(why, -ENOTSUP,
				   "kernel is compressed in an unknown way");
	if (is_wrapped(&kernel, flags))
		out = memfd_create("kernel", MFD_CLOEXEC);
	else
		out = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (out < 0)
		return loader_fail(why, -errno, "cannot open it once more");
	if (is_wrapped(&kernel, flags)) {
		r = unwrap(fd, &kernel.payload, out, flags, limit, &inner, why);
		if (r) {
			close(out);
			return r;
		}
		kernel = inner;
	}
	*ret_fd = out;
	*ret = kernel;
	return 0;
}
