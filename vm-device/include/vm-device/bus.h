/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * An address bus: which device answers at which address.
 *
 * A VMM has one bus per address space, such as port I/O and MMIO.  It adds a
 * range for each device model and passes every access of a vCPU on; the bus
 * finds the device by binary search and calls it with the offset inside its
 * range.
 *
 * Threading: adding and removing want exclusive access.  Between those, any
 * number of threads may read and write at once; the bus takes no lock, so a
 * device that several vCPUs reach does its own locking.
 */
#ifndef VM_DEVICE_BUS_H
#define VM_DEVICE_BUS_H

#include <stddef.h>
#include <stdint.h>

#include <vm-device/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_bus_ops - what a device does when it is accessed
 * @read: fill the @len bytes of @data from offset @off of the device's range
 * @write: take the @len bytes of @data at offset @off
 *
 * The bus guarantees that [@off, @off + @len) lies within the range and that
 * @len is not 0.  Everything else, such as the width, is the guest's choice,
 * which is why neither function can fail: hardware has an answer to any
 * access.
 */
struct vm_bus_ops {
	void (*read)(void *device, uint64_t off, void *data, size_t len);
	void (*write)(void *device, uint64_t off, const void *data, size_t len);
};

/**
 * struct vm_bus_range - one device's place on a bus
 * @base: its first address
 * @size: bytes that it covers, not 0; @base + @size may be 2^64, not more
 * @ops: must outlive the range
 * @device: passed to @ops; must outlive the range
 */
struct vm_bus_range {
	uint64_t base;
	uint64_t size;
	const struct vm_bus_ops *ops;
	void *device;
};

/**
 * struct vm_bus - a bus; its members are the library's own
 *
 * A zeroed struct is an empty bus.
 */
struct vm_bus {
	struct vm_bus_range *ranges;
	size_t count;
	size_t capacity;
};

/**
 * vm_bus_init - make an empty bus
 * @bus: storage for it
 */
VM_DEVICE_API void vm_bus_init(struct vm_bus *bus);

/**
 * vm_bus_fini - release what the bus owns
 * @bus: an initialised or zeroed bus; empty afterwards
 *
 * Does not touch the devices.
 */
VM_DEVICE_API void vm_bus_fini(struct vm_bus *bus);

/**
 * vm_bus_add - put a device on the bus
 * @bus: the bus
 * @range: copied
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the size is 0, or @range has no ops or not both of them
 *	-EOVERFLOW, base + size wraps past 2^64
 *	-EEXIST, the range overlaps one that is on the bus
 *	-ENOMEM
 */
VM_DEVICE_API VM_DEVICE_CHECK int vm_bus_add(struct vm_bus *bus,
					     const struct vm_bus_range *range);

/**
 * vm_bus_remove - take a device off the bus
 * @bus: the bus
 * @base: first address of its range
 *
 * Returns:
 *	0 on success
 *	-ENOENT, no range begins at @base
 */
VM_DEVICE_API VM_DEVICE_CHECK int vm_bus_remove(struct vm_bus *bus,
						uint64_t base);

/**
 * vm_bus_find - look up who answers at an address
 * @bus: the bus
 * @addr: any address inside the range
 *
 * Returns: the range, valid until the bus changes, or NULL.
 */
VM_DEVICE_API const struct vm_bus_range *vm_bus_find(const struct vm_bus *bus,
						     uint64_t addr);

/**
 * vm_bus_read - pass a guest's read to its device
 * @bus: the bus
 * @addr: first address
 * @data: receives @len bytes; all ones when nobody answers, as on a bus that
 *	no device drives
 * @len: width of the access; 0 is a no-op
 *
 * Returns:
 *	0 on success
 *	-ENOENT, no single range holds all of [@addr, @addr + @len)
 */
VM_DEVICE_API int vm_bus_read(const struct vm_bus *bus, uint64_t addr,
			      void *data, size_t len);

/**
 * vm_bus_write - pass a guest's write to its device
 * @bus: the bus
 * @addr: first address
 * @data: @len bytes
 * @len: width of the access; 0 is a no-op
 *
 * Returns:
 *	0 on success
 *	-ENOENT, no single range holds all of [@addr, @addr + @len); nothing
 *	was written
 */
VM_DEVICE_API int vm_bus_write(const struct vm_bus *bus, uint64_t addr,
			       const void *data, size_t len);

#ifdef __cplusplus
}
#endif

#endif
