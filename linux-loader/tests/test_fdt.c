/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/fdt.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RAM 0x40000000u

static uint8_t tree[72], seen[sizeof(tree) + 1];
static struct vm_load_why why;
static struct vm_mem *mem;

static void put_be32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* The smallest tree: no reservations, an empty root node, no strings. */
static void setup(void)
{
	static const uint32_t header[] = {
		0xd00dfeed, 72, 56, 72, 40, 17, 16, 0, 0, 16,
	};
	static const uint32_t nodes[] = { 1, 0, 2, 9 };

	memset(tree, 0, sizeof(tree));
	for (size_t i = 0; i < 10; i++)
		put_be32(tree + 4 * i, header[i]);
	for (size_t i = 0; i < 4; i++)
		put_be32(tree + 56 + 4 * i, nodes[i]);
	mem = memory_make(RAM, 0x300000);
	ck_assert_int_eq(vm_mem_fill(mem, RAM, 0xee, 4096), 0);
}

static void teardown(void)
{
	vm_mem_free(mem);
}

static void check_tree(uint64_t gpa)
{
	ck_assert_int_eq(vm_mem_read(mem, gpa, seen, sizeof(seen)), 0);
	ck_assert_mem_eq(seen, tree, sizeof(tree));
	ck_assert_uint_eq(seen[sizeof(tree)], 0xee);
}

START_TEST(a_tree_is_written_to_its_size)
{
	static uint8_t longer[128];

	memset(longer, 0x11, sizeof(longer));
	memcpy(longer, tree, sizeof(tree));
	ck_assert_msg(!vm_load_fdt_into(mem, RAM + 8, longer, sizeof(longer),
					&why),
		      "%s", why.text);
	check_tree(RAM + 8);
}
END_TEST

START_TEST(a_tree_comes_from_a_file)
{
	int fd = file_of(tree, sizeof(tree));

	ck_assert_msg(!vm_load_fdt_file_into(mem, RAM, fd, &why), "%s",
		      why.text);
	check_tree(RAM);
	close(fd);
}
END_TEST

/* One big-endian word of the header changed. */
static const struct refused {
	size_t at;
	uint32_t value;
	const char *why;
} refused[] = {
	{ 0, 0, "it is not a device tree" },
	{ 4, 73,
	  "device tree truncated: its header promises 73 bytes, there are "
	  "72" },
	{ 24, 18, "device tree needs version 18" },
	{ 8, 57, "device tree is larger than it says" },
	{ 8, UINT32_MAX, "device tree is larger than it says" },
	{ 36, UINT32_MAX, "device tree is larger than it says" },
	{ 12, 73, "device tree is larger than it says" },
	{ 32, 1, "device tree is larger than it says" },
	{ 16, 57, "device tree is larger than it says" },
};

START_TEST(a_header_that_cannot_be_is_refused)
{
	put_be32(tree + refused[_i].at, refused[_i].value);
	ck_assert_int_eq(vm_load_fdt_into(mem, RAM, tree, sizeof(tree), &why),
			 -EBADMSG);
	ck_assert_str_eq(why.text, refused[_i].why);
	ck_assert_int_eq(vm_mem_read(mem, RAM, seen, 1), 0);
	ck_assert_uint_eq(seen[0], 0xee);
}
END_TEST

START_TEST(a_tree_is_no_smaller_than_its_header)
{
	memset(tree + 8, 0, 32);
	put_be32(tree + 4, 39);
	ck_assert_int_eq(vm_load_fdt_into(mem, RAM, tree, sizeof(tree), &why),
			 -EBADMSG);
	ck_assert_str_eq(why.text, "device tree is larger than it says");
}
END_TEST

START_TEST(a_header_truncated_at_any_byte_is_refused)
{
	uint8_t *copy = malloc((size_t)_i + 1);

	memcpy(copy, tree, (size_t)_i);
	ck_assert_int_eq(vm_load_fdt_into(mem, RAM, copy, (size_t)_i, &why),
			 -EBADMSG);
	free(copy);
}
END_TEST

START_TEST(a_tree_of_more_than_2_mib_is_refused)
{
	uint8_t *large = calloc(1, VM_LOAD_FDT_MAX + 1);
	int fd;

	ck_assert_ptr_nonnull(large);
	memcpy(large, tree, sizeof(tree));
	put_be32(large + 4, VM_LOAD_FDT_MAX);
	ck_assert_int_eq(
		vm_load_fdt_into(mem, RAM, large, VM_LOAD_FDT_MAX, &why), 0);
	put_be32(large + 4, VM_LOAD_FDT_MAX + 1);
	ck_assert_int_eq(vm_load_fdt_into(mem, RAM, large, VM_LOAD_FDT_MAX + 1,
					  &why),
			 -EBADMSG);
	ck_assert_str_eq(why.text,
			 "device tree has 2097153 bytes, more than 2097152");
	fd = file_of(large, VM_LOAD_FDT_MAX + 1);
	ck_assert_int_eq(vm_load_fdt_file_into(mem, RAM, fd, &why), -EBADMSG);
	close(fd);
	free(large);
}
END_TEST

START_TEST(a_tree_is_aligned_to_8_bytes)
{
	ck_assert_int_eq(vm_load_fdt_into(mem, RAM + 4, tree, sizeof(tree),
					  &why),
			 -EINVAL);
	ck_assert_str_eq(why.text, "device tree at 0x40000004 is not aligned "
				   "to 8 bytes");
}
END_TEST

START_TEST(a_tree_outside_of_memory_is_refused)
{
	ck_assert_int_eq(vm_load_fdt_into(mem, RAM + 0x2fffc0, tree,
					  sizeof(tree), &why),
			 -EFAULT);
	ck_assert_str_eq(why.text, "device tree of 72 bytes at 0x402fffc0 is "
				   "not in guest memory");
	ck_assert_int_eq(vm_load_fdt_into(mem, UINT64_MAX - 7, tree,
					  sizeof(tree), &why),
			 -EOVERFLOW);
}
END_TEST

START_TEST(a_file_that_cannot_be_a_tree_is_refused)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	ck_assert_int_eq(vm_load_fdt_file_into(mem, RAM, fd, &why), -EISDIR);
	close(fd);
	fd = file_of("not a tree", 10);
	ck_assert_int_eq(vm_load_fdt_file_into(mem, RAM, fd, &why), -EBADMSG);
	close(fd);
	ck_assert_int_eq(vm_load_fdt_file_into(mem, RAM, -1, &why), -EBADF);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fdt");
	TCase *tc = tcase_create("fdt");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_tree_is_written_to_its_size);
	tcase_add_test(tc, a_tree_comes_from_a_file);
	tcase_add_loop_test(tc, a_header_that_cannot_be_is_refused, 0,
			    sizeof(refused) / sizeof(*refused));
	tcase_add_test(tc, a_tree_is_no_smaller_than_its_header);
	tcase_add_loop_test(tc, a_header_truncated_at_any_byte_is_refused, 0,
			    72);
	tcase_add_test(tc, a_tree_of_more_than_2_mib_is_refused);
	tcase_add_test(tc, a_tree_is_aligned_to_8_bytes);
	tcase_add_test(tc, a_tree_outside_of_memory_is_refused);
	tcase_add_test(tc, a_file_that_cannot_be_a_tree_is_refused);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
