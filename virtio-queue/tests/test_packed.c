/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What the packed ring looks like in memory (2.8); the rest is in virtq. */
#include "support.h"

#define AVAIL VIRTQ_DESC_F_AVAIL
#define USED  VIRTQ_DESC_F_USED

/* struct pvirtq_desc (2.8.13) */
struct wire_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t id;
	uint16_t flags;
};

static struct wire_desc get_desc(struct rig *rig, uint32_t index)
{
	struct wire_desc desc;

	ck_assert_int_eq(vm_mem_read(rig->mem, rig->config.desc + 16 * index,
				     &desc, 16),
			 0);
	return desc;
}

static void put_desc(struct rig *rig, uint32_t index, uint16_t id,
		     uint32_t flags)
{
	struct wire_desc desc = { DATA, 16, id, (uint16_t)flags };

	ck_assert_int_eq(vm_mem_write(rig->mem, rig->config.desc + 16 * index,
				      &desc, 16),
			 0);
}

static uint32_t get_event(struct rig *rig)
{
	uint32_t event;

	ck_assert_int_eq(vm_mem_read(rig->mem, rig->config.device, &event, 4),
			 0);
	return event;
}

static void put_event(struct rig *rig, uint32_t off, uint32_t wrap,
		      uint32_t flags)
{
	uint32_t event = off | wrap << 15 | flags << 16;

	ck_assert_int_eq(vm_mem_write(rig->mem, rig->config.driver, &event, 4),
			 0);
}

/* 2.8.1, 2.8.3: USED and AVAIL both equal the wrap counter; WRITE if len. */
START_TEST(a_used_descriptor_is_written_over_the_first_of_its_list)
{
	struct wire_desc desc;
	struct rig rig;

	rig_init(&rig, PACKED, 5);
	rig_set_pos(&rig, 4);
	rig_add(&rig, 1, 1, 0);
	rig_add(&rig, 2, 0, 0);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 0x123);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert_uint_eq(get_desc(&rig, 4).flags, AVAIL | VIRTQ_DESC_F_NEXT);
	ck_assert(virtq_flush(&rig.vq));
	desc = get_desc(&rig, 4);
	ck_assert_uint_eq(desc.flags, AVAIL | USED | VIRTQ_DESC_F_WRITE);
	ck_assert_uint_eq(desc.id, 0);
	ck_assert_uint_eq(desc.len, 0x123);
	/* The second list began behind the end, where the counter is 0. */
	desc = get_desc(&rig, 1);
	ck_assert_uint_eq(desc.flags, 0);
	ck_assert_uint_eq(desc.id, 1);
	rig_fini(&rig);
}
END_TEST

/* 2.8.9: the first of several is written last, so none is seen before. */
START_TEST(the_first_descriptor_of_a_batch_appears_last)
{
	struct rig rig;

	rig_init(&rig, PACKED, 8);
	for (unsigned int i = 0; i < 3; i++)
		rig_add(&rig, 0, 1, i);
	virtq_driver_publish(rig.driver);
	for (int i = 0; i < 3; i++)
		rig_push(&rig, rig_pop(&rig), 7);
	ck_assert_uint_eq(get_desc(&rig, 0).flags, AVAIL | VIRTQ_DESC_F_WRITE);
	ck_assert_uint_eq(get_desc(&rig, 1).flags,
			  AVAIL | USED | VIRTQ_DESC_F_WRITE);
	ck_assert_uint_eq(get_desc(&rig, 2).flags,
			  AVAIL | USED | VIRTQ_DESC_F_WRITE);
	ck_assert(virtq_flush(&rig.vq));
	ck_assert_uint_eq(get_desc(&rig, 0).flags,
			  AVAIL | USED | VIRTQ_DESC_F_WRITE);
	rig_fini(&rig);
}
END_TEST

/* 2.8.15, 2.8.8: a run in order takes one descriptor, which is written once. */
START_TEST(a_descriptor_that_stands_for_a_run_is_written_once)
{
	struct rig rig;

	rig_init(&rig, PACKED | IN_ORDER, 8);
	for (unsigned int i = 0; i < 4; i++)
		rig_add(&rig, 0, 1, i);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 7);
	for (int i = 1; i < 4; i++) {
		rig_push(&rig, rig_pop(&rig), BUF_SIZE);
		/* Whether this one is the last of its run is not known. */
		ck_assert_uint_eq(get_desc(&rig, 1).flags,
				  AVAIL | VIRTQ_DESC_F_WRITE);
	}
	ck_assert(virtq_flush(&rig.vq));
	ck_assert_uint_eq(get_desc(&rig, 1).flags,
			  AVAIL | USED | VIRTQ_DESC_F_WRITE);
	ck_assert_uint_eq(get_desc(&rig, 1).id, 3);
	for (uint32_t i = 2; i < 4; i++)
		ck_assert_uint_eq(get_desc(&rig, i).flags,
				  AVAIL | VIRTQ_DESC_F_WRITE);
	for (unsigned int i = 0; i < 4; i++)
		rig_expect(&rig, i, i ? BUF_SIZE : 7);
	rig_fini(&rig);
}
END_TEST

/* 2.8.15: only a change of AVAIL makes a descriptor available. */
START_TEST(a_descriptor_with_the_wrong_wrap_counter_is_not_available)
{
	const uint32_t others[] = { 0, USED, AVAIL | USED };
	struct rig rig;

	rig_init(&rig, PACKED, 4);
	put_desc(&rig, 0, 1, others[_i]);
	ck_assert(!virtq_has_avail(&rig.vq));
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), 0);
	put_desc(&rig, 0, 1, AVAIL);
	rig_pop(&rig);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_list_whose_rest_has_the_wrong_wrap_counter_is_refused)
{
	const uint32_t others[] = { 0, USED, AVAIL | USED };
	struct rig rig;

	rig_init(&rig, PACKED, 4);
	put_desc(&rig, 0, 1, AVAIL | VIRTQ_DESC_F_NEXT);
	put_desc(&rig, 1, 1, others[_i]);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EBADMSG);
	ck_assert_int_eq(rig.vq.fault, VIRTQ_FAULT_LIST_CUT);
	rig_fini(&rig);
}
END_TEST

/* 2.8.1: behind the end of the ring the flags are inverted. */
START_TEST(a_list_goes_on_behind_the_end_of_the_ring)
{
	struct rig rig;

	rig_init(&rig, PACKED, 3);
	rig_set_pos(&rig, 2);
	put_desc(&rig, 2, 1, AVAIL | VIRTQ_DESC_F_NEXT);
	put_desc(&rig, 0, 1, USED | VIRTQ_DESC_F_NEXT);
	put_desc(&rig, 1, 42, USED);
	rig_pop(&rig);
	ck_assert_uint_eq(rig.chain.readable_segs, 3);
	/* 2.8.6: the id is that of the last descriptor. */
	ck_assert_uint_eq(rig.chain.head.id, 42);
	ck_assert_uint_eq(rig.chain.head.count, 3);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_list_longer_than_the_free_part_of_the_ring_is_refused)
{
	struct rig rig;

	rig_init(&rig, PACKED, 4);
	put_desc(&rig, 0, 1, AVAIL);
	rig_pop(&rig);
	for (uint32_t i = 1; i < 4; i++)
		put_desc(&rig, i, 1, AVAIL | VIRTQ_DESC_F_NEXT);
	put_desc(&rig, 0, 1, USED);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EBADMSG);
	ck_assert_int_eq(rig.vq.fault, VIRTQ_FAULT_LIST_ENDLESS);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_descriptor_offered_again_while_in_flight_is_refused)
{
	struct rig rig;

	rig_init(&rig, PACKED, 4);
	virtq_driver_attack(rig.driver, VIRTQ_ATTACK_AVAIL_JUMP);
	for (int i = 0; i < 4; i++)
		rig_pop(&rig);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), 0);
	virtq_driver_attack(rig.driver, VIRTQ_ATTACK_AVAIL_JUMP);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EBADMSG);
	ck_assert_int_eq(rig.vq.fault, VIRTQ_FAULT_AVAIL_JUMP);
	rig_fini(&rig);
}
END_TEST

/* Whatever is at fault, the list is completed by all that it occupies. */
START_TEST(a_list_at_fault_is_followed_to_its_end)
{
	const struct wire_desc empty = { DATA, 0, 1, USED | VIRTQ_DESC_F_NEXT };
	struct rig rig;

	rig_init(&rig, PACKED, 5);
	rig_set_pos(&rig, 4);
	put_desc(&rig, 4, 1, AVAIL | VIRTQ_DESC_F_NEXT);
	ck_assert_int_eq(vm_mem_write(rig.mem, rig.config.desc, &empty, 16), 0);
	put_desc(&rig, 1, 1, USED | VIRTQ_DESC_F_NEXT);
	put_desc(&rig, 2, 42, USED);
	put_desc(&rig, 3, 43, USED);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EBADMSG);
	ck_assert_int_eq(rig.chain.fault, VIRTQ_FAULT_ZERO_LENGTH);
	ck_assert_uint_eq(rig.chain.head.id, 42);
	ck_assert_uint_eq(rig.chain.head.count, 4);
	ck_assert_uint_eq(rig_pop(&rig).id, 43);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_restored_queue_knows_what_is_in_flight)
{
	struct virtq_state state;
	struct rig rig;

	rig_init(&rig, PACKED, 4);
	for (uint32_t i = 0; i < 4; i++)
		put_desc(&rig, i, 1, AVAIL);
	for (int i = 0; i < 3; i++)
		rig_pop(&rig);
	ck_assert_int_eq(virtq_save(&rig.vq, &state), 0);
	virtq_reset(&rig.vq);
	ck_assert_int_eq(virtq_restore(&rig.vq, &state, rig.mem), 0);
	rig_pop(&rig);
	put_desc(&rig, 0, 1, USED);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EBADMSG);
	ck_assert_int_eq(rig.vq.fault, VIRTQ_FAULT_AVAIL_JUMP);
	rig_fini(&rig);
}
END_TEST

/* The id is the driver's own business: it comes back as it was (2.8). */
START_TEST(any_buffer_id_is_returned)
{
	struct rig rig;

	rig_init(&rig, PACKED, 4);
	put_desc(&rig, 0, 0xfffe, AVAIL);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq));
	ck_assert_uint_eq(get_desc(&rig, 0).id, 0xfffe);
	rig_fini(&rig);
}
END_TEST

/* 2.8.14: offset, wrap counter in bit 15, flags in the second half. */
START_TEST(notifications_are_suppressed_by_the_device_area)
{
	struct rig rig;

	rig_init(&rig, PACKED | (_i ? EVENT : 0), 4);
	rig_set_pos(&rig, 3);
	virtq_disable_notification(&rig.vq);
	ck_assert_uint_eq(get_event(&rig) >> 16, VIRTQ_EVENT_FLAGS_DISABLE);
	ck_assert(!virtq_enable_notification(&rig.vq));
	ck_assert_uint_eq(get_event(&rig), _i ? 0x28003u : 0x8003u);
	rig_set_pos(&rig, 6);
	ck_assert(!virtq_enable_notification(&rig.vq));
	ck_assert_uint_eq(get_event(&rig), _i ? 0x20002u : 0x0002u);
	rig_fini(&rig);
}
END_TEST

/* What the driver may ask for, and whether one completion at 1 notifies. */
struct event_case {
	uint64_t features;
	uint32_t off, wrap, flags;
	bool notifies;
};

static const struct event_case event_cases[] = {
	{ 0, 0, 0, VIRTQ_EVENT_FLAGS_ENABLE, true },
	{ 0, 0, 0, VIRTQ_EVENT_FLAGS_DISABLE, false },
	{ EVENT, 0, 0, VIRTQ_EVENT_FLAGS_ENABLE, true },
	{ EVENT, 1, 1, VIRTQ_EVENT_FLAGS_DISABLE, false },
	{ EVENT, 1, 1, VIRTQ_EVENT_FLAGS_DESC, true },
	/* The list has two descriptors; the second one counts, too. */
	{ EVENT, 2, 1, VIRTQ_EVENT_FLAGS_DESC, true },
	{ EVENT, 0, 1, VIRTQ_EVENT_FLAGS_DESC, false },
	{ EVENT, 3, 1, VIRTQ_EVENT_FLAGS_DESC, false },
	{ EVENT, 1, 0, VIRTQ_EVENT_FLAGS_DESC, false },
	/* What means nothing is answered with a notification. */
	{ EVENT, 4, 1, VIRTQ_EVENT_FLAGS_DESC, true },
	{ EVENT, 0x7fff, 0, VIRTQ_EVENT_FLAGS_DESC, true },
	{ EVENT, 0, 0, 3, true },
	{ 0, 3, 0, VIRTQ_EVENT_FLAGS_DESC, true },
};

#define EVENT_CASES ((int)(sizeof(event_cases) / sizeof(event_cases[0])))

START_TEST(the_driver_area_decides_about_notifications)
{
	const struct event_case *c = &event_cases[_i];
	struct rig rig;

	rig_init(&rig, PACKED | c->features, 4);
	rig_set_pos(&rig, 1);
	rig_add(&rig, 1, 1, 0);
	virtq_driver_publish(rig.driver);
	put_event(&rig, c->off, c->wrap, c->flags);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq) == c->notifies);
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("packed",
	  ONCE(a_used_descriptor_is_written_over_the_first_of_its_list),
	  ONCE(the_first_descriptor_of_a_batch_appears_last),
	  ONCE(a_descriptor_that_stands_for_a_run_is_written_once),
	  TIMES(a_descriptor_with_the_wrong_wrap_counter_is_not_available, 3),
	  TIMES(a_list_whose_rest_has_the_wrong_wrap_counter_is_refused, 3),
	  ONCE(a_list_goes_on_behind_the_end_of_the_ring),
	  ONCE(a_list_longer_than_the_free_part_of_the_ring_is_refused),
	  ONCE(a_descriptor_offered_again_while_in_flight_is_refused),
	  ONCE(a_list_at_fault_is_followed_to_its_end),
	  ONCE(a_restored_queue_knows_what_is_in_flight),
	  ONCE(any_buffer_id_is_returned),
	  TIMES(notifications_are_suppressed_by_the_device_area, 2),
	  TIMES(the_driver_area_decides_about_notifications, EVENT_CASES))
