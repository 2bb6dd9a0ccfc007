/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <kvm-ioctls/x86_guest.h>

#include "internal.h"

int kvm_vm_xen_hvm_config(struct kvm_vm_fd *vm,
			  const struct kvm_xen_hvm_config *config)
{
	return kvm_call_ptr(&vm->handle, KVM_XEN_HVM_CONFIG, config);
}

int kvm_vm_xen_get_attr(struct kvm_vm_fd *vm, struct kvm_xen_hvm_attr *attr)
{
	return kvm_call_ptr(&vm->handle, KVM_XEN_HVM_GET_ATTR, attr);
}

int kvm_vm_xen_set_attr(struct kvm_vm_fd *vm,
			const struct kvm_xen_hvm_attr *attr)
{
	return kvm_call_ptr(&vm->handle, KVM_XEN_HVM_SET_ATTR, attr);
}

int kvm_vm_xen_evtchn_send(struct kvm_vm_fd *vm,
			   const struct kvm_irq_routing_xen_evtchn *event)
{
	return kvm_call_ptr(&vm->handle, KVM_XEN_HVM_EVTCHN_SEND, event);
}

int kvm_vcpu_xen_get_attr(struct kvm_vcpu_fd *vcpu,
			  struct kvm_xen_vcpu_attr *attr)
{
	return kvm_call_ptr(&vcpu->handle, KVM_XEN_VCPU_GET_ATTR, attr);
}

int kvm_vcpu_xen_set_attr(struct kvm_vcpu_fd *vcpu,
			  const struct kvm_xen_vcpu_attr *attr)
{
	return kvm_call_ptr(&vcpu->handle, KVM_XEN_VCPU_SET_ATTR, attr);
}

int kvm_vm_hyperv_eventfd(struct kvm_vm_fd *vm,
			  const struct kvm_hyperv_eventfd *eventfd)
{
	return kvm_call_ptr(&vm->handle, KVM_HYPERV_EVENTFD, eventfd);
}

int kvm_vm_memory_encrypt_op(struct kvm_vm_fd *vm, void *op)
{
	return kvm_call_ptr(&vm->handle, KVM_MEMORY_ENCRYPT_OP, op);
}

int kvm_vm_memory_encrypt_reg_region(struct kvm_vm_fd *vm,
				     const struct kvm_enc_region *region)
{
	return kvm_call_ptr(&vm->handle, KVM_MEMORY_ENCRYPT_REG_REGION, region);
}

int kvm_vm_memory_encrypt_unreg_region(struct kvm_vm_fd *vm,
				       const struct kvm_enc_region *region)
{
	return kvm_call_ptr(&vm->handle, KVM_MEMORY_ENCRYPT_UNREG_REGION,
			    region);
}
