/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/nodes.h>

#include "tree.h"

static struct vm_fdt_writer w;

static void begin(void)
{
	vm_fdt_writer_init_heap(&w, 0);
	vm_fdt_begin_root(&w, "model", "compatible", 0);
}

static void end(void)
{
	vm_fdt_writer_fini(&w);
}

START_TEST(a_root_has_what_it_must_have)
{
	const void *blob = finish_tree(&w);

	expect_prop(blob, "/", "#address-cells", "\0\0\0\2", 4);
	expect_prop(blob, "/", "#size-cells", "\0\0\0\2", 4);
	expect_prop(blob, "/", "model", "model", 6);
	expect_prop(blob, "/", "compatible", "compatible", 11);
	ck_assert_ptr_null(fdt_getprop(blob, 0, "interrupt-parent", NULL));
}
END_TEST

START_TEST(a_root_may_name_an_interrupt_parent)
{
	const void *blob;

	vm_fdt_writer_fini(&w);
	vm_fdt_writer_init_heap(&w, 0);
	ck_assert_int_eq(vm_fdt_begin_root(&w, "m", "c", 9), 0);
	vm_fdt_begin_node(&w, "intc");
	vm_fdt_add_phandle(&w, 9);
	vm_fdt_end_node(&w);
	blob = finish_tree(&w);
	expect_prop(blob, "/", "interrupt-parent", "\0\0\0\x9", 4);
}
END_TEST

START_TEST(a_bus_hands_addresses_on)
{
	const void *blob;

	ck_assert_int_eq(vm_fdt_begin_bus(&w, "soc"), 0);
	vm_fdt_end_node(&w);
	blob = finish_tree(&w);
	expect_prop(blob, "/soc", "compatible", "simple-bus", 11);
	expect_prop(blob, "/soc", "ranges", "", 0);
}
END_TEST

START_TEST(memory_has_a_node_for_each_range)
{
	static const struct vm_fdt_range ranges[] = {
		{ 0, 0xc0000000 },
		{ 0x100000000, 0x140000000 },
	};
	const void *blob;

	ck_assert_int_eq(vm_fdt_add_memory(&w, ranges, 2), 0);
	ck_assert_int_eq(vm_fdt_add_memory(&w, NULL, 0), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/memory@0", "device_type", "memory", 7);
	expect_prop(blob, "/memory@100000000", "reg",
		    "\0\0\0\1\0\0\0\0\0\0\0\1\x40\0\0\0", 16);
}
END_TEST

START_TEST(two_ranges_of_memory_at_one_address_are_refused)
{
	static const struct vm_fdt_range ranges[] = { { 4096, 4096 },
						      { 4096, 8192 } };

	ck_assert_int_eq(vm_fdt_add_memory(&w, ranges, 2), -EEXIST);
}
END_TEST

START_TEST(reserved_memory_has_what_is_given)
{
	static const struct vm_fdt_reserved reserved[] = {
		{ .name = "plain", .range = { 0x1000, 0x1000 } },
		{ "dma", { 0x2000, 0x1000 }, "restricted-dma-pool", 5, true },
	};
	const void *blob;
	int node;

	ck_assert_int_eq(vm_fdt_add_reserved_memory(&w, reserved, 2), 0);
	blob = finish_tree(&w);
	node = node_at(blob, "/reserved-memory/plain@1000");
	ck_assert_ptr_null(fdt_getprop(blob, node, "no-map", NULL));
	ck_assert_ptr_null(fdt_getprop(blob, node, "compatible", NULL));
	expect_prop(blob, "/reserved-memory/dma@2000", "no-map", "", 0);
	expect_prop(blob, "/reserved-memory/dma@2000", "phandle", "\0\0\0\5",
		    4);
	expect_prop(blob, "/reserved-memory/dma@2000", "compatible",
		    "restricted-dma-pool", 20);
}
END_TEST

START_TEST(an_empty_chosen_is_empty)
{
	static const struct vm_fdt_chosen nothing = { .bootargs = NULL };
	const void *blob;
	int node;

	ck_assert_int_eq(vm_fdt_add_chosen(&w, &nothing), 0);
	blob = finish_tree(&w);
	node = node_at(blob, "/chosen");
	ck_assert_int_lt(fdt_first_property_offset(blob, node), 0);
}
END_TEST

START_TEST(chosen_has_what_is_given)
{
	static const struct vm_fdt_chosen chosen = {
		.bootargs = "quiet",
		.stdout_path = "/serial@1:115200n8",
		.initrd = { 0x180000000, 0x1000 },
		.kaslr_seed = 0x0102030405060708,
		.rng_seed = "\1\2\3",
		.rng_seed_size = 3,
		.pci_probe_only = true,
	};
	const void *blob;

	ck_assert_int_eq(vm_fdt_add_chosen(&w, &chosen), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/chosen", "bootargs", "quiet", 6);
	expect_prop(blob, "/chosen", "stdout-path", "/serial@1:115200n8", 19);
	expect_prop(blob, "/chosen", "linux,initrd-start", "\0\0\0\1\x80\0\0\0",
		    8);
	expect_prop(blob, "/chosen", "linux,initrd-end", "\0\0\0\1\x80\0\x10\0",
		    8);
	expect_prop(blob, "/chosen", "kaslr-seed", "\1\2\3\4\5\6\7\x8", 8);
	expect_prop(blob, "/chosen", "rng-seed", "\1\2\3", 3);
	expect_prop(blob, "/chosen", "linux,pci-probe-only", "\0\0\0\1", 4);
}
END_TEST

START_TEST(an_initial_ram_disk_that_wraps_is_refused)
{
	static const struct vm_fdt_chosen chosen = {
		.initrd = { UINT64_MAX - 1, 2 },
	};

	ck_assert_int_eq(vm_fdt_add_chosen(&w, &chosen), -EOVERFLOW);
	ck_assert_str_eq(w.failure.where, "/chosen:linux,initrd-end");
}
END_TEST

START_TEST(aliases_are_strings)
{
	static const struct vm_fdt_alias aliases[] = { { "serial0", "/a" },
						       { "rtc0", "/b" } };
	const void *blob;

	ck_assert_int_eq(vm_fdt_add_aliases(&w, aliases, 2), 0);
	blob = finish_tree(&w);
	ck_assert_str_eq(fdt_get_alias(blob, "rtc0"), "/b");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("nodes");
	TCase *tc = tcase_create("nodes");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_root_has_what_it_must_have);
	tcase_add_test(tc, a_root_may_name_an_interrupt_parent);
	tcase_add_test(tc, a_bus_hands_addresses_on);
	tcase_add_test(tc, memory_has_a_node_for_each_range);
	tcase_add_test(tc, two_ranges_of_memory_at_one_address_are_refused);
	tcase_add_test(tc, reserved_memory_has_what_is_given);
	tcase_add_test(tc, an_empty_chosen_is_empty);
	tcase_add_test(tc, chosen_has_what_is_given);
	tcase_add_test(tc, an_initial_ram_disk_that_wraps_is_refused);
	tcase_add_test(tc, aliases_are_strings);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
