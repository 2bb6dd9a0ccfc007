/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Attacks on queues that run, each by name, on both kinds of ring. */
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>

#include "hostile.h"

#define NEXT	 VRING_DESC_F_NEXT
#define WRITE	 VRING_DESC_F_WRITE
#define INDIRECT VRING_DESC_F_INDIRECT

/* Stands for the indirect table of the queue. */
#define TABLE 1

/* The last 32 bytes of the address space. */
#define TOP (UINT64_MAX - 31)

struct step {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next; /* split only */
};

/* An attack that is a chain, or what an indirect table begins with. */
struct chain {
	const char *name;
	struct step steps[3];
	struct step table[2];
};

static const struct chain chains[] = {
	{ "self-loop", { { DATA, 16, NEXT, 0 } } },
	{ "loop of two", { { DATA, 16, NEXT, 1 }, { DATA, 16, NEXT, 0 } } },
	{ "next out of range", { { DATA, 16, NEXT, QUEUE_SIZE } } },
	{ "next far out of range", { { DATA, 16, NEXT, 0xffff } } },
	{ "indirect in indirect",
	  { { TABLE, 16, INDIRECT } },
	  { { TABLE, 16, INDIRECT } } },
	{ "indirect with a successor",
	  { { TABLE, 16, INDIRECT | NEXT, 1 }, { DATA, 16 } },
	  { { DATA, 16 } } },
	{ "self-loop in a table",
	  { { TABLE, 32, INDIRECT } },
	  { { DATA, 16, NEXT, 0 } } },
	{ "next out of a table",
	  { { TABLE, 32, INDIRECT } },
	  { { DATA, 16, NEXT, 2 } } },
	{ "indirect of length 0", { { TABLE, 0, INDIRECT } } },
	{ "indirect of length 15", { { TABLE, 15, INDIRECT } } },
	{ "indirect of length 24", { { TABLE, 24, INDIRECT } } },
	{ "indirect that is huge",
	  { { TABLE, 0xfffffff0, INDIRECT } },
	  { { DATA, 16, NEXT, 0 } } },
	{ "indirect in a hole", { { RAM_END, 16, INDIRECT } } },
	{ "indirect in a device", { { DEVICES, 16, INDIRECT } } },
	{ "indirect beyond the end of memory",
	  { { RAM_END - 16, 32, INDIRECT } } },
	{ "indirect that wraps", { { TOP, 48, INDIRECT } } },
	{ "indirect that is not aligned", { { DATA + 0x2001, 32, INDIRECT } } },
	{ "address and length wrap",
	  { { DATA, 16, NEXT, 1 }, { TOP, 33, WRITE } } },
	{ "address above 2^63",
	  { { BIT(63), 16, NEXT, 1 }, { BIT(63), 16, WRITE } } },
	{ "zero length", { { DATA, 0, NEXT, 1 }, { DATA, 0, WRITE } } },
	{ "one buffer across the end of memory",
	  { { RAM_END - 8, 16, NEXT, 1 }, { RAM_END - 8, 16, WRITE } } },
	{ "readable buffer in a hole", { { RAM_END, 64 } } },
	{ "writable buffer in a hole", { { RAM_END, 64, WRITE } } },
	{ "buffers in a device",
	  { { DEVICES, 16, NEXT, 1 }, { DEVICES + 0x70, 4, WRITE } } },
	{ "more than 4 GiB",
	  { { DATA, 0x80000000, NEXT, 1 },
	    { DATA, 0x80000000, NEXT, 2 },
	    { DATA, 1, WRITE } } },
	{ "writable before readable",
	  { { DATA, 16, WRITE | NEXT, 1 }, { DATA, 16 } } },
	{ "only readable", { { DATA, 0x1000 } } },
	{ "only writable", { { DATA, 0x1000, WRITE } } },
	{ "flags that do not exist",
	  { { DATA, 16, 0x7f78 | NEXT, 1 }, { DATA, 16, 0x7f78 } } },
	{ "one byte each", { { DATA, 1, NEXT, 1 }, { DATA, 1, WRITE } } },
};

static uint64_t place(const struct ring *ring, uint64_t addr)
{
	return addr == TABLE ? ring->tables : addr;
}

static void put_table(const struct ring *ring, const struct step *steps)
{
	for (unsigned int i = 0; i < 2; i++) {
		uint64_t entry = ring->tables + i * 16;

		put64(entry, place(ring, steps[i].addr));
		put32(entry + 8, steps[i].len);
		/* Flags and link trade places in a packed table. */
		put16(entry + (ring->is_packed ? 14 : 12), steps[i].flags);
		put16(entry + (ring->is_packed ? 12 : 14), steps[i].next);
	}
}

static void put_chain(struct ring *ring, const struct chain *chain)
{
	unsigned int count = 1;

	while (count < COUNT(chain->steps) && chain->steps[count].addr)
		count++;
	put_table(ring, chain->table);
	for (unsigned int i = count; i-- > 0;) {
		const struct step *step = &chain->steps[i];

		ring_put(ring, (uint16_t)(ring->is_packed ? ring->next + i : i),
			 place(ring, step->addr), step->len, step->flags,
			 step->next);
	}
	ring_expose(ring, 0, ring->is_packed ? (uint16_t)count : 1);
}

/* A circle through the whole ring; in packed, a list that has no end. */
static void long_loop(struct ring *ring)
{
	for (uint16_t i = ring->size; i-- > 0;)
		ring_put(ring, i, DATA + i * 64, 64, NEXT,
			 (uint16_t)(i + 1) % ring->size);
	ring_expose(ring, 0, ring->is_packed ? ring->size : 1);
}

static void head_out_of_range(struct ring *ring)
{
	ring_put(ring, 0, DATA, 16, 0, 0xffff);
	ring_expose(ring, ring->size, 1);
}

static void index_jump(struct ring *ring)
{
	ring_put(ring, 0, DATA, 16, WRITE, 0);
	ring->next = 0x7fff;
	ring_expose(ring, 0, ring->size);
}

static void index_back(struct ring *ring)
{
	ring->next = (uint16_t)-2;
	ring_expose(ring, 0, 1);
}

/* What was not offered yet, as if a round had passed. */
static void wrap_flipped(struct ring *ring)
{
	for (uint16_t i = 0; i < ring->size; i++)
		ring_put(ring, (uint16_t)(ring->size + i), DATA, 16, WRITE, i);
	put16(ring->driver, 0xffff);
	put16(ring->driver + 2, 0xffff);
}

static void same_head_many_times(struct ring *ring)
{
	for (uint16_t i = 0; i < ring->size; i++)
		ring_put(ring, i, DATA, 64, i % 2 ? WRITE : 0, 0);
	ring_expose(ring, 0, ring->size);
}

/* Descriptors and both indices at random, a few of them in memory. */
static void garbage(struct ring *ring)
{
	for (uint16_t i = 0; i < ring->size; i++) {
		uint64_t addr = random() % 2 ? DATA + random() % 0x10000
					     : BIT(62) + random();

		ring_put(ring, i, addr, random() >> random() % 32,
			 (uint16_t)random() & (NEXT | WRITE | INDIRECT),
			 (uint16_t)(random() % (ring->size + 1u)));
	}
	for (uint32_t i = 0; i < 4 + 2u * ring->size; i += 2)
		put16(ring->driver + i, (uint16_t)(random() % ring->size));
	put32(ring->device, random());
}

static const struct {
	const char *name;
	void (*attack)(struct ring *ring);
} others[] = {
	{ "long loop", long_loop },
	{ "head out of range", head_out_of_range },
	{ "avail index jump", index_jump },
	{ "avail index back", index_back },
	{ "wrap counter flipped", wrap_flipped },
	{ "same head many times", same_head_many_times },
	{ "garbage", garbage },
};

static const char *name_of(size_t attack)
{
	return attack < COUNT(chains) ? chains[attack].name
				      : others[attack - COUNT(chains)].name;
}

static void carry_out(struct ring *ring, size_t attack)
{
	if (attack < COUNT(chains))
		put_chain(ring, &chains[attack]);
	else
		others[attack - COUNT(chains)].attack(ring);
}

/* Each attack meets a queue in order, and is left with and without waiting. */
static void attack_queue(struct device *device, unsigned int queue,
			 uint64_t wanted)
{
	for (size_t i = 0; i < COUNT(chains) + COUNT(others); i++) {
		if (!device_start(device, wanted, queue)) {
			say(device, "does not start before", name_of(i));
			continue;
		}
		carry_out(&device->rings[queue], i);
		device_kick(device, queue);
		if (random() % 2)
			device_settle(device, queue);
		/* Once more, for a device that goes on. */
		carry_out(&device->rings[queue], i);
		device_kick(device, queue);
		if (random() % 2)
			reg_write(device, VIRTIO_MMIO_QUEUE_READY, 0);
	}
}

void attack_rings(struct device *device)
{
	static const uint64_t features[] = {
		BIT(VIRTIO_F_VERSION_1),
		~BIT(VIRTIO_F_RING_PACKED),
		BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_RING_PACKED),
		UINT64_MAX,
	};

	for (unsigned int queue = 0; queue < device->queue_count; queue++) {
		for (size_t i = 0; i < COUNT(features); i++)
			attack_queue(device, queue, features[i]);
	}
}
