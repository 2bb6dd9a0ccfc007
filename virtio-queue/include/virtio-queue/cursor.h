/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Reading and writing the buffers of a chain.
 *
 * A request is a stream of bytes: how the driver cut it into descriptors means
 * nothing (2.7.4).  A reader walks the device-readable bytes of a chain, a
 * writer the device-writable ones; neither can touch the other's (2.7.5.1).
 * Both are small values, to be copied and dropped at will.
 *
 *	virtq_reader_init(&reader, &chain);
 *	virtq_writer_init(&writer, &chain);
 *	r = virtq_reader_read(&reader, &header, sizeof(header));
 *	...
 *	r = virtq_push(vq, chain.head, virtq_writer_done(&writer));
 *
 * Whatever fails leaves the position where it was.  Writes mark pages dirty.
 *
 * Threading: one thread at a time for each reader or writer; the chain's map
 * must live.  The driver may change the bytes at any time: read them once.
 */
#ifndef VIRTIO_QUEUE_CURSOR_H
#define VIRTIO_QUEUE_CURSOR_H

#include <stddef.h>
#include <stdint.h>

#include <virtio-queue/api.h>
#include <virtio-queue/chain.h>

#ifdef __cplusplus
extern "C" {
#endif

struct iovec;

/* A position in some segments, of which @left bytes are still ahead; private */
struct virtq_cursor {
	const struct vm_mem *mem;
	const struct virtq_seg *seg;
	uint32_t off;
	uint64_t left;
};

/** struct virtq_reader - the device-readable bytes of a chain */
struct virtq_reader {
	struct virtq_cursor at;
};

/** struct virtq_writer - the device-writable bytes of a chain */
struct virtq_writer {
	struct virtq_cursor at;
	uint64_t size;
};

/**
 * virtq_reader_init - start at the first device-readable byte
 * @reader: to initialise
 * @chain: a popped chain; its segments must outlive @reader
 */
VIRTQ_API void virtq_reader_init(struct virtq_reader *reader,
				 const struct virtq_chain *chain);

/**
 * virtq_writer_init - start at the first device-writable byte
 * @writer: to initialise
 * @chain: a popped chain; its segments must outlive @writer
 */
VIRTQ_API void virtq_writer_init(struct virtq_writer *writer,
				 const struct virtq_chain *chain);

/** virtq_reader_left - bytes that are still to be read */
static inline uint64_t virtq_reader_left(const struct virtq_reader *reader)
{
	return reader->at.left;
}

/** virtq_writer_left - bytes that there is still room for */
static inline uint64_t virtq_writer_left(const struct virtq_writer *writer)
{
	return writer->at.left;
}

/**
 * virtq_writer_done - bytes written so far, for virtq_push()
 *
 * Saturates at UINT32_MAX, which is what a used element can tell (2.7.8).
 */
static inline uint32_t virtq_writer_done(const struct virtq_writer *writer)
{
	uint64_t done = writer->size - writer->at.left;

	return done > UINT32_MAX ? UINT32_MAX : (uint32_t)done;
}

/**
 * virtq_reader_read - copy the next bytes out of a chain
 * @reader: where to read
 * @dst: host buffer of at least @len bytes; its content is undefined on failure
 * @len: bytes to copy
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the chain has fewer than @len bytes left
 *	-EFAULT, some byte is not backed by guest memory
 */
VIRTQ_API VIRTQ_CHECK int virtq_reader_read(struct virtq_reader *reader,
					    void *dst, size_t len);

/**
 * virtq_reader_skip - pass over bytes
 * @reader: where to read
 * @len: bytes to pass over
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the chain has fewer than @len bytes left
 */
VIRTQ_API VIRTQ_CHECK int virtq_reader_skip(struct virtq_reader *reader,
					    uint64_t len);

/**
 * virtq_reader_split - cut off what comes after a header
 * @reader: keeps its next @len bytes
 * @len: where to cut
 * @ret_rest: receives what follows them
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the chain has fewer than @len bytes left
 */
VIRTQ_API VIRTQ_CHECK int virtq_reader_split(struct virtq_reader *reader,
					     uint64_t len,
					     struct virtq_reader *ret_rest);

/**
 * virtq_writer_write - copy bytes into a chain
 * @writer: where to write
 * @src: the bytes
 * @len: how many
 *
 * On failure some bytes may have been written, but none counts as written.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the chain has room for fewer than @len bytes
 *	-EFAULT, some byte is not backed by guest memory
 */
VIRTQ_API VIRTQ_CHECK int virtq_writer_write(struct virtq_writer *writer,
					     const void *src, size_t len);

/**
 * virtq_writer_fill - write the same byte many times
 * @writer: where to write
 * @byte: the byte
 * @len: how many of it
 *
 * Returns what virtq_writer_write() returns.
 */
VIRTQ_API VIRTQ_CHECK int virtq_writer_fill(struct virtq_writer *writer,
					    uint8_t byte, uint64_t len);

/**
 * virtq_writer_advance - count bytes that were written by other means
 * @writer: where they were written
 * @len: how many, for example what readv() on virtq_writer_iov() returned
 *
 * Marks them dirty.  Bytes that were not written must not be counted: the
 * driver would take old memory for data (2.7.8.2).
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the chain has room for fewer than @len bytes
 *	-EFAULT, some byte is not backed by guest memory
 */
VIRTQ_API VIRTQ_CHECK int virtq_writer_advance(struct virtq_writer *writer,
					       uint64_t len);

/**
 * virtq_writer_split - cut off what comes after some bytes, such as a status
 * @writer: keeps its next @len bytes
 * @len: where to cut
 * @ret_rest: receives what follows them; counts its own bytes
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the chain has room for fewer than @len bytes
 */
VIRTQ_API VIRTQ_CHECK int virtq_writer_split(struct virtq_writer *writer,
					     uint64_t len,
					     struct virtq_writer *ret_rest);

/**
 * virtq_reader_iov - host addresses of the next bytes
 * @reader: where to read; does not move
 * @iov: receives the addresses, valid as long as the chain's map
 * @max: elements of @iov
 * @ret_len: bytes that the elements cover: all that are left, unless @max
 *	elements were too few
 *
 * Returns:
 *	the number of elements
 *	-EFAULT, some byte of them is not backed by guest memory
 */
VIRTQ_API VIRTQ_CHECK int virtq_reader_iov(const struct virtq_reader *reader,
					   struct iovec *iov, int max,
					   uint64_t *ret_len);

/**
 * virtq_writer_iov - host addresses of the next room
 * @writer: where to write; does not move, see virtq_writer_advance()
 * @iov: receives the addresses, valid as long as the chain's map
 * @max: elements of @iov
 * @ret_len: bytes that the elements cover
 *
 * Returns what virtq_reader_iov() returns.
 */
VIRTQ_API VIRTQ_CHECK int virtq_writer_iov(const struct virtq_writer *writer,
					   struct iovec *iov, int max,
					   uint64_t *ret_len);

#ifdef __cplusplus
}
#endif

#endif
