/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "calendar.h"

/*
 * Years are counted from March, so that the leap day is the last of its year,
 * and the calendar repeats every 400 years.
 */
#define DAYS_PER_400_YEARS 146097
#define DAYS_PER_100_YEARS 36524
#define DAYS_PER_4_YEARS   1461
#define DAYS_PER_YEAR	   365

/* From 0000-03-01 to 1970-01-01. */
#define DAYS_TO_1970 719468

/* 1970-01-01 was a Thursday. */
#define WEEKDAY_OF_1970 4

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t floor_mod(int64_t a, int64_t b)
{
	return a - floor_div(a, b) * b;
}

/* Days before a month, counted from March, of months 31 30 31 30 31 ... long. */
static int64_t days_before_month(int64_t month_from_march)
{
	return (153 * month_from_march + 2) / 5;
}

struct civil civil_from_seconds(int64_t seconds)
{
	int64_t days = floor_div(seconds, SECONDS_PER_DAY);
	int64_t second = floor_mod(seconds, SECONDS_PER_DAY);
	int64_t era = floor_div(days + DAYS_TO_1970, DAYS_PER_400_YEARS);
	int64_t day = floor_mod(days + DAYS_TO_1970, DAYS_PER_400_YEARS);
	int64_t year, month;
	struct civil civil;

	/* Leave out the leap days that come before, then all years are equal. */
	year = (day - day / (DAYS_PER_4_YEARS - 1) + day / DAYS_PER_100_YEARS -
		day / (DAYS_PER_400_YEARS - 1)) /
	       DAYS_PER_YEAR;
	day -= DAYS_PER_YEAR * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;

	civil.day = (unsigned int)(day - days_before_month(month) + 1);
	civil.month = (unsigned int)(month < 10 ? month + 3 : month - 9);
	civil.year = era * 400 + year + (month >= 10);
	civil.weekday = (unsigned int)floor_mod(days + WEEKDAY_OF_1970, 7) + 1;
	civil.hour = (unsigned int)(second / 3600);
	civil.minute = (unsigned int)(second / 60 % 60);
	civil.second = (unsigned int)(second % 60);
	return civil;
}

int64_t civil_to_seconds(const struct civil *civil)
{
	unsigned int month =
		civil->month >= 1 && civil->month <= 12 ? civil->month : 1;
	int64_t year = civil->year - (month < 3);
	int64_t era = floor_div(year, 400);
	int64_t year_of_era = floor_mod(year, 400);
	int64_t days;

	days = era * DAYS_PER_400_YEARS + year_of_era * DAYS_PER_YEAR +
	       year_of_era / 4 - year_of_era / 100 +
	       days_before_month(month < 3 ? month + 9 : month - 3) +
	       civil->day - 1 - DAYS_TO_1970;
	return days * SECONDS_PER_DAY + civil->hour * INT64_C(3600) +
	       civil->minute * INT64_C(60) + civil->second;
}
