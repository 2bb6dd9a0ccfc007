/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What only arm64 has. */
#include <errno.h>
#include <string.h>

#include "internal.h"

int fake_arch_system_ioctl(struct kvm_fake *fake, unsigned long request,
			   unsigned long arg)
{
	(void)fake;
	(void)request;
	(void)arg;
	return -ENOTTY;
}

int fake_arch_vm_ioctl(struct object *vm, unsigned long request,
		       unsigned long arg)
{
	struct kvm_vcpu_init init = { .target = KVM_ARM_TARGET_GENERIC_V8 };

	(void)vm;
	if (request != KVM_ARM_PREFERRED_TARGET)
		return -ENOTTY;
	memcpy(fake_pointer(arg), &init, sizeof(init));
	return 0;
}

int fake_arch_vcpu_ioctl(struct object *vcpu, unsigned long request,
			 unsigned long arg)
{
	switch (request) {
	case KVM_ARM_VCPU_INIT:
	case KVM_ARM_VCPU_FINALIZE:
	case KVM_SET_VCPU_EVENTS:
		return fake_set_state(vcpu, request, arg);
	case KVM_GET_VCPU_EVENTS:
		return fake_get_state(vcpu, request, KVM_SET_VCPU_EVENTS, arg);
	default:
		return -ENOTTY;
	}
}
