/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Who notifies whom, and when not: 2.7.7, 2.7.10 and 2.8.10. */
#include "support.h"

START_TEST(the_driver_notifies_while_it_is_asked_to)
{
	struct rig rig;

	rig_init(&rig, ring(_i & 1) | (_i & 2 ? EVENT : 0), 8);
	rig_add(&rig, 1, 0, 0);
	ck_assert(virtq_driver_publish(rig.driver));
	virtq_disable_notification(&rig.vq);
	rig_add(&rig, 1, 0, 0);
	ck_assert(!virtq_driver_publish(rig.driver));
	/* Enabling tells of the chain that was not announced. */
	ck_assert(virtq_enable_notification(&rig.vq));
	rig_pop(&rig);
	rig_pop(&rig);
	ck_assert(!virtq_enable_notification(&rig.vq));
	rig_add(&rig, 1, 0, 0);
	ck_assert(virtq_driver_publish(rig.driver));
	rig_fini(&rig);
}
END_TEST

START_TEST(the_device_notifies_while_it_is_asked_to)
{
	struct rig rig;

	rig_init(&rig, ring(_i & 1) | (_i & 2 ? EVENT : 0), 8);
	for (unsigned int i = 0; i < 4; i++)
		rig_add(&rig, 1, 0, i);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq));
	virtq_driver_disable_interrupts(rig.driver);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(!virtq_flush(&rig.vq));
	ck_assert(virtq_driver_enable_interrupts(rig.driver, 0));
	rig_expect(&rig, 0, 0);
	rig_expect(&rig, 1, 0);
	ck_assert(!virtq_driver_enable_interrupts(rig.driver, 0));
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_fini(&rig);
}
END_TEST

/* 2.7.7.1, 2.8.10: the event index delays the notification. */
START_TEST(the_device_notifies_when_the_event_is_reached)
{
	struct rig rig;

	rig_init(&rig, ring(_i) | EVENT, 8);
	for (unsigned int i = 0; i < 6; i++)
		rig_add(&rig, 1, 0, i);
	virtq_driver_publish(rig.driver);
	ck_assert(!virtq_driver_enable_interrupts(rig.driver, 2));
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(!virtq_flush(&rig.vq));
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(!virtq_flush(&rig.vq));
	rig_push(&rig, rig_pop(&rig), 0);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(!virtq_flush(&rig.vq));
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("suppression", TIMES(the_driver_notifies_while_it_is_asked_to, 4),
	  TIMES(the_device_notifies_while_it_is_asked_to, 4),
	  BOTH_RINGS(the_device_notifies_when_the_event_is_reached))
