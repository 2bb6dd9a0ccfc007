/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

START_TEST(every_fault_has_a_name_and_a_code)
{
	enum virtq_fault fault = (enum virtq_fault)_i;

	ck_assert_str_ne(virtq_fault_name(fault), "unknown fault");
	ck_assert(_i ? virtq_fault_errno(fault) < 0
		     : virtq_fault_errno(fault) == 0);
}
END_TEST

START_TEST(the_documented_codes_are_returned)
{
	ck_assert_int_eq(virtq_fault_errno(VIRTQ_FAULT_TOO_LONG), -ELOOP);
	ck_assert_int_eq(virtq_fault_errno(VIRTQ_FAULT_ADDRESS_WRAP),
			 -EOVERFLOW);
	ck_assert_int_eq(virtq_fault_errno(VIRTQ_FAULT_INDIRECT_UNBACKED),
			 -EFAULT);
	ck_assert_int_eq(virtq_fault_errno(VIRTQ_FAULT_ZERO_LENGTH), -EBADMSG);
}
END_TEST

START_TEST(a_value_that_is_no_fault_is_called_so)
{
	const enum virtq_fault none =
		(enum virtq_fault)(VIRTQ_FAULT_INDIRECT_UNBACKED + 1);

	ck_assert_str_eq(virtq_fault_name(none), "unknown fault");
	ck_assert_int_eq(virtq_fault_errno(none), -EBADMSG);
	ck_assert(!virtq_fault_is_fatal(none));
}
END_TEST

START_TEST(faults_of_the_ring_are_fatal_and_of_a_chain_are_not)
{
	ck_assert(!virtq_fault_is_fatal(VIRTQ_FAULT_NONE));
	ck_assert(virtq_fault_is_fatal(VIRTQ_FAULT_AVAIL_JUMP));
	ck_assert(virtq_fault_is_fatal(VIRTQ_FAULT_HEAD_RANGE));
	ck_assert(virtq_fault_is_fatal(VIRTQ_FAULT_LIST_CUT));
	ck_assert(virtq_fault_is_fatal(VIRTQ_FAULT_LIST_ENDLESS));
	ck_assert(!virtq_fault_is_fatal(VIRTQ_FAULT_TOO_LONG));
	ck_assert(!virtq_fault_is_fatal(VIRTQ_FAULT_INDIRECT_UNBACKED));
}
END_TEST

RUN_TESTS("fault",
	  TIMES(every_fault_has_a_name_and_a_code,
		VIRTQ_FAULT_INDIRECT_UNBACKED + 1),
	  ONCE(the_documented_codes_are_returned),
	  ONCE(a_value_that_is_no_fault_is_called_so),
	  ONCE(faults_of_the_ring_are_fatal_and_of_a_chain_are_not))
