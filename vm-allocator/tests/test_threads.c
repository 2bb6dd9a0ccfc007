/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The thread contract of the headers, for ThreadSanitizer to witness: readers
 * share an allocator, and different allocators share nothing.
 */
#include <pthread.h>
#include <stdlib.h>

#include <vm-allocator/id.h>
#include <vm-allocator/range.h>
#include <vm-allocator/range_info.h>

#include "run.h"

#define THREADS 4u
#define RANGES	500u

static struct vm_range_allocator *shared_ranges;
static struct vm_id_allocator *shared_ids;

static void run_threads(void *(*work)(void *result))
{
	pthread_t threads[THREADS];
	unsigned int results[THREADS] = { 0 };

	for (unsigned int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, work,
						&results[i]),
				 0);
	for (unsigned int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
		ck_assert_uint_eq(results[i], RANGES);
	}
}

/* Counts what it finds; Check's own functions are for the main thread. */
static void *read_shared(void *result)
{
	unsigned int *found = result;
	struct vm_range_info info = { 0 };
	struct vm_range_info again;
	struct vm_range gap = { 0 };
	int64_t id = -1;
	char text[64];

	while (!vm_range_next(shared_ranges, &info)) {
		*found += !vm_range_find(shared_ranges, info.base, &again) &&
			  !vm_range_next_gap(shared_ranges, &gap) &&
			  !vm_id_next(shared_ids, &id) &&
			  vm_id_is_allocated(shared_ids, (uint32_t)id);
	}
	if (!vm_range_dump(shared_ranges, text, sizeof(text)) ||
	    vm_range_get_space(shared_ranges).size != RANGES * 2 ||
	    vm_range_get_stats(shared_ranges).count != RANGES ||
	    vm_id_get_count(shared_ids) != RANGES)
		*found = 0;
	return NULL;
}

START_TEST(readers_may_share_an_allocator)
{
	uint32_t id;

	ck_assert_int_eq(vm_range_new(0, RANGES * 2, NULL, &shared_ranges), 0);
	ck_assert_int_eq(vm_id_new(0, RANGES * 2, NULL, &shared_ids), 0);
	for (unsigned int i = 0; i < RANGES; i++) {
		ck_assert_int_eq(vm_range_reserve(shared_ranges, i * 2, 1, "x"),
				 0);
		ck_assert_int_eq(vm_id_alloc(shared_ids, &id), 0);
	}
	run_threads(read_shared);
	vm_id_free(shared_ids);
	vm_range_free(shared_ranges);
}
END_TEST

static void *use_own(void *result)
{
	struct vm_range_request request = { .size = 2, .align = 4 };
	unsigned int *done = result;
	struct vm_range_allocator *ranges;
	struct vm_id_allocator *ids;
	uint64_t base;
	uint32_t id;

	if (vm_range_new(4, RANGES * 4, NULL, &ranges))
		return NULL;
	if (!vm_id_new(0, RANGES, NULL, &ids)) {
		for (unsigned int i = 0; i < RANGES; i++)
			*done += !vm_range_alloc(ranges, &request, &base) &&
				 !vm_range_release(ranges, base, 2) &&
				 !vm_range_reserve(ranges, base, 3, "x") &&
				 !vm_id_alloc(ids, &id);
		vm_id_free(ids);
	}
	vm_range_free(ranges);
	return NULL;
}

START_TEST(threads_may_use_an_allocator_each)
{
	run_threads(use_own);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		readers_may_share_an_allocator,
		threads_may_use_an_allocator_each,
	};

	return run_tests("threads", tests, sizeof(tests) / sizeof(tests[0]));
}
