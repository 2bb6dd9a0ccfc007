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

RUN_TESTS("stats",
	  TIMES(every_error_has_a_name_of_its_own, VM_VIRTIO_ERROR_COUNT),
	  ONCE(a_value_that_is_no_error_is_unknown))
