/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <sys/uio.h>

#include <virtio-queue/fd.h>

/* Shortens @count elements to at most @len bytes; returns how many remain. */
static int iov_truncate(struct iovec *iov, int count, uint64_t len)
{
	for (int i = 0; i < count; i++) {
		if (iov[i].iov_len >= len) {
			iov[i].iov_len = len;
			return i + 1;
		}
		len -= iov[i].iov_len;
	}
	return count;
}

int64_t virtq_reader_to_fd(struct virtq_reader *reader, int fd, int64_t off,
			   uint64_t len)
{
	struct iovec iov[VIRTQ_FD_IOV_MAX];
	uint64_t covered;
	ssize_t done;
	int count, r;

	count = virtq_reader_iov(reader, iov, VIRTQ_FD_IOV_MAX, &covered);
	if (count < 0)
		return count;
	count = iov_truncate(iov, count, len);
	do {
		done = off == VIRTQ_FD_STREAM ? writev(fd, iov, count)
					      : pwritev(fd, iov, count, off);
	} while (done < 0 && errno == EINTR);
	if (done < 0)
		return -errno;
	r = virtq_reader_skip(reader, (uint64_t)done);
	return r ? r : done;
}

int64_t virtq_writer_from_fd(struct virtq_writer *writer, int fd, int64_t off,
			     uint64_t len)
{
	struct iovec iov[VIRTQ_FD_IOV_MAX];
	uint64_t covered;
	ssize_t done;
	int count, r;

	count = virtq_writer_iov(writer, iov, VIRTQ_FD_IOV_MAX, &covered);
	if (count < 0)
		return count;
	count = iov_truncate(iov, count, len);
	do {
		done = off == VIRTQ_FD_STREAM ? readv(fd, iov, count)
					      : preadv(fd, iov, count, off);
	} while (done < 0 && errno == EINTR);
	if (done < 0)
		return -errno;
	r = virtq_writer_advance(writer, (uint64_t)done);
	return r ? r : done;
}
