/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <kvm-ioctls/x86_vcpu.h>

#include "internal.h"

int kvm_vcpu_get_regs(struct kvm_vcpu_fd *vcpu, struct kvm_regs *ret_regs)
{
	return kvm_call_ptr(&vcpu->handle, KVM_GET_REGS, ret_regs);
}

int kvm_vcpu_set_regs(struct kvm_vcpu_fd *vcpu, const struct kvm_regs *regs)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_REGS, regs);
}

int kvm_vcpu_get_sregs(struct kvm_vcpu_fd *vcpu, struct kvm_sregs *ret_sregs)
{
	return kvm_call_ptr(&vcpu->handle, KVM_GET_SREGS, ret_sregs);
}

int kvm_vcpu_set_sregs(struct kvm_vcpu_fd *vcpu, const struct kvm_sregs *sregs)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_SREGS, sregs);
}

int kvm_vcpu_get_sregs2(struct kvm_vcpu_fd *vcpu, struct kvm_sregs2 *ret_sregs2)
{
	return kvm_call_ptr(&vcpu->handle, KVM_GET_SREGS2, ret_sregs2);
}

int kvm_vcpu_set_sregs2(struct kvm_vcpu_fd *vcpu,
			const struct kvm_sregs2 *sregs2)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_SREGS2, sregs2);
}

int kvm_vcpu_get_fpu(struct kvm_vcpu_fd *vcpu, struct kvm_fpu *ret_fpu)
{
	return kvm_call_ptr(&vcpu->handle, KVM_GET_FPU, ret_fpu);
}

int kvm_vcpu_set_fpu(struct kvm_vcpu_fd *vcpu, const struct kvm_fpu *fpu)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_FPU, fpu);
}

int kvm_vcpu_get_xcrs(struct kvm_vcpu_fd *vcpu, struct kvm_xcrs *ret_xcrs)
{
	return kvm_call_ptr(&vcpu->handle, KVM_GET_XCRS, ret_xcrs);
}

int kvm_vcpu_set_xcrs(struct kvm_vcpu_fd *vcpu, const struct kvm_xcrs *xcrs)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_XCRS, xcrs);
}

int kvm_vcpu_get_debugregs(struct kvm_vcpu_fd *vcpu,
			   struct kvm_debugregs *ret_debugregs)
{
	return kvm_call_ptr(&vcpu->handle, KVM_GET_DEBUGREGS, ret_debugregs);
}

int kvm_vcpu_set_debugregs(struct kvm_vcpu_fd *vcpu,
			   const struct kvm_debugregs *debugregs)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_DEBUGREGS, debugregs);
}

int kvm_vcpu_get_lapic(struct kvm_vcpu_fd *vcpu,
		       struct kvm_lapic_state *ret_lapic)
{
	return kvm_call_ptr(&vcpu->handle, KVM_GET_LAPIC, ret_lapic);
}

int kvm_vcpu_set_lapic(struct kvm_vcpu_fd *vcpu,
		       const struct kvm_lapic_state *lapic)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_LAPIC, lapic);
}
