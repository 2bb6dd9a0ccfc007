/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Moving a chain's bytes to and from a file descriptor, without a copy in
 * between.  These are the only functions of the library that enter the kernel.
 *
 * Threading: as cursor.h.
 */
#ifndef VIRTIO_QUEUE_FD_H
#define VIRTIO_QUEUE_FD_H

#include <stdint.h>

#include <virtio-queue/cursor.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Instead of a file offset: use the file's own position, as for a pipe. */
#define VIRTQ_FD_STREAM (-1)

/* The most elements that one transfer hands to the kernel. */
#define VIRTQ_FD_IOV_MAX 64

/**
 * virtq_reader_to_fd - write the next bytes of a chain to a file
 * @reader: what to write; moves on by what was written
 * @fd: borrowed
 * @off: file offset, or VIRTQ_FD_STREAM
 * @len: most bytes to write; more than the chain has left means all of it
 *
 * One system call, repeated only if a signal interrupts it.  Of a chain of
 * more than VIRTQ_FD_IOV_MAX segments the rest takes another call, and so does
 * the rest of a short write.
 *
 * Returns:
 *	the number of bytes written
 *	-EFAULT, some byte is not backed by guest memory
 *	another negative errno, from writev(2) or pwritev(2)
 */
VIRTQ_API VIRTQ_CHECK int64_t virtq_reader_to_fd(struct virtq_reader *reader,
						 int fd, int64_t off,
						 uint64_t len);

/**
 * virtq_writer_from_fd - read from a file into a chain
 * @writer: where to; moves on by what was read
 * @fd: borrowed
 * @off: file offset, or VIRTQ_FD_STREAM
 * @len: most bytes to read; more than there is room for means all of it
 *
 * As virtq_reader_to_fd(), with readv(2) or preadv(2).
 *
 * Returns:
 *	the number of bytes read; 0 at the end of the file
 *	-EFAULT, some byte is not backed by guest memory
 *	another negative errno, from readv(2) or preadv(2)
 */
VIRTQ_API VIRTQ_CHECK int64_t virtq_writer_from_fd(struct virtq_writer *writer,
						   int fd, int64_t off,
						   uint64_t len);

#ifdef __cplusplus
}
#endif

#endif
