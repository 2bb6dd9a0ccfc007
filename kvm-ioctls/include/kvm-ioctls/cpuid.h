/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Editing a CPUID table before a vCPU gets it (x86).
 *
 * kvm_get_supported_cpuid() describes the host's processors, their number and
 * who shares which cache.  A guest has to be told of its own:
 *
 *	r = kvm_get_supported_cpuid(&kvm, &cpuid);
 *	for (id = 0; id < count; id++) {
 *		r = kvm_cpuid_set_topology(&cpuid, id, count);
 *		r = kvm_vcpu_set_cpuid2(&vcpus[id], cpuid);
 *	}
 *	free(cpuid);
 *
 * Threading: a table belongs to one thread at a time.
 */
#ifndef KVM_IOCTLS_CPUID_H
#define KVM_IOCTLS_CPUID_H

#include <stdint.h>

#include <kvm-ioctls/api.h>
#include <kvm-ioctls/uapi.h>

#ifdef __x86_64__

#ifdef __cplusplus
extern "C" {
#endif

/* More than one package of one-threaded cores can be described to have. */
#define KVM_CPUID_CORES_MAX 64u

/**
 * kvm_cpuid_find - look up an entry
 * @cpuid: table
 * @function: what EAX holds when the guest asks
 * @index: what ECX holds; ignored where the entry does not depend on it
 *
 * Returns: the entry, to be read or edited, good until the table grows; NULL
 * when there is none.
 */
KVM_IOCTLS_API struct kvm_cpuid_entry2 *kvm_cpuid_find(struct kvm_cpuid2 *cpuid,
						       uint32_t function,
						       uint32_t index);

/**
 * kvm_cpuid_add - append an entry
 * @cpuid: table from malloc(), which is reallocated
 * @entry: copied; may be an entry of the table
 *
 * Returns:
 *	0 on success
 *	-ENOMEM, the table is unchanged
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_cpuid_add(
	struct kvm_cpuid2 **cpuid, const struct kvm_cpuid_entry2 *entry);

/**
 * kvm_cpuid_remove - drop all entries of a function
 * @cpuid: table
 * @function: what EAX holds when the guest asks
 */
KVM_IOCTLS_API void kvm_cpuid_remove(struct kvm_cpuid2 *cpuid,
				     uint32_t function);

/**
 * kvm_cpuid_set_topology - one package of @cores cores, and which one this is
 * @cpuid: table from malloc(), which is reallocated
 * @id: this core's number, which is its APIC id; less than @cores
 * @cores: 1 to KVM_CPUID_CORES_MAX; each has one thread
 *
 * Makes these agree: the initial APIC id and count (leaf 1), sharing of
 * caches (4, 0x8000001d: the first two levels belong to a core, the others to
 * the package), the x2APIC topology (0xb; 0x1f is dropped), and AMD's
 * (0x80000008, 0x8000001e).  See Intel SDM volume 2A, CPUID, and AMD APM
 * volume 3, appendix E.4.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @cores is out of range or @id is not less than it
 *	-ENOMEM, the topology is partly set; try again or drop the table
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_cpuid_set_topology(
	struct kvm_cpuid2 **cpuid, uint32_t id, uint32_t cores);

#ifdef __cplusplus
}
#endif

#endif
#endif
