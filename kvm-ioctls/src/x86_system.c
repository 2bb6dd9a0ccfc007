/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <kvm-ioctls/x86_system.h>

#include "internal.h"
#include "x86_internal.h"

/* A guest has about 100 MSRs of its own, the host fewer that describe it. */
#define FIRST_COUNT 256

int kvm_get_supported_cpuid(struct kvm_fd *kvm, struct kvm_cpuid2 **ret_cpuid)
{
	return kvm_x86_get_cpuid(&kvm->handle, KVM_GET_SUPPORTED_CPUID,
				 ret_cpuid);
}

int kvm_get_emulated_cpuid(struct kvm_fd *kvm, struct kvm_cpuid2 **ret_cpuid)
{
	return kvm_x86_get_cpuid(&kvm->handle, KVM_GET_EMULATED_CPUID,
				 ret_cpuid);
}

int kvm_get_supported_hv_cpuid(struct kvm_fd *kvm,
			       struct kvm_cpuid2 **ret_cpuid)
{
	return kvm_x86_get_cpuid(&kvm->handle, KVM_GET_SUPPORTED_HV_CPUID,
				 ret_cpuid);
}

static int get_msr_list(struct kvm_fd *kvm, unsigned long request,
			struct kvm_msr_list **ret_list)
{
	const struct kvm_growth growth = {
		.request = request,
		.header_size = sizeof(struct kvm_msr_list),
		.entry_size = sizeof((*ret_list)->indices[0]),
		.count_size = sizeof((*ret_list)->nmsrs),
		.first_count = FIRST_COUNT,
	};

	return kvm_call_growing(&kvm->handle, &growth, ret_list);
}

int kvm_get_msr_index_list(struct kvm_fd *kvm, struct kvm_msr_list **ret_list)
{
	return get_msr_list(kvm, KVM_GET_MSR_INDEX_LIST, ret_list);
}

int kvm_get_msr_feature_index_list(struct kvm_fd *kvm,
				   struct kvm_msr_list **ret_list)
{
	return get_msr_list(kvm, KVM_GET_MSR_FEATURE_INDEX_LIST, ret_list);
}

int kvm_get_feature_msrs(struct kvm_fd *kvm, struct kvm_msr_entry *entries,
			 uint32_t count)
{
	return kvm_x86_get_msrs(&kvm->handle, entries, count);
}

int kvm_get_mce_cap_supported(struct kvm_fd *kvm, uint64_t *ret_cap)
{
	return kvm_call_ptr(&kvm->handle, KVM_X86_GET_MCE_CAP_SUPPORTED,
			    ret_cap);
}
