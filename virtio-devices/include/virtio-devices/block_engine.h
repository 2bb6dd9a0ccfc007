/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What does a disk's input and output: system calls, io_uring, or whatever the
 * VMM brings along, such as an image format or a network protocol.
 *
 * Threading: an engine belongs to one device, see device.h.
 */
#ifndef VIRTIO_DEVICES_BLOCK_ENGINE_H
#define VIRTIO_DEVICES_BLOCK_ENGINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include <virtio-devices/api.h>
#include <virtio-devices/block_image.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most requests that a device has in flight. */
#define VM_BLOCK_DEPTH 128

/* The most elements of a request's iovec. */
#define VM_BLOCK_MAX_IOV 130

/** enum vm_block_op - what a request asks for */
enum vm_block_op {
	VM_BLOCK_READ,
	VM_BLOCK_WRITE,
	/* All that was written before is on stable storage. */
	VM_BLOCK_FLUSH,
	/* The content is not needed any more; an advice. */
	VM_BLOCK_DISCARD,
	VM_BLOCK_WRITE_ZEROES,
};

/**
 * struct vm_block_io - one request
 * @op: what to do
 * @is_durable: for what changes the disk: it is on stable storage when the
 *	request is complete
 * @may_unmap: VM_BLOCK_WRITE_ZEROES may free the space
 * @iov: @iov_count elements of @len bytes together; guest memory, which may
 *	change under the engine.  Not VM_BLOCK_READ or VM_BLOCK_WRITE: none.
 * @off: first byte in the image, a multiple of VM_BLOCK_SECTOR
 * @len: bytes, a multiple of VM_BLOCK_SECTOR.  [@off, @off + @len) is inside
 *	of the image, as far as the device knows.
 * @result: set by the engine: 0 if all was done, else a negative errno;
 *	-ENOTSUP tells the driver that there is no such request
 */
struct vm_block_io {
	enum vm_block_op op;
	bool is_durable;
	bool may_unmap;
	const struct iovec *iov;
	int iov_count;
	uint64_t off;
	uint64_t len;
	int result;
};

/**
 * struct vm_block_engine_ops - what an engine can do
 * @submit: take a request.  Returns true if it is complete, false if it will
 *	be: then it lives until @reap returns it.  At most VM_BLOCK_DEPTH
 *	requests are with the engine at a time.
 * @start: all requests submitted so far may begin; NULL if they have
 * @reap: a request that was completed, or NULL if there is none.  If @wait is
 *	set and requests are with the engine, waits for one.  NULL if @submit
 *	always returns true.
 * @fd: readable while @reap has something to return; NULL or -1 if @reap never
 *	has
 * @free: give up everything; no request is with the engine
 */
struct vm_block_engine_ops {
	bool (*submit)(void *impl, struct vm_block_io *io);
	void (*start)(void *impl);
	struct vm_block_io *(*reap)(void *impl, bool wait);
	int (*fd)(void *impl);
	void (*free)(void *impl);
};

/**
 * struct vm_block_engine - an engine
 * @ops: what it can do
 * @impl: passed to @ops
 */
struct vm_block_engine {
	const struct vm_block_engine_ops *ops;
	void *impl;
};

/**
 * vm_block_sync_new - an engine of plain system calls
 * @image: must outlive the engine
 * @ret_engine: free it with vm_block_engine_free()
 *
 * One call for each request, by the thread that serves the queue.  With
 * O_DIRECT, buffers that are not aligned go through a buffer of the engine.
 *
 * Returns:
 *	0 on success
 *	-ENOMEM
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_block_sync_new(
	const struct vm_block_image *image, struct vm_block_engine *ret_engine);

/**
 * vm_block_uring_new - an engine on io_uring
 * @image: must outlive the engine
 * @ret_engine: free it with vm_block_engine_free()
 *
 * Requests of one notification begin with one system call, and those that
 * completed are found without any.  What the kernel cannot do asynchronously is
 * done by system calls.
 *
 * Returns:
 *	0 on success
 *	-ENOTSUP, the kernel has no io_uring or forbids it, or lacks an
 *		operation; or the library was built without
 *	another negative errno, from io_uring_setup(2)
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_block_uring_new(
	const struct vm_block_image *image, struct vm_block_engine *ret_engine);

/**
 * vm_block_engine_new - the best engine that there is
 * @image: must outlive the engine
 * @ret_engine: free it with vm_block_engine_free()
 *
 * That of vm_block_uring_new(), or if it is not supported, that of
 * vm_block_sync_new().
 *
 * Returns:
 *	0 on success
 *	-ENOMEM
 *	another negative errno, from io_uring_setup(2)
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_block_engine_new(
	const struct vm_block_image *image, struct vm_block_engine *ret_engine);

/**
 * vm_block_engine_free - free an engine that no device uses any more
 * @engine: an engine, or zeroed; zeroed afterwards
 */
VM_VIRTIO_API void vm_block_engine_free(struct vm_block_engine *engine);

#ifdef __cplusplus
}
#endif

#endif
