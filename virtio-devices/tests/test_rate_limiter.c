/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <virtio-devices/rate_limiter.h>

#include "support.h"

__extension__ typedef unsigned __int128 u128;

#define SECOND UINT64_C(1000000000)

static void init_bytes(struct vm_rate_limiter *limiter, uint64_t size,
		       uint64_t period_ns, uint64_t burst)
{
	const struct vm_rate_limit limit = { size, period_ns, burst };

	ck_assert_int_eq(vm_rate_limiter_init(limiter, &limit, NULL, 0), 0);
}

START_TEST(without_limits_nothing_waits)
{
	const struct vm_rate_limit none = { 0, 0, 5 };
	struct vm_rate_limiter limiter = { 0 };

	ck_assert(!vm_rate_limiter_is_limited(&limiter));
	vm_rate_limiter_take(&limiter, UINT64_MAX);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 0), 0);
	ck_assert_int_eq(vm_rate_limiter_init(&limiter, &none, NULL, 7), 0);
	ck_assert(!vm_rate_limiter_is_limited(&limiter));
}
END_TEST

START_TEST(limits_that_make_no_sense_are_refused)
{
	static const struct vm_rate_limit bad[] = {
		{ 1, 0, 0 },
		{ (uint64_t)INT64_MAX + 1, 1, 0 },
		{ 1, 1, (uint64_t)INT64_MAX + 1 },
	};
	struct vm_rate_limiter limiter = { 0 };

	ck_assert_int_eq(vm_rate_limiter_init(&limiter, &bad[_i], NULL, 0),
			 -EINVAL);
	ck_assert_int_eq(vm_rate_limiter_init(&limiter, NULL, &bad[_i], 0),
			 -EINVAL);
	ck_assert(!vm_rate_limiter_is_limited(&limiter));
}
END_TEST

START_TEST(a_full_bucket_is_spent_and_flows_in_again)
{
	struct vm_rate_limiter limiter;

	init_bytes(&limiter, 1000, SECOND, 0);
	ck_assert(vm_rate_limiter_is_limited(&limiter));
	vm_rate_limiter_take(&limiter, 999);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 0), 0);
	vm_rate_limiter_take(&limiter, 1);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 0), SECOND / 1000);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 1), SECOND / 1000 - 1);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, SECOND / 1000 - 1), 1);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, SECOND / 1000), 0);
}
END_TEST

START_TEST(a_large_request_is_paid_for_afterwards)
{
	struct vm_rate_limiter limiter;

	init_bytes(&limiter, 1000, SECOND, 0);
	vm_rate_limiter_take(&limiter, 10000);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 0),
			  9 * SECOND + SECOND / 1000);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 9 * SECOND),
			  SECOND / 1000);
	ck_assert_uint_eq(
		vm_rate_limiter_wait(&limiter, 9 * SECOND + SECOND / 1000), 0);
}
END_TEST

START_TEST(no_more_than_a_full_bucket_gathers)
{
	struct vm_rate_limiter limiter;

	init_bytes(&limiter, 1000, SECOND, 0);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 100 * SECOND), 0);
	vm_rate_limiter_take(&limiter, 1000);
	ck_assert_uint_ne(vm_rate_limiter_wait(&limiter, 100 * SECOND), 0);
}
END_TEST

START_TEST(a_burst_comes_once)
{
	struct vm_rate_limiter limiter;

	init_bytes(&limiter, 1000, SECOND, 500);
	vm_rate_limiter_take(&limiter, 1500);
	ck_assert_uint_ne(vm_rate_limiter_wait(&limiter, 0), 0);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 2 * SECOND), 0);
	vm_rate_limiter_take(&limiter, 1000);
	ck_assert_uint_ne(vm_rate_limiter_wait(&limiter, 2 * SECOND), 0);
}
END_TEST

START_TEST(operations_are_counted_whatever_their_size)
{
	const struct vm_rate_limit ops = { 3, SECOND, 0 };
	struct vm_rate_limiter limiter;

	ck_assert_int_eq(vm_rate_limiter_init(&limiter, NULL, &ops, 0), 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 0), 0);
		vm_rate_limiter_take(&limiter, i ? UINT64_MAX : 0);
	}
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 0), SECOND / 3 + 1);
}
END_TEST

START_TEST(the_slower_limit_decides)
{
	const struct vm_rate_limit bytes = { 100, SECOND, 0 };
	const struct vm_rate_limit ops = { 1, SECOND, 0 };
	struct vm_rate_limiter limiter;

	ck_assert_int_eq(vm_rate_limiter_init(&limiter, &bytes, &ops, 0), 0);
	vm_rate_limiter_take(&limiter, 10);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 0), SECOND);
	vm_rate_limiter_take(&limiter, 390);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 0),
			  3 * SECOND + SECOND / 100);
}
END_TEST

START_TEST(a_clock_that_stands_or_goes_back_gives_nothing)
{
	const struct vm_rate_limit ops = { 1, SECOND, 0 };
	struct vm_rate_limiter limiter;

	ck_assert_int_eq(vm_rate_limiter_init(&limiter, NULL, &ops, 5 * SECOND),
			 0);
	vm_rate_limiter_take(&limiter, 0);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 5 * SECOND), SECOND);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 1), SECOND);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 6 * SECOND), 0);
}
END_TEST

START_TEST(extreme_numbers_saturate)
{
	struct vm_rate_limiter limiter;

	init_bytes(&limiter, 1, UINT64_MAX, 0);
	for (int i = 0; i < 4; i++)
		vm_rate_limiter_take(&limiter, UINT64_MAX);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, 0), UINT64_MAX);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, UINT64_MAX),
			  UINT64_MAX);

	init_bytes(&limiter, INT64_MAX, 1, INT64_MAX);
	vm_rate_limiter_take(&limiter, UINT64_MAX);
	ck_assert_uint_ne(vm_rate_limiter_wait(&limiter, 0), 0);
	ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, UINT64_MAX), 0);
}
END_TEST

/* Requests of many sizes, each as early as it may: the rate is never passed. */
START_TEST(the_rate_holds_to_the_byte)
{
	static const uint64_t periods[] = { 1, 7, 999, SECOND, 7 * SECOND + 3 };
	const uint64_t size = 1 + (uint64_t)_i * 977;
	uint64_t now = 0, total = 0, state = 12345 + (uint64_t)_i;
	struct vm_rate_limiter limiter;
	uint64_t period = periods[_i % 5];

	init_bytes(&limiter, size, period, 0);
	for (int i = 0; i < 2000; i++) {
		uint64_t wait = vm_rate_limiter_wait(&limiter, now);

		if (wait) {
			/* Not a nanosecond earlier. */
			ck_assert_uint_ne(vm_rate_limiter_wait(&limiter,
							       now + wait - 1),
					  0);
			now += wait;
			ck_assert_uint_eq(vm_rate_limiter_wait(&limiter, now),
					  0);
		}
		/* What was there at first, and what has flowed in since. */
		ck_assert(total < size + (u128)now * size / period);
		state = state * 6364136223846793005u + 1442695040888963407u;
		vm_rate_limiter_take(&limiter, state >> 33 & 0xfff);
		total += state >> 33 & 0xfff;
	}
	/* And it is reached: what is owed is one request at most. */
	ck_assert((u128)now * size / period <= total);
}
END_TEST

RUN_TESTS("rate_limiter", ONCE(without_limits_nothing_waits),
	  TIMES(limits_that_make_no_sense_are_refused, 3),
	  ONCE(a_full_bucket_is_spent_and_flows_in_again),
	  ONCE(a_large_request_is_paid_for_afterwards),
	  ONCE(no_more_than_a_full_bucket_gathers), ONCE(a_burst_comes_once),
	  ONCE(operations_are_counted_whatever_their_size),
	  ONCE(the_slower_limit_decides),
	  ONCE(a_clock_that_stands_or_goes_back_gives_nothing),
	  ONCE(extreme_numbers_saturate), TIMES(the_rate_holds_to_the_byte, 25))
