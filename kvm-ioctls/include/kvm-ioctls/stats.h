/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Statistics of a machine or vCPU: KVM_GET_STATS_FD, parsed.
 *
 *	r = kvm_vcpu_init_stats(&vcpu, &stats);
 *	stat = kvm_stats_find(&stats, "exits");
 *	r = kvm_stats_get(&stats, stat, values);
 *
 * Threading: a struct kvm_stats belongs to one thread at a time.  Its values
 * may be read while the vCPU runs.
 */
#ifndef KVM_IOCTLS_STATS_H
#define KVM_IOCTLS_STATS_H

#include <kvm-ioctls/vcpu.h>
#include <kvm-ioctls/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kvm_stat - one statistic
 * @name: its name; belongs to the struct kvm_stats
 * @type: KVM_STATS_TYPE_*: cumulative, instant, peak, or a histogram
 * @unit: KVM_STATS_UNIT_*: none, bytes, seconds, cycles, boolean
 * @base: KVM_STATS_BASE_*: of @exponent
 * @exponent: a value counts @base to the power of this, in @unit
 * @size: how many values it has; more than 1 in histograms
 * @bucket_size: width of a linear histogram's buckets
 * @offset: for the library's use
 */
struct kvm_stat {
	const char *name;
	uint32_t type;
	uint32_t unit;
	uint32_t base;
	int32_t exponent;
	uint32_t size;
	uint32_t bucket_size;
	uint64_t offset;
};

/**
 * struct kvm_stats - the statistics of one object
 * @handle: its descriptor; names the call that failed
 * @id: what the statistics are of, "kvm-1234/vcpu-0" for example
 * @stats: @count of them
 * @count: how many
 * @text: for the library's use
 */
struct kvm_stats {
	struct kvm_handle handle;
	const char *id;
	struct kvm_stat *stats;
	uint32_t count;
	char *text;
};

/**
 * kvm_vm_init_stats - open a machine's statistics
 * @vm: virtual machine; need not outlive @ret_stats
 * @ret_stats: storage; closed on failure, and kvm_explain() on it says why
 *
 * Needs KVM_CAP_BINARY_STATS_FD.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the kernel describes them in a way this library cannot follow
 *	-ENOMEM
 *	-EINVAL or -ENOTSUP, the kernel has none
 *	errors of pread(2)
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_init_stats(
	struct kvm_vm_fd *vm, struct kvm_stats *ret_stats);

/**
 * kvm_vcpu_init_stats - open a vCPU's statistics
 * @vcpu: virtual CPU; need not outlive @ret_stats
 * @ret_stats: storage; closed on failure, and kvm_explain() on it says why
 *
 * Returns: as kvm_vm_init_stats()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_init_stats(
	struct kvm_vcpu_fd *vcpu, struct kvm_stats *ret_stats);

/**
 * kvm_stats_fini - close statistics
 * @stats: initialised or zeroed statistics
 */
KVM_IOCTLS_API void kvm_stats_fini(struct kvm_stats *stats);

/**
 * kvm_stats_find - look a statistic up by its name
 * @stats: statistics
 * @name: as under /sys/kernel/debug/kvm
 *
 * Returns: the statistic, which lives as long as @stats; NULL when there is
 * none of this name.
 */
KVM_IOCTLS_API const struct kvm_stat *kvm_stats_find(
	const struct kvm_stats *stats, const char *name);

/**
 * kvm_stats_get - read the present values of a statistic
 * @stats: statistics
 * @stat: one of @stats' own
 * @ret_values: receives @stat->size values
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the kernel gave fewer values than it described
 *	errors of pread(2)
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_stats_get(struct kvm_stats *stats,
						  const struct kvm_stat *stat,
						  uint64_t *ret_values);

#ifdef __cplusplus
}
#endif

#endif
