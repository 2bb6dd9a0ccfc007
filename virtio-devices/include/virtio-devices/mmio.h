/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The virtio-mmio transport, version 2: VIRTIO 1.2 section 4.2.
 *
 *	struct vm_bus_ops ops = { vm_virtio_mmio_read, vm_virtio_mmio_write };
 *	struct vm_bus_range range = { base, VM_VIRTIO_MMIO_SIZE, &ops, &mmio };
 *
 * puts it on a bus of vm-device; any other bus with an offset, some bytes and a
 * length will do.  An ioeventfd at VM_VIRTIO_MMIO_QUEUE_NOTIFY with the queue's
 * index as its data spares the detour through the VMM; where there is none, a
 * notification is served by the thread that brings the access.
 *
 * Threading: see device.h.  vm_virtio_mmio_read() and vm_virtio_mmio_write()
 * take the device's mutex themselves if the configuration names it.  They do so
 * except for the interrupt registers, so that a vCPU which acknowledges an
 * interrupt never waits for a queue being served.
 */
#ifndef VIRTIO_DEVICES_MMIO_H
#define VIRTIO_DEVICES_MMIO_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <virtio-devices/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the registers take in guest-physical space. */
#define VM_VIRTIO_MMIO_SIZE 0x1000u

/* Register offsets (4.2.2). */
#define VM_VIRTIO_MMIO_MAGIC		   0x000
#define VM_VIRTIO_MMIO_VERSION		   0x004
#define VM_VIRTIO_MMIO_DEVICE_ID	   0x008
#define VM_VIRTIO_MMIO_VENDOR_ID	   0x00c
#define VM_VIRTIO_MMIO_DEVICE_FEATURES	   0x010
#define VM_VIRTIO_MMIO_DEVICE_FEATURES_SEL 0x014
#define VM_VIRTIO_MMIO_DRIVER_FEATURES	   0x020
#define VM_VIRTIO_MMIO_DRIVER_FEATURES_SEL 0x024
#define VM_VIRTIO_MMIO_QUEUE_SEL	   0x030
#define VM_VIRTIO_MMIO_QUEUE_SIZE_MAX	   0x034
#define VM_VIRTIO_MMIO_QUEUE_SIZE	   0x038
#define VM_VIRTIO_MMIO_QUEUE_READY	   0x044
#define VM_VIRTIO_MMIO_QUEUE_NOTIFY	   0x050
#define VM_VIRTIO_MMIO_INTERRUPT_STATUS	   0x060
#define VM_VIRTIO_MMIO_INTERRUPT_ACK	   0x064
#define VM_VIRTIO_MMIO_STATUS		   0x070
#define VM_VIRTIO_MMIO_QUEUE_DESC_LOW	   0x080
#define VM_VIRTIO_MMIO_QUEUE_DESC_HIGH	   0x084
#define VM_VIRTIO_MMIO_QUEUE_DRIVER_LOW	   0x090
#define VM_VIRTIO_MMIO_QUEUE_DRIVER_HIGH   0x094
#define VM_VIRTIO_MMIO_QUEUE_DEVICE_LOW	   0x0a0
#define VM_VIRTIO_MMIO_QUEUE_DEVICE_HIGH   0x0a4
#define VM_VIRTIO_MMIO_SHM_SEL		   0x0ac
#define VM_VIRTIO_MMIO_SHM_LEN_LOW	   0x0b0
#define VM_VIRTIO_MMIO_SHM_LEN_HIGH	   0x0b4
#define VM_VIRTIO_MMIO_SHM_BASE_LOW	   0x0b8
#define VM_VIRTIO_MMIO_SHM_BASE_HIGH	   0x0bc
#define VM_VIRTIO_MMIO_QUEUE_RESET	   0x0c0
#define VM_VIRTIO_MMIO_CONFIG_GENERATION   0x0fc
#define VM_VIRTIO_MMIO_CONFIG		   0x100

/* What MagicValue reads as: "virt". */
#define VM_VIRTIO_MMIO_MAGIC_VALUE 0x74726976u

/* Bits of InterruptStatus. */
#define VM_VIRTIO_MMIO_INT_USED	  0x1u
#define VM_VIRTIO_MMIO_INT_CONFIG 0x2u

/**
 * struct vm_virtio_mmio_config - how a device is connected
 * @device: the device; must outlive the transport
 * @lock: the device's mutex, must outlive the transport; NULL if the caller of
 *	vm_virtio_mmio_read() and vm_virtio_mmio_write() holds it, or has none
 * @irq: the interrupt line: true with each new event, also while it is high,
 *	so that an edge is never lost; false when all are acknowledged.  Behind
 *	an edge-triggered line sits an eventfd, which ignores false.
 * @irq_context: passed to @irq
 * @vendor: what VendorID reads as
 */
struct vm_virtio_mmio_config {
	struct vm_virtio_device *device;
	pthread_mutex_t *lock;
	void (*irq)(void *context, bool level);
	void *irq_context;
	uint32_t vendor;
};

/**
 * struct vm_virtio_mmio - a transport; its members are the library's own
 *
 * Caller-allocated; it does not move while it is in use.
 */
struct vm_virtio_mmio {
	struct vm_virtio_mmio_config config;
	uint32_t device_features_sel;
	uint32_t driver_features_sel;
	uint32_t queue_sel;
	uint32_t shm_sel;

	/* The line is set while this is held, so that it follows the status. */
	pthread_mutex_t irq_lock;
	uint32_t interrupt_status;
};

#define VM_VIRTIO_MMIO_STATE_VERSION 1

/**
 * struct vm_virtio_mmio_state - a transport without its device
 * @version: VM_VIRTIO_MMIO_STATE_VERSION
 * @interrupt_status: events that are not acknowledged yet
 * @device_features_sel: DeviceFeaturesSel
 * @driver_features_sel: DriverFeaturesSel
 * @queue_sel: QueueSel
 * @shm_sel: SHMSel
 */
struct vm_virtio_mmio_state {
	uint32_t version;
	uint32_t interrupt_status;
	uint32_t device_features_sel;
	uint32_t driver_features_sel;
	uint32_t queue_sel;
	uint32_t shm_sel;
};

/**
 * vm_virtio_mmio_init - connect a device
 * @mmio: storage for the transport
 * @config: copied
 *
 * Returns:
 *	0 on success
 *	-EINVAL, no device or no @irq
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_mmio_init(
	struct vm_virtio_mmio *mmio,
	const struct vm_virtio_mmio_config *config);

/**
 * vm_virtio_mmio_fini - disconnect the device
 * @mmio: an initialised or zeroed transport, which no thread uses any more
 *
 * The device stays as it is.
 */
VM_VIRTIO_API void vm_virtio_mmio_fini(struct vm_virtio_mmio *mmio);

/**
 * vm_virtio_mmio_read - the driver reads
 * @mmio: a struct vm_virtio_mmio, as void * for a bus
 * @off: offset from the first register, any number
 * @data: receives @len bytes, little-endian
 * @len: any number
 *
 * Registers below VM_VIRTIO_MMIO_CONFIG answer to aligned accesses of 4 bytes
 * (4.2.2.2); any other one, a register that cannot be read, and what is behind
 * the end of the configuration read as 0.
 */
VM_VIRTIO_API void vm_virtio_mmio_read(void *mmio, uint64_t off, void *data,
				       size_t len);

/**
 * vm_virtio_mmio_write - the driver writes
 * @mmio: a struct vm_virtio_mmio, as void * for a bus
 * @off: offset from the first register, any number
 * @data: @len bytes, little-endian
 * @len: any number
 *
 * What vm_virtio_mmio_read() does not answer to, this ignores.
 */
VM_VIRTIO_API void vm_virtio_mmio_write(void *mmio, uint64_t off,
					const void *data, size_t len);

/**
 * vm_virtio_mmio_reset - the machine is reset
 * @mmio: a transport; its device is reset too
 */
VM_VIRTIO_API void vm_virtio_mmio_reset(struct vm_virtio_mmio *mmio);

/**
 * vm_virtio_mmio_save - describe a transport
 * @mmio: a transport
 * @ret_state: the description; save the device first, as it may interrupt
 */
VM_VIRTIO_API void vm_virtio_mmio_save(struct vm_virtio_mmio *mmio,
				       struct vm_virtio_mmio_state *ret_state);

/**
 * vm_virtio_mmio_restore - go on where a saved transport stopped
 * @mmio: a transport; on failure it is unchanged
 * @state: from vm_virtio_mmio_save(), trusted no more than the driver
 *
 * Raises the interrupt line if an event is not acknowledged.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, unknown version or interrupt bits
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_mmio_restore(
	struct vm_virtio_mmio *mmio, const struct vm_virtio_mmio_state *state);

#ifdef __cplusplus
}
#endif

#endif
