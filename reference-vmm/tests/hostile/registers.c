/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Attacks on registers: each of them, status, features, queue configuration. */
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>

#include "hostile.h"

#define CONFIG_BYTES  128
#define RANDOM_ROUNDS 256

/*
 * None of them is an address of memory in either half, so that nothing that
 * was written at random makes a ring out of the program.
 */
static const uint64_t nonsense[] = {
	UINT64_MAX,
	UINT64_C(0x8000000080000000),
	UINT64_C(0xd0000000d0000000),
	UINT64_C(0xfffffff0fffffff0),
	UINT64_C(0x0400000004000000),
	UINT64_C(0x7fffffff7fffffff),
};

static void read_as(uint64_t addr, unsigned int width)
{
	if (width == 1)
		(void)*(volatile uint8_t *)addr;
	else if (width == 2)
		(void)*(volatile uint16_t *)addr;
	else if (width == 4)
		(void)*(volatile uint32_t *)addr;
	else
		(void)*(volatile uint64_t *)addr;
}

static void write_as(uint64_t addr, unsigned int width, uint64_t value)
{
	if (width == 1)
		*(volatile uint8_t *)addr = (uint8_t)value;
	else if (width == 2)
		*(volatile uint16_t *)addr = (uint16_t)value;
	else if (width == 4)
		*(volatile uint32_t *)addr = (uint32_t)value;
	else
		*(volatile uint64_t *)addr = value;
}

/* One access of any width to any place, more often to where registers are. */
void attack_register(const struct device *device)
{
	uint32_t off = random() % (random() % 8 ? 0x180 : DEVICE_SIZE - 8);
	unsigned int width = 1u << random() % 4;

	if (random() % 4)
		off &= ~3u, width = 4;
	if (random() % 2)
		read_as(device->regs + off, width);
	else
		write_as(device->regs + off, width,
			 nonsense[random() % COUNT(nonsense)]);
}

/* Every byte of the registers and of the configuration, with every width. */
void attack_registers(struct device *device)
{
	uint32_t end = VIRTIO_MMIO_CONFIG + CONFIG_BYTES;

	for (uint32_t off = 0; off < end; off++) {
		for (unsigned int width = 1; width <= 8; width *= 2) {
			read_as(device->regs + off, width);
			write_as(device->regs + off, width,
				 nonsense[random() % COUNT(nonsense)]);
		}
	}
	for (unsigned int i = 0; i < RANDOM_ROUNDS; i++)
		attack_register(device);
	/* The last bytes of the page, and across its end. */
	for (uint32_t off = DEVICE_SIZE - 8; off < DEVICE_SIZE; off++) {
		for (unsigned int width = 1; width <= 8; width *= 2)
			read_as(device->regs + off, width);
	}
}

/* What was not offered has to be refused, and what is wanted is VERSION_1. */
static void attack_features(struct device *device)
{
	uint64_t offered = device->offered;

	for (unsigned int bit = 0; bit < 64; bit++) {
		device->offered = offered ^ BIT(bit);
		if (device_negotiate(device, UINT64_MAX) &&
		    !(offered & BIT(bit)))
			say(device, "accepts what it does not offer", NULL);
	}
	device->offered = offered;
	reg_write(device, VIRTIO_MMIO_STATUS, 0);
	reg_write(device, VIRTIO_MMIO_STATUS, 3);
	for (uint32_t word = 0; word < 32; word++) {
		reg_write(device, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1u << word);
		reg_write(device, VIRTIO_MMIO_DRIVER_FEATURES, random());
		reg_write(device, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1u << word);
		reg_read(device, VIRTIO_MMIO_DEVICE_FEATURES);
	}
	reg_write(device, VIRTIO_MMIO_STATUS, 11);
}

/* Every status after every other, from a reset and without one. */
void attack_status(struct device *device)
{
	attack_features(device);
	for (uint32_t status = 0; status < 256; status++) {
		reg_write(device, VIRTIO_MMIO_STATUS, status);
		reg_write(device, VIRTIO_MMIO_STATUS, 255 - status);
		reg_write(device, VIRTIO_MMIO_STATUS, random());
		if (status % 4 == 0)
			reg_write(device, VIRTIO_MMIO_STATUS, 0);
	}
	/* Ready before FEATURES_OK, and then on as if it had been heard. */
	for (uint32_t status = 0; status < 4; status++) {
		reg_write(device, VIRTIO_MMIO_STATUS, 0);
		reg_write(device, VIRTIO_MMIO_STATUS, status);
		reg_write(device, VIRTIO_MMIO_QUEUE_SEL, 0);
		reg_write(device, VIRTIO_MMIO_QUEUE_NUM, 8);
		reg_write(device, VIRTIO_MMIO_QUEUE_READY, 1);
		if (reg_read(device, VIRTIO_MMIO_QUEUE_READY))
			say(device, "has a queue before FEATURES_OK", NULL);
		reg_write(device, VIRTIO_MMIO_STATUS, 15);
		device_kick(device, 0);
	}
}

/* Queues that no driver could mean; size 0 stands for the usual one. */
static const struct ring configs[] = {
	{ RINGS, RINGS + 0x2000, RINGS + 0x4000, .size = 3 },
	{ RINGS, RINGS + 0x2000, RINGS + 0x4000, .size = 0xffff },
	{ RINGS, RINGS + 0x2000, RINGS + 0x4000, .size = 0x8000 },
	/* Holes, devices, and beyond 2^63. */
	{ RAM_END, RINGS + 0x2000, RINGS + 0x4000 },
	{ RINGS, RAM_END, RINGS + 0x4000 },
	{ RINGS, RINGS + 0x2000, RAM_END },
	{ DEVICES, DEVICES + 0x200, DEVICES + 0x400 },
	{ RINGS, RINGS + 0x2000, DEVICES },
	{ BIT(63), BIT(63) + 0x2000, BIT(63) + 0x4000 },
	{ RINGS, RINGS + 0x2000, UINT64_MAX - 3 },
	{ UINT64_MAX - 15, RINGS + 0x2000, RINGS + 0x4000 },
	/* All but the last byte is memory. */
	{ RAM_END - QUEUE_SIZE * 16 + 16, RINGS + 0x2000, RINGS + 0x4000 },
	{ RINGS, RAM_END - 4, RINGS + 0x4000 },
	{ RINGS, RINGS + 0x2000, RAM_END - 4 },
	/* One over another: used over available is the third. */
	{ RINGS, RINGS, RINGS },
	{ RINGS, RINGS + 0x2000, RINGS },
	{ RINGS, RINGS + 0x2000, RINGS + 0x2000 },
	{ RINGS, RINGS + 16, RINGS + 0x4000 },
	/* Not aligned. */
	{ RINGS + 8, RINGS + 0x2000, RINGS + 0x4000 },
	{ RINGS, RINGS + 0x2001, RINGS + 0x4000 },
	{ RINGS, RINGS + 0x2000, RINGS + 0x4002 },
};

static void attack_config(struct device *device, const struct ring *config,
			  uint64_t wanted)
{
	struct ring ring = *config;

	if (!ring.size)
		ring.size = QUEUE_SIZE;
	device_negotiate(device, wanted);
	for (unsigned int i = 0; i < device->queue_count; i++)
		device_set_queue(device, i, &ring);
	reg_write(device, VIRTIO_MMIO_STATUS, 15);
	for (unsigned int i = 0; i < device->queue_count; i++)
		device_kick(device, i);
	reg_write(device, VIRTIO_MMIO_QUEUE_SEL, 0);
	reg_write(device, VIRTIO_MMIO_QUEUE_READY, 0);
	device_kick(device, 0);
}

/* A ring that runs is moved and resized, which changes nothing. */
static void move_ring(struct device *device, uint64_t wanted)
{
	struct ring ring;

	device_start(device, wanted, ALL_QUEUES);
	for (unsigned int i = 0; i < device->queue_count; i++) {
		ring = device->rings[i];
		ring.desc = ring.driver = ring.device = BIT(63);
		ring.size = 0xffff;
		device_set_queue(device, i, &ring);
		device_kick(device, i);
	}
	for (uint32_t i = 0; i < 256; i++)
		device_kick(device, random() >> random() % 32);
}

void attack_configs(struct device *device)
{
	for (unsigned int packed = 0; packed < 2; packed++) {
		uint64_t wanted =
			packed ? UINT64_MAX : ~BIT(VIRTIO_F_RING_PACKED);

		for (size_t i = 0; i < COUNT(configs); i++)
			attack_config(device, &configs[i], wanted);
		/* No size at all. */
		device_negotiate(device, wanted);
		reg_write(device, VIRTIO_MMIO_QUEUE_SEL, 0);
		reg_write(device, VIRTIO_MMIO_QUEUE_READY, 1);
		reg_write(device, VIRTIO_MMIO_STATUS, 15);
		move_ring(device, wanted);
	}
}
