/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>

#include <kvm-ioctls/x86.h>

#include "machine.h"

#define MSR_SYSENTER_CS	 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_NONE	 0x12345678

static struct machine m;

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

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_set_msrs(&m.vcpu, in, 2), 2);
	ck_assert_int_eq(kvm_vcpu_get_msrs(&m.vcpu, out, 2), 2);
	ck_assert_uint_eq(out[0].data, 0x1234000);
	ck_assert_uint_eq(out[1].data, 8);
	machine_fini(&m);
}
END_TEST

START_TEST(the_count_points_at_the_unknown_msr)
{
	struct kvm_msr_entry entries[] = {
		{ .index = MSR_SYSENTER_CS },
		{ .index = MSR_NONE },
		{ .index = MSR_SYSENTER_ESP },
	};

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_msrs(&m.vcpu, entries, 3), 1);
	ck_assert_int_eq(kvm_vcpu_set_msrs(&m.vcpu, entries, 3), 1);
	ck_assert_int_eq(kvm_vcpu_get_msrs(&m.vcpu, entries, 0), 0);
	machine_fini(&m);
}
END_TEST

START_TEST(a_thousand_msrs_need_no_care)
{
	static struct kvm_msr_entry entries[1000];

	machine_init(&m, "", 0);
	for (size_t i = 0; i < 1000; i++) {
		entries[i].index = i & 1 ? MSR_SYSENTER_CS : MSR_SYSENTER_ESP;
		entries[i].data = i;
	}
	ck_assert_int_eq(kvm_vcpu_set_msrs(&m.vcpu, entries, 1000), 1000);
	ck_assert_int_eq(kvm_vcpu_get_msrs(&m.vcpu, entries, 1000), 1000);
	ck_assert_uint_eq(entries[0].data, 998);
	ck_assert_uint_eq(entries[999].data, 999);
	machine_fini(&m);
}
END_TEST

START_TEST(an_error_stops_the_batches)
{
	static struct kvm_msr_entry entries[300];

	machine_init(&m, "", 0);
	for (size_t i = 0; i < 300; i++)
		entries[i].index = MSR_SYSENTER_CS;
	fail_next(KVM_GET_MSRS, -ENOMEM);
	ck_assert_int_eq(kvm_vcpu_get_msrs(&m.vcpu, entries, 300), -ENOMEM);
	fail_next(KVM_SET_MSRS, -ENOMEM);
	ck_assert_int_eq(kvm_vcpu_set_msrs(&m.vcpu, entries, 300), -ENOMEM);
	ck_assert_uint_eq(kvm_fake_count(fake, KVM_SET_MSRS), 1);
	machine_fini(&m);
}
END_TEST

/* A backend that counts more than it was given must not be believed. */
START_TEST(count_beyond_the_batch_is_refused)
{
	struct kvm_msr_entry entries[] = {
		{ .index = MSR_SYSENTER_CS },
		{ .index = MSR_SYSENTER_ESP, .data = 5 },
	};

	machine_init(&m, "", 0);
	fail_next(KVM_GET_MSRS, 2);
	ck_assert_int_eq(kvm_vcpu_get_msrs(&m.vcpu, entries, 1), -EBADMSG);
	ck_assert_uint_eq(m.vcpu.handle.failed, (uint32_t)KVM_GET_MSRS);
	ck_assert_uint_eq(entries[1].data, 5);
	fail_next(KVM_GET_MSRS, 2);
	ck_assert_int_eq(kvm_get_feature_msrs(&m.kvm, entries, 1), -EBADMSG);
	fail_next(KVM_SET_MSRS, 129);
	ck_assert_int_eq(kvm_vcpu_set_msrs(&m.vcpu, entries, 2), -EBADMSG);
	ck_assert_uint_eq(m.vcpu.handle.failed, (uint32_t)KVM_SET_MSRS);
	machine_fini(&m);
}
END_TEST

#define COMMON_TESTS                                                         \
	msrs_are_what_they_were_set_to, the_count_points_at_the_unknown_msr, \
		a_thousand_msrs_need_no_care

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("x86_msr", COMMON_TESTS);
	return RUN_TESTS("x86_msr", COMMON_TESTS, an_error_stops_the_batches,
			 count_beyond_the_batch_is_refused);
}
