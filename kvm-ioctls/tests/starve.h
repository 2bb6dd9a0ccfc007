/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* No memory for the code under test. */
#ifndef TESTS_STARVE_H
#define TESTS_STARVE_H

#include <check.h>
#include <stdbool.h>
#include <sys/resource.h>

/*
 * Whether large allocations can be made to fail: a sanitizer ends the program
 * instead.
 */
#if defined(__SANITIZE_ADDRESS__)
#define CAN_STARVE 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CAN_STARVE 0
#endif
#endif
#ifndef CAN_STARVE
#define CAN_STARVE 1
#endif

/*
 * From now on the process gets no more memory of the kernel, or again what it
 * asks for.  What the heap has left can still be had, so a test asks for more
 * than that.
 */
static inline void starve(bool hungry)
{
	const struct rlimit limit = { hungry ? 0 : RLIM_INFINITY,
				      RLIM_INFINITY };

	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

#endif
