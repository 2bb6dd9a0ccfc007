/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Saving a device of any type, and restoring it.
 *
 * Threading: see device.h.  The guest is paused meanwhile.
 */
#ifndef VIRTIO_DEVICES_STATE_H
#define VIRTIO_DEVICES_STATE_H

#include <stdint.h>

#include <virtio-devices/device.h>
#include <virtio-devices/device_type.h>
#include <virtio-queue/state.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VM_VIRTIO_STATE_VERSION 1

/**
 * struct vm_virtio_queue_state - one queue
 * @vq: the queue; its size is 0 if it was inactive
 * @config: the registers
 * @is_ready: 1 if the driver has enabled it, else 0
 */
struct vm_virtio_queue_state {
	struct virtq_state vq;
	struct virtq_config config;
	uint64_t is_ready;
};

/**
 * struct vm_virtio_state - a device without what the VMM gave it
 * @version: VM_VIRTIO_STATE_VERSION
 * @id: device type
 * @offered: feature bits that were offered
 * @driver_features: what the driver wrote
 * @status: device status
 * @generation: version of the configuration
 * @queue_count: queues of the device
 * @type_len: bytes in @type
 * @queues: the first @queue_count of them count
 * @type: what the type of device adds
 *
 * The layout is the same for every compiler; byte order is the host's.
 */
struct vm_virtio_state {
	uint32_t version;
	uint32_t id;
	uint64_t offered;
	uint32_t driver_features[4];
	uint32_t status;
	uint32_t generation;
	uint32_t queue_count;
	uint32_t type_len;
	struct vm_virtio_queue_state queues[VM_VIRTIO_MAX_QUEUES];
	uint64_t type[VM_VIRTIO_TYPE_STATE / 8];
};

/**
 * vm_virtio_device_save - describe a device so that it can go on elsewhere
 * @device: any device
 * @ret_state: the description
 *
 * Completes what is in flight first.  The device may go on here, too.
 */
VM_VIRTIO_API void vm_virtio_device_save(struct vm_virtio_device *device,
					 struct vm_virtio_state *ret_state);

/**
 * vm_virtio_device_restore - go on where a saved device stopped
 * @device: of the same type, fresh or reset
 * @state: from vm_virtio_device_save(), trusted no more than the driver
 *
 * Asks by host.kick() for each active queue to be served, for a notification
 * may have been under way.  On failure the device is as after a reset.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @device is in use
 *	-EBADMSG, unknown version, another type or number of queues, features
 *		that are not offered here or do not go together, or a
 *		combination that no driver can bring about
 *	-EFAULT, -EOVERFLOW, a queue is not in guest memory
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_device_restore(
	struct vm_virtio_device *device, const struct vm_virtio_state *state);

#ifdef __cplusplus
}
#endif

#endif
