/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What happens to a vCPU: interrupts without an in-kernel controller, pending
 * exceptions, and debugging.
 *
 * Threading: as vcpu.h says.
 */
#ifndef KVM_IOCTLS_EVENT_H
#define KVM_IOCTLS_EVENT_H

#include <kvm-ioctls/vcpu.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvm_vcpu_set_guest_debug - KVM_SET_GUEST_DEBUG: steps and breakpoints
 * @vcpu: virtual CPU
 * @debug: KVM_GUESTDBG_* and the architecture's debug registers
 *
 * A step or breakpoint ends kvm_vcpu_run() with KVM_EXIT_DEBUG.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, a flag is not supported
 *	-EBUSY, x86: an exception is pending that the injection would lose
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_guest_debug(
	struct kvm_vcpu_fd *vcpu, const struct kvm_guest_debug *debug);

#if defined(__x86_64__) || defined(__riscv)
/**
 * kvm_vcpu_interrupt - KVM_INTERRUPT: from a controller in user space
 * @vcpu: virtual CPU of a machine without an in-kernel controller
 * @irq: x86: the vector, when run->ready_for_interrupt_injection is set;
 *	riscv64: KVM_INTERRUPT_SET or KVM_INTERRUPT_UNSET
 *
 * Returns:
 *	0 on success
 *	-EEXIST, x86: one is queued already
 *	-EINVAL, no such interrupt
 *	-ENXIO, x86: the machine has an in-kernel PIC
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_interrupt(struct kvm_vcpu_fd *vcpu,
						       uint32_t irq);
#endif

#if defined(__x86_64__) || defined(__aarch64__)
/**
 * kvm_vcpu_get_vcpu_events - KVM_GET_VCPU_EVENTS: what is pending
 * @vcpu: virtual CPU
 * @ret_events: receives exceptions, interrupts, NMIs, SMIs; on arm64 SErrors
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_vcpu_events(
	struct kvm_vcpu_fd *vcpu, struct kvm_vcpu_events *ret_events);

/**
 * kvm_vcpu_set_vcpu_events - KVM_SET_VCPU_EVENTS: what shall be pending
 * @vcpu: virtual CPU
 * @events: as from kvm_vcpu_get_vcpu_events()
 *
 * Returns: 0, or -EINVAL when a combination or a flag is impossible.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_vcpu_events(
	struct kvm_vcpu_fd *vcpu, const struct kvm_vcpu_events *events);
#endif

#ifdef __x86_64__
/**
 * kvm_vcpu_nmi - KVM_NMI: a non-maskable interrupt
 * @vcpu: virtual CPU
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_nmi(struct kvm_vcpu_fd *vcpu);

/**
 * kvm_vcpu_smi - KVM_SMI: a system management interrupt
 * @vcpu: virtual CPU
 *
 * Needs KVM_CAP_X86_SMM.
 *
 * Returns: 0, or -EINVAL or -ENOTSUP when the host does not emulate SMM.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_smi(struct kvm_vcpu_fd *vcpu);
#endif

#ifdef __cplusplus
}
#endif

#endif
