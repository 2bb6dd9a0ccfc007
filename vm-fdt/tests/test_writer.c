/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "tree.h"

static uint64_t buffer[512];

/* Devicetree Specification 0.4, section 5: the smallest tree of all. */
START_TEST(a_fragment_with_an_empty_root_is_this_blob)
{
	static const uint8_t expected[] = {
		0xd0, 0x0d, 0xfe, 0xed, 0, 0, 0, 72, /* magic, size */
		0,    0,    0,	  56,	0, 0, 0, 72, /* structure, strings */
		0,    0,    0,	  40,	0, 0, 0, 17, /* reservations, version */
		0,    0,    0,	  16,	0, 0, 0, 5, /* compatible, boot CPU */
		0,    0,    0,	  0,	0, 0, 0, 16, /* sizes */
		0,    0,    0,	  0,	0, 0, 0, 0, /* no reservation */
		0,    0,    0,	  0,	0, 0, 0, 0, /* */
		0,    0,    0,	  1,	0, 0, 0, 0, /* begin "" */
		0,    0,    0,	  2,	0, 0, 0, 9, /* end node, end */
	};
	struct vm_fdt_writer w;
	const void *blob;
	size_t size;

	vm_fdt_writer_init(&w, buffer, sizeof(buffer), VM_FDT_FRAGMENT);
	vm_fdt_set_boot_cpu(&w, 5);
	ck_assert_int_eq(vm_fdt_begin_node(&w, ""), 0);
	ck_assert_int_eq(vm_fdt_end_node(&w), 0);
	ck_assert_int_eq(vm_fdt_writer_finish(&w, &blob, &size), 0);
	ck_assert_uint_eq(size, sizeof(expected));
	ck_assert_ptr_eq(blob, buffer);
	ck_assert_mem_eq(blob, expected, size);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(finishing_twice_gives_the_same_blob)
{
	const void *first, *second;
	struct vm_fdt_writer w;
	size_t size;

	begin_tree(&w);
	first = finish_tree(&w);
	ck_assert_int_eq(vm_fdt_writer_finish(&w, &second, &size), 0);
	ck_assert_ptr_eq(first, second);
	ck_assert_uint_eq(size, fdt_totalsize(first));
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(nodes_nest_in_the_order_of_writing)
{
	struct vm_fdt_writer w;
	const void *blob;
	int node;

	begin_tree(&w);
	vm_fdt_begin_node(&w, "a");
	vm_fdt_begin_node(&w, "b");
	vm_fdt_add_u32(&w, "one", 1);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	vm_fdt_begin_node(&w, "b");
	vm_fdt_end_node(&w);
	blob = finish_tree(&w);
	expect_prop(blob, "/a/b", "one", "\0\0\0\1", 4);
	node = fdt_first_subnode(blob, 0);
	ck_assert_str_eq(fdt_get_name(blob, node, NULL), "a");
	node = fdt_next_subnode(blob, node);
	ck_assert_str_eq(fdt_get_name(blob, node, NULL), "b");
	ck_assert_int_lt(fdt_next_subnode(blob, node), 0);
	vm_fdt_writer_fini(&w);
}
END_TEST

static const struct {
	uint64_t address;
	const char *name;
} units[] = {
	{ 0, "bus@0" },
	{ 0xf, "bus@f" },
	{ 0x10, "bus@10" },
	{ 0x9000000, "bus@9000000" },
	{ 0x123456789abcdef0, "bus@123456789abcdef0" },
	{ UINT64_MAX, "bus@ffffffffffffffff" },
};

START_TEST(a_unit_address_is_written_in_hexadecimal)
{
	struct vm_fdt_range reg = { .address = units[_i].address };
	struct vm_fdt_writer w;
	const void *blob;

	begin_tree(&w);
	vm_fdt_begin_node_at(&w, "bus", units[_i].address);
	vm_fdt_add_reg(&w, &reg, 1);
	vm_fdt_end_node(&w);
	blob = finish_tree(&w);
	ck_assert_str_eq(fdt_get_name(blob, fdt_first_subnode(blob, 0), NULL),
			 units[_i].name);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(reservations_are_kept_in_order)
{
	struct vm_fdt_writer w;
	uint64_t address, size;
	const void *blob;

	vm_fdt_writer_init_heap(&w, 0);
	ck_assert_int_eq(vm_fdt_add_reservation(&w, 0x1000, 0x1000), 0);
	ck_assert_int_eq(vm_fdt_add_reservation(&w, 0x2000, 1), 0);
	ck_assert_int_eq(vm_fdt_add_reservation(&w, 0, 0x1000), 0);
	ck_assert_int_eq(vm_fdt_add_reservation(&w, UINT64_MAX, 1), 0);
	begin_root(&w);
	blob = finish_tree(&w);
	ck_assert_int_eq(fdt_num_mem_rsv(blob), 4);
	ck_assert_int_eq(fdt_get_mem_rsv(blob, 1, &address, &size), 0);
	ck_assert_uint_eq(address, 0x2000);
	ck_assert_uint_eq(size, 1);
	ck_assert_int_eq(fdt_get_mem_rsv(blob, 3, &address, &size), 0);
	ck_assert_uint_eq(address, UINT64_MAX);
	vm_fdt_writer_fini(&w);
}
END_TEST

static const struct {
	uint64_t address, size;
	int error;
	const char *reason;
} bad_reservations[] = {
	{ 0x1000, 0, -EINVAL, "an empty reservation" },
	{ UINT64_MAX, 2, -EOVERFLOW, "a reservation wraps" },
	{ 0x4000, 0x1000, -EEXIST, "two reservations overlap" },
	{ 0x3fff, 2, -EEXIST, "two reservations overlap" },
	{ 0x4fff, 0x1000, -EEXIST, "two reservations overlap" },
	{ 0, 0x10000, -EEXIST, "two reservations overlap" },
};

START_TEST(a_bad_reservation_is_refused)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init_heap(&w, 0);
	ck_assert_int_eq(vm_fdt_add_reservation(&w, 0x4000, 0x1000), 0);
	ck_assert_int_eq(vm_fdt_add_reservation(&w,
						bad_reservations[_i].address,
						bad_reservations[_i].size),
			 bad_reservations[_i].error);
	expect_failure(&w, bad_reservations[_i].error, "",
		       bad_reservations[_i].reason);
}
END_TEST

START_TEST(a_reservation_after_the_root_began_is_refused)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_add_reservation(&w, 0x1000, 0x1000), -EINVAL);
	ck_assert_int_eq(vm_fdt_add_reservation(&w, 0x1000, 0x1000), -EINVAL);
	expect_failure(&w, -EINVAL, "/", "a reservation after the root");
}
END_TEST

START_TEST(an_unaligned_or_absent_buffer_is_refused)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init(&w, (char *)buffer + 4, 1024, 0);
	expect_failure(&w, -EINVAL, "", "the buffer is not aligned to 8");
	vm_fdt_writer_init(&w, NULL, 1024, 0);
	expect_failure(&w, -EINVAL, "", "the buffer is not aligned to 8");
}
END_TEST

START_TEST(an_unknown_flag_is_refused)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init(&w, buffer, sizeof(buffer), 1u << 31);
	expect_failure(&w, -EINVAL, "", "an unknown flag");
	vm_fdt_writer_init_heap(&w, 4);
	ck_assert_int_eq(vm_fdt_begin_node(&w, ""), -EINVAL);
	expect_failure(&w, -EINVAL, "", "an unknown flag");
}
END_TEST

START_TEST(a_tree_without_a_root_is_not_finished)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init_heap(&w, 0);
	expect_failure(&w, -EINVAL, "", "there is no root");
}
END_TEST

START_TEST(an_open_node_is_named_when_finishing)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_begin_node(&w, "soc");
	vm_fdt_begin_node(&w, "left-open");
	expect_failure(&w, -EINVAL, "/soc/left-open", "the node has not ended");
}
END_TEST

START_TEST(a_named_root_is_refused)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init_heap(&w, 0);
	ck_assert_int_eq(vm_fdt_begin_node(&w, "root"), -EINVAL);
	expect_failure(&w, -EINVAL, ":root", "the root's name is empty");
}
END_TEST

START_TEST(a_root_at_an_address_is_refused)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init_heap(&w, 0);
	ck_assert_int_eq(vm_fdt_begin_node_at(&w, "root", 0), -EINVAL);
	expect_failure(&w, -EINVAL, ":root", "not a node name");
}
END_TEST

START_TEST(a_second_root_is_refused)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_begin_node(&w, ""), -EINVAL);
	ck_assert_int_eq(vm_fdt_begin_node_at(&w, "a", 1), -EINVAL);
	expect_failure(&w, -EINVAL, "", "a second root");
}
END_TEST

START_TEST(nothing_is_added_to_a_finished_tree)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	finish_tree(&w);
	ck_assert_int_eq(vm_fdt_begin_node(&w, ""), -EINVAL);
	expect_failure(&w, -EINVAL, "", "a second root");
}
END_TEST

START_TEST(an_end_without_a_node_is_refused)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init_heap(&w, 0);
	ck_assert_int_eq(vm_fdt_end_node(&w), -EINVAL);
	ck_assert_int_eq(vm_fdt_end_node(&w), -EINVAL);
	expect_failure(&w, -EINVAL, "", "no node is open");
}
END_TEST

START_TEST(siblings_of_one_name_are_refused)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_begin_node(&w, "twin");
	vm_fdt_end_node(&w);
	vm_fdt_begin_node(&w, "other");
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_begin_node(&w, "twin"), -EEXIST);
	expect_failure(&w, -EEXIST, "/:twin", "two children have this name");
}
END_TEST

/* However each of the two was begun. */
START_TEST(siblings_at_one_address_are_refused)
{
	struct vm_fdt_range reg = { .address = 0x1234567890, .size = 1 };
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_begin_node_at(&w, "twin", reg.address);
	vm_fdt_add_reg(&w, &reg, 1);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_begin_node(&w, "twin@1234567890"), -EEXIST);
	expect_failure(&w, -EEXIST, "/:twin@1234567890",
		       "two children have this name");
}
END_TEST

START_TEST(cousins_of_one_name_are_fine)
{
	struct vm_fdt_writer w;
	char name[16];

	begin_tree(&w);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "bus%d", i);
		vm_fdt_begin_node(&w, name);
		vm_fdt_begin_node(&w, "child");
		vm_fdt_end_node(&w);
		ck_assert_int_eq(vm_fdt_end_node(&w), 0);
	}
	finish_tree(&w);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(a_twin_is_found_among_thousands)
{
	struct vm_fdt_writer w;
	char name[16];

	begin_tree(&w);
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		vm_fdt_begin_node(&w, name);
		ck_assert_int_eq(vm_fdt_end_node(&w), 0);
	}
	ck_assert_int_eq(vm_fdt_begin_node(&w, "n77"), -EEXIST);
	expect_failure(&w, -EEXIST, "/:n77", "two children have this name");
}
END_TEST

START_TEST(sixty_four_levels_are_fine_and_one_more_is_not)
{
	struct vm_fdt_writer w;
	const char *tail = "...";

	begin_tree(&w);
	for (int i = 1; i < VM_FDT_MAX_DEPTH; i++)
		ck_assert_int_eq(vm_fdt_begin_node(&w, "abcdefghi"), 0);
	ck_assert_int_eq(vm_fdt_begin_node(&w, "deep"), -EINVAL);
	ck_assert_str_eq(w.failure.reason, "more than 64 levels");
	/* The start of the long path is left out. */
	ck_assert_mem_eq(w.failure.where, tail, 3);
	ck_assert_uint_eq(strlen(w.failure.where), 111);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(a_tree_of_sixty_four_levels_is_read_back)
{
	struct vm_fdt_writer w;
	const void *blob;

	begin_tree(&w);
	for (int i = 1; i < VM_FDT_MAX_DEPTH; i++)
		vm_fdt_begin_node(&w, "d");
	for (int i = 1; i < VM_FDT_MAX_DEPTH; i++)
		vm_fdt_end_node(&w);
	blob = finish_tree(&w);
	ck_assert_int_ge(fdt_path_offset(blob, "/d/d/d/d/d/d/d/d/d/d"), 0);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(fini_of_a_zeroed_writer_does_nothing)
{
	struct vm_fdt_writer w;

	memset(&w, 0, sizeof(w));
	vm_fdt_writer_fini(&w);
	vm_fdt_writer_fini(&w);
}
END_TEST

static Suite *writer_suite(void)
{
	Suite *suite = suite_create("writer");
	TCase *tc = tcase_create("tree");

	tcase_add_test(tc, a_fragment_with_an_empty_root_is_this_blob);
	tcase_add_test(tc, finishing_twice_gives_the_same_blob);
	tcase_add_test(tc, nodes_nest_in_the_order_of_writing);
	tcase_add_loop_test(tc, a_unit_address_is_written_in_hexadecimal, 0,
			    sizeof(units) / sizeof(units[0]));
	tcase_add_test(tc, reservations_are_kept_in_order);
	tcase_add_loop_test(tc, a_bad_reservation_is_refused, 0,
			    sizeof(bad_reservations) /
				    sizeof(bad_reservations[0]));
	tcase_add_test(tc, a_reservation_after_the_root_began_is_refused);
	tcase_add_test(tc, an_unaligned_or_absent_buffer_is_refused);
	tcase_add_test(tc, an_unknown_flag_is_refused);
	tcase_add_test(tc, a_tree_without_a_root_is_not_finished);
	tcase_add_test(tc, an_open_node_is_named_when_finishing);
	tcase_add_test(tc, a_named_root_is_refused);
	tcase_add_test(tc, a_root_at_an_address_is_refused);
	tcase_add_test(tc, a_second_root_is_refused);
	tcase_add_test(tc, nothing_is_added_to_a_finished_tree);
	tcase_add_test(tc, an_end_without_a_node_is_refused);
	tcase_add_test(tc, siblings_of_one_name_are_refused);
	tcase_add_test(tc, siblings_at_one_address_are_refused);
	tcase_add_test(tc, cousins_of_one_name_are_fine);
	tcase_add_test(tc, a_twin_is_found_among_thousands);
	tcase_add_test(tc, sixty_four_levels_are_fine_and_one_more_is_not);
	tcase_add_test(tc, a_tree_of_sixty_four_levels_is_read_back);
	tcase_add_test(tc, fini_of_a_zeroed_writer_does_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}

int main(void)
{
	return run_suite(writer_suite());
}
