/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * For those who write a type of device.
 *
 * A type is a table of functions and some bytes of configuration.  The library
 * does what is the same for all: features, status, set-up and reset of queues,
 * accesses to the configuration, counters.  A type never looks at a register.
 *
 *	static enum virtq_verdict serve(void *impl,
 *					const struct virtq_chain *chain,
 *					uint32_t *ret_len);
 *
 *	static void notify(struct vm_virtio_device *device, uint16_t queue)
 *	{
 *		vm_virtio_queue_serve(device, queue, 64, serve);
 *	}
 *
 *	static const struct vm_virtio_type type = {
 *		.id = 4,
 *		.notify = notify,
 *	};
 *
 * Threading: see device.h.  The library calls the functions of a type with the
 * device's lock held.
 */
#ifndef VIRTIO_DEVICES_DEVICE_TYPE_H
#define VIRTIO_DEVICES_DEVICE_TYPE_H

#include <virtio-devices/device.h>
#include <virtio-queue/drain.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most bytes that a type may add to the state of a device. */
#define VM_VIRTIO_TYPE_STATE 1024

/**
 * struct vm_virtio_type - what makes a device a disk or a network card
 * @id: device type (5)
 * @notify: serve a queue, which is active; usually vm_virtio_queue_serve().
 *	The only function that has to be there.
 * @accept: may the driver have this set of features?  They are all offered;
 *	what is to be judged is whether they go together.
 * @negotiated: the driver has set FEATURES_OK and the features are final: set
 *	the parts of the configuration that depend on them
 * @activate: the driver has set DRIVER_OK, the features are final and the
 *	queues that it enabled are active.  A negative errno stops the device.
 * @stop_queue: have no request of this queue in flight any more: complete what
 *	the host still works on, so that nothing touches guest memory.  Called
 *	before a queue or the device is reset, before a save, and before guest
 *	memory changes.  Not needed if each request is completed, or its chain
 *	put back, before the function that took it returns.
 * @reset: forget what the driver has told, such as a configuration that it
 *	wrote.  The queues are inactive already.
 * @write_config: the driver writes @len bytes at @off, all within the
 *	configuration.  Check them, and change the configuration accordingly.
 *	Without this function the configuration is read-only.
 * @fd: see vm_virtio_device_fd()
 * @handle: see vm_virtio_device_handle()
 * @save: describe what the driver could see and the library does not know:
 *	write at most VM_VIRTIO_TYPE_STATE bytes, which are zero before, and
 *	return how many.  No request is in flight.
 * @restore: take it back after features, status and queues were restored.
 *	Trust it no more than the driver; -EBADMSG refuses it.  @len is 0 if
 *	there is nothing.
 */
struct vm_virtio_type {
	uint32_t id;
	void (*notify)(struct vm_virtio_device *device, uint16_t queue);
	bool (*accept)(const struct vm_virtio_device *device,
		       uint64_t features);
	void (*negotiated)(struct vm_virtio_device *device);
	int (*activate)(struct vm_virtio_device *device);
	void (*stop_queue)(struct vm_virtio_device *device, uint16_t queue);
	void (*reset)(struct vm_virtio_device *device);
	void (*write_config)(struct vm_virtio_device *device, size_t off,
			     const void *data, size_t len);
	int (*fd)(const struct vm_virtio_device *device);
	void (*handle)(struct vm_virtio_device *device);
	size_t (*save)(const struct vm_virtio_device *device, void *state);
	int (*restore)(struct vm_virtio_device *device, const void *state,
		       size_t len);
};

/**
 * struct vm_virtio_device_config - one device of a type
 * @type: must outlive the device
 * @impl: for the functions of @type; see vm_virtio_device.impl
 * @host: copied
 * @features: feature bits of the type that this device offers
 * @queues: array of @queue_count; must outlive the device.  Zeroed, except for
 *	config.max_size of each.
 * @config: the device-specific configuration, little-endian; must outlive the
 *	device.  May be NULL if @config_len is 0.
 * @segs: scratch for vm_virtio_queue_serve(), @max_segs elements; a longer
 *	chain is malformed.  Must outlive the device; NULL if that function is
 *	not used.
 * @shm: @shm_count shared memory regions; must outlive the device
 */
struct vm_virtio_device_config {
	const struct vm_virtio_type *type;
	void *impl;
	const struct vm_virtio_host *host;
	uint64_t features;
	struct vm_virtio_queue *queues;
	void *config;
	size_t config_len;
	struct virtq_seg *segs;
	const struct vm_virtio_shm *shm;
	uint16_t queue_count;
	uint16_t max_segs;
	uint8_t shm_count;
};

/**
 * vm_virtio_device_init - make a device
 * @device: storage for it, usually a member of what implements the type
 * @config: what it is
 *
 * Returns:
 *	0 on success
 *	-EINVAL, no type, notify function, guest memory or kick; no queue or
 *		more than VM_VIRTIO_MAX_QUEUES; the max_size of a queue is 0 or
 *		above VIRTQ_MAX_SIZE; a feature bit in host.with that is not the
 *		VMM's to add
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_device_init(
	struct vm_virtio_device *device,
	const struct vm_virtio_device_config *config);

/**
 * vm_virtio_device_fini - reset a device for good
 * @device: an initialised or zeroed device.  Its transport must not be used any
 *	more.
 */
VM_VIRTIO_API void vm_virtio_device_fini(struct vm_virtio_device *device);

/**
 * vm_virtio_queue_serve - give the chains of a queue to a handler
 * @device: a device
 * @queue: index of an active queue; an inactive one is left alone
 * @budget: most chains to take
 * @handler: serves one; gets device->impl.  If it returns VIRTQ_BUSY, it sees
 *	to it that the queue is served again: nothing else will.
 *
 * What virtq_drain() does, and all that has to follow from it: counts, tells
 * the driver, asks for another round by host.kick() when the budget is spent,
 * stops the device when the driver has damaged the ring.
 */
VM_VIRTIO_API void vm_virtio_queue_serve(struct vm_virtio_device *device,
					 uint16_t queue, uint32_t budget,
					 virtq_handler handler);

/**
 * vm_virtio_queue_push - complete a chain that was taken earlier
 * @device: a device
 * @queue: the queue that it came from
 * @head: which chain
 * @len: bytes written to it
 *
 * The driver learns of it by vm_virtio_queue_flush(), or at the end of
 * vm_virtio_queue_serve().  A chain from before a reset is left alone.
 */
VM_VIRTIO_API void vm_virtio_queue_push(struct vm_virtio_device *device,
					uint16_t queue, struct virtq_head head,
					uint32_t len);

/**
 * vm_virtio_queue_flush - tell the driver what was completed
 * @device: a device
 * @queue: index of the queue
 *
 * For devices that call virtq_pop() and vm_virtio_queue_push() outside of
 * vm_virtio_queue_serve().  Stops the device if the queue is broken.
 */
VM_VIRTIO_API void vm_virtio_queue_flush(struct vm_virtio_device *device,
					 uint16_t queue);

/**
 * vm_virtio_device_change_config - the device has changed its configuration
 * @device: a device, whose config has its new content
 *
 * A driver that reads several fields sees that they changed in between, and it
 * is told once it runs.
 */
VM_VIRTIO_API void vm_virtio_device_change_config(
	struct vm_virtio_device *device);

/**
 * vm_virtio_device_stop - give up until the driver resets the device
 * @device: a device
 *
 * Sets DEVICE_NEEDS_RESET (2.1.2).  Queues are served no more; what is in
 * flight may still be completed.
 */
VM_VIRTIO_API void vm_virtio_device_stop(struct vm_virtio_device *device);

/** vm_virtio_device_count_error - an error of that kind has happened */
static inline void vm_virtio_device_count_error(struct vm_virtio_device *device,
						enum vm_virtio_error error)
{
	device->stats.errors[error]++;
}

#ifdef __cplusplus
}
#endif

#endif
