/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <time.h>

#include "../src/calendar.h"
#include "run.h"

#define DAY SECONDS_PER_DAY

static const struct {
	int64_t seconds;
	struct civil civil;
} known[] = {
	{ 0, { 1970, 1, 1, 5, 0, 0, 0 } },
	{ -1, { 1969, 12, 31, 4, 23, 59, 59 } },
	{ 951782400, { 2000, 2, 29, 3, 0, 0, 0 } },
	{ 951868800, { 2000, 3, 1, 4, 0, 0, 0 } },
	{ 1709164799, { 2024, 2, 28, 4, 23, 59, 59 } },
	{ 1767225600, { 2026, 1, 1, 5, 0, 0, 0 } },
	{ 4107542399, { 2100, 2, 28, 1, 23, 59, 59 } },
	{ 4107542400, { 2100, 3, 1, 2, 0, 0, 0 } },
	{ INT64_C(253402300799), { 9999, 12, 31, 6, 23, 59, 59 } },
	{ INT64_C(-62167219200), { 0, 1, 1, 7, 0, 0, 0 } },
};

START_TEST(known_dates_convert_both_ways)
{
	const struct civil *want = &known[_i].civil;
	struct civil is = civil_from_seconds(known[_i].seconds);

	ck_assert_int_eq(is.year, want->year);
	ck_assert_uint_eq(is.month, want->month);
	ck_assert_uint_eq(is.day, want->day);
	ck_assert_uint_eq(is.weekday, want->weekday);
	ck_assert_uint_eq(is.hour, want->hour);
	ck_assert_uint_eq(is.minute, want->minute);
	ck_assert_uint_eq(is.second, want->second);
	ck_assert_int_eq(civil_to_seconds(want), known[_i].seconds);
}
END_TEST

/* Four hundred years by the day, in step with the C library. */
START_TEST(every_day_agrees_with_gmtime)
{
	for (int64_t day = -73048; day < 73049; day++) {
		time_t seconds = day * DAY + 12345;
		struct civil is = civil_from_seconds(seconds);
		struct tm tm;

		gmtime_r(&seconds, &tm);
		if (is.year != tm.tm_year + 1900 ||
		    (int)is.month != tm.tm_mon + 1 ||
		    (int)is.day != tm.tm_mday ||
		    (int)is.weekday != tm.tm_wday + 1 ||
		    (int)is.hour != tm.tm_hour || (int)is.minute != tm.tm_min ||
		    (int)is.second != tm.tm_sec ||
		    civil_to_seconds(&is) != seconds)
			ck_abort_msg("day %lld", (long long)day);
	}
}
END_TEST

START_TEST(what_is_out_of_range_carries_over)
{
	struct civil civil = { 2023, 2, 31, 0, 25, 61, 61 };
	struct civil is = civil_from_seconds(civil_to_seconds(&civil));

	ck_assert_uint_eq(is.month, 3);
	ck_assert_uint_eq(is.day, 4);
	ck_assert_uint_eq(is.hour, 2);
	ck_assert_uint_eq(is.minute, 2);
	ck_assert_uint_eq(is.second, 1);
	civil.month = 13;
	is = civil_from_seconds(civil_to_seconds(&civil));
	ck_assert_uint_eq(is.month, 2);
	civil.month = 0;
	ck_assert_int_eq(civil_from_seconds(civil_to_seconds(&civil)).month, 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("calendar");
	TCase *tcase = tcase_create("all");

	ADD_TESTS(tcase, every_day_agrees_with_gmtime,
		  what_is_out_of_range_carries_over);
	ADD_TEST_OVER(tcase, known_dates_convert_both_ways, known);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
