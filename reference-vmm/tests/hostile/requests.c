/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Attacks with well-formed chains whose bytes are nonsense to the device. */
#include <linux/virtio_balloon.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_vsock.h>

#include "hostile.h"

#define HEADER	    DATA
#define BUFFERS	    (DATA + 0x10000)
#define MAX_BUFFERS 6

/* Between one start of the device and the next. */
#define SENDS 16

/* A length at an edge, or any other; for a disk rather whole sectors. */
static uint32_t odd_length(const struct device *device)
{
	static const uint32_t lengths[] = {
		1,  2,	3,  4,	8,   11,  12,  15,   16,
		17, 43, 44, 45, 511, 512, 513, 4096,
	};

	if (device->id == VIRTIO_ID_BLOCK && random() % 4)
		return 512u << random() % 4;
	if (random() % 4)
		return lengths[random() % COUNT(lengths)];
	return 1 + random() % BUFFER_SIZE;
}

/* A number at an edge, or any other. */
static uint64_t odd_number(void)
{
	static const uint64_t numbers[] = {
		0,	    1,
		2,	    7,
		8,	    2047,
		2048,	    BIT(32) - 1,
		BIT(32),    BIT(55),
		BIT(63),    INT64_MAX,
		UINT64_MAX, UINT64_MAX - 1,
	};

	if (random() % 4)
		return numbers[random() % COUNT(numbers)];
	return (uint64_t)random() << 32 | random();
}

static uint32_t block_header(const struct device *device)
{
	static const uint32_t types[] = { VIRTIO_BLK_T_IN,
					  VIRTIO_BLK_T_OUT,
					  VIRTIO_BLK_T_OUT,
					  VIRTIO_BLK_T_FLUSH,
					  VIRTIO_BLK_T_GET_ID,
					  VIRTIO_BLK_T_DISCARD,
					  VIRTIO_BLK_T_WRITE_ZEROES,
					  2,
					  UINT32_MAX };

	uint32_t sectors = reg_read(device, VIRTIO_MMIO_CONFIG);

	put32(HEADER, types[random() % COUNT(types)]);
	put32(HEADER + 4, random());
	put64(HEADER + 8,
	      random() % 2 ? sectors - 8 + random() % 10 : odd_number());
	/* What a discard or write of zeroes takes for ranges. */
	for (uint64_t at = HEADER + 16; at < HEADER + 16 + 64; at += 16) {
		put64(at, odd_number());
		put32(at + 8, (uint32_t)odd_number());
		put32(at + 12, random() % 4);
	}
	return 16 + (random() % 2 ? 0 : odd_length(device));
}

/* A header of offloads before a frame, or a command for the control queue. */
static uint32_t net_header(const struct device *device)
{
	for (uint64_t at = HEADER; at < HEADER + 80; at += 4)
		put32(at, (uint32_t)odd_number());
	if (random() % 2)
		put16(HEADER, (uint16_t)(random() % 8 | random() % 8 << 8));
	return odd_length(device);
}

static uint32_t console_header(const struct device *device)
{
	put32(HEADER, random() % 4 ? random() % 3 : random());
	put16(HEADER + 4, (uint16_t)(random() % 9));
	put16(HEADER + 6, random() % 4 ? random() % 2 : (uint16_t)random());
	return random() % 2 ? 8 : odd_length(device);
}

static uint32_t vsock_header(const struct device *device)
{
	static const uint64_t cids[] = { 3, 2, 0, 1, UINT64_MAX, BIT(32) | 2 };

	put64(HEADER, cids[random() % 8 ? 0 : random() % COUNT(cids)]);
	put64(HEADER + 8, cids[random() % 8 ? 1 : random() % COUNT(cids)]);
	put32(HEADER + 16, random() % 4);
	put32(HEADER + 20, random() % 4 ? 52 : (uint32_t)odd_number());
	put32(HEADER + 24, random() % 2 ? 64 : (uint32_t)odd_number());
	put16(HEADER + 28,
	      random() % 8 ? VIRTIO_VSOCK_TYPE_STREAM : (uint16_t)random());
	put16(HEADER + 30, (uint16_t)(random() % 10));
	put32(HEADER + 32, random() % 8);
	put32(HEADER + 36, (uint32_t)odd_number());
	put32(HEADER + 40, (uint32_t)odd_number());
	return random() % 2 ? 44 + 64 : odd_length(device);
}

/* Pages that hold nothing, pages that are none, and tags of statistics. */
static uint32_t balloon_header(const struct device *device)
{
	uint32_t first =
		(uint32_t)(DATA_END - 0x400000) >> VIRTIO_BALLOON_PFN_SHIFT;

	for (uint64_t at = HEADER; at < HEADER + 256; at += 4)
		put32(at, random() % 4 ? first + random() % 512
				       : random() | 0x8000);
	return odd_length(device);
}

/* Returns how many bytes of @HEADER the device is to read. */
static uint32_t make_header(const struct device *device)
{
	switch (device->id) {
	case VIRTIO_ID_BLOCK:
		return block_header(device);
	case VIRTIO_ID_NET:
		return net_header(device);
	case VIRTIO_ID_CONSOLE:
		return console_header(device);
	case VIRTIO_ID_VSOCK:
		return vsock_header(device);
	case VIRTIO_ID_BALLOON:
		return balloon_header(device);
	default:
		return odd_length(device);
	}
}

/* The header in one piece or cut, then data of either kind, or none. */
static void send_nonsense(struct device *device, unsigned int queue)
{
	struct buffer buffers[MAX_BUFFERS];
	uint32_t len = make_header(device), first = len;
	unsigned int count = 0, readable = random() % 3;

	if (len > 1 && random() % 4 == 0) {
		first = 1 + random() % (len - 1);
		buffers[count++] = (struct buffer){ HEADER, first, false };
		buffers[count++] =
			(struct buffer){ HEADER + first, len - first, false };
	} else if (random() % 8) {
		buffers[count++] = (struct buffer){ HEADER, len, false };
	} else {
		readable = 0;
	}
	for (unsigned int i = 0; i < 3; i++)
		buffers[count++] =
			(struct buffer){ BUFFERS + i * BUFFER_SIZE,
					 odd_length(device), i >= readable };
	/* A status, or an answer, of a byte. */
	buffers[count - 1].len = random() % 4 ? 1 : odd_length(device);
	ring_offer(&device->rings[queue], buffers,
		   random() % 8 ? count : 1 + random() % count);
	device_kick(device, queue);
}

/* Buffers for what the device may want to tell. */
static void give_room(struct device *device, unsigned int queue)
{
	struct buffer buffer = { BUFFERS + 4 * BUFFER_SIZE, odd_length(device),
				 true };

	ring_offer(&device->rings[queue], &buffer, 1);
	device_kick(device, queue);
}

/* A console has its ports opened, or else it says nothing. */
static void open_ports(struct device *device)
{
	static const uint16_t events[] = { VIRTIO_CONSOLE_DEVICE_READY,
					   VIRTIO_CONSOLE_PORT_READY,
					   VIRTIO_CONSOLE_PORT_OPEN };
	struct buffer buffer = { HEADER, 8, false };

	if (device->id != VIRTIO_ID_CONSOLE || device->queue_count < 4)
		return;
	for (size_t i = 0; i < COUNT(events); i++) {
		put32(HEADER, random() % 2);
		put16(HEADER + 4, events[i]);
		put16(HEADER + 6, 1);
		ring_offer(&device->rings[3], &buffer, 1);
		device_kick(device, 3);
		device_settle(device, 3);
	}
}

void attack_requests(struct device *device, unsigned int rounds)
{
	for (unsigned int round = 0; round < rounds; round++) {
		uint64_t wanted =
			random() % 2 ? UINT64_MAX : ~BIT(VIRTIO_F_RING_PACKED);

		device_start(device, wanted, ALL_QUEUES);
		open_ports(device);
		for (unsigned int i = 0; i < SENDS; i++) {
			unsigned int queue = random() % device->queue_count;

			if (random() % 4)
				send_nonsense(device, queue);
			else
				give_room(device, queue);
			/* Some of them overtake the device. */
			if (random() % 2)
				device_settle(device, queue);
		}
		if (random() % 2)
			reg_write(device, VIRTIO_MMIO_STATUS, 0);
	}
}
