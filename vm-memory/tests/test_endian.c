/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-memory/endian.h>

#include "support.h"

START_TEST(numbers_are_stored_with_the_low_byte_first)
{
	static const uint8_t expected[14] = { 0x02, 0x01, 0x06, 0x05, 0x04,
					      0x03, 0x0e, 0x0d, 0x0c, 0x0b,
					      0x0a, 0x09, 0x08, 0x07 };
	struct vm_mem *mem = MAP_OF({ 0, PAGE, NULL });
	uint8_t bytes[14];
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;

	ck_assert_int_eq(vm_mem_write_le16(mem, 1, 0x0102), 0);
	ck_assert_int_eq(vm_mem_write_le32(mem, 3, 0x03040506), 0);
	ck_assert_int_eq(vm_mem_write_le64(mem, 7, 0x0708090a0b0c0d0e), 0);
	ck_assert_int_eq(vm_mem_read(mem, 1, bytes, sizeof(bytes)), 0);
	ck_assert_mem_eq(bytes, expected, sizeof(bytes));
	ck_assert_int_eq(vm_mem_read_le16(mem, 1, &v16), 0);
	ck_assert_uint_eq(v16, 0x0102);
	ck_assert_int_eq(vm_mem_read_le32(mem, 3, &v32), 0);
	ck_assert_uint_eq(v32, 0x03040506);
	ck_assert_int_eq(vm_mem_read_le64(mem, 7, &v64), 0);
	ck_assert_uint_eq(v64, 0x0708090a0b0c0d0e);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_number_outside_memory_is_refused)
{
	struct vm_mem *mem = MAP_OF({ -PAGE, PAGE, NULL });
	uint64_t v64 = 7;
	uint32_t v32 = 7;
	uint16_t v16 = 7;

	ck_assert_int_eq(vm_mem_read_le16(mem, UINT64_MAX, &v16), -EOVERFLOW);
	ck_assert_int_eq(vm_mem_read_le32(mem, UINT64_MAX, &v32), -EOVERFLOW);
	ck_assert_int_eq(vm_mem_read_le64(mem, UINT64_MAX, &v64), -EOVERFLOW);
	ck_assert_int_eq(vm_mem_read_le16(mem, 0, &v16), -EFAULT);
	ck_assert_int_eq(vm_mem_read_le32(mem, 0, &v32), -EFAULT);
	ck_assert_int_eq(vm_mem_read_le64(mem, 0, &v64), -EFAULT);
	ck_assert_int_eq(vm_mem_write_le16(mem, 0, 0), -EFAULT);
	ck_assert_int_eq(vm_mem_write_le32(mem, 0, 0), -EFAULT);
	ck_assert_int_eq(vm_mem_write_le64(mem, UINT64_MAX, 0), -EOVERFLOW);
	ck_assert(v16 == 7 && v32 == 7 && v64 == 7);
	vm_mem_free(mem);
}
END_TEST

RUN_TESTS("endian", numbers_are_stored_with_the_low_byte_first,
	  a_number_outside_memory_is_refused)
