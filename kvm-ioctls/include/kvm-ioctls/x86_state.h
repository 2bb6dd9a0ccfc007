/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * An x86 vCPU beyond its registers: extended and nested state, time, errors.
 *
 * Threading: as vcpu.h says.
 */
#ifndef KVM_IOCTLS_X86_STATE_H
#define KVM_IOCTLS_X86_STATE_H

#include <kvm-ioctls/vcpu.h>

#ifdef __x86_64__

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvm_vcpu_get_xsave - KVM_GET_XSAVE: extended state, up to 4 KiB
 * @vcpu: virtual CPU
 * @ret_xsave: receives the state
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_xsave(
	struct kvm_vcpu_fd *vcpu, struct kvm_xsave *ret_xsave);

/**
 * kvm_vcpu_set_xsave - KVM_SET_XSAVE: extended state, up to 4 KiB
 * @vcpu: virtual CPU
 * @xsave: the new state
 *
 * The kernel reads kvm_vm_xsave_size() bytes: where those may be more than
 * 4096 it must be kvm_vcpu_set_xsave2().
 *
 * Returns: 0, or -EINVAL when the vCPU cannot have such a state.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_xsave(
	struct kvm_vcpu_fd *vcpu, const struct kvm_xsave *xsave);

/**
 * kvm_vm_xsave_size - how large the extended state is
 * @vm: virtual machine
 *
 * KVM_CAP_XSAVE2: more than 4096 when the process asked arch_prctl(2) for
 * features such as AMX.
 *
 * Returns: a number of bytes, at least 4096, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_xsave_size(struct kvm_vm_fd *vm);

/**
 * kvm_vcpu_get_xsave2 - KVM_GET_XSAVE2: extended state of any size
 * @vcpu: virtual CPU
 * @vm: its virtual machine, which knows the size
 * @ret_xsave: receives the state; to be freed with free()
 * @ret_size: receives the number of its bytes, that of kvm_vm_xsave_size()
 *
 * Returns: 0, -ENOMEM, or what the kernel says.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_xsave2(
	struct kvm_vcpu_fd *vcpu, struct kvm_vm_fd *vm,
	struct kvm_xsave **ret_xsave, size_t *ret_size);

/**
 * kvm_vcpu_set_xsave2 - KVM_SET_XSAVE: extended state of any size
 * @vcpu: virtual CPU
 * @vm: its virtual machine, which knows how much the kernel reads
 * @xsave: the new state
 * @size: bytes at @xsave, such as a snapshot has
 *
 * A state of another process may be smaller than what this one needs.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @size is less than kvm_vm_xsave_size(), or the vCPU cannot have
 *	such a state
 *	other errors of KVM_CHECK_EXTENSION
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_xsave2(
	struct kvm_vcpu_fd *vcpu, struct kvm_vm_fd *vm,
	const struct kvm_xsave *xsave, size_t size);

/**
 * kvm_vcpu_get_nested_state - KVM_GET_NESTED_STATE: of a guest's guest
 * @vcpu: virtual CPU
 * @ret_state: receives it; to be freed with free()
 *
 * Needs KVM_CAP_NESTED_STATE.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the kernel says that it wrote more than it had room for
 *	-EINVAL, the vCPU has no nested virtualisation
 *	-ENOMEM
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_nested_state(
	struct kvm_vcpu_fd *vcpu, struct kvm_nested_state **ret_state);

/**
 * kvm_vcpu_set_nested_state - KVM_SET_NESTED_STATE: of a guest's guest
 * @vcpu: virtual CPU
 * @state: as from kvm_vcpu_get_nested_state()
 *
 * Returns: 0, or -EINVAL when the vCPU cannot have such a state.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_nested_state(
	struct kvm_vcpu_fd *vcpu, const struct kvm_nested_state *state);

/**
 * kvm_vcpu_set_tsc_khz - KVM_SET_TSC_KHZ
 * @vcpu: virtual CPU
 * @khz: frequency; 0 for the host's
 *
 * Needs KVM_CAP_TSC_CONTROL.
 *
 * Returns: 0, or -EINVAL when the host cannot do it.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_tsc_khz(
	struct kvm_vcpu_fd *vcpu, unsigned int khz);

/**
 * kvm_vcpu_get_tsc_khz - KVM_GET_TSC_KHZ
 * @vcpu: virtual CPU
 *
 * Needs KVM_CAP_GET_TSC_KHZ.
 *
 * Returns: the frequency in kHz, or -EIO when the host's is unstable.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_tsc_khz(
	struct kvm_vcpu_fd *vcpu);

/**
 * kvm_vcpu_kvmclock_ctrl - KVM_KVMCLOCK_CTRL: the guest was paused
 * @vcpu: virtual CPU
 *
 * Tells the guest's watchdog when the vCPU runs again.
 *
 * Returns: 0, or -EINVAL when the guest does not use kvmclock.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_kvmclock_ctrl(
	struct kvm_vcpu_fd *vcpu);

/**
 * kvm_vcpu_translate - KVM_TRANSLATE: a linear address
 * @vcpu: virtual CPU
 * @translation: linear_address is looked up; receives the rest
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_translate(
	struct kvm_vcpu_fd *vcpu, struct kvm_translation *translation);

/**
 * kvm_vcpu_setup_mce - KVM_X86_SETUP_MCE: machine check banks
 * @vcpu: virtual CPU
 * @mcg_cap: the guest's MCG_CAP, within kvm_get_mce_cap_supported()
 *
 * Returns: 0, or -EINVAL when it has bits that are not supported.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_setup_mce(struct kvm_vcpu_fd *vcpu,
						       uint64_t mcg_cap);

/**
 * kvm_vcpu_set_mce - KVM_X86_SET_MCE: raise a machine check
 * @vcpu: virtual CPU
 * @mce: the banks' registers
 *
 * Returns: 0, or -EINVAL when there is no such bank or it is not valid.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_mce(
	struct kvm_vcpu_fd *vcpu, const struct kvm_x86_mce *mce);

/**
 * kvm_vcpu_set_tpr_access_reporting - KVM_TPR_ACCESS_REPORTING
 * @vcpu: virtual CPU
 * @enabled: whether accesses to the task priority exit, to be patched
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_tpr_access_reporting(
	struct kvm_vcpu_fd *vcpu, bool enabled);

/**
 * kvm_vcpu_set_vapic_addr - KVM_SET_VAPIC_ADDR: of a 32-bit guest's option ROM
 * @vcpu: virtual CPU
 * @addr: guest-physical
 *
 * Returns: 0, or -EINVAL when the machine has no in-kernel local APIC.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_vapic_addr(
	struct kvm_vcpu_fd *vcpu, uint64_t addr);

#ifdef __cplusplus
}
#endif

#endif
#endif
