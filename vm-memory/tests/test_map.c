/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

START_TEST(regions_are_sorted_by_address)
{
	struct vm_mem *mem = MAP_OF({ 4 * GIB, MIB, NULL }, { 0, MIB, NULL },
				    { 2 * GIB, PAGE, NULL });
	struct vm_mem_region_info info;

	ck_assert_uint_eq(vm_mem_region_count(mem), 3);
	ck_assert_int_eq(vm_mem_get_region(mem, 1, &info), 0);
	ck_assert_uint_eq(info.gpa, 2 * GIB);
	ck_assert_uint_eq(info.size, PAGE);
	ck_assert_ptr_nonnull(info.hva);
	ck_assert_int_eq(vm_mem_get_region(mem, 2, &info), 0);
	ck_assert_uint_eq(info.gpa, 4 * GIB);
	ck_assert_uint_eq(vm_mem_last_addr(mem), 4 * GIB + MIB - 1);
	ck_assert_int_eq(vm_mem_get_region(mem, 3, &info), -ENOENT);
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_empty_map_backs_nothing)
{
	struct vm_mem *mem = map_of(NULL, 0);
	struct vm_mem_region_info info;
	size_t index;

	ck_assert_uint_eq(vm_mem_region_count(mem), 0);
	ck_assert_uint_eq(vm_mem_last_addr(mem), 0);
	ck_assert_int_eq(vm_mem_get_region(mem, 0, &info), -ENOENT);
	ck_assert_int_eq(vm_mem_find_region(mem, 0, &index), -EFAULT);
	ck_assert_int_eq(vm_mem_check_range(mem, 0, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_check_range(mem, 0, 0), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(find_region_knows_first_and_last_byte)
{
	struct vm_mem *mem =
		MAP_OF({ 2 * PAGE, PAGE, NULL }, { 4 * PAGE, PAGE, NULL });
	size_t index = 9;

	ck_assert_int_eq(vm_mem_find_region(mem, 0, &index), -EFAULT);
	ck_assert_int_eq(vm_mem_find_region(mem, 2 * PAGE - 1, &index),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_find_region(mem, 3 * PAGE, &index), -EFAULT);
	ck_assert_int_eq(vm_mem_find_region(mem, UINT64_MAX, &index), -EFAULT);
	ck_assert_uint_eq(index, 9);
	ck_assert_int_eq(vm_mem_find_region(mem, 2 * PAGE, &index), 0);
	ck_assert_uint_eq(index, 0);
	ck_assert_int_eq(vm_mem_find_region(mem, 5 * PAGE - 1, &index), 0);
	ck_assert_uint_eq(index, 1);
	vm_mem_free(mem);
}
END_TEST

START_TEST(the_right_region_is_found_among_any_number)
{
	struct vm_mem_range ranges[70];
	struct vm_mem *mem;
	size_t index;

	for (size_t n = 1; n <= 70; n++) {
		for (size_t i = 0; i < n; i++)
			ranges[i] = (struct vm_mem_range){ 2 * i * PAGE, PAGE,
							   NULL };
		mem = map_of(ranges, n);
		for (size_t i = 0; i < n; i++) {
			ck_assert_int_eq(vm_mem_find_region(mem, 2 * i * PAGE,
							    &index),
					 0);
			ck_assert_uint_eq(index, i);
			ck_assert_int_eq(vm_mem_find_region(mem,
							    (2 * i + 1) * PAGE,
							    &index),
					 -EFAULT);
		}
		vm_mem_free(mem);
	}
}
END_TEST

START_TEST(overlapping_ranges_are_refused)
{
	static const struct vm_mem_range overlaps[][2] = {
		{ { 0, 2 * PAGE, NULL }, { PAGE, PAGE, NULL } },
		{ { PAGE, PAGE, NULL }, { 0, 2 * PAGE, NULL } },
		{ { PAGE, PAGE, NULL }, { PAGE, PAGE, NULL } },
		{ { 0, 8 * PAGE, NULL }, { PAGE, PAGE, NULL } },
	};
	struct vm_mem *mem = NULL;

	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(vm_mem_new(overlaps[i], 2, &mem), -EEXIST);
	ck_assert_ptr_null(mem);
}
END_TEST

START_TEST(a_region_may_end_at_the_last_address)
{
	struct vm_mem *mem = MAP_OF({ -PAGE, PAGE, NULL });
	uint64_t value = 0x1122334455667788;
	uint64_t back = 0;

	ck_assert_uint_eq(vm_mem_last_addr(mem), UINT64_MAX);
	ck_assert_int_eq(vm_mem_check_range(mem, -PAGE, PAGE), 0);
	ck_assert_int_eq(vm_mem_check_range(mem, -PAGE, PAGE + 1), -EOVERFLOW);
	ck_assert_int_eq(vm_mem_write(mem, UINT64_MAX - 7, &value, 8), 0);
	ck_assert_int_eq(vm_mem_read(mem, UINT64_MAX - 7, &back, 8), 0);
	ck_assert_uint_eq(back, value);
	ck_assert_int_eq(vm_mem_read(mem, UINT64_MAX - 6, &back, 8),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_mem_read(mem, UINT64_MAX, &back, 1), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_reference_keeps_the_map)
{
	struct vm_mem *mem = MAP_OF({ 0, PAGE, NULL });
	struct vm_mem *ref = vm_mem_ref(mem);
	uint8_t byte = 0xff;

	ck_assert_ptr_eq(ref, mem);
	vm_mem_free(mem);
	ck_assert_int_eq(vm_mem_read(ref, 0, &byte, 1), 0);
	ck_assert_uint_eq(byte, 0);
	vm_mem_free(ref);
	vm_mem_free(NULL);
}
END_TEST

RUN_TESTS("map", regions_are_sorted_by_address, an_empty_map_backs_nothing,
	  find_region_knows_first_and_last_byte,
	  the_right_region_is_found_among_any_number,
	  overlapping_ranges_are_refused, a_region_may_end_at_the_last_address,
	  a_reference_keeps_the_map)
