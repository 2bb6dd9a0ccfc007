/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * In-kernel devices, and attributes of devices, machines, vCPUs and of KVM.
 *
 * An attribute is addressed by a group and a number, and has a value of the
 * size that belongs to it.  gic.h and aia.h set up interrupt controllers with
 * these.
 *
 * Threading: any thread, except that kvm_device_init() and kvm_device_fini()
 * must not run beside another function on the same handle; the attributes of
 * a vCPU belong to its thread.
 */
#ifndef KVM_IOCTLS_DEVICE_H
#define KVM_IOCTLS_DEVICE_H

#include <kvm-ioctls/vcpu.h>
#include <kvm-ioctls/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kvm_device_fd {
	struct kvm_handle handle;
};

/**
 * kvm_device_init - KVM_CREATE_DEVICE: make an in-kernel device
 * @device: storage for the handle; it need not be initialised
 * @vm: virtual machine; need not outlive @device
 * @type: KVM_DEV_TYPE_*
 *
 * On failure @device is closed, and kvm_explain() on it says why.
 *
 * Returns:
 *	0 on success
 *	-ENODEV, the kernel or the host does not have such a device
 *	-EEXIST, the machine may have one of this type, and has it
 *	-ENOTSUP, the kernel has no in-kernel devices at all
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_device_init(
	struct kvm_device_fd *device, struct kvm_vm_fd *vm, uint32_t type);

/**
 * kvm_device_fini - close a device
 * @device: an initialised or zeroed handle
 *
 * The device itself lives as long as the machine.
 */
KVM_IOCTLS_API void kvm_device_fini(struct kvm_device_fd *device);

/**
 * kvm_vm_has_device - ask whether a device could be made
 * @vm: virtual machine
 * @type: KVM_DEV_TYPE_*
 *
 * Returns: 1 when it could, 0 when not, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_has_device(struct kvm_vm_fd *vm,
						      uint32_t type);

/**
 * kvm_device_set_attr - KVM_SET_DEVICE_ATTR
 * @device: device
 * @group: which kind of attribute
 * @attr: which of them
 * @value: its new value; NULL where the attribute is a command
 *
 * The functions below do the same for other objects, get and has included.
 *
 * Returns:
 *	0 on success
 *	-ENXIO, no such attribute
 *	-EPERM, it cannot be set, or not any more
 *	-EBUSY, the device is in use
 *	-EFAULT, @value cannot be read
 *	other errors, which belong to the attribute
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_device_set_attr(
	struct kvm_device_fd *device, uint32_t group, uint64_t attr,
	const void *value);

/**
 * kvm_device_get_attr - KVM_GET_DEVICE_ATTR
 * @device: device
 * @group: which kind of attribute
 * @attr: which of them
 * @ret_value: receives the value; of the attribute's size
 *
 * Returns: as kvm_device_set_attr()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_device_get_attr(
	struct kvm_device_fd *device, uint32_t group, uint64_t attr,
	void *ret_value);

/**
 * kvm_device_has_attr - KVM_HAS_DEVICE_ATTR
 * @device: device
 * @group: which kind of attribute
 * @attr: which of them
 *
 * Returns: 1 when there is such an attribute, 0 when not, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_device_has_attr(
	struct kvm_device_fd *device, uint32_t group, uint64_t attr);

/* Attributes of a machine: KVM_CAP_VM_ATTRIBUTES. */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_attr(struct kvm_vm_fd *vm,
						    uint32_t group,
						    uint64_t attr,
						    const void *value);
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_get_attr(struct kvm_vm_fd *vm,
						    uint32_t group,
						    uint64_t attr,
						    void *ret_value);
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_has_attr(struct kvm_vm_fd *vm,
						    uint32_t group,
						    uint64_t attr);

/* Attributes of a vCPU: KVM_CAP_VCPU_ATTRIBUTES. */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_attr(struct kvm_vcpu_fd *vcpu,
						      uint32_t group,
						      uint64_t attr,
						      const void *value);
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_attr(struct kvm_vcpu_fd *vcpu,
						      uint32_t group,
						      uint64_t attr,
						      void *ret_value);
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_has_attr(struct kvm_vcpu_fd *vcpu,
						      uint32_t group,
						      uint64_t attr);

/* Attributes of KVM itself, which are read-only: KVM_CAP_SYS_ATTRIBUTES. */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_get_attr(struct kvm_fd *kvm,
						 uint32_t group, uint64_t attr,
						 void *ret_value);
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_has_attr(struct kvm_fd *kvm,
						 uint32_t group, uint64_t attr);

#ifdef __cplusplus
}
#endif

#endif
