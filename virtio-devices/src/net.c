/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <virtio-devices/tap.h>
#include <vm-memory/endian.h>

#include "net_features.h"
#include "net_internal.h"

static void kick(struct vm_virtio_net *net, uint16_t queue)
{
	if (virtq_is_active(&net->queues[queue].vq))
		net->device.host.kick(net->device.host.context, queue);
}

int net_set_pairs(struct vm_virtio_net *net, uint16_t pairs)
{
	int r;

	while (net->pairs_in_use != pairs) {
		bool is_more = net->pairs_in_use < pairs;
		uint16_t last = (uint16_t)(net->pairs_in_use - !is_more);

		r = net->is_tap ? vm_tap_set_queue(net->pairs[last].fd, is_more)
				: 0;
		if (r)
			return r;
		if (is_more) {
			net->pairs_in_use++;
			kick(net, (uint16_t)(2 * last));
			kick(net, (uint16_t)(2 * last + 1));
		} else {
			net->pairs_in_use--;
		}
	}
	return 0;
}

/* 5.1.2: commands come after as many pairs as the driver knows of. */
static bool is_control_queue(const struct vm_virtio_net *net, uint16_t queue)
{
	bool has_all =
		vm_virtio_device_has_feature(&net->device, VIRTIO_NET_F_MQ);

	return vm_virtio_device_has_feature(&net->device,
					    VIRTIO_NET_F_CTRL_VQ) &&
	       queue == (has_all ? 2 * net->pair_count : 2);
}

static void notify(struct vm_virtio_device *device, uint16_t queue)
{
	struct vm_virtio_net *net = device->impl;

	if (is_control_queue(net, queue))
		net_control(net, queue);
	else if (queue / 2 >= net->pairs_in_use)
		return;
	else if (queue % 2)
		net_transmit(net, queue);
	else
		net_receive(net, queue);
}

static int get_fd(const struct vm_virtio_device *device)
{
	const struct vm_virtio_net *net = device->impl;

	return net->epoll_fd;
}

static bool accept_features(const struct vm_virtio_device *device,
			    uint64_t features)
{
	(void)device;
	return net_features_prune(features) == features;
}

int net_apply_features(struct vm_virtio_net *net)
{
	uint64_t features = net->device.features;
	uint32_t mtu = NET_DEFAULT_MTU;

	net->rx_offloads = net_features_rx(features);
	net->tx_offloads = net_features_tx(features);
	if (features & VIRTQ_BIT(VIRTIO_NET_F_MTU))
		mtu = vm_mem_le16(net->config.mtu);
	net->needed = VM_VIRTIO_NET_HEADER + NET_ETHERNET + NET_ETHERNET_TAG;
	net->needed += mtu;
	if (net->rx_offloads.gso_types)
		net->needed = VM_VIRTIO_NET_HEADER + VM_VIRTIO_NET_MAX_FRAME;
	if (!net->is_tap)
		return 0;
	return vm_tap_set_offloads(net->pairs[0].fd,
				   net_features_to_tap(features));
}

static int activate(struct vm_virtio_device *device)
{
	struct vm_virtio_net *net = device->impl;

	/* Buffers and frames may be there already. */
	kick(net, 0);
	return net_apply_features(net);
}

static void stop_queue(struct vm_virtio_device *device, uint16_t queue)
{
	struct vm_virtio_net *net = device->impl;

	if (queue / 2 < net->pair_count && queue % 2 == 0)
		net_stock_return(net, queue);
}

static void reset(struct vm_virtio_device *device)
{
	struct vm_virtio_net *net = device->impl;

	/* A full descriptor and a spent rate outlive the driver. */
	net_filter_reset(net);
	memcpy(net->config.mac, net->default_mac, sizeof(net->config.mac));
	net->config.status &= vm_mem_le16(NET_S_LINK_UP);
	/* What a tap refuses here was not carried out before either. */
	(void)!net_set_pairs(net, 1);
	if (net->is_tap)
		(void)!vm_tap_set_offloads(net->pairs[0].fd, 0);
}

static const struct vm_virtio_type type = {
	.id = VIRTIO_DEVICE_NET,
	.notify = notify,
	.accept = accept_features,
	.activate = activate,
	.stop_queue = stop_queue,
	.reset = reset,
	.fd = get_fd,
	.handle = net_handle,
	.save = net_save,
	.restore = net_restore,
};

/* Takes a descriptor; it is a tap's if the kernel says so. */
static int init_pair(struct vm_virtio_net *net, uint16_t index, int fd)
{
	int flags = fcntl(fd, F_GETFL);
	int r;

	if (flags < 0)
		return -errno;
	if (!(flags & O_NONBLOCK))
		return -EINVAL;
	r = vm_tap_adopt(fd, NULL);
	if (r && r != -ENOTTY)
		return r;
	if (index && net->is_tap != !r)
		return -EINVAL;
	net->is_tap = !r;
	net->pairs[index].fd = fd;
	return net_poll_fd(net, EPOLL_CTL_ADD, fd, EPOLLIN, index);
}

static int init_pairs(struct vm_virtio_net *net, const int *fds, uint16_t count)
{
	int r = 0;

	net->pairs = calloc(count, sizeof(*net->pairs));
	if (!net->pairs)
		return -ENOMEM;
	net->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (net->epoll_fd < 0)
		return -errno;
	for (uint16_t i = 0; !r && i < count; i++)
		r = init_pair(net, i, fds[i]);
	if (r)
		return r;
	net->pair_count = count;
	net->pairs_in_use = count;
	return 0;
}

static int init_device(struct vm_virtio_net *net,
		       const struct vm_virtio_host *host, uint64_t features)
{
	const struct vm_virtio_device_config config = {
		.type = &type,
		.impl = net,
		.host = host,
		.features = net_features_prune(features & ~host->without),
		.queues = net->queues,
		.queue_count = (uint16_t)(2 * net->pair_count + 1),
		.config = &net->config,
		.config_len = sizeof(net->config),
		.segs = net->segs,
		.max_segs = NET_MAX_SEGS,
	};

	for (uint16_t i = 0; i < config.queue_count; i++)
		net->queues[i].config.max_size = NET_QUEUE_SIZE;
	return vm_virtio_device_init(&net->device, &config);
}

static uint64_t find_features(const struct vm_virtio_net *net,
			      unsigned int tap_offloads)
{
	static const uint8_t unknown[NET_MAC];
	uint64_t features = NET_FEATURES;

	features |= net->is_tap ? net_features_from_tap(tap_offloads)
				: NET_OFFLOAD_FEATURES;
	if (memcmp(net->config.mac, unknown, NET_MAC))
		features |= VIRTQ_BIT(VIRTIO_NET_F_MAC);
	if (net->config.mtu)
		features |= VIRTQ_BIT(VIRTIO_NET_F_MTU);
	if (net->pair_count > 1)
		features |= VIRTQ_BIT(VIRTIO_NET_F_MQ);
	return features;
}

static int init(struct vm_virtio_net *net,
		const struct vm_virtio_net_config *config, uint16_t pairs)
{
	unsigned int tap_offloads = 0;
	int r = init_pairs(net, config->fds, pairs);

	if (!r)
		r = net_rate_init(net, &net->rx_rate, &config->rx_bytes,
				  &config->rx_ops, NET_EVENT_RX_TIMER);
	if (!r)
		r = net_rate_init(net, &net->tx_rate, &config->tx_bytes,
				  &config->tx_ops, NET_EVENT_TX_TIMER);
	if (!r && net->is_tap)
		r = vm_tap_find_offloads(net->pairs[0].fd, &tap_offloads);
	if (r)
		return r;
	memcpy(net->default_mac, config->mac, sizeof(net->default_mac));
	memcpy(net->config.mac, config->mac, sizeof(net->config.mac));
	net->config.status = vm_mem_le16(NET_S_LINK_UP);
	net->config.max_pairs = vm_mem_le16(pairs);
	net->config.mtu = vm_mem_le16(config->mtu);
	net_filter_reset(net);
	r = init_device(net, &config->host, find_features(net, tap_offloads));
	return r ? r : net_set_pairs(net, 1);
}

static bool is_good(const struct vm_virtio_net_config *config)
{
	return config->fds && config->pairs <= VM_VIRTIO_NET_MAX_PAIRS &&
	       !(config->mac[0] & 1) &&
	       (!config->mtu || config->mtu >= VM_VIRTIO_NET_MIN_MTU);
}

int vm_virtio_net_new(const struct vm_virtio_net_config *config,
		      struct vm_virtio_net **ret_net)
{
	struct vm_virtio_net *net;
	int r;

	if (!is_good(config))
		return -EINVAL;
	net = calloc(1, sizeof(*net));
	if (!net)
		return -ENOMEM;
	net->epoll_fd = -1;
	net->rx_rate.timer_fd = -1;
	net->tx_rate.timer_fd = -1;
	r = init(net, config, config->pairs ? config->pairs : 1);
	if (r) {
		vm_virtio_net_free(net);
		return r;
	}
	*ret_net = net;
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void vm_virtio_net_free(struct vm_virtio_net *net)
{
	if (!net)
		return;
	vm_virtio_device_fini(&net->device);
	/* The descriptors go back as they came. */
	if (net->pairs)
		(void)!net_set_pairs(net, net->pair_count);
	close_fd(net->rx_rate.timer_fd);
	close_fd(net->tx_rate.timer_fd);
	close_fd(net->epoll_fd);
	free(net->pairs);
	free(net);
}

struct vm_virtio_device *vm_virtio_net_device(struct vm_virtio_net *net)
{
	return &net->device;
}

const struct vm_virtio_net_stats *vm_virtio_net_stats(
	const struct vm_virtio_net *net)
{
	return &net->stats;
}

void vm_virtio_net_set_link(struct vm_virtio_net *net, bool is_up)
{
	uint16_t bit = vm_mem_le16(NET_S_LINK_UP);

	if (is_up == net_is_up(net))
		return;
	net->config.status ^= bit;
	vm_virtio_device_change_config(&net->device);
	for (uint16_t i = 0; is_up && i < net->pairs_in_use; i++)
		kick(net, (uint16_t)(2 * i));
}

int vm_virtio_net_announce(struct vm_virtio_net *net)
{
	if (!vm_virtio_device_has_feature(&net->device,
					  VIRTIO_NET_F_GUEST_ANNOUNCE))
		return -ENOTSUP;
	net->config.status |= vm_mem_le16(NET_S_ANNOUNCE);
	vm_virtio_device_change_config(&net->device);
	return 0;
}
