/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VIRTIO_DEVICES_INTERNAL_H
#define VIRTIO_DEVICES_INTERNAL_H

#include <virtio-devices/device_type.h>
#include <virtio-devices/transport.h>

/* Has the driver got as far as to set all of these status bits? */
static inline bool has_status(const struct vm_virtio_device *device,
			      unsigned int bits)
{
	return (device->status & bits) == bits;
}

/* What the driver has written, as the 64 bits that mean something. */
static inline uint64_t written_features(const struct vm_virtio_device *device)
{
	return (uint64_t)device->driver_features[1] << 32 |
	       device->driver_features[0];
}

/* May the driver have what it has written? */
bool device_accepts(const struct vm_virtio_device *device);

/* Starts the queues that the driver has enabled, and the type. */
void device_activate(struct vm_virtio_device *device);

/* Back to where device_init() left off; counters and generation go on. */
void device_reset(struct vm_virtio_device *device);

/* Lets the device use a queue that is ready; 0 or what virtq_activate() says */
int queue_activate(struct vm_virtio_device *device,
		   struct vm_virtio_queue *queue);

/* Takes a queue away from the device; its registers stay. */
void queue_stop(struct vm_virtio_device *device, uint16_t index);

/* Takes a queue away and clears its registers. */
void queue_clear(struct vm_virtio_device *device, uint16_t index);

#endif
