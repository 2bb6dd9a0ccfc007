/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What only x86 has.  On other architectures this header is empty.
 *
 * Threading: as kvm.h, vm.h and vcpu.h say for the handle in the first
 * argument.
 */
#ifndef KVM_IOCTLS_X86_H
#define KVM_IOCTLS_X86_H

#include <kvm-ioctls/irq.h>
#include <kvm-ioctls/kvm.h>
#include <kvm-ioctls/vcpu.h>
#include <kvm-ioctls/vm.h>

#ifdef __x86_64__

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvm_get_supported_cpuid - the CPUID that KVM can give a guest (4.46)
 * @kvm: system handle
 * @ret_cpuid: receives the table; to be freed with free()
 *
 * The table grows until it fits.  Edit it and give it to
 * kvm_vcpu_set_cpuid2(): the local APIC id, for example, is for the VMM to
 * fill in for every vCPU.
 *
 * Returns: 0, -ENOMEM, or what the kernel says.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_get_supported_cpuid(
	struct kvm_fd *kvm, struct kvm_cpuid2 **ret_cpuid);

/**
 * kvm_vm_set_tss_addr - where KVM keeps three pages for real mode (4.40)
 * @vm: virtual machine
 * @addr: guest-physical, below 4 GiB, three pages that nothing else uses
 *
 * Intel processors without unrestricted guest need it.
 *
 * Returns: 0, or -EINVAL when the range passes 4 GiB.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_tss_addr(struct kvm_vm_fd *vm,
							unsigned long addr);

/**
 * kvm_vm_set_identity_map_addr - where KVM keeps one page of tables (4.41)
 * @vm: virtual machine without vCPUs
 * @addr: guest-physical, below 4 GiB, one page that nothing else uses
 *
 * Returns: 0, or -EINVAL when a vCPU exists.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_identity_map_addr(
	struct kvm_vm_fd *vm, uint64_t addr);

/**
 * kvm_vm_create_pit2 - make the in-kernel i8254 timer (4.71)
 * @vm: virtual machine with an in-kernel irqchip
 * @flags: KVM_PIT_SPEAKER_DUMMY to also answer port 0x61, or 0
 *
 * Returns:
 *	0 on success
 *	-EEXIST, the machine has one
 *	-ENOENT, it has no irqchip
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_create_pit2(struct kvm_vm_fd *vm,
						       uint32_t flags);

/**
 * kvm_routes_add_pc - the routes that a new irqchip has on x86
 * @routes: table
 *
 * GSI 0 to 23 to the IOAPIC's pin of the same number, and 0 to 15 to the two
 * PICs as well.
 *
 * Returns: as kvm_routes_add()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_routes_add_pc(
	struct kvm_routes *routes);

/**
 * kvm_vcpu_get_regs - general registers (4.11)
 * @vcpu: virtual CPU
 * @ret_regs: receives them
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_regs(
	struct kvm_vcpu_fd *vcpu, struct kvm_regs *ret_regs);

/**
 * kvm_vcpu_set_regs - general registers (4.12)
 * @vcpu: virtual CPU
 * @regs: their new values
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_regs(
	struct kvm_vcpu_fd *vcpu, const struct kvm_regs *regs);

/**
 * kvm_vcpu_get_sregs - segments and control registers (4.13)
 * @vcpu: virtual CPU
 * @ret_sregs: receives them
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_sregs(
	struct kvm_vcpu_fd *vcpu, struct kvm_sregs *ret_sregs);

/**
 * kvm_vcpu_set_sregs - segments and control registers (4.14)
 * @vcpu: virtual CPU
 * @sregs: their new values
 *
 * Returns: 0, or -EINVAL when the processor could not be in such a state.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_sregs(
	struct kvm_vcpu_fd *vcpu, const struct kvm_sregs *sregs);

/**
 * kvm_vcpu_get_fpu - floating point state (4.23)
 * @vcpu: virtual CPU
 * @ret_fpu: receives it
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_fpu(struct kvm_vcpu_fd *vcpu,
						     struct kvm_fpu *ret_fpu);

/**
 * kvm_vcpu_set_fpu - floating point state (4.23)
 * @vcpu: virtual CPU
 * @fpu: its new value
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_fpu(struct kvm_vcpu_fd *vcpu,
						     const struct kvm_fpu *fpu);

/**
 * kvm_vcpu_get_msrs - model-specific registers (4.18)
 * @vcpu: virtual CPU
 * @entries: the indices to read; receives the data
 * @count: how many; there is no limit
 *
 * Returns: how many were read: when less than @count, entries[that] is the
 * first that the kernel does not know; or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_msrs(
	struct kvm_vcpu_fd *vcpu, struct kvm_msr_entry *entries,
	uint32_t count);

/**
 * kvm_vcpu_set_msrs - model-specific registers (4.19)
 * @vcpu: virtual CPU
 * @entries: indices and data, applied in order
 * @count: how many; there is no limit
 *
 * Returns: how many were written: when less than @count, entries[that] is the
 * first that the kernel refused; or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_msrs(
	struct kvm_vcpu_fd *vcpu, const struct kvm_msr_entry *entries,
	uint32_t count);

/**
 * kvm_vcpu_set_cpuid2 - what the guest's CPUID instruction says (4.20)
 * @vcpu: virtual CPU that has not run
 * @cpuid: table
 *
 * Returns:
 *	0 on success
 *	-E2BIG, more entries than the kernel takes
 *	-EINVAL, the vCPU has run with another table
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_cpuid2(
	struct kvm_vcpu_fd *vcpu, const struct kvm_cpuid2 *cpuid);

/**
 * kvm_vcpu_get_cpuid2 - what it was set to, as KVM adjusted it since
 * @vcpu: virtual CPU
 * @ret_cpuid: receives the table; to be freed with free()
 *
 * Returns: 0, -ENOMEM, or what the kernel says.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_cpuid2(
	struct kvm_vcpu_fd *vcpu, struct kvm_cpuid2 **ret_cpuid);

/**
 * kvm_vcpu_get_lapic - registers of the local APIC (4.57)
 * @vcpu: virtual CPU of a machine with an in-kernel local APIC
 * @ret_lapic: receives them
 *
 * Returns: 0, or -EINVAL when there is none.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_lapic(
	struct kvm_vcpu_fd *vcpu, struct kvm_lapic_state *ret_lapic);

/**
 * kvm_vcpu_set_lapic - registers of the local APIC (4.58)
 * @vcpu: virtual CPU of a machine with an in-kernel local APIC
 * @lapic: their new values
 *
 * Returns: 0, or -EINVAL when there is none, or it cannot hold the values.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_lapic(
	struct kvm_vcpu_fd *vcpu, const struct kvm_lapic_state *lapic);

/**
 * kvm_lapic_get - one register out of a local APIC's state
 * @lapic: from kvm_vcpu_get_lapic()
 * @off: its offset in the APIC page, a multiple of 16, at most 0x3f0
 */
static inline uint32_t kvm_lapic_get(const struct kvm_lapic_state *lapic,
				     unsigned int off)
{
	uint32_t value;

	__builtin_memcpy(&value, &lapic->regs[off], sizeof(value));
	return value;
}

/**
 * kvm_lapic_set - one register of a local APIC's state
 * @lapic: to be given to kvm_vcpu_set_lapic()
 * @off: its offset in the APIC page, a multiple of 16, at most 0x3f0
 * @value: what to put there
 */
static inline void kvm_lapic_set(struct kvm_lapic_state *lapic,
				 unsigned int off, uint32_t value)
{
	__builtin_memcpy(&lapic->regs[off], &value, sizeof(value));
}

#ifdef __cplusplus
}
#endif

#endif
#endif
