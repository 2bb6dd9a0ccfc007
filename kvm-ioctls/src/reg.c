/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/reg.h>

#include "internal.h"

static int call_one_reg(struct kvm_vcpu_fd *vcpu, unsigned long request,
			uint64_t id, const void *value, size_t size)
{
	struct kvm_one_reg arg = { .id = id, .addr = (uintptr_t)value };

	if (size != kvm_reg_size(id) || size > KVM_REG_MAX_SIZE)
		return kvm_fail(&vcpu->handle, KVM_CALL_ARGUMENT, -EINVAL);
	return kvm_call_ptr(&vcpu->handle, request, &arg);
}

int kvm_vcpu_get_reg(struct kvm_vcpu_fd *vcpu, uint64_t id, void *ret_value,
		     size_t size)
{
	return call_one_reg(vcpu, KVM_GET_ONE_REG, id, ret_value, size);
}

int kvm_vcpu_set_reg(struct kvm_vcpu_fd *vcpu, uint64_t id, const void *value,
		     size_t size)
{
	return call_one_reg(vcpu, KVM_SET_ONE_REG, id, value, size);
}

/* All three architectures are little-endian: a value's low bytes come first. */
int kvm_vcpu_get_reg64(struct kvm_vcpu_fd *vcpu, uint64_t id,
		       uint64_t *ret_value)
{
	size_t size = kvm_reg_size(id);
	uint64_t value = 0;
	int r;

	if (size > sizeof(value))
		return kvm_fail(&vcpu->handle, KVM_CALL_ARGUMENT, -EINVAL);
	r = kvm_vcpu_get_reg(vcpu, id, &value, size);
	if (r < 0)
		return r;
	*ret_value = value;
	return 0;
}

int kvm_vcpu_set_reg64(struct kvm_vcpu_fd *vcpu, uint64_t id, uint64_t value)
{
	size_t size = kvm_reg_size(id);

	if (size > sizeof(value) ||
	    (size < sizeof(value) && value >> size * 8 != 0))
		return kvm_fail(&vcpu->handle, KVM_CALL_ARGUMENT, -EINVAL);
	return kvm_vcpu_set_reg(vcpu, id, &value, size);
}

int kvm_vcpu_get_reg_list(struct kvm_vcpu_fd *vcpu,
			  struct kvm_reg_list **ret_list)
{
	const struct kvm_growth growth = {
		.request = KVM_GET_REG_LIST,
		.header_size = sizeof(struct kvm_reg_list),
		.entry_size = sizeof((*ret_list)->reg[0]),
		.count_size = sizeof((*ret_list)->n),
		.first_count = 512,
	};

	return kvm_call_growing(&vcpu->handle, &growth, ret_list);
}
