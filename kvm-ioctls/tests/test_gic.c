/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>

#include <kvm-ioctls/gic.h>

#include "machine.h"

/* Groups and attributes: the kernel's devices/arm-vgic*.rst. */
#define GRP_ADDR    0
#define GRP_NR_IRQS 3

static struct machine m;
static struct kvm_device_fd gic;

static uint64_t address(uint64_t type)
{
	uint64_t value = 0;

	ck_assert_int_eq(kvm_device_get_attr(&gic, GRP_ADDR, type, &value), 0);
	return value;
}

START_TEST(gicv2_gets_its_addresses_and_interrupts)
{
	const struct kvm_gicv2_config config = { 0x8000000, 0x8010000, 256 };
	uint32_t nr_irqs = 0;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_gicv2_init(&gic, &m.vm, &config), 0);
	ck_assert_uint_eq(address(0), 0x8000000);
	ck_assert_uint_eq(address(1), 0x8010000);
	ck_assert_int_eq(kvm_device_get_attr(&gic, GRP_NR_IRQS, 0, &nr_irqs),
			 0);
	ck_assert_uint_eq(nr_irqs, 256);
	ck_assert_int_eq(kvm_gic_start(&gic), 0);
	kvm_device_fini(&gic);
	machine_fini(&m);
}
END_TEST

START_TEST(gicv3_gets_one_range_of_redistributors)
{
	const struct kvm_gicv3_config config = { .dist = 0x8000000,
						 .redist = 0x80a0000 };
	uint32_t nr_irqs;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_gicv3_init(&gic, &m.vm, &config), 0);
	ck_assert_uint_eq(address(2), 0x8000000);
	ck_assert_uint_eq(address(3), 0x80a0000);
	ck_assert_int_eq(kvm_device_get_attr(&gic, GRP_NR_IRQS, 0, &nr_irqs),
			 -ENXIO);
	kvm_device_fini(&gic);
	machine_fini(&m);
}
END_TEST

START_TEST(gicv3_gets_several_ranges_of_redistributors)
{
	const struct kvm_gicv3_config config = { .dist = 0x8000000,
						 .redist = 0x80a0000,
						 .redist_count = 123 };

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_gicv3_init(&gic, &m.vm, &config), 0);
	ck_assert_uint_eq(address(5), UINT64_C(123) << 52 | 0x80a0000);
	ck_assert_int_eq(kvm_gicv3_add_redist_region(
				 &gic, 1, UINT64_C(0x4000000000), 512),
			 0);
	ck_assert_uint_eq(address(5),
			  UINT64_C(512) << 52 | UINT64_C(0x4000000001));
	kvm_device_fini(&gic);
	machine_fini(&m);
}
END_TEST

START_TEST(redistributors_that_do_not_fit_the_format_are_refused)
{
	const struct kvm_gicv3_config config = { .redist_count = 1 };

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_gicv3_init(&gic, &m.vm, &config), 0);
	ck_assert_int_eq(kvm_gicv3_add_redist_region(&gic, 1, 0x8000, 1),
			 -EINVAL);
	ck_assert_int_eq(kvm_gicv3_add_redist_region(&gic, 1, UINT64_C(1) << 52,
						     1),
			 -EINVAL);
	ck_assert_int_eq(kvm_gicv3_add_redist_region(&gic, 0x1000, 0, 1),
			 -EINVAL);
	ck_assert_int_eq(kvm_gicv3_add_redist_region(&gic, 1, 0, 0), -EINVAL);
	ck_assert_int_eq(kvm_gicv3_add_redist_region(&gic, 1, 0, 0x1000),
			 -EINVAL);
	ck_assert_uint_eq(gic.handle.failed, KVM_CALL_ARGUMENT);
	kvm_device_fini(&gic);
	machine_fini(&m);
}
END_TEST

START_TEST(its_is_started_at_once)
{
	struct kvm_device_attr seen;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_its_init(&gic, &m.vm, 0x8080000), 0);
	ck_assert_uint_eq(address(4), 0x8080000);
	ck_assert_int_gt(kvm_fake_get_argument(fake, KVM_SET_DEVICE_ATTR, 1,
					       &seen, sizeof(seen)),
			 0);
	ck_assert_uint_eq(seen.group, 4);
	ck_assert_uint_eq(seen.attr, 0);
	kvm_device_fini(&gic);
	machine_fini(&m);
}
END_TEST

/* Each refusal of an attribute, at whichever step, closes the device. */
START_TEST(refused_address_closes_the_device)
{
	static const int errors[] = { -EINVAL, -E2BIG };
	const struct kvm_gicv2_config v2 = { .nr_irqs = 64 };
	const struct kvm_gicv3_config v3 = { .nr_irqs = 64 };

	for (int i = 0; i < 2; i++) {
		machine_init(&m, "", 0);
		fail_next(KVM_SET_DEVICE_ATTR, errors[i]);
		ck_assert_int_eq(kvm_gicv2_init(&gic, &m.vm, &v2), errors[i]);
		ck_assert_int_eq(gic.handle.fd, -1);
		ck_assert_uint_eq(gic.handle.failed,
				  (uint32_t)KVM_SET_DEVICE_ATTR);
		fail_next(KVM_SET_DEVICE_ATTR, errors[i]);
		ck_assert_int_eq(kvm_gicv3_init(&gic, &m.vm, &v3), errors[i]);
		ck_assert_int_eq(gic.handle.fd, -1);
		fail_next(KVM_SET_DEVICE_ATTR, errors[i]);
		ck_assert_int_eq(kvm_its_init(&gic, &m.vm, 0), errors[i]);
		ck_assert_int_eq(gic.handle.fd, -1);
		machine_fini(&m);
	}
}
END_TEST

START_TEST(host_without_a_gic_returns_enodev)
{
	const struct kvm_gicv3_config config = { .dist = 0 };
	const struct kvm_gicv2_config v2 = { .dist = 0 };

	machine_init(&m, "", 0);
	fail_next(KVM_CREATE_DEVICE, -ENODEV);
	ck_assert_int_eq(kvm_gicv2_init(&gic, &m.vm, &v2), -ENODEV);
	fail_next(KVM_CREATE_DEVICE, -EEXIST);
	ck_assert_int_eq(kvm_gicv2_init(&gic, &m.vm, &v2), -EEXIST);
	fail_next(KVM_CREATE_DEVICE, -ENODEV);
	ck_assert_int_eq(kvm_gicv3_init(&gic, &m.vm, &config), -ENODEV);
	ck_assert_int_eq(kvm_gicv3_init(&gic, &m.vm, &config), 0);
	fail_next(KVM_SET_DEVICE_ATTR, -ENODEV);
	ck_assert_int_eq(kvm_gic_start(&gic), -ENODEV);
	kvm_device_fini(&gic);
	ck_assert_int_eq(kvm_gicv3_init(&gic, &m.vm, &config), -EEXIST);
	machine_fini(&m);
}
END_TEST

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	return RUN_TESTS("gic", gicv2_gets_its_addresses_and_interrupts,
			 gicv3_gets_one_range_of_redistributors,
			 gicv3_gets_several_ranges_of_redistributors,
			 redistributors_that_do_not_fit_the_format_are_refused,
			 its_is_started_at_once,
			 refused_address_closes_the_device,
			 host_without_a_gic_returns_enodev);
}
