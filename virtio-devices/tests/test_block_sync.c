/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#define ENGINE_NEW vm_block_sync_new

#include "engine_tests.h"

START_TEST(an_unknown_operation_is_refused)
{
	struct rack rack;

	rack_init(&rack, SECTOR);
	ck_assert_int_eq(range(&rack, (enum vm_block_op)9, 0, 0, false),
			 -EINVAL);
	rack_fini(&rack);
}
END_TEST

RUN_TESTS("block_sync", ENGINE_TESTS, ONCE(an_unknown_operation_is_refused))
