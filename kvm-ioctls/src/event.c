/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <kvm-ioctls/event.h>

#include "internal.h"

int kvm_vcpu_set_guest_debug(struct kvm_vcpu_fd *vcpu,
			     const struct kvm_guest_debug *debug)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_GUEST_DEBUG, debug);
}

#if defined(__x86_64__) || defined(__riscv)
int kvm_vcpu_interrupt(struct kvm_vcpu_fd *vcpu, uint32_t irq)
{
	struct kvm_interrupt arg = { .irq = irq };

	return kvm_call_ptr(&vcpu->handle, KVM_INTERRUPT, &arg);
}
#endif

#if defined(__x86_64__) || defined(__aarch64__)
int kvm_vcpu_get_vcpu_events(struct kvm_vcpu_fd *vcpu,
			     struct kvm_vcpu_events *ret_events)
{
	return kvm_call_ptr(&vcpu->handle, KVM_GET_VCPU_EVENTS, ret_events);
}

int kvm_vcpu_set_vcpu_events(struct kvm_vcpu_fd *vcpu,
			     const struct kvm_vcpu_events *events)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_VCPU_EVENTS, events);
}
#endif

#ifdef __x86_64__
int kvm_vcpu_nmi(struct kvm_vcpu_fd *vcpu)
{
	return kvm_call(&vcpu->handle, KVM_NMI, 0);
}

int kvm_vcpu_smi(struct kvm_vcpu_fd *vcpu)
{
	return kvm_call(&vcpu->handle, KVM_SMI, 0);
}
#endif
