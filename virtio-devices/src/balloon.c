/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <vm-memory/endian.h>

#include "balloon_internal.h"
#include "internal.h"

static bool has_feature(const struct vm_virtio_balloon *balloon,
			unsigned int bit)
{
	return vm_virtio_device_has_feature(&balloon->device, bit);
}

/*
 * 5.5.2 numbers the queues by what they are for.  Linux, however, numbers those
 * that it uses without gaps, so its queue for reports follows the last one
 * before.  Both are told apart, since hints are not offered.
 */
static bool is_report_queue(const struct vm_virtio_balloon *balloon,
			    uint16_t queue)
{
	bool has_stats = has_feature(balloon, VIRTIO_BALLOON_F_STATS_VQ);

	return has_feature(balloon, VIRTIO_BALLOON_F_PAGE_REPORTING) &&
	       (queue == BALLOON_REPORT || queue == BALLOON_STATS + has_stats);
}

static void serve(struct vm_virtio_balloon *balloon, uint16_t queue,
		  uint64_t most, virtq_handler handler)
{
	balloon->serving = queue;
	balloon->left = most;
	vm_virtio_queue_serve(&balloon->device, queue, VM_VIRTIO_BALLOON_BUDGET,
			      handler);
}

static void notify(struct vm_virtio_device *device, uint16_t queue)
{
	struct vm_virtio_balloon *balloon = device->impl;

	if (queue == BALLOON_INFLATE)
		serve(balloon, queue, VM_VIRTIO_BALLOON_PAGES, balloon_inflate);
	else if (queue == BALLOON_DEFLATE)
		serve(balloon, queue, 0, balloon_deflate);
	else if (is_report_queue(balloon, queue))
		serve(balloon, queue, VM_VIRTIO_BALLOON_REPORT, balloon_report);
	else if (queue == BALLOON_STATS && !balloon->has_buffer &&
		 has_feature(balloon, VIRTIO_BALLOON_F_STATS_VQ))
		serve(balloon, queue, 0, balloon_take_stats);
}

/* What was found in a queue is looked for again. */
static void stop_queue(struct vm_virtio_device *device, uint16_t queue)
{
	struct vm_virtio_balloon *balloon = device->impl;

	if (is_report_queue(balloon, queue))
		balloon->report_done = 0;
	if (queue != BALLOON_STATS || !balloon->has_buffer)
		return;
	balloon->has_buffer = false;
	device->host.kick(device->host.context, queue);
}

/* The balloon is the driver's, and gone with it. */
static void reset(struct vm_virtio_device *device)
{
	struct vm_virtio_balloon *balloon = device->impl;

	balloon->config.actual = 0;
	balloon->config.poison_val = 0;
	balloon->stats.valid = 0;
	balloon->report_done = 0;
	balloon->has_buffer = false;
}

/* The field that starts at @off, if the driver may write it now. */
static uint32_t *open_field(struct vm_virtio_balloon *balloon, size_t off)
{
	if (!has_status(&balloon->device, VIRTIO_STATUS_FEATURES_OK))
		return NULL;
	if (off == offsetof(struct balloon_config, actual))
		return &balloon->config.actual;
	/* 5.5.6.6.1: not while the device runs. */
	if (off == offsetof(struct balloon_config, poison_val) &&
	    has_feature(balloon, VIRTIO_BALLOON_F_PAGE_POISON) &&
	    !has_status(&balloon->device, VIRTIO_STATUS_DRIVER_OK))
		return &balloon->config.poison_val;
	return NULL;
}

static void write_config(struct vm_virtio_device *device, size_t off,
			 const void *data, size_t len)
{
	struct vm_virtio_balloon *balloon = device->impl;
	uint32_t *field = open_field(balloon, off);

	if (!field || len != sizeof(*field)) {
		vm_virtio_device_count_error(device, VM_VIRTIO_ERROR_PROTOCOL);
		return;
	}
	memcpy(field, data, sizeof(*field));
}

static size_t save(const struct vm_virtio_device *device, void *state)
{
	const struct vm_virtio_balloon *balloon = device->impl;

	memcpy(state, &balloon->config, sizeof(balloon->config));
	return sizeof(balloon->config);
}

static int restore(struct vm_virtio_device *device, const void *state,
		   size_t len)
{
	struct vm_virtio_balloon *balloon = device->impl;
	struct balloon_config config;

	if (len != sizeof(config))
		return -EBADMSG;
	memcpy(&config, state, sizeof(config));
	if (config.free_page_hint_cmd_id ||
	    (config.actual && !has_status(device, VIRTIO_STATUS_FEATURES_OK)) ||
	    (config.poison_val &&
	     !has_feature(balloon, VIRTIO_BALLOON_F_PAGE_POISON)))
		return -EBADMSG;
	balloon->config = config;
	return 0;
}

static const struct vm_virtio_type type = {
	.id = VIRTIO_DEVICE_BALLOON,
	.notify = notify,
	.stop_queue = stop_queue,
	.reset = reset,
	.write_config = write_config,
	.save = save,
	.restore = restore,
};

static bool is_good_target(uint64_t bytes)
{
	return !(bytes % VM_VIRTIO_BALLOON_PAGE) &&
	       bytes <= VM_VIRTIO_BALLOON_MAX;
}

static uint32_t to_pages(uint64_t bytes)
{
	return vm_mem_le32((uint32_t)(bytes / VM_VIRTIO_BALLOON_PAGE));
}

static uint64_t to_bytes(uint32_t pages)
{
	return (uint64_t)vm_mem_le32(pages) * VM_VIRTIO_BALLOON_PAGE;
}

static bool is_good(const struct vm_virtio_balloon_config *config)
{
	return is_good_target(config->target) &&
	       !(config->features & ~VM_VIRTIO_BALLOON_FEATURES) &&
	       !(config->host.with & VIRTQ_BIT(VIRTIO_F_ACCESS_PLATFORM));
}

int vm_virtio_balloon_new(const struct vm_virtio_balloon_config *config,
			  struct vm_virtio_balloon **ret_balloon)
{
	struct vm_virtio_device_config base = {
		.type = &type,
		.host = &config->host,
		.features = config->features,
		.queue_count = BALLOON_QUEUES,
		.config_len = sizeof(struct balloon_config),
		.max_segs = BALLOON_QUEUE_SIZE,
	};
	struct vm_virtio_balloon *balloon;
	int r;

	if (!is_good(config))
		return -EINVAL;
	balloon = calloc(1, sizeof(*balloon));
	if (!balloon)
		return -ENOMEM;
	for (uint16_t i = 0; i < BALLOON_QUEUES; i++)
		balloon->queues[i].config.max_size = BALLOON_QUEUE_SIZE;
	balloon->config.num_pages = to_pages(config->target);
	balloon->on_stats = config->on_stats;
	balloon->stats_context = config->stats_context;
	base.impl = balloon;
	base.queues = balloon->queues;
	base.config = &balloon->config;
	base.segs = balloon->segs;
	r = vm_virtio_device_init(&balloon->device, &base);
	if (r) {
		free(balloon);
		return r;
	}
	*ret_balloon = balloon;
	return 0;
}

void vm_virtio_balloon_free(struct vm_virtio_balloon *balloon)
{
	if (!balloon)
		return;
	vm_virtio_device_fini(&balloon->device);
	free(balloon);
}

struct vm_virtio_device *vm_virtio_balloon_device(
	struct vm_virtio_balloon *balloon)
{
	return &balloon->device;
}

const struct vm_virtio_balloon_counters *vm_virtio_balloon_counters(
	const struct vm_virtio_balloon *balloon)
{
	return &balloon->counters;
}

int vm_virtio_balloon_set_target(struct vm_virtio_balloon *balloon,
				 uint64_t bytes)
{
	uint32_t pages = to_pages(bytes);

	if (!is_good_target(bytes))
		return -EINVAL;
	if (pages == balloon->config.num_pages)
		return 0;
	balloon->config.num_pages = pages;
	vm_virtio_device_change_config(&balloon->device);
	return 0;
}

uint64_t vm_virtio_balloon_target(const struct vm_virtio_balloon *balloon)
{
	return to_bytes(balloon->config.num_pages);
}

uint64_t vm_virtio_balloon_actual(const struct vm_virtio_balloon *balloon)
{
	return to_bytes(balloon->config.actual);
}
