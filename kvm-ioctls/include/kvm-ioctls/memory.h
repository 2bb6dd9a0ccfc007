/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Guest memory beyond plain slots: guest_memfd, attributes, pre-faulting.
 *
 * Threading: as vm.h and vcpu.h say for the handle in the first argument.
 */
#ifndef KVM_IOCTLS_MEMORY_H
#define KVM_IOCTLS_MEMORY_H

#include <kvm-ioctls/vcpu.h>
#include <kvm-ioctls/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvm_vm_create_guest_memfd - KVM_CREATE_GUEST_MEMFD: memory for one machine
 * @vm: virtual machine
 * @size: bytes, a multiple of the page size
 * @flags: GUEST_MEMFD_FLAG_*, or 0
 *
 * For kvm_vm_set_user_memory_region2(): memory that the guest can have to
 * itself.  Needs KVM_CAP_GUEST_MEMFD.
 *
 * Returns:
 *	a close-on-exec descriptor, which the caller owns
 *	-EINVAL, @size or @flags is not as described
 *	-ENOTSUP, the kernel is older than the call
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_create_guest_memfd(
	struct kvm_vm_fd *vm, uint64_t size, uint64_t flags);

/**
 * kvm_vm_set_memory_attributes - KVM_SET_MEMORY_ATTRIBUTES: private or shared
 * @vm: virtual machine
 * @attributes: a page-aligned range and KVM_MEMORY_ATTRIBUTE_*
 *
 * Needs KVM_CAP_MEMORY_ATTRIBUTES, whose value is the supported attributes.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the range is not aligned or wraps, or an attribute is not
 *	supported
 *	-ENOTSUP, the kernel is older than the call
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_memory_attributes(
	struct kvm_vm_fd *vm, const struct kvm_memory_attributes *attributes);

/**
 * kvm_vcpu_pre_fault_memory - KVM_PRE_FAULT_MEMORY: map before first use
 * @vcpu: virtual CPU whose page tables are filled
 * @range: a page-aligned range; on return what is left of it
 *
 * Needs KVM_CAP_PRE_FAULT_MEMORY.
 *
 * Returns:
 *	0 on success; when @range->size is not 0 the rest is still to be done
 *	-EINVAL, the range is not aligned or wraps
 *	-ENOENT, it begins outside of all slots
 *	-EAGAIN, a page cannot be had now: try again
 *	-ENOTSUP, the kernel is older than the call
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_pre_fault_memory(
	struct kvm_vcpu_fd *vcpu, struct kvm_pre_fault_memory *range);

#ifdef __cplusplus
}
#endif

#endif
