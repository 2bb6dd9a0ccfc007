/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux/if_tun.h>

#include "net_features.h"

/* Since Linux 6.2. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

#define BIT(name) VIRTQ_BIT(VIRTIO_NET_F_##name)

struct requirement {
	uint64_t feature;
	uint64_t any_of;
};

/* 5.1.3.1, those with requirements of their own before what requires them. */
static const struct requirement requirements[] = {
	{ BIT(GUEST_TSO4), BIT(GUEST_CSUM) },
	{ BIT(GUEST_TSO6), BIT(GUEST_CSUM) },
	{ BIT(GUEST_ECN), BIT(GUEST_TSO4) | BIT(GUEST_TSO6) },
	{ BIT(GUEST_UFO), BIT(GUEST_CSUM) },
	{ BIT(GUEST_USO4), BIT(GUEST_CSUM) },
	{ BIT(GUEST_USO6), BIT(GUEST_CSUM) },
	{ BIT(HOST_TSO4), BIT(CSUM) },
	{ BIT(HOST_TSO6), BIT(CSUM) },
	{ BIT(HOST_ECN), BIT(HOST_TSO4) | BIT(HOST_TSO6) },
	{ BIT(HOST_UFO), BIT(CSUM) },
	{ BIT(HOST_USO), BIT(CSUM) },
	{ BIT(CTRL_RX), BIT(CTRL_VQ) },
	{ BIT(CTRL_RX_EXTRA), BIT(CTRL_VQ) },
	{ BIT(GUEST_ANNOUNCE), BIT(CTRL_VQ) },
	{ BIT(MQ), BIT(CTRL_VQ) },
	{ BIT(CTRL_MAC_ADDR), BIT(CTRL_VQ) },
};

/* The same thing in the words of the driver and of the tap. */
struct offload {
	unsigned int tap;
	uint64_t guest;
	uint64_t host;
};

static const struct offload offloads[] = {
	{ TUN_F_CSUM, BIT(GUEST_CSUM), BIT(CSUM) },
	{ TUN_F_TSO4, BIT(GUEST_TSO4), BIT(HOST_TSO4) },
	{ TUN_F_TSO6, BIT(GUEST_TSO6), BIT(HOST_TSO6) },
	{ TUN_F_TSO_ECN, BIT(GUEST_ECN), BIT(HOST_ECN) },
	{ TUN_F_UFO, BIT(GUEST_UFO), BIT(HOST_UFO) },
	/* A tap has both or none. */
	{ TUN_F_USO4 | TUN_F_USO6, BIT(GUEST_USO4) | BIT(GUEST_USO6),
	  BIT(HOST_USO) },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

uint64_t net_features_prune(uint64_t features)
{
	for (size_t i = 0; i < COUNT(requirements); i++) {
		if (!(features & requirements[i].any_of))
			features &= ~requirements[i].feature;
	}
	return features;
}

uint64_t net_features_from_tap(unsigned int tap)
{
	uint64_t features = 0;

	for (size_t i = 0; i < COUNT(offloads); i++) {
		if ((tap & offloads[i].tap) == offloads[i].tap)
			features |= offloads[i].guest | offloads[i].host;
	}
	return features;
}

unsigned int net_features_to_tap(uint64_t features)
{
	unsigned int tap = 0;

	for (size_t i = 0; i < COUNT(offloads); i++) {
		if ((features & offloads[i].guest) == offloads[i].guest)
			tap |= offloads[i].tap;
	}
	return tap;
}

static unsigned int gso_if(uint64_t features, uint64_t any_of, unsigned int gso)
{
	return features & any_of ? 1u << gso : 0;
}

struct net_offloads net_features_rx(uint64_t features)
{
	uint64_t uso = BIT(GUEST_USO4) | BIT(GUEST_USO6);

	return (struct net_offloads){
		.gso_types = gso_if(features, BIT(GUEST_TSO4), NET_GSO_TCPV4) |
			     gso_if(features, BIT(GUEST_TSO6), NET_GSO_TCPV6) |
			     gso_if(features, BIT(GUEST_UFO), NET_GSO_UDP) |
			     gso_if(features, uso, NET_GSO_UDP_L4),
		.has_csum = features & BIT(GUEST_CSUM),
		.has_ecn = features & BIT(GUEST_ECN),
	};
}

struct net_offloads net_features_tx(uint64_t features)
{
	return (struct net_offloads){
		.gso_types = gso_if(features, BIT(HOST_TSO4), NET_GSO_TCPV4) |
			     gso_if(features, BIT(HOST_TSO6), NET_GSO_TCPV6) |
			     gso_if(features, BIT(HOST_UFO), NET_GSO_UDP) |
			     gso_if(features, BIT(HOST_USO), NET_GSO_UDP_L4),
		.has_csum = features & BIT(CSUM),
		.has_ecn = features & BIT(HOST_ECN),
	};
}
