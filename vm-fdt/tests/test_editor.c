/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/editor.h>

#include "machines.h"
#include "tree.h"

static uint64_t buffer[2048];
static struct vm_fdt_writer writer;
static struct vm_fdt_editor editor;
static const void *blob;
static size_t blob_size;

static void open_machine(void)
{
	vm_fdt_writer_init_heap(&writer, 0);
	machines[0].write(&writer);
	ck_assert_int_eq(vm_fdt_writer_finish(&writer, &blob, &blob_size), 0);
	ck_assert_int_eq(vm_fdt_editor_init(&editor, buffer, sizeof(buffer),
					    blob, blob_size),
			 0);
}

static void close_machine(void)
{
	vm_fdt_writer_fini(&writer);
}

static int find(const char *path)
{
	int node = vm_fdt_find_node(&editor.reader, path);

	ck_assert_msg(node >= 0, "no node %s", path);
	return node;
}

START_TEST(a_property_is_added_changed_and_removed)
{
	struct vm_fdt_prop prop;
	const char *text;
	uint64_t wide;
	uint32_t cell;

	ck_assert_int_eq(vm_fdt_set_u32(&editor, find("/chosen"), "n", 5), 0);
	ck_assert_int_eq(
		vm_fdt_set_u64(&editor, find("/chosen"), "w", 0x123456789a), 0);
	ck_assert_int_eq(vm_fdt_set_string(&editor, find("/chosen"), "bootargs",
					   "a longer command line than before"),
			 0);
	ck_assert_int_eq(
		vm_fdt_set_prop(&editor, find("/chosen"), "e", NULL, 0), 0);
	ck_assert_int_eq(
		vm_fdt_get_u32(&editor.reader, find("/chosen"), "n", &cell), 0);
	ck_assert_uint_eq(cell, 5);
	ck_assert_int_eq(
		vm_fdt_get_u64(&editor.reader, find("/chosen"), "w", &wide), 0);
	ck_assert_uint_eq(wide, 0x123456789a);
	ck_assert_int_eq(vm_fdt_get_string(&editor.reader, find("/chosen"),
					   "bootargs", 0, &text),
			 0);
	ck_assert_str_eq(text, "a longer command line than before");
	ck_assert_int_eq(
		vm_fdt_remove_prop(&editor, find("/chosen"), "bootargs"), 0);
	ck_assert_int_eq(vm_fdt_get_prop(&editor.reader, find("/chosen"),
					 "bootargs", &prop),
			 -ENOENT);
	ck_assert_int_eq(vm_fdt_remove_prop(&editor, find("/chosen"),
					    "bootargs"),
			 -ENOENT);
}
END_TEST

START_TEST(a_node_is_added_and_removed)
{
	int node = vm_fdt_add_node(&editor, 0, "extra@5");

	ck_assert_int_gt(node, 0);
	ck_assert_str_eq(vm_fdt_get_name(&editor.reader, node), "extra@5");
	ck_assert_int_eq(vm_fdt_add_node(&editor, 0, "extra@5"), -EEXIST);
	ck_assert_int_eq(vm_fdt_add_node(&editor, 0, "extra"), -EEXIST);
	ck_assert_int_gt(vm_fdt_add_node(&editor, node, "inside"), 0);
	ck_assert_int_eq(vm_fdt_remove_node(&editor, node), 0);
	ck_assert_int_eq(vm_fdt_find_node(&editor.reader, "/extra@5"), -ENOENT);
	ck_assert_int_eq(vm_fdt_remove_node(&editor, 0), -EINVAL);
}
END_TEST

START_TEST(a_device_is_disabled)
{
	int node = find("serial0");

	ck_assert(vm_fdt_is_enabled(&editor.reader, node));
	ck_assert_int_eq(vm_fdt_disable_node(&editor, node), 0);
	ck_assert(!vm_fdt_is_enabled(&editor.reader, find("serial0")));
	ck_assert_int_eq(vm_fdt_set_string(&editor, find("serial0"), "status",
					   "okay"),
			 0);
	ck_assert(vm_fdt_is_enabled(&editor.reader, find("serial0")));
}
END_TEST

START_TEST(a_finished_tree_is_whole_and_full)
{
	struct vm_fdt_reader reader;
	size_t size = 0;

	ck_assert_int_eq(vm_fdt_set_u32(&editor, 0, "n", 5), 0);
	ck_assert_int_eq(vm_fdt_editor_finish(&editor, &size), 0);
	ck_assert_uint_gt(size, blob_size);
	ck_assert_uint_lt(size, blob_size + 32);
	ck_assert_int_eq(vm_fdt_reader_init(&reader, buffer, size), 0);
	ck_assert_int_eq(vm_fdt_set_u32(&editor, 0, "m", 5), -ENOSPC);
	ck_assert_int_eq(vm_fdt_add_node(&editor, 0, "m"), -ENOSPC);
	ck_assert_int_eq(vm_fdt_reader_init(&reader, buffer, size), 0);
}
END_TEST

START_TEST(names_are_checked)
{
	ck_assert_int_eq(vm_fdt_set_u32(&editor, 0, "", 1), -EINVAL);
	ck_assert_int_eq(vm_fdt_set_u32(&editor, 0, "a b", 1), -EINVAL);
	ck_assert_int_eq(vm_fdt_add_node(&editor, 0, ""), -EINVAL);
	ck_assert_int_eq(vm_fdt_add_node(&editor, 0, "a/b"), -EINVAL);
	ck_assert_int_eq(vm_fdt_add_node(&editor, 0, "a@"), -EINVAL);
	/* Names of dtc's rules, not of the specification's. */
	ck_assert_int_gt(vm_fdt_add_node(&editor, 0, "__overlay__"), 0);
	ck_assert_int_eq(vm_fdt_set_u32(&editor, 0, "a*", 1), 0);
}
END_TEST

static const int no_nodes[] = { -1, 2, 4, 1 << 20 };

START_TEST(what_is_not_a_node_is_not_changed)
{
	int node = no_nodes[_i];

	ck_assert_int_eq(vm_fdt_set_u32(&editor, node, "n", 5), -EINVAL);
	ck_assert_int_eq(vm_fdt_set_u64(&editor, node, "n", 5), -EINVAL);
	ck_assert_int_eq(vm_fdt_set_string(&editor, node, "n", "5"), -EINVAL);
	ck_assert_int_eq(vm_fdt_remove_prop(&editor, node, "n"), -EINVAL);
	ck_assert_int_eq(vm_fdt_add_node(&editor, node, "n"), -EINVAL);
	ck_assert_int_eq(vm_fdt_remove_node(&editor, node), -EINVAL);
	ck_assert_int_eq(vm_fdt_disable_node(&editor, node), -EINVAL);
}
END_TEST

START_TEST(a_value_of_2_gib_is_refused_before_it_is_touched)
{
	ck_assert_int_eq(vm_fdt_set_prop(&editor, 0, "n", "", SIZE_MAX),
			 -ENOSPC);
	ck_assert_int_eq(vm_fdt_set_prop(&editor, 0, "n", "", 0x7ffffff0),
			 -ENOSPC);
}
END_TEST

START_TEST(what_an_editor_needs_is_checked)
{
	struct vm_fdt_editor other;
	uint64_t junk[8] = { 0 };

	ck_assert_int_eq(vm_fdt_editor_init(&other, NULL, 1000, blob,
					    blob_size),
			 -EINVAL);
	ck_assert_int_eq(vm_fdt_editor_init(&other, (char *)buffer + 4, 1000,
					    blob, blob_size),
			 -EINVAL);
	ck_assert_int_eq(vm_fdt_editor_init(&other, buffer, sizeof(buffer),
					    NULL, blob_size),
			 -EINVAL);
	ck_assert_int_eq(vm_fdt_editor_init(&other, buffer, sizeof(buffer),
					    junk, sizeof(junk)),
			 -EBADMSG);
	ck_assert_int_eq(vm_fdt_editor_init(&other, buffer, blob_size - 1, blob,
					    blob_size),
			 -ENOSPC);
}
END_TEST

static Suite *editor_suite(void)
{
	Suite *suite = suite_create("editor");
	TCase *tc = tcase_create("changes");

	tcase_add_checked_fixture(tc, open_machine, close_machine);
	tcase_add_test(tc, a_property_is_added_changed_and_removed);
	tcase_add_test(tc, a_node_is_added_and_removed);
	tcase_add_test(tc, a_device_is_disabled);
	tcase_add_test(tc, a_finished_tree_is_whole_and_full);
	tcase_add_test(tc, names_are_checked);
	tcase_add_loop_test(tc, what_is_not_a_node_is_not_changed, 0,
			    sizeof(no_nodes) / sizeof(no_nodes[0]));
	tcase_add_test(tc, a_value_of_2_gib_is_refused_before_it_is_touched);
	tcase_add_test(tc, what_an_editor_needs_is_checked);
	suite_add_tcase(suite, tc);
	return suite;
}

int main(void)
{
	return run_suite(editor_suite());
}
