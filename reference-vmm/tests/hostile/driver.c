/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>

#include "hostile.h"

#define MAGIC 0x74726976u

/* How often a register is read until it is clear that nothing will come. */
#define SETTLE_READS 16

#define AVAIL (1u << VRING_PACKED_DESC_F_AVAIL)
#define USED  (1u << VRING_PACKED_DESC_F_USED)

uint32_t get32(uint64_t addr)
{
	return *(volatile uint32_t *)addr;
}

static uint16_t get16(uint64_t addr)
{
	return *(volatile uint16_t *)addr;
}

void put8(uint64_t addr, uint8_t value)
{
	*(volatile uint8_t *)addr = value;
}

void put16(uint64_t addr, uint16_t value)
{
	*(volatile uint16_t *)addr = value;
}

void put32(uint64_t addr, uint32_t value)
{
	*(volatile uint32_t *)addr = value;
}

void put64(uint64_t addr, uint64_t value)
{
	*(volatile uint64_t *)addr = value;
}

void fill(uint64_t addr, uint64_t value, uint32_t len)
{
	uint64_t count = len / sizeof(value);

	__asm__ volatile("rep stosq"
			 : "+D"(addr), "+c"(count)
			 : "a"(value)
			 : "memory");
}

uint32_t reg_read(const struct device *device, unsigned int reg)
{
	return get32(device->regs + reg);
}

void reg_write(const struct device *device, unsigned int reg, uint32_t value)
{
	put32(device->regs + reg, value);
}

static unsigned int count_queues(const struct device *device)
{
	unsigned int count = 0;

	do {
		reg_write(device, VIRTIO_MMIO_QUEUE_SEL, count);
	} while (reg_read(device, VIRTIO_MMIO_QUEUE_NUM_MAX) &&
		 ++count < MAX_QUEUES);
	return count;
}

bool device_find(struct device *device, unsigned int index)
{
	device->index = index;
	device->regs = DEVICES + index * DEVICE_SIZE;
	if (reg_read(device, VIRTIO_MMIO_MAGIC_VALUE) != MAGIC)
		return false;
	device->id = reg_read(device, VIRTIO_MMIO_DEVICE_ID);
	reg_write(device, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	device->offered = reg_read(device, VIRTIO_MMIO_DEVICE_FEATURES);
	reg_write(device, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	device->offered = device->offered << 32 |
			  reg_read(device, VIRTIO_MMIO_DEVICE_FEATURES);
	device->queue_count = count_queues(device);
	return true;
}

/* The steps of 3.1.1 up to FEATURES_OK, from wherever the device is. */
bool device_negotiate(struct device *device, uint64_t wanted)
{
	unsigned int status =
		VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;

	device->features = device->offered & wanted;
	reg_write(device, VIRTIO_MMIO_STATUS, 0);
	if (reg_read(device, VIRTIO_MMIO_STATUS))
		return false;
	reg_write(device, VIRTIO_MMIO_STATUS, status);
	for (unsigned int i = 0; i < 2; i++) {
		reg_write(device, VIRTIO_MMIO_DRIVER_FEATURES_SEL, i);
		reg_write(device, VIRTIO_MMIO_DRIVER_FEATURES,
			  (uint32_t)(device->features >> 32 * i));
	}
	status |= VIRTIO_CONFIG_S_FEATURES_OK;
	reg_write(device, VIRTIO_MMIO_STATUS, status);
	return reg_read(device, VIRTIO_MMIO_STATUS) == status;
}

void device_set_queue(const struct device *device, unsigned int queue,
		      const struct ring *ring)
{
	static const struct {
		unsigned int reg;
		size_t area;
	} areas[] = {
		{ VIRTIO_MMIO_QUEUE_DESC_LOW, offsetof(struct ring, desc) },
		{ VIRTIO_MMIO_QUEUE_AVAIL_LOW, offsetof(struct ring, driver) },
		{ VIRTIO_MMIO_QUEUE_USED_LOW, offsetof(struct ring, device) },
	};

	reg_write(device, VIRTIO_MMIO_QUEUE_SEL, queue);
	reg_write(device, VIRTIO_MMIO_QUEUE_NUM, ring->size);
	for (size_t i = 0; i < COUNT(areas); i++) {
		uint64_t addr =
			*(const uint64_t *)((const char *)ring + areas[i].area);

		reg_write(device, areas[i].reg, (uint32_t)addr);
		reg_write(device, areas[i].reg + 4, (uint32_t)(addr >> 32));
	}
	reg_write(device, VIRTIO_MMIO_QUEUE_READY, 1);
}

static void lay_out(struct device *device, unsigned int queue)
{
	uint64_t base = RINGS + queue * RING_STRIDE;

	fill(base, 0, RING_STRIDE);
	device->rings[queue] = (struct ring){
		.desc = base,
		.driver = base + DRIVER_AREA,
		.device = base + DEVICE_AREA,
		.tables = base + TABLES,
		.size = QUEUE_SIZE,
		.is_packed = device->features & BIT(VIRTIO_F_RING_PACKED),
	};
}

bool device_start(struct device *device, uint64_t wanted, unsigned int queue)
{
	unsigned int status;

	if (!device_negotiate(device, wanted))
		return false;
	for (unsigned int i = 0; i < device->queue_count; i++) {
		if (queue != i && queue != ALL_QUEUES)
			continue;
		lay_out(device, i);
		device_set_queue(device, i, &device->rings[i]);
	}
	status = reg_read(device, VIRTIO_MMIO_STATUS) |
		 VIRTIO_CONFIG_S_DRIVER_OK;
	reg_write(device, VIRTIO_MMIO_STATUS, status);
	return reg_read(device, VIRTIO_MMIO_STATUS) == status;
}

void device_kick(const struct device *device, uint32_t queue)
{
	reg_write(device, VIRTIO_MMIO_QUEUE_NOTIFY, queue);
}

void device_settle(const struct device *device, unsigned int queue)
{
	for (unsigned int i = 0; i < SETTLE_READS; i++) {
		if (reg_read(device, VIRTIO_MMIO_STATUS) &
			    VIRTIO_CONFIG_S_NEEDS_RESET ||
		    ring_has_used(&device->rings[queue]))
			return;
	}
}

/* The AVAIL and USED bits of a descriptor that is offered (2.8.1). */
static uint16_t avail_bits(const struct ring *ring, uint16_t pos)
{
	return pos / ring->size % 2 ? USED : AVAIL;
}

void ring_put(const struct ring *ring, uint16_t pos, uint64_t addr,
	      uint32_t len, uint16_t flags, uint16_t link)
{
	uint64_t desc = ring->desc + pos % ring->size * 16;

	put64(desc, addr);
	put32(desc + 8, len);
	if (ring->is_packed) {
		put16(desc + 12, link);
		put16(desc + 14, flags | avail_bits(ring, pos));
	} else {
		put16(desc + 14, link);
		put16(desc + 12, flags);
	}
}

void ring_expose(struct ring *ring, uint16_t head, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++) {
		uint16_t slot = (uint16_t)(ring->next + i) % ring->size;

		if (!ring->is_packed)
			put16(ring->driver + 4 + 2 * slot, head);
	}
	ring->next = (uint16_t)(ring->next + count);
	if (!ring->is_packed)
		put16(ring->driver + 2, ring->next);
}

void ring_offer(struct ring *ring, const struct buffer *buffers,
		unsigned int count)
{
	uint16_t first = ring->next;

	/* Backwards: a packed chain is there as soon as its head is. */
	for (unsigned int i = count; i-- > 0;) {
		uint16_t flags =
			buffers[i].is_writable ? VRING_DESC_F_WRITE : 0;
		uint16_t pos =
			ring->is_packed ? (uint16_t)(first + i) : (uint16_t)i;

		if (i + 1 < count)
			flags |= VRING_DESC_F_NEXT;
		ring_put(ring, pos, buffers[i].addr, buffers[i].len, flags,
			 ring->is_packed ? 0 : (uint16_t)(i + 1));
	}
	ring_expose(ring, 0, ring->is_packed ? (uint16_t)count : 1);
}

bool ring_has_used(const struct ring *ring)
{
	uint16_t flags, wrap;

	if (!ring->is_packed)
		return get16(ring->device + 2) != ring->used;
	flags = get16(ring->desc + ring->used % ring->size * 16 + 14);
	wrap = ring->used / ring->size % 2 ? 0 : AVAIL | USED;
	return (flags & (AVAIL | USED)) == wrap;
}
