/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "machine.h"
#include "runner.h"

#define MSR_TSC_AUX	 0xc0000103
#define MSR_SYSENTER_CS	 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_NONE	 0x12345678

static struct kvm_fd kvm;
static struct kvm_vm_fd vm;
static struct kvm_vcpu_fd vcpu;

static void setup(bool irqchip)
{
	ck_assert_int_eq(kvm_init(&kvm, NULL), 0);
	ck_assert_int_eq(kvm_vm_init(&vm, &kvm, 0), 0);
	if (irqchip)
		ck_assert_int_eq(kvm_vm_create_irqchip(&vm), 0);
	ck_assert_int_eq(kvm_vcpu_init(&vcpu, &vm, 0), 0);
}

static void teardown(void)
{
	kvm_vcpu_fini(&vcpu);
	kvm_vm_fini(&vm);
	kvm_fini(&kvm);
}

START_TEST(supported_cpuid_can_be_given_to_a_vcpu_and_read_back)
{
	struct kvm_cpuid2 *cpuid, *back;

	setup(false);
	ck_assert_int_eq(kvm_get_supported_cpuid(&kvm, &cpuid), 0);
	ck_assert_uint_gt(cpuid->nent, 2);
	ck_assert_int_eq(kvm_vcpu_set_cpuid2(&vcpu, cpuid), 0);
	ck_assert_int_eq(kvm_vcpu_get_cpuid2(&vcpu, &back), 0);
	ck_assert_uint_eq(back->nent, cpuid->nent);
	ck_assert_uint_eq(back->entries[0].ebx, cpuid->entries[0].ebx);
	free(cpuid);
	free(back);
	teardown();
}
END_TEST

START_TEST(cpuid_with_too_many_entries_returns_e2big)
{
	struct kvm_cpuid2 *cpuid =
		calloc(1, sizeof(*cpuid) + 1000 * sizeof(cpuid->entries[0]));

	setup(false);
	ck_assert_ptr_nonnull(cpuid);
	cpuid->nent = 1000;
	ck_assert_int_eq(kvm_vcpu_set_cpuid2(&vcpu, cpuid), -E2BIG);
	free(cpuid);
	teardown();
}
END_TEST

START_TEST(tss_and_identity_map_take_an_address)
{
	setup(false);
	ck_assert_int_eq(kvm_vm_set_tss_addr(&vm, 0xfffbd000), 0);
	ck_assert_int_eq(kvm_vm_set_tss_addr(&vm, 0xffffffff), -EINVAL);
	ck_assert_int_eq(kvm_vm_set_identity_map_addr(&vm, 0xfffbc000),
			 -EINVAL);
	kvm_vcpu_fini(&vcpu);
	kvm_vm_fini(&vm);
	ck_assert_int_eq(kvm_vm_init(&vm, &kvm, 0), 0);
	ck_assert_int_eq(kvm_vm_set_identity_map_addr(&vm, 0xfffbc000), 0);
	teardown();
}
END_TEST

START_TEST(pit_needs_an_irqchip_and_exists_once)
{
	setup(false);
	ck_assert_int_eq(kvm_vm_create_pit2(&vm, 0), -ENOENT);
	teardown();
	setup(true);
	ck_assert_int_eq(kvm_vm_create_pit2(&vm, KVM_PIT_SPEAKER_DUMMY), 0);
	ck_assert_int_eq(kvm_vm_create_pit2(&vm, 0), -EEXIST);
	teardown();
}
END_TEST

START_TEST(registers_are_what_they_were_set_to)
{
	struct kvm_regs regs = { .rax = 1, .r15 = 2, .rip = 3, .rflags = 2 };
	struct kvm_regs back;

	setup(false);
	ck_assert_int_eq(kvm_vcpu_set_regs(&vcpu, &regs), 0);
	ck_assert_int_eq(kvm_vcpu_get_regs(&vcpu, &back), 0);
	ck_assert_mem_eq(&regs, &back, sizeof(regs));
	teardown();
}
END_TEST

START_TEST(segments_are_what_they_were_set_to)
{
	struct kvm_sregs sregs, back;

	setup(false);
	ck_assert_int_eq(kvm_vcpu_get_sregs(&vcpu, &sregs), 0);
	sregs.es.base = 0x12340;
	sregs.gdt.base = 0x500;
	sregs.gdt.limit = 31;
	ck_assert_int_eq(kvm_vcpu_set_sregs(&vcpu, &sregs), 0);
	ck_assert_int_eq(kvm_vcpu_get_sregs(&vcpu, &back), 0);
	ck_assert_uint_eq(back.es.base, 0x12340);
	ck_assert_uint_eq(back.gdt.base, 0x500);
	ck_assert_uint_eq(back.gdt.limit, 31);
	teardown();
}
END_TEST

START_TEST(an_impossible_control_register_returns_einval)
{
	struct kvm_sregs sregs;

	setup(false);
	ck_assert_int_eq(kvm_vcpu_get_sregs(&vcpu, &sregs), 0);
	sregs.cr4 = UINT64_C(1) << 60;
	ck_assert_int_eq(kvm_vcpu_set_sregs(&vcpu, &sregs), -EINVAL);
	ck_assert_uint_eq(vcpu.handle.failed, KVM_SET_SREGS);
	teardown();
}
END_TEST

START_TEST(fpu_is_what_it_was_set_to)
{
	struct kvm_fpu fpu, back;

	setup(false);
	ck_assert_int_eq(kvm_vcpu_get_fpu(&vcpu, &fpu), 0);
	fpu.fcw = 0x37f;
	fpu.xmm[3][5] = 0xab;
	ck_assert_int_eq(kvm_vcpu_set_fpu(&vcpu, &fpu), 0);
	ck_assert_int_eq(kvm_vcpu_get_fpu(&vcpu, &back), 0);
	ck_assert_uint_eq(back.fcw, 0x37f);
	ck_assert_uint_eq(back.xmm[3][5], 0xab);
	teardown();
}
END_TEST

START_TEST(msrs_are_what_they_were_set_to)
{
	const struct kvm_msr_entry in[] = {
		{ .index = MSR_SYSENTER_CS, .data = 8 },
		{ .index = MSR_SYSENTER_ESP, .data = 0x1234000 },
	};
	struct kvm_msr_entry out[] = {
		{ .index = MSR_SYSENTER_ESP },
		{ .index = MSR_SYSENTER_CS },
	};

	setup(false);
	ck_assert_int_eq(kvm_vcpu_set_msrs(&vcpu, in, 2), 2);
	ck_assert_int_eq(kvm_vcpu_get_msrs(&vcpu, out, 2), 2);
	ck_assert_uint_eq(out[0].data, 0x1234000);
	ck_assert_uint_eq(out[1].data, 8);
	teardown();
}
END_TEST

START_TEST(the_count_of_msrs_points_at_the_unknown_one)
{
	struct kvm_msr_entry entries[] = {
		{ .index = MSR_SYSENTER_CS },
		{ .index = MSR_NONE },
		{ .index = MSR_SYSENTER_ESP },
	};

	setup(false);
	ck_assert_int_eq(kvm_vcpu_get_msrs(&vcpu, entries, 3), 1);
	ck_assert_int_eq(kvm_vcpu_set_msrs(&vcpu, entries, 3), 1);
	ck_assert_int_eq(kvm_vcpu_get_msrs(&vcpu, entries, 0), 0);
	teardown();
}
END_TEST

START_TEST(a_thousand_msrs_need_no_care)
{
	static struct kvm_msr_entry entries[1000];

	setup(false);
	for (size_t i = 0; i < 1000; i++) {
		entries[i].index = i & 1 ? MSR_SYSENTER_CS : MSR_SYSENTER_ESP;
		entries[i].data = i;
	}
	ck_assert_int_eq(kvm_vcpu_set_msrs(&vcpu, entries, 1000), 1000);
	ck_assert_int_eq(kvm_vcpu_get_msrs(&vcpu, entries, 1000), 1000);
	ck_assert_uint_eq(entries[0].data, 998);
	ck_assert_uint_eq(entries[999].data, 999);
	teardown();
}
END_TEST

START_TEST(lapic_is_what_it_was_set_to)
{
	struct kvm_lapic_state lapic, back;

	setup(true);
	ck_assert_int_eq(kvm_vcpu_get_lapic(&vcpu, &lapic), 0);
	kvm_lapic_set(&lapic, 0xf0, 0x1ff);
	ck_assert_int_eq(kvm_vcpu_set_lapic(&vcpu, &lapic), 0);
	ck_assert_int_eq(kvm_vcpu_get_lapic(&vcpu, &back), 0);
	ck_assert_uint_eq(kvm_lapic_get(&back, 0xf0), 0x1ff);
	teardown();
}
END_TEST

START_TEST(lapic_without_an_irqchip_returns_einval)
{
	struct kvm_lapic_state lapic;

	setup(false);
	ck_assert_int_eq(kvm_vcpu_get_lapic(&vcpu, &lapic), -EINVAL);
	memset(&lapic, 0, sizeof(lapic));
	ck_assert_int_eq(kvm_vcpu_set_lapic(&vcpu, &lapic), -EINVAL);
	teardown();
}
END_TEST

int main(void)
{
	require_kvm();
	return RUN_TESTS(
		"x86", supported_cpuid_can_be_given_to_a_vcpu_and_read_back,
		cpuid_with_too_many_entries_returns_e2big,
		tss_and_identity_map_take_an_address,
		pit_needs_an_irqchip_and_exists_once,
		registers_are_what_they_were_set_to,
		segments_are_what_they_were_set_to,
		an_impossible_control_register_returns_einval,
		fpu_is_what_it_was_set_to, msrs_are_what_they_were_set_to,
		the_count_of_msrs_points_at_the_unknown_one,
		a_thousand_msrs_need_no_care, lapic_is_what_it_was_set_to,
		lapic_without_an_irqchip_returns_einval);
}
