/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/arm64.h>

#include "machine.h"

static struct machine m;

static void check_argument(unsigned long request, const void *expected,
			   size_t size)
{
	uint8_t seen[256];

	ck_assert_int_eq(
		kvm_fake_get_argument(fake, request,
				      kvm_fake_count(fake, request) - 1, seen,
				      sizeof(seen)),
		(int)size);
	ck_assert_mem_eq(seen, expected, size);
}

START_TEST(vcpu_is_initialised_with_the_preferred_target)
{
	struct kvm_vcpu_init init;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vm_arm_preferred_target(&m.vm, &init), 0);
	ck_assert_uint_eq(init.target, KVM_ARM_TARGET_GENERIC_V8);
	init.features[0] = 1u << KVM_ARM_VCPU_PSCI_0_2;
	ck_assert_int_eq(kvm_vcpu_arm_vcpu_init(&m.vcpu, &init), 0);
	check_argument(KVM_ARM_VCPU_INIT, &init, sizeof(init));
	machine_fini(&m);
}
END_TEST

START_TEST(vcpu_is_finalised_by_feature)
{
	const int feature = KVM_ARM_VCPU_SVE;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_arm_vcpu_finalize(&m.vcpu, feature), 0);
	check_argument(KVM_ARM_VCPU_FINALIZE, &feature, sizeof(feature));
	machine_fini(&m);
}
END_TEST

START_TEST(addresses_and_offsets_are_put_into_their_structures)
{
	const struct kvm_arm_device_addr addr = { 1, 0x8000000 };
	const struct kvm_arm_counter_offset offset = { .counter_offset = 77 };

	machine_init(&m, "", 0);
	fail_next(KVM_ARM_SET_DEVICE_ADDR, 0);
	ck_assert_int_eq(kvm_vm_arm_set_device_addr(&m.vm, 1, 0x8000000), 0);
	check_argument(KVM_ARM_SET_DEVICE_ADDR, &addr, sizeof(addr));
	fail_next(KVM_ARM_SET_COUNTER_OFFSET, 0);
	ck_assert_int_eq(kvm_vm_arm_set_counter_offset(&m.vm, 77), 0);
	check_argument(KVM_ARM_SET_COUNTER_OFFSET, &offset, sizeof(offset));
	machine_fini(&m);
}
END_TEST

static int preferred_target(void)
{
	struct kvm_vcpu_init init;

	return kvm_vm_arm_preferred_target(&m.vm, &init);
}

static int vcpu_init(void)
{
	const struct kvm_vcpu_init init = { .target = 0 };

	return kvm_vcpu_arm_vcpu_init(&m.vcpu, &init);
}

static int vcpu_finalize(void)
{
	return kvm_vcpu_arm_vcpu_finalize(&m.vcpu, KVM_ARM_VCPU_SVE);
}

static int set_device_addr(void)
{
	return kvm_vm_arm_set_device_addr(&m.vm, 0, 0);
}

static int mte_copy_tags(void)
{
	const struct kvm_arm_copy_mte_tags copy = { .length = 0x1000 };

	return kvm_vm_arm_mte_copy_tags(&m.vm, &copy);
}

static int set_counter_offset(void)
{
	return kvm_vm_arm_set_counter_offset(&m.vm, 0);
}

static int get_reg_writable_masks(void)
{
	struct reg_mask_range range = { .range = 0 };

	return kvm_vm_arm_get_reg_writable_masks(&m.vm, &range);
}

static const struct {
	unsigned long request;
	int (*call)(void);
	int result;
} results[] = {
	{ KVM_ARM_PREFERRED_TARGET, preferred_target, -ENODEV },
	{ KVM_ARM_VCPU_INIT, vcpu_init, -EINVAL },
	{ KVM_ARM_VCPU_INIT, vcpu_init, -ENOENT },
	{ KVM_ARM_VCPU_FINALIZE, vcpu_finalize, -EPERM },
	{ KVM_ARM_VCPU_FINALIZE, vcpu_finalize, -EINVAL },
	{ KVM_ARM_SET_DEVICE_ADDR, set_device_addr, -ENODEV },
	{ KVM_ARM_SET_DEVICE_ADDR, set_device_addr, -EEXIST },
	{ KVM_ARM_SET_DEVICE_ADDR, set_device_addr, -EINVAL },
	{ KVM_ARM_MTE_COPY_TAGS, mte_copy_tags, 0x1000 },
	{ KVM_ARM_MTE_COPY_TAGS, mte_copy_tags, -EINVAL },
	{ KVM_ARM_MTE_COPY_TAGS, mte_copy_tags, -EFAULT },
	{ KVM_ARM_SET_COUNTER_OFFSET, set_counter_offset, -EBUSY },
	{ KVM_ARM_SET_COUNTER_OFFSET, set_counter_offset, -EINVAL },
	{ KVM_ARM_GET_REG_WRITABLE_MASKS, get_reg_writable_masks, 0 },
	{ KVM_ARM_GET_REG_WRITABLE_MASKS, get_reg_writable_masks, -EINVAL },
	{ KVM_ARM_GET_REG_WRITABLE_MASKS, get_reg_writable_masks, -EFAULT },
};

START_TEST(results_of_the_kernel_come_unchanged)
{
	machine_init(&m, "", 0);
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		fail_next(results[i].request, results[i].result);
		ck_assert_int_eq(results[i].call(), results[i].result);
	}
	ck_assert_int_eq(set_counter_offset(), -ENOTSUP);
	ck_assert_int_eq(get_reg_writable_masks(), -ENOTSUP);
	machine_fini(&m);
}
END_TEST

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	return RUN_TESTS("arm64", vcpu_is_initialised_with_the_preferred_target,
			 vcpu_is_finalised_by_feature,
			 addresses_and_offsets_are_put_into_their_structures,
			 results_of_the_kernel_come_unchanged);
}
