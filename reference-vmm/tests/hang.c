/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Preloaded, it makes a disk whose writes never return, as those to a network
 * that has gone.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

struct io_uring;

int io_uring_queue_init(unsigned int entries, struct io_uring *ring,
			unsigned int flags);

/* Or else the kernel would write. */
int io_uring_queue_init(unsigned int entries, struct io_uring *ring,
			unsigned int flags)
{
	(void)entries;
	(void)ring;
	(void)flags;
	return -ENOSYS;
}

ssize_t pwritev64v2(int fd, const struct iovec *iov, int count, off_t off,
		    int flags)
{
	static const char text[] = "the disk hangs\n";

	(void)fd;
	(void)iov;
	(void)count;
	(void)off;
	(void)flags;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		abort();
	for (;;)
		pause();
}
