/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include <vm-allocator/range.h>
#include <vm-allocator/range_info.h>

#include "limited_memory.h"
#include "run.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct vm_range_allocator *new_allocator(uint64_t base, uint64_t size)
{
	struct vm_range_allocator *allocator;

	ck_assert_int_eq(vm_range_new(base, size, NULL, &allocator), 0);
	return allocator;
}

static uint64_t must_alloc(struct vm_range_allocator *allocator,
			   enum vm_range_policy policy, uint64_t size,
			   uint64_t align)
{
	struct vm_range_request request = {
		.size = size,
		.align = align,
		.policy = policy,
	};
	uint64_t base;

	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), 0);
	return base;
}

static uint64_t alloc_first(struct vm_range_allocator *allocator, uint64_t size,
			    uint64_t align)
{
	return must_alloc(allocator, VM_RANGE_FIRST, size, align);
}

static uint64_t alloc_last(struct vm_range_allocator *allocator, uint64_t size,
			   uint64_t align)
{
	return must_alloc(allocator, VM_RANGE_LAST, size, align);
}

static int alloc_exact(struct vm_range_allocator *allocator, uint64_t base,
		       uint64_t size, uint64_t align)
{
	struct vm_range_request request = {
		.size = size,
		.align = align,
		.policy = VM_RANGE_EXACT,
		.exact = base,
	};
	uint64_t got = base;
	int r;

	r = vm_range_alloc(allocator, &request, &got);
	ck_assert_uint_eq(got, base);
	return r;
}

START_TEST(last_address_of_a_range_may_be_the_last_of_all)
{
	ck_assert_uint_eq(vm_range_last((struct vm_range){ 0x10, 1 }), 0x10);
	ck_assert_uint_eq(vm_range_last((struct vm_range){ 0x10, 0xf1 }),
			  0x100);
	ck_assert_uint_eq(vm_range_last((struct vm_range){ UINT64_MAX - 4, 5 }),
			  UINT64_MAX);
}
END_TEST

START_TEST(ranges_that_share_an_address_overlap)
{
	static const struct {
		struct vm_range a, b;
		bool overlap;
	} cases[] = {
		{ { 1, 4 }, { 4, 3 }, true },
		{ { 1, 4 }, { 2, 2 }, true },
		{ { 1, 4 }, { 1, 4 }, true },
		{ { 1, 4 }, { 5, 2 }, false },
		{ { 1, 4 }, { 0, 1 }, false },
		{ { 1, 4 }, { 2, 0 }, false },
		{ { 2, 0 }, { 2, 0 }, false },
		{ { UINT64_MAX, 1 }, { 0, 1 }, false },
		{ { UINT64_MAX - 3, 4 }, { UINT64_MAX, 1 }, true },
		{ { 0, UINT64_MAX }, { UINT64_MAX, 1 }, false },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		ck_assert_int_eq(vm_range_overlaps(cases[i].a, cases[i].b),
				 cases[i].overlap);
		ck_assert_int_eq(vm_range_overlaps(cases[i].b, cases[i].a),
				 cases[i].overlap);
	}
}
END_TEST

START_TEST(range_contains_what_lies_wholly_inside)
{
	static const struct {
		struct vm_range outer, inner;
		bool contained;
	} cases[] = {
		{ { 2, 5 }, { 2, 2 }, true },
		{ { 2, 5 }, { 2, 5 }, true },
		{ { 2, 5 }, { 4, 3 }, true },
		{ { 2, 5 }, { 1, 2 }, false },
		{ { 2, 5 }, { 1, 7 }, false },
		{ { 2, 5 }, { 6, 2 }, false },
		{ { 2, 5 }, { 7, 2 }, false },
		{ { 2, 5 }, { 3, 0 }, false },
		{ { 2, 0 }, { 2, 1 }, false },
		{ { 2, 5 }, { 3, UINT64_MAX - 3 }, false },
		{ { UINT64_MAX - 3, 4 }, { UINT64_MAX, 1 }, true },
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
		ck_assert_int_eq(vm_range_contains(cases[i].outer,
						   cases[i].inner),
				 cases[i].contained);
	ck_assert(vm_range_has((struct vm_range){ 2, 5 }, 6));
	ck_assert(!vm_range_has((struct vm_range){ 2, 5 }, 7));
	ck_assert(!vm_range_has((struct vm_range){ 2, 5 }, 1));
}
END_TEST

START_TEST(new_of_an_empty_space_is_refused)
{
	struct vm_range_allocator *allocator = NULL;

	ck_assert_int_eq(vm_range_new(0x1000, 0, NULL, &allocator), -EINVAL);
	ck_assert_ptr_null(allocator);
}
END_TEST

START_TEST(new_without_a_memory_function_is_refused)
{
	struct vm_allocator_memory memory = { NULL, NULL };
	struct vm_range_allocator *allocator = NULL;

	ck_assert_int_eq(vm_range_new(0, 1, &memory, &allocator), -EINVAL);
	ck_assert_ptr_null(allocator);
}
END_TEST

START_TEST(new_of_a_space_that_wraps_is_refused)
{
	struct vm_range_allocator *allocator = NULL;

	ck_assert_int_eq(vm_range_new(UINT64_MAX, 2, NULL, &allocator),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_range_new(1, UINT64_MAX, NULL, &allocator), 0);
	vm_range_free(allocator);
}
END_TEST

START_TEST(new_fails_cleanly_whatever_runs_out)
{
	struct limited_memory limits = { 0, 0 };
	struct vm_allocator_memory memory = limited_memory(&limits);
	struct vm_range_allocator *allocator = NULL;

	for (unsigned long calls = 0;; calls++) {
		limits.left = calls;
		if (!vm_range_new(0, 0x1000, &memory, &allocator))
			break;
		ck_assert_ptr_null(allocator);
		ck_assert_int_eq(limits.live, 0);
		ck_assert_uint_lt(calls, 10);
	}
	ck_assert_int_gt(limits.live, 0);
	limits.left = 0;
	ck_assert_int_eq(vm_range_new(0, 0x1000, &memory, &allocator), -ENOMEM);
	vm_range_free(allocator);
	ck_assert_int_eq(limits.live, 0);
}
END_TEST

START_TEST(free_of_null_is_allowed)
{
	vm_range_free(NULL);
}
END_TEST

START_TEST(first_match_takes_the_lowest_place)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x1000);

	ck_assert_uint_eq(alloc_first(allocator, 0x110, 0x100), 0x1000);
	ck_assert_uint_eq(alloc_first(allocator, 0x100, 0x100), 0x1200);
	ck_assert_uint_eq(alloc_first(allocator, 0x10, 0x100), 0x1300);
	ck_assert_uint_eq(alloc_first(allocator, 0x10, 1), 0x1110);
	ck_assert_uint_eq(alloc_first(allocator, 0xe0, 0), 0x1120);
	ck_assert_uint_eq(alloc_first(allocator, 0xcf0, 1), 0x1310);
	vm_range_free(allocator);
}
END_TEST

START_TEST(last_match_takes_the_highest_place)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x10000);

	ck_assert_uint_eq(alloc_last(allocator, 0x110, 0x100), 0x10e00);
	ck_assert_uint_eq(alloc_last(allocator, 0x100, 0x100), 0x10d00);
	ck_assert_uint_eq(alloc_last(allocator, 0x10, 0x100), 0x10c00);
	ck_assert_uint_eq(alloc_last(allocator, 0xf0, 1), 0x10f10);
	ck_assert_uint_eq(alloc_last(allocator, 0xf0, 1), 0x10c10);
	vm_range_free(allocator);
}
END_TEST

START_TEST(one_address_left_over_by_alignment_is_still_found)
{
	struct vm_range_allocator *allocator = new_allocator(1, 1000);

	ck_assert_uint_eq(alloc_first(allocator, 10, 2), 2);
	ck_assert_uint_eq(alloc_first(allocator, 1, 1), 1);
	vm_range_free(allocator);
}
END_TEST

START_TEST(exact_match_takes_the_asked_place_or_nothing)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x1000);

	ck_assert_uint_eq(alloc_first(allocator, 0x800, 0x100), 0x1000);
	ck_assert_int_eq(alloc_exact(allocator, 0x1a00, 0x200, 0x100), 0);
	ck_assert_int_eq(alloc_exact(allocator, 0x1800, 0x800, 0x100), -EEXIST);
	ck_assert_int_eq(alloc_exact(allocator, 0x17ff, 1, 1), -EEXIST);
	ck_assert_int_eq(alloc_exact(allocator, 0x1800, 0x200, 0x100), 0);
	ck_assert_int_eq(alloc_exact(allocator, 0x1fff, 1, 1), 0);
	vm_range_free(allocator);
}
END_TEST

START_TEST(alloc_of_size_zero_is_refused)
{
	struct vm_range_allocator *allocator = new_allocator(0, 0x1000);
	struct vm_range_request request = { .size = 0, .align = 1 };
	uint64_t base = 42;

	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -EINVAL);
	ck_assert_uint_eq(base, 42);
	vm_range_free(allocator);
}
END_TEST

START_TEST(alignment_that_is_no_power_of_two_is_refused)
{
	struct vm_range_allocator *allocator = new_allocator(0, 0x1000);
	struct vm_range_request request = { .size = 1, .align = 200 };
	uint64_t base;

	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -EINVAL);
	request.align = UINT64_MAX;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -EINVAL);
	vm_range_free(allocator);
}
END_TEST

START_TEST(exact_address_that_is_not_aligned_is_refused)
{
	struct vm_range_allocator *allocator = new_allocator(0, 0x10000);

	ck_assert_int_eq(alloc_exact(allocator, 0xc, 0x1000, 0x1000), -EINVAL);
	ck_assert_int_eq(alloc_exact(allocator, 0x1000, 0x1000, 0x1000), 0);
	vm_range_free(allocator);
}
END_TEST

START_TEST(unknown_policy_is_refused)
{
	struct vm_range_allocator *allocator = new_allocator(0, 0x1000);
	struct vm_range_request request = { .size = 1 };
	uint64_t base;

	request.policy = (enum vm_range_policy)3;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -EINVAL);
	vm_range_free(allocator);
}
END_TEST

START_TEST(name_that_is_too_long_is_refused)
{
	struct vm_range_allocator *allocator = new_allocator(0, 0x1000);

	ck_assert_int_eq(vm_range_reserve(allocator, 0, 1,
					  "0123456789abcdef0123456789abcdef"),
			 -EINVAL);
	ck_assert_int_eq(vm_range_reserve(allocator, 0, 1,
					  "0123456789abcdef0123456789abcde"),
			 0);
	vm_range_free(allocator);
}
END_TEST

START_TEST(alloc_that_wraps_is_refused)
{
	struct vm_range_allocator *allocator =
		new_allocator(UINT64_MAX - 0xfff, 0x1000);
	struct vm_range_request request = {
		.size = 1,
		.within = { UINT64_MAX, 2 },
	};
	uint64_t base;

	ck_assert_int_eq(alloc_exact(allocator, UINT64_MAX, 2, 1), -EOVERFLOW);
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base),
			 -EOVERFLOW);
	vm_range_free(allocator);
}
END_TEST

START_TEST(alloc_larger_than_any_gap_finds_no_space)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x1000);
	struct vm_range_request request = { .size = 0x900, .align = 0x100 };
	uint64_t base;

	ck_assert_uint_eq(alloc_last(allocator, 0x800, 0x100), 0x1800);
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -ENOSPC);
	request.policy = VM_RANGE_LAST;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -ENOSPC);
	ck_assert_uint_eq(alloc_first(allocator, 0x400, 0x100), 0x1000);
	vm_range_free(allocator);
}
END_TEST

START_TEST(exact_range_outside_the_space_finds_no_space)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x1000);

	ck_assert_int_eq(alloc_exact(allocator, 0xfff, 1, 1), -ENOSPC);
	ck_assert_int_eq(alloc_exact(allocator, 0xfff, 2, 1), -ENOSPC);
	ck_assert_int_eq(alloc_exact(allocator, 0x2000, 1, 1), -ENOSPC);
	ck_assert_int_eq(alloc_exact(allocator, 0x1fff, 2, 1), -ENOSPC);
	ck_assert_int_eq(alloc_exact(allocator, 0x1000, 0x1001, 1), -ENOSPC);
	ck_assert_int_eq(alloc_exact(allocator, 0x1000, 0x1000, 1), 0);
	vm_range_free(allocator);
}
END_TEST

START_TEST(sub_range_below_4_gib_bounds_both_policies)
{
	struct vm_range_allocator *allocator =
		new_allocator(0xfffff000, 0x100001000);
	struct vm_range_request request = {
		.size = 0x800,
		.align = 0x800,
		.policy = VM_RANGE_LAST,
		.within = { 0, UINT64_C(1) << 32 },
	};
	uint64_t base;

	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), 0);
	ck_assert_uint_eq(base, 0xfffff800);
	request.policy = VM_RANGE_FIRST;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), 0);
	ck_assert_uint_eq(base, 0xfffff000);
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -ENOSPC);
	request.policy = VM_RANGE_LAST;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -ENOSPC);
	request.within.base = UINT64_C(1) << 32;
	request.within.size = 0x1000;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), 0);
	ck_assert_uint_eq(base, 0x100000800);
	vm_range_free(allocator);
}
END_TEST

START_TEST(sub_range_bounds_an_exact_match)
{
	struct vm_range_allocator *allocator = new_allocator(0, 0x10000);
	struct vm_range_request request = {
		.size = 0x1000,
		.policy = VM_RANGE_EXACT,
		.within = { 0x1000, 0x1000 },
	};
	uint64_t base;

	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -ENOSPC);
	request.exact = 0x1001;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -ENOSPC);
	request.exact = 0x2000;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -ENOSPC);
	request.exact = 0x1000;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), 0);
	vm_range_free(allocator);
}
END_TEST

START_TEST(sub_range_outside_the_space_finds_no_space)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x1000);
	struct vm_range_request request = {
		.size = 1,
		.within = { 0x2000, 0x1000 },
	};
	uint64_t base;

	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -ENOSPC);
	request.policy = VM_RANGE_EXACT;
	request.exact = 0x1000;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -ENOSPC);
	vm_range_free(allocator);
}
END_TEST

START_TEST(last_byte_of_the_address_space_can_be_allocated)
{
	struct vm_range_allocator *allocator =
		new_allocator(UINT64_MAX - 0xfff, 0x1000);

	ck_assert_uint_eq(alloc_last(allocator, 1, 1), UINT64_MAX);
	ck_assert_uint_eq(alloc_first(allocator, 0xfff, 0x1000),
			  UINT64_MAX - 0xfff);
	ck_assert_int_eq(vm_range_release(allocator, UINT64_MAX, 1), 0);
	ck_assert_int_eq(alloc_exact(allocator, UINT64_MAX, 1, 1), 0);
	vm_range_free(allocator);
}
END_TEST

START_TEST(alignment_past_the_end_of_all_addresses_finds_no_space)
{
	struct vm_range_allocator *allocator =
		new_allocator(UINT64_MAX - 0xffe, 0xfff);
	struct vm_range_request request = { .size = 1, .align = 0x1000 };
	uint64_t base;

	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -ENOSPC);
	request.policy = VM_RANGE_LAST;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -ENOSPC);
	vm_range_free(allocator);
}
END_TEST

/* Fills a space so that no gap has an aligned range but, perhaps, the last. */
static struct vm_range_allocator *misfits(
	unsigned int count, const struct vm_allocator_memory *memory)
{
	struct vm_range_allocator *allocator;

	ck_assert_int_eq(
		vm_range_new(0, 0x2000u * (count + 1), memory, &allocator), 0);
	for (unsigned int i = 0; i < count; i++)
		ck_assert_int_eq(vm_range_reserve(allocator, 0x2000u * i,
						  0x1001, NULL),
				 0);
	return allocator;
}

START_TEST(alignment_is_found_behind_many_gaps_that_only_look_long_enough)
{
	struct vm_range_allocator *allocator = misfits(1000, NULL);
	uint64_t size = 0xfff;

	/* Each gap but the last is [0x1001, 0x2000): long enough, unaligned. */
	ck_assert_uint_eq(alloc_first(allocator, size, 0x1000), 0x2000 * 1000);
	ck_assert_uint_eq(alloc_first(allocator, size, 0x1000),
			  0x2000 * 1000 + 0x1000);
	ck_assert_int_eq(vm_range_release_part(allocator, 0x2000 * 500, 0x1001),
			 0);
	ck_assert_uint_eq(alloc_last(allocator, size, 0x1000),
			  0x2000 * 500 + 0x1000);
	ck_assert_uint_eq(alloc_last(allocator, size, 0x1000), 0x2000 * 500);
	vm_range_free(allocator);
}
END_TEST

START_TEST(index_for_an_alignment_that_finds_no_memory_changes_nothing)
{
	struct limited_memory limits = { 1000, 0 };
	struct vm_allocator_memory memory = limited_memory(&limits);
	struct vm_range_allocator *allocator = misfits(10, &memory);
	struct vm_range_request request = { .size = 0xfff, .align = 0x1000 };
	struct vm_range_stats before = vm_range_get_stats(allocator);
	uint64_t base = 42;

	limits.left = 0;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), -ENOMEM);
	ck_assert_uint_eq(base, 42);
	ck_assert_uint_eq(vm_range_get_stats(allocator).used, before.used);
	limits.left = 1000;
	ck_assert_int_eq(vm_range_alloc(allocator, &request, &base), 0);
	ck_assert_uint_eq(base, 0x2000 * 10);
	/* The index grows with the tree. */
	for (unsigned int i = 0; i < 100; i++)
		ck_assert_uint_eq(alloc_first(allocator, 1, 1),
				  0x2000 * (i / 0xfff) + 0x1001 + i);
	vm_range_free(allocator);
	ck_assert_int_eq(limits.live, 0);
}
END_TEST

START_TEST(alloc_without_memory_for_its_record_changes_nothing)
{
	struct limited_memory limits = { 1000, 0 };
	struct vm_allocator_memory memory = limited_memory(&limits);
	struct vm_range_allocator *allocator = misfits(10, &memory);
	struct vm_range_request request = { .size = 1 };
	struct vm_range_stats before, after;
	unsigned long refused = 0;
	unsigned long calls = 0;
	uint64_t base;

	/* Makes the index for 4 KiB, a fourth array that has to grow. */
	(void)alloc_first(allocator, 0xfff, 0x1000);
	for (unsigned int i = 0; i < 100; i++) {
		before = vm_range_get_stats(allocator);
		for (limits.left = 0;; limits.left = ++calls) {
			if (!vm_range_alloc(allocator, &request, &base))
				break;
			refused++;
			after = vm_range_get_stats(allocator);
			ck_assert_mem_eq(&before, &after, sizeof(before));
		}
		calls = 0;
	}
	/* From 16 records to 32, 64 and 128, each of four arrays running out. */
	ck_assert_uint_eq(refused, 3 * 4);
	vm_range_free(allocator);
	ck_assert_int_eq(limits.live, 0);
}
END_TEST

START_TEST(reserve_refuses_what_alloc_refuses)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x1000);

	ck_assert_int_eq(vm_range_reserve(allocator, 0x1800, 0x100, "pit"), 0);
	ck_assert_int_eq(vm_range_reserve(allocator, 0x1800, 0, "x"), -EINVAL);
	ck_assert_int_eq(vm_range_reserve(allocator, 2, UINT64_MAX, "x"),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_range_reserve(allocator, 0x18ff, 2, "x"), -EEXIST);
	ck_assert_int_eq(vm_range_reserve(allocator, 0x1fff, 2, "x"), -ENOSPC);
	vm_range_free(allocator);
}
END_TEST

START_TEST(reserve_without_memory_changes_nothing)
{
	struct limited_memory limits = { 1000, 0 };
	struct vm_allocator_memory memory = limited_memory(&limits);
	struct vm_range_allocator *allocator;
	uint64_t base = 0;
	int r = 0;

	ck_assert_int_eq(vm_range_new(0, 0x1000, &memory, &allocator), 0);
	limits.left = 0;
	while (!r)
		r = vm_range_reserve(allocator, base++, 1, NULL);
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_uint_eq(vm_range_get_stats(allocator).count, base - 1);
	vm_range_free(allocator);
}
END_TEST

START_TEST(released_range_can_be_allocated_again)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x1000);

	ck_assert_uint_eq(alloc_first(allocator, 0x800, 0x100), 0x1000);
	ck_assert_int_eq(vm_range_release(allocator, 0x1000, 0x800), 0);
	ck_assert_uint_eq(alloc_first(allocator, 0x1000, 0x100), 0x1000);
	vm_range_free(allocator);
}
END_TEST

START_TEST(double_and_foreign_release_is_refused)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x4000);

	ck_assert_int_eq(vm_range_reserve(allocator, 0x2000, 0x100, "a"), 0);
	ck_assert_int_eq(vm_range_reserve(allocator, 0x2100, 0x100, "b"), 0);
	/* Never allocated, outside of the space, and half outside of it. */
	ck_assert_int_eq(vm_range_release(allocator, 0x3000, 1), -ENOENT);
	ck_assert_int_eq(vm_range_release(allocator, 0x500, 1), -ENOENT);
	ck_assert_int_eq(vm_range_release(allocator, 0x4fff, 2), -ENOENT);
	/* Less than one allocation, more than one, and two of them. */
	ck_assert_int_eq(vm_range_release(allocator, 0x2000, 0xff), -ENOENT);
	ck_assert_int_eq(vm_range_release(allocator, 0x2001, 0xff), -ENOENT);
	ck_assert_int_eq(vm_range_release(allocator, 0x1fff, 0x101), -ENOENT);
	ck_assert_int_eq(vm_range_release(allocator, 0x2000, 0x200), -ENOENT);
	ck_assert_int_eq(vm_range_release(allocator, 0x2000, 0), -EINVAL);
	ck_assert_int_eq(vm_range_release(allocator, 0x2000, UINT64_MAX),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_range_release(allocator, 0x2000, 0x100), 0);
	ck_assert_int_eq(vm_range_release(allocator, 0x2000, 0x100), -ENOENT);
	ck_assert_uint_eq(vm_range_get_stats(allocator).used, 0x100);
	vm_range_free(allocator);
}
END_TEST

static void expect(const struct vm_range_allocator *allocator,
		   const char *expected)
{
	char text[1024];

	ck_assert_uint_lt(vm_range_dump(allocator, text, sizeof(text)),
			  sizeof(text));
	ck_assert_str_eq(text, expected);
}

START_TEST(partial_release_keeps_the_rest_under_its_name)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x4000);

	ck_assert_int_eq(vm_range_reserve(allocator, 0x1000, 0x1000, "a"), 0);
	ck_assert_int_eq(vm_range_reserve(allocator, 0x2000, 0x1000, "b"), 0);
	ck_assert_int_eq(vm_range_release_part(allocator, 0x1000, 0x400), 0);
	ck_assert_int_eq(vm_range_release_part(allocator, 0x1c00, 0x400), 0);
	ck_assert_int_eq(vm_range_release_part(allocator, 0x2400, 0x800), 0);
	expect(allocator, "0x0000000000001400-0x0000000000001bff 2 KiB a\n"
			  "0x0000000000002000-0x00000000000023ff 1 KiB b\n"
			  "0x0000000000002c00-0x0000000000002fff 1 KiB b\n");
	ck_assert_int_eq(vm_range_release_part(allocator, 0x1400, 0x800), 0);
	expect(allocator, "0x0000000000002000-0x00000000000023ff 1 KiB b\n"
			  "0x0000000000002c00-0x0000000000002fff 1 KiB b\n");
	ck_assert_uint_eq(vm_range_get_stats(allocator).count, 2);
	ck_assert_uint_eq(vm_range_get_stats(allocator).used, 0x800);
	vm_range_free(allocator);
}
END_TEST

START_TEST(partial_release_across_allocations_is_refused)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x4000);

	ck_assert_int_eq(vm_range_reserve(allocator, 0x1000, 0x1000, "a"), 0);
	ck_assert_int_eq(vm_range_reserve(allocator, 0x2000, 0x1000, "b"), 0);
	ck_assert_int_eq(vm_range_release_part(allocator, 0x1f00, 0x200),
			 -ENOENT);
	ck_assert_int_eq(vm_range_release_part(allocator, 0x2f00, 0x200),
			 -ENOENT);
	ck_assert_int_eq(vm_range_release_part(allocator, 0x3000, 1), -ENOENT);
	ck_assert_int_eq(vm_range_release_part(allocator, 0x9000, 1), -ENOENT);
	ck_assert_int_eq(vm_range_release_part(allocator, 0x1000, 0), -EINVAL);
	ck_assert_int_eq(vm_range_release_part(allocator, 0x1000, UINT64_MAX),
			 -EOVERFLOW);
	ck_assert_uint_eq(vm_range_get_stats(allocator).used, 0x2000);
	vm_range_free(allocator);
}
END_TEST

START_TEST(partial_release_without_memory_changes_nothing)
{
	struct limited_memory limits = { 1000, 0 };
	struct vm_allocator_memory memory = limited_memory(&limits);
	struct vm_range_allocator *allocator;
	uint64_t hole = 1;
	int r = 0;

	ck_assert_int_eq(vm_range_new(0, 0x1000, &memory, &allocator), 0);
	ck_assert_int_eq(vm_range_reserve(allocator, 0, 0x1000, "a"), 0);
	limits.left = 0;
	for (; !r; hole += 2)
		r = vm_range_release_part(allocator, hole, 1);
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_uint_eq(vm_range_get_stats(allocator).unused, hole / 2 - 1);
	ck_assert_uint_eq(vm_range_get_stats(allocator).count, hole / 2);
	vm_range_free(allocator);
}
END_TEST

START_TEST(resize_moves_the_end_of_an_allocation)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x4000);

	ck_assert_int_eq(vm_range_reserve(allocator, 0x1000, 0x1000, "a"), 0);
	ck_assert_int_eq(vm_range_reserve(allocator, 0x3000, 0x1000, "b"), 0);
	ck_assert_int_eq(vm_range_resize(allocator, 0x1000, 0x2000), 0);
	ck_assert_int_eq(vm_range_resize(allocator, 0x3000, 0x2000), 0);
	ck_assert_uint_eq(vm_range_get_stats(allocator).unused, 0);
	ck_assert_int_eq(vm_range_resize(allocator, 0x1000, 0x2000), 0);
	ck_assert_int_eq(vm_range_resize(allocator, 0x1000, 1), 0);
	ck_assert_int_eq(vm_range_resize(allocator, 0x3000, 0x800), 0);
	expect(allocator, "0x0000000000001000-0x0000000000001000 1 B a\n"
			  "0x0000000000003000-0x00000000000037ff 2 KiB b\n");
	ck_assert_uint_eq(alloc_first(allocator, 0x1fff, 1), 0x1001);
	ck_assert_uint_eq(alloc_first(allocator, 0x1800, 1), 0x3800);
	vm_range_free(allocator);
}
END_TEST

START_TEST(resize_refuses_what_has_no_room)
{
	struct vm_range_allocator *allocator = new_allocator(0x1000, 0x4000);

	ck_assert_int_eq(vm_range_reserve(allocator, 0x1000, 0x1000, "a"), 0);
	ck_assert_int_eq(vm_range_reserve(allocator, 0x3000, 0x1000, "b"), 0);
	ck_assert_int_eq(vm_range_resize(allocator, 0x1000, 0x2001), -EEXIST);
	ck_assert_int_eq(vm_range_resize(allocator, 0x3000, 0x2001), -ENOSPC);
	ck_assert_int_eq(vm_range_resize(allocator, 0x1000, 0), -EINVAL);
	ck_assert_int_eq(vm_range_resize(allocator, 0x1000, UINT64_MAX),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_range_resize(allocator, 0x1001, 1), -ENOENT);
	ck_assert_int_eq(vm_range_resize(allocator, 0x2000, 1), -ENOENT);
	ck_assert_int_eq(vm_range_resize(allocator, 0x6000, 1), -ENOENT);
	ck_assert_uint_eq(vm_range_get_stats(allocator).used, 0x2000);
	vm_range_free(allocator);
}
END_TEST

START_TEST(block_of_msi_vectors_is_a_range_aligned_to_its_size)
{
	struct vm_range_allocator *gsis = new_allocator(24, 1000);

	ck_assert_uint_eq(alloc_first(gsis, 1, 1), 24);
	ck_assert_uint_eq(alloc_first(gsis, 8, 8), 32);
	ck_assert_uint_eq(alloc_first(gsis, 4, 4), 28);
	vm_range_free(gsis);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		last_address_of_a_range_may_be_the_last_of_all,
		ranges_that_share_an_address_overlap,
		range_contains_what_lies_wholly_inside,
		new_of_an_empty_space_is_refused,
		new_without_a_memory_function_is_refused,
		new_of_a_space_that_wraps_is_refused,
		new_fails_cleanly_whatever_runs_out,
		free_of_null_is_allowed,
		first_match_takes_the_lowest_place,
		last_match_takes_the_highest_place,
		one_address_left_over_by_alignment_is_still_found,
		exact_match_takes_the_asked_place_or_nothing,
		alloc_of_size_zero_is_refused,
		alignment_that_is_no_power_of_two_is_refused,
		exact_address_that_is_not_aligned_is_refused,
		unknown_policy_is_refused,
		name_that_is_too_long_is_refused,
		alloc_that_wraps_is_refused,
		alloc_larger_than_any_gap_finds_no_space,
		exact_range_outside_the_space_finds_no_space,
		sub_range_below_4_gib_bounds_both_policies,
		sub_range_bounds_an_exact_match,
		sub_range_outside_the_space_finds_no_space,
		last_byte_of_the_address_space_can_be_allocated,
		alignment_past_the_end_of_all_addresses_finds_no_space,
		alignment_is_found_behind_many_gaps_that_only_look_long_enough,
		index_for_an_alignment_that_finds_no_memory_changes_nothing,
		alloc_without_memory_for_its_record_changes_nothing,
		reserve_refuses_what_alloc_refuses,
		reserve_without_memory_changes_nothing,
		released_range_can_be_allocated_again,
		double_and_foreign_release_is_refused,
		partial_release_keeps_the_rest_under_its_name,
		partial_release_across_allocations_is_refused,
		partial_release_without_memory_changes_nothing,
		resize_moves_the_end_of_an_allocation,
		resize_refuses_what_has_no_room,
		block_of_msi_vectors_is_a_range_aligned_to_its_size,
	};

	return run_tests("range", tests, LENGTH(tests));
}
