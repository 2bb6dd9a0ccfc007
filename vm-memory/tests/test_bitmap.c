/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-memory/dirty.h>

#include "support.h"

/* A tracked region of size bytes, and a slice of all of it. */
static struct vm_mem *tracked(uint64_t size, uint64_t page_size,
			      struct vm_mem_slice *ret_slice)
{
	struct vm_mem *plain = MAP_OF({ 0, size, NULL });
	struct vm_mem *mem = NULL;

	ck_assert_int_eq(vm_mem_set_tracking(plain, page_size, &mem), 0);
	vm_mem_free(plain);
	ck_assert_int_eq(vm_mem_get_slice(mem, 0, size, ret_slice), 0);
	return mem;
}

static void check_marks(const struct vm_mem *mem, uint64_t first, uint64_t last)
{
	uint64_t page_size = vm_mem_get_tracking(mem);
	uint64_t words[8];

	ck_assert_uint_le(vm_mem_dirty_words(mem, 0), 8);
	ck_assert_int_eq(vm_mem_fetch_dirty(mem, 0, words, 8), 0);
	for (uint64_t i = 0; i <= vm_mem_last_addr(mem) / page_size; i++)
		ck_assert_uint_eq(words[i / 64] >> i % 64 & 1,
				  i >= first && i <= last);
}

START_TEST(exactly_the_touched_pages_are_marked)
{
	struct vm_mem_slice all;
	struct vm_mem *mem = tracked(512 * PAGE, PAGE, &all);

	for (uint64_t first = 0; first < 512; first += 21) {
		for (uint64_t last = first; last < 512; last += 31) {
			vm_mem_slice_mark_dirty(&all, first * PAGE + 4095,
						(last - first) * PAGE + 1);
			check_marks(mem, first, last);
		}
	}
	vm_mem_free(mem);
}
END_TEST

START_TEST(the_edges_of_a_word_are_marked)
{
	static const uint64_t edges[] = { 0, 62, 63, 64, 65, 127, 128, 511 };
	struct vm_mem_slice all;
	struct vm_mem *mem = tracked(512 * PAGE, PAGE, &all);

	for (size_t i = 0; i < 8; i++) {
		for (size_t j = i; j < 8; j++) {
			uint64_t pages = edges[j] - edges[i] + 1;

			vm_mem_slice_mark_dirty(&all, edges[i] * PAGE,
						pages * PAGE);
			check_marks(mem, edges[i], edges[j]);
		}
	}
	vm_mem_free(mem);
}
END_TEST

START_TEST(nothing_is_marked_by_nothing)
{
	struct vm_mem_slice all;
	struct vm_mem *mem = tracked(8 * PAGE, PAGE, &all);

	vm_mem_slice_mark_dirty(&all, 0, 0);
	vm_mem_slice_mark_dirty(&all, 8 * PAGE, 0);
	ck_assert_int_eq(vm_mem_is_dirty(mem, 0, 8 * PAGE), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(what_lies_past_the_region_is_ignored)
{
	struct vm_mem_slice all;
	struct vm_mem *mem = tracked(8 * PAGE, PAGE, &all);

	vm_mem_slice_mark_dirty(&all, 8 * PAGE, PAGE);
	vm_mem_slice_mark_dirty(&all, UINT64_MAX, 1);
	ck_assert_int_eq(vm_mem_is_dirty(mem, 0, 8 * PAGE), 0);
	vm_mem_slice_mark_dirty(&all, 7 * PAGE, 1000 * PAGE);
	check_marks(mem, 7, 7);
	vm_mem_slice_mark_dirty(&all, 6 * PAGE, UINT64_MAX);
	check_marks(mem, 6, 7);
	vm_mem_free(mem);
}
END_TEST

START_TEST(marks_can_be_finer_and_coarser_than_pages)
{
	struct vm_mem_slice all;
	struct vm_mem *mem = tracked(PAGE, 64, &all);

	vm_mem_slice_mark_dirty(&all, 127, 2);
	check_marks(mem, 1, 2);
	vm_mem_free(mem);
	mem = tracked(3 * PAGE, 2 * PAGE, &all);
	vm_mem_slice_mark_dirty(&all, 3 * PAGE - 1, 1);
	check_marks(mem, 1, 1);
	vm_mem_free(mem);
	mem = tracked(PAGE, UINT64_C(1) << 63, &all);
	vm_mem_slice_mark_dirty(&all, 5, 1);
	check_marks(mem, 0, 0);
	vm_mem_free(mem);
}
END_TEST

RUN_TESTS("bitmap", exactly_the_touched_pages_are_marked,
	  the_edges_of_a_word_are_marked, nothing_is_marked_by_nothing,
	  what_lies_past_the_region_is_ignored,
	  marks_can_be_finer_and_coarser_than_pages)
