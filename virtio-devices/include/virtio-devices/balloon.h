/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Traditional memory balloon, VIRTIO 1.2 section 5.5: the guest lends memory
 * that it does not need, and the host uses it for something else.
 *
 *	config.features = VIRTQ_BIT(VIRTIO_BALLOON_F_STATS_VQ);
 *	r = vm_virtio_balloon_new(&config, &balloon);
 *	...
 *	r = vm_virtio_balloon_set_target(balloon, 64 << 20);
 *
 * Pages in the balloon, and free ones that the guest reports, are given back by
 * vm_mem_discard() and read as zeroes when the guest touches them again, which
 * it may do at any time.  Which memory that concerns is for the guest to say:
 * all of the map except for regions of VM_MEM_CALLER.
 *
 * Threading: see device.h.
 */
#ifndef VIRTIO_DEVICES_BALLOON_H
#define VIRTIO_DEVICES_BALLOON_H

#include <stdint.h>

#include <virtio-devices/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Feature bits (5.5.3), as bit numbers; guarded, as <linux/virtio_balloon.h>
 * has most of them, which goes for the tags below as well. */
#ifndef VIRTIO_BALLOON_F_STATS_VQ
#define VIRTIO_BALLOON_F_MUST_TELL_HOST 0
#define VIRTIO_BALLOON_F_STATS_VQ	1
#define VIRTIO_BALLOON_F_DEFLATE_ON_OOM 2
#define VIRTIO_BALLOON_F_FREE_PAGE_HINT 3
#define VIRTIO_BALLOON_F_PAGE_POISON	4
#endif
#define VIRTIO_BALLOON_F_PAGE_REPORTING 5

/* Tags of statistics (5.5.6.4), and those that Linux has added.  The unit is
 * bytes for the first two and from MEMFREE to CACHES, else a number. */
#ifndef VIRTIO_BALLOON_S_SWAP_IN
#define VIRTIO_BALLOON_S_SWAP_IN      0
#define VIRTIO_BALLOON_S_SWAP_OUT     1
#define VIRTIO_BALLOON_S_MAJFLT	      2
#define VIRTIO_BALLOON_S_MINFLT	      3
#define VIRTIO_BALLOON_S_MEMFREE      4
#define VIRTIO_BALLOON_S_MEMTOT	      5
#define VIRTIO_BALLOON_S_AVAIL	      6
#define VIRTIO_BALLOON_S_CACHES	      7
#define VIRTIO_BALLOON_S_HTLB_PGALLOC 8
#define VIRTIO_BALLOON_S_HTLB_PGFAIL  9
#endif
#ifndef VIRTIO_BALLOON_S_OOM_KILL
#define VIRTIO_BALLOON_S_OOM_KILL	10
#define VIRTIO_BALLOON_S_ALLOC_STALL	11
#define VIRTIO_BALLOON_S_ASYNC_SCAN	12
#define VIRTIO_BALLOON_S_DIRECT_SCAN	13
#define VIRTIO_BALLOON_S_ASYNC_RECLAIM	14
#define VIRTIO_BALLOON_S_DIRECT_RECLAIM 15
#endif
#define VM_VIRTIO_BALLOON_STATS 16

/* The features that a VMM may choose from. */
#define VM_VIRTIO_BALLOON_FEATURES                    \
	(VIRTQ_BIT(VIRTIO_BALLOON_F_STATS_VQ) |       \
	 VIRTQ_BIT(VIRTIO_BALLOON_F_DEFLATE_ON_OOM) | \
	 VIRTQ_BIT(VIRTIO_BALLOON_F_PAGE_POISON) |    \
	 VIRTQ_BIT(VIRTIO_BALLOON_F_PAGE_REPORTING))

/* What a page is here, whatever the guest's and the host's are (5.5.6). */
#define VM_VIRTIO_BALLOON_PAGE 4096

/* The largest target. */
#define VM_VIRTIO_BALLOON_MAX ((uint64_t)UINT32_MAX * VM_VIRTIO_BALLOON_PAGE)

/* Page numbers that one notification takes in at most; a request with more is
 * refused. */
#define VM_VIRTIO_BALLOON_PAGES 1024

/* Bytes of reported memory that one notification gives back at most. */
#define VM_VIRTIO_BALLOON_REPORT (UINT64_C(64) << 20)

/* The most requests that one notification serves. */
#define VM_VIRTIO_BALLOON_BUDGET 16

struct vm_virtio_balloon;

/**
 * struct vm_virtio_balloon_stats - what the guest says of its memory
 * @valid: a bit for each tag that there is a value of
 * @values: by VIRTIO_BALLOON_S_*
 *
 * Claims of the guest, which nothing here relies on.
 */
struct vm_virtio_balloon_stats {
	uint64_t valid;
	uint64_t values[VM_VIRTIO_BALLOON_STATS];
};

/**
 * struct vm_virtio_balloon_counters - counters besides those of every device
 * @inflated: pages of guest memory that were put into the balloon
 * @deflated: pages that the driver says it has taken out
 * @reported: bytes of guest memory that were reported as free
 * @discarded: bytes given back to the host
 * @kept: bytes that were inflated or reported and not given back: parts of the
 *	host's pages, poisoned ones, or the host refused, which counts as
 *	VM_VIRTIO_ERROR_IO, too
 * @outside: page numbers and ranges that are not guest memory, or not all of
 *	it; they were skipped, and count as VM_VIRTIO_ERROR_REQUEST, too
 */
struct vm_virtio_balloon_counters {
	uint64_t inflated;
	uint64_t deflated;
	uint64_t reported;
	uint64_t discarded;
	uint64_t kept;
	uint64_t outside;
};

/**
 * struct vm_virtio_balloon_config - a balloon
 * @host: what the VMM provides.  It cannot offer VIRTIO_F_ACCESS_PLATFORM: page
 *	numbers are of physical addresses.
 * @target: bytes that the balloon shall have, as vm_virtio_balloon_set_target()
 * @features: bits of VM_VIRTIO_BALLOON_FEATURES to offer.  PAGE_POISON lets a
 *	guest that clears or poisons its free pages report them nevertheless.
 *	Do not offer it if files are mapped over guest memory, as by
 *	vm_mem_map_file(): such a page does not come back as zeroes.
 * @on_stats: statistics have arrived: those that were asked for, the ones that
 *	a driver starts with, and after a save or a change of memory the last
 *	ones again.  May be NULL.
 * @stats_context: passed to @on_stats
 */
struct vm_virtio_balloon_config {
	struct vm_virtio_host host;
	uint64_t target;
	uint64_t features;
	void (*on_stats)(void *context,
			 const struct vm_virtio_balloon_stats *stats);
	void *stats_context;
};

/**
 * vm_virtio_balloon_new - make a balloon
 * @config: copied
 * @ret_balloon: the device; free it with vm_virtio_balloon_free()
 *
 * Returns:
 *	0 on success
 *	-EINVAL, a target that is no multiple of VM_VIRTIO_BALLOON_PAGE or above
 *		VM_VIRTIO_BALLOON_MAX; another feature than those;
 *		VIRTIO_F_ACCESS_PLATFORM; or as vm_virtio_device_init()
 *	-ENOMEM
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_balloon_new(
	const struct vm_virtio_balloon_config *config,
	struct vm_virtio_balloon **ret_balloon);

/**
 * vm_virtio_balloon_free - free a device, which no transport uses any more
 * @balloon: a balloon, or NULL
 */
VM_VIRTIO_API void vm_virtio_balloon_free(struct vm_virtio_balloon *balloon);

/** vm_virtio_balloon_device - the device, for a transport */
VM_VIRTIO_API struct vm_virtio_device *vm_virtio_balloon_device(
	struct vm_virtio_balloon *balloon);

/** vm_virtio_balloon_counters - the counters, valid as long as the device */
VM_VIRTIO_API const struct vm_virtio_balloon_counters *
vm_virtio_balloon_counters(const struct vm_virtio_balloon *balloon);

/**
 * vm_virtio_balloon_set_target - say how large the balloon shall be
 * @balloon: a balloon
 * @bytes: how large; whether and when it gets there is the guest's affair
 *
 * The target outlives a reset; a restored balloon has the one that it had.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @bytes is no multiple of VM_VIRTIO_BALLOON_PAGE or above
 *		VM_VIRTIO_BALLOON_MAX
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_balloon_set_target(
	struct vm_virtio_balloon *balloon, uint64_t bytes);

/** vm_virtio_balloon_target - bytes that the balloon shall have */
VM_VIRTIO_API uint64_t
vm_virtio_balloon_target(const struct vm_virtio_balloon *balloon);

/** vm_virtio_balloon_actual - bytes that it has, as the guest claims */
VM_VIRTIO_API uint64_t
vm_virtio_balloon_actual(const struct vm_virtio_balloon *balloon);

/**
 * vm_virtio_balloon_request_stats - ask the guest for statistics
 * @balloon: a balloon; on_stats tells when they are there
 *
 * Returns:
 *	0 on success
 *	-ENOTSUP, the driver has not accepted VIRTIO_BALLOON_F_STATS_VQ
 *	-EAGAIN, it has not answered the last time, or does not run
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_balloon_request_stats(
	struct vm_virtio_balloon *balloon);

/**
 * vm_virtio_balloon_stats - the latest statistics
 * @balloon: a balloon
 *
 * Returns them, valid as long as the device; none are there before the driver
 * has told any, and after a reset.
 */
VM_VIRTIO_API const struct vm_virtio_balloon_stats *vm_virtio_balloon_stats(
	const struct vm_virtio_balloon *balloon);

/**
 * vm_virtio_balloon_stat_name - a word for a statistic
 * @tag: any number
 *
 * Returns a static string, "unknown" if there is no such tag.
 */
VM_VIRTIO_API const char *vm_virtio_balloon_stat_name(unsigned int tag);

#ifdef __cplusplus
}
#endif

#endif
