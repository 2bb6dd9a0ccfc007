/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <virtio-devices/state.h>

#include "internal.h"

void vm_virtio_device_save(struct vm_virtio_device *device,
			   struct vm_virtio_state *ret_state)
{
	memset(ret_state, 0, sizeof(*ret_state));
	for (uint16_t i = 0; i < device->queue_count; i++) {
		struct vm_virtio_queue_state *to = &ret_state->queues[i];
		struct vm_virtio_queue *from = &device->queues[i];

		if (virtq_is_active(&from->vq) && device->type->stop_queue)
			device->type->stop_queue(device, i);
		vm_virtio_queue_flush(device, i);
		/* It fails for what is not flushed, which nothing is. */
		(void)!virtq_save(&from->vq, &to->vq);
		to->config = from->config;
		to->is_ready = from->is_ready;
	}
	ret_state->version = VM_VIRTIO_STATE_VERSION;
	ret_state->id = device->type->id;
	ret_state->offered = device->offered;
	memcpy(ret_state->driver_features, device->driver_features,
	       sizeof(ret_state->driver_features));
	ret_state->status = device->status;
	ret_state->generation = device->generation;
	ret_state->queue_count = device->queue_count;
	if (device->type->save)
		ret_state->type_len =
			(uint32_t)device->type->save(device, ret_state->type);
}

/* Can a driver and this device have brought a queue into such a state? */
static bool is_good_queue(const struct vm_virtio_device *device,
			  const struct vm_virtio_queue *queue,
			  const struct vm_virtio_queue_state *state)
{
	const struct virtq_config *config = &state->config;
	bool is_active = state->vq.size;

	if (config->max_size != queue->config.max_size || state->is_ready > 1)
		return false;
	if (state->is_ready && !has_status(device, VIRTIO_STATUS_FEATURES_OK))
		return false;
	/* A device that stopped keeps the queues that it could start. */
	if (is_active)
		return state->is_ready &&
		       has_status(device, VIRTIO_STATUS_DRIVER_OK) &&
		       (!state->vq.fault ||
			has_status(device, VIRTIO_STATUS_NEEDS_RESET));
	return !state->is_ready || !vm_virtio_device_is_running(device);
}

/* A queue that runs has the configuration that the registers tell. */
static bool is_same(const struct vm_virtio_device *device,
		    const struct virtq_state *vq,
		    const struct virtq_config *config)
{
	return vq->size == config->size && vq->max_size == config->max_size &&
	       vq->desc == config->desc && vq->driver == config->driver &&
	       vq->device == config->device && vq->features == device->features;
}

static int restore_queue(struct vm_virtio_device *device,
			 struct vm_virtio_queue *queue,
			 const struct vm_virtio_queue_state *state)
{
	if (!is_good_queue(device, queue, state))
		return -EBADMSG;
	queue->config = state->config;
	queue->is_ready = state->is_ready;
	if (!state->vq.size)
		return 0;
	if (!state->is_ready || !is_same(device, &state->vq, &state->config))
		return -EBADMSG;
	return virtq_restore(&queue->vq, &state->vq, device->host.mem);
}

static bool is_good_status(uint32_t status)
{
	switch (status & ~(VIRTIO_STATUS_FAILED | VIRTIO_STATUS_NEEDS_RESET)) {
	case 0:
	case VIRTIO_STATUS_ACKNOWLEDGE:
	case VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER:
	case VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
		VIRTIO_STATUS_FEATURES_OK:
	case VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
		VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK:
		return true;
	default:
		return false;
	}
}

static int restore_head(struct vm_virtio_device *device,
			const struct vm_virtio_state *state)
{
	if (state->version != VM_VIRTIO_STATE_VERSION ||
	    state->id != device->type->id ||
	    state->queue_count != device->queue_count ||
	    state->type_len > sizeof(state->type) ||
	    !is_good_status(state->status))
		return -EBADMSG;
	/* The driver may still accept whatever it was offered. */
	if (state->offered != device->offered)
		return -EBADMSG;
	device->status = (uint8_t)state->status;
	device->generation = state->generation;
	memcpy(device->driver_features, state->driver_features,
	       sizeof(device->driver_features));
	if (!has_status(device, VIRTIO_STATUS_FEATURES_OK))
		return 0;
	if (!device_accepts(device))
		return -EBADMSG;
	device->features = written_features(device);
	return 0;
}

static int restore(struct vm_virtio_device *device,
		   const struct vm_virtio_state *state)
{
	int r = restore_head(device, state);

	for (uint16_t i = 0; !r && i < device->queue_count; i++)
		r = restore_queue(device, &device->queues[i],
				  &state->queues[i]);
	if (!r && device->type->restore)
		r = device->type->restore(device, state->type, state->type_len);
	return r;
}

int vm_virtio_device_restore(struct vm_virtio_device *device,
			     const struct vm_virtio_state *state)
{
	int r;

	if (device->status)
		return -EINVAL;
	r = restore(device, state);
	if (r) {
		device_reset(device);
		return r;
	}
	for (uint16_t i = 0; i < device->queue_count; i++) {
		if (virtq_is_active(&device->queues[i].vq))
			device->host.kick(device->host.context, i);
	}
	return 0;
}
