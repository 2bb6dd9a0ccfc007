/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "tree.h"

START_TEST(labels_become_symbols)
{
	struct vm_fdt_range reg = { 0x9000000, 0x1000 };
	struct vm_fdt_writer w;
	const void *blob;

	begin_tree(&w);
	vm_fdt_add_label(&w, "root");
	vm_fdt_begin_node(&w, "soc");
	vm_fdt_add_u32(&w, "#address-cells", 2);
	vm_fdt_add_u32(&w, "#size-cells", 2);
	vm_fdt_begin_node_at(&w, "serial", reg.address);
	vm_fdt_add_label(&w, "uart0");
	vm_fdt_add_reg(&w, &reg, 1);
	vm_fdt_add_label(&w, "console_1");
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	blob = finish_tree(&w);
	expect_prop(blob, "/__symbols__", "root", "/", 2);
	expect_prop(blob, "/__symbols__", "uart0", "/soc/serial@9000000", 20);
	expect_prop(blob, "/__symbols__", "console_1", "/soc/serial@9000000",
		    20);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(a_tree_without_labels_has_no_symbols)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	ck_assert_int_lt(fdt_path_offset(finish_tree(&w), "/__symbols__"), 0);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(a_label_of_two_nodes_is_refused)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_begin_node(&w, "a");
	vm_fdt_add_label(&w, "twin");
	vm_fdt_end_node(&w);
	vm_fdt_begin_node(&w, "b");
	ck_assert_int_eq(vm_fdt_add_label(&w, "twin"), 0);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_end_node(&w), -EEXIST);
	expect_failure(&w, -EEXIST, "/__symbols__:twin",
		       "two properties have this name");
}
END_TEST

static const char *const bad_labels[] = {
	"",
	"1st",
	"a-b",
	"a b",
	"a,b",
	"a@0",
	"abcdefghijklmnopqrstuvwxyz_12345",
};

START_TEST(a_bad_label_is_refused)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_add_label(&w, bad_labels[_i]), -EINVAL);
	ck_assert_str_eq(w.failure.reason, "not a label");
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(a_label_outside_any_node_is_refused)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init_heap(&w, 0);
	ck_assert_int_eq(vm_fdt_add_label(&w, "early"), -EINVAL);
	expect_failure(&w, -EINVAL, ":early", "a label outside any node");
}
END_TEST

START_TEST(a_root_that_broke_a_rule_gets_no_symbols)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_add_label(&w, "root");
	vm_fdt_begin_node(&w, "__symbols__");
	expect_failure(&w, -EINVAL, "/:__symbols__", "not a node name");
}
END_TEST

START_TEST(a_relaxed_tree_may_have_symbols_of_its_own_but_not_twice)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init_heap(&w, VM_FDT_RELAXED_NAMES);
	begin_root(&w);
	vm_fdt_add_label(&w, "root");
	vm_fdt_begin_node(&w, "__symbols__");
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_end_node(&w), -EEXIST);
	expect_failure(&w, -EEXIST, "/:__symbols__",
		       "two children have this name");
}
END_TEST

static Suite *label_suite(void)
{
	Suite *suite = suite_create("label");
	TCase *tc = tcase_create("labels");

	tcase_add_test(tc, labels_become_symbols);
	tcase_add_test(tc, a_tree_without_labels_has_no_symbols);
	tcase_add_test(tc, a_label_of_two_nodes_is_refused);
	tcase_add_loop_test(tc, a_bad_label_is_refused, 0,
			    sizeof(bad_labels) / sizeof(bad_labels[0]));
	tcase_add_test(tc, a_label_outside_any_node_is_refused);
	tcase_add_test(tc, a_root_that_broke_a_rule_gets_no_symbols);
	tcase_add_test(
		tc, a_relaxed_tree_may_have_symbols_of_its_own_but_not_twice);
	suite_add_tcase(suite, tc);
	return suite;
}

int main(void)
{
	return run_suite(label_suite());
}
