/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VIRTIO_DEVICES_BALLOON_INTERNAL_H
#define VIRTIO_DEVICES_BALLOON_INTERNAL_H

#include <virtio-devices/balloon.h>
#include <virtio-devices/device_type.h>

/* Linux reports 32 ranges in a request, and none to a smaller queue. */
#define BALLOON_QUEUE_SIZE 64

/* 5.5.2; the fourth one is for hints, which are not offered. */
#define BALLOON_INFLATE 0
#define BALLOON_DEFLATE 1
#define BALLOON_STATS	2
#define BALLOON_REPORT	4
#define BALLOON_QUEUES	5

/* 5.5.4, little-endian. */
struct balloon_config {
	uint32_t num_pages;
	uint32_t actual;
	uint32_t free_page_hint_cmd_id;
	uint32_t poison_val;
};

/**
 * struct vm_virtio_balloon
 * @left: pages or bytes that this notification may still take in
 * @report_done: bytes of the first report in the queue that are dealt with;
 *	what is in the queue may have changed since
 * @serving: the queue that is being served
 * @has_buffer: the first buffer in the statistics' queue has been read, and
 *	waits to be handed back as the next request
 * @is_asking: hand it back
 */
struct vm_virtio_balloon {
	struct vm_virtio_device device;
	struct vm_virtio_queue queues[BALLOON_QUEUES];
	struct virtq_seg segs[BALLOON_QUEUE_SIZE];
	struct balloon_config config;
	struct vm_virtio_balloon_counters counters;
	struct vm_virtio_balloon_stats stats;
	void (*on_stats)(void *context,
			 const struct vm_virtio_balloon_stats *stats);
	void *stats_context;
	uint64_t left;
	uint64_t report_done;
	uint16_t serving;
	bool has_buffer;
	bool is_asking;
};

/* Handlers of vm_virtio_queue_serve(). */
enum virtq_verdict balloon_inflate(void *context,
				   const struct virtq_chain *chain,
				   uint32_t *ret_len);
enum virtq_verdict balloon_deflate(void *context,
				   const struct virtq_chain *chain,
				   uint32_t *ret_len);
enum virtq_verdict balloon_report(void *context,
				  const struct virtq_chain *chain,
				  uint32_t *ret_len);
enum virtq_verdict balloon_take_stats(void *context,
				      const struct virtq_chain *chain,
				      uint32_t *ret_len);

#endif
