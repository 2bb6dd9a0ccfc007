/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Interrupts of a virtual machine: lines, MSIs, routes, irqfds, ioeventfds.
 *
 * A GSI is an input of the in-kernel interrupt controller.  The routing table
 * maps each GSI to pins of its chips or to a message-signalled interrupt.
 *
 * Threading: the kvm_vm_ functions may be called from any thread.  A struct
 * kvm_routes belongs to one thread at a time.
 */
#ifndef KVM_IOCTLS_IRQ_H
#define KVM_IOCTLS_IRQ_H

#include <stdbool.h>

#include <kvm-ioctls/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvm_vm_create_irqchip - KVM_CREATE_IRQCHIP: the in-kernel controller
 * @vm: virtual machine without vCPUs
 *
 * x86: two PICs, an IOAPIC, and a local APIC for every vCPU made after it.
 * arm64: a GICv2; device.h has the newer way.  riscv64: nothing, use the AIA.
 *
 * Returns:
 *	0 on success
 *	-EEXIST, the machine has one
 *	-EINVAL, a vCPU exists already
 *	-ENOTSUP, not on this architecture
 *	-ENODEV, the host has no such controller to virtualise
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_create_irqchip(struct kvm_vm_fd *vm);

/**
 * kvm_vm_set_irq_line - KVM_IRQ_LINE: drive an interrupt line
 * @vm: virtual machine with an in-kernel irqchip
 * @irq: x86: a GSI; arm64: type, vCPU and number, KVM_ARM_IRQ_*_SHIFT
 * @level: true asserts the line, false releases it
 *
 * Returns:
 *	0 on success
 *	-ENXIO, the machine has no irqchip
 *	-EINVAL, no such interrupt
 *	-ENOTSUP, not on this architecture
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_irq_line(struct kvm_vm_fd *vm,
							uint32_t irq,
							bool level);

/**
 * kvm_vm_set_irq_line_status - KVM_IRQ_LINE_STATUS: and hear what it did
 * @vm: virtual machine with an in-kernel irqchip
 * @irq: as in kvm_vm_set_irq_line()
 * @level: true asserts the line, false releases it
 * @ret_status: receives a negative number when the interrupt was ignored
 *	(masked), 0 when it was coalesced with one that is pending, and a
 *	positive number when it was delivered.  x86 reports so; arm64 does not
 *	change it from @irq.
 *
 * Returns: as kvm_vm_set_irq_line()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_irq_line_status(
	struct kvm_vm_fd *vm, uint32_t irq, bool level, int32_t *ret_status);

/**
 * kvm_vm_signal_msi - KVM_SIGNAL_MSI: inject a message-signalled interrupt
 * @vm: virtual machine with an in-kernel irqchip
 * @msi: address and data, and the device id where an ITS needs it
 *
 * Returns:
 *	1 when it was delivered, 0 when the guest blocked it
 *	-EINVAL, the machine has no irqchip, or @msi has unknown flags
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_signal_msi(
	struct kvm_vm_fd *vm, const struct kvm_msi *msi);

/**
 * struct kvm_routes - a GSI routing table under construction
 * @table: what the kernel takes; NULL while empty
 * @capacity: entries that @table has room for
 *
 * A zeroed one is an empty table.
 */
struct kvm_routes {
	struct kvm_irq_routing *table;
	uint32_t capacity;
};

/**
 * kvm_routes_fini - free a routing table
 * @routes: table; empty afterwards
 */
KVM_IOCTLS_API void kvm_routes_fini(struct kvm_routes *routes);

/**
 * kvm_routes_add - add one entry
 * @routes: table
 * @entry: copied; several entries may share a GSI when they name pins of
 *	different chips
 *
 * Returns:
 *	0 on success
 *	-EEXIST, the GSI has a route to the same chip, or one of the two is
 *	not a pin
 *	-ENOSPC, the kernel takes no larger table
 *	-ENOMEM
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_routes_add(
	struct kvm_routes *routes, const struct kvm_irq_routing_entry *entry);

/**
 * kvm_routes_add_irqchip - route a GSI to a pin
 * @routes: table
 * @gsi: interrupt
 * @irqchip: KVM_IRQCHIP_* on x86, 0 elsewhere
 * @pin: input of that chip
 *
 * Returns: as kvm_routes_add()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_routes_add_irqchip(
	struct kvm_routes *routes, uint32_t gsi, uint32_t irqchip,
	uint32_t pin);

/**
 * kvm_routes_add_msi - route a GSI to a message
 * @routes: table
 * @gsi: interrupt
 * @address: where the message is written
 * @data: what is written
 *
 * Returns: as kvm_routes_add()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_routes_add_msi(
	struct kvm_routes *routes, uint32_t gsi, uint64_t address,
	uint32_t data);

/**
 * kvm_routes_add_msi_devid - route a GSI to a message of one device
 * @routes: table
 * @gsi: interrupt
 * @address: where the message is written
 * @data: what is written
 * @devid: the requester id that an ITS looks up; needs KVM_CAP_MSI_DEVID
 *
 * Returns: as kvm_routes_add()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_routes_add_msi_devid(
	struct kvm_routes *routes, uint32_t gsi, uint64_t address,
	uint32_t data, uint32_t devid);

/**
 * kvm_routes_remove - drop all routes of a GSI
 * @routes: table
 * @gsi: interrupt
 *
 * Returns: 0, or -ENOENT when there was none
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_routes_remove(struct kvm_routes *routes,
						      uint32_t gsi);

/**
 * kvm_vm_set_gsi_routing - KVM_SET_GSI_ROUTING: use a routing table
 * @vm: virtual machine with an in-kernel irqchip
 * @routes: the whole table; it replaces the one in use at once
 *
 * On x86 a new irqchip has the PC's routes.  A table replaces them as well:
 * kvm_routes_add_pc() in x86.h puts them into it.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, no irqchip, or an entry that the kernel refuses
 *	-ENOMEM
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_gsi_routing(
	struct kvm_vm_fd *vm, const struct kvm_routes *routes);

/**
 * kvm_vm_add_irqfd - KVM_IRQFD: let an eventfd raise an interrupt
 * @vm: virtual machine with an in-kernel irqchip
 * @fd: eventfd; borrowed, KVM holds its own reference until it is removed
 * @gsi: interrupt that a write to @fd pulses (a pin) or sends (an MSI)
 *
 * Returns:
 *	0 on success
 *	-EBUSY, @fd is an irqfd already
 *	-EBADF, @fd is not open
 *	-EINVAL, @fd is not an eventfd, or the machine has no irqchip
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_add_irqfd(struct kvm_vm_fd *vm,
						     int fd, uint32_t gsi);

/**
 * kvm_vm_add_irqfd_resample - the same for a level-triggered interrupt
 * @vm: virtual machine with an in-kernel irqchip
 * @fd: eventfd; a write asserts the line
 * @resample_fd: eventfd; signalled when the guest acknowledges the interrupt,
 *	which releases the line: a device that still wants it writes @fd again
 * @gsi: interrupt
 *
 * Needs KVM_CAP_IRQFD_RESAMPLE.
 *
 * Returns: as kvm_vm_add_irqfd()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_add_irqfd_resample(
	struct kvm_vm_fd *vm, int fd, int resample_fd, uint32_t gsi);

/**
 * kvm_vm_remove_irqfd - undo kvm_vm_add_irqfd() or its resampling sister
 * @vm: virtual machine
 * @fd: eventfd that was added
 * @gsi: its interrupt
 *
 * When it returns no interrupt of @fd is on its way any more.
 *
 * Returns:
 *	0 on success, also when @fd was not added
 *	-EBADF, @fd is not open
 *	-EINVAL, @fd is not an eventfd
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_remove_irqfd(struct kvm_vm_fd *vm,
							int fd, uint32_t gsi);

enum kvm_ioevent_space { KVM_IOEVENT_MMIO, KVM_IOEVENT_PIO };

/**
 * struct kvm_ioevent - a guest write that signals an eventfd
 * @space: memory or x86 port space
 * @addr: its address
 * @len: 1, 2, 4 or 8; or 0 for a write of any size, which KVM also handles
 *	without decoding the instruction where the hardware permits
 * @match: signal only when the value written is @value; not with @len 0
 * @value: the value
 */
struct kvm_ioevent {
	enum kvm_ioevent_space space;
	uint32_t len;
	uint64_t addr;
	uint64_t value;
	bool match;
};

/**
 * kvm_vm_add_ioeventfd - KVM_IOEVENTFD: a write signals an eventfd
 * @vm: virtual machine
 * @event: the write; no exit happens for it any more
 * @fd: eventfd; borrowed, KVM holds its own reference until it is removed
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @event's length or its match is not as described, or the
 *	range wraps; or @fd is not an eventfd
 *	-EEXIST, the same or a colliding event is there
 *	-EBADF, @fd is not open
 *	-ENOSPC, the machine has too many
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_add_ioeventfd(
	struct kvm_vm_fd *vm, const struct kvm_ioevent *event, int fd);

/**
 * kvm_vm_remove_ioeventfd - undo kvm_vm_add_ioeventfd()
 * @vm: virtual machine
 * @event: as it was added
 * @fd: as it was added
 *
 * Returns:
 *	0 on success
 *	-ENOENT, it was not added
 *	-EINVAL, -EBADF as above
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_remove_ioeventfd(
	struct kvm_vm_fd *vm, const struct kvm_ioevent *event, int fd);

#ifdef __cplusplus
}
#endif

#endif
