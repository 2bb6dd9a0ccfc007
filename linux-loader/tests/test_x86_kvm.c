/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/x86_kvm.h>

#include <check.h>
#include <string.h>

static const struct vm_load_x86_cpu cpu = {
	.rip = 1,
	.rsi = 2,
	.rbx = 3,
	.rflags = 4,
	.cr0 = 5,
	.cr3 = 6,
	.cr4 = 7,
	.efer = 8,
	.code = { 9, 10, 11, 12, 1, 1, 0, 1 },
	.data = { 13, 14, 15, 3, 1, 0, 1, 1 },
	.task = { 16, 17, 18, 11, 0, 0, 0, 0 },
	.gdt_base = 19,
	.gdt_limit = 20,
};

START_TEST(general_registers_are_all_set)
{
	struct kvm_regs regs,
		want = { .rip = 1, .rsi = 2, .rbx = 3, .rflags = 4 };

	memset(&regs, 0xee, sizeof(regs));
	vm_load_kvm_regs(&cpu, &regs);
	ck_assert_mem_eq(&regs, &want, sizeof(regs));
}
END_TEST

START_TEST(segments_keep_their_hidden_part)
{
	struct kvm_sregs sregs;

	memset(&sregs, 0xee, sizeof(sregs));
	vm_load_kvm_sregs(&cpu, &sregs);
	ck_assert_uint_eq(sregs.cs.base, 9);
	ck_assert_uint_eq(sregs.cs.limit, 10);
	ck_assert_uint_eq(sregs.cs.selector, 11);
	ck_assert_uint_eq(sregs.cs.type, 12);
	ck_assert_uint_eq(sregs.cs.s, 1);
	ck_assert_uint_eq(sregs.cs.l, 1);
	ck_assert_uint_eq(sregs.cs.db, 0);
	ck_assert_uint_eq(sregs.cs.g, 1);
	ck_assert_uint_eq(sregs.cs.present, 1);
	ck_assert_uint_eq(sregs.cs.unusable, 0);
	ck_assert_uint_eq(sregs.cs.dpl, 0);
	ck_assert_mem_eq(&sregs.gs, &sregs.ds, sizeof(sregs.ds));
	ck_assert_uint_eq(sregs.ss.base, 13);
	ck_assert_uint_eq(sregs.tr.selector, 18);
	ck_assert_uint_eq(sregs.ldt.unusable, 1);
	ck_assert_uint_eq(sregs.gdt.base, 19);
	ck_assert_uint_eq(sregs.gdt.limit, 20);
	ck_assert_uint_eq(sregs.idt.limit, 0);
}
END_TEST

START_TEST(control_registers_are_set_and_the_rest_is_kept)
{
	struct kvm_sregs sregs;

	memset(&sregs, 0xee, sizeof(sregs));
	vm_load_kvm_sregs(&cpu, &sregs);
	ck_assert_uint_eq(sregs.cr0, 5);
	ck_assert_uint_eq(sregs.cr3, 6);
	ck_assert_uint_eq(sregs.cr4, 7);
	ck_assert_uint_eq(sregs.efer, 8);
	ck_assert_uint_eq(sregs.apic_base, UINT64_C(0xeeeeeeeeeeeeeeee));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("x86_kvm");
	TCase *tc = tcase_create("x86_kvm");

	tcase_add_test(tc, general_registers_are_all_set);
	tcase_add_test(tc, segments_keep_their_hidden_part);
	tcase_add_test(tc, control_registers_are_set_and_the_rest_is_kept);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
