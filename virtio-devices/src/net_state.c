/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "net_internal.h"

/* The state that the driver knows, and what it was told about this card. */
struct net_state {
	struct net_filter filter;
	struct net_config config;
	uint16_t pairs_in_use;
};

_Static_assert(sizeof(struct net_state) <= VM_VIRTIO_TYPE_STATE, "state");

size_t net_save(const struct vm_virtio_device *device, void *state)
{
	const struct vm_virtio_net *net = device->impl;
	struct net_state *to = state;

	to->filter = net->filter;
	to->config = net->config;
	to->pairs_in_use = net->pairs_in_use;
	return sizeof(*to);
}

static bool is_good_filter(const struct net_filter *filter)
{
	return filter->modes < 1u << NET_RX_MODES &&
	       filter->has_all_unicast <= 1 && filter->has_all_multicast <= 1 &&
	       filter->unicast_count + filter->multicast_count <=
		       VM_VIRTIO_NET_MAX_MACS;
}

/* Can this card have got into such a state? */
static bool is_good_state(const struct vm_virtio_net *net,
			  const struct net_state *state)
{
	bool has_pairs =
		vm_virtio_device_has_feature(&net->device, VIRTIO_NET_F_MQ);
	uint16_t most = has_pairs ? net->pair_count : 1;
	uint16_t known = vm_mem_le16(NET_S_LINK_UP | NET_S_ANNOUNCE);

	return is_good_filter(&state->filter) && state->pairs_in_use &&
	       state->pairs_in_use <= most && !(state->config.mac[0] & 1) &&
	       !(state->config.status & ~known) &&
	       state->config.max_pairs == net->config.max_pairs &&
	       state->config.mtu == net->config.mtu;
}

int net_restore(struct vm_virtio_device *device, const void *state, size_t len)
{
	struct vm_virtio_net *net = device->impl;
	struct net_state from;

	if (len != sizeof(from))
		return -EBADMSG;
	memcpy(&from, state, sizeof(from));
	if (!is_good_state(net, &from))
		return -EBADMSG;
	net->filter = from.filter;
	net->config = from.config;
	/* As when the driver starts a device that cannot do its part. */
	if (net_set_pairs(net, from.pairs_in_use) || net_apply_features(net))
		vm_virtio_device_stop(device);
	return 0;
}
