/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What a queue costs.  Parameters: descriptor table at 0, available ring at
 * 0x80000, used ring at 0xa0000, indirect tables at 0x1000000; one region of
 * 4 GiB unless the name says 8reg (8 of 256 MiB); buffers of 0x1000 bytes at
 * 0x1000.
 *
 *	iter_AxB    pop A chains of B descriptors and look at each; per descriptor
 *	add_used    complete 128 chains and tell the driver; per chain
 *	popAxB      pop A chains of B, look at each descriptor, complete, tell and
 *	            decide about the notification; per chain
 *	reader      read 4096 bytes from 8 descriptors of 512; per chain
 *	offer       what add_used and popAxB of the packed ring have of the
 *	            driver's work: a store that offers a chain again; per chain
 */
#include <string.h>

#include <virtio-queue-testing/driver.h>
#include <virtio-queue/cursor.h>
#include <virtio-queue/virtq.h>
#include <vm-memory/dirty.h>

#include "bench.h"

#define PACKED	 VIRTQ_BIT(VIRTIO_F_RING_PACKED)
#define EVENT	 VIRTQ_BIT(VIRTIO_F_EVENT_IDX)
#define INDIRECT VIRTQ_BIT(VIRTIO_F_INDIRECT_DESC)

#define MAX_CHAINS 256
#define MAX_DESCS  2048

enum layout { ONE_REGION, EIGHT_REGIONS, DIRTY };

/*
 * A queue full of chains, and what is needed to go back to that.  Every
 * operation has one of its own, made when it first runs.
 */
struct setup {
	struct vm_mem *mem;
	struct virtq_driver *driver;
	struct virtq vq;
	struct virtq full;
	struct virtq_seg segs[128];
	struct virtq_chain chain;
	uint64_t words[2 * MAX_DESCS];
	uint32_t size;
	uint32_t chains;
	uint32_t descs;
	uint32_t step;
};

static void must(int r)
{
	if (r < 0) {
		fprintf(stderr, "bench_queue: %s\n", strerror(-r));
		exit(1);
	}
}

static struct vm_mem *make_memory(enum layout layout)
{
	struct vm_mem_range ranges[8] = { { 0, UINT64_C(4) << 30, NULL } };
	struct vm_mem *mem, *tracked;
	size_t count = 1;

	if (layout == EIGHT_REGIONS) {
		for (count = 0; count < 8; count++)
			ranges[count] = (struct vm_mem_range){
				(uint64_t)count << 28, UINT64_C(1) << 28, NULL
			};
	}
	must(vm_mem_new(ranges, count, &mem));
	if (layout != DIRTY)
		return mem;
	must(vm_mem_set_tracking(mem, 4096, &tracked));
	vm_mem_free(mem);
	return tracked;
}

/* Descriptor words that the device overwrites are kept, to be put back. */
static void keep_words(struct setup *setup)
{
	must(vm_mem_read(setup->mem, 0, setup->words, 16 * setup->size));
}

static void prepare(struct setup *setup, uint64_t features, enum layout layout,
		    uint32_t chains, uint16_t descs, uint32_t len,
		    uint32_t size)
{
	struct virtq_config config = { .features = features,
				       .desc = 0,
				       .driver = 0x80000,
				       .device = 0xa0000,
				       .size = size,
				       .max_size = size };
	struct virtq_buf bufs[128];

	setup->mem = make_memory(layout);
	setup->size = size;
	setup->chains = chains;
	setup->descs = chains * descs;
	setup->step = features & INDIRECT ? 1 : descs;
	setup->chain.segs = setup->segs;
	setup->chain.max_segs = 128;
	for (int i = 0; i < 128; i++)
		bufs[i] = (struct virtq_buf){ 0x1000, len, false };
	must(virtq_driver_new(setup->mem, &config, 0x1000000, &setup->driver));
	for (uint32_t i = 0; i < chains; i++)
		must(virtq_driver_add(setup->driver, bufs, descs,
				      features & INDIRECT
					      ? VIRTQ_DRIVER_INDIRECT
					      : VIRTQ_DRIVER_DIRECT,
				      i));
	virtq_driver_publish(setup->driver);
	must(virtq_activate(&setup->vq, &config, setup->mem));
	setup->full = setup->vq;
	keep_words(setup);
}

/* Looks at every descriptor of a chain, all of which are readable here. */
static inline void look(const struct virtq_chain *chain)
{
	const struct virtq_seg *seg = chain->segs;
	const struct virtq_seg *end = seg + chain->readable_segs;

	for (; seg != end; seg++)
		BENCH_KEEP(seg->len);
}

/* Whole rings at a time, so a little more than @n. */
static void iterate(struct setup *setup, uint64_t n)
{
	struct virtq *vq = &setup->vq;

	for (uint64_t count = 0; count < n; count += setup->descs) {
		*vq = setup->full;
		while (virtq_pop(vq, &setup->chain) == 1)
			look(&setup->chain);
	}
}

/* Offers the chains of a packed ring again, whose first words were used. */
static void offer_again(struct setup *setup)
{
	const size_t step = 2 * (size_t)setup->step;
	const size_t end = step * setup->chains;
	uint64_t *ring = setup->vq.desc.hva;

	for (size_t i = 1; i < end; i += step)
		ring[i] = setup->words[i];
}

static void pop_all(struct setup *setup, uint64_t n)
{
	struct virtq *vq = &setup->vq;

	for (uint64_t count = 0; count < n; count += setup->chains) {
		*vq = setup->full;
		while (virtq_pop(vq, &setup->chain) == 1) {
			look(&setup->chain);
			must(virtq_push(vq, setup->chain.head, 0));
		}
		BENCH_KEEP(virtq_flush(vq));
		if (vq->is_packed)
			offer_again(setup);
	}
}

static void complete(struct setup *setup, uint64_t n)
{
	static struct virtq_head heads[MAX_CHAINS];
	struct virtq *vq = &setup->vq;
	struct virtq popped;
	uint32_t count = 0;

	*vq = setup->full;
	while (virtq_pop(vq, &setup->chain) == 1)
		heads[count++] = setup->chain.head;
	popped = *vq;
	for (uint64_t done = 0; done < n; done += count) {
		*vq = popped;
		for (uint32_t i = 0; i < count; i++)
			must(virtq_push(vq, heads[i], 0));
		BENCH_KEEP(virtq_flush(vq));
		if (vq->is_packed)
			offer_again(setup);
	}
}

static void offer(struct setup *setup, uint64_t n)
{
	for (uint64_t count = 0; count < n; count += setup->chains) {
		offer_again(setup);
		BENCH_KEEP(setup);
	}
}

static void read_all(struct setup *setup, uint64_t n)
{
	static char buffer[4096];
	struct virtq_reader reader;

	setup->vq = setup->full;
	must(virtq_pop(&setup->vq, &setup->chain));
	for (; n; n--) {
		virtq_reader_init(&reader, &setup->chain);
		must(virtq_reader_read(&reader, buffer, sizeof(buffer)));
		BENCH_KEEP(buffer);
	}
}

/* Each operation exists for the split and for the packed ring. */
#define VARIANT(name, work, features, ...)                      \
	static void name(uint64_t n)                            \
	{                                                       \
		static struct setup setup;                      \
                                                                \
		if (!setup.mem)                                 \
			prepare(&setup, features, __VA_ARGS__); \
		work(&setup, n);                                \
	}

#define OPERATION(name, work, features, ...)       \
	VARIANT(name, work, features, __VA_ARGS__) \
	VARIANT(packed_##name, work, (features) | PACKED, __VA_ARGS__)

OPERATION(iter_1x128, iterate, 0, ONE_REGION, 1, 128, 0x1000, 256)
OPERATION(iter_128x1, iterate, 0, ONE_REGION, 128, 1, 0x1000, 256)
OPERATION(iter_1x128_ind, iterate, INDIRECT, ONE_REGION, 1, 128, 0x1000, 256)
OPERATION(iter_128x1_ind, iterate, INDIRECT, ONE_REGION, 128, 1, 0x1000, 256)
OPERATION(add_used_128, complete, 0, ONE_REGION, 128, 1, 0x1000, 256)
OPERATION(add_used_128_dirty, complete, 0, DIRTY, 128, 1, 0x1000, 256)
OPERATION(pop256x1, pop_all, 0, ONE_REGION, 256, 1, 0x1000, 256)
OPERATION(pop256x2, pop_all, 0, ONE_REGION, 256, 2, 0x1000, 512)
OPERATION(pop256x8, pop_all, 0, ONE_REGION, 256, 8, 0x1000, 2048)
OPERATION(pop256x2_ind, pop_all, INDIRECT, ONE_REGION, 256, 2, 0x1000, 512)
OPERATION(pop256x8_ind, pop_all, INDIRECT, ONE_REGION, 256, 8, 0x1000, 2048)
OPERATION(pop256x2_8reg, pop_all, 0, EIGHT_REGIONS, 256, 2, 0x1000, 512)
OPERATION(pop256x2_dirty, pop_all, 0, DIRTY, 256, 2, 0x1000, 512)
OPERATION(pop256x2_evidx, pop_all, EVENT, ONE_REGION, 256, 2, 0x1000, 512)
VARIANT(packed_offer, offer, PACKED, ONE_REGION, 256, 1, 0x1000, 256)
OPERATION(reader_8x512, read_all, 0, ONE_REGION, 1, 8, 512, 256)

#define ENTRIES(name)                             \
	{ "vq_" #name, name },                    \
	{                                         \
		"vq_packed_" #name, packed_##name \
	}

static const struct bench_op ops[] = {
	ENTRIES(iter_1x128),	 ENTRIES(iter_128x1),
	ENTRIES(iter_1x128_ind), ENTRIES(iter_128x1_ind),
	ENTRIES(add_used_128),	 ENTRIES(add_used_128_dirty),
	ENTRIES(pop256x1),	 ENTRIES(pop256x2),
	ENTRIES(pop256x8),	 ENTRIES(pop256x2_ind),
	ENTRIES(pop256x8_ind),	 ENTRIES(pop256x2_8reg),
	ENTRIES(pop256x2_dirty), ENTRIES(pop256x2_evidx),
	ENTRIES(reader_8x512),	 { "vq_packed_offer", packed_offer },
};

int main(int argc, char **argv)
{
	const size_t count = sizeof(ops) / sizeof(ops[0]);

	/* The clock shall not see the preparations. */
	for (size_t i = 0; argc == 1 && i < count; i++)
		ops[i].run(1);
	return bench_main(argc, argv, ops, count);
}
