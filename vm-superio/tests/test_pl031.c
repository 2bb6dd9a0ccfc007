/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The clock against ARM DDI 0224, chapter 3. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <vm-superio/pl031.h>

#include "fake_clock.h"
#include "run.h"

enum {
	DR = 0x00,
	MR = 0x04,
	LR = 0x08,
	CR = 0x0c,
	IMSC = 0x10,
	RIS = 0x14,
	MIS = 0x18,
	ICR = 0x1c,
};

/* 2026-01-01, and a part of a second that the counter does not show. */
#define NOW_S UINT64_C(1767225600)
#define NOW   (NOW_S * S + 123456789)

static struct fake_clock clock;
static struct vm_pl031 rtc;

static void setup(void)
{
	clock = fake_clock_at(NOW);
	ck_assert_int_eq(vm_pl031_init(&rtc, &fake_ops, &clock), 0);
}

static uint32_t in(unsigned int off)
{
	return vm_pl031_read(&rtc, off);
}

static void out(unsigned int off, uint64_t value)
{
	vm_pl031_write(&rtc, off, (uint32_t)value);
}

START_TEST(init_without_time_or_interrupt_is_refused)
{
	struct vm_clock_ops ops = fake_ops;

	ops.now = NULL;
	ck_assert_int_eq(vm_pl031_init(&rtc, &ops, &clock), -EINVAL);
	ops = fake_ops;
	ops.irq = NULL;
	ck_assert_int_eq(vm_pl031_init(&rtc, &ops, &clock), -EINVAL);
}
END_TEST

START_TEST(reset_values)
{
	ck_assert_uint_eq(in(DR), NOW_S);
	ck_assert_uint_eq(in(MR), 0);
	ck_assert_uint_eq(in(LR), 0);
	ck_assert_uint_eq(in(CR), 1);
	ck_assert_uint_eq(in(IMSC), 0);
	ck_assert_uint_eq(in(RIS), 0);
	ck_assert_uint_eq(in(MIS), 0);
	ck_assert_uint_eq(in(ICR), 0);
}
END_TEST

START_TEST(identification_is_that_of_a_pl031)
{
	static const uint8_t id[] = { 0x31, 0x10, 0x04, 0x00,
				      0x0d, 0xf0, 0x05, 0xb1 };

	for (unsigned int i = 0; i < 8; i++)
		ck_assert_uint_eq(in(0xfe0 + 4 * i), id[i]);
	ck_assert_uint_eq(in(0xfe1), 0);
	ck_assert_uint_eq(in(0xfdc), 0);
	ck_assert_uint_eq(in(0x1000), 0);
}
END_TEST

START_TEST(counter_follows_the_host_forward_and_back)
{
	clock.now += 10 * S;
	ck_assert_uint_eq(in(DR), NOW_S + 10);
	clock.now -= 60 * S;
	ck_assert_uint_eq(in(DR), NOW_S - 50);
	ck_assert_uint_eq(in(RIS), 0);
}
END_TEST

START_TEST(load_register_sets_the_counter)
{
	out(LR, 1000);
	ck_assert_uint_eq(in(DR), 1000);
	clock.now += 5 * S;
	ck_assert_uint_eq(in(DR), 1005);
	ck_assert_uint_eq(in(LR), 1000);
}
END_TEST

START_TEST(read_only_registers_ignore_writes)
{
	out(DR, 7);
	out(CR, 0);
	out(RIS, 1);
	out(MIS, 1);
	out(0xfe0, 7);
	ck_assert_uint_eq(in(DR), NOW_S);
	ck_assert_uint_eq(in(CR), 1);
	ck_assert_uint_eq(in(RIS), 0);
	ck_assert_uint_eq(in(0xfe0), 0x31);
}
END_TEST

START_TEST(match_raises_the_interrupt_at_its_second)
{
	out(MR, NOW_S + 3);
	out(IMSC, 0xffffffff);
	ck_assert_uint_eq(in(IMSC), 1);
	ck_assert_uint_eq(clock.alarm, (NOW_S + 3) * S);
	clock.now = clock.alarm - 1;
	vm_pl031_tick(&rtc);
	ck_assert(!clock.irq);
	clock.now = clock.alarm;
	vm_pl031_tick(&rtc);
	ck_assert(clock.irq);
	ck_assert_uint_eq(in(RIS), 1);
	ck_assert_uint_eq(in(MIS), 1);
	ck_assert_uint_eq(clock.alarm, VM_CLOCK_NEVER);
}
END_TEST

START_TEST(match_that_was_slept_through_is_raised)
{
	out(MR, NOW_S + 3);
	out(IMSC, 1);
	clock.now += 1000 * S;
	ck_assert_uint_eq(in(MIS), 1);
	ck_assert(clock.irq);
}
END_TEST

START_TEST(match_while_masked_shows_in_the_raw_status_alone)
{
	out(MR, NOW_S + 3);
	ck_assert_uint_eq(clock.alarms, 0);
	clock.now += 3 * S;
	ck_assert_uint_eq(in(RIS), 1);
	ck_assert_uint_eq(in(MIS), 0);
	ck_assert(!clock.irq);
	out(IMSC, 1);
	ck_assert(clock.irq);
	out(IMSC, 0);
	ck_assert(!clock.irq);
}
END_TEST

START_TEST(interrupt_is_cleared_and_comes_again_after_a_round)
{
	out(IMSC, 1);
	out(MR, NOW_S);
	ck_assert(clock.irq);
	out(ICR, 0);
	ck_assert(clock.irq);
	out(ICR, 1);
	ck_assert(!clock.irq);
	ck_assert_uint_eq(in(RIS), 0);
	ck_assert_uint_eq(clock.alarm, (NOW_S + (UINT64_C(1) << 32)) * S);
	clock.now = clock.alarm;
	vm_pl031_tick(&rtc);
	ck_assert(clock.irq);
}
END_TEST

START_TEST(loading_the_match_value_raises_the_interrupt)
{
	out(IMSC, 1);
	out(MR, 500);
	ck_assert(!clock.irq);
	out(LR, 500);
	ck_assert(clock.irq);
}
END_TEST

START_TEST(a_match_behind_the_wrap_of_the_counter_is_found)
{
	out(LR, 0xfffffffe);
	out(MR, 1);
	out(IMSC, 1);
	ck_assert_uint_eq(clock.alarm, (NOW_S + 3) * S);
	clock.now = clock.alarm;
	ck_assert_uint_eq(in(DR), 1);
	ck_assert(clock.irq);
}
END_TEST

START_TEST(an_alarm_past_the_end_of_time_is_never)
{
	clock = fake_clock_at(UINT64_MAX);
	ck_assert_int_eq(vm_pl031_init(&rtc, &fake_ops, &clock), 0);
	out(MR, in(DR) + 10);
	out(IMSC, 1);
	ck_assert_uint_eq(clock.alarm, VM_CLOCK_NEVER);
}
END_TEST

START_TEST(without_an_alarm_callback_the_flag_is_found_by_looking)
{
	ck_assert_int_eq(vm_pl031_init(&rtc, &fake_ops_without_alarm, &clock),
			 0);
	out(MR, NOW_S + 1);
	out(IMSC, 1);
	clock.now += S;
	ck_assert_uint_eq(in(RIS), 1);
	ck_assert(clock.irq);
}
END_TEST

START_TEST(a_restored_clock_keeps_its_distance_to_the_host)
{
	struct vm_pl031_state state, again;

	out(LR, 1000);
	out(MR, 2000);
	out(IMSC, 1);
	vm_pl031_save(&rtc, &state);
	clock = fake_clock_at(NOW + 100 * S);
	ck_assert_int_eq(vm_pl031_init(&rtc, &fake_ops, &clock), 0);
	ck_assert_int_eq(vm_pl031_restore(&rtc, &state), 0);
	ck_assert_uint_eq(in(DR), 1100);
	ck_assert_uint_eq(in(LR), 1000);
	ck_assert_uint_eq(in(MR), 2000);
	ck_assert_uint_eq(clock.alarm, (NOW_S + 1000) * S);
	vm_pl031_save(&rtc, &again);
	ck_assert_mem_eq(&state, &again, sizeof(state));
	clock.now = clock.alarm;
	vm_pl031_save(&rtc, &state);
	ck_assert_uint_eq(state.raw, 1);
	ck_assert(clock.irq);
	setup();
	ck_assert_int_eq(vm_pl031_restore(&rtc, &state), 0);
	ck_assert(clock.irq);
}
END_TEST

#define AT(member) offsetof(struct vm_pl031_state, member)
static const size_t corruptions[] = { AT(version), AT(masked_in), AT(raw),
				      AT(reserved), AT(reserved) + 1 };

START_TEST(a_state_that_no_clock_can_have_is_refused)
{
	struct vm_pl031_state state;

	vm_pl031_save(&rtc, &state);
	((uint8_t *)&state)[corruptions[_i]] = 2;
	ck_assert_int_eq(vm_pl031_restore(&rtc, &state), -EBADMSG);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pl031");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	ADD_TESTS(tcase, init_without_time_or_interrupt_is_refused,
		  reset_values, identification_is_that_of_a_pl031,
		  counter_follows_the_host_forward_and_back,
		  load_register_sets_the_counter,
		  read_only_registers_ignore_writes,
		  match_raises_the_interrupt_at_its_second,
		  match_that_was_slept_through_is_raised,
		  match_while_masked_shows_in_the_raw_status_alone,
		  interrupt_is_cleared_and_comes_again_after_a_round,
		  loading_the_match_value_raises_the_interrupt,
		  a_match_behind_the_wrap_of_the_counter_is_found,
		  an_alarm_past_the_end_of_time_is_never,
		  without_an_alarm_callback_the_flag_is_found_by_looking,
		  a_restored_clock_keeps_its_distance_to_the_host);
	ADD_TEST_OVER(tcase, a_state_that_no_clock_can_have_is_refused,
		      corruptions);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
