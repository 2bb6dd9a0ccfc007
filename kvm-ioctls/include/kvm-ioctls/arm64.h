/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What only arm64 has.  On other architectures this header declares nothing.
 * Its interrupt controllers are in gic.h, its registers in reg_arm64.h.
 *
 * Threading: as vm.h and vcpu.h say for the handle in the first argument.
 */
#ifndef KVM_IOCTLS_ARM64_H
#define KVM_IOCTLS_ARM64_H

#include <kvm-ioctls/vcpu.h>
#include <kvm-ioctls/vm.h>

#ifdef __aarch64__

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvm_vm_arm_preferred_target - KVM_ARM_PREFERRED_TARGET
 * @vm: virtual machine
 * @ret_init: receives the target for kvm_vcpu_arm_vcpu_init(), no features
 *
 * Returns: 0, or -ENODEV when the host has none.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_arm_preferred_target(
	struct kvm_vm_fd *vm, struct kvm_vcpu_init *ret_init);

/**
 * kvm_vcpu_arm_vcpu_init - KVM_ARM_VCPU_INIT: reset a vCPU
 * @vcpu: virtual CPU
 * @init: target and KVM_ARM_VCPU_* features, the same for all vCPUs and each
 *	time
 *
 * Needed before anything else, and again for a reset.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the target or the features are not valid, or not those of the
 *	last time
 *	-ENOENT, a feature is not known
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_arm_vcpu_init(
	struct kvm_vcpu_fd *vcpu, const struct kvm_vcpu_init *init);

/**
 * kvm_vcpu_arm_vcpu_finalize - KVM_ARM_VCPU_FINALIZE: no more choices
 * @vcpu: virtual CPU
 * @feature: KVM_ARM_VCPU_SVE
 *
 * Returns:
 *	0 on success
 *	-EPERM, it is final already
 *	-EINVAL, the feature is not known, or the vCPU does not have it
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_arm_vcpu_finalize(
	struct kvm_vcpu_fd *vcpu, int feature);

/**
 * kvm_vm_arm_set_device_addr - KVM_ARM_SET_DEVICE_ADDR: of a GICv2
 * @vm: virtual machine
 * @id: device and which of its ranges
 * @addr: guest-physical
 *
 * Old; gic.h has the newer way.
 *
 * Returns:
 *	0 on success
 *	-ENODEV, there is no such device
 *	-EEXIST, the address is set
 *	-EINVAL, @addr is not aligned, or overlaps
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_arm_set_device_addr(
	struct kvm_vm_fd *vm, uint64_t id, uint64_t addr);

/**
 * kvm_vm_arm_mte_copy_tags - KVM_ARM_MTE_COPY_TAGS
 * @vm: virtual machine with KVM_CAP_ARM_MTE enabled
 * @copy: guest range, host buffer and direction
 *
 * Returns: the bytes that were copied, or
 *	-EINVAL, the range is not aligned, or MTE is not enabled
 *	-EFAULT, the range is not in a slot, or the buffer not mapped
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_arm_mte_copy_tags(
	struct kvm_vm_fd *vm, const struct kvm_arm_copy_mte_tags *copy);

/**
 * kvm_vm_arm_set_counter_offset - KVM_ARM_SET_COUNTER_OFFSET
 * @vm: virtual machine
 * @offset: what the guest's counters are behind the host's
 *
 * Needs KVM_CAP_COUNTER_OFFSET.
 *
 * Returns:
 *	0 on success
 *	-EBUSY, a vCPU is running
 *	-ENOTSUP or -EINVAL, the kernel is older than the call
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_arm_set_counter_offset(
	struct kvm_vm_fd *vm, uint64_t offset);

/**
 * kvm_vm_arm_get_reg_writable_masks - KVM_ARM_GET_REG_WRITABLE_MASKS
 * @vm: virtual machine
 * @range: which registers, and where 192 masks of 64 bits go
 *
 * The bits of the ID registers that kvm_vcpu_set_reg() may change.  Needs
 * KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the range is not known
 *	-EFAULT, the masks cannot be written
 *	-ENOTSUP or -EINVAL, the kernel is older than the call
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_arm_get_reg_writable_masks(
	struct kvm_vm_fd *vm, struct reg_mask_range *range);

#ifdef __cplusplus
}
#endif

#endif
#endif
