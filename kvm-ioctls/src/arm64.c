/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <kvm-ioctls/arm64.h>

#include "internal.h"

int kvm_vm_arm_preferred_target(struct kvm_vm_fd *vm,
				struct kvm_vcpu_init *ret_init)
{
	return kvm_call_ptr(&vm->handle, KVM_ARM_PREFERRED_TARGET, ret_init);
}

int kvm_vcpu_arm_vcpu_init(struct kvm_vcpu_fd *vcpu,
			   const struct kvm_vcpu_init *init)
{
	return kvm_call_ptr(&vcpu->handle, KVM_ARM_VCPU_INIT, init);
}

int kvm_vcpu_arm_vcpu_finalize(struct kvm_vcpu_fd *vcpu, int feature)
{
	return kvm_call_ptr(&vcpu->handle, KVM_ARM_VCPU_FINALIZE, &feature);
}

int kvm_vm_arm_set_device_addr(struct kvm_vm_fd *vm, uint64_t id, uint64_t addr)
{
	struct kvm_arm_device_addr arg = { .id = id, .addr = addr };

	return kvm_call_ptr(&vm->handle, KVM_ARM_SET_DEVICE_ADDR, &arg);
}

int kvm_vm_arm_mte_copy_tags(struct kvm_vm_fd *vm,
			     const struct kvm_arm_copy_mte_tags *copy)
{
	return kvm_call_ptr(&vm->handle, KVM_ARM_MTE_COPY_TAGS, copy);
}

int kvm_vm_arm_set_counter_offset(struct kvm_vm_fd *vm, uint64_t offset)
{
	struct kvm_arm_counter_offset arg = { .counter_offset = offset };

	return kvm_call_ptr(&vm->handle, KVM_ARM_SET_COUNTER_OFFSET, &arg);
}

int kvm_vm_arm_get_reg_writable_masks(struct kvm_vm_fd *vm,
				      struct reg_mask_range *range)
{
	return kvm_call_ptr(&vm->handle, KVM_ARM_GET_REG_WRITABLE_MASKS, range);
}
