/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The clock against the MC146818 data sheet and what PCs add to it. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <vm-superio/cmos.h>

#include "fake_clock.h"
#include "run.h"

enum { SEC = 0, SEC_A, MIN, MIN_A, HOUR, HOUR_A, WDAY, MDAY, MON, YEAR };
enum { A = 10, B, C, D };
#define CENTURY 0x32

#define SET 0x80
#define PIE 0x40
#define AIE 0x20
#define UIE 0x10
#define DM  0x04
#define H24 0x02

/* 2024-02-29 23:59:58, a Thursday, half a second in. */
#define NOW_S UINT64_C(1709251198)
#define NOW   (NOW_S * S + S / 2)

static struct fake_clock clock;
static struct vm_cmos cmos;

static void setup(void)
{
	clock = fake_clock_at(NOW);
	ck_assert_int_eq(vm_cmos_init(&cmos, &fake_ops, &clock), 0);
}

static uint8_t in(unsigned int index)
{
	vm_cmos_write(&cmos, VM_CMOS_INDEX, (uint8_t)index);
	return vm_cmos_read(&cmos, VM_CMOS_DATA);
}

static void out(unsigned int index, unsigned int value)
{
	vm_cmos_write(&cmos, VM_CMOS_INDEX, (uint8_t)index);
	vm_cmos_write(&cmos, VM_CMOS_DATA, (uint8_t)value);
}

/* Without the periodic flag, which at its usual rate is always set. */
static void setup_unperiodic(void)
{
	setup();
	out(A, 0x20);
}

static void expect_time(unsigned int century, unsigned int year,
			unsigned int month, unsigned int day, unsigned int hour,
			unsigned int minute, unsigned int second)
{
	ck_assert_uint_eq(in(CENTURY), century);
	ck_assert_uint_eq(in(YEAR), year);
	ck_assert_uint_eq(in(MON), month);
	ck_assert_uint_eq(in(MDAY), day);
	ck_assert_uint_eq(in(HOUR), hour);
	ck_assert_uint_eq(in(MIN), minute);
	ck_assert_uint_eq(in(SEC), second);
}

static void wait_until(uint64_t host_ns)
{
	clock.now = host_ns;
	vm_cmos_tick(&cmos);
}

START_TEST(init_without_time_or_interrupt_is_refused)
{
	struct vm_clock_ops ops = fake_ops;

	ops.now = NULL;
	ck_assert_int_eq(vm_cmos_init(&cmos, &ops, &clock), -EINVAL);
	ops = fake_ops;
	ops.irq = NULL;
	ck_assert_int_eq(vm_cmos_init(&cmos, &ops, &clock), -EINVAL);
}
END_TEST

START_TEST(power_on_state_is_that_which_firmware_leaves)
{
	ck_assert_uint_eq(in(A), 0x26);
	ck_assert_uint_eq(in(B), 0x02);
	ck_assert_uint_eq(in(C), 0x00);
	ck_assert_uint_eq(in(D), 0x80);
	ck_assert_uint_eq(in(0x0e), 0x00);
}
END_TEST

START_TEST(time_is_bcd_of_24_hours)
{
	expect_time(0x20, 0x24, 0x02, 0x29, 0x23, 0x59, 0x58);
	ck_assert_uint_eq(in(WDAY), 5);
}
END_TEST

START_TEST(time_is_binary_where_the_guest_wants_it)
{
	out(B, H24 | DM);
	expect_time(20, 24, 2, 29, 23, 59, 58);
}
END_TEST

START_TEST(seconds_carry_into_a_month)
{
	wait_until(NOW + 2 * S);
	expect_time(0x20, 0x24, 0x03, 0x01, 0x00, 0x00, 0x00);
	ck_assert_uint_eq(in(WDAY), 6);
}
END_TEST

/* Hours of the day in 12-hour format: BCD and binary. */
static const uint8_t twelve[][3] = {
	{ 0, 0x12, 12 },	{ 1, 0x01, 1 },
	{ 11, 0x11, 11 },	{ 12, 0x92, 12 | 0x80 },
	{ 13, 0x81, 1 | 0x80 }, { 23, 0x91, 11 | 0x80 },
};

START_TEST(hours_in_12_hour_format_have_a_pm_bit)
{
	wait_until((NOW_S - NOW_S % 86400 + twelve[_i][0] * 3600u) * S);
	out(B, 0);
	ck_assert_uint_eq(in(HOUR), twelve[_i][1]);
	out(B, DM);
	ck_assert_uint_eq(in(HOUR), twelve[_i][2]);
	/* Written back they mean the same. */
	out(HOUR, twelve[_i][2]);
	out(B, H24 | DM);
	ck_assert_uint_eq(in(HOUR), twelve[_i][0]);
}
END_TEST

START_TEST(a_time_set_under_the_set_bit_runs_when_it_is_released)
{
	out(B, H24 | SET);
	out(SEC, 0x56);
	out(MIN, 0x34);
	out(HOUR, 0x12);
	out(MDAY, 0x31);
	out(MON, 0x12);
	out(YEAR, 0x99);
	out(CENTURY, 0x19);
	wait_until(NOW + 100 * S);
	expect_time(0x19, 0x99, 0x12, 0x31, 0x12, 0x34, 0x56);
	out(B, H24);
	expect_time(0x19, 0x99, 0x12, 0x31, 0x12, 0x34, 0x56);
	ck_assert_uint_eq(in(WDAY), 6);
	wait_until(NOW + 105 * S);
	expect_time(0x19, 0x99, 0x12, 0x31, 0x12, 0x35, 0x01);
}
END_TEST

START_TEST(a_byte_of_the_time_can_be_set_while_the_clock_runs)
{
	out(MIN, 0x07);
	expect_time(0x20, 0x24, 0x02, 0x29, 0x23, 0x07, 0x58);
	wait_until(NOW + 2 * S);
	expect_time(0x20, 0x24, 0x02, 0x29, 0x23, 0x08, 0x00);
}
END_TEST

START_TEST(a_time_that_is_none_does_no_harm)
{
	for (unsigned int value = 0; value < 256; value++) {
		out(B, H24 | SET | (value & DM));
		for (unsigned int i = SEC; i <= YEAR; i++)
			out(i, value);
		out(CENTURY, value);
		out(B, H24 | AIE);
		ck_assert_uint_le(in(MON), 0x12);
		ck_assert_uint_le(in(SEC), 0x59);
	}
}
END_TEST

START_TEST(an_update_in_progress_is_flagged_before_the_second_ends)
{
	clock.now = NOW_S * S + S - 2228001;
	ck_assert_uint_eq(in(A), 0x26);
	clock.now++;
	ck_assert_uint_eq(in(A), 0xa6);
	clock.now = NOW_S * S + S - 1;
	ck_assert_uint_eq(in(A), 0xa6);
	ck_assert_uint_eq(in(SEC), 0x58);
	clock.now++;
	ck_assert_uint_eq(in(A), 0x26);
	ck_assert_uint_eq(in(SEC), 0x59);
	clock.now = NOW_S * S + S - 1;
	out(B, H24 | SET);
	ck_assert_uint_eq(in(A), 0x26);
}
END_TEST

START_TEST(update_flag_comes_with_the_second_and_goes_by_reading)
{
	ck_assert_uint_eq(in(C), 0);
	wait_until(NOW + S / 2);
	ck_assert_uint_eq(in(C), 0x10);
	ck_assert_uint_eq(in(C), 0);
	ck_assert_uint_eq(clock.irq_changes, 0);
}
END_TEST

START_TEST(update_interrupt_comes_each_second)
{
	out(HOUR_A, 0x12);
	out(B, H24 | UIE);
	for (uint64_t i = 1; i < 4; i++) {
		ck_assert_uint_eq(clock.alarm, (NOW_S + i) * S);
		wait_until(clock.alarm);
		ck_assert(clock.irq);
		ck_assert_uint_eq(clock.alarm, VM_CLOCK_NEVER);
		ck_assert_uint_eq(in(C), 0x90);
		ck_assert(!clock.irq);
	}
}
END_TEST

START_TEST(setting_the_time_stops_updates_and_their_interrupt)
{
	out(B, H24 | UIE | AIE);
	out(B, H24 | UIE | AIE | SET);
	ck_assert_uint_eq(in(B), H24 | AIE | SET);
	ck_assert_uint_eq(clock.alarm, VM_CLOCK_NEVER);
	wait_until(NOW + 5 * S);
	ck_assert_uint_eq(in(C), 0);
}
END_TEST

/* Alarm at hour, minute, second; seconds from NOW until it comes. */
static const struct {
	uint8_t hour, minute, second;
	uint64_t in_s;
} alarms[] = {
	{ 0x23, 0x59, 0x59, 1 },
	{ 0x00, 0x00, 0x00, 2 },
	{ 0x00, 0x00, 0x01, 3 },
	{ 0x12, 0x34, 0x56, 12 * 3600 + 34 * 60 + 56 + 2 },
	{ 0x23, 0x59, 0x58, 86400 }, /* of now, so of tomorrow */
	{ 0xc0, 0xc0, 0xff, 1 }, /* every second */
	{ 0xff, 0xff, 0x58, 60 }, /* every minute */
	{ 0xff, 0x59, 0x59, 1 }, /* every hour */
	{ 0xff, 0x00, 0xff, 2 },
	{ 0x05, 0xff, 0xff, 5 * 3600 + 2 },
};

START_TEST(alarm_comes_when_the_time_matches)
{
	uint64_t due = (NOW_S + alarms[_i].in_s) * S;

	out(HOUR_A, alarms[_i].hour);
	out(MIN_A, alarms[_i].minute);
	out(SEC_A, alarms[_i].second);
	ck_assert_uint_eq(in(HOUR_A), alarms[_i].hour);
	out(B, H24 | AIE);
	ck_assert_uint_eq(clock.alarm, due);
	wait_until(due - 1);
	ck_assert(!clock.irq);
	wait_until(due);
	ck_assert(clock.irq);
	ck_assert_uint_eq(in(C), 0xb0);
	ck_assert(!clock.irq);
}
END_TEST

START_TEST(alarm_in_12_hour_format_knows_the_afternoon)
{
	out(B, AIE);
	out(HOUR_A, 0x91);
	out(MIN_A, 0x59);
	out(SEC_A, 0x59);
	ck_assert_uint_eq(clock.alarm, (NOW_S + 1) * S);
	out(HOUR_A, 0x11);
	ck_assert_uint_eq(clock.alarm, (NOW_S + 1 + 43200) * S);
}
END_TEST

/* Each of three bytes that no time has. */
START_TEST(alarm_that_matches_no_time_never_comes)
{
	out(HOUR_A, _i == 0 ? 0x24 : 0xff);
	out(MIN_A, _i == 1 ? 0x60 : 0xff);
	out(SEC_A, _i == 2 ? 0x60 : 0xff);
	out(B, H24 | AIE);
	ck_assert_uint_eq(clock.alarm, VM_CLOCK_NEVER);
	wait_until(NOW + 86400 * S);
	ck_assert_uint_eq(in(C), 0x10);
}
END_TEST

START_TEST(alarm_that_was_slept_through_is_raised)
{
	out(HOUR_A, 0x00);
	out(MIN_A, 0x00);
	out(SEC_A, 0x00);
	out(B, H24 | AIE);
	wait_until(NOW + 1000 * S);
	ck_assert(clock.irq);
}
END_TEST

START_TEST(a_clock_set_back_raises_nothing)
{
	out(B, H24 | UIE | AIE | PIE);
	in(C);
	clock.now -= 100 * S;
	vm_cmos_tick(&cmos);
	ck_assert_uint_eq(in(C), 0);
	ck_assert_uint_eq(in(SEC), 0x18);
}
END_TEST

/* Rates of register A and their frequency on a 32768 Hz crystal. */
static const struct {
	uint8_t rate;
	uint64_t hz;
} rates[] = {
	{ 1, 256 },  { 2, 128 }, { 3, 8192 }, { 4, 4096 }, { 5, 2048 },
	{ 6, 1024 }, { 7, 512 }, { 8, 256 },  { 9, 128 },  { 10, 64 },
	{ 11, 32 },  { 12, 16 }, { 13, 8 },   { 14, 4 },   { 15, 2 },
};

START_TEST(periodic_interrupt_comes_at_its_rate)
{
	uint64_t end = (NOW_S + 2) * S;
	unsigned int count = 0;

	wait_until((NOW_S + 1) * S);
	out(A, 0x20 | rates[_i].rate);
	out(B, H24 | PIE);
	in(C);
	while (clock.alarm < end) {
		wait_until(clock.alarm - 1);
		if (clock.irq)
			ck_abort_msg("early after %u", count);
		wait_until(clock.alarm);
		if (!clock.irq || in(C) != 0xc0)
			ck_abort_msg("none after %u", count);
		count++;
	}
	ck_assert_uint_eq(clock.alarm, end);
	ck_assert_uint_eq(count, rates[_i].hz - 1);
}
END_TEST

START_TEST(periodic_rate_zero_is_off)
{
	out(A, 0x20);
	out(B, H24 | PIE);
	ck_assert_uint_eq(clock.alarm, VM_CLOCK_NEVER);
	wait_until(NOW + 10 * S);
	ck_assert_uint_eq(in(C)&0xc0, 0);
}
END_TEST

START_TEST(the_earliest_of_the_events_sets_the_alarm)
{
	out(HOUR_A, 0x00);
	out(MIN_A, 0x00);
	out(SEC_A, 0x00);
	out(A, 0x2f);
	out(B, H24 | AIE);
	ck_assert_uint_eq(clock.alarm, (NOW_S + 2) * S);
	out(B, H24 | AIE | UIE);
	ck_assert_uint_eq(clock.alarm, (NOW_S + 1) * S);
	wait_until(NOW + S / 4);
	out(A, 0x2e);
	out(B, H24 | AIE | UIE | PIE);
	ck_assert_uint_eq(clock.alarm, (NOW_S + 1) * S);
	out(A, 0x2d);
	ck_assert_uint_eq(clock.alarm, NOW_S * S + S / 8 * 7);
}
END_TEST

START_TEST(at_the_end_of_time_there_are_no_more_alarms)
{
	clock.now = UINT64_MAX;
	vm_cmos_tick(&cmos);
	out(A, 0x2f);
	out(SEC_A, 0xff);
	out(MIN_A, 0xff);
	out(HOUR_A, 0xff);
	out(B, H24 | AIE | UIE | PIE);
	in(C);
	ck_assert_uint_eq(clock.alarm, VM_CLOCK_NEVER);
}
END_TEST

START_TEST(memory_is_kept_and_firmware_can_fill_it)
{
	for (unsigned int i = 0x0e; i < 128; i++)
		if (i != CENTURY)
			out(i, i ^ 0xff);
	for (unsigned int i = 0x0e; i < 128; i++)
		if (i != CENTURY)
			ck_assert_uint_eq(in(i), i ^ 0xff);
	ck_assert_int_eq(vm_cmos_set_memory(&cmos, 0x34, 0x12), 0);
	ck_assert_uint_eq(in(0x34), 0x12);
}
END_TEST

static const unsigned int no_memory[] = { 0, 13, 0x32, 128, 0xffffffff };

START_TEST(firmware_cannot_fill_what_is_no_memory)
{
	ck_assert_int_eq(vm_cmos_set_memory(&cmos, no_memory[_i], 1), -EINVAL);
}
END_TEST

START_TEST(read_only_registers_ignore_writes)
{
	out(A, 0xa6);
	out(C, 0xff);
	out(D, 0x00);
	ck_assert_uint_eq(in(A), 0x26);
	ck_assert_uint_eq(in(C), 0x00);
	ck_assert_uint_eq(in(D), 0x80);
}
END_TEST

START_TEST(the_index_has_seven_bits_and_cannot_be_read)
{
	out(0x8e, 0x77);
	ck_assert_uint_eq(in(0x0e), 0x77);
	ck_assert_uint_eq(vm_cmos_read(&cmos, VM_CMOS_INDEX), 0xff);
	ck_assert_uint_eq(vm_cmos_read(&cmos, 2), 0xff);
	vm_cmos_write(&cmos, 2, 0x55);
	ck_assert_uint_eq(in(0x0e), 0x77);
}
END_TEST

START_TEST(a_restored_clock_keeps_its_distance_to_the_host)
{
	struct vm_cmos_state state, again;

	out(MIN, 0x30);
	out(0x40, 0x99);
	out(HOUR_A, 0xff);
	out(MIN_A, 0xff);
	out(SEC_A, 0x00);
	out(B, H24 | AIE);
	vm_cmos_write(&cmos, VM_CMOS_INDEX, 0x40);
	vm_cmos_save(&cmos, &state);
	clock = fake_clock_at(NOW + 10 * S);
	ck_assert_int_eq(vm_cmos_init(&cmos, &fake_ops, &clock), 0);
	ck_assert_int_eq(vm_cmos_restore(&cmos, &state), 0);
	ck_assert_uint_eq(vm_cmos_read(&cmos, VM_CMOS_DATA), 0x99);
	ck_assert_uint_eq(clock.alarm, (NOW_S + 62) * S);
	vm_cmos_save(&cmos, &again);
	ck_assert_mem_eq(&state, &again, sizeof(state));
	expect_time(0x20, 0x24, 0x02, 0x29, 0x23, 0x31, 0x08);
	ck_assert(!clock.irq);
	wait_until(clock.alarm);
	vm_cmos_save(&cmos, &state);
	setup();
	ck_assert_int_eq(vm_cmos_restore(&cmos, &state), 0);
	ck_assert(clock.irq);
}
END_TEST

START_TEST(a_clock_that_is_being_set_is_restored_so)
{
	struct vm_cmos_state state;

	out(B, H24 | SET);
	out(SEC, 0x11);
	vm_cmos_save(&cmos, &state);
	setup();
	ck_assert_int_eq(vm_cmos_restore(&cmos, &state), 0);
	expect_time(0x20, 0x24, 0x02, 0x29, 0x23, 0x59, 0x11);
}
END_TEST

#define AT(member) offsetof(struct vm_cmos_state, member)
static const struct {
	size_t off;
	uint8_t value;
} corruptions[] = {
	{ AT(version), 0 },	    { AT(index), 128 },
	{ AT(reserved), 1 },	    { AT(reserved) + 2, 1 },
	{ AT(offset_s) + 5, 2 },    { AT(offset_s) + 7, 0x80 },
	{ AT(bytes) + A, 0xa6 },    { AT(bytes) + B, SET | UIE },
	{ AT(bytes) + C, 0x80 },    { AT(bytes) + C, 0x01 },
	{ AT(bytes) + D, 0x00 },    { AT(bytes) + SEC, 1 },
	{ AT(bytes) + CENTURY, 1 },
};

START_TEST(a_state_that_no_clock_can_have_is_refused)
{
	struct vm_cmos_state state;

	vm_cmos_save(&cmos, &state);
	ck_assert_int_eq(vm_cmos_restore(&cmos, &state), 0);
	((uint8_t *)&state)[corruptions[_i].off] = corruptions[_i].value;
	ck_assert_int_eq(vm_cmos_restore(&cmos, &state), -EBADMSG);
	expect_time(0x20, 0x24, 0x02, 0x29, 0x23, 0x59, 0x58);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cmos");
	TCase *tcase = tcase_create("all");
	TCase *unperiodic = tcase_create("unperiodic");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_set_timeout(tcase, 60);
	ADD_TESTS(tcase, init_without_time_or_interrupt_is_refused,
		  power_on_state_is_that_which_firmware_leaves,
		  time_is_bcd_of_24_hours,
		  time_is_binary_where_the_guest_wants_it,
		  seconds_carry_into_a_month,
		  a_time_set_under_the_set_bit_runs_when_it_is_released,
		  a_byte_of_the_time_can_be_set_while_the_clock_runs,
		  a_time_that_is_none_does_no_harm,
		  an_update_in_progress_is_flagged_before_the_second_ends,
		  alarm_in_12_hour_format_knows_the_afternoon,
		  alarm_that_was_slept_through_is_raised,
		  a_clock_set_back_raises_nothing, periodic_rate_zero_is_off,
		  the_earliest_of_the_events_sets_the_alarm,
		  at_the_end_of_time_there_are_no_more_alarms,
		  memory_is_kept_and_firmware_can_fill_it,
		  read_only_registers_ignore_writes,
		  the_index_has_seven_bits_and_cannot_be_read,
		  a_restored_clock_keeps_its_distance_to_the_host,
		  a_clock_that_is_being_set_is_restored_so);
	ADD_TEST_OVER(tcase, hours_in_12_hour_format_have_a_pm_bit, twelve);
	ADD_TEST_OVER(tcase, periodic_interrupt_comes_at_its_rate, rates);
	ADD_TEST_OVER(tcase, firmware_cannot_fill_what_is_no_memory, no_memory);
	ADD_TEST_OVER(tcase, a_state_that_no_clock_can_have_is_refused,
		      corruptions);
	suite_add_tcase(suite, tcase);

	tcase_add_checked_fixture(unperiodic, setup_unperiodic, NULL);
	ADD_TESTS(unperiodic,
		  update_flag_comes_with_the_second_and_goes_by_reading,
		  update_interrupt_comes_each_second,
		  setting_the_time_stops_updates_and_their_interrupt);
	tcase_add_loop_test(unperiodic, alarm_that_matches_no_time_never_comes,
			    0, 3);
	ADD_TEST_OVER(unperiodic, alarm_comes_when_the_time_matches, alarms);
	suite_add_tcase(suite, unperiodic);
	return run_suite(suite);
}
