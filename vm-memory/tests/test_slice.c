/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

START_TEST(a_slice_shows_guest_memory)
{
	struct vm_mem *mem = MAP_OF({ PAGE, 2 * PAGE, NULL });
	struct vm_mem_slice slice;
	uint8_t byte;

	ck_assert_int_eq(vm_mem_get_slice(mem, PAGE + 5, PAGE, &slice), 0);
	ck_assert_uint_eq(slice.len, PAGE);
	*(uint8_t *)slice.hva = 0x5a;
	vm_mem_slice_mark_dirty(&slice, 0, 1);
	ck_assert_int_eq(vm_mem_read(mem, PAGE + 5, &byte, 1), 0);
	ck_assert_uint_eq(byte, 0x5a);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_slice_lies_in_one_region)
{
	struct vm_mem *mem =
		MAP_OF({ PAGE, PAGE, NULL }, { 2 * PAGE, PAGE, NULL });
	struct vm_mem_slice slice = { .len = 77 };

	ck_assert_int_eq(vm_mem_get_slice(mem, 2 * PAGE - 1, 2, &slice),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_get_slice(mem, 0, 1, &slice), -EFAULT);
	ck_assert_int_eq(vm_mem_get_slice(mem, 3 * PAGE, 1, &slice), -EFAULT);
	ck_assert_int_eq(vm_mem_get_slice(mem, 2 * PAGE, UINT64_MAX, &slice),
			 -EOVERFLOW);
	ck_assert_uint_eq(slice.len, 77);
	ck_assert_int_eq(vm_mem_get_slice(mem, PAGE, PAGE, &slice), 0);
	ck_assert_int_eq(vm_mem_get_slice(mem, 2 * PAGE, PAGE, &slice), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_empty_slice_has_no_address)
{
	struct vm_mem *mem = MAP_OF({ PAGE, PAGE, NULL });
	struct vm_mem_slice slice = { .len = 77 };

	ck_assert_int_eq(vm_mem_get_slice(mem, 0, 0, &slice), 0);
	ck_assert_ptr_null(slice.hva);
	ck_assert_uint_eq(slice.len, 0);
	vm_mem_free(mem);
}
END_TEST

RUN_TESTS("slice", a_slice_shows_guest_memory, a_slice_lies_in_one_region,
	  an_empty_slice_has_no_address)
