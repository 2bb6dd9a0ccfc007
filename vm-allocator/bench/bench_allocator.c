/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What one range or one id costs in an allocator that takes so many of them.
 *
 * The operation NAME_N fills an empty allocator with N ranges of 4 KiB, over
 * and over; what is counted is one range of that, its share of setting up and
 * tearing down included.  Run a multiple of N for the true average.
 */
#include "bench.h"

#include <vm-allocator/id.h>
#include <vm-allocator/range.h>

#define SPACE_BASE UINT64_C(0x10000000)
#define SPACE_SIZE (UINT64_C(4) << 30)
#define PAGE	   UINT64_C(4096)
#define LAST_ID	   65535u
#define MAX_COUNT  10000u

static void must(int r)
{
	if (r) {
		fprintf(stderr, "benchmark: %s\n", strerror(-r));
		exit(1);
	}
}

/* Returns: 0 ... count - 1 in the random order that all peers use. */
static const uint32_t *random_order(uint32_t count)
{
	static uint32_t order[MAX_COUNT];
	uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
	uint32_t swap;

	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	for (uint32_t i = count - 1; i > 0; i--) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		swap = order[i];
		order[i] = order[random % (i + 1)];
		order[random % (i + 1)] = swap;
	}
	return order;
}

static struct vm_range_allocator *new_ranges(void)
{
	struct vm_range_allocator *ranges;

	must(vm_range_new(SPACE_BASE, SPACE_SIZE, NULL, &ranges));
	return ranges;
}

/* Calls fill(0 ... count) with an empty allocator until n ranges are done. */
static void rounds(uint64_t n, uint32_t count,
		   void (*fill)(struct vm_range_allocator *ranges,
				const uint32_t *order, uint32_t count))
{
	const uint32_t *order = random_order(count);
	struct vm_range_allocator *ranges;
	uint32_t part;

	for (; n; n -= part) {
		part = n < count ? (uint32_t)n : count;
		ranges = new_ranges();
		fill(ranges, order, part);
		vm_range_free(ranges);
	}
}

static void alloc_first(struct vm_range_allocator *ranges, uint64_t size)
{
	const struct vm_range_request request = { .size = size, .align = PAGE };
	uint64_t base;

	must(vm_range_alloc(ranges, &request, &base));
	BENCH_KEEP(base);
}

static void first(struct vm_range_allocator *ranges, const uint32_t *order,
		  uint32_t count)
{
	(void)order;
	for (uint32_t i = 0; i < count; i++)
		alloc_first(ranges, PAGE);
}

static void exact_rand(struct vm_range_allocator *ranges, const uint32_t *order,
		       uint32_t count)
{
	struct vm_range_request request = {
		.size = PAGE,
		.align = PAGE,
		.policy = VM_RANGE_EXACT,
	};
	uint64_t base;

	for (uint32_t i = 0; i < count; i++) {
		request.exact = SPACE_BASE + order[i] * PAGE;
		must(vm_range_alloc(ranges, &request, &base));
	}
}

static void first_freerand(struct vm_range_allocator *ranges,
			   const uint32_t *order, uint32_t count)
{
	uint64_t base;

	first(ranges, order, count);
	for (uint32_t i = 0; i < count; i++) {
		base = SPACE_BASE + order[i] * PAGE;
		/* Of a round that is cut short some were not allocated. */
		if (order[i] < count)
			must(vm_range_release(ranges, base, PAGE));
	}
}

/*
 * The worst case of alignment: every gap is long enough for the request, and
 * in none but the last is an aligned place.
 */
static void misfits(struct vm_range_allocator *ranges, const uint32_t *order,
		    uint32_t count)
{
	uint64_t base = SPACE_BASE;

	(void)order;
	for (uint32_t i = 0; i < count; i++, base += 2 * PAGE)
		must(vm_range_reserve(ranges, base, PAGE + 1, NULL));
	for (uint32_t i = 0; i < count; i++)
		alloc_first(ranges, PAGE - 1);
}

/* Allocates all, releases all in random order, allocates all again. */
static void ids(uint64_t n, uint32_t count)
{
	const uint32_t *order = random_order(count);
	struct vm_id_allocator *allocator;
	uint32_t part, id;

	for (; n; n -= part) {
		part = n < count ? (uint32_t)n : count;
		must(vm_id_new(0, LAST_ID, NULL, &allocator));
		for (uint32_t i = 0; i < part; i++)
			must(vm_id_alloc(allocator, &id));
		for (uint32_t i = 0; i < count; i++) {
			if (order[i] < part)
				must(vm_id_release(allocator, order[i]));
		}
		for (uint32_t i = 0; i < part; i++)
			must(vm_id_alloc(allocator, &id));
		vm_id_free(allocator);
	}
}

#define RANGE_OP(name, count)                  \
	static void name##_##count(uint64_t n) \
	{                                      \
		rounds(n, count, name);        \
	}
#define ID_OP(count)                       \
	static void id_##count(uint64_t n) \
	{                                  \
		ids(n, count);             \
	}

RANGE_OP(first, 100)
RANGE_OP(first, 1000)
RANGE_OP(first, 10000)
RANGE_OP(exact_rand, 100)
RANGE_OP(exact_rand, 1000)
RANGE_OP(exact_rand, 10000)
RANGE_OP(first_freerand, 100)
RANGE_OP(first_freerand, 1000)
RANGE_OP(first_freerand, 10000)
RANGE_OP(misfits, 1000)
RANGE_OP(misfits, 10000)
ID_OP(100)
ID_OP(1000)
ID_OP(10000)

static const struct bench_op ops[] = {
	{ "al/first_100", first_100 },
	{ "al/first_1000", first_1000 },
	{ "al/first_10000", first_10000 },
	{ "al/exact_rand_100", exact_rand_100 },
	{ "al/exact_rand_1000", exact_rand_1000 },
	{ "al/exact_rand_10000", exact_rand_10000 },
	{ "al/first_freerand_100", first_freerand_100 },
	{ "al/first_freerand_1000", first_freerand_1000 },
	{ "al/first_freerand_10000", first_freerand_10000 },
	{ "al/misfits_1000", misfits_1000 },
	{ "al/misfits_10000", misfits_10000 },
	{ "al/id_100", id_100 },
	{ "al/id_1000", id_1000 },
	{ "al/id_10000", id_10000 },
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(ops[0]));
}
