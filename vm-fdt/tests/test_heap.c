/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "tree.h"

START_TEST(a_tree_of_a_megabyte_grows_in_the_heap)
{
	static uint8_t value[4096];
	struct vm_fdt_writer w;
	const void *blob;
	char name[16];

	memset(value, 0x5a, sizeof(value));
	begin_tree(&w);
	for (int i = 0; i < 256; i++) {
		snprintf(name, sizeof(name), "part%d", i);
		vm_fdt_begin_node(&w, name);
		vm_fdt_add_prop(&w, "data", value, sizeof(value));
		ck_assert_int_eq(vm_fdt_end_node(&w), 0);
	}
	blob = finish_tree(&w);
	ck_assert_uint_gt(fdt_totalsize(blob), 1 << 20);
	expect_prop(blob, "/part255", "data", value, sizeof(value));
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(a_writer_is_ready_again_after_fini_and_init)
{
	struct vm_fdt_writer w;

	for (int i = 0; i < 2; i++) {
		begin_tree(&w);
		ck_assert_int_eq(vm_fdt_add_empty(&w, "model"), -EEXIST);
		vm_fdt_writer_fini(&w);
		begin_tree(&w);
		finish_tree(&w);
		vm_fdt_writer_fini(&w);
	}
}
END_TEST

static Suite *heap_suite(void)
{
	Suite *suite = suite_create("heap");
	TCase *tc = tcase_create("heap");

	tcase_add_test(tc, a_tree_of_a_megabyte_grows_in_the_heap);
	tcase_add_test(tc, a_writer_is_ready_again_after_fini_and_init);
	suite_add_tcase(suite, tc);
	return suite;
}

int main(void)
{
	return run_suite(heap_suite());
}
