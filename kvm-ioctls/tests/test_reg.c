/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/reg.h>
#include <kvm-ioctls/reg_arm64.h>

#include "machine.h"

static struct machine m;

START_TEST(register_of_any_size_is_what_it_was_set_to)
{
	static uint8_t value[KVM_REG_MAX_SIZE], back[KVM_REG_MAX_SIZE];
	uint64_t id;
	size_t size;

	machine_init(&m, "", 0);
	memset(value, 0xa7, sizeof(value));
	for (uint64_t bits = 0; bits <= 8; bits++) {
		id = KVM_REG_ARM64 | bits << KVM_REG_SIZE_SHIFT | bits;
		size = (size_t)1 << bits;
		ck_assert_uint_eq(kvm_reg_size(id), size);
		memset(back, 0, sizeof(back));
		ck_assert_int_eq(kvm_vcpu_set_reg(&m.vcpu, id, value, size), 0);
		ck_assert_int_eq(kvm_vcpu_get_reg(&m.vcpu, id, back, size), 0);
		ck_assert_mem_eq(value, back, size);
	}
	machine_fini(&m);
}
END_TEST

START_TEST(wrong_size_returns_einval)
{
	uint64_t id = kvm_arm64_pc(), value = 0;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_reg(&m.vcpu, id, &value, 4), -EINVAL);
	ck_assert_int_eq(kvm_vcpu_set_reg(&m.vcpu, id, &value, 16), -EINVAL);
	ck_assert_uint_eq(m.vcpu.handle.failed, KVM_CALL_ARGUMENT);
	id |= UINT64_C(0xf) << KVM_REG_SIZE_SHIFT;
	ck_assert_int_eq(kvm_vcpu_get_reg(&m.vcpu, id, &value, 1 << 15),
			 -EINVAL);
	ck_assert_uint_eq(kvm_fake_count(fake, KVM_GET_ONE_REG), 0);
	machine_fini(&m);
}
END_TEST

START_TEST(small_register_is_zero_extended)
{
	uint64_t value = UINT64_MAX;

	machine_init(&m, "", 0);
	ck_assert_int_eq(
		kvm_vcpu_set_reg64(&m.vcpu, kvm_arm64_fpcr(), 0x89abcdef), 0);
	ck_assert_int_eq(kvm_vcpu_get_reg64(&m.vcpu, kvm_arm64_fpcr(), &value),
			 0);
	ck_assert_uint_eq(value, 0x89abcdef);
	machine_fini(&m);
}
END_TEST

START_TEST(value_that_does_not_fit_returns_einval)
{
	uint64_t value;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_set_reg64(&m.vcpu, kvm_arm64_fpcr(),
					    UINT64_C(1) << 32),
			 -EINVAL);
	ck_assert_int_eq(kvm_vcpu_set_reg64(&m.vcpu, kvm_arm64_v(0), 0),
			 -EINVAL);
	ck_assert_int_eq(kvm_vcpu_get_reg64(&m.vcpu, kvm_arm64_v(0), &value),
			 -EINVAL);
	ck_assert_int_eq(
		kvm_vcpu_set_reg64(&m.vcpu, kvm_arm64_pc(), UINT64_MAX), 0);
	machine_fini(&m);
}
END_TEST

START_TEST(missing_register_returns_enoent)
{
	uint64_t value = 5;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_reg64(&m.vcpu, kvm_arm64_pc(), &value),
			 -ENOENT);
	ck_assert_uint_eq(value, 5);
	machine_fini(&m);
}
END_TEST

START_TEST(errors_of_the_kernel_come_unchanged)
{
	machine_init(&m, "", 0);
	fail_next(KVM_GET_ONE_REG, -EPERM);
	ck_assert_int_eq(kvm_vcpu_get_reg64(&m.vcpu, kvm_arm64_pc(),
					    &(uint64_t){ 0 }),
			 -EPERM);
	fail_next(KVM_GET_ONE_REG, -EPERM);
	ck_assert_int_eq(kvm_vcpu_get_reg(&m.vcpu, kvm_arm64_pc(),
					  &(uint64_t){ 0 }, 8),
			 -EPERM);
	fail_next(KVM_GET_ONE_REG, -ENOENT);
	ck_assert_int_eq(kvm_vcpu_get_reg(&m.vcpu, kvm_arm64_pc(),
					  &(uint64_t){ 0 }, 8),
			 -ENOENT);
	fail_next(KVM_SET_ONE_REG, -EBUSY);
	ck_assert_int_eq(kvm_vcpu_set_reg(&m.vcpu, kvm_arm64_pc(),
					  &(uint64_t){ 0 }, 8),
			 -EBUSY);
	fail_next(KVM_SET_ONE_REG, -EBUSY);
	ck_assert_int_eq(kvm_vcpu_set_reg64(&m.vcpu, kvm_arm64_pc(), 0),
			 -EBUSY);
	machine_fini(&m);
}
END_TEST

START_TEST(list_has_every_register_whatever_their_number)
{
	struct kvm_reg_list *list;

	machine_init(&m, "", 0);
	for (uint32_t i = 0; i < 700; i++)
		ck_assert_int_eq(
			kvm_vcpu_set_reg64(&m.vcpu,
					   kvm_arm64_reg(KVM_ARM64_REG_FIRMWARE,
							 KVM_REG_SIZE_U64, i),
					   i),
			0);
	ck_assert_int_eq(kvm_vcpu_get_reg_list(&m.vcpu, &list), 0);
	ck_assert_uint_eq(list->n, 700);
	ck_assert_uint_eq(list->reg[699], kvm_arm64_firmware(699));
	ck_assert_uint_eq(kvm_fake_count(fake, KVM_GET_REG_LIST), 2);
	free(list);
	fail_next(KVM_GET_REG_LIST, -ENOEXEC);
	ck_assert_int_eq(kvm_vcpu_get_reg_list(&m.vcpu, &list), -ENOEXEC);
	fail_next(KVM_GET_REG_LIST, -EINVAL);
	ck_assert_int_eq(kvm_vcpu_get_reg_list(&m.vcpu, &list), -EINVAL);
	fail_next(KVM_GET_REG_LIST, -ENOTTY);
	ck_assert_int_eq(kvm_vcpu_get_reg_list(&m.vcpu, &list), -ENOTSUP);
	machine_fini(&m);
}
END_TEST

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	return RUN_TESTS("reg", register_of_any_size_is_what_it_was_set_to,
			 wrong_size_returns_einval,
			 small_register_is_zero_extended,
			 value_that_does_not_fit_returns_einval,
			 missing_register_returns_enoent,
			 errors_of_the_kernel_come_unchanged,
			 list_has_every_register_whatever_their_number);
}
