/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What the split ring looks like in memory (2.7); the rest is in virtq. */
#include "support.h"

static uint16_t get16(struct rig *rig, vm_gpa gpa)
{
	uint16_t value;

	ck_assert_int_eq(vm_mem_read(rig->mem, gpa, &value, 2), 0);
	return value;
}

static uint32_t get32(struct rig *rig, vm_gpa gpa)
{
	uint32_t value;

	ck_assert_int_eq(vm_mem_read(rig->mem, gpa, &value, 4), 0);
	return value;
}

static void put16(struct rig *rig, vm_gpa gpa, uint16_t value)
{
	ck_assert_int_eq(vm_mem_write(rig->mem, gpa, &value, 2), 0);
}

/* 2.7.8: flags, idx, then {id, len}. */
START_TEST(a_used_element_is_where_the_specification_puts_it)
{
	struct rig rig;

	rig_init(&rig, 0, 4);
	rig_set_pos(&rig, 65535);
	rig_add(&rig, 1, 1, 0);
	rig_add(&rig, 1, 1, 0);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 0x123);
	rig_push(&rig, rig_pop(&rig), 0x456);
	ck_assert_uint_eq(get16(&rig, rig.config.device + 2), 65535);
	ck_assert(virtq_flush(&rig.vq));
	ck_assert_uint_eq(get16(&rig, rig.config.device), 0);
	ck_assert_uint_eq(get16(&rig, rig.config.device + 2), 1);
	ck_assert_uint_eq(get32(&rig, rig.config.device + 4 + 3 * 8), 0);
	ck_assert_uint_eq(get32(&rig, rig.config.device + 8 + 3 * 8), 0x123);
	ck_assert_uint_eq(get32(&rig, rig.config.device + 4), 2);
	ck_assert_uint_eq(get32(&rig, rig.config.device + 8), 0x456);
	rig_fini(&rig);
}
END_TEST

/* 2.7.10.2: flags is 0 or 1 without the event index and 0 with it. */
START_TEST(notifications_are_suppressed_by_flags_or_by_the_event_index)
{
	const vm_gpa event = 4 + 8 * 4;
	struct rig rig;

	rig_init(&rig, _i ? EVENT : 0, 4);
	virtq_disable_notification(&rig.vq);
	ck_assert_uint_eq(get16(&rig, rig.config.device), _i ? 0 : 1);
	rig_set_pos(&rig, 9);
	ck_assert(!virtq_enable_notification(&rig.vq));
	ck_assert_uint_eq(get16(&rig, rig.config.device), 0);
	ck_assert_uint_eq(get16(&rig, rig.config.device + event), _i ? 9 : 0);
	rig_fini(&rig);
}
END_TEST

/* 2.7.7.2: without the feature used_event is ignored, with it flags is. */
START_TEST(the_device_looks_at_the_negotiated_suppression_only)
{
	struct rig rig;

	rig_init(&rig, _i ? EVENT : 0, 4);
	rig_add(&rig, 1, 0, 0);
	rig_add(&rig, 1, 0, 1);
	virtq_driver_publish(rig.driver);
	/* By flags no, by event yes; then the other way round. */
	put16(&rig, rig.config.driver, 1);
	put16(&rig, rig.config.driver + 4 + 2 * 4, 0);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq) == (_i == 1));
	put16(&rig, rig.config.driver, 0);
	put16(&rig, rig.config.driver + 4 + 2 * 4, 0);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq) == (_i == 0));
	rig_fini(&rig);
}
END_TEST

/* 2.7.6.1: a driver must not take chains back while some are in flight. */
START_TEST(an_index_that_goes_back_behind_a_chain_in_flight_is_refused)
{
	struct rig rig;

	rig_init(&rig, 0, 4);
	for (unsigned int i = 0; i < 3; i++)
		rig_add(&rig, 1, 0, i);
	virtq_driver_publish(rig.driver);
	for (int i = 0; i < 3; i++)
		rig_pop(&rig);
	put16(&rig, rig.config.driver + 2, 1);
	ck_assert(virtq_has_avail(&rig.vq));
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EBADMSG);
	ck_assert_int_eq(rig.vq.fault, VIRTQ_FAULT_AVAIL_JUMP);
	rig_fini(&rig);
}
END_TEST

/* Chains in flight count against the queue size, too. */
START_TEST(more_chains_than_descriptors_are_refused_in_two_steps)
{
	struct rig rig;

	rig_init(&rig, 0, 4);
	for (unsigned int i = 0; i < 4; i++)
		rig_add(&rig, 1, 0, i);
	virtq_driver_publish(rig.driver);
	for (int i = 0; i < 4; i++)
		rig_pop(&rig);
	put16(&rig, rig.config.driver + 2, 5);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EBADMSG);
	ck_assert_int_eq(rig.vq.fault, VIRTQ_FAULT_AVAIL_JUMP);
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("split", ONCE(a_used_element_is_where_the_specification_puts_it),
	  TIMES(notifications_are_suppressed_by_flags_or_by_the_event_index, 2),
	  TIMES(the_device_looks_at_the_negotiated_suppression_only, 2),
	  ONCE(an_index_that_goes_back_behind_a_chain_in_flight_is_refused),
	  ONCE(more_chains_than_descriptors_are_refused_in_two_steps))
