/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>

#include <kvm-ioctls/aia.h>

#include "machine.h"

/* Groups and attributes: riscv64's <asm/kvm.h>. */
#define GRP_CONFIG 0
#define GRP_ADDR   1
#define GRP_CTRL   2

static struct machine m;
static struct kvm_device_fd aia;

static uint32_t config_value(uint64_t attr)
{
	uint32_t value = 0;

	ck_assert_int_eq(kvm_device_get_attr(&aia, GRP_CONFIG, attr, &value),
			 0);
	return value;
}

START_TEST(aia_gets_its_shape)
{
	const struct kvm_aia_config config = {
		.aplic = 0xd000000,
		.sources = 96,
		.ids = 255,
		.hart_bits = 3,
		.guest_bits = 1,
		.group_bits = 2,
		.group_shift = 24,
	};
	uint64_t addr = 0;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_aia_init(&aia, &m.vm, &config), 0);
	ck_assert_uint_eq(config_value(1), 255);
	ck_assert_uint_eq(config_value(2), 96);
	ck_assert_uint_eq(config_value(3), 2);
	ck_assert_uint_eq(config_value(4), 24);
	ck_assert_uint_eq(config_value(5), 3);
	ck_assert_uint_eq(config_value(6), 1);
	ck_assert_int_eq(kvm_device_get_attr(&aia, GRP_ADDR, 0, &addr), 0);
	ck_assert_uint_eq(addr, 0xd000000);
	kvm_device_fini(&aia);
	machine_fini(&m);
}
END_TEST

START_TEST(zeroes_keep_the_kernels_defaults)
{
	const struct kvm_aia_config config = { .aplic = 0 };

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_aia_init(&aia, &m.vm, &config), 0);
	ck_assert_uint_eq(kvm_fake_count(fake, KVM_SET_DEVICE_ATTR), 0);
	ck_assert_int_eq(kvm_aia_init(&aia, &m.vm, &config), -EEXIST);
	machine_fini(&m);
}
END_TEST

START_TEST(every_vcpu_has_an_imsic)
{
	const struct kvm_aia_config config = { .ids = 63 };
	uint64_t addr = 0;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_aia_init(&aia, &m.vm, &config), 0);
	ck_assert_int_eq(kvm_aia_set_imsic(&aia, 5, 0x28005000), 0);
	ck_assert_int_eq(kvm_device_get_attr(&aia, GRP_ADDR, 6, &addr), 0);
	ck_assert_uint_eq(addr, 0x28005000);
	fail_next(KVM_SET_DEVICE_ATTR, -EINVAL);
	ck_assert_int_eq(kvm_aia_set_imsic(&aia, 0, 1), -EINVAL);
	fail_next(KVM_SET_DEVICE_ATTR, -ENXIO);
	ck_assert_int_eq(kvm_aia_set_imsic(&aia, 9, 0), -ENXIO);
	ck_assert_int_eq(kvm_aia_start(&aia), 0);
	fail_next(KVM_SET_DEVICE_ATTR, -EBUSY);
	ck_assert_int_eq(kvm_aia_start(&aia), -EBUSY);
	kvm_device_fini(&aia);
	machine_fini(&m);
}
END_TEST

START_TEST(refused_shape_closes_the_device)
{
	const struct kvm_aia_config config = { .aplic = 0x1000, .ids = 64 };

	machine_init(&m, "", 0);
	fail_next(KVM_SET_DEVICE_ATTR, -EINVAL);
	ck_assert_int_eq(kvm_aia_init(&aia, &m.vm, &config), -EINVAL);
	ck_assert_int_eq(aia.handle.fd, -1);
	machine_fini(&m);
	machine_init(&m, "", 0);
	fail_next(KVM_CREATE_DEVICE, -ENODEV);
	ck_assert_int_eq(kvm_aia_init(&aia, &m.vm, &config), -ENODEV);
	machine_fini(&m);
}
END_TEST

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	return RUN_TESTS("aia", aia_gets_its_shape,
			 zeroes_keep_the_kernels_defaults,
			 every_vcpu_has_an_imsic,
			 refused_shape_closes_the_device);
}
