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

START_TEST(a_part_of_a_slice_stays_inside)
{
	struct vm_mem *mem = MAP_OF({ PAGE, PAGE, NULL });
	struct vm_mem_slice slice, part = { .len = 77 };

	ck_assert_int_eq(vm_mem_get_slice(mem, PAGE, 100, &slice), 0);
	ck_assert_int_eq(vm_mem_slice_sub(&slice, 101, 0, &part), -EFAULT);
	ck_assert_int_eq(vm_mem_slice_sub(&slice, 1, 100, &part), -EFAULT);
	ck_assert_int_eq(vm_mem_slice_sub(&slice, 1, UINT64_MAX, &part),
			 -EFAULT);
	ck_assert_uint_eq(part.len, 77);
	ck_assert_int_eq(vm_mem_slice_sub(&slice, 100, 0, &part), 0);
	ck_assert_ptr_null(part.hva);
	ck_assert_int_eq(vm_mem_slice_sub(&slice, 40, 60, &part), 0);
	ck_assert_ptr_eq(part.hva, (uint8_t *)slice.hva + 40);
	ck_assert_uint_eq(part.len, 60);
	ck_assert_int_eq(vm_mem_slice_sub(&part, 10, 50, &part), 0);
	ck_assert_ptr_eq(part.hva, (uint8_t *)slice.hva + 50);
	vm_mem_free(mem);
}
END_TEST

START_TEST(bytes_are_copied_within_a_slice_only)
{
	struct vm_mem *mem = MAP_OF({ PAGE, PAGE, NULL });
	uint8_t in[16] = "fifteen letters", out[16] = "";
	struct vm_mem_slice slice, empty;

	ck_assert_int_eq(vm_mem_get_slice(mem, PAGE, 100, &slice), 0);
	ck_assert_int_eq(vm_mem_get_slice(mem, PAGE, 0, &empty), 0);
	ck_assert_int_eq(vm_mem_slice_write(&slice, 84, in, 16), 0);
	ck_assert_int_eq(vm_mem_slice_read(&slice, 84, out, 16), 0);
	ck_assert_mem_eq(in, out, 16);
	ck_assert_int_eq(vm_mem_slice_write(&slice, 85, in, 16), -EFAULT);
	ck_assert_int_eq(vm_mem_slice_read(&slice, 85, out, 16), -EFAULT);
	ck_assert_int_eq(vm_mem_slice_write(&slice, UINT64_MAX, in, 1),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_slice_read(&slice, 1, out, SIZE_MAX), -EFAULT);
	ck_assert_int_eq(vm_mem_slice_write(&slice, 100, NULL, 0), 0);
	ck_assert_int_eq(vm_mem_slice_read(&slice, 100, NULL, 0), 0);
	ck_assert_int_eq(vm_mem_slice_write(&empty, 0, NULL, 0), 0);
	ck_assert_int_eq(vm_mem_slice_read(&empty, 0, out, 1), -EFAULT);
	vm_mem_free(mem);
}
END_TEST

START_TEST(slices_are_copied_as_far_as_both_go)
{
	struct vm_mem *mem = MAP_OF({ PAGE, PAGE, NULL });
	struct vm_mem_slice a, b, empty;
	uint8_t bytes[8];

	ck_assert_int_eq(vm_mem_write(mem, PAGE, "abcdefgh", 8), 0);
	ck_assert_int_eq(vm_mem_get_slice(mem, PAGE, 6, &a), 0);
	ck_assert_int_eq(vm_mem_get_slice(mem, PAGE + 2, 100, &b), 0);
	ck_assert_int_eq(vm_mem_get_slice(mem, PAGE, 0, &empty), 0);
	ck_assert_uint_eq(vm_mem_slice_copy(&b, &a), 6);
	ck_assert_int_eq(vm_mem_read(mem, PAGE, bytes, 8), 0);
	ck_assert_mem_eq(bytes, "ababcdef", 8);
	ck_assert_uint_eq(vm_mem_slice_copy(&a, &b), 6);
	ck_assert_int_eq(vm_mem_read(mem, PAGE, bytes, 8), 0);
	ck_assert_mem_eq(bytes, "abcdefef", 8);
	ck_assert_uint_eq(vm_mem_slice_copy(&empty, &b), 0);
	ck_assert_uint_eq(vm_mem_slice_copy(&b, &empty), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(words_of_a_slice_are_checked)
{
	struct vm_mem *mem = MAP_OF({ PAGE, PAGE, NULL });
	struct vm_mem_slice slice, empty;
	uint64_t v64 = 0;
	uint32_t v32 = 0;
	uint16_t v16 = 0;

	ck_assert_int_eq(vm_mem_get_slice(mem, PAGE, 24, &slice), 0);
	ck_assert_int_eq(vm_mem_get_slice(mem, PAGE, 0, &empty), 0);
	ck_assert_int_eq(vm_mem_slice_store16(&slice, 2, VM_MEM_RELEASE, 1), 0);
	ck_assert_int_eq(vm_mem_slice_store32(&slice, 4, VM_MEM_RELEASE, 2), 0);
	ck_assert_int_eq(vm_mem_slice_store64(&slice, 16, VM_MEM_RELEASE, 3),
			 0);
	ck_assert_int_eq(vm_mem_slice_load16(&slice, 2, VM_MEM_ACQUIRE, &v16),
			 0);
	ck_assert_int_eq(vm_mem_slice_load32(&slice, 4, VM_MEM_ACQUIRE, &v32),
			 0);
	ck_assert_int_eq(vm_mem_slice_load64(&slice, 16, VM_MEM_ACQUIRE, &v64),
			 0);
	ck_assert(v16 == 1 && v32 == 2 && v64 == 3);

	ck_assert_int_eq(vm_mem_slice_load16(&slice, 3, VM_MEM_RELAXED, &v16),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_slice_load32(&slice, 2, VM_MEM_RELAXED, &v32),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_slice_load64(&slice, 4, VM_MEM_RELAXED, &v64),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_slice_store16(&slice, 3, VM_MEM_RELAXED, 0),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_slice_store32(&slice, 2, VM_MEM_RELAXED, 0),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_slice_store64(&slice, 4, VM_MEM_RELAXED, 0),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_slice_load16(&slice, 24, VM_MEM_RELAXED, &v16),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_slice_load32(&slice, 22, VM_MEM_RELAXED, &v32),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_slice_load64(&slice, UINT64_MAX, VM_MEM_RELAXED,
					     &v64),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_slice_store16(&slice, 23, VM_MEM_RELAXED, 0),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_slice_store32(&slice, 25, VM_MEM_RELAXED, 0),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_slice_store64(&empty, 0, VM_MEM_RELAXED, 0),
			 -EFAULT);
	ck_assert(v16 == 1 && v32 == 2 && v64 == 3);
	vm_mem_free(mem);
}
END_TEST

RUN_TESTS("slice", a_slice_shows_guest_memory, a_slice_lies_in_one_region,
	  an_empty_slice_has_no_address, a_part_of_a_slice_stays_inside,
	  bytes_are_copied_within_a_slice_only,
	  slices_are_copied_as_far_as_both_go, words_of_a_slice_are_checked)
