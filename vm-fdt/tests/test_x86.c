/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/x86.h>

#include "tree.h"

static const uint64_t ids[] = { 0, 2 };

START_TEST(cpus_have_their_apic_ids)
{
	const struct vm_fdt_x86_cpus cpus = { ids, 2, NULL };
	struct vm_fdt_writer w;
	const void *blob;
	int node;

	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_add_x86_cpus(&w, &cpus), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/cpus/cpu@2", "reg", "\0\0\0\2", 4);
	expect_prop(blob, "/cpus/cpu@2", "device_type", "cpu", 4);
	node = node_at(blob, "/cpus/cpu@2");
	ck_assert_ptr_null(fdt_getprop(blob, node, "compatible", NULL));
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(two_cpus_of_one_apic_id_are_refused)
{
	static const uint64_t twins[] = { 1, 1 };
	const struct vm_fdt_x86_cpus cpus = { twins, 2, "vendor,cpu" };
	struct vm_fdt_writer w;

	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_add_x86_cpus(&w, &cpus), -EEXIST);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(apics_and_the_hpet_are_where_they_are)
{
	static const struct vm_fdt_range lapic = { 0xfee00000, 0x1000 };
	static const struct vm_fdt_range ioapic = { 0xfec00000, 0x1000 };
	static const struct vm_fdt_range hpet = { 0xfed00000, 0x400 };
	struct vm_fdt_writer w;
	const void *blob;
	int node;

	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_add_lapic(&w, 0, &lapic), 0);
	ck_assert_int_eq(vm_fdt_add_ioapic(&w, 2, &ioapic), 0);
	ck_assert_int_eq(vm_fdt_add_hpet(&w, &hpet), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/interrupt-controller@fee00000", "compatible",
		    "intel,ce4100-lapic", 19);
	expect_prop(blob, "/interrupt-controller@fee00000",
		    "intel,virtual-wire-mode", "", 0);
	node = node_at(blob, "/interrupt-controller@fee00000");
	ck_assert_ptr_null(fdt_getprop(blob, node, "phandle", NULL));
	expect_prop(blob, "/interrupt-controller@fec00000", "compatible",
		    "intel,ce4100-ioapic", 20);
	expect_prop(blob, "/interrupt-controller@fec00000", "#interrupt-cells",
		    "\0\0\0\2", 4);
	expect_prop(blob, "/interrupt-controller@fec00000", "phandle",
		    "\0\0\0\2", 4);
	expect_prop(blob, "/timer@fed00000", "compatible", "intel,ce4100-hpet",
		    18);
	vm_fdt_writer_fini(&w);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("x86");
	TCase *tc = tcase_create("x86");

	tcase_add_test(tc, cpus_have_their_apic_ids);
	tcase_add_test(tc, two_cpus_of_one_apic_id_are_refused);
	tcase_add_test(tc, apics_and_the_hpet_are_where_they_are);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
