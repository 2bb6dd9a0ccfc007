/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A network card on socket pairs, whose other ends are the tests'. */
#ifndef VIRTIO_DEVICES_TESTS_NET_SUPPORT_H
#define VIRTIO_DEVICES_TESTS_NET_SUPPORT_H

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <virtio-devices/net.h>
#include <vm-memory/endian.h>

#include "support.h"

#define BIT(name) VIRTQ_BIT(VIRTIO_NET_F_##name)

#define HEADER	  VM_VIRTIO_NET_HEADER
#define MAX_FRAME VM_VIRTIO_NET_MAX_FRAME
#define RING	  64
#define CARD_MAC                       \
	{                              \
		2, 0x11, 0x22, 3, 4, 5 \
	}

/* Queues of a card with one pair, or of one that was not asked for more. */
#define RX   0
#define TX   1
#define CTRL 2

/* Bits and values of a header. */
#define NEEDS_CSUM 1
#define DATA_VALID 2
#define GSO_TCPV4  1
#define GSO_UDP	   3
#define GSO_TCPV6  4
#define GSO_UDP_L4 5
#define GSO_ECN	   0x80

/* A driver that wants all, and one that wants no rings but split ones. */
#define ALL VM_VIRTIO_RIG_SPLIT

struct header {
	uint8_t flags;
	uint8_t gso_type;
	uint16_t hdr_len;
	uint16_t gso_size;
	uint16_t csum_start;
	uint16_t csum_offset;
	uint16_t num_buffers;
};

/* A frame in memory, as it goes through a socket. */
struct frame {
	struct header header;
	uint8_t data[MAX_FRAME + 16];
};

struct card {
	struct vm_virtio_rig rig;
	struct vm_virtio_net *net;
	struct vm_virtio_device *device;
	const struct vm_virtio_net_stats *stats;
	int fds[VM_VIRTIO_NET_MAX_PAIRS];
	int peers[VM_VIRTIO_NET_MAX_PAIRS];
	uint16_t pairs;
};

static inline struct vm_virtio_net_config card_config(void)
{
	return (struct vm_virtio_net_config){ .pairs = 1, .mac = CARD_MAC };
}

/* Makes a card on sockets of a type; host and descriptors are set here. */
static inline void card_init_on(struct card *card, int type,
				struct vm_virtio_net_config config)
{
	uint64_t without = config.host.without;
	int sockets[2];

	memset(card, 0, sizeof(*card));
	card->pairs = config.pairs ? config.pairs : 1;
	for (int i = 0; i < card->pairs; i++) {
		ck_assert_int_eq(socketpair(AF_UNIX,
					    type | SOCK_NONBLOCK | SOCK_CLOEXEC,
					    0, sockets),
				 0);
		card->fds[i] = sockets[0];
		card->peers[i] = sockets[1];
	}
	ck_assert_int_eq(vm_virtio_rig_init(&card->rig), 0);
	config.host = vm_virtio_rig_host(&card->rig);
	config.host.without = without;
	config.fds = card->fds;
	ck_assert_int_eq(vm_virtio_net_new(&config, &card->net), 0);
	card->device = vm_virtio_net_device(card->net);
	card->stats = vm_virtio_net_stats(card->net);
	ck_assert_int_eq(vm_virtio_rig_attach(&card->rig, card->device), 0);
}

static inline void card_init_with(struct card *card,
				  struct vm_virtio_net_config config)
{
	card_init_on(card, SOCK_DGRAM, config);
}

static inline void card_init(struct card *card)
{
	card_init_with(card, card_config());
}

static inline void card_fini(struct card *card)
{
	vm_virtio_rig_fini(&card->rig);
	vm_virtio_net_free(card->net);
	for (int i = 0; i < card->pairs; i++) {
		close(card->fds[i]);
		close(card->peers[i]);
	}
}

static inline void card_run(struct card *card)
{
	ck_assert_int_eq(vm_virtio_rig_run(&card->rig), 0);
}

/* Starts the card with those of the features that it offers. */
static inline void card_start_rings(struct card *card, uint64_t wanted,
				    uint32_t size)
{
	ck_assert_int_eq(vm_virtio_rig_start(&card->rig, wanted, size), 0);
	card_run(card);
}

static inline void card_start(struct card *card, uint64_t wanted)
{
	card_start_rings(card, wanted, RING);
}

/* Offers a chain, and lets the device work. */
static inline void offer(struct card *card, uint16_t queue,
			 const struct virtq_buf *bufs, uint16_t count,
			 uint64_t token)
{
	ck_assert_int_eq(
		vm_virtio_rig_send(&card->rig, queue, bufs, count, token), 0);
	card_run(card);
}

/* Offers one receive buffer. */
static inline void offer_room(struct card *card, vm_gpa gpa, uint32_t len,
			      uint64_t token)
{
	const struct virtq_buf buf = { gpa, len, true };

	offer(card, RX, &buf, 1, token);
}

/* The next completion is this one, now. */
static inline void expect(struct card *card, uint16_t queue, uint64_t token,
			  uint32_t len)
{
	struct virtq_driver_used used = { 0 };

	ck_assert_int_eq(virtq_driver_get(card->rig.drivers[queue], &used), 1);
	ck_assert_uint_eq(used.token, token);
	ck_assert_uint_eq(used.len, len);
}

static inline void expect_none(struct card *card, uint16_t queue)
{
	struct virtq_driver_used used;

	ck_assert_int_eq(virtq_driver_get(card->rig.drivers[queue], &used), 0);
}

/* A frame to the card, of @len bytes that depend on @seed. */
static inline void frame_init(struct frame *frame, size_t len, uint8_t seed)
{
	const uint8_t mac[6] = CARD_MAC;

	memset(frame, 0, sizeof(*frame));
	for (size_t i = 0; i < len; i++)
		frame->data[i] = (uint8_t)(i * 7 + seed);
	memcpy(frame->data, mac, len < 6 ? len : 6);
}

/* The other side sends a frame of @len bytes. */
static inline void arrive(struct card *card, uint16_t pair,
			  const struct frame *frame, size_t len)
{
	ck_assert_int_eq(send(card->peers[pair], frame, HEADER + len, 0),
			 (ssize_t)(HEADER + len));
}

/* The other side gets a frame; returns its length, -1 if there is none. */
static inline ssize_t collect(struct card *card, uint16_t pair,
			      struct frame *frame)
{
	ssize_t len = recv(card->peers[pair], frame, sizeof(*frame), 0);

	return len < 0 ? -1 : len - HEADER;
}

static inline struct header read_header(struct card *card, vm_gpa gpa)
{
	struct header header;

	ck_assert_int_eq(
		vm_mem_read(card->rig.mem, gpa, &header, sizeof(header)), 0);
	return header;
}

/* Guest memory holds these bytes. */
static inline void expect_bytes(struct card *card, vm_gpa gpa, const void *data,
				size_t len)
{
	uint8_t *bytes = malloc(len);

	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_eq(vm_mem_read(card->rig.mem, gpa, bytes, len), 0);
	ck_assert_mem_eq(bytes, data, len);
	free(bytes);
}

/* The guest sends a frame in one piece at DATA. */
static inline void guest_send(struct card *card, uint16_t queue,
			      const struct frame *frame, size_t len)
{
	const struct virtq_buf buf = { DATA, (uint32_t)(HEADER + len), false };

	ck_assert_int_eq(vm_mem_write(card->rig.mem, DATA, frame, HEADER + len),
			 0);
	offer(card, queue, &buf, 1, len);
}

/* The guest gives a command; returns the device's answer. */
static inline uint8_t command(struct card *card, uint16_t queue,
			      const void *data, uint32_t len)
{
	const struct virtq_buf bufs[] = { { DATA + 0x10000, len, false },
					  { DATA + 0x20000, 1, true } };
	uint8_t ack = 0xaa;

	ck_assert_int_eq(vm_mem_write(card->rig.mem, DATA + 0x10000, data, len),
			 0);
	offer(card, queue, bufs, 2, 99);
	expect(card, queue, 99, 1);
	ck_assert_int_eq(vm_mem_read(card->rig.mem, DATA + 0x20000, &ack, 1),
			 0);
	return ack;
}

/* A device with nothing to do does not ask to be called. */
static inline void expect_rest(struct card *card)
{
	struct pollfd pollfd = { .fd = vm_virtio_device_fd(card->device),
				 .events = POLLIN };

	ck_assert_int_eq(poll(&pollfd, 1, 0), 0);
	ck_assert_uint_eq(card->rig.kicks, 0);
}

/* One frame in each direction comes through. */
static inline void expect_traffic(struct card *card)
{
	static struct frame frame, back;

	frame_init(&frame, 100, 1);
	offer_room(card, DATA + 0x30000, 2048, 5);
	arrive(card, 0, &frame, 100);
	card_run(card);
	expect(card, RX, 5, HEADER + 100);
	expect_bytes(card, DATA + 0x30000 + HEADER, frame.data, 100);
	guest_send(card, TX, &frame, 100);
	expect(card, TX, 100, 0);
	ck_assert_int_eq(collect(card, 0, &back), 100);
	ck_assert_mem_eq(back.data, frame.data, 100);
}

#endif
