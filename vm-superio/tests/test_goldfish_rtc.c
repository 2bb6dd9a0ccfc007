/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stddef.h>

#include <vm-superio/goldfish_rtc.h>

#include "fake_clock.h"
#include "run.h"

enum {
	TIME_LOW = 0x00,
	TIME_HIGH = 0x04,
	ALARM_LOW = 0x08,
	ALARM_HIGH = 0x0c,
	IRQ_ENABLED = 0x10,
	CLEAR_ALARM = 0x14,
	ALARM_STATUS = 0x18,
	CLEAR_INTERRUPT = 0x1c,
};

#define NOW (UINT64_C(1767225600) * S + 123456789)

static struct fake_clock clock;
static struct vm_goldfish_rtc rtc;

static void setup(void)
{
	clock = fake_clock_at(NOW);
	ck_assert_int_eq(vm_goldfish_rtc_init(&rtc, &fake_ops, &clock), 0);
}

static uint32_t in(unsigned int off)
{
	return vm_goldfish_rtc_read(&rtc, off);
}

static void out(unsigned int off, uint64_t value)
{
	vm_goldfish_rtc_write(&rtc, off, (uint32_t)value);
}

/* As Linux's driver does these four. */
static uint64_t get_time(void)
{
	uint64_t low = in(TIME_LOW);

	return low | (uint64_t)in(TIME_HIGH) << 32;
}

static void set_time(uint64_t ns)
{
	out(TIME_HIGH, ns >> 32);
	out(TIME_LOW, ns);
}

static void set_alarm(uint64_t ns)
{
	out(ALARM_HIGH, ns >> 32);
	out(ALARM_LOW, ns);
	out(IRQ_ENABLED, 1);
}

static uint64_t get_alarm(void)
{
	uint64_t low = in(ALARM_LOW);

	return low | (uint64_t)in(ALARM_HIGH) << 32;
}

START_TEST(init_without_time_or_interrupt_is_refused)
{
	struct vm_clock_ops ops = fake_ops;

	ops.now = NULL;
	ck_assert_int_eq(vm_goldfish_rtc_init(&rtc, &ops, &clock), -EINVAL);
	ops = fake_ops;
	ops.irq = NULL;
	ck_assert_int_eq(vm_goldfish_rtc_init(&rtc, &ops, &clock), -EINVAL);
}
END_TEST

START_TEST(it_shows_the_hosts_nanoseconds)
{
	ck_assert_uint_eq(get_time(), NOW);
	clock.now += 12345;
	ck_assert_uint_eq(get_time(), NOW + 12345);
}
END_TEST

START_TEST(reading_the_low_half_latches_the_high_half)
{
	uint32_t low;

	clock.now = UINT64_C(0x12ffffffff);
	low = in(TIME_LOW);
	clock.now++;
	ck_assert_uint_eq(low, 0xffffffff);
	ck_assert_uint_eq(in(TIME_HIGH), 0x12);
	ck_assert_uint_eq(in(TIME_LOW), 0);
	ck_assert_uint_eq(in(TIME_HIGH), 0x13);
}
END_TEST

START_TEST(a_set_time_runs_on)
{
	set_time(UINT64_C(0x123456789abcdef0));
	ck_assert_uint_eq(get_time(), UINT64_C(0x123456789abcdef0));
	clock.now += 16;
	ck_assert_uint_eq(get_time(), UINT64_C(0x123456789abcdf00));
	set_time(1);
	ck_assert_uint_eq(get_time(), 1);
}
END_TEST

START_TEST(an_alarm_interrupts_at_its_nanosecond)
{
	set_alarm(NOW + 1000);
	ck_assert_uint_eq(get_alarm(), NOW + 1000);
	ck_assert_uint_eq(in(ALARM_STATUS), 1);
	ck_assert_uint_eq(clock.alarm, NOW + 1000);
	clock.now += 999;
	vm_goldfish_rtc_tick(&rtc);
	ck_assert(!clock.irq);
	clock.now++;
	vm_goldfish_rtc_tick(&rtc);
	ck_assert(clock.irq);
	ck_assert_uint_eq(in(ALARM_STATUS), 0);
	ck_assert_uint_eq(clock.alarm, VM_CLOCK_NEVER);
	out(CLEAR_INTERRUPT, 1);
	ck_assert(!clock.irq);
}
END_TEST

START_TEST(an_alarm_of_the_past_interrupts_at_once)
{
	set_alarm(NOW - 1);
	ck_assert(clock.irq);
	ck_assert_uint_eq(in(ALARM_STATUS), 0);
}
END_TEST

START_TEST(an_alarm_is_in_guest_time)
{
	set_time(5000);
	set_alarm(6000);
	ck_assert_uint_eq(clock.alarm, NOW + 1000);
	set_time(5900);
	ck_assert_uint_eq(clock.alarm, NOW + 100);
	set_time(7000);
	ck_assert(clock.irq);
}
END_TEST

START_TEST(a_cleared_alarm_does_not_come)
{
	set_alarm(NOW + 1000);
	out(CLEAR_ALARM, 1);
	ck_assert_uint_eq(in(ALARM_STATUS), 0);
	ck_assert_uint_eq(clock.alarm, VM_CLOCK_NEVER);
	clock.now += 2000;
	vm_goldfish_rtc_tick(&rtc);
	ck_assert(!clock.irq);
}
END_TEST

START_TEST(a_disabled_interrupt_waits)
{
	set_alarm(NOW + 1000);
	out(IRQ_ENABLED, 0);
	ck_assert_uint_eq(in(IRQ_ENABLED), 0);
	ck_assert_uint_eq(clock.alarm, VM_CLOCK_NEVER);
	clock.now += 2000;
	vm_goldfish_rtc_tick(&rtc);
	ck_assert(!clock.irq);
	out(IRQ_ENABLED, 1);
	ck_assert(clock.irq);
}
END_TEST

START_TEST(an_alarm_past_the_end_of_time_is_never)
{
	set_time(0);
	set_alarm(UINT64_MAX);
	ck_assert_uint_eq(clock.alarm, VM_CLOCK_NEVER);
	ck_assert_uint_eq(in(ALARM_STATUS), 1);
}
END_TEST

START_TEST(other_offsets_read_as_zero)
{
	out(0x20, 1);
	out(ALARM_STATUS, 1);
	ck_assert_uint_eq(in(0x20), 0);
	ck_assert_uint_eq(in(2), 0);
	ck_assert_uint_eq(in(ALARM_STATUS), 0);
	ck_assert_uint_eq(in(CLEAR_INTERRUPT), 0);
}
END_TEST

START_TEST(a_restored_clock_keeps_its_distance_to_the_host)
{
	struct vm_goldfish_rtc_state state, again;

	set_time(5000);
	set_alarm(9000);
	in(TIME_LOW);
	vm_goldfish_rtc_save(&rtc, &state);
	clock = fake_clock_at(NOW + 100);
	ck_assert_int_eq(vm_goldfish_rtc_init(&rtc, &fake_ops, &clock), 0);
	ck_assert_int_eq(vm_goldfish_rtc_restore(&rtc, &state), 0);
	vm_goldfish_rtc_save(&rtc, &again);
	ck_assert_mem_eq(&state, &again, sizeof(state));
	ck_assert_uint_eq(get_time(), 5100);
	ck_assert_uint_eq(clock.alarm, NOW + 4000);

	clock = fake_clock_at(NOW + 5000);
	ck_assert_int_eq(vm_goldfish_rtc_init(&rtc, &fake_ops, &clock), 0);
	ck_assert_int_eq(vm_goldfish_rtc_restore(&rtc, &state), 0);
	ck_assert(clock.irq);
}
END_TEST

#define AT(member) offsetof(struct vm_goldfish_rtc_state, member)
static const size_t corruptions[] = { AT(version),  AT(armed),
				      AT(enabled),  AT(pending),
				      AT(reserved), AT(reserved) + 4 };

START_TEST(a_state_that_no_clock_can_have_is_refused)
{
	struct vm_goldfish_rtc_state state;

	vm_goldfish_rtc_save(&rtc, &state);
	((uint8_t *)&state)[corruptions[_i]] = 2;
	ck_assert_int_eq(vm_goldfish_rtc_restore(&rtc, &state), -EBADMSG);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("goldfish_rtc");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	ADD_TESTS(tcase, init_without_time_or_interrupt_is_refused,
		  it_shows_the_hosts_nanoseconds,
		  reading_the_low_half_latches_the_high_half,
		  a_set_time_runs_on, an_alarm_interrupts_at_its_nanosecond,
		  an_alarm_of_the_past_interrupts_at_once,
		  an_alarm_is_in_guest_time, a_cleared_alarm_does_not_come,
		  a_disabled_interrupt_waits,
		  an_alarm_past_the_end_of_time_is_never,
		  other_offsets_read_as_zero,
		  a_restored_clock_keeps_its_distance_to_the_host);
	ADD_TEST_OVER(tcase, a_state_that_no_clock_can_have_is_refused,
		      corruptions);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
