/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A guest for testing devices: memory, a virtio-mmio transport, and a driver
 * that goes through its registers and real rings.
 *
 *	struct vm_virtio_rig rig;
 *	struct vm_virtio_foo_config config = {0};
 *
 *	r = vm_virtio_rig_init(&rig);
 *	config.host = vm_virtio_rig_host(&rig);
 *	r = vm_virtio_foo_new(&config, &foo);
 *	r = vm_virtio_rig_attach(&rig, vm_virtio_foo_device(foo));
 *	r = vm_virtio_rig_start(&rig, VM_VIRTIO_RIG_SPLIT, 16);
 *	r = vm_virtio_rig_send(&rig, 0, bufs, 2, token);
 *	r = vm_virtio_rig_receive(&rig, 0, &used);
 *	...
 *	vm_virtio_rig_fini(&rig);
 *	vm_virtio_foo_free(foo);
 *
 * Threading: one thread, which is the guest and the VMM in turn.
 */
#ifndef VIRTIO_DEVICES_TESTING_RIG_H
#define VIRTIO_DEVICES_TESTING_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include <virtio-devices/mmio.h>
#include <virtio-queue-testing/attack.h>
#include <virtio-queue-testing/driver.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Guest memory: two regions that are adjacent for the guest, then a hole.  The
 * rings are below DATA; what is above is the test's.  EDGE is the first byte of
 * the second region.
 */
#define VM_VIRTIO_RIG_DATA UINT64_C(0x400000)
#define VM_VIRTIO_RIG_EDGE UINT64_C(0x800000)
#define VM_VIRTIO_RIG_HOLE UINT64_C(0x1000000)

/* What a driver may want: every bit that is offered, but for these. */
#define VM_VIRTIO_RIG_PACKED UINT64_MAX
#define VM_VIRTIO_RIG_SPLIT  (~VIRTQ_BIT(VIRTIO_F_RING_PACKED))

/* The most rounds that the device may ask for before it counts as hanging. */
#define VM_VIRTIO_RIG_ROUNDS 10000

/**
 * struct vm_virtio_rig - the guest and its VMM; read-only for the test
 * @mem: guest memory
 * @device: the device under test
 * @mmio: its transport
 * @drivers: the driver's side of each queue, NULL if it is not set up
 * @configs: what was written into the registers of each queue
 * @features: negotiated
 * @kicks: queues that the device wants served, one bit for each
 * @interrupts: how often the line was raised
 * @level: of the line
 */
struct vm_virtio_rig {
	struct vm_mem *mem;
	struct vm_virtio_device *device;
	struct vm_virtio_mmio mmio;
	struct virtq_driver *drivers[VM_VIRTIO_MAX_QUEUES];
	struct virtq_config configs[VM_VIRTIO_MAX_QUEUES];
	uint64_t features;
	uint64_t kicks;
	unsigned int interrupts;
	bool level;
};

/**
 * vm_virtio_rig_init - make guest memory
 * @rig: storage; must not move afterwards
 *
 * Returns what vm_mem_new() returns.
 */
VM_VIRTIO_CHECK int vm_virtio_rig_init(struct vm_virtio_rig *rig);

/** vm_virtio_rig_host - what the configuration of a device wants */
struct vm_virtio_host vm_virtio_rig_host(struct vm_virtio_rig *rig);

/**
 * vm_virtio_rig_attach - plug the device in
 * @rig: without a device
 * @device: must outlive the rig
 *
 * Returns what vm_virtio_mmio_init() returns.
 */
VM_VIRTIO_CHECK int vm_virtio_rig_attach(struct vm_virtio_rig *rig,
					 struct vm_virtio_device *device);

/**
 * vm_virtio_rig_fini - take everything apart but the device
 * @rig: initialised or zeroed; its device is reset and may be freed afterwards
 */
void vm_virtio_rig_fini(struct vm_virtio_rig *rig);

/** vm_virtio_rig_read - the guest reads a register */
uint32_t vm_virtio_rig_read(struct vm_virtio_rig *rig, uint64_t off);

/** vm_virtio_rig_write - the guest writes a register */
void vm_virtio_rig_write(struct vm_virtio_rig *rig, uint64_t off,
			 uint32_t value);

/**
 * vm_virtio_rig_negotiate - reset the device and go up to FEATURES_OK
 * @rig: with a device
 * @wanted: feature bits to accept where they are offered
 *
 * Returns:
 *	0 on success
 *	-ENOTSUP, the device did not accept the features
 */
VM_VIRTIO_CHECK int vm_virtio_rig_negotiate(struct vm_virtio_rig *rig,
					    uint64_t wanted);

/**
 * vm_virtio_rig_set_queue - set up a queue in guest memory and its registers
 * @rig: after vm_virtio_rig_negotiate()
 * @queue: which
 * @size: descriptors; less if the device has not so many
 *
 * Returns:
 *	0 on success
 *	-ENOMEM
 *	-EFAULT, there are too many or too large queues
 */
VM_VIRTIO_CHECK int vm_virtio_rig_set_queue(struct vm_virtio_rig *rig,
					    uint16_t queue, uint32_t size);

/**
 * vm_virtio_rig_start - initialise device and driver from reset to DRIVER_OK
 * @rig: with a device
 * @wanted: feature bits to accept where they are offered
 * @size: descriptors of every queue; less if the device has not so many
 *
 * Returns:
 *	0 on success
 *	what the two functions above return
 *	-EIO, the device wants to be reset at once
 */
VM_VIRTIO_CHECK int vm_virtio_rig_start(struct vm_virtio_rig *rig,
					uint64_t wanted, uint32_t size);

/**
 * vm_virtio_rig_run - let the VMM work until the device has nothing to do
 * @rig: with a device
 *
 * Returns:
 *	0 on success
 *	-ELOOP, the device does not come to rest
 */
VM_VIRTIO_CHECK int vm_virtio_rig_run(struct vm_virtio_rig *rig);

/**
 * vm_virtio_rig_send - offer a chain and notify the device if it wants to be
 * @rig: started
 * @queue: where
 * @bufs: its buffers, readable ones first
 * @count: how many
 * @token: returned when the chain is completed
 *
 * Returns what virtq_driver_add() returns.
 */
VM_VIRTIO_CHECK int vm_virtio_rig_send(struct vm_virtio_rig *rig,
				       uint16_t queue,
				       const struct virtq_buf *bufs,
				       uint16_t count, uint64_t token);

/**
 * vm_virtio_rig_receive - let the device work, then take a completed chain
 * @rig: started
 * @queue: where
 * @ret_used: what was completed
 *
 * Waits up to a second for a device that completes later.
 *
 * Returns:
 *	0 on success
 *	-ETIME, nothing was completed
 *	-EBADMSG, as virtq_driver_get()
 *	-ELOOP, the device does not come to rest
 */
VM_VIRTIO_CHECK int vm_virtio_rig_receive(struct vm_virtio_rig *rig,
					  uint16_t queue,
					  struct virtq_driver_used *ret_used);

/**
 * vm_virtio_rig_attack - start the device, and carry out an attack on a queue
 * @rig: with a device
 * @queue: which queue, of at least 4 descriptors
 * @attack: which attack
 * @wanted: feature bits, as for vm_virtio_rig_start()
 *
 * The device has to survive and come to rest; whether it works afterwards is
 * for the test to see, by starting it again.
 *
 * Returns what vm_virtio_rig_start() and vm_virtio_rig_run() return.
 */
VM_VIRTIO_CHECK int vm_virtio_rig_attack(struct vm_virtio_rig *rig,
					 uint16_t queue,
					 enum virtq_attack attack,
					 uint64_t wanted);

/**
 * vm_virtio_rig_poke - read and write registers at random
 * @rig: with a device, in any state
 * @seed: chooses the accesses
 * @count: how many: of all widths, at all offsets up to the end of the
 *	configuration and beyond, with values that are likely to matter
 *
 * Queues then lie wherever they happen to; guest memory is overwritten.
 *
 * Returns what vm_virtio_rig_run() returns.
 */
VM_VIRTIO_CHECK int vm_virtio_rig_poke(struct vm_virtio_rig *rig, uint64_t seed,
				       unsigned int count);

#ifdef __cplusplus
}
#endif

#endif
