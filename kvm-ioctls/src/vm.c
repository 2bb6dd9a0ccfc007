/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <kvm-ioctls/vm.h>

#include "internal.h"

int kvm_vm_init(struct kvm_vm_fd *vm, struct kvm_fd *kvm, unsigned long type)
{
	int r;

	vm->run_size = 0;
	vm->ring_entries = 0;
	r = kvm_handle_create(&vm->handle, &kvm->handle, KVM_CREATE_VM, type);
	if (r < 0)
		return r;
	/* Asked here and not for each vCPU: it saves a call for all but one. */
	r = kvm_vcpu_mmap_size(kvm);
	if (r >= 0 && (size_t)r < sizeof(struct kvm_run))
		r = -EBADMSG;
	if (r < 0) {
		kvm_vm_fini(vm);
		return kvm_fail(&vm->handle, KVM_GET_VCPU_MMAP_SIZE, r);
	}
	vm->run_size = (uint32_t)r;
	return 0;
}

void kvm_vm_fini(struct kvm_vm_fd *vm)
{
	kvm_handle_close(&vm->handle);
}

int kvm_vm_check_extension(struct kvm_vm_fd *vm, unsigned int cap)
{
	return kvm_call(&vm->handle, KVM_CHECK_EXTENSION, cap);
}

int kvm_vm_enable_cap(struct kvm_vm_fd *vm, const struct kvm_enable_cap *cap)
{
	return kvm_call_ptr(&vm->handle, KVM_ENABLE_CAP, cap);
}

int kvm_vm_set_user_memory_region(
	struct kvm_vm_fd *vm, const struct kvm_userspace_memory_region *region)
{
	return kvm_call_ptr(&vm->handle, KVM_SET_USER_MEMORY_REGION, region);
}

int kvm_vm_set_user_memory_region2(
	struct kvm_vm_fd *vm, const struct kvm_userspace_memory_region2 *region)
{
	return kvm_call_ptr(&vm->handle, KVM_SET_USER_MEMORY_REGION2, region);
}
