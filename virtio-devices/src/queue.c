/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "internal.h"

static void ignore(struct vm_virtio_device *device)
{
	vm_virtio_device_count_error(device, VM_VIRTIO_ERROR_PROTOCOL);
}

const struct vm_virtio_queue *vm_virtio_device_get_queue(
	const struct vm_virtio_device *device, uint32_t queue)
{
	return queue < device->queue_count ? &device->queues[queue] : NULL;
}

/* May the driver set up queues now?  They are frozen when it starts. */
static bool is_open(const struct vm_virtio_device *device)
{
	if (!has_status(device, VIRTIO_STATUS_FEATURES_OK) ||
	    has_status(device, VIRTIO_STATUS_FAILED))
		return false;
	return !has_status(device, VIRTIO_STATUS_DRIVER_OK) ||
	       vm_virtio_device_has_feature(device, VIRTIO_F_RING_RESET);
}

/* The queue whose registers the driver may change, or NULL. */
static struct vm_virtio_queue *open_queue(struct vm_virtio_device *device,
					  uint32_t index)
{
	if (index < device->queue_count && !device->queues[index].is_ready &&
	    is_open(device))
		return &device->queues[index];
	ignore(device);
	return NULL;
}

void vm_virtio_queue_set_size(struct vm_virtio_device *device, uint32_t queue,
			      uint32_t size)
{
	struct vm_virtio_queue *open = open_queue(device, queue);

	if (open)
		open->config.size = size;
}

static vm_gpa *area_address(struct virtq_config *config,
			    enum vm_virtio_area area)
{
	switch (area) {
	case VM_VIRTIO_AREA_DESC:
		return &config->desc;
	case VM_VIRTIO_AREA_DRIVER:
		return &config->driver;
	case VM_VIRTIO_AREA_DEVICE:
		return &config->device;
	}
	return NULL;
}

void vm_virtio_queue_set_area(struct vm_virtio_device *device, uint32_t queue,
			      enum vm_virtio_area area, bool high,
			      uint32_t value)
{
	struct vm_virtio_queue *open = open_queue(device, queue);
	vm_gpa *gpa = open ? area_address(&open->config, area) : NULL;

	if (!gpa)
		return;
	if (high)
		*gpa = (*gpa & UINT32_MAX) | (uint64_t)value << 32;
	else
		*gpa = (*gpa & ~(uint64_t)UINT32_MAX) | value;
}

int queue_activate(struct vm_virtio_device *device,
		   struct vm_virtio_queue *queue)
{
	queue->config.features = device->features;
	queue->completed = 0;
	return virtq_activate(&queue->vq, &queue->config, device->host.mem);
}

void queue_stop(struct vm_virtio_device *device, uint16_t index)
{
	struct vm_virtio_queue *queue = &device->queues[index];

	if (virtq_is_active(&queue->vq) && device->type->stop_queue)
		device->type->stop_queue(device, index);
	virtq_reset(&queue->vq);
	queue->completed = 0;
	queue->is_ready = false;
}

void queue_clear(struct vm_virtio_device *device, uint16_t index)
{
	struct virtq_config *config = &device->queues[index].config;

	queue_stop(device, index);
	*config = (struct virtq_config){ .max_size = config->max_size };
}

void vm_virtio_queue_set_ready(struct vm_virtio_device *device, uint32_t queue,
			       bool is_ready)
{
	struct vm_virtio_queue *open;

	if (!is_ready) {
		if (queue < device->queue_count)
			queue_stop(device, (uint16_t)queue);
		return;
	}
	open = open_queue(device, queue);
	if (!open)
		return;
	open->is_ready = true;
	if (vm_virtio_device_is_running(device) && queue_activate(device, open))
		vm_virtio_device_stop(device);
}

void vm_virtio_queue_reset(struct vm_virtio_device *device, uint32_t queue)
{
	if (queue >= device->queue_count ||
	    !vm_virtio_device_has_feature(device, VIRTIO_F_RING_RESET)) {
		ignore(device);
		return;
	}
	queue_clear(device, (uint16_t)queue);
	device->stats.queue_resets++;
}

void vm_virtio_queue_push(struct vm_virtio_device *device, uint16_t queue,
			  struct virtq_head head, uint32_t len)
{
	struct vm_virtio_queue *to = &device->queues[queue];

	if (!virtq_is_active(&to->vq) || virtq_push(&to->vq, head, len))
		return;
	to->completed++;
	device->stats.requests++;
}

/* Tells the driver, if it wants to be, that chains were completed. */
static void finish(struct vm_virtio_device *device, uint16_t index,
		   bool is_wanted)
{
	struct vm_virtio_queue *queue = &device->queues[index];

	if (!queue->completed)
		return;
	queue->completed = 0;
	if (!is_wanted) {
		device->stats.suppressed++;
		return;
	}
	device->stats.interrupts++;
	if (device->transport)
		device->transport->used(device->transport_context, index);
}

void vm_virtio_queue_flush(struct vm_virtio_device *device, uint16_t queue)
{
	struct virtq *vq = &device->queues[queue].vq;

	if (!virtq_is_active(vq))
		return;
	finish(device, queue, virtq_flush(vq));
	if (virtq_is_broken(vq))
		vm_virtio_device_stop(device);
}

/* What virtq_drain() calls; it sees what became of each chain. */
struct server {
	struct vm_virtio_device *device;
	struct vm_virtio_queue *queue;
	virtq_handler handler;
	bool is_busy;
};

static enum virtq_verdict serve_one(void *context,
				    const struct virtq_chain *chain,
				    uint32_t *ret_len)
{
	struct server *server = context;
	enum virtq_verdict verdict;

	verdict = server->handler(server->device->impl, chain, ret_len);
	if (verdict == VIRTQ_DONE) {
		server->queue->completed++;
		server->device->stats.requests++;
	}
	server->is_busy = verdict == VIRTQ_BUSY;
	return verdict;
}

void vm_virtio_queue_serve(struct vm_virtio_device *device, uint16_t queue,
			   uint32_t budget, virtq_handler handler)
{
	struct server server = { .device = device,
				 .queue = &device->queues[queue],
				 .handler = handler };
	struct virtq_drain_result result;
	int r;

	if (!virtq_is_active(&server.queue->vq))
		return;
	r = virtq_drain(&server.queue->vq, &device->chain, budget, serve_one,
			&server, &result);
	server.queue->completed += result.rejected;
	device->stats.requests += result.rejected;
	device->stats.errors[VM_VIRTIO_ERROR_CHAIN] += result.rejected;
	finish(device, queue, result.notify);
	if (r)
		vm_virtio_device_stop(device);
	else if (result.more && !server.is_busy)
		device->host.kick(device->host.context, queue);
}
