/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "tree.h"

START_TEST(values_are_stored_big_endian_and_padded)
{
	static const uint32_t cells[] = { 1, 0x01020304 };
	static const uint64_t wide[] = { 0x0102030405060708, 9 };
	static const char *const strings[] = { "one", "", "three" };
	struct vm_fdt_writer w;
	const void *blob;

	begin_tree(&w);
	vm_fdt_add_empty(&w, "empty");
	vm_fdt_add_string(&w, "string", "text");
	vm_fdt_add_strings(&w, "strings", strings, 3);
	vm_fdt_add_u32(&w, "u32", 0x01020304);
	vm_fdt_add_u64(&w, "u64", 0x0102030405060708);
	vm_fdt_add_cells(&w, "cells", cells, 2);
	vm_fdt_add_u64s(&w, "u64s", wide, 2);
	vm_fdt_add_cells(&w, "no-cells", NULL, 0);
	vm_fdt_add_u64s(&w, "no-u64s", NULL, 0);
	vm_fdt_add_prop(&w, "bytes", "\1\2\3\4\5", 5);
	vm_fdt_add_prop(&w, "no-bytes", NULL, 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/", "empty", "", 0);
	expect_prop(blob, "/", "string", "text", 5);
	expect_prop(blob, "/", "strings", "one\0\0three", 11);
	expect_prop(blob, "/", "u32", "\1\2\3\4", 4);
	expect_prop(blob, "/", "u64", "\1\2\3\4\5\6\7\10", 8);
	expect_prop(blob, "/", "cells", "\0\0\0\1\1\2\3\4", 8);
	expect_prop(blob, "/", "u64s", "\1\2\3\4\5\6\7\10\0\0\0\0\0\0\0\11",
		    16);
	expect_prop(blob, "/", "no-cells", "", 0);
	expect_prop(blob, "/", "no-u64s", "", 0);
	expect_prop(blob, "/", "bytes", "\1\2\3\4\5", 5);
	expect_prop(blob, "/", "no-bytes", "", 0);
	vm_fdt_writer_fini(&w);
}
END_TEST

/* No byte of the blob is what happened to be in the buffer. */
START_TEST(padding_is_zero)
{
	static uint64_t dirty[2][128];
	struct vm_fdt_writer w;
	const void *blob;
	size_t size;

	for (int i = 0; i < 2; i++) {
		memset(dirty[i], i ? 0xff : 0, sizeof(dirty[i]));
		vm_fdt_writer_init(&w, dirty[i], sizeof(dirty[i]), 0);
		begin_root(&w);
		vm_fdt_add_prop(&w, "one", "\1", 1);
		vm_fdt_add_prop(&w, "two", "\1\2", 2);
		vm_fdt_begin_node(&w, "x");
		vm_fdt_end_node(&w);
		vm_fdt_begin_node(&w, "xyz1");
		vm_fdt_end_node(&w);
		vm_fdt_end_node(&w);
		ck_assert_int_eq(vm_fdt_writer_finish(&w, &blob, &size), 0);
		vm_fdt_writer_fini(&w);
	}
	ck_assert_mem_eq(dirty[0], dirty[1], size);
}
END_TEST

START_TEST(two_properties_of_one_name_are_refused)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_begin_node(&w, "node");
	vm_fdt_add_empty(&w, "first");
	vm_fdt_add_empty(&w, "twin");
	vm_fdt_add_empty(&w, "last");
	ck_assert_int_eq(vm_fdt_add_u32(&w, "twin", 1), -EEXIST);
	expect_failure(&w, -EEXIST, "/node:twin",
		       "two properties have this name");
}
END_TEST

START_TEST(a_property_outside_any_node_is_refused)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init_heap(&w, 0);
	ck_assert_int_eq(vm_fdt_add_empty(&w, "early"), -EINVAL);
	expect_failure(&w, -EINVAL, ":early", "a property outside any node");
	begin_tree(&w);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_add_empty(&w, "late"), -EINVAL);
	expect_failure(&w, -EINVAL, ":late", "a property outside any node");
}
END_TEST

START_TEST(a_property_after_a_child_is_refused)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_begin_node(&w, "child");
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_add_empty(&w, "late"), -EINVAL);
	expect_failure(&w, -EINVAL, "/:late", "a property after a child");
}
END_TEST

START_TEST(an_empty_list_of_strings_is_refused)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_add_strings(&w, "names", NULL, 0), -EINVAL);
	expect_failure(&w, -EINVAL, "/:names", "an empty list of strings");
}
END_TEST

/* After a failure every call gives that failure and touches nothing. */
START_TEST(the_first_error_stays)
{
	static const char *const strings[] = { "a" };
	static const struct vm_fdt_range reg = { 0, 0 };
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_begin_node(&w, "node");
	ck_assert_int_eq(vm_fdt_add_string(&w, "a", "b"), 0);
	ck_assert_int_eq(vm_fdt_add_string(&w, "a", "b"), -EEXIST);
	ck_assert_int_eq(vm_fdt_add_empty(&w, "b"), -EEXIST);
	ck_assert_int_eq(vm_fdt_add_prop(&w, "c", "", 1), -EEXIST);
	ck_assert_int_eq(vm_fdt_add_strings(&w, "d", strings, 1), -EEXIST);
	ck_assert_int_eq(vm_fdt_add_strings(&w, "d", NULL, 0), -EEXIST);
	ck_assert_int_eq(vm_fdt_add_u32(&w, "e", 1), -EEXIST);
	ck_assert_int_eq(vm_fdt_add_u64(&w, "f", 1), -EEXIST);
	ck_assert_int_eq(vm_fdt_add_cells(&w, "g", &(uint32_t){ 1 }, 1),
			 -EEXIST);
	ck_assert_int_eq(vm_fdt_add_u64s(&w, "h", &(uint64_t){ 1 }, 1),
			 -EEXIST);
	ck_assert_int_eq(vm_fdt_add_reg(&w, &reg, 1), -EEXIST);
	ck_assert_int_eq(vm_fdt_add_phandle(&w, 1), -EEXIST);
	ck_assert_int_eq(vm_fdt_add_reference(&w, "i", 1), -EEXIST);
	ck_assert_int_eq(vm_fdt_add_label(&w, "l"), -EEXIST);
	ck_assert_int_eq(vm_fdt_begin_node(&w, "j"), -EEXIST);
	ck_assert_int_eq(vm_fdt_begin_node_at(&w, "j", 1), -EEXIST);
	ck_assert_int_eq(vm_fdt_end_node(&w), -EEXIST);
	expect_failure(&w, -EEXIST, "/node:a", "two properties have this name");
}
END_TEST

/* A range in each combination of cells that can hold one. */
static const struct {
	uint32_t address_cells, size_cells;
	struct vm_fdt_range range;
	int len;
	const char *value;
} regs[] = {
	{ 1, 0, { 0x10, 0 }, 4, "\0\0\0\x10" },
	{ 1, 1, { 0x10, 0x20 }, 8, "\0\0\0\x10\0\0\0\x20" },
	{ 1, 2, { 0x10, 0x120000000 }, 12, "\0\0\0\x10\0\0\0\1\x20\0\0\0" },
	{ 2, 0, { 0x10, 0 }, 8, "\0\0\0\0\0\0\0\x10" },
	{ 2, 1, { 0x10, 1 }, 12, "\0\0\0\0\0\0\0\x10\0\0\0\1" },
	{ 2, 2, { 0x10, 1 }, 16, "\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\1" },
};

static void begin_bus(struct vm_fdt_writer *w, uint32_t address_cells,
		      uint32_t size_cells)
{
	begin_tree(w);
	vm_fdt_begin_node(w, "bus");
	vm_fdt_add_u32(w, "#address-cells", address_cells);
	vm_fdt_add_u32(w, "#size-cells", size_cells);
}

START_TEST(reg_is_written_in_the_cells_of_the_parent)
{
	struct vm_fdt_writer w;
	const void *blob;

	begin_bus(&w, regs[_i].address_cells, regs[_i].size_cells);
	vm_fdt_begin_node(&w, "device@10");
	ck_assert_int_eq(vm_fdt_add_reg(&w, &regs[_i].range, 1), 0);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	blob = finish_tree(&w);
	expect_prop(blob, "/bus/device@10", "reg", regs[_i].value,
		    regs[_i].len);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(reg_holds_several_ranges)
{
	static const struct vm_fdt_range ranges[] = {
		{ 0x10, 0x1 },
		{ 0x300000000, 0x2 },
	};
	struct vm_fdt_writer w;
	const void *blob;

	begin_bus(&w, 2, 1);
	vm_fdt_begin_node(&w, "device@10");
	vm_fdt_add_reg(&w, ranges, 2);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	blob = finish_tree(&w);
	expect_prop(blob, "/bus/device@10", "reg",
		    "\0\0\0\0\0\0\0\x10\0\0\0\1\0\0\0\3\0\0\0\0\0\0\0\2", 24);
	vm_fdt_writer_fini(&w);
}
END_TEST

static const struct {
	uint32_t address_cells, size_cells;
	struct vm_fdt_range range;
	const char *reason;
} bad_regs[] = {
	{ 1, 1, { 0x100000000, 1 }, "the range does not fit the cells" },
	{ 1, 1, { 1, 0x100000000 }, "the range does not fit the cells" },
	{ 1, 0, { 1, 1 }, "the range does not fit the cells" },
	{ 0, 1, { 1, 1 }, "the parent's cells do not hold a range" },
	{ 3, 2, { 1, 1 }, "the parent's cells do not hold a range" },
	{ 1, 3, { 1, 1 }, "the parent's cells do not hold a range" },
};

START_TEST(a_range_that_does_not_fit_is_refused)
{
	struct vm_fdt_writer w;

	begin_bus(&w, bad_regs[_i].address_cells, bad_regs[_i].size_cells);
	vm_fdt_begin_node_at(&w, "device", bad_regs[_i].range.address);
	ck_assert_int_eq(vm_fdt_add_reg(&w, &bad_regs[_i].range, 1), -EINVAL);
	ck_assert_str_eq(w.failure.reason, bad_regs[_i].reason);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(reg_needs_a_parent_with_cells_and_a_range)
{
	static const struct vm_fdt_range range = { 1, 1 };
	struct vm_fdt_writer w;

	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_add_reg(&w, &range, 1), -EINVAL);
	expect_failure(&w, -EINVAL, "/:reg",
		       "reg outside a node with a parent");
	begin_tree(&w);
	vm_fdt_begin_node(&w, "device@1");
	ck_assert_int_eq(vm_fdt_add_reg(&w, &range, 0), -EINVAL);
	expect_failure(&w, -EINVAL, "/device@1:reg", "reg without a range");
	begin_tree(&w);
	vm_fdt_begin_node(&w, "bus");
	vm_fdt_begin_node(&w, "device@1");
	ck_assert_int_eq(vm_fdt_add_reg(&w, &range, 1), -EINVAL);
	expect_failure(&w, -EINVAL, "/bus/device@1:reg",
		       "the parent's cells do not hold a range");
}
END_TEST

static Suite *property_suite(void)
{
	Suite *suite = suite_create("property");
	TCase *tc = tcase_create("property");

	tcase_add_test(tc, values_are_stored_big_endian_and_padded);
	tcase_add_test(tc, padding_is_zero);
	tcase_add_test(tc, two_properties_of_one_name_are_refused);
	tcase_add_test(tc, a_property_outside_any_node_is_refused);
	tcase_add_test(tc, a_property_after_a_child_is_refused);
	tcase_add_test(tc, an_empty_list_of_strings_is_refused);
	tcase_add_test(tc, the_first_error_stays);
	tcase_add_loop_test(tc, reg_is_written_in_the_cells_of_the_parent, 0,
			    sizeof(regs) / sizeof(regs[0]));
	tcase_add_test(tc, reg_holds_several_ranges);
	tcase_add_loop_test(tc, a_range_that_does_not_fit_is_refused, 0,
			    sizeof(bad_regs) / sizeof(bad_regs[0]));
	tcase_add_test(tc, reg_needs_a_parent_with_cells_and_a_range);
	suite_add_tcase(suite, tc);
	return suite;
}

int main(void)
{
	return run_suite(property_suite());
}
