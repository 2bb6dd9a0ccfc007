/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/arm.h>

#include "tree.h"

static struct vm_fdt_writer w;

/* The controller is that of the whole machine. */
static void begin(void)
{
	vm_fdt_writer_init_heap(&w, 0);
	vm_fdt_begin_root(&w, "model", "compatible", 1);
}

static void end(void)
{
	vm_fdt_writer_fini(&w);
}

static const struct vm_fdt_gicv2 plain_v2 = {
	.phandle = 1,
	.distributor = { 0x8000000, 0x10000 },
	.cpu = { 0x8010000, 0x10000 },
};

static const struct vm_fdt_range redistributors[65] = {
	{ 0x80a0000, 0x20000 },
	{ 0x90a0000, 0x20000 },
};

static const struct vm_fdt_gicv3 plain_v3 = {
	.phandle = 1,
	.distributor = { 0x8000000, 0x10000 },
	.redistributors = redistributors,
	.redistributor_count = 1,
};

static const struct vm_fdt_irq no_line;

START_TEST(cpus_are_started_by_psci)
{
	static const uint64_t mpidr[] = { 0x102, 0x203 };
	const struct vm_fdt_arm_cpus cpus = {
		.mpidr = mpidr,
		.count = 2,
		.compatible = "arm,cortex-a57",
		.phandle = 8,
	};
	const void *blob;

	vm_fdt_add_gicv2(&w, &plain_v2);
	ck_assert_int_eq(vm_fdt_add_arm_cpus(&w, &cpus), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/cpus/cpu@102", "enable-method", "psci", 5);
	expect_prop(blob, "/cpus/cpu@102", "device_type", "cpu", 4);
	expect_prop(blob, "/cpus/cpu@203", "compatible", "arm,cortex-a57", 15);
	expect_prop(blob, "/cpus/cpu@203", "phandle", "\0\0\0\x9", 4);
}
END_TEST

START_TEST(an_mpidr_may_be_as_the_register_has_it)
{
	/* RES1, U and MT beside the affinity, and Aff3. */
	static const uint64_t mpidr[] = { 0x80000001, 0xc1000102,
					  UINT64_C(0x580000003) };
	const struct vm_fdt_arm_cpus cpus = { .mpidr = mpidr, .count = 3 };
	const void *blob;

	vm_fdt_add_gicv2(&w, &plain_v2);
	ck_assert_int_eq(vm_fdt_add_arm_cpus(&w, &cpus), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/cpus/cpu@1", "reg", "\0\0\0\0\0\0\0\1", 8);
	expect_prop(blob, "/cpus/cpu@102", "reg", "\0\0\0\0\0\0\1\2", 8);
	expect_prop(blob, "/cpus/cpu@500000003", "reg", "\0\0\0\5\0\0\0\3", 8);
}
END_TEST

START_TEST(two_cpus_of_one_affinity_return_eexist)
{
	static const uint64_t mpidr[] = { 0x80000001, 1 };
	const struct vm_fdt_arm_cpus cpus = { .mpidr = mpidr, .count = 2 };

	ck_assert_int_eq(vm_fdt_add_arm_cpus(&w, &cpus), -EEXIST);
}
END_TEST

START_TEST(a_plain_gicv2_has_two_regions)
{
	const void *blob;

	ck_assert_int_eq(vm_fdt_add_gicv2(&w, &plain_v2), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/interrupt-controller@8000000", "compatible",
		    "arm,cortex-a15-gic", 19);
	expect_prop(blob, "/interrupt-controller@8000000", "reg",
		    "\0\0\0\0\x8\0\0\0\0\0\0\0\0\1\0\0"
		    "\0\0\0\0\x8\1\0\0\0\0\0\0\0\1\0\0",
		    32);
	expect_prop(blob, "/interrupt-controller@8000000", "#address-cells",
		    "\0\0\0\0", 4);
}
END_TEST

START_TEST(a_gicv2_may_have_virtualisation_and_msis)
{
	struct vm_fdt_gicv2 gic = plain_v2;
	const void *blob;
	int node, len;

	gic.maintenance = vm_fdt_gic_ppi(9, VM_FDT_IRQ_LEVEL_HIGH, 1);
	gic.hypervisor = (struct vm_fdt_range){ 0x8030000, 0x10000 };
	gic.virtual_cpu = (struct vm_fdt_range){ 0x8040000, 0x10000 };
	gic.v2m = (struct vm_fdt_range){ 0x8020000, 0x1000 };
	gic.v2m_phandle = 2;
	ck_assert_int_eq(vm_fdt_add_gicv2(&w, &gic), 0);
	blob = finish_tree(&w);
	node = node_at(blob, "/interrupt-controller@8000000");
	ck_assert_ptr_nonnull(fdt_getprop(blob, node, "reg", &len));
	ck_assert_int_eq(len, 64);
	expect_prop(blob, "/interrupt-controller@8000000", "interrupts",
		    "\0\0\0\1\0\0\0\x9\0\0\1\4", 12);
	expect_prop(blob, "/interrupt-controller@8000000/v2m@8020000",
		    "msi-controller", "", 0);
	expect_prop(blob, "/interrupt-controller@8000000/v2m@8020000",
		    "phandle", "\0\0\0\2", 4);
}
END_TEST

START_TEST(a_plain_gicv3_has_one_region_of_redistributors)
{
	const void *blob;
	int node;

	ck_assert_int_eq(vm_fdt_add_gicv3(&w, &plain_v3), 0);
	blob = finish_tree(&w);
	node = node_at(blob, "/interrupt-controller@8000000");
	expect_prop(blob, "/interrupt-controller@8000000", "compatible",
		    "arm,gic-v3", 11);
	ck_assert_ptr_null(
		fdt_getprop(blob, node, "#redistributor-regions", NULL));
	ck_assert_ptr_null(
		fdt_getprop(blob, node, "redistributor-stride", NULL));
}
END_TEST

START_TEST(a_gicv3_may_have_regions_and_an_its)
{
	struct vm_fdt_gicv3 gic = plain_v3;
	const void *blob;

	gic.redistributor_count = 2;
	gic.redistributor_stride = 0x40000;
	gic.its = (struct vm_fdt_range){ 0x8080000, 0x20000 };
	gic.its_phandle = 3;
	ck_assert_int_eq(vm_fdt_add_gicv3(&w, &gic), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/interrupt-controller@8000000",
		    "#redistributor-regions", "\0\0\0\2", 4);
	expect_prop(blob, "/interrupt-controller@8000000",
		    "redistributor-stride", "\0\0\0\0\0\4\0\0", 8);
	expect_prop(blob,
		    "/interrupt-controller@8000000/msi-controller@8080000",
		    "#msi-cells", "\0\0\0\1", 4);
}
END_TEST

static const size_t bad_counts[] = { 0, 65, SIZE_MAX };

START_TEST(a_gicv3_needs_1_to_64_regions)
{
	struct vm_fdt_gicv3 gic = plain_v3;

	gic.redistributor_count = bad_counts[_i];
	ck_assert_int_eq(vm_fdt_add_gicv3(&w, &gic), -EINVAL);
}
END_TEST

START_TEST(the_timer_has_its_four_lines_in_order)
{
	const struct vm_fdt_arm_timer timer = {
		.secure = vm_fdt_gic_ppi(13, 4, 0),
		.physical = vm_fdt_gic_ppi(14, 4, 0),
		.virtual_timer = vm_fdt_gic_ppi(11, 4, 0),
		.hypervisor = vm_fdt_gic_ppi(10, 4, 0),
	};
	const void *blob;

	vm_fdt_add_gicv3(&w, &plain_v3);
	ck_assert_int_eq(vm_fdt_add_arm_timer(&w, &timer), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/timer", "compatible", "arm,armv8-timer", 16);
	expect_prop(blob, "/timer", "always-on", "", 0);
	expect_prop(blob, "/timer", "interrupts",
		    "\0\0\0\1\0\0\0\xd\0\0\0\4\0\0\0\1\0\0\0\xe\0\0\0\4"
		    "\0\0\0\1\0\0\0\xb\0\0\0\4\0\0\0\1\0\0\0\xa\0\0\0\4",
		    48);
}
END_TEST

START_TEST(the_pmu_has_its_line)
{
	const struct vm_fdt_irq irq = vm_fdt_gic_ppi(7, 4, 0);
	const void *blob;

	vm_fdt_add_gicv3(&w, &plain_v3);
	ck_assert_int_eq(vm_fdt_add_arm_pmu(&w, &irq), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/pmu", "compatible", "arm,armv8-pmuv3", 16);
	expect_prop(blob, "/pmu", "interrupts", "\0\0\0\1\0\0\0\7\0\0\0\4", 12);
}
END_TEST

START_TEST(psci_is_called_by_hvc_or_smc)
{
	const void *blob;

	vm_fdt_add_gicv3(&w, &plain_v3);
	ck_assert_int_eq(
		vm_fdt_add_psci(&w, _i ? VM_FDT_PSCI_SMC : VM_FDT_PSCI_HVC), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/psci", "method", _i ? "smc" : "hvc", 4);
	expect_prop(blob, "/psci", "compatible", "arm,psci-1.0\0arm,psci-0.2",
		    26);
}
END_TEST

START_TEST(a_machine_without_its_controller_is_refused)
{
	ck_assert_int_eq(vm_fdt_add_arm_pmu(&w, &no_line), 0);
	vm_fdt_end_node(&w);
	expect_failure(&w, -ENOENT, "/:interrupt-parent",
		       "it refers to a phandle that no node has");
}
END_TEST

#define LOOP(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("arm");
	TCase *tc = tcase_create("arm");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, cpus_are_started_by_psci);
	tcase_add_test(tc, an_mpidr_may_be_as_the_register_has_it);
	tcase_add_test(tc, two_cpus_of_one_affinity_return_eexist);
	tcase_add_test(tc, a_plain_gicv2_has_two_regions);
	tcase_add_test(tc, a_gicv2_may_have_virtualisation_and_msis);
	tcase_add_test(tc, a_plain_gicv3_has_one_region_of_redistributors);
	tcase_add_test(tc, a_gicv3_may_have_regions_and_an_its);
	LOOP(tc, a_gicv3_needs_1_to_64_regions, bad_counts);
	tcase_add_test(tc, the_timer_has_its_four_lines_in_order);
	tcase_add_test(tc, the_pmu_has_its_line);
	tcase_add_loop_test(tc, psci_is_called_by_hvc_or_smc, 0, 2);
	tcase_add_test(tc, a_machine_without_its_controller_is_refused);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
