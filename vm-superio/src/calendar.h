/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VM_SUPERIO_CALENDAR_H
#define VM_SUPERIO_CALENDAR_H

#include <stdint.h>

#define SECONDS_PER_DAY 86400

/* A date and time of the Gregorian calendar, extended to all years. */
struct civil {
	int64_t year;
	unsigned int month; /* 1 to 12 */
	unsigned int day; /* 1 to 31 */
	unsigned int weekday; /* 1 to 7, 1 is Sunday */
	unsigned int hour;
	unsigned int minute;
	unsigned int second;
};

/* The date and time that is @seconds after 1970-01-01 00:00:00. */
struct civil civil_from_seconds(int64_t seconds);

/*
 * The reverse.  A month out of range is taken for January; days, hours,
 * minutes and seconds out of range carry over.  The weekday is ignored.
 */
int64_t civil_to_seconds(const struct civil *civil);

#endif
