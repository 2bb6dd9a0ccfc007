/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* How any call reaches the kernel, and what becomes of its errors. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <kvm-ioctls/reg.h>

#include "machine.h"
#include "starve.h"

static struct machine m;

START_TEST(interrupted_call_is_made_again)
{
	struct kvm_vm_fd vm;

	machine_init(&m, "", 0);
	fail_next(KVM_CREATE_VM, -EINTR);
	fail_next(KVM_CREATE_VM, -EINTR);
	ck_assert_int_eq(kvm_vm_init(&vm, &m.kvm, 0), 0);
	ck_assert_uint_eq(kvm_fake_count(fake, KVM_CREATE_VM), 4);
	kvm_vm_fini(&vm);
	machine_fini(&m);
}
END_TEST

START_TEST(unknown_request_is_not_supported)
{
	machine_init(&m, "", 0);
	fail_next(KVM_ENABLE_CAP, -ENOTTY);
	ck_assert_int_eq(
		kvm_vm_enable_cap(&m.vm, &(struct kvm_enable_cap){ .cap = 0 }),
		-ENOTSUP);
	ck_assert_uint_eq(m.vm.handle.failed, (uint32_t)KVM_ENABLE_CAP);
	machine_fini(&m);
}
END_TEST

START_TEST(a_success_does_not_clear_what_failed)
{
	machine_init(&m, "", 0);
	fail_next(KVM_CHECK_EXTENSION, -EIO);
	ck_assert_int_eq(kvm_vm_check_extension(&m.vm, 0), -EIO);
	ck_assert_int_eq(kvm_vm_check_extension(&m.vm, KVM_CAP_USER_MEMORY), 1);
	ck_assert_uint_eq(m.vm.handle.failed, KVM_CHECK_EXTENSION);
	machine_fini(&m);
}
END_TEST

START_TEST(handles_inherit_the_backend)
{
	machine_init(&m, "", 0);
	ck_assert_ptr_nonnull(m.kvm.handle.backend);
	ck_assert_ptr_eq(m.vm.handle.backend, m.kvm.handle.backend);
	ck_assert_ptr_eq(m.vcpu.handle.backend, m.kvm.handle.backend);
	machine_fini(&m);
}
END_TEST

START_TEST(foreign_descriptor_is_refused_by_the_backend)
{
	struct kvm_fd kvm;
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_init_from_fd(&kvm, fd, m.kvm.handle.backend),
			 -EBADF);
	close(fd);
	machine_fini(&m);
}
END_TEST

START_TEST(list_that_never_fits_ends_in_e2big)
{
	struct kvm_reg_list *list;
	int r;

	machine_init(&m, "", 0);
	for (int i = 0; i < 20; i++)
		fail_next(KVM_GET_REG_LIST, -E2BIG);
	r = kvm_vcpu_get_reg_list(&m.vcpu, &list);
	ck_assert_int_eq(r, -E2BIG);
	ck_assert_uint_lt(kvm_fake_count(fake, KVM_GET_REG_LIST), 20);
	machine_fini(&m);
}
END_TEST

START_TEST(absurd_length_is_not_believed)
{
	const uint64_t told = UINT64_MAX;
	const struct kvm_fake_reply reply = {
		.request = KVM_GET_REG_LIST,
		.result = -E2BIG,
		.data = &told,
		.size = sizeof(told),
	};
	struct kvm_reg_list *list;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_vcpu_get_reg_list(&m.vcpu, &list), 0);
	free(list);
	machine_fini(&m);
}
END_TEST

START_TEST(count_beyond_the_room_is_refused)
{
	const uint64_t told = 513;
	const struct kvm_fake_reply reply = {
		.request = KVM_GET_REG_LIST,
		.data = &told,
		.size = sizeof(told),
	};
	struct kvm_reg_list *list = NULL;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_vcpu_get_reg_list(&m.vcpu, &list), -EBADMSG);
	ck_assert_uint_eq(m.vcpu.handle.failed, (uint32_t)KVM_GET_REG_LIST);
	ck_assert_ptr_null(list);
	machine_fini(&m);
}
END_TEST

#if CAN_STARVE
START_TEST(memory_that_cannot_be_had_returns_enomem)
{
	const uint64_t told = (1 << 20) - 1;
	const struct kvm_fake_reply reply = {
		.request = KVM_GET_REG_LIST,
		.result = -E2BIG,
		.data = &told,
		.size = sizeof(told),
	};
	struct kvm_reg_list *list;
	int r;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	starve(true);
	r = kvm_vcpu_get_reg_list(&m.vcpu, &list);
	starve(false);
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_uint_eq(m.vcpu.handle.failed, KVM_CALL_ALLOC);
	machine_fini(&m);
}
END_TEST
#else
#define memory_that_cannot_be_had_returns_enomem absurd_length_is_not_believed
#endif

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	return RUN_TESTS("handle", interrupted_call_is_made_again,
			 unknown_request_is_not_supported,
			 a_success_does_not_clear_what_failed,
			 handles_inherit_the_backend,
			 foreign_descriptor_is_refused_by_the_backend,
			 list_that_never_fits_ends_in_e2big,
			 absurd_length_is_not_believed,
			 count_beyond_the_room_is_refused,
			 memory_that_cannot_be_had_returns_enomem);
}
