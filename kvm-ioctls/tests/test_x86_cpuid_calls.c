/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>

#include <kvm-ioctls/x86.h>

#include "machine.h"

static struct machine m;

START_TEST(supported_cpuid_can_be_given_to_a_vcpu_and_read_back)
{
	struct kvm_cpuid2 *cpuid, *back;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_get_supported_cpuid(&m.kvm, &cpuid), 0);
	ck_assert_uint_gt(cpuid->nent, 2);
	ck_assert_int_eq(kvm_vcpu_set_cpuid2(&m.vcpu, cpuid), 0);
	ck_assert_int_eq(kvm_vcpu_get_cpuid2(&m.vcpu, &back), 0);
	ck_assert_uint_eq(back->nent, cpuid->nent);
	ck_assert_uint_eq(back->entries[0].ebx, cpuid->entries[0].ebx);
	free(cpuid);
	free(back);
	machine_fini(&m);
}
END_TEST

START_TEST(cpuid_with_too_many_entries_returns_e2big)
{
	struct kvm_cpuid2 *cpuid =
		calloc(1, sizeof(*cpuid) + 1000 * sizeof(cpuid->entries[0]));

	machine_init(&m, "", 0);
	ck_assert_ptr_nonnull(cpuid);
	cpuid->nent = 1000;
	ck_assert_int_eq(kvm_vcpu_set_cpuid2(&m.vcpu, cpuid), -E2BIG);
	free(cpuid);
	machine_fini(&m);
}
END_TEST

START_TEST(supported_cpuid_grows_until_it_fits)
{
	struct kvm_cpuid2 *cpuid;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_get_supported_cpuid(&m.kvm, &cpuid), 0);
	ck_assert_uint_eq(cpuid->nent, 150);
	ck_assert_uint_eq(cpuid->entries[149].function, 149);
	ck_assert_uint_eq(kvm_fake_count(fake, KVM_GET_SUPPORTED_CPUID), 2);
	free(cpuid);
	machine_fini(&m);
}
END_TEST

/* As Linux 6.1 does it: the entries are there, but not their count. */
START_TEST(table_without_its_count_is_counted)
{
	struct {
		uint32_t nent;
		uint32_t padding;
		struct kvm_cpuid_entry2 entries[128];
	} table = { .nent = 128 };
	const struct kvm_fake_reply reply = {
		.request = KVM_GET_CPUID2,
		.data = &table,
		.size = sizeof(table),
	};
	struct kvm_cpuid2 *cpuid;

	machine_init(&m, "", 0);
	table.entries[0].eax = 4;
	table.entries[2].function = 7;
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_vcpu_get_cpuid2(&m.vcpu, &cpuid), 0);
	ck_assert_uint_eq(cpuid->nent, 3);
	ck_assert_uint_eq(cpuid->entries[2].function, 7);
	free(cpuid);
	fail_next(KVM_GET_CPUID2, 0);
	ck_assert_int_eq(kvm_vcpu_get_cpuid2(&m.vcpu, &cpuid), 0);
	ck_assert_uint_eq(cpuid->nent, 0);
	free(cpuid);
	machine_fini(&m);
}
END_TEST

START_TEST(count_beyond_the_room_is_refused)
{
	const uint32_t told = UINT32_MAX;
	struct kvm_fake_reply reply = {
		.request = KVM_GET_CPUID2,
		.data = &told,
		.size = sizeof(told),
	};
	struct kvm_cpuid2 *cpuid;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_vcpu_get_cpuid2(&m.vcpu, &cpuid), -EBADMSG);
	reply.request = KVM_GET_SUPPORTED_HV_CPUID;
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_vcpu_get_supported_hv_cpuid(&m.vcpu, &cpuid),
			 -EBADMSG);
	machine_fini(&m);
}
END_TEST

START_TEST(an_old_cpuid_table_is_passed_as_it_is)
{
	struct kvm_cpuid *cpuid =
		calloc(1, sizeof(*cpuid) + sizeof(cpuid->entries[0]));

	machine_init(&m, "", 0);
	ck_assert_ptr_nonnull(cpuid);
	cpuid->nent = 1;
	fail_next(KVM_SET_CPUID, -EINVAL);
	ck_assert_int_eq(kvm_vcpu_set_cpuid(&m.vcpu, cpuid), -EINVAL);
	ck_assert_int_eq(kvm_fake_get_argument(fake, KVM_SET_CPUID, 0, NULL, 0),
			 32);
	free(cpuid);
	machine_fini(&m);
}
END_TEST

START_TEST(a_vcpu_tells_its_hyperv_leaves)
{
	struct kvm_cpuid2 *cpuid;

	machine_init(&m, "", 0);
	fail_next(KVM_GET_SUPPORTED_HV_CPUID, 0);
	ck_assert_int_eq(kvm_vcpu_get_supported_hv_cpuid(&m.vcpu, &cpuid), 0);
	free(cpuid);
	machine_fini(&m);
}
END_TEST

#define COMMON_TESTS                                          \
	supported_cpuid_can_be_given_to_a_vcpu_and_read_back, \
		cpuid_with_too_many_entries_returns_e2big

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("x86_cpuid_calls", COMMON_TESTS);
	return RUN_TESTS("x86_cpuid_calls", COMMON_TESTS,
			 supported_cpuid_grows_until_it_fits,
			 table_without_its_count_is_counted,
			 count_beyond_the_room_is_refused,
			 an_old_cpuid_table_is_passed_as_it_is,
			 a_vcpu_tells_its_hyperv_leaves);
}
