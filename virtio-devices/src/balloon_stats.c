/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Statistics of the guest's memory, VIRTIO 1.2 section 5.5.6.3. */
#include <errno.h>
#include <string.h>

#include <virtio-queue/cursor.h>
#include <vm-memory/endian.h>

#include "balloon_internal.h"

/* On the wire: a tag of 16 bits and a value of 64, packed. */
#define ENTRY 10

/* More entries than there will ever be tags. */
#define MAX_ENTRIES 64

static void parse(struct vm_virtio_balloon_stats *stats, const uint8_t *entry)
{
	uint16_t tag;
	uint64_t value;

	memcpy(&tag, entry, sizeof(tag));
	memcpy(&value, entry + sizeof(tag), sizeof(value));
	tag = vm_mem_le16(tag);
	if (tag >= VM_VIRTIO_BALLOON_STATS)
		return;
	stats->valid |= UINT64_C(1) << tag;
	stats->values[tag] = vm_mem_le64(value);
}

static void read_stats(struct vm_virtio_balloon *balloon,
		       const struct virtq_chain *chain)
{
	struct vm_virtio_balloon_stats stats = { 0 };
	uint8_t entries[MAX_ENTRIES * ENTRY];
	struct virtq_reader reader;
	size_t len = sizeof(entries);

	virtq_reader_init(&reader, chain);
	if (virtq_reader_left(&reader) < len)
		len = (size_t)virtq_reader_left(&reader);
	if (virtq_reader_read(&reader, entries, len)) {
		vm_virtio_device_count_error(&balloon->device,
					     VM_VIRTIO_ERROR_REQUEST);
		return;
	}
	for (size_t i = 0; i + ENTRY <= len; i += ENTRY)
		parse(&stats, entries + i);
	balloon->stats = stats;
	if (balloon->on_stats)
		balloon->on_stats(balloon->stats_context, &balloon->stats);
}

/*
 * The driver fills a buffer, and its return is the request for the next one.
 * Until there is one it stays in the queue, where a save or a reset finds
 * nothing in flight.
 */
enum virtq_verdict balloon_take_stats(void *context,
				      const struct virtq_chain *chain,
				      uint32_t *ret_len)
{
	struct vm_virtio_balloon *balloon = context;

	(void)ret_len;
	if (balloon->is_asking) {
		balloon->is_asking = false;
		return VIRTQ_DONE;
	}
	balloon->has_buffer = true;
	read_stats(balloon, chain);
	return VIRTQ_BUSY;
}

int vm_virtio_balloon_request_stats(struct vm_virtio_balloon *balloon)
{
	struct vm_virtio_device *device = &balloon->device;
	bool has_asked;

	if (!vm_virtio_device_has_feature(device, VIRTIO_BALLOON_F_STATS_VQ))
		return -ENOTSUP;
	if (!vm_virtio_device_is_running(device) || !balloon->has_buffer)
		return -EAGAIN;
	balloon->has_buffer = false;
	balloon->is_asking = true;
	vm_virtio_queue_serve(device, BALLOON_STATS, VM_VIRTIO_BALLOON_BUDGET,
			      balloon_take_stats);
	/* A buffer that was damaged meanwhile has gone back by itself. */
	has_asked = !balloon->is_asking;
	balloon->is_asking = false;
	return has_asked ? 0 : -EAGAIN;
}

const struct vm_virtio_balloon_stats *vm_virtio_balloon_stats(
	const struct vm_virtio_balloon *balloon)
{
	return &balloon->stats;
}

const char *vm_virtio_balloon_stat_name(unsigned int tag)
{
	static const char *const names[VM_VIRTIO_BALLOON_STATS] = {
		[VIRTIO_BALLOON_S_SWAP_IN] = "swap-in",
		[VIRTIO_BALLOON_S_SWAP_OUT] = "swap-out",
		[VIRTIO_BALLOON_S_MAJFLT] = "major-faults",
		[VIRTIO_BALLOON_S_MINFLT] = "minor-faults",
		[VIRTIO_BALLOON_S_MEMFREE] = "free",
		[VIRTIO_BALLOON_S_MEMTOT] = "total",
		[VIRTIO_BALLOON_S_AVAIL] = "available",
		[VIRTIO_BALLOON_S_CACHES] = "caches",
		[VIRTIO_BALLOON_S_HTLB_PGALLOC] = "huge-allocated",
		[VIRTIO_BALLOON_S_HTLB_PGFAIL] = "huge-failed",
		[VIRTIO_BALLOON_S_OOM_KILL] = "oom-killed",
		[VIRTIO_BALLOON_S_ALLOC_STALL] = "stalled",
		[VIRTIO_BALLOON_S_ASYNC_SCAN] = "async-scanned",
		[VIRTIO_BALLOON_S_DIRECT_SCAN] = "direct-scanned",
		[VIRTIO_BALLOON_S_ASYNC_RECLAIM] = "async-reclaimed",
		[VIRTIO_BALLOON_S_DIRECT_RECLAIM] = "direct-reclaimed",
	};

	return tag < VM_VIRTIO_BALLOON_STATS ? names[tag] : "unknown";
}
