/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What only riscv64 has. */
#include <errno.h>

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
	(void)vm;
	(void)request;
	(void)arg;
	return -ENOTTY;
}

int fake_arch_vcpu_ioctl(struct object *vcpu, unsigned long request,
			 unsigned long arg)
{
	return request == KVM_INTERRUPT ? fake_set_state(vcpu, request, arg)
					: -ENOTTY;
}
