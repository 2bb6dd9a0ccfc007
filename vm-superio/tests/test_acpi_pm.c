/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <vm-superio/acpi_pm.h>

#include "run.h"

static struct vm_acpi_sleep regs;
static unsigned int sleeps;
static uint8_t last_type;

static void on_sleep(void *ctx, uint8_t type)
{
	ck_assert_ptr_eq(ctx, &sleeps);
	sleeps++;
	last_type = type;
}

static const struct vm_acpi_sleep_ops ops = { .sleep = on_sleep };

static void setup(void)
{
	sleeps = 0;
	ck_assert_int_eq(vm_acpi_sleep_init(&regs, &ops, &sleeps), 0);
}

START_TEST(init_without_a_sleep_callback_is_refused)
{
	static const struct vm_acpi_sleep_ops none;

	ck_assert_int_eq(vm_acpi_sleep_init(&regs, &none, NULL), -EINVAL);
}
END_TEST

START_TEST(slp_en_reports_the_sleep_type_of_the_same_write)
{
	for (unsigned int type = 0; type < 8; type++) {
		vm_acpi_sleep_write(&regs, VM_ACPI_SLEEP_CONTROL,
				    (uint8_t)(0xe3 | type << 2));
		ck_assert_uint_eq(sleeps, type + 1);
		ck_assert_uint_eq(last_type, type);
	}
}
END_TEST

START_TEST(without_slp_en_the_type_is_only_kept)
{
	vm_acpi_sleep_write(&regs, VM_ACPI_SLEEP_CONTROL, 0xdf);
	ck_assert_uint_eq(sleeps, 0);
	ck_assert_uint_eq(vm_acpi_sleep_read(&regs, VM_ACPI_SLEEP_CONTROL),
			  0x1c);
}
END_TEST

START_TEST(slp_en_reads_as_zero)
{
	vm_acpi_sleep_write(&regs, VM_ACPI_SLEEP_CONTROL, 0x34);
	ck_assert_uint_eq(vm_acpi_sleep_read(&regs, VM_ACPI_SLEEP_CONTROL),
			  0x14);
}
END_TEST

START_TEST(wake_status_is_cleared_by_writing_one)
{
	ck_assert_uint_eq(vm_acpi_sleep_read(&regs, VM_ACPI_SLEEP_STATUS), 0);
	vm_acpi_sleep_wake(&regs);
	vm_acpi_sleep_write(&regs, VM_ACPI_SLEEP_STATUS, 0x7f);
	ck_assert_uint_eq(vm_acpi_sleep_read(&regs, VM_ACPI_SLEEP_STATUS),
			  0x80);
	vm_acpi_sleep_write(&regs, VM_ACPI_SLEEP_STATUS, 0x80);
	ck_assert_uint_eq(vm_acpi_sleep_read(&regs, VM_ACPI_SLEEP_STATUS), 0);
}
END_TEST

START_TEST(other_offsets_are_nobodys)
{
	vm_acpi_sleep_write(&regs, 2, 0x34);
	ck_assert_uint_eq(sleeps, 0);
	ck_assert_uint_eq(vm_acpi_sleep_read(&regs, 2), 0xff);
}
END_TEST

START_TEST(restored_registers_read_like_the_saved_ones)
{
	struct vm_acpi_sleep_state state;

	vm_acpi_sleep_write(&regs, VM_ACPI_SLEEP_CONTROL, 0x14);
	vm_acpi_sleep_wake(&regs);
	vm_acpi_sleep_save(&regs, &state);
	setup();
	ck_assert_int_eq(vm_acpi_sleep_restore(&regs, &state), 0);
	ck_assert_uint_eq(vm_acpi_sleep_read(&regs, VM_ACPI_SLEEP_CONTROL),
			  0x14);
	ck_assert_uint_eq(vm_acpi_sleep_read(&regs, VM_ACPI_SLEEP_STATUS),
			  0x80);
	ck_assert_uint_eq(sleeps, 0);
}
END_TEST

static const struct vm_acpi_sleep_state impossible[] = {
	{ .version = 0 },
	{ .version = 1, .control = 0x20 },
	{ .version = 1, .status = 0x40 },
	{ .version = 1, .reserved = { 1, 0 } },
	{ .version = 1, .reserved = { 0, 1 } },
};

START_TEST(a_state_that_the_registers_cannot_have_is_refused)
{
	ck_assert_int_eq(vm_acpi_sleep_restore(&regs, &impossible[_i]),
			 -EBADMSG);
}
END_TEST

START_TEST(pm_timer_counts_at_its_frequency_and_wraps)
{
	uint64_t day_ns = UINT64_C(86400) * 1000000000;

	ck_assert_uint_eq(vm_acpi_pm_timer(0), 0);
	ck_assert_uint_eq(vm_acpi_pm_timer(279), 0);
	ck_assert_uint_eq(vm_acpi_pm_timer(280), 1);
	ck_assert_uint_eq(vm_acpi_pm_timer(1000000000), 3579545);
	ck_assert_uint_eq(vm_acpi_pm_timer(1999999999), 2 * 3579545 - 1);
	ck_assert_uint_eq(vm_acpi_pm_timer(day_ns),
			  (uint32_t)(UINT64_C(86400) * 3579545));
	/* (2^64 - 1) * 3579545 / 10^9, rounded down. */
	ck_assert_uint_eq(vm_acpi_pm_timer(UINT64_MAX),
			  (uint32_t)UINT64_C(66030950515326656));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("acpi_pm");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	ADD_TESTS(tcase, init_without_a_sleep_callback_is_refused,
		  slp_en_reports_the_sleep_type_of_the_same_write,
		  without_slp_en_the_type_is_only_kept, slp_en_reads_as_zero,
		  wake_status_is_cleared_by_writing_one,
		  other_offsets_are_nobodys,
		  restored_registers_read_like_the_saved_ones,
		  pm_timer_counts_at_its_frequency_and_wraps);
	ADD_TEST_OVER(tcase, a_state_that_the_registers_cannot_have_is_refused,
		      impossible);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
