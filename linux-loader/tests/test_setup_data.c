/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/setup_data.h>

#include <check.h>
#include <errno.h>

static struct vm_load_why why;
static struct vm_mem *mem;
static uint8_t seen[64];

static void setup(void)
{
	mem = memory_make(0x10000, 0x1000);
	ck_assert_int_eq(vm_mem_fill(mem, 0x10000, 0xee, 0x1000), 0);
}

static void teardown(void)
{
	vm_mem_free(mem);
}

START_TEST(a_node_has_its_header_and_its_data)
{
	ck_assert_int_eq(vm_load_setup_data_write(mem, 0x10010, 0x10080,
						  VM_LOAD_SETUP_RNG_SEED,
						  "0123456789abcdef", 16, &why),
			 0);
	ck_assert_int_eq(vm_mem_read(mem, 0x10010, seen, sizeof(seen)), 0);
	ck_assert_uint_eq(le64(seen), 0x10080);
	ck_assert_uint_eq(le32(seen + 8), 9);
	ck_assert_uint_eq(le32(seen + 12), 16);
	ck_assert_mem_eq(seen + 16, "0123456789abcdef\xee", 17);
}
END_TEST

START_TEST(a_node_may_be_empty_and_at_the_end_of_memory)
{
	ck_assert_int_eq(vm_load_setup_data_write(mem, 0x10ff0, 0,
						  VM_LOAD_SETUP_DTB, "", 0,
						  &why),
			 0);
	ck_assert_int_eq(vm_mem_read(mem, 0x10ff0, seen, 16), 0);
	ck_assert_uint_eq(le64(seen), 0);
	ck_assert_uint_eq(le32(seen + 8), 2);
}
END_TEST

START_TEST(a_node_outside_of_memory_is_refused_and_not_begun)
{
	ck_assert_int_eq(vm_load_setup_data_write(mem, 0x10fef, 0,
						  VM_LOAD_SETUP_DTB, "xx", 2,
						  &why),
			 -EFAULT);
	ck_assert_str_eq(why.text, "setup_data of 18 bytes at 0x10fef is not "
				   "in guest memory");
	ck_assert_int_eq(vm_mem_read(mem, 0x10fef, seen, 1), 0);
	ck_assert_uint_eq(seen[0], 0xee);
	ck_assert_int_eq(vm_load_setup_data_write(mem, UINT64_MAX, 0,
						  VM_LOAD_SETUP_DTB, "xx", 2,
						  &why),
			 -EOVERFLOW);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("setup_data");
	TCase *tc = tcase_create("setup_data");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_node_has_its_header_and_its_data);
	tcase_add_test(tc, a_node_may_be_empty_and_at_the_end_of_memory);
	tcase_add_test(tc, a_node_outside_of_memory_is_refused_and_not_begun);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
