/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <vm-allocator/range.h>
#include <vm-allocator/range_info.h>

#include "run.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct vm_range_allocator *allocator;

static void reserve(uint64_t base, uint64_t size, const char *name)
{
	ck_assert_int_eq(vm_range_reserve(allocator, base, size, name), 0);
}

static void open_space(uint64_t base, uint64_t size)
{
	ck_assert_int_eq(vm_range_new(base, size, NULL, &allocator), 0);
}

START_TEST(find_gives_the_allocation_around_an_address)
{
	struct vm_range_info info = { .size = 42 };

	open_space(0x1000, 0x3000);
	reserve(0x1000, 0x1000, "a");
	reserve(0x2000, 0x800, NULL);
	ck_assert_int_eq(vm_range_find(allocator, 0x1fff, &info), 0);
	ck_assert_uint_eq(info.base, 0x1000);
	ck_assert_uint_eq(info.size, 0x1000);
	ck_assert_str_eq(info.name, "a");
	ck_assert_int_eq(vm_range_find(allocator, 0x2000, &info), 0);
	ck_assert_uint_eq(info.base, 0x2000);
	ck_assert_str_eq(info.name, "");
	vm_range_free(allocator);
}
END_TEST

START_TEST(find_of_an_unused_address_finds_nothing)
{
	static const uint64_t addresses[] = { 0xfff,  0x1fff, 0x2800,	 0x3fff,
					      0x4000, 0,      UINT64_MAX };
	struct vm_range_info info = { .size = 42 };

	open_space(0x1000, 0x3000);
	reserve(0x2000, 0x800, "a");
	for (size_t i = 0; i < LENGTH(addresses); i++)
		ck_assert_int_eq(vm_range_find(allocator, addresses[i], &info),
				 -ENOENT);
	ck_assert_uint_eq(info.size, 42);
	vm_range_free(allocator);
}
END_TEST

START_TEST(next_walks_in_order_of_address_and_ends)
{
	struct vm_range_info info = { 0 };

	open_space(UINT64_MAX - 0xfff, 0x1000);
	ck_assert_int_eq(vm_range_next(allocator, &info), -ENOENT);
	reserve(UINT64_MAX, 1, "last");
	reserve(UINT64_MAX - 0xfff, 1, "first");
	reserve(UINT64_MAX - 0xff, 0x10, "middle");
	ck_assert_int_eq(vm_range_next(allocator, &info), 0);
	ck_assert_str_eq(info.name, "first");
	ck_assert_int_eq(vm_range_next(allocator, &info), 0);
	ck_assert_str_eq(info.name, "middle");
	ck_assert_int_eq(vm_range_next(allocator, &info), 0);
	ck_assert_str_eq(info.name, "last");
	ck_assert_int_eq(vm_range_next(allocator, &info), -ENOENT);
	ck_assert_str_eq(info.name, "last");
	vm_range_free(allocator);
}
END_TEST

START_TEST(walk_that_releases_what_it_meets_meets_all)
{
	struct vm_range_info info = { 0 };
	unsigned int met = 0;

	open_space(0, 0x1000);
	for (uint64_t base = 0; base < 0x1000; base += 0x10)
		reserve(base, 8, NULL);
	while (!vm_range_next(allocator, &info)) {
		met++;
		ck_assert_int_eq(
			vm_range_release(allocator, info.base, info.size), 0);
	}
	ck_assert_uint_eq(met, 0x100);
	ck_assert_uint_eq(vm_range_get_stats(allocator).count, 0);
	vm_range_free(allocator);
}
END_TEST

START_TEST(next_gap_walks_over_what_is_not_allocated)
{
	struct vm_range gap = { 0 };

	open_space(0x1000, 0x3000);
	ck_assert_int_eq(vm_range_next_gap(allocator, &gap), 0);
	ck_assert_uint_eq(gap.base, 0x1000);
	ck_assert_uint_eq(gap.size, 0x3000);
	ck_assert_int_eq(vm_range_next_gap(allocator, &gap), -ENOENT);
	ck_assert_uint_eq(gap.size, 0x3000);
	reserve(0x1000, 0x800, NULL);
	reserve(0x2000, 0x1000, NULL);
	gap.size = 0;
	ck_assert_int_eq(vm_range_next_gap(allocator, &gap), 0);
	ck_assert_uint_eq(gap.base, 0x1800);
	ck_assert_uint_eq(gap.size, 0x800);
	ck_assert_int_eq(vm_range_next_gap(allocator, &gap), 0);
	ck_assert_uint_eq(gap.base, 0x3000);
	ck_assert_uint_eq(gap.size, 0x1000);
	ck_assert_int_eq(vm_range_next_gap(allocator, &gap), -ENOENT);
	vm_range_free(allocator);
}
END_TEST

START_TEST(full_space_has_no_gap)
{
	struct vm_range gap = { 0 };

	open_space(1, UINT64_MAX);
	reserve(1, UINT64_MAX, NULL);
	ck_assert_int_eq(vm_range_next_gap(allocator, &gap), -ENOENT);
	ck_assert_uint_eq(vm_range_get_stats(allocator).largest_gap, 0);
	ck_assert_uint_eq(vm_range_get_stats(allocator).used, UINT64_MAX);
	vm_range_free(allocator);
}
END_TEST

START_TEST(space_is_what_the_allocator_was_made_with)
{
	struct vm_range space;

	open_space(0xc0000000, 0x20000000);
	space = vm_range_get_space(allocator);
	ck_assert_uint_eq(space.base, 0xc0000000);
	ck_assert_uint_eq(space.size, 0x20000000);
	ck_assert_uint_eq(vm_range_last(space), 0xdfffffff);
	vm_range_free(allocator);
}
END_TEST

START_TEST(stats_follow_every_change)
{
	struct vm_range_stats stats;

	open_space(0, 0x1000);
	reserve(0x100, 0x100, NULL);
	reserve(0x800, 0x100, NULL);
	stats = vm_range_get_stats(allocator);
	ck_assert_uint_eq(stats.used, 0x200);
	ck_assert_uint_eq(stats.unused, 0xe00);
	ck_assert_uint_eq(stats.largest_gap, 0x700);
	ck_assert_uint_eq(stats.count, 2);
	ck_assert_int_eq(vm_range_resize(allocator, 0x800, 0x800), 0);
	ck_assert_uint_eq(vm_range_get_stats(allocator).largest_gap, 0x600);
	ck_assert_int_eq(vm_range_release_part(allocator, 0x900, 0x10), 0);
	stats = vm_range_get_stats(allocator);
	ck_assert_uint_eq(stats.used, 0x8f0);
	ck_assert_uint_eq(stats.count, 3);
	ck_assert_int_eq(vm_range_release(allocator, 0x100, 0x100), 0);
	stats = vm_range_get_stats(allocator);
	ck_assert_uint_eq(stats.largest_gap, 0x800);
	ck_assert_uint_eq(stats.count, 2);
	vm_range_free(allocator);
}
END_TEST

static const char all_lines[] =
	"0x0000000000000001-0x0000000000000001 1 B -\n"
	"0x00000000c0000000-0x00000000c0000fff 4 KiB virtio-blk0\n"
	"0x00000000c0001000-0x00000000c00023ff 5 KiB a?b?c??\n"
	"0x0000000100000000-0x00000001ffffffff 4 GiB window 64\n"
	"0x4000000000000000-0x7fffffffffffffff 4 EiB -\n"
	"0x8000000000000000-0xffffffffffffffff 8 EiB "
	"0123456789abcdef0123456789abcde\n";

static void fill_for_dump(void)
{
	open_space(1, UINT64_MAX);
	reserve(UINT64_C(1) << 63, UINT64_C(1) << 63,
		"0123456789abcdef0123456789abcde");
	reserve(UINT64_C(1) << 62, UINT64_C(1) << 62, NULL);
	reserve(UINT64_C(1) << 32, UINT64_C(1) << 32, "window 64");
	reserve(0xc0000000, 0x1000, "virtio-blk0");
	reserve(0xc0001000, 0x1400, "a\nb\033c\x7f\xc3");
	reserve(1, 1, NULL);
}

START_TEST(dump_is_a_line_for_each_allocation)
{
	char text[512];

	fill_for_dump();
	ck_assert_uint_eq(vm_range_dump(allocator, text, sizeof(text)),
			  sizeof(all_lines) - 1);
	ck_assert_str_eq(text, all_lines);
	vm_range_free(allocator);
}
END_TEST

START_TEST(dump_fits_any_buffer)
{
	char text[512];

	fill_for_dump();
	ck_assert_uint_eq(vm_range_dump(allocator, NULL, 0),
			  sizeof(all_lines) - 1);
	for (size_t size = 1; size <= sizeof(all_lines) + 1; size++) {
		memset(text, '#', sizeof(text));
		ck_assert_uint_eq(vm_range_dump(allocator, text, size),
				  sizeof(all_lines) - 1);
		ck_assert_uint_eq(strlen(text),
				  size < sizeof(all_lines)
					  ? size - 1
					  : sizeof(all_lines) - 1);
		ck_assert_int_eq(strncmp(text, all_lines, strlen(text)), 0);
		ck_assert_int_eq(text[size], '#');
	}
	vm_range_free(allocator);
}
END_TEST

START_TEST(dump_of_nothing_is_an_empty_string)
{
	char text[2] = "#";

	open_space(0, 1);
	ck_assert_uint_eq(vm_range_dump(allocator, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "");
	reserve(0, 1, "a name of the longest kind: 31.");
	ck_assert_uint_eq(vm_range_dump(allocator, NULL, 0), 74);
	vm_range_free(allocator);
}
END_TEST

START_TEST(saved_allocator_is_rebuilt_by_reserving_what_a_walk_gave)
{
	struct vm_range_request request = { .size = 0x100, .align = 0x40 };
	struct vm_range_allocator *original, *copy;
	struct vm_range_info info = { 0 };
	uint64_t expected, got;

	open_space(0x10, 0x10000);
	original = allocator;
	for (uint64_t base = 0x20; base < 0x8000; base += 0x131)
		reserve(base, base % 0x100 + 1, "x");
	open_space(0x10, 0x10000);
	copy = allocator;
	while (!vm_range_next(original, &info))
		reserve(info.base, info.size, info.name);
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(vm_range_alloc(original, &request, &expected),
				 0);
		ck_assert_int_eq(vm_range_alloc(copy, &request, &got), 0);
		ck_assert_uint_eq(got, expected);
	}
	vm_range_free(copy);
	vm_range_free(original);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		find_gives_the_allocation_around_an_address,
		find_of_an_unused_address_finds_nothing,
		next_walks_in_order_of_address_and_ends,
		walk_that_releases_what_it_meets_meets_all,
		next_gap_walks_over_what_is_not_allocated,
		full_space_has_no_gap,
		space_is_what_the_allocator_was_made_with,
		stats_follow_every_change,
		dump_is_a_line_for_each_allocation,
		dump_fits_any_buffer,
		dump_of_nothing_is_an_empty_string,
		saved_allocator_is_rebuilt_by_reserving_what_a_walk_gave,
	};

	return run_tests("range_info", tests, LENGTH(tests));
}
