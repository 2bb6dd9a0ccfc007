/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Network device, VIRTIO 1.2 section 5.1: a network card on a tap.
 *
 *	r = vm_tap_open("tap0", false, &fd);
 *	config.fds = &fd;
 *	r = vm_virtio_net_new(&config, &net);
 *
 * A frame goes between guest memory and the descriptor by one system call and
 * without a copy.  Only the header in front of it is copied: what the driver
 * wrote is checked and what it may see is made up on the copy.
 *
 * Instead of a tap there may be a datagram socket, whose other side sends and
 * takes each frame with a struct virtio_net_hdr of 12 bytes in front.  All
 * offloads are offered then; hold back by host.without what it cannot do.
 *
 * Threading: see device.h.
 */
#ifndef VIRTIO_DEVICES_NET_H
#define VIRTIO_DEVICES_NET_H

#include <stdbool.h>
#include <stdint.h>

#include <virtio-devices/device.h>
#include <virtio-devices/rate_limiter.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Feature bits (5.1.3), as bit numbers; guarded, as <linux/virtio_net.h> has
 * the same ones. */
#ifndef VIRTIO_NET_F_CSUM
#define VIRTIO_NET_F_CSUM	    0
#define VIRTIO_NET_F_GUEST_CSUM	    1
#define VIRTIO_NET_F_MTU	    3
#define VIRTIO_NET_F_MAC	    5
#define VIRTIO_NET_F_GUEST_TSO4	    7
#define VIRTIO_NET_F_GUEST_TSO6	    8
#define VIRTIO_NET_F_GUEST_ECN	    9
#define VIRTIO_NET_F_GUEST_UFO	    10
#define VIRTIO_NET_F_HOST_TSO4	    11
#define VIRTIO_NET_F_HOST_TSO6	    12
#define VIRTIO_NET_F_HOST_ECN	    13
#define VIRTIO_NET_F_HOST_UFO	    14
#define VIRTIO_NET_F_MRG_RXBUF	    15
#define VIRTIO_NET_F_STATUS	    16
#define VIRTIO_NET_F_CTRL_VQ	    17
#define VIRTIO_NET_F_CTRL_RX	    18
#define VIRTIO_NET_F_CTRL_RX_EXTRA  20
#define VIRTIO_NET_F_GUEST_ANNOUNCE 21
#define VIRTIO_NET_F_MQ		    22
#define VIRTIO_NET_F_CTRL_MAC_ADDR  23
#endif
#ifndef VIRTIO_NET_F_HOST_USO
#define VIRTIO_NET_F_GUEST_USO4 54
#define VIRTIO_NET_F_GUEST_USO6 55
#define VIRTIO_NET_F_HOST_USO	56
#endif

/* The header in front of each frame, and the longest frame (5.1.6.3): an
 * Ethernet header, an IPv6 header, and its payload. */
#define VM_VIRTIO_NET_HEADER	12
#define VM_VIRTIO_NET_MAX_FRAME (14 + 40 + 65535)

/* Frames that are moved at a time in each direction, and commands. */
#define VM_VIRTIO_NET_BUDGET	  64
#define VM_VIRTIO_NET_CTRL_BUDGET 16

/* The most pairs of queues, besides which there is one for commands. */
#define VM_VIRTIO_NET_MAX_PAIRS 31

/* Addresses that the driver may filter by; with more it receives all. */
#define VM_VIRTIO_NET_MAX_MACS 64

/* The bounds of a configuration's MTU. */
#define VM_VIRTIO_NET_MIN_MTU 68
#define VM_VIRTIO_NET_MAX_MTU 65535

struct vm_virtio_net;

/**
 * struct vm_virtio_net_config - a network card
 * @host: what the VMM provides
 * @fds: one descriptor for each pair of queues, borrowed for the life of the
 *	device: non-blocking ones of one tap, from vm_tap_open() or
 *	vm_tap_adopt(), or sockets
 * @pairs: how many, 1 to VM_VIRTIO_NET_MAX_PAIRS; 0 means 1.  A tap with
 *	several is a multi-queue one.
 * @mac: the card's address; all zero to let the driver choose one
 * @mtu: what the driver is advised; 0 for no advice
 * @rx_bytes: limit of what the guest receives; size 0 for none
 * @rx_ops: the same in frames
 * @tx_bytes: limit of what the guest sends
 * @tx_ops: the same in frames
 */
struct vm_virtio_net_config {
	struct vm_virtio_host host;
	const int *fds;
	uint16_t pairs;
	uint8_t mac[6];
	uint16_t mtu;
	struct vm_rate_limit rx_bytes;
	struct vm_rate_limit rx_ops;
	struct vm_rate_limit tx_bytes;
	struct vm_rate_limit tx_ops;
};

/**
 * struct vm_virtio_net_stats - counters besides those of every device
 * @rx_frames: given to the driver
 * @rx_too_long: dropped, for they did not fit into the driver's buffers, or
 *	exceeded the MTU
 * @rx_refused: dropped, for they were too short, or needed an offload that the
 *	driver has not accepted
 * @rx_filtered: dropped, for the driver did not want their address
 * @tx_frames: given to the descriptor
 * @tx_malformed: too short, too long, or with a header that the driver may not
 *	use; also counted as VM_VIRTIO_ERROR_REQUEST
 * @tx_failed: refused by the descriptor; also counted as VM_VIRTIO_ERROR_IO
 * @tx_blocked: how often the descriptor could take no more
 * @commands: on the control queue
 * @refused_commands: those among them that were answered with an error
 */
struct vm_virtio_net_stats {
	uint64_t rx_frames;
	uint64_t rx_too_long;
	uint64_t rx_refused;
	uint64_t rx_filtered;
	uint64_t tx_frames;
	uint64_t tx_malformed;
	uint64_t tx_failed;
	uint64_t tx_blocked;
	uint64_t commands;
	uint64_t refused_commands;
};

/**
 * vm_virtio_net_new - make a network card
 * @config: copied
 * @ret_net: the device; free it with vm_virtio_net_free()
 *
 * Of a tap no offload is enabled until the driver has accepted it, and of
 * several queues only the first one takes part.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, no descriptor, too many, or one that blocks; an address for
 *		many receivers; an MTU out of bounds; or as
 *		vm_virtio_device_init() or vm_rate_limiter_init()
 *	-ENOMEM
 *	another negative errno, from fcntl(2), epoll_create1(2), epoll_ctl(2),
 *	timerfd_create(2), or setting up the tap
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_net_new(
	const struct vm_virtio_net_config *config,
	struct vm_virtio_net **ret_net);

/**
 * vm_virtio_net_free - free a device, which no transport uses any more
 * @net: a network card, or NULL
 */
VM_VIRTIO_API void vm_virtio_net_free(struct vm_virtio_net *net);

/** vm_virtio_net_device - the device, for a transport */
VM_VIRTIO_API struct vm_virtio_device *vm_virtio_net_device(
	struct vm_virtio_net *net);

/** vm_virtio_net_stats - the counters, valid as long as the device */
VM_VIRTIO_API const struct vm_virtio_net_stats *vm_virtio_net_stats(
	const struct vm_virtio_net *net);

/**
 * vm_virtio_net_set_link - plug the cable in, or pull it out
 * @net: a network card; it starts plugged in
 * @is_up: is it plugged in?
 *
 * While it is not, what the guest sends is dropped, and nothing is received.
 */
VM_VIRTIO_API void vm_virtio_net_set_link(struct vm_virtio_net *net,
					  bool is_up);

/**
 * vm_virtio_net_announce - have the guest tell the network where it is
 * @net: a network card, such as one that was restored elsewhere
 *
 * Returns:
 *	0 on success
 *	-ENOTSUP, the driver has not accepted VIRTIO_NET_F_GUEST_ANNOUNCE
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_net_announce(
	struct vm_virtio_net *net);

#ifdef __cplusplus
}
#endif

#endif
