/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Coalesced MMIO and PIO: writes that KVM collects in a ring instead of
 * exiting for each.
 *
 * The ring is one page that all vCPUs of a machine map.  KVM exits as usual
 * when it is full; drain it before handling any exit, so that the writes take
 * effect in order.
 *
 * Threading: the ring has one reader at a time in the whole machine, so a VMM
 * with several vCPU threads drains it under a lock of its own.
 */
#ifndef KVM_IOCTLS_COALESCED_H
#define KVM_IOCTLS_COALESCED_H

#include <kvm-ioctls/irq.h>
#include <kvm-ioctls/vcpu.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvm_vm_add_coalesced - KVM_REGISTER_COALESCED_MMIO: collect writes
 * @vm: virtual machine
 * @space: memory, or with KVM_CAP_COALESCED_PIO x86 ports
 * @addr: first address
 * @size: bytes
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_add_coalesced(
	struct kvm_vm_fd *vm, enum kvm_ioevent_space space, uint64_t addr,
	uint32_t size);

/**
 * kvm_vm_remove_coalesced - KVM_UNREGISTER_COALESCED_MMIO: exit again
 * @vm: virtual machine
 * @space: as it was added
 * @addr: as it was added
 * @size: as it was added
 *
 * Returns: 0, also when it was not added, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_remove_coalesced(
	struct kvm_vm_fd *vm, enum kvm_ioevent_space space, uint64_t addr,
	uint32_t size);

/* A write that was collected. */
struct kvm_coalesced_write {
	uint64_t addr;
	uint8_t data[8];
	uint8_t len; /* 1 to 8 */
	enum kvm_ioevent_space space;
};

/**
 * kvm_vcpu_pop_coalesced - take the oldest write out of the ring
 * @vcpu: any vCPU of the machine
 * @ret_write: receives it
 *
 * Returns:
 *	1 when there was one, 0 when the ring is empty
 *	-ENOTSUP, this kernel's vCPUs map no ring
 *	-EBADMSG, the ring's indices or an entry's length are impossible
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_pop_coalesced(
	struct kvm_vcpu_fd *vcpu, struct kvm_coalesced_write *ret_write);

#ifdef __cplusplus
}
#endif

#endif
