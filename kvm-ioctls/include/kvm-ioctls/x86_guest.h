/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Guests that expect another hypervisor, or trust none: Xen's and Hyper-V's
 * interfaces, and memory encryption.
 *
 * Threading: as vm.h and vcpu.h say for the handle in the first argument.
 */
#ifndef KVM_IOCTLS_X86_GUEST_H
#define KVM_IOCTLS_X86_GUEST_H

#include <kvm-ioctls/vcpu.h>
#include <kvm-ioctls/vm.h>

#ifdef __x86_64__

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvm_vm_xen_hvm_config - KVM_XEN_HVM_CONFIG: Xen's hypercall page
 * @vm: virtual machine
 * @config: flags, MSR and pages
 *
 * Needs KVM_CAP_XEN_HVM, as do the other Xen functions.
 *
 * Returns: 0, or -EINVAL when a flag is not supported.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_xen_hvm_config(
	struct kvm_vm_fd *vm, const struct kvm_xen_hvm_config *config);

/**
 * kvm_vm_xen_get_attr - KVM_XEN_HVM_GET_ATTR
 * @vm: virtual machine
 * @attr: type selects; receives the value
 *
 * Returns: 0, or -ENOENT when there is no such type.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_xen_get_attr(
	struct kvm_vm_fd *vm, struct kvm_xen_hvm_attr *attr);

/**
 * kvm_vm_xen_set_attr - KVM_XEN_HVM_SET_ATTR
 * @vm: virtual machine
 * @attr: type and value
 *
 * Returns: 0, or -ENOENT when there is no such type.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_xen_set_attr(
	struct kvm_vm_fd *vm, const struct kvm_xen_hvm_attr *attr);

/**
 * kvm_vm_xen_evtchn_send - KVM_XEN_HVM_EVTCHN_SEND: an event channel
 * @vm: virtual machine
 * @event: port, vCPU and priority
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_xen_evtchn_send(
	struct kvm_vm_fd *vm, const struct kvm_irq_routing_xen_evtchn *event);

/**
 * kvm_vcpu_xen_get_attr - KVM_XEN_VCPU_GET_ATTR
 * @vcpu: virtual CPU
 * @attr: type selects; receives the value
 *
 * Returns: 0, or -ENOENT when there is no such type.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_xen_get_attr(
	struct kvm_vcpu_fd *vcpu, struct kvm_xen_vcpu_attr *attr);

/**
 * kvm_vcpu_xen_set_attr - KVM_XEN_VCPU_SET_ATTR
 * @vcpu: virtual CPU
 * @attr: type and value
 *
 * Returns: 0, or -ENOENT when there is no such type.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_xen_set_attr(
	struct kvm_vcpu_fd *vcpu, const struct kvm_xen_vcpu_attr *attr);

/**
 * kvm_vm_hyperv_eventfd - KVM_HYPERV_EVENTFD: a hypercall signals it
 * @vm: virtual machine
 * @eventfd: connection, descriptor, KVM_HYPERV_EVENTFD_DEASSIGN or 0
 *
 * Needs KVM_CAP_HYPERV_EVENTFD.
 *
 * Returns:
 *	0 on success
 *	-EEXIST, the connection has one
 *	-ENOENT, the connection to be removed has none
 *	-EINVAL, connection or descriptor are not valid
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_hyperv_eventfd(
	struct kvm_vm_fd *vm, const struct kvm_hyperv_eventfd *eventfd);

/**
 * kvm_vm_memory_encrypt_op - KVM_MEMORY_ENCRYPT_OP: SEV and TDX
 * @vm: virtual machine
 * @op: struct kvm_sev_cmd or struct kvm_tdx_cmd; NULL asks SEV
 *
 * The call that confidential guests are set up with; its results are in @op.
 *
 * Returns:
 *	0 on success
 *	-ENOTSUP, the machine is not of a confidential type
 *	other errors, which belong to the command
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_memory_encrypt_op(
	struct kvm_vm_fd *vm, void *op);

/**
 * kvm_vm_memory_encrypt_reg_region - KVM_MEMORY_ENCRYPT_REG_REGION
 * @vm: virtual machine
 * @region: host memory that may hold encrypted pages: it is pinned
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_memory_encrypt_reg_region(
	struct kvm_vm_fd *vm, const struct kvm_enc_region *region);

/**
 * kvm_vm_memory_encrypt_unreg_region - KVM_MEMORY_ENCRYPT_UNREG_REGION
 * @vm: virtual machine
 * @region: as it was registered
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_memory_encrypt_unreg_region(
	struct kvm_vm_fd *vm, const struct kvm_enc_region *region);

#ifdef __cplusplus
}
#endif

#endif
#endif
