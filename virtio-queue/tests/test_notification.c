/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* 2.9 Driver Notifications. */
#include "support.h"

#define DATA_FEATURE VIRTQ_BIT(VIRTIO_F_NOTIFICATION_DATA)

START_TEST(without_the_feature_only_the_queue_is_told)
{
	struct virtq_notification note =
		virtq_notification_decode(0xffff0005, 0);

	ck_assert_uint_eq(note.queue, 5);
	ck_assert_uint_eq(note.next_off, 0);
	ck_assert(!note.next_wrap);
	ck_assert(!note.has_next);
}
END_TEST

START_TEST(with_the_feature_the_next_position_is_told)
{
	struct virtq_notification note =
		virtq_notification_decode(0x92340005, DATA_FEATURE);

	ck_assert_uint_eq(note.queue, 5);
	ck_assert_uint_eq(note.next_off, 0x1234);
	ck_assert(note.next_wrap);
	ck_assert(note.has_next);
	note = virtq_notification_decode(0x12340005, DATA_FEATURE);
	ck_assert(!note.next_wrap);
}
END_TEST

START_TEST(a_repeated_notification_is_no_news)
{
	/* Before and behind where bit 15 and the wrap counter change. */
	const uint16_t places[] = { 0, 7, 8, 15, 0x7fff, 0x8000, 0xffff };
	struct virtq_notification note;
	struct rig rig;

	rig_init(&rig, ring(_i) | DATA_FEATURE, 8);
	for (unsigned int i = 0; i < (_i ? 4 : 7); i++) {
		rig_set_pos(&rig, places[i]);
		rig_add(&rig, 1, 0, 0);
		virtq_driver_publish(rig.driver);
		note = virtq_notification_decode(
			virtq_driver_notification(rig.driver, 3),
			rig.config.features);
		ck_assert_uint_eq(note.queue, 3);
		ck_assert(virtq_is_news(&rig.vq, note));
		rig_push(&rig, rig_pop(&rig), 0);
		ck_assert(!virtq_is_news(&rig.vq, note));
		(void)!virtq_flush(&rig.vq);
		rig_expect(&rig, 0, 0);
	}
	rig_fini(&rig);
}
END_TEST

START_TEST(a_notification_that_tells_nothing_may_be_news)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	ck_assert(virtq_is_news(&rig.vq, virtq_notification_decode(0, 0)));
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("notification", ONCE(without_the_feature_only_the_queue_is_told),
	  ONCE(with_the_feature_the_next_position_is_told),
	  BOTH_RINGS(a_repeated_notification_is_no_news),
	  BOTH_RINGS(a_notification_that_tells_nothing_may_be_news))
