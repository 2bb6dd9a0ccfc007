/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A virtual machine: its memory slots and what all architectures share.
 *
 * Interrupts are in irq.h, in-kernel devices in device.h, dirty logging in
 * dirty.h, and what only one architecture has in x86.h, arm64.h, riscv64.h.
 *
 * Threading: every function may be called from any thread, except that
 * kvm_vm_init() and kvm_vm_fini() must not run beside another one on the same
 * handle.  KVM itself wants all ioctls from the process that made the VM.
 */
#ifndef KVM_IOCTLS_VM_H
#define KVM_IOCTLS_VM_H

#include <kvm-ioctls/api.h>
#include <kvm-ioctls/handle.h>
#include <kvm-ioctls/kvm.h>
#include <kvm-ioctls/uapi.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kvm_vm_fd - a virtual machine
 * @handle: its descriptor
 * @run_size: bytes that each of its vCPUs maps
 * @ring_entries: of each vCPU's dirty ring; 0 without
 */
struct kvm_vm_fd {
	struct kvm_handle handle;
	uint32_t run_size;
	uint32_t ring_entries;
};

/**
 * kvm_vm_init - KVM_CREATE_VM: create a virtual machine
 * @vm: storage for the handle; it need not be initialised
 * @kvm: system handle; need not outlive @vm
 * @type: 0 for the default machine; on arm64 the size of the guest-physical
 *	address space in bits, KVM_VM_TYPE_ARM_IPA_SIZE(bits)
 *
 * On failure @vm is closed, and kvm_explain() on it says why.
 *
 * Returns:
 *	0 on success
 *	-EBUSY, another hypervisor uses the processor's virtualisation
 *	-EINVAL, KVM does not have this @type
 *	-EBADMSG, the kernel's struct kvm_run is smaller than its ABI
 *	-ENOMEM, -EMFILE, ... straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_init(struct kvm_vm_fd *vm,
						struct kvm_fd *kvm,
						unsigned long type);

/**
 * kvm_vm_fini - close a virtual machine
 * @vm: an initialised or zeroed handle
 *
 * The kernel keeps the machine until its vCPUs and devices are closed too.
 */
KVM_IOCTLS_API void kvm_vm_fini(struct kvm_vm_fd *vm);

/**
 * kvm_vm_check_extension - KVM_CHECK_EXTENSION: ask what this machine can do
 * @vm: virtual machine
 * @cap: KVM_CAP_*
 *
 * Some capabilities depend on the machine's type, and only this call gives
 * the size that KVM_CAP_XSAVE2 stands for.
 *
 * Returns: 0, 1 or a positive number as kvm_check_extension() does, or a
 * negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_check_extension(struct kvm_vm_fd *vm,
							   unsigned int cap);

/**
 * kvm_vm_enable_cap - KVM_ENABLE_CAP: turn a capability on for the machine
 * @vm: virtual machine
 * @cap: capability, flags and arguments; the padding must be 0
 *
 * Returns:
 *	0 or a positive number that belongs to the capability
 *	-EINVAL, the kernel does not know the capability or its arguments, or
 *	it came too late: many must precede the first vCPU
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_enable_cap(
	struct kvm_vm_fd *vm, const struct kvm_enable_cap *cap);

/**
 * kvm_vm_set_user_memory_region - KVM_SET_USER_MEMORY_REGION: a memory slot
 * @vm: virtual machine
 * @region: the slot; a memory_size of 0 removes it
 *
 * Adds, moves, changes or removes a slot.
 *
 * Addresses and size must be multiples of the page size.  The host memory is
 * borrowed: it must stay mapped until the slot is removed or the machine is
 * gone.  A slot can be moved and its flags changed, its size cannot.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the region is not aligned, wraps, or changes a slot's size
 *	-EEXIST, it overlaps another slot
 *	-ENOMEM, the kernel has no memory for its own tables
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_user_memory_region(
	struct kvm_vm_fd *vm, const struct kvm_userspace_memory_region *region);

/**
 * kvm_vm_set_user_memory_region2 - KVM_SET_USER_MEMORY_REGION2: with a memfd
 * @vm: virtual machine
 * @region: the slot; guest_memfd is used when KVM_MEM_GUEST_MEMFD is set
 *
 * Needs KVM_CAP_USER_MEMORY2.
 *
 * Returns: as kvm_vm_set_user_memory_region(), and
 *	-ENOTSUP, the kernel is older than the call
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_user_memory_region2(
	struct kvm_vm_fd *vm,
	const struct kvm_userspace_memory_region2 *region);

#ifdef __cplusplus
}
#endif

#endif
