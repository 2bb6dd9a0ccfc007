/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int loader_fail(struct vm_load_why *why, int error, const char *format, ...)
{
	va_list args;

	if (!why)
		return error;
	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return error;
}

int loader_file_size(int fd, uint64_t *ret_size, struct vm_load_why *why)
{
	struct stat st;

	if (fstat(fd, &st))
		return loader_fail(why, -errno, "cannot read its attributes");
	if (S_ISDIR(st.st_mode))
		return loader_fail(why, -EISDIR, "it is a directory");
	/* A device such as /dev/zero has no end and a pipe no middle. */
	if (!S_ISREG(st.st_mode))
		return loader_fail(why, -EBADMSG, "it is not a regular file");
	if (st.st_size <= 0)
		return loader_fail(why, -EBADMSG, "it is empty");
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

int loader_pread(int fd, void *buf, size_t len, uint64_t offset,
		 struct vm_load_why *why)
{
	char *to = buf;
	ssize_t n;

	for (size_t done = 0; done < len; done += (size_t)n) {
		n = pread(fd, to + done, len - done, (off_t)(offset + done));
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return loader_fail(why, -errno, "cannot read it");
		else if (n == 0)
			return loader_fail(why, -EBADMSG,
					   "it became shorter while it was "
					   "read");
	}
	return 0;
}

int loader_head_read(int fd, struct loader_head *ret, struct vm_load_why *why)
{
	int r;

	r = loader_file_size(fd, &ret->file_size, why);
	if (r)
		return r;
	ret->len = sizeof(ret->data);
	if (ret->file_size < ret->len)
		ret->len = (size_t)ret->file_size;
	return loader_pread(fd, ret->data, ret->len, 0, why);
}
