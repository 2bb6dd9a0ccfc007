/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A virtio device, as the VMM sees it, whatever its type.
 *
 * The VMM makes a device of some type (rng.h, block.h), gives it to a transport
 * (mmio.h), and from then on has three duties:
 *
 *  - when the driver notifies a queue, which an ioeventfd tells, and when the
 *    device asks for it by host.kick(): vm_virtio_device_notify();
 *  - when vm_virtio_device_fd() is readable: vm_virtio_device_handle();
 *  - what the guest reads and writes goes to the transport.
 *
 * A device owns no thread and no event loop.  Who writes a type of device reads
 * device_type.h too, who writes a transport transport.h.
 *
 * Threading: a device, its queues and its transport belong together, and one
 * thread at a time makes a call on any of them.  A VMM with several threads has
 * one mutex per device and holds it around every call; distinct devices are
 * independent.  So a reset by a vCPU cannot overtake the thread that serves a
 * queue: it comes before or after.  The one exception is said in mmio.h, where
 * a transport takes that mutex itself.  Callbacks run inside the calls that
 * cause them, with that mutex held, and must not call back into the device.
 */
#ifndef VIRTIO_DEVICES_DEVICE_H
#define VIRTIO_DEVICES_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <virtio-devices/api.h>
#include <virtio-devices/spec.h>
#include <virtio-devices/stats.h>
#include <virtio-queue/virtq.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vm_virtio_type;
struct vm_virtio_transport_ops;

/* The most queues that a device may have. */
#define VM_VIRTIO_MAX_QUEUES 64

/* What every device offers, unless the VMM holds it back. */
#define VM_VIRTIO_FEATURES                                     \
	(VIRTQ_RING_FEATURES | VIRTQ_BIT(VIRTIO_F_VERSION_1) | \
	 VIRTQ_BIT(VIRTIO_F_RING_RESET))

/* What the VMM may add, because only it knows. */
#define VM_VIRTIO_HOST_FEATURES                  \
	(VIRTQ_BIT(VIRTIO_F_NOTIFICATION_DATA) | \
	 VIRTQ_BIT(VIRTIO_F_ACCESS_PLATFORM))

/**
 * struct vm_virtio_host - what the VMM provides to a device of any type
 * @mem: guest memory; must outlive the device
 * @kick: have vm_virtio_device_notify() called for this queue soon, by the
 *	thread that serves queues: there is work left that no notification will
 *	announce.  Writing to the queue's ioeventfd does it.
 * @context: passed to @kick
 * @with: feature bits to offer besides, of VM_VIRTIO_HOST_FEATURES
 * @without: feature bits not to offer, although the device could.
 *	VIRTIO_F_VERSION_1 is always offered.
 */
struct vm_virtio_host {
	const struct vm_mem *mem;
	void (*kick)(void *context, uint16_t queue);
	void *context;
	uint64_t with;
	uint64_t without;
};

/**
 * struct vm_virtio_queue - one queue of a device
 * @vq: the queue itself; active while the driver lets the device use it
 * @config: what the driver wrote into the transport's registers; frozen while
 *	@is_ready
 * @is_ready: the driver has enabled the queue
 * @completed: chains completed since the driver was last told
 */
struct vm_virtio_queue {
	struct virtq vq;
	struct virtq_config config;
	bool is_ready;
	uint32_t completed;
};

/**
 * struct vm_virtio_shm - a shared memory region (2.10)
 * @id: how the type of device names it
 * @gpa: where the VMM has put it
 * @len: bytes
 */
struct vm_virtio_shm {
	uint8_t id;
	vm_gpa gpa;
	uint64_t len;
};

/**
 * struct vm_virtio_device - the part that all types have in common
 * @type: what it is
 * @impl: what @type's functions work on
 * @host: as given to vm_virtio_device_init()
 * @transport: who carries interrupts; NULL while there is no transport
 * @transport_context: passed to @transport
 * @queues: @queue_count of them
 * @shm: @shm_count shared memory regions
 * @config: device-specific configuration, little-endian, @config_len bytes
 * @generation: version of @config
 * @offered: feature bits that the driver may accept
 * @features: what it has accepted; final once FEATURES_OK is set, 0 before
 * @driver_features: what the driver has written so far, 128 bits
 * @status: device status (2.1)
 * @chain: scratch for vm_virtio_queue_serve()
 * @stats: counters, which the type may add to
 *
 * Everything but @stats and the content of @config is read-only outside of the
 * library.
 */
struct vm_virtio_device {
	const struct vm_virtio_type *type;
	void *impl;
	struct vm_virtio_host host;
	const struct vm_virtio_transport_ops *transport;
	void *transport_context;
	struct vm_virtio_queue *queues;
	const struct vm_virtio_shm *shm;
	void *config;
	size_t config_len;
	uint64_t offered;
	uint64_t features;
	uint32_t driver_features[4];
	uint32_t generation;
	uint16_t queue_count;
	uint8_t shm_count;
	uint8_t status;
	struct virtq_chain chain;
	struct vm_virtio_stats stats;
};

/**
 * vm_virtio_device_notify - serve a queue
 * @device: a device
 * @queue: index of the queue; nonsense is ignored
 *
 * Does a bounded amount of work and asks by host.kick() for more.  Harmless at
 * any time: nothing happens unless the driver has enabled the queue.
 */
VM_VIRTIO_API void vm_virtio_device_notify(struct vm_virtio_device *device,
					   uint32_t queue);

/**
 * vm_virtio_device_fd - the descriptor that the device waits for
 * @device: a device
 *
 * Poll it for reading, level-triggered, for as long as the device lives.  A
 * device that waits for several things returns an epoll instance.
 *
 * Returns the descriptor, which stays the device's, or -1 if it waits for
 * nothing.
 */
VM_VIRTIO_API int vm_virtio_device_fd(const struct vm_virtio_device *device);

/**
 * vm_virtio_device_handle - go on after vm_virtio_device_fd() became readable
 * @device: a device
 *
 * Does a bounded amount of work.  Harmless when nothing is to be done.
 */
VM_VIRTIO_API void vm_virtio_device_handle(struct vm_virtio_device *device);

/**
 * vm_virtio_device_set_mem - go on with another guest memory map
 * @device: a device
 * @mem: the new map; must outlive the device
 *
 * Requests in flight are completed first.  If a queue lies in memory that is
 * no more there, the device stops with DEVICE_NEEDS_RESET.
 */
VM_VIRTIO_API void vm_virtio_device_set_mem(struct vm_virtio_device *device,
					    const struct vm_mem *mem);

/** vm_virtio_device_has_feature - did the driver accept a feature bit? */
static inline bool vm_virtio_device_has_feature(
	const struct vm_virtio_device *device, unsigned int bit)
{
	return bit < 64 && (device->features >> bit & 1);
}

/** vm_virtio_device_is_running - may the device use its queues? */
static inline bool vm_virtio_device_is_running(
	const struct vm_virtio_device *device)
{
	return (device->status &
		(VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_NEEDS_RESET |
		 VIRTIO_STATUS_FAILED)) == VIRTIO_STATUS_DRIVER_OK;
}

#ifdef __cplusplus
}
#endif

#endif
