/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Block device, VIRTIO 1.2 section 5.2: a disk.
 *
 *	r = vm_block_image_open(&image, path, 0);
 *	r = vm_block_sync_new(&image, &engine);
 *	config.image = &image;
 *	config.engine = engine;
 *	r = vm_virtio_block_new(&config, &block);
 *
 * Requests are checked against the capacity before anything moves, and go from
 * guest memory to the engine without a copy.  They complete in any order.  A
 * request of several ranges is several ones for the engine, one at a time.
 *
 * Threading: see device.h.
 */
#ifndef VIRTIO_DEVICES_BLOCK_H
#define VIRTIO_DEVICES_BLOCK_H

#include <virtio-devices/block_engine.h>
#include <virtio-devices/block_image.h>
#include <virtio-devices/device.h>
#include <virtio-devices/rate_limiter.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Feature bits (5.2.3), as bit numbers. */
#define VIRTIO_BLK_F_SIZE_MAX	  1
#define VIRTIO_BLK_F_SEG_MAX	  2
#define VIRTIO_BLK_F_RO		  5
#define VIRTIO_BLK_F_BLK_SIZE	  6
#define VIRTIO_BLK_F_FLUSH	  9
#define VIRTIO_BLK_F_TOPOLOGY	  10
#define VIRTIO_BLK_F_CONFIG_WCE	  11
#define VIRTIO_BLK_F_MQ		  12
#define VIRTIO_BLK_F_DISCARD	  13
#define VIRTIO_BLK_F_WRITE_ZEROES 14

/* Request types and states (5.2.6). */
#define VIRTIO_BLK_T_IN		  0
#define VIRTIO_BLK_T_OUT	  1
#define VIRTIO_BLK_T_FLUSH	  4
#define VIRTIO_BLK_T_GET_ID	  8
#define VIRTIO_BLK_T_DISCARD	  11
#define VIRTIO_BLK_T_WRITE_ZEROES 13
#define VIRTIO_BLK_S_OK		  0
#define VIRTIO_BLK_S_IOERR	  1
#define VIRTIO_BLK_S_UNSUPP	  2

/* Length of a serial number; a shorter one is padded with zeros. */
#define VM_VIRTIO_BLOCK_ID 20

/* What the driver is told not to exceed (5.2.4): buffers and their bytes. */
#define VM_VIRTIO_BLOCK_SEG_MAX	 126
#define VM_VIRTIO_BLOCK_SIZE_MAX 0x100000u

/* Sectors of one range, and ranges of one request.  Zeroes may have to be
 * written, so there are no more of them than of a large write. */
#define VM_VIRTIO_BLOCK_MAX_DISCARD	 0x400000u
#define VM_VIRTIO_BLOCK_DISCARD_SEG	 32
#define VM_VIRTIO_BLOCK_MAX_WRITE_ZEROES 0x8000u
#define VM_VIRTIO_BLOCK_WRITE_ZEROES_SEG 8

/* Queue size unless the configuration says otherwise. */
#define VM_VIRTIO_BLOCK_QUEUE_SIZE 256

struct vm_virtio_block;

/**
 * struct vm_virtio_block_config - a disk
 * @host: what the VMM provides
 * @image: must outlive the device
 * @engine: does the I/O; must outlive the device, which alone uses it
 * @queue_count: 1 to VM_VIRTIO_MAX_QUEUES; 0 means 1
 * @queue_size: the largest queue that the driver may set up; 0 means
 *	VM_VIRTIO_BLOCK_QUEUE_SIZE
 * @id: serial number, as the guest's /sys/block/vda/serial; longer ones are
 *	cut.  May be NULL.
 * @bytes: limit of bytes in both directions together; size 0 for none
 * @ops: limit of requests
 */
struct vm_virtio_block_config {
	struct vm_virtio_host host;
	const struct vm_block_image *image;
	struct vm_block_engine engine;
	uint16_t queue_count;
	uint16_t queue_size;
	const char *id;
	struct vm_rate_limit bytes;
	struct vm_rate_limit ops;
};

/**
 * vm_virtio_block_new - make a disk
 * @config: copied
 * @ret_block: the device; free it with vm_virtio_block_free()
 *
 * Returns:
 *	0 on success
 *	-EINVAL, no image or engine, or as vm_virtio_device_init() or
 *		vm_rate_limiter_init()
 *	-ENOMEM
 *	a negative errno, from timerfd_create(2) or epoll_create1(2)
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_block_new(
	const struct vm_virtio_block_config *config,
	struct vm_virtio_block **ret_block);

/**
 * vm_virtio_block_free - complete what is in flight and free a disk
 * @block: a disk, which no transport uses any more, or NULL
 *
 * Image and engine stay the caller's.
 */
VM_VIRTIO_API void vm_virtio_block_free(struct vm_virtio_block *block);

/** vm_virtio_block_device - the device, for a transport */
VM_VIRTIO_API struct vm_virtio_device *vm_virtio_block_device(
	struct vm_virtio_block *block);

/**
 * vm_virtio_block_resize - the image has another size, tell the driver
 * @block: a disk whose image was updated, see vm_block_image_update()
 */
VM_VIRTIO_API void vm_virtio_block_resize(struct vm_virtio_block *block);

#ifdef __cplusplus
}
#endif

#endif
