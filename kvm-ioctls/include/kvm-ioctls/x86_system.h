/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What KVM and the host's processor offer x86 guests.
 *
 * Threading: as kvm.h says.
 */
#ifndef KVM_IOCTLS_X86_SYSTEM_H
#define KVM_IOCTLS_X86_SYSTEM_H

#include <stdint.h>

#include <kvm-ioctls/kvm.h>

#ifdef __x86_64__

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvm_get_supported_cpuid - KVM_GET_SUPPORTED_CPUID
 * @kvm: system handle
 * @ret_cpuid: receives what a guest can have; to be freed with free()
 *
 * The table grows until it fits.  Edit it and give it to
 * kvm_vcpu_set_cpuid2(): the local APIC id, for example, is for the VMM to
 * fill in for every vCPU.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the kernel counts more entries than it had room for
 *	-ENOMEM
 *	other errors straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_get_supported_cpuid(
	struct kvm_fd *kvm, struct kvm_cpuid2 **ret_cpuid);

/**
 * kvm_get_emulated_cpuid - KVM_GET_EMULATED_CPUID
 * @kvm: system handle
 * @ret_cpuid: receives the table; to be freed with free()
 *
 * What KVM emulates though the processor lacks it.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the kernel counts more entries than it had room for
 *	-ENOMEM
 *	other errors straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_get_emulated_cpuid(
	struct kvm_fd *kvm, struct kvm_cpuid2 **ret_cpuid);

/**
 * kvm_get_supported_hv_cpuid - KVM_GET_SUPPORTED_HV_CPUID
 * @kvm: system handle
 * @ret_cpuid: receives the table; to be freed with free()
 *
 * The leaves of Hyper-V's interface.  Needs KVM_CAP_SYS_HYPERV_CPUID; older
 * kernels have it for a vCPU, kvm_vcpu_get_supported_hv_cpuid().
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the kernel counts more entries than it had room for
 *	-ENOMEM
 *	other errors straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_get_supported_hv_cpuid(
	struct kvm_fd *kvm, struct kvm_cpuid2 **ret_cpuid);

/**
 * kvm_get_msr_index_list - KVM_GET_MSR_INDEX_LIST: a guest's MSRs
 * @kvm: system handle
 * @ret_list: receives the indices; to be freed with free()
 *
 * The MSRs that belong to a guest's state.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the kernel counts more entries than it had room for
 *	-ENOMEM
 *	other errors straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_get_msr_index_list(
	struct kvm_fd *kvm, struct kvm_msr_list **ret_list);

/**
 * kvm_get_msr_feature_index_list - KVM_GET_MSR_FEATURE_INDEX_LIST
 * @kvm: system handle
 * @ret_list: receives the indices; to be freed with free()
 *
 * The MSRs that describe what the host can do: kvm_get_feature_msrs().
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the kernel counts more entries than it had room for
 *	-ENOMEM
 *	other errors straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_get_msr_feature_index_list(
	struct kvm_fd *kvm, struct kvm_msr_list **ret_list);

/**
 * kvm_get_feature_msrs - KVM_GET_MSRS: what the host can do
 * @kvm: system handle
 * @entries: indices to read; receives the data
 * @count: how many; there is no limit
 *
 * Needs KVM_CAP_GET_MSR_FEATURES.
 *
 * Returns:
 *	how many were read: when less than @count, entries[that] is the
 *	first that the kernel does not know
 *	-EBADMSG, the kernel counts more than it was asked for
 *	other errors straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_get_feature_msrs(
	struct kvm_fd *kvm, struct kvm_msr_entry *entries, uint32_t count);

/**
 * kvm_get_mce_cap_supported - KVM_X86_GET_MCE_CAP_SUPPORTED
 * @kvm: system handle
 * @ret_cap: receives the bits that kvm_vcpu_setup_mce() may set
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_get_mce_cap_supported(
	struct kvm_fd *kvm, uint64_t *ret_cap);

#ifdef __cplusplus
}
#endif

#endif
#endif
