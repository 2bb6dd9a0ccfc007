/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include <kvm-ioctls/x86_state.h>

#include "internal.h"

/* What KVM_GET_XSAVE gives. */
#define XSAVE_SIZE 4096
/* Both vendors' state is below 12 KiB. */
#define NESTED_SIZE_LIMIT (1u << 20)

int kvm_vcpu_get_xsave(struct kvm_vcpu_fd *vcpu, struct kvm_xsave *ret_xsave)
{
	return kvm_call_ptr(&vcpu->handle, KVM_GET_XSAVE, ret_xsave);
}

int kvm_vcpu_set_xsave(struct kvm_vcpu_fd *vcpu, const struct kvm_xsave *xsave)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_XSAVE, xsave);
}

int kvm_vcpu_set_nested_state(struct kvm_vcpu_fd *vcpu,
			      const struct kvm_nested_state *state)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_NESTED_STATE, state);
}

int kvm_vcpu_set_tsc_khz(struct kvm_vcpu_fd *vcpu, unsigned int khz)
{
	return kvm_call(&vcpu->handle, KVM_SET_TSC_KHZ, khz);
}

int kvm_vcpu_get_tsc_khz(struct kvm_vcpu_fd *vcpu)
{
	return kvm_call(&vcpu->handle, KVM_GET_TSC_KHZ, 0);
}

int kvm_vcpu_kvmclock_ctrl(struct kvm_vcpu_fd *vcpu)
{
	return kvm_call(&vcpu->handle, KVM_KVMCLOCK_CTRL, 0);
}

int kvm_vcpu_translate(struct kvm_vcpu_fd *vcpu,
		       struct kvm_translation *translation)
{
	return kvm_call_ptr(&vcpu->handle, KVM_TRANSLATE, translation);
}

int kvm_vcpu_set_mce(struct kvm_vcpu_fd *vcpu, const struct kvm_x86_mce *mce)
{
	return kvm_call_ptr(&vcpu->handle, KVM_X86_SET_MCE, mce);
}

int kvm_vm_xsave_size(struct kvm_vm_fd *vm)
{
	int r = kvm_call(&vm->handle, KVM_CHECK_EXTENSION, KVM_CAP_XSAVE2);

	/* A kernel without the capability has no larger state. */
	return r >= 0 && r < XSAVE_SIZE ? XSAVE_SIZE : r;
}

/*
 * What the kernel reads and writes.  It is asked each time, because it grows
 * when the process gets leave to use more features.
 */
static int current_xsave_size(struct kvm_vcpu_fd *vcpu, struct kvm_vm_fd *vm)
{
	int r = kvm_vm_xsave_size(vm);

	return r < 0 ? kvm_fail(&vcpu->handle, KVM_CHECK_EXTENSION, r) : r;
}

int kvm_vcpu_get_xsave2(struct kvm_vcpu_fd *vcpu, struct kvm_vm_fd *vm,
			struct kvm_xsave **ret_xsave, size_t *ret_size)
{
	int size = current_xsave_size(vcpu, vm);
	struct kvm_xsave *xsave;
	int r;

	if (size < 0)
		return size;
	xsave = calloc(1, (size_t)size);
	if (!xsave)
		return kvm_fail(&vcpu->handle, KVM_CALL_ALLOC, -ENOMEM);
	r = kvm_call_ptr(&vcpu->handle,
			 size > XSAVE_SIZE ? KVM_GET_XSAVE2 : KVM_GET_XSAVE,
			 xsave);
	if (r < 0) {
		free(xsave);
		return r;
	}
	*ret_xsave = xsave;
	*ret_size = (size_t)size;
	return 0;
}

int kvm_vcpu_set_xsave2(struct kvm_vcpu_fd *vcpu, struct kvm_vm_fd *vm,
			const struct kvm_xsave *xsave, size_t size)
{
	int needed = current_xsave_size(vcpu, vm);

	if (needed < 0)
		return needed;
	if (size < (size_t)needed)
		return kvm_fail(&vcpu->handle, KVM_CALL_ARGUMENT, -EINVAL);
	return kvm_vcpu_set_xsave(vcpu, xsave);
}

/* The kernel tells the size that it needs when the one it was given is less. */
int kvm_vcpu_get_nested_state(struct kvm_vcpu_fd *vcpu,
			      struct kvm_nested_state **ret_state)
{
	uint32_t size = sizeof(struct kvm_nested_state), told;
	struct kvm_nested_state *state;
	int r;

	for (;;) {
		state = calloc(1, size);
		if (!state)
			return kvm_fail(&vcpu->handle, KVM_CALL_ALLOC, -ENOMEM);
		state->size = size;
		r = kvm_call_ptr(&vcpu->handle, KVM_GET_NESTED_STATE, state);
		if (r >= 0)
			break;
		told = state->size;
		free(state);
		if (r != -E2BIG || told <= size || told > NESTED_SIZE_LIMIT)
			return r;
		size = told;
	}
	/* Whoever saves or restores the state reads as much as it says. */
	if (state->size > size) {
		free(state);
		return kvm_fail(&vcpu->handle, (uint32_t)KVM_GET_NESTED_STATE,
				-EBADMSG);
	}
	*ret_state = state;
	return 0;
}

int kvm_vcpu_setup_mce(struct kvm_vcpu_fd *vcpu, uint64_t mcg_cap)
{
	return kvm_call_ptr(&vcpu->handle, KVM_X86_SETUP_MCE, &mcg_cap);
}

int kvm_vcpu_set_tpr_access_reporting(struct kvm_vcpu_fd *vcpu, bool enabled)
{
	struct kvm_tpr_access_ctl arg = { .enabled = enabled };

	return kvm_call_ptr(&vcpu->handle, KVM_TPR_ACCESS_REPORTING, &arg);
}

int kvm_vcpu_set_vapic_addr(struct kvm_vcpu_fd *vcpu, uint64_t addr)
{
	struct kvm_vapic_addr arg = { .vapic_addr = addr };

	return kvm_call_ptr(&vcpu->handle, KVM_SET_VAPIC_ADDR, &arg);
}
