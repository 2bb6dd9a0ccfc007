/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>

#include <kvm-ioctls/x86.h>

#include "machine.h"

#define MSR_SYSENTER_CS 0x174

static struct kvm_fd kvm;

static bool has_index(const struct kvm_msr_list *list, uint32_t index)
{
	for (uint32_t i = 0; i < list->nmsrs; i++) {
		if (list->indices[i] == index)
			return true;
	}
	return false;
}

START_TEST(list_of_msrs_has_the_sysenter_ones)
{
	struct kvm_msr_list *list;

	open_kvm(&kvm);
	ck_assert_int_eq(kvm_get_msr_index_list(&kvm, &list), 0);
	ck_assert(has_index(list, MSR_SYSENTER_CS));
	free(list);
	kvm_fini(&kvm);
}
END_TEST

START_TEST(feature_msrs_can_be_read)
{
	struct kvm_msr_entry entry = { .index = 0 };
	struct kvm_msr_list *list;

	open_kvm(&kvm);
	ck_assert_int_eq(kvm_get_msr_feature_index_list(&kvm, &list), 0);
	ck_assert_uint_gt(list->nmsrs, 0);
	entry.index = list->indices[0];
	ck_assert_int_eq(kvm_get_feature_msrs(&kvm, &entry, 1), 1);
	entry.index = 0x12345678;
	ck_assert_int_eq(kvm_get_feature_msrs(&kvm, &entry, 1), 0);
	free(list);
	kvm_fini(&kvm);
}
END_TEST

START_TEST(emulated_cpuid_is_a_table)
{
	struct kvm_cpuid2 *cpuid;

	open_kvm(&kvm);
	ck_assert_int_eq(kvm_get_emulated_cpuid(&kvm, &cpuid), 0);
	ck_assert_uint_lt(cpuid->nent, 100);
	free(cpuid);
	kvm_fini(&kvm);
}
END_TEST

START_TEST(a_list_that_does_not_fit_tells_its_length)
{
	const uint32_t needed = 1000;
	struct kvm_fake_reply reply = {
		.request = KVM_GET_MSR_INDEX_LIST,
		.result = -E2BIG,
		.data = &needed,
		.size = sizeof(needed),
	};
	struct kvm_msr_list *list;
	uint32_t asked;

	open_kvm(&kvm);
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_get_msr_index_list(&kvm, &list), 0);
	ck_assert_int_eq(kvm_fake_get_argument(fake, KVM_GET_MSR_INDEX_LIST, 1,
					       &asked, sizeof(asked)),
			 4 + 4 * 1000);
	ck_assert_uint_eq(asked, needed);
	free(list);
	kvm_fini(&kvm);
}
END_TEST

START_TEST(count_beyond_the_room_is_refused)
{
	const uint32_t told = 257;
	struct kvm_fake_reply reply = {
		.data = &told,
		.size = sizeof(told),
	};
	struct kvm_cpuid2 *cpuid;
	struct kvm_msr_list *list;

	open_kvm(&kvm);
	reply.request = KVM_GET_MSR_INDEX_LIST;
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_get_msr_index_list(&kvm, &list), -EBADMSG);
	reply.request = KVM_GET_MSR_FEATURE_INDEX_LIST;
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_get_msr_feature_index_list(&kvm, &list), -EBADMSG);
	reply.request = KVM_GET_SUPPORTED_CPUID;
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_get_supported_cpuid(&kvm, &cpuid), -EBADMSG);
	reply.request = KVM_GET_EMULATED_CPUID;
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_get_emulated_cpuid(&kvm, &cpuid), -EBADMSG);
	reply.request = KVM_GET_SUPPORTED_HV_CPUID;
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_get_supported_hv_cpuid(&kvm, &cpuid), -EBADMSG);
	kvm_fini(&kvm);
}
END_TEST

START_TEST(hyperv_leaves_of_an_older_kernel_are_not_supported)
{
	struct kvm_cpuid2 *cpuid;

	open_kvm(&kvm);
	ck_assert_int_eq(kvm_get_supported_hv_cpuid(&kvm, &cpuid), -ENOTSUP);
	ck_assert_uint_eq(kvm.handle.failed,
			  (uint32_t)KVM_GET_SUPPORTED_HV_CPUID);
	kvm_fini(&kvm);
}
END_TEST

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("x86_system",
				 list_of_msrs_has_the_sysenter_ones,
				 feature_msrs_can_be_read,
				 emulated_cpuid_is_a_table);
	return RUN_TESTS("x86_system", list_of_msrs_has_the_sysenter_ones,
			 a_list_that_does_not_fit_tells_its_length,
			 count_beyond_the_room_is_refused,
			 hyperv_leaves_of_an_older_kernel_are_not_supported);
}
