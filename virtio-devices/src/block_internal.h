/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VIRTIO_DEVICES_BLOCK_INTERNAL_H
#define VIRTIO_DEVICES_BLOCK_INTERNAL_H

#include <virtio-devices/block_engine.h>

/*
 * Requests by plain system calls.
 *
 * The bounce buffer is for O_DIRECT and buffers that are not aligned.
 */
struct block_sync {
	const struct vm_block_image *image;
	void *bounce;
};

/* Bytes of the bounce buffer. */
#define BLOCK_BOUNCE_SIZE 0x40000u

/* 0 or -ENOMEM */
int block_sync_init(struct block_sync *sync,
		    const struct vm_block_image *image);
void block_sync_fini(struct block_sync *sync);

/* Does a request; returns 0 or a negative errno. */
int block_sync_do(struct block_sync *sync, const struct vm_block_io *io);

/*
 * Does the rest of a read or write of which the first @done bytes are done;
 * returns 0 or a negative errno.
 */
int block_sync_go_on(struct block_sync *sync, const struct vm_block_io *io,
		     uint64_t done);

/* What was written is on stable storage; returns 0 or a negative errno. */
int block_sync_flush(const struct block_sync *sync);

/* Does O_DIRECT take the request's buffers as they are? */
bool block_is_aligned(const struct vm_block_image *image,
		      const struct vm_block_io *io);

#endif
