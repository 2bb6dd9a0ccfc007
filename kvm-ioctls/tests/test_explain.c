/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/handle.h>
#include <kvm-ioctls/uapi.h>

#include "runner.h"

START_TEST(every_call_that_is_not_an_ioctl_has_a_name)
{
	for (uint32_t call = 0; call <= KVM_CALL_KICK; call++)
		ck_assert_str_ne(kvm_call_name(call), "an unknown call");
}
END_TEST

START_TEST(an_ioctl_is_named_as_the_kernel_names_it)
{
	ck_assert_str_eq(kvm_call_name(KVM_CREATE_VM), "KVM_CREATE_VM");
	ck_assert_str_eq(kvm_call_name(KVM_RUN), "KVM_RUN");
	ck_assert_str_eq(kvm_call_name((uint32_t)KVM_IRQ_LINE_STATUS),
			 "KVM_IRQ_LINE_STATUS");
	ck_assert_str_eq(kvm_call_name(0xdeadbeef), "an unknown call");
}
END_TEST

START_TEST(hints_say_what_to_do)
{
	ck_assert_ptr_nonnull(
		strstr(kvm_hint(KVM_CALL_OPEN, -EACCES), "group"));
	ck_assert_ptr_nonnull(
		strstr(kvm_hint(KVM_CALL_OPEN, -ENOENT), "firmware"));
	ck_assert_ptr_nonnull(
		strstr(kvm_hint(KVM_CREATE_VM, -EBUSY), "hypervisor"));
	ck_assert_ptr_nonnull(
		strstr(kvm_hint(KVM_ENABLE_CAP, -EINVAL), "capability"));
	ck_assert_ptr_null(kvm_hint(KVM_CREATE_VM, -EIO));
}
END_TEST

START_TEST(explain_joins_call_error_and_hint)
{
	struct kvm_handle handle = { .failed = KVM_CREATE_VM };
	char line[256];

	kvm_explain(&handle, -EBUSY, line, sizeof(line));
	ck_assert_ptr_eq(strstr(line, "KVM_CREATE_VM: "), line);
	ck_assert_ptr_nonnull(strstr(line, strerror(EBUSY)));
	ck_assert_ptr_nonnull(strstr(line, "hypervisor"));
	kvm_explain(&handle, -EIO, line, sizeof(line));
	ck_assert_str_eq(line + strlen(line) - strlen(strerror(EIO)),
			 strerror(EIO));
}
END_TEST

START_TEST(explain_counts_as_snprintf_does)
{
	struct kvm_handle handle = { .failed = KVM_CALL_OPEN };
	char line[256], cut[8];
	int len = kvm_explain(&handle, -ENOENT, line, sizeof(line));

	ck_assert_int_eq(len, (int)strlen(line));
	ck_assert_int_eq(kvm_explain(&handle, -ENOENT, cut, sizeof(cut)), len);
	ck_assert_uint_eq(strlen(cut), sizeof(cut) - 1);
	ck_assert_int_eq(kvm_explain(&handle, -ENOENT, NULL, 0), len);
}
END_TEST

int main(void)
{
	return RUN_TESTS("explain", every_call_that_is_not_an_ioctl_has_a_name,
			 an_ioctl_is_named_as_the_kernel_names_it,
			 hints_say_what_to_do,
			 explain_joins_call_error_and_hint,
			 explain_counts_as_snprintf_does);
}
