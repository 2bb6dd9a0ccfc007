/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef KVM_IOCTLS_X86_INTERNAL_H
#define KVM_IOCTLS_X86_INTERNAL_H

#include <kvm-ioctls/handle.h>
#include <kvm-ioctls/uapi.h>

/* A CPUID table from whichever call gives one. */
int kvm_x86_get_cpuid(struct kvm_handle *handle, unsigned long request,
		      struct kvm_cpuid2 **ret_cpuid);

/* KVM_GET_MSRS in batches, of a vCPU or of KVM itself. */
int kvm_x86_get_msrs(struct kvm_handle *handle, struct kvm_msr_entry *entries,
		     uint32_t count);

#endif
