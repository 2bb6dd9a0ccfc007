/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "tree.h"

#define LONG32 "abcdefghijklmnopqrstuvwxyz123456"
#define LONG31 "abcdefghijklmnopqrstuvwxyz12345"

static int begin_node(const char *name, uint32_t flags)
{
	struct vm_fdt_writer w;
	int r;

	vm_fdt_writer_init_heap(&w, flags | VM_FDT_FRAGMENT);
	vm_fdt_begin_node(&w, "");
	r = vm_fdt_begin_node(&w, name);
	vm_fdt_writer_fini(&w);
	return r;
}

static int add_empty(const char *name, uint32_t flags)
{
	struct vm_fdt_writer w;
	int r;

	vm_fdt_writer_init_heap(&w, flags | VM_FDT_FRAGMENT);
	vm_fdt_begin_node(&w, "");
	r = vm_fdt_add_empty(&w, name);
	vm_fdt_writer_fini(&w);
	return r;
}

static const char *const good_nodes[] = {
	"a",
	"Z",
	"cpu@0",
	"l2-cache",
	"virtio_mmio@a000000",
	"a.b+c,d_e-f",
	"flash@0,4000000",
	LONG31,
	LONG31 "@0123456789abcdefABCDEF-._+,",
};

START_TEST(a_good_node_name_is_taken)
{
	ck_assert_int_eq(begin_node(good_nodes[_i], 0), 0);
}
END_TEST

static const char *const bad_nodes[] = {
	"",   "@",    "@0",    "a@",	 "a@0@1", "a b",  "a/b",       "a#b",
	"a?", "a@1/", "a\xff", "a@\x80", "a=",	  LONG32, LONG32 "@0",
};

START_TEST(a_bad_node_name_is_refused)
{
	ck_assert_int_eq(begin_node(bad_nodes[_i], 0), -EINVAL);
	if (strlen(bad_nodes[_i]) < 30)
		ck_assert_int_eq(begin_node(bad_nodes[_i],
					    VM_FDT_RELAXED_NAMES),
				 -EINVAL);
}
END_TEST

/* Names of real trees that the specification's rules leave out. */
static const char *const relaxed_nodes[] = {
	"3g-modem", "_hidden", ".dot", "-dash@1", LONG32, LONG32 "@0",
};

START_TEST(a_relaxed_node_name_is_taken_when_asked_for)
{
	ck_assert_int_eq(begin_node(relaxed_nodes[_i], 0), -EINVAL);
	ck_assert_int_eq(begin_node(relaxed_nodes[_i], VM_FDT_RELAXED_NAMES),
			 0);
}
END_TEST

START_TEST(begin_node_at_knows_the_same_rules)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_begin_node_at(&w, "a@1", 1), -EINVAL);
	vm_fdt_writer_fini(&w);
	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_begin_node_at(&w, "", 1), -EINVAL);
	vm_fdt_writer_fini(&w);
	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_begin_node_at(&w, "1a", 1), -EINVAL);
	vm_fdt_writer_fini(&w);
	vm_fdt_writer_init_heap(&w, VM_FDT_RELAXED_NAMES);
	begin_root(&w);
	ck_assert_int_eq(vm_fdt_begin_node_at(&w, LONG31 LONG31, 1), -EINVAL);
	vm_fdt_writer_fini(&w);
}
END_TEST

static const char *const good_props[] = {
	"a", "#x-cells", "linux,initrd-start", "0", "a.b_c+d?e", LONG31,
};

START_TEST(a_good_property_name_is_taken)
{
	ck_assert_int_eq(add_empty(good_props[_i], 0), 0);
}
END_TEST

static const char *const bad_props[] = {
	"", "a b", "a@b", "a/b", "a\xc3", "a=", "*",
};

START_TEST(a_bad_property_name_is_refused)
{
	ck_assert_int_eq(add_empty(bad_props[_i], 0), -EINVAL);
	ck_assert_int_eq(add_empty(bad_props[_i], VM_FDT_RELAXED_NAMES),
			 -EINVAL);
}
END_TEST

START_TEST(a_long_property_name_is_taken_when_asked_for)
{
	ck_assert_int_eq(add_empty(LONG32, 0), -EINVAL);
	ck_assert_int_eq(add_empty(LONG32, VM_FDT_RELAXED_NAMES), 0);
}
END_TEST

/* "xx...", with what comes before and after it. */
static const char *long_name(const char *before, size_t len, const char *after)
{
	static char name[600];

	strcpy(name, before);
	memset(name + strlen(before), 'x', len);
	strcpy(name + strlen(before) + len, after);
	return name;
}

START_TEST(even_relaxed_names_have_at_most_255_characters)
{
	const uint32_t flags = VM_FDT_RELAXED_NAMES;

	ck_assert_int_eq(begin_node(long_name("", 255, "@1"), flags), 0);
	ck_assert_int_eq(begin_node(long_name("", 256, "@1"), flags), -EINVAL);
	ck_assert_int_eq(begin_node(long_name("a@", 255, ""), flags), 0);
	ck_assert_int_eq(begin_node(long_name("a@", 256, ""), flags), -EINVAL);
	ck_assert_int_eq(add_empty(long_name("", 255, ""), flags), 0);
	ck_assert_int_eq(add_empty(long_name("", 256, ""), flags), -EINVAL);
}
END_TEST

/* More names than buckets, in an order that no guess gets right. */
START_TEST(a_name_is_stored_once_however_often_it_is_used)
{
	struct vm_fdt_writer w;
	const void *blob;
	char name[16];

	begin_tree(&w);
	for (unsigned int node = 0; node < 8; node++) {
		snprintf(name, sizeof(name), "node%u", node);
		vm_fdt_begin_node(&w, name);
		for (unsigned int i = 0; i < 300; i++) {
			snprintf(name, sizeof(name), "p%03u",
				 i * (2 * node + 1) * 7 % 300);
			vm_fdt_add_u32(&w, name, i);
			if ((2 * node + 1) * 7 % 3 == 0 || node == 2)
				break;
		}
		ck_assert_int_eq(vm_fdt_end_node(&w), 0);
	}
	blob = finish_tree(&w);
	ck_assert_uint_eq(fdt_size_dt_strings(blob),
			  300 * 5 + sizeof("#address-cells") +
				  sizeof("#size-cells") + sizeof("model") +
				  sizeof("compatible"));
	expect_prop(blob, "/node0", "p007", "\0\0\0\1", 4);
	vm_fdt_writer_fini(&w);
}
END_TEST

#define LOOP(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

static Suite *names_suite(void)
{
	Suite *suite = suite_create("names");
	TCase *tc = tcase_create("names");

	LOOP(tc, a_good_node_name_is_taken, good_nodes);
	LOOP(tc, a_bad_node_name_is_refused, bad_nodes);
	LOOP(tc, a_relaxed_node_name_is_taken_when_asked_for, relaxed_nodes);
	tcase_add_test(tc, begin_node_at_knows_the_same_rules);
	LOOP(tc, a_good_property_name_is_taken, good_props);
	LOOP(tc, a_bad_property_name_is_refused, bad_props);
	tcase_add_test(tc, a_long_property_name_is_taken_when_asked_for);
	tcase_add_test(tc, even_relaxed_names_have_at_most_255_characters);
	tcase_add_test(tc, a_name_is_stored_once_however_often_it_is_used);
	suite_add_tcase(suite, tc);
	return suite;
}

int main(void)
{
	return run_suite(names_suite());
}
