/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/value.h>

#include "raw.h"
#include "tree.h"

static struct raw raw;
static struct vm_fdt_reader reader;

/* Names and values of the root, by the offset of the name in the strings. */
#define STRINGS "cell\0wide\0list\0text\0odd\0empty\0half\0"
#define CELL	0
#define WIDE	5
#define LIST	10
#define TEXT	15
#define ODD	20
#define EMPTY	24
#define HALF	30

static void open_tree(void)
{
	raw_start(&raw);
	raw_begin(&raw, "");
	raw_prop(&raw, CELL, "\1\2\3\4", 4);
	raw_prop(&raw, WIDE, "\1\2\3\4\5\6\7\10", 8);
	raw_prop(&raw, LIST, "one\0\0three", 11);
	raw_put(&raw, FDT_NOP);
	raw_prop(&raw, TEXT, "alone", 6);
	raw_prop(&raw, ODD, "\1\2\3\4\5", 5);
	raw_prop(&raw, EMPTY, "", 0);
	raw_prop(&raw, HALF, "a\0b", 3);
	raw_begin(&raw, "child");
	raw_end(&raw);
	raw_end(&raw);
	raw_finish(&raw, STRINGS, sizeof(STRINGS) - 1);
	ck_assert_int_eq(vm_fdt_reader_init(&reader, raw.space, raw.size), 0);
}

START_TEST(a_property_is_found_by_its_name)
{
	struct vm_fdt_prop prop;

	ck_assert_int_eq(vm_fdt_get_prop(&reader, 0, "odd", &prop), 0);
	ck_assert_str_eq(prop.name, "odd");
	ck_assert_uint_eq(prop.len, 5);
	ck_assert_mem_eq(prop.value, "\1\2\3\4\5", 5);
	ck_assert_int_eq(vm_fdt_get_prop(&reader, 0, "empty", &prop), 0);
	ck_assert_uint_eq(prop.len, 0);
	ck_assert_int_eq(vm_fdt_get_prop(&reader, 0, "none", &prop), -ENOENT);
	ck_assert_str_eq(prop.name, "empty");
}
END_TEST

START_TEST(one_goes_through_the_properties_in_order)
{
	static const char *const names[] = { "cell", "wide",  "list", "text",
					     "odd",  "empty", "half" };
	int position = 0, child = vm_fdt_get_child(&reader, 0);
	struct vm_fdt_prop prop;

	for (int i = 0; i < 7; i++) {
		ck_assert_int_eq(vm_fdt_next_prop(&reader, 0, &position, &prop),
				 0);
		ck_assert_str_eq(prop.name, names[i]);
	}
	ck_assert_int_eq(vm_fdt_next_prop(&reader, 0, &position, &prop),
			 -ENOENT);
	position = 0;
	ck_assert_int_eq(vm_fdt_next_prop(&reader, child, &position, &prop),
			 -ENOENT);
	ck_assert_int_eq(position, 0);
	position = 3;
	ck_assert_int_eq(vm_fdt_next_prop(&reader, 0, &position, &prop),
			 -EINVAL);
}
END_TEST

START_TEST(numbers_are_read_from_big_endian)
{
	uint64_t wide = 0;
	uint32_t cell = 0;

	ck_assert_int_eq(vm_fdt_get_u32(&reader, 0, "cell", &cell), 0);
	ck_assert_uint_eq(cell, 0x01020304);
	ck_assert_int_eq(vm_fdt_get_u64(&reader, 0, "wide", &wide), 0);
	ck_assert_uint_eq(wide, 0x0102030405060708);
}
END_TEST

START_TEST(a_number_of_another_length_is_refused)
{
	uint64_t wide = 7;
	uint32_t cell = 7;

	ck_assert_int_eq(vm_fdt_get_u32(&reader, 0, "wide", &cell), -EBADMSG);
	ck_assert_int_eq(vm_fdt_get_u32(&reader, 0, "empty", &cell), -EBADMSG);
	ck_assert_int_eq(vm_fdt_get_u32(&reader, 0, "none", &cell), -ENOENT);
	ck_assert_int_eq(vm_fdt_get_u64(&reader, 0, "cell", &wide), -EBADMSG);
	ck_assert_int_eq(vm_fdt_get_u64(&reader, 0, "none", &wide), -ENOENT);
	ck_assert_uint_eq(cell, 7);
	ck_assert_uint_eq(wide, 7);
}
END_TEST

START_TEST(cells_are_counted_and_stored_as_far_as_there_is_room)
{
	uint32_t cells[2] = { 0, 7 };

	ck_assert_int_eq(vm_fdt_get_cells(&reader, 0, "wide", cells, 1), 2);
	ck_assert_uint_eq(cells[0], 0x01020304);
	ck_assert_uint_eq(cells[1], 7);
	ck_assert_int_eq(vm_fdt_get_cells(&reader, 0, "wide", cells, 2), 2);
	ck_assert_uint_eq(cells[1], 0x05060708);
	ck_assert_int_eq(vm_fdt_get_cells(&reader, 0, "empty", cells, 2), 0);
	ck_assert_int_eq(vm_fdt_get_cells(&reader, 0, "odd", cells, 2),
			 -EBADMSG);
	ck_assert_int_eq(vm_fdt_get_cells(&reader, 0, "none", cells, 2),
			 -ENOENT);
}
END_TEST

static const struct {
	const char *name;
	size_t index;
	int error;
	const char *text;
} strings[] = {
	{ "text", 0, 0, "alone" },
	{ "text", 1, -ENOENT, NULL },
	{ "list", 0, 0, "one" },
	{ "list", 1, 0, "" },
	{ "list", 2, 0, "three" },
	{ "list", 3, -ENOENT, NULL },
	{ "list", SIZE_MAX, -ENOENT, NULL },
	{ "none", 0, -ENOENT, NULL },
	{ "empty", 0, -EBADMSG, NULL },
	{ "half", 0, -EBADMSG, NULL },
	{ "cell", 0, -EBADMSG, NULL },
};

START_TEST(a_string_of_a_list_is_found_by_its_index)
{
	const char *text = NULL;

	ck_assert_int_eq(vm_fdt_get_string(&reader, 0, strings[_i].name,
					   strings[_i].index, &text),
			 strings[_i].error);
	if (strings[_i].text)
		ck_assert_str_eq(text, strings[_i].text);
	else
		ck_assert_ptr_null(text);
}
END_TEST

static const int no_nodes[] = { -1, 2, 4, 1 << 20 };

START_TEST(what_is_not_a_node_has_no_properties)
{
	struct vm_fdt_prop prop;
	int node = no_nodes[_i], position = 0;
	const char *text;
	uint64_t wide;
	uint32_t cell;

	ck_assert_int_eq(vm_fdt_get_prop(&reader, node, "cell", &prop),
			 -EINVAL);
	ck_assert_int_eq(vm_fdt_next_prop(&reader, node, &position, &prop),
			 -EINVAL);
	ck_assert_int_eq(vm_fdt_get_u32(&reader, node, "cell", &cell), -EINVAL);
	ck_assert_int_eq(vm_fdt_get_u64(&reader, node, "cell", &wide), -EINVAL);
	ck_assert_int_eq(vm_fdt_get_cells(&reader, node, "cell", &cell, 1),
			 -EINVAL);
	ck_assert_int_eq(vm_fdt_get_string(&reader, node, "cell", 0, &text),
			 -EINVAL);
}
END_TEST

#define LOOP(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("value");
	TCase *tc = tcase_create("properties");

	tcase_add_checked_fixture(tc, open_tree, NULL);
	tcase_add_test(tc, a_property_is_found_by_its_name);
	tcase_add_test(tc, one_goes_through_the_properties_in_order);
	tcase_add_test(tc, numbers_are_read_from_big_endian);
	tcase_add_test(tc, a_number_of_another_length_is_refused);
	tcase_add_test(tc,
		       cells_are_counted_and_stored_as_far_as_there_is_room);
	LOOP(tc, a_string_of_a_list_is_found_by_its_index, strings);
	LOOP(tc, what_is_not_a_node_has_no_properties, no_nodes);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
