/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/x86.h>

#include "machine.h"
#include "starve.h"

static struct machine m;

START_TEST(extended_state_is_what_it_was_set_to)
{
	struct kvm_xsave *xsave, *back;
	size_t size, back_size;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_xsave2(&m.vcpu, &m.vm, &xsave, &size), 0);
	ck_assert_int_ge(size, 4096);
	ck_assert_int_eq(kvm_vm_xsave_size(&m.vm), (int)size);
	/* The x87 control word, and the header's note that x87 is in use. */
	xsave->region[0] = 0x27f;
	xsave->region[128] |= 1;
	ck_assert_int_eq(kvm_vcpu_set_xsave2(&m.vcpu, &m.vm, xsave, size), 0);
	ck_assert_int_eq(kvm_vcpu_get_xsave2(&m.vcpu, &m.vm, &back, &back_size),
			 0);
	ck_assert_uint_eq(back_size, size);
	ck_assert_uint_eq(back->region[0] & 0xffff, 0x27f);
	ck_assert_int_eq(kvm_vcpu_get_xsave(&m.vcpu, back), 0);
	ck_assert_uint_eq(back->region[0] & 0xffff, 0x27f);
	free(xsave);
	free(back);
	machine_fini(&m);
}
END_TEST

START_TEST(less_state_than_the_kernel_reads_returns_einval)
{
	struct kvm_xsave *xsave;
	size_t size;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_xsave2(&m.vcpu, &m.vm, &xsave, &size), 0);
	ck_assert_int_eq(kvm_vcpu_set_xsave2(&m.vcpu, &m.vm, xsave, size - 1),
			 -EINVAL);
	ck_assert_uint_eq(m.vcpu.handle.failed, KVM_CALL_ARGUMENT);
	free(xsave);
	machine_fini(&m);
}
END_TEST

/* What the kernel says that it needs from now on. */
static void need_xsave(int size)
{
	ck_assert_int_eq(kvm_fake_set_extension(fake, KVM_CAP_XSAVE2, size), 0);
}

/* The kernel writes as much as it needs, whatever it was given. */
START_TEST(extended_state_has_the_size_that_the_kernel_says_now)
{
	static uint8_t written[8192];
	const struct kvm_fake_reply reply = {
		.request = KVM_GET_XSAVE2,
		.data = written,
		.size = sizeof(written),
	};
	struct kvm_xsave *xsave;
	size_t size;

	memset(written, 0x5a, sizeof(written));
	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_xsave2(&m.vcpu, &m.vm, &xsave, &size), 0);
	ck_assert_uint_eq(size, 4096);
	need_xsave(8192);
	ck_assert_int_eq(kvm_vcpu_set_xsave2(&m.vcpu, &m.vm, xsave, size),
			 -EINVAL);
	free(xsave);
	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
	ck_assert_int_eq(kvm_vcpu_get_xsave2(&m.vcpu, &m.vm, &xsave, &size), 0);
	ck_assert_uint_eq(size, 8192);
	ck_assert_mem_eq(xsave, written, size);
	ck_assert_int_eq(kvm_vcpu_set_xsave2(&m.vcpu, &m.vm, xsave, size), 0);
	free(xsave);
	fail_next(KVM_GET_XSAVE2, -EINVAL);
	ck_assert_int_eq(kvm_vcpu_get_xsave2(&m.vcpu, &m.vm, &xsave, &size),
			 -EINVAL);
	machine_fini(&m);
}
END_TEST

static const int sizes_of_old_kernels[] = { 0, 1, 4095 };

START_TEST(extended_state_is_never_less_than_a_page)
{
	struct kvm_xsave *xsave;
	size_t size;

	machine_init(&m, "", 0);
	for (size_t i = 0; i < 3; i++) {
		need_xsave(sizes_of_old_kernels[i]);
		ck_assert_int_eq(kvm_vm_xsave_size(&m.vm), 4096);
		ck_assert_int_eq(
			kvm_vcpu_get_xsave2(&m.vcpu, &m.vm, &xsave, &size), 0);
		ck_assert_uint_eq(size, 4096);
		free(xsave);
	}
	machine_fini(&m);
}
END_TEST

START_TEST(extended_state_of_unknown_size_is_not_touched)
{
	struct kvm_xsave xsave, *got = NULL;
	size_t size = 0;

	machine_init(&m, "", 0);
	fail_next(KVM_CHECK_EXTENSION, -EIO);
	ck_assert_int_eq(kvm_vcpu_get_xsave2(&m.vcpu, &m.vm, &got, &size),
			 -EIO);
	ck_assert_uint_eq(m.vcpu.handle.failed, KVM_CHECK_EXTENSION);
	ck_assert_ptr_null(got);
	fail_next(KVM_CHECK_EXTENSION, -EIO);
	ck_assert_int_eq(kvm_vcpu_set_xsave2(&m.vcpu, &m.vm, &xsave,
					     sizeof(xsave)),
			 -EIO);
	machine_fini(&m);
}
END_TEST

static void tell_nested_size(uint32_t size, int result)
{
	const struct kvm_nested_state told = { .size = size };
	const struct kvm_fake_reply reply = {
		.request = KVM_GET_NESTED_STATE,
		.result = result,
		.data = &told,
		.size = sizeof(told),
	};

	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
}

/* The kernel writes the size that it needs, and fails. */
static void refuse_nested(uint32_t size)
{
	tell_nested_size(size, -E2BIG);
}

START_TEST(nested_state_grows_to_what_the_kernel_says)
{
	struct kvm_nested_state *state;

	machine_init(&m, "", 0);
	refuse_nested(8320);
	fail_next(KVM_GET_NESTED_STATE, 0);
	ck_assert_int_eq(kvm_vcpu_get_nested_state(&m.vcpu, &state), 0);
	ck_assert_uint_eq(state->size, 8320);
	fail_next(KVM_SET_NESTED_STATE, 0);
	ck_assert_int_eq(kvm_vcpu_set_nested_state(&m.vcpu, state), 0);
	free(state);
	machine_fini(&m);
}
END_TEST

START_TEST(nested_state_beyond_its_room_is_refused)
{
	struct kvm_nested_state *state = NULL;

	machine_init(&m, "", 0);
	tell_nested_size(sizeof(*state) + 1, 0);
	ck_assert_int_eq(kvm_vcpu_get_nested_state(&m.vcpu, &state), -EBADMSG);
	ck_assert_ptr_null(state);
	machine_fini(&m);
}
END_TEST

START_TEST(nested_state_does_not_grow_for_ever)
{
	struct kvm_nested_state *state;

	machine_init(&m, "", 0);
	refuse_nested(sizeof(struct kvm_nested_state));
	ck_assert_int_eq(kvm_vcpu_get_nested_state(&m.vcpu, &state), -E2BIG);
	refuse_nested(UINT32_MAX);
	ck_assert_int_eq(kvm_vcpu_get_nested_state(&m.vcpu, &state), -E2BIG);
	fail_next(KVM_GET_NESTED_STATE, -EINVAL);
	ck_assert_int_eq(kvm_vcpu_get_nested_state(&m.vcpu, &state), -EINVAL);
	machine_fini(&m);
}
END_TEST

#if CAN_STARVE
START_TEST(memory_that_cannot_be_had_returns_enomem)
{
	struct kvm_nested_state *state;
	struct kvm_xsave *xsave;
	size_t size;
	int r;

	machine_init(&m, "", 0);
	need_xsave(1 << 30);
	starve(true);
	r = kvm_vcpu_get_xsave2(&m.vcpu, &m.vm, &xsave, &size);
	starve(false);
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_uint_eq(m.vcpu.handle.failed, KVM_CALL_ALLOC);
	refuse_nested(1 << 20);
	starve(true);
	r = kvm_vcpu_get_nested_state(&m.vcpu, &state);
	starve(false);
	ck_assert_int_eq(r, -ENOMEM);
	machine_fini(&m);
}
END_TEST
#else
#define memory_that_cannot_be_had_returns_enomem \
	nested_state_does_not_grow_for_ever
#endif

START_TEST(tsc_frequency_is_known)
{
	machine_init(&m, "", 0);
	ck_assert_int_gt(kvm_vcpu_get_tsc_khz(&m.vcpu), 1000);
	machine_fini(&m);
}
END_TEST

START_TEST(real_mode_addresses_translate_to_themselves)
{
	struct kvm_translation translation = { .linear_address = 0x1234 };

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_translate(&m.vcpu, &translation), 0);
	ck_assert_uint_eq(translation.valid, 1);
	ck_assert_uint_eq(translation.physical_address, 0x1234);
	machine_fini(&m);
}
END_TEST

START_TEST(machine_check_banks_stay_within_the_limits)
{
	const struct kvm_x86_mce mce = { .bank = 200 };
	uint64_t cap = 0;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_get_mce_cap_supported(&m.kvm, &cap), 0);
	ck_assert_int_eq(kvm_vcpu_setup_mce(&m.vcpu, cap | 10), 0);
	ck_assert_int_eq(kvm_vcpu_setup_mce(&m.vcpu, ~UINT64_C(0)), -EINVAL);
	ck_assert_int_eq(kvm_vcpu_set_mce(&m.vcpu, &mce), -EINVAL);
	machine_fini(&m);
}
END_TEST

START_TEST(kvmclock_of_a_guest_without_one_returns_einval)
{
	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_kvmclock_ctrl(&m.vcpu), -EINVAL);
	machine_fini(&m);
}
END_TEST

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS(
			"x86_state", extended_state_is_what_it_was_set_to,
			less_state_than_the_kernel_reads_returns_einval,
			tsc_frequency_is_known,
			real_mode_addresses_translate_to_themselves,
			machine_check_banks_stay_within_the_limits,
			kvmclock_of_a_guest_without_one_returns_einval);
	return RUN_TESTS("x86_state", extended_state_is_what_it_was_set_to,
			 less_state_than_the_kernel_reads_returns_einval,
			 extended_state_has_the_size_that_the_kernel_says_now,
			 extended_state_is_never_less_than_a_page,
			 extended_state_of_unknown_size_is_not_touched,
			 nested_state_grows_to_what_the_kernel_says,
			 nested_state_beyond_its_room_is_refused,
			 nested_state_does_not_grow_for_ever,
			 memory_that_cannot_be_had_returns_enomem);
}
