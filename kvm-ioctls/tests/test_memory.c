/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <kvm-ioctls/memory.h>

#include "machine.h"

static struct machine m;

START_TEST(guest_memfd_is_close_on_exec_or_not_supported)
{
	int fd;

	machine_init(&m, "", 0);
	fd = kvm_vm_create_guest_memfd(&m.vm, 0x10000, 0);
	if (kvm_vm_check_extension(&m.vm, KVM_CAP_GUEST_MEMFD) > 0) {
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		close(fd);
		ck_assert_int_eq(kvm_vm_create_guest_memfd(&m.vm, 1, 0),
				 -EINVAL);
	} else {
		ck_assert(fd == -ENOTSUP || fd == -EINVAL);
	}
	machine_fini(&m);
}
END_TEST

START_TEST(guest_memfd_passes_size_and_flags)
{
	struct kvm_create_guest_memfd seen;
	int fd = open("/dev/null", O_RDONLY);

	machine_init(&m, "", 0);
	fail_next(KVM_CREATE_GUEST_MEMFD, fd);
	ck_assert_int_eq(kvm_vm_create_guest_memfd(&m.vm, 0x2000, 1), fd);
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_gt(kvm_fake_get_argument(fake, KVM_CREATE_GUEST_MEMFD, 0,
					       &seen, sizeof(seen)),
			 0);
	ck_assert_uint_eq(seen.size, 0x2000);
	ck_assert_uint_eq(seen.flags, 1);
	close(fd);
	machine_fini(&m);
}
END_TEST

START_TEST(attributes_are_passed)
{
	const struct kvm_memory_attributes attributes = {
		.address = 0x1000,
		.size = 0x2000,
		.attributes = KVM_MEMORY_ATTRIBUTE_PRIVATE,
	};
	struct kvm_memory_attributes seen;

	machine_init(&m, "", 0);
	fail_next(KVM_SET_MEMORY_ATTRIBUTES, 0);
	ck_assert_int_eq(kvm_vm_set_memory_attributes(&m.vm, &attributes), 0);
	ck_assert_int_gt(kvm_fake_get_argument(fake, KVM_SET_MEMORY_ATTRIBUTES,
					       0, &seen, sizeof(seen)),
			 0);
	ck_assert_mem_eq(&seen, &attributes, sizeof(seen));
	fail_next(KVM_SET_MEMORY_ATTRIBUTES, -EINVAL);
	ck_assert_int_eq(kvm_vm_set_memory_attributes(&m.vm, &attributes),
			 -EINVAL);
	ck_assert_int_eq(kvm_vm_set_memory_attributes(&m.vm, &attributes),
			 -ENOTSUP);
	machine_fini(&m);
}
END_TEST

START_TEST(pre_fault_tells_what_is_left)
{
	static const int errors[] = { -EINVAL, -ENOENT, -EAGAIN };
	const struct kvm_pre_fault_memory left = { .gpa = 0x3000,
						   .size = 0x1000 };
	const struct kvm_fake_reply reply = {
		.request = KVM_PRE_FAULT_MEMORY,
		.data = &left,
		.size = sizeof(left),
	};
	struct kvm_pre_fault_memory range = { .gpa = 0x1000, .size = 0x3000 };

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_vcpu_pre_fault_memory(&m.vcpu, &range), 0);
	ck_assert_uint_eq(range.gpa, 0x3000);
	ck_assert_uint_eq(range.size, 0x1000);
	for (int i = 0; i < 3; i++) {
		fail_next(KVM_PRE_FAULT_MEMORY, errors[i]);
		ck_assert_int_eq(kvm_vcpu_pre_fault_memory(&m.vcpu, &range),
				 errors[i]);
	}
	ck_assert_int_eq(kvm_vcpu_pre_fault_memory(&m.vcpu, &range), -ENOTSUP);
	machine_fini(&m);
}
END_TEST

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("memory",
				 guest_memfd_is_close_on_exec_or_not_supported);
	return RUN_TESTS("memory",
			 guest_memfd_is_close_on_exec_or_not_supported,
			 guest_memfd_passes_size_and_flags,
			 attributes_are_passed, pre_fault_tells_what_is_left);
}
