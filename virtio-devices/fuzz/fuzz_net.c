/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A network card with two pairs of queues.  The input has memory for all of
 * them in the place of guest_fuzz()'s first KiB, and between the steps of the
 * guest frames arrive and the cable comes out.
 */
#include <sys/socket.h>

#include <virtio-devices/net.h>

#include "guest.h"

#define PAIRS  2
#define QUEUES (2 * PAIRS + 1)
#define RINGS  (0x400 * QUEUES)

/* The longest frame that arrives. */
#define LONGEST (255 * 16)

struct card {
	struct guest guest;
	struct vm_virtio_net *net;
	int fds[PAIRS];
	int peers[PAIRS];
};

static void card_connect(struct card *card)
{
	int size = 4096; /* for it to be full at times */
	int sockets[2];

	for (int i = 0; i < PAIRS; i++) {
		MUST(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0,
				 sockets));
		MUST(!setsockopt(sockets[0], SOL_SOCKET, SO_SNDBUF, &size,
				 sizeof(size)));
		card->fds[i] = sockets[0];
		card->peers[i] = sockets[1];
	}
}

/* What an input leaves behind is not the next one's. */
static void drain(int fd)
{
	uint8_t byte;

	while (recv(fd, &byte, sizeof(byte), 0) >= 0)
		;
}

static void arrive(struct card *card, uint8_t how)
{
	struct guest *guest = &card->guest;
	uint8_t frame[VM_VIRTIO_NET_HEADER + LONGEST] = { 0 };
	size_t len = next_byte(guest) * 16u;

	for (size_t i = 0; i < 20; i++)
		frame[i] = how & 1 ? next_byte(guest) : 0;
	(void)!send(card->peers[how >> 1 & 1], frame,
		    VM_VIRTIO_NET_HEADER + len, 0);
	vm_virtio_device_handle(guest->device);
	guest_run(guest);
}

static void step(struct card *card)
{
	uint8_t what = next_byte(&card->guest);

	switch (what & 7) {
	case 0:
	case 1:
		arrive(card, what >> 4);
		break;
	case 2:
		vm_virtio_net_set_link(card->net, what & 0x10);
		(void)!vm_virtio_net_announce(card->net);
		drain(card->peers[what >> 5 & 1]);
		break;
	default:
		guest_step(&card->guest);
	}
}

static void run(struct card *card, const uint8_t *data, size_t size)
{
	struct guest *guest = &card->guest;

	guest_begin(guest, data, size, RINGS);
	while (guest->left)
		step(card);
	guest_end(guest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct card card;
	static struct vm_virtio_host host;
	struct vm_virtio_net_config config = { .fds = card.fds,
					       .pairs = PAIRS,
					       .mac = { 2, 0, 0, 0, 0, 1 },
					       .mtu = 1500 };

	if (!card.guest.mem) {
		card_connect(&card);
		host = guest_init(&card.guest);
	}
	config.host = host;
	MUST(!vm_virtio_net_new(&config, &card.net));
	guest_attach(&card.guest, vm_virtio_net_device(card.net));
	run(&card, data, size);
	vm_virtio_mmio_fini(&card.guest.mmio);
	vm_virtio_net_free(card.net);
	for (int i = 0; i < PAIRS; i++) {
		drain(card.fds[i]);
		drain(card.peers[i]);
	}
	return 0;
}
