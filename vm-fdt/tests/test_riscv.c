/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/riscv.h>

#include "tree.h"

static struct vm_fdt_writer w;
static const uint64_t harts[] = { 0, 5 };

static void begin(void)
{
	begin_tree(&w);
}

static void end(void)
{
	vm_fdt_writer_fini(&w);
}

static int add_harts(const char *isa)
{
	const struct vm_fdt_riscv_cpus cpus = {
		.hart_id = harts,
		.count = 2,
		.timebase_frequency = 0x989680,
		.isa = isa,
		.intc_phandle = 1,
	};

	return vm_fdt_add_riscv_cpus(&w, &cpus);
}

START_TEST(a_hart_has_its_own_interrupt_controller)
{
	const void *blob;
	int node;

	ck_assert_int_eq(add_harts("rv64imac"), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/cpus", "timebase-frequency", "\0\x98\x96\x80", 4);
	expect_prop(blob, "/cpus/cpu@5", "compatible", "riscv", 6);
	expect_prop(blob, "/cpus/cpu@5", "status", "okay", 5);
	expect_prop(blob, "/cpus/cpu@5/interrupt-controller", "compatible",
		    "riscv,cpu-intc", 15);
	expect_prop(blob, "/cpus/cpu@5/interrupt-controller", "phandle",
		    "\0\0\0\2", 4);
	node = node_at(blob, "/cpus/cpu@5");
	ck_assert_ptr_null(fdt_getprop(blob, node, "mmu-type", NULL));
	ck_assert_ptr_null(
		fdt_getprop(blob, node, "riscv,cbom-block-size", NULL));
}
END_TEST

START_TEST(a_hart_has_what_is_given)
{
	const struct vm_fdt_riscv_cpus cpus = {
		.hart_id = harts,
		.count = 1,
		.isa = "rv64imac",
		.mmu_type = "riscv,sv57",
		.cbom_block_size = 1,
		.cboz_block_size = 2,
		.cbop_block_size = 3,
		.phandle = 7,
		.intc_phandle = 1,
	};
	const void *blob;

	ck_assert_int_eq(vm_fdt_add_riscv_cpus(&w, &cpus), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/cpus/cpu@0", "mmu-type", "riscv,sv57", 11);
	expect_prop(blob, "/cpus/cpu@0", "riscv,cbom-block-size", "\0\0\0\1",
		    4);
	expect_prop(blob, "/cpus/cpu@0", "riscv,cboz-block-size", "\0\0\0\2",
		    4);
	expect_prop(blob, "/cpus/cpu@0", "riscv,cbop-block-size", "\0\0\0\3",
		    4);
	expect_prop(blob, "/cpus/cpu@0", "phandle", "\0\0\0\7", 4);
}
END_TEST

static const struct {
	const char *isa, *base, *extensions;
	int len;
} isas[] = {
	{ "rv64i", "rv64i", "i", 2 },
	{ "rv32imac", "rv32i", "i\0m\0a\0c", 8 },
	{ "rv64imafdc_zicsr_zvl128b", "rv64i",
	  "i\0m\0a\0f\0d\0c\0zicsr\0zvl128b", 26 },
	{ "rv64i_sstc", "rv64i", "i\0sstc", 7 },
};

START_TEST(an_isa_string_is_given_in_both_forms)
{
	const void *blob;

	ck_assert_int_eq(add_harts(isas[_i].isa), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/cpus/cpu@0", "riscv,isa", isas[_i].isa,
		    (int)strlen(isas[_i].isa) + 1);
	expect_prop(blob, "/cpus/cpu@0", "riscv,isa-base", isas[_i].base, 6);
	expect_prop(blob, "/cpus/cpu@0", "riscv,isa-extensions",
		    isas[_i].extensions, isas[_i].len);
}
END_TEST

static const char *const bad_isas[] = {
	"",	    "rv64",	    "rv64gc",	  "rv128i",  "RV64I",
	"rv64i_",   "rv64i__zba",   "rv64i_Zba",  "rv64i_9", "rv64i zba",
	"rv64i2p1", "rv64imac-zba", "rv64i_zba_",
};

START_TEST(what_is_not_an_isa_string_is_refused)
{
	ck_assert_int_eq(add_harts(bad_isas[_i]), -EINVAL);
	ck_assert_str_eq(w.failure.reason, "not an ISA string");
}
END_TEST

START_TEST(a_plic_counts_contexts)
{
	static const uint32_t contexts[] = { VM_FDT_RISCV_MACHINE_EXTERNAL,
					     VM_FDT_RISCV_SUPERVISOR_EXTERNAL };
	const struct vm_fdt_plic plic = {
		.reg = { 0xc000000, 0x4000000 },
		.phandle = 9,
		.sources = 31,
		.intc_phandle = 1,
		.hart_count = 2,
		.contexts = contexts,
		.context_count = 2,
	};
	const void *blob;

	add_harts("rv64i");
	ck_assert_int_eq(vm_fdt_add_plic(&w, &plic), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/interrupt-controller@c000000", "compatible",
		    "sifive,plic-1.0.0\0riscv,plic0", 30);
	expect_prop(blob, "/interrupt-controller@c000000",
		    "interrupts-extended",
		    "\0\0\0\1\0\0\0\xb\0\0\0\1\0\0\0\x9"
		    "\0\0\0\2\0\0\0\xb\0\0\0\2\0\0\0\x9",
		    32);
	expect_prop(blob, "/interrupt-controller@c000000", "riscv,ndev",
		    "\0\0\0\x1f", 4);
}
END_TEST

static const struct {
	size_t harts, contexts;
	int error;
} bad_contexts[] = {
	{ SIZE_MAX, 2, -EOVERFLOW },
	{ 0x10000000, 1, -EOVERFLOW },
};

START_TEST(more_contexts_than_fit_are_refused)
{
	static const uint32_t contexts[2];
	const struct vm_fdt_plic plic = {
		.reg = { 0xc000000, 0x4000000 },
		.phandle = 9,
		.intc_phandle = 1,
		.hart_count = bad_contexts[_i].harts,
		.contexts = contexts,
		.context_count = bad_contexts[_i].contexts,
	};

	ck_assert_int_eq(vm_fdt_add_plic(&w, &plic), bad_contexts[_i].error);
}
END_TEST

START_TEST(a_plic_of_no_context_is_refused)
{
	const struct vm_fdt_plic plic = {
		.reg = { 0xc000000, 0x4000000 },
		.phandle = 9,
	};

	ck_assert_int_eq(vm_fdt_add_plic(&w, &plic), -EINVAL);
}
END_TEST

static const struct vm_fdt_range group = { 0x28000000, 0x2000 };

START_TEST(imsics_have_what_is_given)
{
	struct vm_fdt_imsic imsic = {
		.groups = &group,
		.group_count = 1,
		.phandle = 9,
		.ids = 0xff,
		.guest_index_bits = 3,
		.intc_phandle = 1,
		.hart_count = 2,
	};
	const void *blob;
	int node;

	add_harts("rv64i");
	ck_assert_int_eq(vm_fdt_add_imsic(&w, &imsic), 0);
	blob = finish_tree(&w);
	node = node_at(blob, "/interrupt-controller@28000000");
	expect_prop(blob, "/interrupt-controller@28000000", "compatible",
		    "qemu,imsics\0riscv,imsics", 25);
	expect_prop(blob, "/interrupt-controller@28000000", "msi-controller",
		    "", 0);
	expect_prop(blob, "/interrupt-controller@28000000",
		    "interrupts-extended", "\0\0\0\1\0\0\0\x9\0\0\0\2\0\0\0\x9",
		    16);
	expect_prop(blob, "/interrupt-controller@28000000", "riscv,num-ids",
		    "\0\0\0\xff", 4);
	expect_prop(blob, "/interrupt-controller@28000000",
		    "riscv,guest-index-bits", "\0\0\0\3", 4);
	ck_assert_ptr_null(
		fdt_getprop(blob, node, "riscv,group-index-bits", NULL));
}
END_TEST

START_TEST(imsics_without_a_group_are_refused)
{
	const struct vm_fdt_imsic imsic = { .phandle = 9, .intc_phandle = 1 };

	ck_assert_int_eq(vm_fdt_add_imsic(&w, &imsic), -EINVAL);
	ck_assert_str_eq(w.failure.reason, "reg without a range");
}
END_TEST

START_TEST(an_aplic_sends_msis_or_raises_interrupts)
{
	struct vm_fdt_imsic imsic = {
		.groups = &group,
		.group_count = 1,
		.phandle = 9,
		.ids = 63,
		.intc_phandle = 1,
		.hart_count = 2,
	};
	struct vm_fdt_aplic aplic = {
		.reg = { 0xd000000, 0x8000 },
		.phandle = 10,
		.sources = 96,
		.imsic = 9,
	};
	const void *blob;
	int node;

	add_harts("rv64i");
	vm_fdt_add_imsic(&w, &imsic);
	ck_assert_int_eq(vm_fdt_add_aplic(&w, &aplic), 0);
	aplic.reg.address = 0xe000000;
	aplic.phandle = 11;
	aplic.imsic = 0;
	aplic.intc_phandle = 1;
	aplic.hart_count = 1;
	ck_assert_int_eq(vm_fdt_add_aplic(&w, &aplic), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/interrupt-controller@d000000", "msi-parent",
		    "\0\0\0\x9", 4);
	expect_prop(blob, "/interrupt-controller@d000000", "riscv,num-sources",
		    "\0\0\0\x60", 4);
	expect_prop(blob, "/interrupt-controller@e000000",
		    "interrupts-extended", "\0\0\0\1\0\0\0\x9", 8);
	node = node_at(blob, "/interrupt-controller@e000000");
	ck_assert_ptr_null(fdt_getprop(blob, node, "msi-parent", NULL));
}
END_TEST

#define LOOP(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("riscv");
	TCase *tc = tcase_create("riscv");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_hart_has_its_own_interrupt_controller);
	tcase_add_test(tc, a_hart_has_what_is_given);
	LOOP(tc, an_isa_string_is_given_in_both_forms, isas);
	LOOP(tc, what_is_not_an_isa_string_is_refused, bad_isas);
	tcase_add_test(tc, a_plic_counts_contexts);
	LOOP(tc, more_contexts_than_fit_are_refused, bad_contexts);
	tcase_add_test(tc, a_plic_of_no_context_is_refused);
	tcase_add_test(tc, imsics_have_what_is_given);
	tcase_add_test(tc, imsics_without_a_group_are_refused);
	tcase_add_test(tc, an_aplic_sends_msis_or_raises_interrupts);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
