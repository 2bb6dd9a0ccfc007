/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What the CPUs of all architectures have in common, by way of one of them. */
#include <vm-fdt/arm.h>

#include "tree.h"

#define COUNT 24

static struct vm_fdt_writer w;
static uint64_t ids[COUNT];

static void begin(void)
{
	begin_tree(&w);
	for (uint64_t i = 0; i < COUNT; i++)
		ids[i] = i;
}

static void end(void)
{
	vm_fdt_writer_fini(&w);
}

static int add(size_t count, const struct vm_fdt_topology *topology)
{
	const struct vm_fdt_arm_cpus cpus = {
		.mpidr = ids,
		.count = count,
		.topology = *topology,
	};

	return vm_fdt_add_arm_cpus(&w, &cpus);
}

static const struct vm_fdt_topology none;

START_TEST(without_topology_there_is_no_map_and_no_phandle)
{
	const void *blob;
	int node;

	ck_assert_int_eq(add(2, &none), 0);
	blob = finish_tree(&w);
	ck_assert_int_lt(fdt_path_offset(blob, "/cpus/cpu-map"), 0);
	node = node_at(blob, "/cpus/cpu@1");
	ck_assert_ptr_null(fdt_getprop(blob, node, "phandle", NULL));
	expect_prop(blob, "/cpus", "#address-cells", "\0\0\0\1", 4);
	expect_prop(blob, "/cpus", "#size-cells", "\0\0\0\0", 4);
}
END_TEST

START_TEST(no_cpus_make_an_empty_node)
{
	ck_assert_int_eq(add(0, &none), 0);
	node_at(finish_tree(&w), "/cpus");
}
END_TEST

START_TEST(a_wide_id_gives_every_cpu_two_cells)
{
	const void *blob;

	ids[1] = 0x100000000;
	ck_assert_int_eq(add(2, &none), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/cpus", "#address-cells", "\0\0\0\2", 4);
	expect_prop(blob, "/cpus/cpu@0", "reg", "\0\0\0\0\0\0\0\0", 8);
	expect_prop(blob, "/cpus/cpu@100000000", "reg", "\0\0\0\1\0\0\0\0", 8);
}
END_TEST

START_TEST(two_cpus_of_one_id_are_refused)
{
	ids[1] = 0;
	ck_assert_int_eq(add(2, &none), -EEXIST);
	ck_assert_str_eq(w.failure.where, "/cpus:cpu@0");
}
END_TEST

static const struct {
	struct vm_fdt_topology topology;
	const char *last; /* the node of the last CPU */
} maps[] = {
	{ { 1, 1, 24, 1 }, "/cpus/cpu-map/cluster0/core23" },
	{ { 1, 2, 12, 1 }, "/cpus/cpu-map/cluster1/core11" },
	{ { 1, 2, 6, 2 }, "/cpus/cpu-map/cluster1/core5/thread1" },
	{ { 2, 1, 12, 1 }, "/cpus/cpu-map/socket1/cluster0/core11" },
	{ { 2, 3, 2, 2 }, "/cpus/cpu-map/socket1/cluster2/core1/thread1" },
	{ { 24, 1, 1, 1 }, "/cpus/cpu-map/socket23/cluster0/core0" },
};

START_TEST(a_map_has_every_cpu_in_its_order)
{
	uint32_t phandle;
	const void *blob;
	int node;

	ck_assert_int_eq(add(COUNT, &maps[_i].topology), 0);
	blob = finish_tree(&w);
	node = node_at(blob, maps[_i].last);
	phandle = fdt32_ld(fdt_getprop(blob, node, "cpu", NULL));
	ck_assert_int_eq(fdt_node_offset_by_phandle(blob, phandle),
			 node_at(blob, "/cpus/cpu@17"));
}
END_TEST

static const struct vm_fdt_topology bad_maps[] = {
	{ 1, 1, 23, 1 },
	{ 1, 1, 0, 1 },
	{ 1, 24, 0, 0 },
	{ 2, 2, 2, 2 },
	{ 0xffffffff, 0xffffffff, 0xffffffff, 1 },
	{ 0xffffffff, 0xffffffff, 1, 0xffffffff },
	{ 0x80000000, 0x80000000, 4, 6 },
};

START_TEST(a_topology_of_another_number_of_cpus_is_refused)
{
	ck_assert_int_eq(add(COUNT, &bad_maps[_i]), -EINVAL);
	ck_assert_str_eq(w.failure.reason,
			 "the topology is of another number of CPUs");
}
END_TEST

#define LOOP(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("cpus");
	TCase *tc = tcase_create("cpus");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, without_topology_there_is_no_map_and_no_phandle);
	tcase_add_test(tc, no_cpus_make_an_empty_node);
	tcase_add_test(tc, a_wide_id_gives_every_cpu_two_cells);
	tcase_add_test(tc, two_cpus_of_one_id_are_refused);
	LOOP(tc, a_map_has_every_cpu_in_its_order, maps);
	LOOP(tc, a_topology_of_another_number_of_cpus_is_refused, bad_maps);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
