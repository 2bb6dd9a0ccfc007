/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <stdbool.h>
#include <string.h>

#include <kvm-ioctls/x86_vcpu.h>

#include "internal.h"
#include "x86_internal.h"

/* A processor of today has about 60 leaves; the kernel's own limit is 256. */
#define FIRST_COUNT 128

int kvm_x86_get_cpuid(struct kvm_handle *handle, unsigned long request,
		      struct kvm_cpuid2 **ret_cpuid)
{
	const struct kvm_growth growth = {
		.request = request,
		.header_size = sizeof(struct kvm_cpuid2),
		.entry_size = sizeof(struct kvm_cpuid_entry2),
		.count_size = sizeof((*ret_cpuid)->nent),
		.first_count = FIRST_COUNT,
	};

	return kvm_call_growing(handle, &growth, ret_cpuid);
}

int kvm_vcpu_set_cpuid2(struct kvm_vcpu_fd *vcpu,
			const struct kvm_cpuid2 *cpuid)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_CPUID2, cpuid);
}

int kvm_vcpu_set_cpuid(struct kvm_vcpu_fd *vcpu, const struct kvm_cpuid *cpuid)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_CPUID, cpuid);
}

/* Whether the kernel left an entry as it was allocated. */
static bool is_unused(const struct kvm_cpuid_entry2 *entry)
{
	static const struct kvm_cpuid_entry2 zeroes;

	return !memcmp(entry, &zeroes, sizeof(zeroes));
}

int kvm_vcpu_get_cpuid2(struct kvm_vcpu_fd *vcpu, struct kvm_cpuid2 **ret_cpuid)
{
	struct kvm_cpuid2 *cpuid;
	int r = kvm_x86_get_cpuid(&vcpu->handle, KVM_GET_CPUID2, &cpuid);

	if (r < 0)
		return r;
	/* Linux 6.1, for one, tells the room that there was, not the count. */
	while (cpuid->nent && is_unused(&cpuid->entries[cpuid->nent - 1]))
		cpuid->nent--;
	*ret_cpuid = cpuid;
	return 0;
}

int kvm_vcpu_get_supported_hv_cpuid(struct kvm_vcpu_fd *vcpu,
				    struct kvm_cpuid2 **ret_cpuid)
{
	return kvm_x86_get_cpuid(&vcpu->handle, KVM_GET_SUPPORTED_HV_CPUID,
				 ret_cpuid);
}
