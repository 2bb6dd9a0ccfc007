/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include <vm-allocator/id.h>

#include "limited_memory.h"
#include "run.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct vm_id_allocator *new_allocator(uint32_t first, uint32_t last)
{
	struct vm_id_allocator *allocator;

	ck_assert_int_eq(vm_id_new(first, last, NULL, &allocator), 0);
	return allocator;
}

static uint32_t must_alloc(struct vm_id_allocator *allocator)
{
	uint32_t id;

	ck_assert_int_eq(vm_id_alloc(allocator, &id), 0);
	return id;
}

START_TEST(new_with_the_last_id_below_the_first_is_refused)
{
	struct vm_id_allocator *allocator = NULL;

	ck_assert_int_eq(vm_id_new(23, 5, NULL, &allocator), -EINVAL);
	ck_assert_ptr_null(allocator);
}
END_TEST

START_TEST(new_without_a_memory_function_is_refused)
{
	struct vm_allocator_memory memory = { NULL, NULL };
	struct vm_id_allocator *allocator = NULL;

	ck_assert_int_eq(vm_id_new(5, 23, &memory, &allocator), -EINVAL);
	ck_assert_ptr_null(allocator);
}
END_TEST

START_TEST(new_without_memory_fails_cleanly)
{
	struct limited_memory limits = { 0, 0 };
	struct vm_allocator_memory memory = limited_memory(&limits);
	struct vm_id_allocator *allocator = NULL;

	ck_assert_int_eq(vm_id_new(5, 23, &memory, &allocator), -ENOMEM);
	ck_assert_ptr_null(allocator);
	limits.left = 1;
	ck_assert_int_eq(vm_id_new(5, 23, &memory, &allocator), 0);
	ck_assert_uint_eq(must_alloc(allocator), 5);
	vm_id_free(allocator);
	ck_assert_int_eq(limits.live, 0);
}
END_TEST

START_TEST(free_of_null_is_allowed)
{
	vm_id_free(NULL);
}
END_TEST

START_TEST(ids_are_given_out_from_the_lowest_until_none_is_left)
{
	struct vm_id_allocator *allocator = new_allocator(5, 23);
	uint32_t id = 42;

	for (uint32_t expected = 5; expected <= 23; expected++)
		ck_assert_uint_eq(must_alloc(allocator), expected);
	ck_assert_int_eq(vm_id_alloc(allocator, &id), -ENOSPC);
	ck_assert_uint_eq(id, 42);
	ck_assert_uint_eq(vm_id_get_count(allocator), 19);
	vm_id_free(allocator);
}
END_TEST

START_TEST(allocator_of_any_size_gives_out_each_id_once)
{
	static const uint32_t sizes[] = { 1,	2,    63,   64,	   65,
					  4095, 4096, 4097, 262145 };
	struct vm_id_allocator *allocator;
	uint32_t id;

	for (size_t i = 0; i < LENGTH(sizes); i++) {
		allocator = new_allocator(7, 7 + sizes[i] - 1);
		for (uint32_t n = 0; n < sizes[i]; n++) {
			if (vm_id_alloc(allocator, &id) || id != 7 + n)
				ck_abort_msg("id %u is not next", 7 + n);
		}
		ck_assert_int_eq(vm_id_alloc(allocator, &id), -ENOSPC);
		/* One that is released anywhere is the one that is found. */
		id = 7 + (uint32_t)(UINT64_C(2654435761) * i % sizes[i]);
		ck_assert_int_eq(vm_id_release(allocator, id), 0);
		ck_assert_uint_eq(must_alloc(allocator), id);
		vm_id_free(allocator);
	}
}
END_TEST

START_TEST(highest_ids_of_all_can_be_allocated)
{
	struct vm_id_allocator *allocator =
		new_allocator(UINT32_MAX - 1, UINT32_MAX);
	int64_t cursor = -1;
	uint32_t id;

	ck_assert_uint_eq(must_alloc(allocator), UINT32_MAX - 1);
	ck_assert_uint_eq(must_alloc(allocator), UINT32_MAX);
	ck_assert_int_eq(vm_id_alloc(allocator, &id), -ENOSPC);
	ck_assert_int_eq(vm_id_next(allocator, &cursor), 0);
	ck_assert_int_eq(vm_id_next(allocator, &cursor), 0);
	ck_assert_int_eq(cursor, UINT32_MAX);
	ck_assert_int_eq(vm_id_next(allocator, &cursor), -ENOENT);
	vm_id_free(allocator);
}
END_TEST

START_TEST(allocator_of_all_ids_works_at_both_ends)
{
	struct vm_id_allocator *allocator = new_allocator(0, UINT32_MAX);
	uint32_t id;

	ck_assert_uint_eq(must_alloc(allocator), 0);
	ck_assert_int_eq(vm_id_reserve(allocator, UINT32_MAX), 0);
	ck_assert_int_eq(vm_id_alloc_within(allocator, UINT32_MAX, UINT32_MAX,
					    &id),
			 -ENOSPC);
	ck_assert_int_eq(vm_id_alloc_within(allocator, UINT32_MAX - 1,
					    UINT32_MAX, &id),
			 0);
	ck_assert_uint_eq(id, UINT32_MAX - 1);
	ck_assert_uint_eq(vm_id_get_count(allocator), 3);
	vm_id_free(allocator);
}
END_TEST

START_TEST(alloc_within_takes_the_lowest_of_a_window)
{
	struct vm_id_allocator *allocator = new_allocator(16, 1039);
	uint32_t id = 42;

	ck_assert_int_eq(vm_id_alloc_within(allocator, 24, 31, &id), 0);
	ck_assert_uint_eq(id, 24);
	ck_assert_int_eq(vm_id_alloc_within(allocator, 0, 1, &id), -ENOSPC);
	ck_assert_int_eq(vm_id_alloc_within(allocator, 0, 17, &id), 0);
	ck_assert_uint_eq(id, 16);
	ck_assert_int_eq(vm_id_alloc_within(allocator, 24, 24, &id), -ENOSPC);
	ck_assert_int_eq(vm_id_alloc_within(allocator, 1039, 5000, &id), 0);
	ck_assert_uint_eq(id, 1039);
	ck_assert_int_eq(vm_id_alloc_within(allocator, 1039, 5000, &id),
			 -ENOSPC);
	ck_assert_int_eq(vm_id_alloc_within(allocator, 1040, 5000, &id),
			 -ENOSPC);
	ck_assert_int_eq(vm_id_alloc_within(allocator, UINT32_MAX, UINT32_MAX,
					    &id),
			 -ENOSPC);
	ck_assert_int_eq(vm_id_alloc_within(allocator, 30, 29, &id), -EINVAL);
	ck_assert_uint_eq(id, 1039);
	vm_id_free(allocator);
}
END_TEST

START_TEST(reserve_takes_a_known_id_once)
{
	struct vm_id_allocator *allocator = new_allocator(5, 23);

	ck_assert_int_eq(vm_id_reserve(allocator, 5), 0);
	ck_assert_int_eq(vm_id_reserve(allocator, 5), -EEXIST);
	ck_assert_int_eq(vm_id_reserve(allocator, 23), 0);
	ck_assert_int_eq(vm_id_reserve(allocator, 4), -ENOSPC);
	ck_assert_int_eq(vm_id_reserve(allocator, 24), -ENOSPC);
	ck_assert_uint_eq(must_alloc(allocator), 6);
	vm_id_free(allocator);
}
END_TEST

START_TEST(double_and_foreign_release_is_refused)
{
	struct vm_id_allocator *allocator = new_allocator(5, 23);

	for (int i = 0; i < 9; i++)
		(void)must_alloc(allocator);
	ck_assert_int_eq(vm_id_release(allocator, 3), -ENOENT);
	ck_assert_int_eq(vm_id_release(allocator, 24), -ENOENT);
	ck_assert_int_eq(vm_id_release(allocator, 10), 0);
	ck_assert_int_eq(vm_id_release(allocator, 10), -ENOENT);
	/* 14 is the next to be given out, and never was. */
	ck_assert_int_eq(vm_id_release(allocator, 14), -ENOENT);
	ck_assert_uint_eq(must_alloc(allocator), 10);
	ck_assert_uint_eq(must_alloc(allocator), 14);
	ck_assert_uint_eq(vm_id_get_count(allocator), 10);
	vm_id_free(allocator);
}
END_TEST

START_TEST(is_allocated_knows_every_number)
{
	struct vm_id_allocator *allocator = new_allocator(5, 23);

	ck_assert(!vm_id_is_allocated(allocator, 5));
	(void)must_alloc(allocator);
	ck_assert(vm_id_is_allocated(allocator, 5));
	ck_assert(!vm_id_is_allocated(allocator, 4));
	/* The bits past the last id are set, but they are no ids. */
	ck_assert(!vm_id_is_allocated(allocator, 24));
	ck_assert(!vm_id_is_allocated(allocator, UINT32_MAX));
	vm_id_free(allocator);
}
END_TEST

START_TEST(next_walks_over_allocated_ids)
{
	static const uint32_t ids[] = { 3, 66, 67, 1000, 5000 };
	struct vm_id_allocator *allocator = new_allocator(3, 6000);
	int64_t cursor = -1;

	ck_assert_int_eq(vm_id_next(allocator, &cursor), -ENOENT);
	ck_assert_int_eq(cursor, -1);
	for (size_t i = 0; i < LENGTH(ids); i++)
		ck_assert_int_eq(vm_id_reserve(allocator, ids[i]), 0);
	for (size_t i = 0; i < LENGTH(ids); i++) {
		ck_assert_int_eq(vm_id_next(allocator, &cursor), 0);
		ck_assert_int_eq(cursor, ids[i]);
	}
	ck_assert_int_eq(vm_id_next(allocator, &cursor), -ENOENT);
	cursor = INT64_MAX;
	ck_assert_int_eq(vm_id_next(allocator, &cursor), -ENOENT);
	vm_id_free(allocator);
}
END_TEST

START_TEST(pci_devices_of_a_bus_are_ids)
{
	struct vm_id_allocator *allocator = new_allocator(0, 31);

	ck_assert_int_eq(vm_id_reserve(allocator, 0), 0);
	ck_assert_int_eq(vm_id_reserve(allocator, 0x1f), 0);
	for (uint32_t device = 1; device < 0x1f; device++)
		ck_assert_uint_eq(must_alloc(allocator), device);
	ck_assert_int_eq(vm_id_alloc(allocator, &(uint32_t){ 0 }), -ENOSPC);
	vm_id_free(allocator);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		new_with_the_last_id_below_the_first_is_refused,
		new_without_a_memory_function_is_refused,
		new_without_memory_fails_cleanly,
		free_of_null_is_allowed,
		ids_are_given_out_from_the_lowest_until_none_is_left,
		allocator_of_any_size_gives_out_each_id_once,
		highest_ids_of_all_can_be_allocated,
		allocator_of_all_ids_works_at_both_ends,
		alloc_within_takes_the_lowest_of_a_window,
		reserve_takes_a_known_id_once,
		double_and_foreign_release_is_refused,
		is_allocated_knows_every_number,
		next_walks_over_allocated_ids,
		pci_devices_of_a_bus_are_ids,
	};

	return run_tests("id", tests, LENGTH(tests));
}
