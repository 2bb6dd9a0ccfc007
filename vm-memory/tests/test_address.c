/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

START_TEST(add_reaches_the_last_address_and_no_further)
{
	vm_gpa gpa = 7;

	ck_assert_int_eq(vm_gpa_add(UINT64_MAX - 1, 1, &gpa), 0);
	ck_assert_uint_eq(gpa, UINT64_MAX);
	ck_assert_int_eq(vm_gpa_add(UINT64_MAX, 1, &gpa), -EOVERFLOW);
	ck_assert_uint_eq(gpa, UINT64_MAX);
}
END_TEST

START_TEST(sub_reaches_zero_and_no_further)
{
	vm_gpa gpa = 7;

	ck_assert_int_eq(vm_gpa_sub(1, 1, &gpa), 0);
	ck_assert_uint_eq(gpa, 0);
	ck_assert_int_eq(vm_gpa_sub(0, 1, &gpa), -EOVERFLOW);
	ck_assert_uint_eq(gpa, 0);
}
END_TEST

START_TEST(offset_from_needs_a_base_at_or_below)
{
	uint64_t off = 7;

	ck_assert_int_eq(vm_gpa_offset_from(0x1234, 0x1000, &off), 0);
	ck_assert_uint_eq(off, 0x234);
	ck_assert_int_eq(vm_gpa_offset_from(0x1000, 0x1000, &off), 0);
	ck_assert_uint_eq(off, 0);
	ck_assert_int_eq(vm_gpa_offset_from(0xfff, 0x1000, &off), -EOVERFLOW);
	ck_assert_uint_eq(off, 0);
}
END_TEST

START_TEST(last_of_a_range_may_be_the_last_address)
{
	vm_gpa gpa = 7;

	ck_assert_int_eq(vm_gpa_last(UINT64_MAX, 1, &gpa), 0);
	ck_assert_uint_eq(gpa, UINT64_MAX);
	ck_assert_int_eq(vm_gpa_last(0x1000, 0x1000, &gpa), 0);
	ck_assert_uint_eq(gpa, 0x1fff);
	ck_assert_int_eq(vm_gpa_last(UINT64_MAX, 2, &gpa), -EOVERFLOW);
	ck_assert_int_eq(vm_gpa_last(0x1000, 0, &gpa), -EINVAL);
	ck_assert_uint_eq(gpa, 0x1fff);
}
END_TEST

START_TEST(align_down_rounds_towards_zero)
{
	vm_gpa gpa = 7;

	ck_assert_int_eq(vm_gpa_align_down(0x1fff, 0x1000, &gpa), 0);
	ck_assert_uint_eq(gpa, 0x1000);
	ck_assert_int_eq(vm_gpa_align_down(UINT64_MAX, 1, &gpa), 0);
	ck_assert_uint_eq(gpa, UINT64_MAX);
	ck_assert_int_eq(vm_gpa_align_down(0x1fff, 0, &gpa), -EINVAL);
	ck_assert_int_eq(vm_gpa_align_down(0x1fff, 3, &gpa), -EINVAL);
	ck_assert_uint_eq(gpa, UINT64_MAX);
}
END_TEST

START_TEST(align_up_rounds_towards_the_top)
{
	vm_gpa gpa = 7;

	ck_assert_int_eq(vm_gpa_align_up(0x1001, 0x1000, &gpa), 0);
	ck_assert_uint_eq(gpa, 0x2000);
	ck_assert_int_eq(vm_gpa_align_up(0x1000, 0x1000, &gpa), 0);
	ck_assert_uint_eq(gpa, 0x1000);
	ck_assert_int_eq(vm_gpa_align_up(0x1001, 0, &gpa), -EINVAL);
	ck_assert_int_eq(vm_gpa_align_up(0x1001, 6, &gpa), -EINVAL);
	ck_assert_int_eq(vm_gpa_align_up(UINT64_MAX, 2, &gpa), -EOVERFLOW);
	ck_assert_uint_eq(gpa, 0x1000);
}
END_TEST

RUN_TESTS("address", add_reaches_the_last_address_and_no_further,
	  sub_reaches_zero_and_no_further, offset_from_needs_a_base_at_or_below,
	  last_of_a_range_may_be_the_last_address,
	  align_down_rounds_towards_zero, align_up_rounds_towards_the_top)
