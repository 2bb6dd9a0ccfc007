/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A disk image: a raw file or a block device of the host.
 *
 * What is in it is the guest's: its format is never guessed.  An open image is
 * locked, so that two VMMs do not write to one disk, nor does one write what
 * another reads.
 *
 * Threading: one thread at a time for each image.
 */
#ifndef VIRTIO_DEVICES_BLOCK_IMAGE_H
#define VIRTIO_DEVICES_BLOCK_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <virtio-devices/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* VIRTIO counts a disk in these, whatever its blocks are. */
#define VM_BLOCK_SECTOR 512u

/* How to open an image. */
#define VM_BLOCK_READ_ONLY 0x1u
/* Past the host's page cache, with O_DIRECT. */
#define VM_BLOCK_DIRECT 0x2u
/* Without a lock, for file systems that have none. */
#define VM_BLOCK_UNLOCKED 0x4u

/**
 * struct vm_block_image - an open image; read-only for the caller
 * @fd: its descriptor, owned
 * @size: bytes, a multiple of VM_BLOCK_SECTOR: a shorter tail is not shown
 * @block_size: bytes that have to be read or written at once at least
 * @physical_size: bytes that are cheap to write at once; a multiple of
 *	@block_size
 * @optimal_size: bytes that are best read or written at once; 0 if unknown
 * @buffer_align: what a buffer's address has to be a multiple of
 * @is_read_only: opened with VM_BLOCK_READ_ONLY
 * @is_direct: opened with VM_BLOCK_DIRECT
 */
struct vm_block_image {
	int fd;
	uint64_t size;
	uint32_t block_size;
	uint32_t physical_size;
	uint32_t optimal_size;
	uint32_t buffer_align;
	bool is_read_only;
	bool is_direct;
};

/**
 * vm_block_image_open - open and lock an image
 * @image: storage for it; on failure untouched
 * @path: a regular file or a block device
 * @flags: VM_BLOCK_READ_ONLY and so on
 *
 * Returns:
 *	0 on success
 *	-EINVAL, unknown flags, or (open(2)) no O_DIRECT on this file system
 *	-EBUSY, somebody else has locked the image: a writer, or a reader if
 *		this is to be a writer
 *	-ENOTBLK, neither a regular file nor a block device
 *	another negative errno, from open(2) or fcntl(2)
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_block_image_open(
	struct vm_block_image *image, const char *path, unsigned int flags);

/**
 * vm_block_image_open_fd - the same for a file that somebody else has opened
 * @image: storage for it; on failure untouched
 * @fd: borrowed for the call: the image gets a duplicate.  Open for reading,
 *	and for writing unless VM_BLOCK_READ_ONLY.
 * @flags: VM_BLOCK_READ_ONLY and so on; VM_BLOCK_DIRECT has to agree with how
 *	@fd was opened
 *
 * The lock is the open file's: it stays until all its duplicates are closed.
 *
 * Returns what vm_block_image_open() returns, and
 *	-EINVAL, VM_BLOCK_DIRECT does not agree with @fd
 *	-EBADF, @fd is not open in the right way
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_block_image_open_fd(
	struct vm_block_image *image, int fd, unsigned int flags);

/**
 * vm_block_image_update - see whether the image has another size by now
 * @image: an open image
 *
 * Returns:
 *	0 on success
 *	a negative errno, from fstat(2) or ioctl(2); nothing has changed
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_block_image_update(
	struct vm_block_image *image);

/**
 * vm_block_image_close - unlock and close
 * @image: an open or closed image
 */
VM_VIRTIO_API void vm_block_image_close(struct vm_block_image *image);

#ifdef __cplusplus
}
#endif

#endif
