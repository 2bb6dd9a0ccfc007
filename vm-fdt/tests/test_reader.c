/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/reader.h>

#include "machines.h"
#include "raw.h"
#include "tree.h"

static struct raw raw;

/* Property "p" in the root and its child "c". */
static void make_small(void)
{
	raw_start(&raw);
	raw_begin(&raw, "");
	raw_prop(&raw, 0, "abc", 3);
	raw_begin(&raw, "c");
	raw_prop(&raw, 0, "", 0);
	raw_end(&raw);
	raw_end(&raw);
	raw_finish(&raw, "p\0q", 4);
}

/* Navigation, in a real machine. */
static struct vm_fdt_writer writer;
static struct vm_fdt_reader machine;

static void open_machine(void)
{
	const struct machine *m = machines;
	const void *blob;
	size_t size;

	while (strcmp(m->name, "riscv64-plic"))
		m++;
	vm_fdt_writer_init_heap(&writer, 0);
	vm_fdt_add_reservation(&writer, 0x80000000, 0x1000);
	vm_fdt_add_reservation(&writer, 0x90000000, 0x2000);
	vm_fdt_set_boot_cpu(&writer, 3);
	m->write(&writer);
	ck_assert_int_eq(vm_fdt_writer_finish(&writer, &blob, &size), 0);
	ck_assert_int_eq(vm_fdt_reader_init(&machine, blob, size), 0);
	ck_assert_uint_eq(vm_fdt_reader_get_size(&machine), size);
}

static void close_machine(void)
{
	vm_fdt_writer_fini(&writer);
}

static void expect_node(int node, const char *path)
{
	char found[64];

	ck_assert_int_ge(node, 0);
	ck_assert_int_eq(vm_fdt_get_path(&machine, node, found, sizeof(found)),
			 0);
	ck_assert_str_eq(found, path);
}

static const struct {
	const char *path, *found;
} paths[] = {
	{ "/", "/" },
	{ "//", "/" },
	{ "/soc", "/soc" },
	{ "/soc/", "/soc" },
	{ "/soc//serial@10000000", "/soc/serial@10000000" },
	{ "/soc/serial", "/soc/serial@10000000" },
	{ "serial0", "/soc/serial@10000000" },
	{ "/cpus/cpu@2/interrupt-controller",
	  "/cpus/cpu@2/interrupt-controller" },
};

START_TEST(a_node_is_found_by_its_path)
{
	expect_node(vm_fdt_find_node(&machine, paths[_i].path),
		    paths[_i].found);
}
END_TEST

static const char *const no_paths[] = {
	"/so",		 "/socc",
	"/soc/cpus",	 "",
	"soc",		 "serial1",
	"serial0/child", "/soc/serial@10000001",
	"serial",	 "/cpus/cpu@2/interrupt-controller/x",
};

START_TEST(a_node_that_is_not_there_is_not_found)
{
	ck_assert_int_eq(vm_fdt_find_node(&machine, no_paths[_i]), -ENOENT);
}
END_TEST

/* Siblings a@1, a and a@2, of which only a has a child. */
START_TEST(an_exact_name_comes_before_one_with_an_address)
{
	struct vm_fdt_reader reader;
	static const char *const names[] = { "a@1", "a", "a@2" };
	int node;

	raw_start(&raw);
	raw_begin(&raw, "");
	for (int i = 0; i < 3; i++) {
		raw_begin(&raw, names[i]);
		if (i == 1) {
			raw_begin(&raw, "b");
			raw_end(&raw);
		}
		raw_end(&raw);
	}
	raw_end(&raw);
	raw_finish(&raw, "", 1);
	ck_assert_int_eq(vm_fdt_reader_init(&reader, raw.space, raw.size), 0);
	node = vm_fdt_find_node(&reader, "/a");
	ck_assert_str_eq(vm_fdt_get_name(&reader, node), "a");
	ck_assert_int_ge(vm_fdt_find_node(&reader, "/a/b"), 0);
	node = vm_fdt_find_node(&reader, "/a@2");
	ck_assert_str_eq(vm_fdt_get_name(&reader, node), "a@2");
}
END_TEST

START_TEST(nodes_are_found_by_compatible)
{
	int node = vm_fdt_find_compatible(&machine, -1, "virtio,mmio");

	expect_node(node, "/soc/virtio@10001000");
	ck_assert(vm_fdt_is_compatible(&machine, node, "virtio,mmio"));
	ck_assert(!vm_fdt_is_compatible(&machine, node, "virtio"));
	node = vm_fdt_find_compatible(&machine, node, "virtio,mmio");
	expect_node(node, "/soc/virtio@10002000");
	ck_assert_int_eq(vm_fdt_find_compatible(&machine, node, "virtio,mmio"),
			 -ENOENT);
	expect_node(vm_fdt_find_compatible(&machine, -1, "riscv,plic0"),
		    "/soc/interrupt-controller@c000000");
	ck_assert_int_eq(vm_fdt_find_compatible(&machine, 2, "x"), -EINVAL);
	ck_assert(!vm_fdt_is_compatible(&machine, 2, "x"));
}
END_TEST

START_TEST(a_node_is_found_by_its_phandle)
{
	int plic = vm_fdt_find_phandle(&machine, 1);

	expect_node(plic, "/soc/interrupt-controller@c000000");
	ck_assert_int_eq(vm_fdt_find_phandle(&machine, 99), -ENOENT);
	ck_assert_int_eq(vm_fdt_find_phandle(&machine, 0), -ENOENT);
	ck_assert_int_eq(vm_fdt_find_phandle(&machine, UINT32_MAX), -ENOENT);
}
END_TEST

START_TEST(one_walks_up_down_and_along)
{
	static const char *const children[] = {
		"memory@80000000",
		"memory@1000000000",
		"reserved-memory",
		"aliases",
		"chosen",
		"cpus",
		"soc",
		"__symbols__",
	};
	int node = vm_fdt_get_child(&machine, 0);

	for (int i = 0; i < 8; i++) {
		ck_assert_str_eq(vm_fdt_get_name(&machine, node), children[i]);
		ck_assert_int_eq(vm_fdt_get_parent(&machine, node), 0);
		node = vm_fdt_get_sibling(&machine, node);
	}
	ck_assert_int_eq(node, -ENOENT);
	ck_assert_int_eq(vm_fdt_get_parent(&machine, 0), -ENOENT);
	node = vm_fdt_find_node(&machine, "/chosen");
	ck_assert_int_eq(vm_fdt_get_child(&machine, node), -ENOENT);
	ck_assert_str_eq(vm_fdt_get_name(&machine, 0), "");
}
END_TEST

static const int no_nodes[] = { -1, 1, 2, 8, 1 << 20, INT32_MAX, INT32_MIN };

START_TEST(what_is_not_a_node_is_refused)
{
	int node = no_nodes[_i];
	char path[32];

	ck_assert_int_eq(vm_fdt_get_parent(&machine, node), -EINVAL);
	ck_assert_int_eq(vm_fdt_get_child(&machine, node), -EINVAL);
	ck_assert_int_eq(vm_fdt_get_sibling(&machine, node), -EINVAL);
	ck_assert_ptr_null(vm_fdt_get_name(&machine, node));
	ck_assert_int_eq(vm_fdt_get_path(&machine, node, path, sizeof(path)),
			 -EINVAL);
	ck_assert(!vm_fdt_is_enabled(&machine, node));
}
END_TEST

START_TEST(a_path_that_does_not_fit_is_refused)
{
	int node = vm_fdt_find_node(&machine, "serial0");
	char path[32];

	/* "/soc/serial@10000000" and its NUL. */
	ck_assert_int_eq(vm_fdt_get_path(&machine, node, path, 20), -ENOSPC);
	ck_assert_int_eq(vm_fdt_get_path(&machine, node, path, 0), -ENOSPC);
	ck_assert_int_eq(vm_fdt_get_path(&machine, node, path, 21), 0);
	ck_assert_int_eq(vm_fdt_get_path(&machine, 0, path, SIZE_MAX), 0);
}
END_TEST

START_TEST(reservations_and_the_boot_cpu_are_read)
{
	struct vm_fdt_range range = { 0, 0 };

	ck_assert_uint_eq(vm_fdt_reader_get_boot_cpu(&machine), 3);
	ck_assert_int_eq(vm_fdt_get_reservation(&machine, 1, &range), 0);
	ck_assert_uint_eq(range.address, 0x90000000);
	ck_assert_uint_eq(range.size, 0x2000);
	ck_assert_int_eq(vm_fdt_get_reservation(&machine, 2, &range), -ENOENT);
	ck_assert_int_eq(vm_fdt_get_reservation(&machine, SIZE_MAX, &range),
			 -ENOENT);
}
END_TEST

static const struct {
	const char *status;
	uint32_t len;
	bool enabled;
} states[] = {
	{ "okay", 5, true },	  { "ok", 3, true },
	{ "disabled", 9, false }, { "fail-sss", 9, false },
	{ "okay", 4, false },	  { "", 0, false },
	{ "reserved", 9, false },
};

START_TEST(a_device_is_enabled_by_its_status)
{
	struct vm_fdt_reader reader;

	raw_start(&raw);
	raw_begin(&raw, "");
	raw_prop(&raw, 0, states[_i].status, states[_i].len);
	raw_end(&raw);
	raw_finish(&raw, "status", 7);
	ck_assert_int_eq(vm_fdt_reader_init(&reader, raw.space, raw.size), 0);
	ck_assert(vm_fdt_is_enabled(&reader, 0) == states[_i].enabled);
}
END_TEST

START_TEST(a_device_without_status_is_enabled)
{
	ck_assert(vm_fdt_is_enabled(&machine, 0));
}
END_TEST

/* An alias for itself, for nothing, unterminated, empty, of itself by path. */
static const struct {
	const char *value;
	uint32_t len;
} bad_aliases[] = {
	{ "a", 2 }, { "/none", 6 }, { "/aliases", 8 }, { "", 0 }, { "a/b", 4 },
};

START_TEST(a_bad_alias_leads_nowhere)
{
	struct vm_fdt_reader reader;

	raw_start(&raw);
	raw_begin(&raw, "");
	raw_begin(&raw, "aliases");
	raw_prop(&raw, 0, bad_aliases[_i].value, bad_aliases[_i].len);
	raw_end(&raw);
	raw_end(&raw);
	raw_finish(&raw, "a", 2);
	ck_assert_int_eq(vm_fdt_reader_init(&reader, raw.space, raw.size), 0);
	ck_assert_int_eq(vm_fdt_find_node(&reader, "a"), -ENOENT);
	ck_assert_int_eq(vm_fdt_find_node(&reader, "a/b"), -ENOENT);
}
END_TEST

START_TEST(a_tree_without_aliases_has_no_short_names)
{
	struct vm_fdt_reader reader;

	make_small();
	ck_assert_int_eq(vm_fdt_reader_init(&reader, raw.space, raw.size), 0);
	ck_assert_int_eq(vm_fdt_find_node(&reader, "c"), -ENOENT);
	ck_assert_int_ge(vm_fdt_find_node(&reader, "/c"), 0);
}
END_TEST

#define LOOP(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

static TCase *tree_case(void)
{
	TCase *tc = tcase_create("trees");

	tcase_add_test(tc, an_exact_name_comes_before_one_with_an_address);
	LOOP(tc, a_device_is_enabled_by_its_status, states);
	LOOP(tc, a_bad_alias_leads_nowhere, bad_aliases);
	tcase_add_test(tc, a_tree_without_aliases_has_no_short_names);
	return tc;
}

static TCase *machine_case(void)
{
	TCase *tc = tcase_create("machine");

	tcase_add_checked_fixture(tc, open_machine, close_machine);
	LOOP(tc, a_node_is_found_by_its_path, paths);
	LOOP(tc, a_node_that_is_not_there_is_not_found, no_paths);
	tcase_add_test(tc, nodes_are_found_by_compatible);
	tcase_add_test(tc, a_node_is_found_by_its_phandle);
	tcase_add_test(tc, one_walks_up_down_and_along);
	LOOP(tc, what_is_not_a_node_is_refused, no_nodes);
	tcase_add_test(tc, a_path_that_does_not_fit_is_refused);
	tcase_add_test(tc, reservations_and_the_boot_cpu_are_read);
	tcase_add_test(tc, a_device_without_status_is_enabled);
	return tc;
}

int main(void)
{
	Suite *suite = suite_create("reader");

	suite_add_tcase(suite, tree_case());
	suite_add_tcase(suite, machine_case());
	return run_suite(suite);
}
