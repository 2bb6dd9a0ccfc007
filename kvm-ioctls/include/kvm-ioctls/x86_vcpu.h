/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The registers of an x86 vCPU.
 *
 * Threading: as vcpu.h says.
 */
#ifndef KVM_IOCTLS_X86_VCPU_H
#define KVM_IOCTLS_X86_VCPU_H

#include <kvm-ioctls/vcpu.h>

#ifdef __x86_64__

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvm_vcpu_get_regs - KVM_GET_REGS: general registers
 * @vcpu: virtual CPU
 * @ret_regs: receives them
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_regs(
	struct kvm_vcpu_fd *vcpu, struct kvm_regs *ret_regs);

/**
 * kvm_vcpu_set_regs - KVM_SET_REGS: general registers
 * @vcpu: virtual CPU
 * @regs: their new values
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_regs(
	struct kvm_vcpu_fd *vcpu, const struct kvm_regs *regs);

/**
 * kvm_vcpu_get_sregs - KVM_GET_SREGS: segments, control registers
 * @vcpu: virtual CPU
 * @ret_sregs: receives them
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_sregs(
	struct kvm_vcpu_fd *vcpu, struct kvm_sregs *ret_sregs);

/**
 * kvm_vcpu_set_sregs - KVM_SET_SREGS: segments, control registers
 * @vcpu: virtual CPU
 * @sregs: their new values
 *
 * Returns: 0, or -EINVAL when the processor could not be in such a state.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_sregs(
	struct kvm_vcpu_fd *vcpu, const struct kvm_sregs *sregs);

/**
 * kvm_vcpu_get_sregs2 - KVM_GET_SREGS2: and PAE's PDPTRs
 * @vcpu: virtual CPU
 * @ret_sregs2: receives the state
 *
 * Needs KVM_CAP_SREGS2.
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_sregs2(
	struct kvm_vcpu_fd *vcpu, struct kvm_sregs2 *ret_sregs2);

/**
 * kvm_vcpu_set_sregs2 - KVM_SET_SREGS2: and PAE's PDPTRs
 * @vcpu: virtual CPU
 * @sregs2: the new state
 *
 * Needs KVM_CAP_SREGS2.
 *
 * Returns: 0, or -EINVAL when the vCPU cannot have such a state.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_sregs2(
	struct kvm_vcpu_fd *vcpu, const struct kvm_sregs2 *sregs2);

/**
 * kvm_vcpu_get_fpu - KVM_GET_FPU: floating point
 * @vcpu: virtual CPU
 * @ret_fpu: receives it
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_fpu(struct kvm_vcpu_fd *vcpu,
						     struct kvm_fpu *ret_fpu);

/**
 * kvm_vcpu_set_fpu - KVM_SET_FPU: floating point
 * @vcpu: virtual CPU
 * @fpu: its new value
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_fpu(struct kvm_vcpu_fd *vcpu,
						     const struct kvm_fpu *fpu);

/**
 * kvm_vcpu_get_xcrs - KVM_GET_XCRS: extended control registers
 * @vcpu: virtual CPU
 * @ret_xcrs: receives the state
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_xcrs(
	struct kvm_vcpu_fd *vcpu, struct kvm_xcrs *ret_xcrs);

/**
 * kvm_vcpu_set_xcrs - KVM_SET_XCRS: extended control registers
 * @vcpu: virtual CPU
 * @xcrs: the new state
 *
 * Returns: 0, or -EINVAL when the vCPU cannot have such a state.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_xcrs(
	struct kvm_vcpu_fd *vcpu, const struct kvm_xcrs *xcrs);

/**
 * kvm_vcpu_get_debugregs - KVM_GET_DEBUGREGS: debug registers
 * @vcpu: virtual CPU
 * @ret_debugregs: receives the state
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_debugregs(
	struct kvm_vcpu_fd *vcpu, struct kvm_debugregs *ret_debugregs);

/**
 * kvm_vcpu_set_debugregs - KVM_SET_DEBUGREGS: debug registers
 * @vcpu: virtual CPU
 * @debugregs: the new state
 *
 * Returns: 0, or -EINVAL when the vCPU cannot have such a state.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_debugregs(
	struct kvm_vcpu_fd *vcpu, const struct kvm_debugregs *debugregs);

/**
 * kvm_vcpu_get_msrs - KVM_GET_MSRS: model-specific registers
 * @vcpu: virtual CPU
 * @entries: the indices to read; receives the data
 * @count: how many; there is no limit
 *
 * Returns:
 *	how many were read: when less than @count, entries[that] is the
 *	first that the kernel does not know
 *	-EBADMSG, the kernel counts more than it was asked for
 *	other errors straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_msrs(
	struct kvm_vcpu_fd *vcpu, struct kvm_msr_entry *entries,
	uint32_t count);

/**
 * kvm_vcpu_set_msrs - KVM_SET_MSRS: model-specific registers
 * @vcpu: virtual CPU
 * @entries: indices and data, applied in order
 * @count: how many; there is no limit
 *
 * Returns:
 *	how many were written: when less than @count, entries[that] is the
 *	first that the kernel refused
 *	-EBADMSG, the kernel counts more than it was given
 *	other errors straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_msrs(
	struct kvm_vcpu_fd *vcpu, const struct kvm_msr_entry *entries,
	uint32_t count);

/**
 * kvm_vcpu_set_cpuid2 - KVM_SET_CPUID2: what CPUID says
 * @vcpu: virtual CPU that has not run
 * @cpuid: table
 *
 * Returns:
 *	0 on success
 *	-E2BIG, more entries than the kernel takes
 *	-EINVAL, the vCPU has run with another table
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_cpuid2(
	struct kvm_vcpu_fd *vcpu, const struct kvm_cpuid2 *cpuid);

/**
 * kvm_vcpu_get_cpuid2 - KVM_GET_CPUID2: as KVM adjusted it since
 * @vcpu: virtual CPU
 * @ret_cpuid: receives the table; to be freed with free()
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the kernel counts more entries than it had room for
 *	-ENOMEM
 *	other errors straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_cpuid2(
	struct kvm_vcpu_fd *vcpu, struct kvm_cpuid2 **ret_cpuid);

/**
 * kvm_vcpu_set_cpuid - KVM_SET_CPUID: without indices
 * @vcpu: virtual CPU
 * @cpuid: table of entries that depend on EAX only
 *
 * Old; kvm_vcpu_set_cpuid2() says all.
 *
 * Returns: as kvm_vcpu_set_cpuid2()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_cpuid(
	struct kvm_vcpu_fd *vcpu, const struct kvm_cpuid *cpuid);

/**
 * kvm_vcpu_get_supported_hv_cpuid - KVM_GET_SUPPORTED_HV_CPUID
 * @vcpu: virtual CPU
 * @ret_cpuid: receives the table; to be freed with free()
 *
 * The leaves of Hyper-V's interface, for this vCPU.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the kernel counts more entries than it had room for
 *	-ENOMEM
 *	other errors straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_supported_hv_cpuid(
	struct kvm_vcpu_fd *vcpu, struct kvm_cpuid2 **ret_cpuid);

/**
 * kvm_vcpu_get_lapic - KVM_GET_LAPIC: the local APIC
 * @vcpu: virtual CPU of a machine with an in-kernel local APIC
 * @ret_lapic: receives them
 *
 * Returns: 0, or -EINVAL when there is none.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_lapic(
	struct kvm_vcpu_fd *vcpu, struct kvm_lapic_state *ret_lapic);

/**
 * kvm_vcpu_set_lapic - KVM_SET_LAPIC: the local APIC
 * @vcpu: virtual CPU of a machine with an in-kernel local APIC
 * @lapic: their new values
 *
 * Returns: 0, or -EINVAL when there is none, or it cannot hold the values.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_lapic(
	struct kvm_vcpu_fd *vcpu, const struct kvm_lapic_state *lapic);

/**
 * kvm_lapic_get - one register out of a local APIC's state
 * @lapic: from kvm_vcpu_get_lapic()
 * @off: its offset in the APIC page, a multiple of 16, at most 0x3f0
 */
static inline uint32_t kvm_lapic_get(const struct kvm_lapic_state *lapic,
				     unsigned int off)
{
	uint32_t value;

	__builtin_memcpy(&value, &lapic->regs[off], sizeof(value));
	return value;
}

/**
 * kvm_lapic_set - one register of a local APIC's state
 * @lapic: to be given to kvm_vcpu_set_lapic()
 * @off: its offset in the APIC page, a multiple of 16, at most 0x3f0
 * @value: what to put there
 */
static inline void kvm_lapic_set(struct kvm_lapic_state *lapic,
				 unsigned int off, uint32_t value)
{
	__builtin_memcpy(&lapic->regs[off], &value, sizeof(value));
}

#ifdef __cplusplus
}
#endif

#endif
#endif
