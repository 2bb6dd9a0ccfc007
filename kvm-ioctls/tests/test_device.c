/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <fcntl.h>

#include <kvm-ioctls/device.h>

#include "machine.h"

#define NO_SUCH_TYPE 0x7fffffff

static struct machine m;

START_TEST(unknown_device_is_absent)
{
	struct kvm_device_fd device;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vm_has_device(&m.vm, NO_SUCH_TYPE), 0);
	ck_assert_int_eq(kvm_device_init(&device, &m.vm, NO_SUCH_TYPE),
			 -ENODEV);
	ck_assert_int_eq(device.handle.fd, -1);
	ck_assert_uint_eq(device.handle.failed, (uint32_t)KVM_CREATE_DEVICE);
	kvm_device_fini(&device);
	machine_fini(&m);
}
END_TEST

START_TEST(device_that_exists_can_be_made)
{
	struct kvm_device_fd device = { .handle = { .fd = 0 } };
	int there;

	machine_init(&m, "", 0);
	there = kvm_vm_has_device(&m.vm, KVM_DEV_TYPE_VFIO);
	ck_assert_int_ge(there, 0);
	if (there) {
		ck_assert_int_eq(
			kvm_device_init(&device, &m.vm, KVM_DEV_TYPE_VFIO), 0);
		ck_assert_int_eq(fcntl(device.handle.fd, F_GETFD) & FD_CLOEXEC,
				 FD_CLOEXEC);
		ck_assert_int_eq(kvm_device_has_attr(&device, 99, 0), 0);
		ck_assert_int_eq(kvm_device_has_attr(&device,
						     KVM_DEV_VFIO_GROUP,
						     KVM_DEV_VFIO_GROUP_ADD),
				 1);
	}
	kvm_device_fini(&device);
	machine_fini(&m);
}
END_TEST

START_TEST(device_of_a_type_exists_once)
{
	struct kvm_device_fd device, other;

	machine_init(&m, "", 0);
	ck_assert_int_eq(
		kvm_device_init(&device, &m.vm, KVM_DEV_TYPE_ARM_VGIC_V3), 0);
	ck_assert_int_eq(kvm_device_init(&other, &m.vm,
					 KVM_DEV_TYPE_ARM_VGIC_V3),
			 -EEXIST);
	kvm_device_fini(&device);
	machine_fini(&m);
}
END_TEST

START_TEST(attribute_is_what_it_was_set_to)
{
	struct kvm_device_fd device;
	uint64_t addr = 0x8000000, back = 0;

	machine_init(&m, "", 0);
	ck_assert_int_eq(
		kvm_device_init(&device, &m.vm, KVM_DEV_TYPE_ARM_VGIC_V3), 0);
	ck_assert_int_eq(kvm_device_set_attr(&device, 0, 2, &addr), 0);
	ck_assert_int_eq(kvm_device_get_attr(&device, 0, 2, &back), 0);
	ck_assert_uint_eq(back, addr);
	ck_assert_int_eq(kvm_device_get_attr(&device, 0, 3, &back), -ENXIO);
	ck_assert_int_eq(kvm_device_set_attr(&device, 0, 2, NULL), -EFAULT);
	ck_assert_int_eq(kvm_device_set_attr(&device, 77, 0, &addr), -ENXIO);
	kvm_device_fini(&device);
	machine_fini(&m);
}
END_TEST

START_TEST(errors_of_an_attribute_come_unchanged)
{
	struct kvm_device_fd device;
	uint64_t addr = 0;

	machine_init(&m, "", 0);
	ck_assert_int_eq(
		kvm_device_init(&device, &m.vm, KVM_DEV_TYPE_ARM_VGIC_V3), 0);
	fail_next(KVM_SET_DEVICE_ATTR, -EPERM);
	ck_assert_int_eq(kvm_device_set_attr(&device, 0, 2, &addr), -EPERM);
	fail_next(KVM_SET_DEVICE_ATTR, -EBUSY);
	ck_assert_int_eq(kvm_device_set_attr(&device, 0, 2, &addr), -EBUSY);
	fail_next(KVM_HAS_DEVICE_ATTR, -EIO);
	ck_assert_int_eq(kvm_device_has_attr(&device, 0, 2), -EIO);
	kvm_device_fini(&device);
	machine_fini(&m);
}
END_TEST

START_TEST(a_kernel_without_devices_says_so)
{
	struct kvm_device_fd device;

	machine_init(&m, "", 0);
	fail_next(KVM_CREATE_DEVICE, -ENOTTY);
	ck_assert_int_eq(kvm_device_init(&device, &m.vm, KVM_DEV_TYPE_VFIO),
			 -ENOTSUP);
	fail_next(KVM_CREATE_DEVICE, -ENOTTY);
	ck_assert_int_eq(kvm_vm_has_device(&m.vm, KVM_DEV_TYPE_VFIO), -ENOTSUP);
	machine_fini(&m);
}
END_TEST

/* Passes one attribute through each object that can have some. */
START_TEST(every_object_passes_group_and_number)
{
	struct kvm_device_attr seen;
	uint64_t value = 0;
	unsigned int n = 0;

	machine_init(&m, "", 0);
	fail_next(KVM_SET_DEVICE_ATTR, 0);
	ck_assert_int_eq(kvm_vm_set_attr(&m.vm, 3, 4, &value), 0);
	fail_next(KVM_SET_DEVICE_ATTR, 0);
	ck_assert_int_eq(kvm_vcpu_set_attr(&m.vcpu, 3, 4, &value), 0);
	for (; n < 2; n++) {
		ck_assert_int_gt(kvm_fake_get_argument(fake,
						       KVM_SET_DEVICE_ATTR, n,
						       &seen, sizeof(seen)),
				 0);
		ck_assert_uint_eq(seen.group, 3);
		ck_assert_uint_eq(seen.attr, 4);
		ck_assert_uint_eq(seen.addr, (uintptr_t)&value);
	}
	fail_next(KVM_GET_DEVICE_ATTR, 0);
	ck_assert_int_eq(kvm_vm_get_attr(&m.vm, 3, 4, &value), 0);
	fail_next(KVM_GET_DEVICE_ATTR, 0);
	ck_assert_int_eq(kvm_vcpu_get_attr(&m.vcpu, 3, 4, &value), 0);
	fail_next(KVM_GET_DEVICE_ATTR, 0);
	ck_assert_int_eq(kvm_get_attr(&m.kvm, 3, 4, &value), 0);
	ck_assert_int_eq(kvm_vm_has_attr(&m.vm, 3, 4), 0);
	ck_assert_int_eq(kvm_vcpu_has_attr(&m.vcpu, 3, 4), 0);
	fail_next(KVM_HAS_DEVICE_ATTR, 0);
	ck_assert_int_eq(kvm_has_attr(&m.kvm, 3, 4), 1);
	machine_fini(&m);
}
END_TEST

#define COMMON_TESTS unknown_device_is_absent, device_that_exists_can_be_made

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("device", COMMON_TESTS);
	return RUN_TESTS("device", COMMON_TESTS, device_of_a_type_exists_once,
			 attribute_is_what_it_was_set_to,
			 errors_of_an_attribute_come_unchanged,
			 a_kernel_without_devices_says_so,
			 every_object_passes_group_and_number);
}
