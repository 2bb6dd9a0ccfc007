/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <unistd.h>

#include <kvm-ioctls/device.h>

#include "internal.h"

int kvm_device_init(struct kvm_device_fd *device, struct kvm_vm_fd *vm,
		    uint32_t type)
{
	struct kvm_create_device arg = { .type = type };
	int r;

	r = kvm_handle_call(&device->handle, &vm->handle, KVM_CREATE_DEVICE,
			    (unsigned long)&arg);
	if (r < 0)
		return r;
	r = kvm_handle_adopt(&device->handle, (int)arg.fd);
	if (r < 0)
		close((int)arg.fd);
	return r;
}

void kvm_device_fini(struct kvm_device_fd *device)
{
	kvm_handle_close(&device->handle);
}

int kvm_vm_has_device(struct kvm_vm_fd *vm, uint32_t type)
{
	struct kvm_create_device arg = {
		.type = type,
		.flags = KVM_CREATE_DEVICE_TEST,
	};
	int r = kvm_call_ptr(&vm->handle, KVM_CREATE_DEVICE, &arg);

	if (r == -ENODEV)
		return 0;
	return r < 0 ? r : 1;
}

static int set_attr(struct kvm_handle *handle, uint32_t group, uint64_t attr,
		    const void *value)
{
	struct kvm_device_attr arg = {
		.group = group,
		.attr = attr,
		.addr = (uintptr_t)value,
	};

	return kvm_call_ptr(handle, KVM_SET_DEVICE_ATTR, &arg);
}

static int get_attr(struct kvm_handle *handle, uint32_t group, uint64_t attr,
		    void *ret_value)
{
	struct kvm_device_attr arg = {
		.group = group,
		.attr = attr,
		.addr = (uintptr_t)ret_value,
	};

	return kvm_call_ptr(handle, KVM_GET_DEVICE_ATTR, &arg);
}

static int has_attr(struct kvm_handle *handle, uint32_t group, uint64_t attr)
{
	struct kvm_device_attr arg = { .group = group, .attr = attr };
	int r = kvm_call_ptr(handle, KVM_HAS_DEVICE_ATTR, &arg);

	if (r == -ENXIO)
		return 0;
	return r < 0 ? r : 1;
}

int kvm_device_set_attr(struct kvm_device_fd *device, uint32_t group,
			uint64_t attr, const void *value)
{
	return set_attr(&device->handle, group, attr, value);
}

int kvm_device_get_attr(struct kvm_device_fd *device, uint32_t group,
			uint64_t attr, void *ret_value)
{
	return get_attr(&device->handle, group, attr, ret_value);
}

int kvm_device_has_attr(struct kvm_device_fd *device, uint32_t group,
			uint64_t attr)
{
	return has_attr(&device->handle, group, attr);
}

int kvm_vm_set_attr(struct kvm_vm_fd *vm, uint32_t group, uint64_t attr,
		    const void *value)
{
	return set_attr(&vm->handle, group, attr, value);
}

int kvm_vm_get_attr(struct kvm_vm_fd *vm, uint32_t group, uint64_t attr,
		    void *ret_value)
{
	return get_attr(&vm->handle, group, attr, ret_value);
}

int kvm_vm_has_attr(struct kvm_vm_fd *vm, uint32_t group, uint64_t attr)
{
	return has_attr(&vm->handle, group, attr);
}

int kvm_vcpu_set_attr(struct kvm_vcpu_fd *vcpu, uint32_t group, uint64_t attr,
		      const void *value)
{
	return set_attr(&vcpu->handle, group, attr, value);
}

int kvm_vcpu_get_attr(struct kvm_vcpu_fd *vcpu, uint32_t group, uint64_t attr,
		      void *ret_value)
{
	return get_attr(&vcpu->handle, group, attr, ret_value);
}

int kvm_vcpu_has_attr(struct kvm_vcpu_fd *vcpu, uint32_t group, uint64_t attr)
{
	return has_attr(&vcpu->handle, group, attr);
}

int kvm_get_attr(struct kvm_fd *kvm, uint32_t group, uint64_t attr,
		 void *ret_value)
{
	return get_attr(&kvm->handle, group, attr, ret_value);
}

int kvm_has_attr(struct kvm_fd *kvm, uint32_t group, uint64_t attr)
{
	return has_attr(&kvm->handle, group, attr);
}
