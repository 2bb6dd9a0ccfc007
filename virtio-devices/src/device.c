/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "internal.h"

static bool has_good_queues(const struct vm_virtio_device_config *config)
{
	if (!config->queues || !config->queue_count ||
	    config->queue_count > VM_VIRTIO_MAX_QUEUES)
		return false;
	for (uint16_t i = 0; i < config->queue_count; i++) {
		uint32_t max_size = config->queues[i].config.max_size;

		if (!max_size || max_size > VIRTQ_MAX_SIZE)
			return false;
	}
	return true;
}

static bool is_good(const struct vm_virtio_device_config *config)
{
	const struct vm_virtio_host *host = config->host;

	return config->type && config->type->notify && host && host->mem &&
	       host->kick && !(host->with & ~VM_VIRTIO_HOST_FEATURES) &&
	       has_good_queues(config);
}

int vm_virtio_device_init(struct vm_virtio_device *device,
			  const struct vm_virtio_device_config *config)
{
	if (!is_good(config))
		return -EINVAL;
	*device = (struct vm_virtio_device){
		.type = config->type,
		.impl = config->impl,
		.host = *config->host,
		.queues = config->queues,
		.queue_count = config->queue_count,
		.shm = config->shm,
		.shm_count = config->shm_count,
		.config = config->config,
		.config_len = config->config_len,
		.chain = { .segs = config->segs, .max_segs = config->max_segs },
	};
	device->offered = config->features | VM_VIRTIO_FEATURES;
	device->offered |= config->host->with;
	device->offered &= ~config->host->without;
	device->offered |= VIRTQ_BIT(VIRTIO_F_VERSION_1);
	return 0;
}

void vm_virtio_device_fini(struct vm_virtio_device *device)
{
	if (!device->type)
		return;
	device->transport = NULL;
	device_reset(device);
	device->type = NULL;
}

void vm_virtio_device_attach(struct vm_virtio_device *device,
			     const struct vm_virtio_transport_ops *ops,
			     void *context)
{
	device->transport = ops;
	device->transport_context = context;
}

void vm_virtio_device_notify(struct vm_virtio_device *device, uint32_t queue)
{
	if (queue >= device->queue_count) {
		vm_virtio_device_count_error(device, VM_VIRTIO_ERROR_PROTOCOL);
		return;
	}
	device->stats.notifications++;
	if (vm_virtio_device_is_running(device) &&
	    virtq_is_active(&device->queues[queue].vq))
		device->type->notify(device, (uint16_t)queue);
}

int vm_virtio_device_fd(const struct vm_virtio_device *device)
{
	return device->type->fd ? device->type->fd(device) : -1;
}

void vm_virtio_device_handle(struct vm_virtio_device *device)
{
	if (device->type->handle)
		device->type->handle(device);
}

void vm_virtio_device_set_mem(struct vm_virtio_device *device,
			      const struct vm_mem *mem)
{
	bool is_lost = false;

	for (uint16_t i = 0; i < device->queue_count; i++) {
		struct virtq *vq = &device->queues[i].vq;

		if (!virtq_is_active(vq))
			continue;
		if (device->type->stop_queue)
			device->type->stop_queue(device, i);
		vm_virtio_queue_flush(device, i);
		if (virtq_set_mem(vq, mem)) {
			virtq_reset(vq);
			is_lost = true;
		}
	}
	device->host.mem = mem;
	if (is_lost)
		vm_virtio_device_stop(device);
}

static void tell_config_change(struct vm_virtio_device *device)
{
	if (!device->transport || !has_status(device, VIRTIO_STATUS_DRIVER_OK))
		return;
	device->stats.config_changes++;
	device->transport->changed(device->transport_context);
}

void vm_virtio_device_change_config(struct vm_virtio_device *device)
{
	device->generation++;
	tell_config_change(device);
}

void vm_virtio_device_stop(struct vm_virtio_device *device)
{
	if (has_status(device, VIRTIO_STATUS_NEEDS_RESET))
		return;
	device->status |= VIRTIO_STATUS_NEEDS_RESET;
	vm_virtio_device_count_error(device, VM_VIRTIO_ERROR_STOPPED);
	tell_config_change(device);
}

void device_activate(struct vm_virtio_device *device)
{
	for (uint16_t i = 0; i < device->queue_count; i++) {
		struct vm_virtio_queue *queue = &device->queues[i];

		if (queue->is_ready && queue_activate(device, queue)) {
			vm_virtio_device_stop(device);
			return;
		}
	}
	if (device->type->activate && device->type->activate(device))
		vm_virtio_device_stop(device);
}

void device_reset(struct vm_virtio_device *device)
{
	for (uint16_t i = 0; i < device->queue_count; i++)
		queue_clear(device, i);
	device->status = 0;
	device->features = 0;
	memset(device->driver_features, 0, sizeof(device->driver_features));
	if (device->type->reset)
		device->type->reset(device);
	device->stats.resets++;
}
