/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* One request of each kind, by a driver that obeys. */
#include <linux/virtio_balloon.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_vsock.h>

#include "hostile.h"

#define OUT    DATA
#define IN     (DATA + 0x10000)
#define STATUS (DATA + 0x20000)

/* Each is an exit to the VMM, and so this is a matter of seconds at least. */
#define PATIENCE (1u << 20)

#define HOST_CID 2

/* Where the disk is written; what was there before does not matter. */
#define SECTOR	    3
#define SECTOR_SIZE 512

/* Offers a chain and waits until the device has completed it. */
static bool carry_out(struct device *device, unsigned int queue,
		      const struct buffer *buffers, unsigned int count)
{
	struct ring *ring = &device->rings[queue];

	ring_offer(ring, buffers, count);
	device_kick(device, queue);
	for (unsigned int i = 0; i < PATIENCE; i++) {
		if (ring_has_used(ring)) {
			ring->used = ring->next;
			return true;
		}
		if (reg_read(device, VIRTIO_MMIO_STATUS) &
		    VIRTIO_CONFIG_S_NEEDS_RESET)
			return false;
	}
	return false;
}

static bool block_request(struct device *device, uint32_t type, uint64_t sector,
			  uint64_t data)
{
	const struct buffer buffers[] = {
		{ OUT, 16, false },
		{ data, SECTOR_SIZE, type == VIRTIO_BLK_T_IN },
		{ STATUS, 1, true },
	};

	put32(OUT, type);
	put32(OUT + 4, 0);
	put64(OUT + 8, sector);
	put8(STATUS, 0xff);
	return carry_out(device, 0, buffers, COUNT(buffers)) &&
	       (get32(STATUS) & 0xff) == VIRTIO_BLK_S_OK;
}

/* The first sector of a read-only disk says so. */
static bool read_only_works(struct device *device)
{
	return block_request(device, VIRTIO_BLK_T_IN, 0, IN) &&
	       get32(IN) == 0x64616572 && /* "read" */
	       !block_request(device, VIRTIO_BLK_T_OUT, 0, IN);
}

static bool block_works(struct device *device)
{
	if (device->features & BIT(VIRTIO_BLK_F_RO))
		return read_only_works(device);
	put32(IN, 0x6d6d7663);
	put32(IN + SECTOR_SIZE - 4, random());
	if (!block_request(device, VIRTIO_BLK_T_OUT, SECTOR, IN) ||
	    !block_request(device, VIRTIO_BLK_T_IN, SECTOR, IN + SECTOR_SIZE))
		return false;
	return get32(IN) == get32(IN + SECTOR_SIZE) &&
	       get32(IN + SECTOR_SIZE - 4) == get32(IN + 2 * SECTOR_SIZE - 4);
}

static bool net_works(struct device *device)
{
	/* A header without offloads, and a frame to everybody. */
	const struct buffer frame = { OUT, 12 + 60, false };

	fill(OUT, 0, 12 + 60);
	put32(OUT + 12, UINT32_MAX);
	put16(OUT + 16, UINT16_MAX);
	return carry_out(device, 1, &frame, 1);
}

static bool control(struct device *device, uint32_t port, uint16_t event)
{
	const struct buffer buffer = { OUT, 8, false };

	put32(OUT, port);
	put16(OUT + 4, event);
	put16(OUT + 6, 1);
	return carry_out(device, 3, &buffer, 1);
}

static bool console_works(struct device *device)
{
	static const char text[] = "console works\n";
	const struct buffer buffer = { OUT, sizeof(text) - 1, false };
	const struct buffer room = { IN, 64, true };

	/* The first message that comes is that there is a port. */
	if (!control(device, 0, VIRTIO_CONSOLE_DEVICE_READY) ||
	    !carry_out(device, 2, &room, 1) ||
	    !control(device, 1, VIRTIO_CONSOLE_PORT_READY) ||
	    !control(device, 1, VIRTIO_CONSOLE_PORT_OPEN))
		return false;
	for (unsigned int i = 0; i < sizeof(text) - 1; i++)
		put8(OUT + i, (uint8_t)text[i]);
	/* The transmit queues of the first two ports. */
	return carry_out(device, 1, &buffer, 1) &&
	       carry_out(device, 5, &buffer, 1);
}

static bool random_works(struct device *device)
{
	const struct buffer buffer = { IN, 64, true };

	fill(IN, 0, 64);
	if (!carry_out(device, 0, &buffer, 1))
		return false;
	return get32(IN) | get32(IN + 4) | get32(IN + 8) | get32(IN + 12);
}

static bool balloon_works(struct device *device)
{
	const struct buffer page = { OUT, 4, false };
	uint64_t addr = DATA_END - 0x1000;

	put32(addr, 1);
	put32(OUT, (uint32_t)(addr >> VIRTIO_BALLOON_PFN_SHIFT));
	return carry_out(device, 0, &page, 1) && !get32(addr) &&
	       carry_out(device, 1, &page, 1);
}

/* A request for a port that nobody listens on is answered by a reset. */
static bool vsock_works(struct device *device)
{
	const struct buffer out = { OUT, 44, false };
	const struct buffer in = { IN, 0x1000, true };

	put64(OUT, get32(device->regs + VIRTIO_MMIO_CONFIG));
	put64(OUT + 8, HOST_CID);
	put32(OUT + 16, 1024);
	put32(OUT + 20, 9);
	put32(OUT + 24, 0);
	put16(OUT + 28, VIRTIO_VSOCK_TYPE_STREAM);
	put16(OUT + 30, VIRTIO_VSOCK_OP_REQUEST);
	put32(OUT + 32, 0);
	put32(OUT + 36, 0x10000);
	put32(OUT + 40, 0);
	return carry_out(device, 1, &out, 1) && carry_out(device, 0, &in, 1) &&
	       get32(IN + 28) ==
		       (VIRTIO_VSOCK_TYPE_STREAM | VIRTIO_VSOCK_OP_RST << 16);
}

bool device_works(struct device *device)
{
	if (!device_start(device, UINT64_MAX, ALL_QUEUES))
		return false;
	switch (device->id) {
	case VIRTIO_ID_BLOCK:
		return block_works(device);
	case VIRTIO_ID_NET:
		return net_works(device);
	case VIRTIO_ID_CONSOLE:
		return console_works(device);
	case VIRTIO_ID_RNG:
		return random_works(device);
	case VIRTIO_ID_BALLOON:
		return balloon_works(device);
	case VIRTIO_ID_VSOCK:
		return vsock_works(device);
	default:
		return false;
	}
}
