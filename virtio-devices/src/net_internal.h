/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VIRTIO_DEVICES_NET_INTERNAL_H
#define VIRTIO_DEVICES_NET_INTERNAL_H

#include <sys/uio.h>

#include <virtio-devices/device_type.h>
#include <virtio-devices/net.h>
#include <vm-memory/endian.h>
#include <vm-memory/slice.h>

#define NET_QUEUE_SIZE 256

/* No chain that is legal in such a queue is too long. */
#define NET_MAX_SEGS NET_QUEUE_SIZE

/* Elements for one frame: a few buffers may straddle regions of memory. */
#define NET_MAX_PARTS (NET_MAX_SEGS + 16)

/* Buffers that one frame may be spread over. */
#define NET_MAX_BUFFERS 64

#define NET_MAC		 6
#define NET_ETHERNET	 14
#define NET_ETHERNET_TAG 4
#define NET_DEFAULT_MTU	 1500

/* 5.1.6: in front of each frame, little-endian. */
struct net_header {
	uint8_t flags;
	uint8_t gso_type;
	uint16_t hdr_len;
	uint16_t gso_size;
	uint16_t csum_start;
	uint16_t csum_offset;
	uint16_t num_buffers;
};

/* Bits of flags. */
#define NET_F_NEEDS_CSUM 1
#define NET_F_DATA_VALID 2

/* Values of gso_type, and a bit in it. */
#define NET_GSO_NONE   0
#define NET_GSO_TCPV4  1
#define NET_GSO_UDP    3
#define NET_GSO_TCPV6  4
#define NET_GSO_UDP_L4 5
#define NET_GSO_ECN    0x80

/* 5.1.4, little-endian. */
struct net_config {
	uint8_t mac[NET_MAC];
	uint16_t status;
	uint16_t max_pairs;
	uint16_t mtu;
};

/* Bits of status. */
#define NET_S_LINK_UP  1
#define NET_S_ANNOUNCE 2

/* Bits of net_filter.modes: by the number of their command (5.1.6.5.1). */
#define NET_RX_PROMISC	(1u << 0)
#define NET_RX_ALLMULTI (1u << 1)
#define NET_RX_ALLUNI	(1u << 2)
#define NET_RX_NOMULTI	(1u << 3)
#define NET_RX_NOUNI	(1u << 4)
#define NET_RX_NOBCAST	(1u << 5)
#define NET_RX_MODES	6

/* Which destinations the driver wants to receive (5.1.6.5.1, 5.1.6.5.2). */
struct net_filter {
	uint8_t modes;
	uint8_t has_all_unicast; /* the table did not hold them */
	uint8_t has_all_multicast;
	uint8_t unicast_count;
	uint8_t multicast_count; /* behind the others in the table */
	uint8_t macs[VM_VIRTIO_NET_MAX_MACS][NET_MAC];
};

/* What the headers of one direction may ask for. */
struct net_offloads {
	unsigned int gso_types; /* bit 1 << gso_type */
	bool has_csum;
	bool has_ecn;
};

/* A receive buffer of the driver, taken in advance. */
struct net_buffer {
	struct virtq_head head;
	uint32_t len;
	uint16_t part_count;
};

/*
 * What a frame can be received into: the buffers are in the order of the ring,
 * and the parts of them one after the other.
 */
struct net_stock {
	struct net_buffer buffers[NET_MAX_BUFFERS];
	struct vm_mem_slice parts[NET_MAX_PARTS];
	uint16_t buffer_count;
	uint16_t part_count;
	bool was_full; /* for the longest frame, since it was returned */
	bool is_low; /* more buffers are waited for */
	uint64_t room; /* bytes */
};

/**
 * struct net_pair - a receive queue, a transmit queue, and their descriptor
 * @has_frames: the descriptor has not said that there is none
 * @is_blocked: the descriptor takes no frame; it is waited for
 */
struct net_pair {
	struct net_stock stock;
	int fd;
	bool has_frames;
	bool is_blocked;
};

/* One direction's rate; @timer_fd is -1 if there is no limit. */
struct net_rate {
	struct vm_rate_limiter limiter;
	int timer_fd;
	uint64_t throttled; /* queues that wait, one bit for each */
};

/**
 * struct vm_virtio_net - a network card
 * @pairs_in_use: as the driver demanded (5.1.6.5.5)
 * @needed: room for the longest frame that is likely, header included
 * @serving: the queue that is being served
 */
struct vm_virtio_net {
	struct vm_virtio_device device;
	struct vm_virtio_queue queues[2 * VM_VIRTIO_NET_MAX_PAIRS + 1];
	struct virtq_seg segs[NET_MAX_SEGS];
	struct net_config config;
	uint8_t default_mac[NET_MAC];
	struct vm_virtio_net_stats stats;
	struct net_filter filter;
	struct net_offloads rx_offloads;
	struct net_offloads tx_offloads;
	struct net_rate rx_rate;
	struct net_rate tx_rate;
	struct net_pair *pairs;
	uint16_t pair_count;
	uint16_t pairs_in_use;
	uint16_t serving;
	uint32_t needed;
	bool is_tap;
	int epoll_fd;
};

static inline bool net_is_up(const struct vm_virtio_net *net)
{
	return net->config.status & vm_mem_le16(NET_S_LINK_UP);
}

/* May a frame have this header?  Clears what says nothing. */
bool net_header_check(struct net_header *header,
		      const struct net_offloads *offloads);

/* What epoll tells: below these numbers, the pair whose descriptor it is. */
#define NET_EVENT_RX_TIMER VM_VIRTIO_NET_MAX_PAIRS
#define NET_EVENT_TX_TIMER (VM_VIRTIO_NET_MAX_PAIRS + 1)
#define NET_EVENT_COUNT	   (VM_VIRTIO_NET_MAX_PAIRS + 2)

/* Waits for a descriptor, edge-triggered: who is told goes on to the end. */
int net_poll_fd(const struct vm_virtio_net *net, int operation, int fd,
		uint32_t events, uint32_t number);

/* Starts a direction's rate; 0 or a negative errno. */
int net_rate_init(struct vm_virtio_net *net, struct net_rate *rate,
		  const struct vm_rate_limit *bytes,
		  const struct vm_rate_limit *ops, uint32_t number);

/* The queue that is being served has to wait for its rate. */
bool net_is_throttled(struct vm_virtio_net *net, struct net_rate *rate);

/* Waits for a descriptor to take frames, or does not any more. */
void net_set_blocked(struct vm_virtio_net *net, struct net_pair *pair,
		     bool is_blocked);

/* Goes on with what was waited for. */
void net_handle(struct vm_virtio_device *device);

/* Has so many pairs take part, 1 to pair_count; 0 or a negative errno. */
int net_set_pairs(struct vm_virtio_net *net, uint16_t pairs);

/* Acts upon the features that the driver has accepted. */
int net_apply_features(struct vm_virtio_net *net);

/* See struct vm_virtio_type. */
size_t net_save(const struct vm_virtio_device *device, void *state);
int net_restore(struct vm_virtio_device *device, const void *state, size_t len);

/* Moves frames, at most the budget; the queue is active. */
void net_receive(struct vm_virtio_net *net, uint16_t queue);
void net_transmit(struct vm_virtio_net *net, uint16_t queue);

/* Puts back the buffers that were taken in advance. */
void net_stock_return(struct vm_virtio_net *net, uint16_t queue);

/* Answers commands. */
void net_control(struct vm_virtio_net *net, uint16_t queue);

/* Forgets what the driver said about addresses. */
void net_filter_reset(struct vm_virtio_net *net);

/* Does the driver want frames for this destination? */
bool net_filter_wants(const struct vm_virtio_net *net,
		      const uint8_t mac[NET_MAC]);

#endif
