/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

START_TEST(every_error_has_a_name_of_its_own)
{
	const char *name = vm_virtio_error_name((enum vm_virtio_error)_i);

	ck_assert_str_ne(name, "unknown");
	for (int i = 0; i < _i; i++)
		ck_assert_str_ne(name,
				 vm_virtio_error_name((enum vm_virtio_error)i));
}
END_TEST

START_TEST(a_value_that_is_no_error_is_unknown)
{
	ck_assert_str_eq(vm_virtio_error_name(VM_VIRTIO_ERROR_COUNT),
			 "unknown");
	ck_assert_str_eq(vm_virtio_error_name((enum vm_virtio_error)99),
			 "unknown");
}
END_TEST

/* Every member is distinct, so that none can stand for another. */
START_TEST(counters_are_told_in_one_line)
{
	struct vm_virtio_stats stats = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, { 11, 12, 13, 14, UINT64_MAX }
	};
	char line[VM_VIRTIO_STATS_LINE];

	vm_virtio_stats_format(&stats, line, sizeof(line));
	ck_assert_str_eq(line,
			 "notifications=1 requests=2 bytes_from_driver=3 "
			 "bytes_to_driver=4 interrupts=5 suppressed=6 "
			 "config_changes=7 throttled=8 resets=9 "
			 "queue_resets=10 errors_protocol=11 errors_chain=12 "
			 "errors_request=13 errors_io=14 "
			 "errors_stopped=18446744073709551615");
}
END_TEST

START_TEST(the_largest_counters_fit_into_the_line)
{
	char line[VM_VIRTIO_STATS_LINE];
	struct vm_virtio_stats stats;

	memset(&stats, 0xff, sizeof(stats));
	vm_virtio_stats_format(&stats, line, sizeof(line));
	ck_assert_uint_lt(strlen(line), sizeof(line) - 1);
}
END_TEST

START_TEST(a_line_that_is_too_short_is_cut_off)
{
	struct vm_virtio_stats stats = { .notifications = 123456 };
	char line[32];

	memset(line, 'x', sizeof(line));
	vm_virtio_stats_format(&stats, line, (size_t)_i + 1);
	ck_assert_uint_eq(strlen(line), (size_t)_i);
	ck_assert_int_eq(line[_i + 1], 'x');
}
END_TEST

RUN_TESTS("stats", ONCE(counters_are_told_in_one_line),
	  ONCE(the_largest_counters_fit_into_the_line),
	  TIMES(a_line_that_is_too_short_is_cut_off, 31),
	  TIMES(every_error_has_a_name_of_its_own, VM_VIRTIO_ERROR_COUNT),
	  ONCE(a_value_that_is_no_error_is_unknown))
