/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/x86.h>

#include "machine.h"

static struct machine m;

START_TEST(registers_are_what_they_were_set_to)
{
	struct kvm_regs regs = { .rax = 1, .r15 = 2, .rip = 3, .rflags = 2 };
	struct kvm_regs back;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_set_regs(&m.vcpu, &regs), 0);
	ck_assert_int_eq(kvm_vcpu_get_regs(&m.vcpu, &back), 0);
	ck_assert_mem_eq(&regs, &back, sizeof(regs));
	machine_fini(&m);
}
END_TEST

START_TEST(segments_are_what_they_were_set_to)
{
	struct kvm_sregs sregs, back;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_sregs(&m.vcpu, &sregs), 0);
	sregs.es.base = 0x12340;
	sregs.gdt.base = 0x500;
	sregs.gdt.limit = 31;
	ck_assert_int_eq(kvm_vcpu_set_sregs(&m.vcpu, &sregs), 0);
	ck_assert_int_eq(kvm_vcpu_get_sregs(&m.vcpu, &back), 0);
	ck_assert_uint_eq(back.es.base, 0x12340);
	ck_assert_uint_eq(back.gdt.base, 0x500);
	ck_assert_uint_eq(back.gdt.limit, 31);
	machine_fini(&m);
}
END_TEST

START_TEST(newer_segments_are_what_they_were_set_to)
{
	struct kvm_sregs2 sregs, back;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_sregs2(&m.vcpu, &sregs), 0);
	sregs.es.base = 0x43210;
	ck_assert_int_eq(kvm_vcpu_set_sregs2(&m.vcpu, &sregs), 0);
	ck_assert_int_eq(kvm_vcpu_get_sregs2(&m.vcpu, &back), 0);
	ck_assert_uint_eq(back.es.base, 0x43210);
	machine_fini(&m);
}
END_TEST

START_TEST(an_impossible_control_register_returns_einval)
{
	struct kvm_sregs sregs;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_sregs(&m.vcpu, &sregs), 0);
	sregs.cr4 = UINT64_C(1) << 60;
	ck_assert_int_eq(kvm_vcpu_set_sregs(&m.vcpu, &sregs), -EINVAL);
	ck_assert_uint_eq(m.vcpu.handle.failed, KVM_SET_SREGS);
	machine_fini(&m);
}
END_TEST

START_TEST(fpu_is_what_it_was_set_to)
{
	struct kvm_fpu fpu, back;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_fpu(&m.vcpu, &fpu), 0);
	fpu.fcw = 0x37f;
	fpu.xmm[3][5] = 0xab;
	ck_assert_int_eq(kvm_vcpu_set_fpu(&m.vcpu, &fpu), 0);
	ck_assert_int_eq(kvm_vcpu_get_fpu(&m.vcpu, &back), 0);
	ck_assert_uint_eq(back.fcw, 0x37f);
	ck_assert_uint_eq(back.xmm[3][5], 0xab);
	machine_fini(&m);
}
END_TEST

START_TEST(debug_registers_are_what_they_were_set_to)
{
	struct kvm_debugregs regs, back;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_debugregs(&m.vcpu, &regs), 0);
	regs.db[2] = 0x5000;
	ck_assert_int_eq(kvm_vcpu_set_debugregs(&m.vcpu, &regs), 0);
	ck_assert_int_eq(kvm_vcpu_get_debugregs(&m.vcpu, &back), 0);
	ck_assert_uint_eq(back.db[2], 0x5000);
	machine_fini(&m);
}
END_TEST

START_TEST(extended_control_registers_can_be_set_as_they_are)
{
	struct kvm_xcrs xcrs, back;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_xcrs(&m.vcpu, &xcrs), 0);
	ck_assert_int_eq(kvm_vcpu_set_xcrs(&m.vcpu, &xcrs), 0);
	ck_assert_int_eq(kvm_vcpu_get_xcrs(&m.vcpu, &back), 0);
	ck_assert_mem_eq(&xcrs, &back, sizeof(xcrs));
	machine_fini(&m);
}
END_TEST

START_TEST(lapic_is_what_it_was_set_to)
{
	struct kvm_lapic_state lapic, back;

	machine_init_irqchip(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_lapic(&m.vcpu, &lapic), 0);
	kvm_lapic_set(&lapic, 0xf0, 0x1ff);
	ck_assert_int_eq(kvm_vcpu_set_lapic(&m.vcpu, &lapic), 0);
	ck_assert_int_eq(kvm_vcpu_get_lapic(&m.vcpu, &back), 0);
	ck_assert_uint_eq(kvm_lapic_get(&back, 0xf0), 0x1ff);
	machine_fini(&m);
}
END_TEST

START_TEST(lapic_without_an_irqchip_returns_einval)
{
	struct kvm_lapic_state lapic;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_lapic(&m.vcpu, &lapic), -EINVAL);
	memset(&lapic, 0, sizeof(lapic));
	ck_assert_int_eq(kvm_vcpu_set_lapic(&m.vcpu, &lapic), -EINVAL);
	machine_fini(&m);
}
END_TEST

#define COMMON_TESTS                                               \
	registers_are_what_they_were_set_to,                       \
		segments_are_what_they_were_set_to,                \
		newer_segments_are_what_they_were_set_to,          \
		fpu_is_what_it_was_set_to,                         \
		debug_registers_are_what_they_were_set_to,         \
		extended_control_registers_can_be_set_as_they_are, \
		lapic_is_what_it_was_set_to,                       \
		lapic_without_an_irqchip_returns_einval

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("x86_vcpu", COMMON_TESTS,
				 an_impossible_control_register_returns_einval);
	return RUN_TESTS("x86_vcpu", COMMON_TESTS);
}
