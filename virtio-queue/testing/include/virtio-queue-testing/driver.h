/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The driver's side of a virtqueue, for testing devices.
 *
 * Lives in the same process as the device and puts real rings of both formats
 * into guest memory.  It obeys every rule of VIRTIO 1.2 sections 2.7 and 2.8
 * and checks what it can of the device's obedience; attack.h makes it break the
 * rules one by one.
 *
 *	virtq_layout(&config, size, features, gpa);
 *	r = virtq_driver_new(mem, &config, &driver);
 *	r = virtq_activate(&vq, &config, mem);
 *	r = virtq_driver_add(driver, bufs, 2, VIRTQ_DRIVER_DIRECT, token);
 *	if (virtq_driver_publish(driver))
 *		kick();
 *	...
 *	while (virtq_driver_get(driver, &used) > 0)
 *		...
 *
 * Threading: one thread at a time, which need not be the device's.
 */
#ifndef VIRTIO_QUEUE_TESTING_DRIVER_H
#define VIRTIO_QUEUE_TESTING_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include <virtio-queue/virtq.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most entries of an indirect table that the driver builds. */
#define VIRTQ_DRIVER_TABLE 128

struct virtq_driver;

/**
 * struct virtq_buf - one buffer element
 * @gpa: address
 * @len: bytes
 * @is_writable: for the device to write, else to read
 */
struct virtq_buf {
	vm_gpa gpa;
	uint32_t len;
	bool is_writable;
};

/** enum virtq_driver_form - how a chain is laid out */
enum virtq_driver_form {
	/* One descriptor of the ring for each buffer. */
	VIRTQ_DRIVER_DIRECT,
	/* One descriptor that refers to a table. */
	VIRTQ_DRIVER_INDIRECT,
};

/**
 * struct virtq_driver_used - a completed chain
 * @token: as given to virtq_driver_add()
 * @len: bytes that the device says it has written
 */
struct virtq_driver_used {
	uint64_t token;
	uint32_t len;
};

/**
 * virtq_layout - place the three areas one after the other
 * @config: filled; @config->max_size is @size
 * @size: descriptors
 * @features: the negotiated feature bits
 * @gpa: where to start, a multiple of 16
 *
 * Returns the address behind the areas, a multiple of 16.  The driver's
 * indirect tables start there and take @size * VIRTQ_DRIVER_TABLE * 16 bytes.
 */
vm_gpa virtq_layout(struct virtq_config *config, uint32_t size,
		    uint64_t features, vm_gpa gpa);

/**
 * virtq_driver_new - set up the driver's side
 * @mem: guest memory; must outlive the driver
 * @config: where the areas are; they are zeroed
 * @tables: where indirect tables may be put, see virtq_layout()
 * @ret_driver: the driver; free it with virtq_driver_free()
 *
 * Returns:
 *	0 on success
 *	-ENOMEM
 *	-EFAULT, -EOVERFLOW, an area is not in @mem
 */
VIRTQ_CHECK int virtq_driver_new(const struct vm_mem *mem,
				 const struct virtq_config *config,
				 vm_gpa tables,
				 struct virtq_driver **ret_driver);

/** virtq_driver_free - free a driver; NULL is allowed */
void virtq_driver_free(struct virtq_driver *driver);

/**
 * virtq_driver_set_pos - go to another place in the ring
 * @driver: with nothing outstanding
 * @pos: position as in struct virtq_state; the device has to be there too
 */
void virtq_driver_set_pos(struct virtq_driver *driver, uint16_t pos);

/**
 * virtq_driver_add - put a chain into the ring, not yet visible to the device
 * @driver: the driver
 * @bufs: its buffers, readable ones first
 * @count: how many, at least 1
 * @form: direct or indirect
 * @token: returned when the chain is completed
 *
 * Returns:
 *	0 on success
 *	-ENOSPC, too few free descriptors, or more buffers than a table holds
 *	-EFAULT, the driver's indirect tables are not in guest memory
 */
VIRTQ_CHECK int virtq_driver_add(struct virtq_driver *driver,
				 const struct virtq_buf *bufs, uint16_t count,
				 enum virtq_driver_form form, uint64_t token);

/**
 * virtq_driver_publish - expose the chains added since the last call, at once
 * @driver: the driver
 *
 * Returns true if the device wants to be notified.
 */
bool virtq_driver_publish(struct virtq_driver *driver);

/**
 * virtq_driver_get - take the next completed chain
 * @driver: the driver
 * @ret_used: what was completed
 *
 * Returns:
 *	1 if @ret_used was filled
 *	0 if no completion is there
 *	-EBADMSG, the device broke a rule: it completed a chain that is not
 *		outstanding, told a length beyond the buffers', or (split, with
 *		VIRTIO_F_IN_ORDER) an index short of the chain that it names
 */
VIRTQ_CHECK int virtq_driver_get(struct virtq_driver *driver,
				 struct virtq_driver_used *ret_used);

/**
 * virtq_driver_enable_interrupts - ask for used buffer notifications
 * @driver: the driver
 * @after: with VIRTIO_F_EVENT_IDX: once so many more elements (split) or
 *	descriptors (packed) were used, less than the queue size; else 0
 *
 * Returns true if there is a completion already, so that none may come.
 */
bool virtq_driver_enable_interrupts(struct virtq_driver *driver,
				    uint16_t after);

/** virtq_driver_disable_interrupts - none are needed */
void virtq_driver_disable_interrupts(struct virtq_driver *driver);

/**
 * virtq_driver_notification - what VIRTIO_F_NOTIFICATION_DATA sends (2.9)
 * @driver: the driver
 * @queue: queue index or notification config data
 */
uint32_t virtq_driver_notification(const struct virtq_driver *driver,
				   uint16_t queue);

#ifdef __cplusplus
}
#endif

#endif
