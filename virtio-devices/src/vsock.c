/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include <vm-memory/endian.h>

#include "vsock_internal.h"

static void end_connections(struct vm_virtio_vsock *vsock)
{
	struct vsock_conn *conn;

	while ((conn = TAILQ_FIRST(&vsock->conns)))
		vsock_conn_free(conn);
	vsock->refusal_count = 0;
	vsock->is_tx_stopped = false;
}

/* Gives the guest what it is owed, and the host's connections a place. */
static void serve(struct vm_virtio_vsock *vsock)
{
	if (vm_virtio_device_is_running(&vsock->device)) {
		vsock_guest_event(vsock);
		vsock_host_accept(vsock);
		vsock_guest_receive(vsock);
	}
	/* A device that has stopped serves nobody any more. */
	if (!vm_virtio_device_is_running(&vsock->device))
		end_connections(vsock);
	else if (vsock_host_has_connectors(vsock))
		vsock->device.host.kick(vsock->device.host.context, VSOCK_RX);
}

static void notify(struct vm_virtio_device *device, uint16_t queue)
{
	struct vm_virtio_vsock *vsock = device->impl;

	if (queue == VSOCK_TX)
		vsock_guest_transmit(vsock);
	serve(vsock);
}

static int get_fd(const struct vm_virtio_device *device)
{
	const struct vm_virtio_vsock *vsock = device->impl;

	return vsock->epoll_fd;
}

static void handle(struct vm_virtio_device *device)
{
	struct vm_virtio_vsock *vsock = device->impl;

	vsock_host_handle(vsock);
	serve(vsock);
}

static int activate(struct vm_virtio_device *device)
{
	/* Connections of the host may wait. */
	device->host.kick(device->host.context, VSOCK_RX);
	return 0;
}

static void reset(struct vm_virtio_device *device)
{
	struct vm_virtio_vsock *vsock = device->impl;

	end_connections(vsock);
	vsock->has_event = false;
}

static int restore(struct vm_virtio_device *device, const void *state,
		   size_t len)
{
	struct vm_virtio_vsock *vsock = device->impl;

	(void)state;
	vsock->has_event = true;
	return len ? -EBADMSG : 0;
}

static const struct vm_virtio_type type = {
	.id = VIRTIO_DEVICE_VSOCK,
	.notify = notify,
	.activate = activate,
	.reset = reset,
	.fd = get_fd,
	.handle = handle,
	.restore = restore,
};

static int init(struct vm_virtio_vsock *vsock,
		const struct vm_virtio_vsock_config *config)
{
	const struct vm_virtio_device_config base = {
		.type = &type,
		.impl = vsock,
		.host = &config->host,
		.features = VIRTQ_BIT(VIRTIO_VSOCK_F_STREAM),
		.queues = vsock->queues,
		.queue_count = VSOCK_QUEUES,
		.config = &vsock->config_cid,
		.config_len = sizeof(vsock->config_cid),
		.segs = vsock->segs,
		.max_segs = VSOCK_MAX_SEGS,
	};
	int r = vsock_table_init(&vsock->table, vsock->max_connections);

	if (r)
		return r;
	for (int i = 0; i < VSOCK_QUEUES; i++)
		vsock->queues[i].config.max_size = VSOCK_QUEUE_SIZE;
	vsock->cid = (uint32_t)config->cid;
	vsock->config_cid = vm_mem_le64(config->cid);
	r = vm_virtio_device_init(&vsock->device, &base);
	return r ? r : vsock_host_init(vsock, config->path);
}

int vm_virtio_vsock_new(const struct vm_virtio_vsock_config *config,
			struct vm_virtio_vsock **ret_vsock)
{
	struct vm_virtio_vsock *vsock;
	int r;

	if (config->cid < VM_VIRTIO_VSOCK_MIN_CID ||
	    config->cid > VM_VIRTIO_VSOCK_MAX_CID || !config->path ||
	    !*config->path ||
	    config->max_connections > VM_VIRTIO_VSOCK_MAX_CONNECTIONS)
		return -EINVAL;
	vsock = calloc(1, sizeof(*vsock));
	if (!vsock)
		return -ENOMEM;
	TAILQ_INIT(&vsock->conns);
	TAILQ_INIT(&vsock->ready);
	TAILQ_INIT(&vsock->waiting);
	vsock->epoll_fd = -1;
	vsock->timer_fd = -1;
	vsock->listen_fd = -1;
	vsock->max_connections = config->max_connections
					 ? config->max_connections
					 : VM_VIRTIO_VSOCK_CONNECTIONS;
	vsock->patience_ms = config->patience_ms ? config->patience_ms
						 : VM_VIRTIO_VSOCK_PATIENCE_MS;
	r = init(vsock, config);
	if (r) {
		vm_virtio_vsock_free(vsock);
		return r;
	}
	*ret_vsock = vsock;
	return 0;
}

void vm_virtio_vsock_free(struct vm_virtio_vsock *vsock)
{
	if (!vsock)
		return;
	vm_virtio_device_fini(&vsock->device);
	vsock_host_fini(vsock);
	vsock_table_fini(&vsock->table);
	free(vsock);
}

struct vm_virtio_device *vm_virtio_vsock_device(struct vm_virtio_vsock *vsock)
{
	return &vsock->device;
}

const struct vm_virtio_vsock_stats *vm_virtio_vsock_stats(
	const struct vm_virtio_vsock *vsock)
{
	return &vsock->stats;
}
