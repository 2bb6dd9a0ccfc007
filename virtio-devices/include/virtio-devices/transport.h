/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * For those who write a transport: what registers do, wherever they are.
 *
 * A transport decodes addresses and keeps its selectors; each register access
 * is one of the calls below.  Arguments come straight from the driver: every
 * value of every one of them is harmless.  What the driver may not do at that
 * moment is ignored and counted as VM_VIRTIO_ERROR_PROTOCOL.
 *
 * Threading: see device.h.
 */
#ifndef VIRTIO_DEVICES_TRANSPORT_H
#define VIRTIO_DEVICES_TRANSPORT_H

#include <virtio-devices/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_virtio_transport_ops - how a device reaches its driver
 * @used: send a used buffer notification for this queue
 * @changed: send a configuration change notification
 */
struct vm_virtio_transport_ops {
	void (*used)(void *context, uint16_t queue);
	void (*changed)(void *context);
};

/** enum vm_virtio_area - the three areas of a queue (2.6) */
enum vm_virtio_area {
	VM_VIRTIO_AREA_DESC,
	VM_VIRTIO_AREA_DRIVER,
	VM_VIRTIO_AREA_DEVICE,
};

/**
 * vm_virtio_device_attach - connect a device to its transport, or take it off
 * @device: a device
 * @ops: must outlive the connection; NULL for none
 * @context: passed to @ops
 */
VM_VIRTIO_API void vm_virtio_device_attach(
	struct vm_virtio_device *device,
	const struct vm_virtio_transport_ops *ops, void *context);

/**
 * vm_virtio_device_get_features - 32 of the offered feature bits
 * @device: a device
 * @select: which: bits 32 * @select and up
 */
VM_VIRTIO_API uint32_t vm_virtio_device_get_features(
	const struct vm_virtio_device *device, uint32_t select);

/**
 * vm_virtio_device_set_features - 32 of the bits that the driver accepts
 * @device: a device
 * @select: which: bits 32 * @select and up
 * @value: the bits.  They are judged when the driver sets FEATURES_OK, and
 *	ignored after that.
 */
VM_VIRTIO_API void vm_virtio_device_set_features(
	struct vm_virtio_device *device, uint32_t select, uint32_t value);

/**
 * vm_virtio_device_set_status - the driver writes the device status (2.1)
 * @device: a device
 * @status: 0 resets the device.  Anything else has to keep the bits that are
 *	set and may add the next ones of ACKNOWLEDGE, DRIVER, FEATURES_OK,
 *	DRIVER_OK, in this order, or FAILED at any time.
 *
 * Each added bit does its work before the next one is looked at: FEATURES_OK
 * stays off if the features are not acceptable, and with it what follows;
 * DRIVER_OK starts the queues, and DEVICE_NEEDS_RESET appears if one of them
 * cannot be.  A reset returns when nothing of the device touches guest memory
 * any more.
 */
VM_VIRTIO_API void vm_virtio_device_set_status(struct vm_virtio_device *device,
					       uint32_t status);

/**
 * vm_virtio_device_read_config - read the device-specific configuration
 * @device: a device
 * @off: first byte
 * @data: receives @len bytes; those behind the end of the configuration are 0
 * @len: any number
 */
VM_VIRTIO_API void vm_virtio_device_read_config(
	const struct vm_virtio_device *device, uint64_t off, void *data,
	size_t len);

/**
 * vm_virtio_device_write_config - write the device-specific configuration
 * @device: a device
 * @off: first byte
 * @data: @len bytes
 * @len: any number; a write that is not all inside is ignored
 */
VM_VIRTIO_API void vm_virtio_device_write_config(
	struct vm_virtio_device *device, uint64_t off, const void *data,
	size_t len);

/**
 * vm_virtio_device_get_queue - what the driver selected
 * @device: a device
 * @queue: any number
 *
 * Returns the queue, or NULL if there is no such one.
 */
VM_VIRTIO_API const struct vm_virtio_queue *vm_virtio_device_get_queue(
	const struct vm_virtio_device *device, uint32_t queue);

/**
 * vm_virtio_queue_set_size - descriptors that the driver wants
 * @device: a device
 * @queue: any number
 * @size: any number; judged when the queue starts
 *
 * This and vm_virtio_queue_set_area() take effect between FEATURES_OK and
 * DRIVER_OK, while the queue is not ready, and with VIRTIO_F_RING_RESET also
 * later.
 */
VM_VIRTIO_API void vm_virtio_queue_set_size(struct vm_virtio_device *device,
					    uint32_t queue, uint32_t size);

/**
 * vm_virtio_queue_set_area - half an address of the driver's choice
 * @device: a device
 * @queue: any number
 * @area: which area
 * @high: the upper 32 bits
 * @value: the half
 */
VM_VIRTIO_API void vm_virtio_queue_set_area(struct vm_virtio_device *device,
					    uint32_t queue,
					    enum vm_virtio_area area, bool high,
					    uint32_t value);

/**
 * vm_virtio_queue_set_ready - the driver enables or stops a queue
 * @device: a device
 * @queue: any number
 * @is_ready: true to enable: from DRIVER_OK on the device may use it, which
 *	with VIRTIO_F_RING_RESET may be right now.  False to stop it, once
 *	nothing of it is in flight.
 */
VM_VIRTIO_API void vm_virtio_queue_set_ready(struct vm_virtio_device *device,
					     uint32_t queue, bool is_ready);

/**
 * vm_virtio_queue_reset - the driver resets one queue (2.6.1)
 * @device: a device
 * @queue: any number
 *
 * Ignored without VIRTIO_F_RING_RESET.  It is over when this returns: the queue
 * is not ready, and its size and addresses are as after a reset.
 */
VM_VIRTIO_API void vm_virtio_queue_reset(struct vm_virtio_device *device,
					 uint32_t queue);

/**
 * vm_virtio_device_find_shm - a shared memory region by its id
 * @device: a device
 * @id: any number
 *
 * Returns the region, or NULL if there is no such one.
 */
VM_VIRTIO_API const struct vm_virtio_shm *vm_virtio_device_find_shm(
	const struct vm_virtio_device *device, uint32_t id);

#ifdef __cplusplus
}
#endif

#endif
