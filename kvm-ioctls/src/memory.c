/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <kvm-ioctls/memory.h>

#include "internal.h"

int kvm_vm_create_guest_memfd(struct kvm_vm_fd *vm, uint64_t size,
			      uint64_t flags)
{
	struct kvm_create_guest_memfd arg = { .size = size, .flags = flags };
	int fd = kvm_call_ptr(&vm->handle, KVM_CREATE_GUEST_MEMFD, &arg);

	if (fd >= 0)
		kvm_set_cloexec(fd);
	return fd;
}

int kvm_vm_set_memory_attributes(struct kvm_vm_fd *vm,
				 const struct kvm_memory_attributes *attributes)
{
	return kvm_call_ptr(&vm->handle, KVM_SET_MEMORY_ATTRIBUTES, attributes);
}

int kvm_vcpu_pre_fault_memory(struct kvm_vcpu_fd *vcpu,
			      struct kvm_pre_fault_memory *range)
{
	return kvm_call_ptr(&vcpu->handle, KVM_PRE_FAULT_MEMORY, range);
}
