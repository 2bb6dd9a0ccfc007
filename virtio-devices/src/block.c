/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <vm-memory/endian.h>

#include "block.h"

/* Chains that one notification serves at most. */
#define BUDGET 128

#define NS_PER_S UINT64_C(1000000000)

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void put_request(struct vm_virtio_block *block,
			struct block_request *request)
{
	request->next = block->free;
	block->free = request;
}

/* Holds the queue back if the limiter says so. */
static bool is_throttled(struct vm_virtio_block *block)
{
	struct itimerspec timer = { 0 };
	uint64_t wait;

	if (block->timer_fd < 0)
		return false;
	wait = vm_rate_limiter_wait(&block->limiter, now_ns());
	if (!wait)
		return false;
	timer.it_value.tv_sec = (time_t)(wait / NS_PER_S);
	timer.it_value.tv_nsec = (long)(wait % NS_PER_S);
	timerfd_settime(block->timer_fd, 0, &timer, NULL);
	block->throttled |= UINT64_C(1) << block->serving;
	block->device.stats.throttled++;
	return true;
}

/* Gives a request to the engine, which may do all of it at once: then true. */
static bool submit(struct vm_virtio_block *block, struct block_request *request)
{
	do {
		if (!block->engine.ops->submit(block->engine.impl,
					       &request->io))
			return false;
	} while (block_request_next(request));
	return true;
}

static void start(struct vm_virtio_block *block)
{
	if (block->engine.ops->start)
		block->engine.ops->start(block->engine.impl);
}

/* Is nothing of a request left, which the engine has returned? */
static bool is_complete(struct vm_virtio_block *block,
			struct block_request *request)
{
	if (!block_request_next(request) || submit(block, request))
		return true;
	start(block);
	return false;
}

/* An engine is done with a request. */
static void count_result(struct vm_virtio_block *block,
			 const struct vm_block_io *io)
{
	if (io->result)
		vm_virtio_device_count_error(&block->device,
					     VM_VIRTIO_ERROR_IO);
}

static enum virtq_verdict serve(void *context, const struct virtq_chain *chain,
				uint32_t *ret_len)
{
	struct vm_virtio_block *block = context;
	struct block_request *request = block->free;
	struct virtq_seg *segs;

	if (!request) {
		block->starved |= UINT64_C(1) << block->serving;
		return VIRTQ_BUSY;
	}
	if (is_throttled(block))
		return VIRTQ_BUSY;
	switch (block_request_parse(block, chain, request)) {
	case BLOCK_DROP:
		return VIRTQ_DONE;
	case BLOCK_COMPLETE:
		*ret_len = block_request_finish(block, request);
		return VIRTQ_DONE;
	case BLOCK_SUBMIT:
		break;
	}
	vm_rate_limiter_take(&block->limiter, block_request_len(request));
	if (submit(block, request)) {
		count_result(block, &request->io);
		*ret_len = block_request_finish(block, request);
		return VIRTQ_DONE;
	}
	/* The request keeps the segments; the next chain gets others. */
	segs = request->segs;
	request->segs = block->device.chain.segs;
	block->device.chain.segs = segs;
	request->queue = block->serving;
	block->free = request->next;
	block->in_flight++;
	return VIRTQ_TAKEN;
}

/* Completes what the engine has completed; returns the queues concerned. */
static uint64_t reap(struct vm_virtio_block *block, bool wait)
{
	uint64_t queues = 0;
	struct vm_block_io *io;

	while (block->in_flight &&
	       (io = block->engine.ops->reap(block->engine.impl, wait))) {
		struct block_request *request = (struct block_request *)io;

		if (!is_complete(block, request))
			continue;
		block->in_flight--;
		count_result(block, io);
		vm_virtio_queue_push(&block->device, request->queue,
				     request->head,
				     block_request_finish(block, request));
		queues |= UINT64_C(1) << request->queue;
		put_request(block, request);
	}
	return queues;
}

static void flush(struct vm_virtio_block *block, uint64_t queues)
{
	for (uint16_t i = 0; i < block->device.queue_count; i++) {
		if (queues >> i & 1)
			vm_virtio_queue_flush(&block->device, i);
	}
}

/* Requests are free again for queues that waited. */
static void feed_starved(struct vm_virtio_block *block)
{
	uint64_t waiting = block->starved;

	if (!waiting || !block->free)
		return;
	block->starved = 0;
	for (uint16_t i = 0; i < block->device.queue_count; i++) {
		if (waiting >> i & 1)
			block->device.host.kick(block->device.host.context, i);
	}
}

static void notify(struct vm_virtio_device *device, uint16_t queue)
{
	struct vm_virtio_block *block = device->impl;

	block->serving = queue;
	vm_virtio_queue_serve(device, queue, BUDGET, serve);
	if (!block->in_flight)
		return;
	start(block);
	/* Reads from the page cache are complete already. */
	flush(block, reap(block, false));
	feed_starved(block);
}

static void release_throttled(struct vm_virtio_block *block)
{
	uint64_t waiting = block->throttled;

	block->throttled = 0;
	for (uint32_t i = 0; i < block->device.queue_count; i++) {
		if (waiting >> i & 1)
			vm_virtio_device_notify(&block->device, i);
	}
}

static bool has_timer_expired(const struct vm_virtio_block *block)
{
	uint64_t times;

	return block->timer_fd >= 0 &&
	       read(block->timer_fd, &times, sizeof(times)) > 0;
}

static void handle(struct vm_virtio_device *device)
{
	struct vm_virtio_block *block = device->impl;

	flush(block, reap(block, false));
	feed_starved(block);
	if (has_timer_expired(block))
		release_throttled(block);
}

/* A queue that waits for the limiter goes on to: it may stop only for a save. */
static void stop_queue(struct vm_virtio_device *device, uint16_t queue)
{
	struct vm_virtio_block *block = device->impl;

	(void)queue;
	flush(block, reap(block, true));
	feed_starved(block);
}

static int get_fd(const struct vm_virtio_device *device)
{
	const struct vm_virtio_block *block = device->impl;

	return block->fd;
}

/* 5.2.5.2: without flushes there is no cache to be written back. */
static void negotiated(struct vm_virtio_device *device)
{
	struct vm_virtio_block *block = device->impl;

	block->config.writeback =
		vm_virtio_device_has_feature(device, VIRTIO_BLK_F_FLUSH);
}

static void reset(struct vm_virtio_device *device)
{
	struct vm_virtio_block *block = device->impl;

	block->config.writeback = 1;
	block->starved = 0;
	block->throttled = 0;
}

static void write_config(struct vm_virtio_device *device, size_t off,
			 const void *data, size_t len)
{
	struct vm_virtio_block *block = device->impl;
	uint8_t value;

	if (off != offsetof(struct block_config, writeback) || len != 1 ||
	    !vm_virtio_device_has_feature(device, VIRTIO_BLK_F_CONFIG_WCE)) {
		vm_virtio_device_count_error(device, VM_VIRTIO_ERROR_PROTOCOL);
		return;
	}
	memcpy(&value, data, 1);
	block->config.writeback = value & 1;
}

static size_t save(const struct vm_virtio_device *device, void *state)
{
	const struct vm_virtio_block *block = device->impl;

	memcpy(state, &block->config, BLOCK_CONFIG_LEN);
	return BLOCK_CONFIG_LEN;
}

/* The disk has to be the one that the driver knows. */
static int restore(struct vm_virtio_device *device, const void *state,
		   size_t len)
{
	struct vm_virtio_block *block = device->impl;
	struct block_config config = { 0 };
	uint8_t writeback;

	if (len != BLOCK_CONFIG_LEN)
		return -EBADMSG;
	memcpy(&config, state, len);
	writeback = config.writeback;
	config.writeback = block->config.writeback;
	if (writeback > 1 || memcmp(&config, &block->config, len))
		return -EBADMSG;
	block->config.writeback = writeback;
	return 0;
}

static const struct vm_virtio_type type = {
	.id = VIRTIO_DEVICE_BLOCK,
	.notify = notify,
	.negotiated = negotiated,
	.stop_queue = stop_queue,
	.reset = reset,
	.write_config = write_config,
	.fd = get_fd,
	.handle = handle,
	.save = save,
	.restore = restore,
};

static uint64_t features(const struct vm_virtio_block *block)
{
	uint64_t bits = VIRTQ_BIT(VIRTIO_BLK_F_SIZE_MAX) |
			VIRTQ_BIT(VIRTIO_BLK_F_SEG_MAX) |
			VIRTQ_BIT(VIRTIO_BLK_F_BLK_SIZE) |
			VIRTQ_BIT(VIRTIO_BLK_F_TOPOLOGY) |
			VIRTQ_BIT(VIRTIO_BLK_F_FLUSH) |
			VIRTQ_BIT(VIRTIO_BLK_F_CONFIG_WCE) |
			VIRTQ_BIT(VIRTIO_BLK_F_MQ);

	if (block->image->is_read_only)
		return bits | VIRTQ_BIT(VIRTIO_BLK_F_RO);
	return bits | VIRTQ_BIT(VIRTIO_BLK_F_DISCARD) |
	       VIRTQ_BIT(VIRTIO_BLK_F_WRITE_ZEROES);
}

static uint8_t log2_of(uint32_t power)
{
	return (uint8_t)__builtin_ctz(power);
}

static void fill_config(struct vm_virtio_block *block, uint16_t queue_count)
{
	const struct vm_block_image *image = block->image;
	uint32_t physical_blocks = image->physical_size / image->block_size;
	uint32_t alignment = image->physical_size / VM_BLOCK_SECTOR;

	block->config = (struct block_config){
		.capacity = vm_mem_le64(image->size / VM_BLOCK_SECTOR),
		.size_max = vm_mem_le32(VM_VIRTIO_BLOCK_SIZE_MAX),
		.seg_max = vm_mem_le32(VM_VIRTIO_BLOCK_SEG_MAX),
		.blk_size = vm_mem_le32(image->block_size),
		.physical_block_exp = log2_of(physical_blocks),
		.min_io_size = vm_mem_le16((uint16_t)physical_blocks),
		.opt_io_size =
			vm_mem_le32(image->optimal_size / image->block_size),
		.writeback = 1,
		.num_queues = vm_mem_le16(queue_count),
		.max_discard_sectors = vm_mem_le32(VM_VIRTIO_BLOCK_MAX_DISCARD),
		.max_discard_seg = vm_mem_le32(VM_VIRTIO_BLOCK_DISCARD_SEG),
		.discard_sector_alignment = vm_mem_le32(alignment),
		.max_write_zeroes_sectors =
			vm_mem_le32(VM_VIRTIO_BLOCK_MAX_WRITE_ZEROES),
		.max_write_zeroes_seg =
			vm_mem_le32(VM_VIRTIO_BLOCK_WRITE_ZEROES_SEG),
		.write_zeroes_may_unmap = 1,
	};
}

/* One set of segments for each request, and one for the chain that is next. */
static int allocate(struct vm_virtio_block *block)
{
	block->requests = calloc(VM_BLOCK_DEPTH, sizeof(*block->requests));
	block->segs = calloc(VM_BLOCK_DEPTH + 1,
			     BLOCK_MAX_SEGS * sizeof(*block->segs));
	if (!block->requests || !block->segs)
		return -ENOMEM;
	for (unsigned int i = VM_BLOCK_DEPTH; i-- > 0;) {
		struct block_request *request = &block->requests[i];

		request->segs = block->segs + (i + 1) * BLOCK_MAX_SEGS;
		put_request(block, request);
	}
	return 0;
}

static int poll_fd(const struct vm_virtio_block *block, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(block->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno
								     : 0;
}

/* Decides what the VMM is to poll. */
static int set_fd(struct vm_virtio_block *block)
{
	const struct vm_block_engine_ops *ops = block->engine.ops;
	int engine_fd = ops->fd ? ops->fd(block->engine.impl) : -1;
	int r;

	block->fd = engine_fd;
	if (!vm_rate_limiter_is_limited(&block->limiter))
		return 0;
	block->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (block->timer_fd < 0)
		return -errno;
	block->fd = block->timer_fd;
	if (engine_fd < 0)
		return 0;
	block->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (block->epoll_fd < 0)
		return -errno;
	block->fd = block->epoll_fd;
	r = poll_fd(block, engine_fd);
	return r ? r : poll_fd(block, block->timer_fd);
}

static int init(struct vm_virtio_block *block,
		const struct vm_virtio_block_config *config)
{
	uint16_t queue_count = config->queue_count ? config->queue_count : 1;
	struct vm_virtio_device_config base = {
		.type = &type,
		.impl = block,
		.host = &config->host,
		.features = features(block),
		.queues = block->queues,
		.queue_count = queue_count,
		.config = &block->config,
		.config_len = BLOCK_CONFIG_LEN,
		.max_segs = BLOCK_MAX_SEGS,
	};
	int r = allocate(block);

	if (r)
		return r;
	base.segs = block->segs;
	for (int i = 0; i < VM_VIRTIO_MAX_QUEUES; i++)
		block->queues[i].config.max_size =
			config->queue_size ? config->queue_size
					   : VM_VIRTIO_BLOCK_QUEUE_SIZE;
	fill_config(block, queue_count);
	if (config->id)
		memcpy(block->id, config->id,
		       strnlen(config->id, sizeof(block->id)));
	r = vm_rate_limiter_init(&block->limiter, &config->bytes, &config->ops,
				 now_ns());
	if (!r)
		r = set_fd(block);
	return r ? r : vm_virtio_device_init(&block->device, &base);
}

int vm_virtio_block_new(const struct vm_virtio_block_config *config,
			struct vm_virtio_block **ret_block)
{
	struct vm_virtio_block *block;
	int r;

	if (!config->image || !config->engine.ops)
		return -EINVAL;
	block = calloc(1, sizeof(*block));
	if (!block)
		return -ENOMEM;
	block->image = config->image;
	block->engine = config->engine;
	block->timer_fd = -1;
	block->epoll_fd = -1;
	r = init(block, config);
	if (r) {
		vm_virtio_block_free(block);
		return r;
	}
	*ret_block = block;
	return 0;
}

void vm_virtio_block_free(struct vm_virtio_block *block)
{
	if (!block)
		return;
	vm_virtio_device_fini(&block->device);
	if (block->timer_fd >= 0)
		close(block->timer_fd);
	if (block->epoll_fd >= 0)
		close(block->epoll_fd);
	free(block->requests);
	free(block->segs);
	free(block);
}

struct vm_virtio_device *vm_virtio_block_device(struct vm_virtio_block *block)
{
	return &block->device;
}

void vm_virtio_block_resize(struct vm_virtio_block *block)
{
	block->config.capacity =
		vm_mem_le64(block->image->size / VM_BLOCK_SECTOR);
	vm_virtio_device_change_config(&block->device);
}
