/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Feature bits of a network card, and what they have to do with a tap. */
#ifndef VIRTIO_DEVICES_NET_FEATURES_H
#define VIRTIO_DEVICES_NET_FEATURES_H

#include "net_internal.h"

/* What takes nothing but this library. */
#define NET_FEATURES                                                          \
	(VIRTQ_BIT(VIRTIO_NET_F_MRG_RXBUF) | VIRTQ_BIT(VIRTIO_NET_F_STATUS) | \
	 VIRTQ_BIT(VIRTIO_NET_F_CTRL_VQ) | VIRTQ_BIT(VIRTIO_NET_F_CTRL_RX) |  \
	 VIRTQ_BIT(VIRTIO_NET_F_CTRL_RX_EXTRA) |                              \
	 VIRTQ_BIT(VIRTIO_NET_F_CTRL_MAC_ADDR) |                              \
	 VIRTQ_BIT(VIRTIO_NET_F_GUEST_ANNOUNCE))

/* What takes the other side of the descriptor. */
#define NET_OFFLOAD_FEATURES                                                   \
	(VIRTQ_BIT(VIRTIO_NET_F_CSUM) | VIRTQ_BIT(VIRTIO_NET_F_GUEST_CSUM) |   \
	 VIRTQ_BIT(VIRTIO_NET_F_HOST_TSO4) |                                   \
	 VIRTQ_BIT(VIRTIO_NET_F_HOST_TSO6) |                                   \
	 VIRTQ_BIT(VIRTIO_NET_F_HOST_ECN) | VIRTQ_BIT(VIRTIO_NET_F_HOST_UFO) | \
	 VIRTQ_BIT(VIRTIO_NET_F_HOST_USO) |                                    \
	 VIRTQ_BIT(VIRTIO_NET_F_GUEST_TSO4) |                                  \
	 VIRTQ_BIT(VIRTIO_NET_F_GUEST_TSO6) |                                  \
	 VIRTQ_BIT(VIRTIO_NET_F_GUEST_ECN) |                                   \
	 VIRTQ_BIT(VIRTIO_NET_F_GUEST_UFO) |                                   \
	 VIRTQ_BIT(VIRTIO_NET_F_GUEST_USO4) |                                  \
	 VIRTQ_BIT(VIRTIO_NET_F_GUEST_USO6))

/* The features without those that lack what they require (5.1.3.1). */
uint64_t net_features_prune(uint64_t features);

/* What can be offered on a tap that is able to these offloads, TUN_F_*. */
uint64_t net_features_from_tap(unsigned int offloads);

/* Which offloads the tap has to be told. */
unsigned int net_features_to_tap(uint64_t features);

/* What a received frame, or one to be sent, may need. */
struct net_offloads net_features_rx(uint64_t features);
struct net_offloads net_features_tx(uint64_t features);

#endif
