/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

START_TEST(a_restored_queue_goes_on_where_it_stopped)
{
	struct virtq_head early;
	struct virtq_state state;
	struct virtq copy = { 0 };
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	rig_set_pos(&rig, 6);
	for (unsigned int i = 0; i < 4; i++)
		rig_add(&rig, 1, 1, i);
	virtq_driver_publish(rig.driver);
	early = rig_pop(&rig);
	rig_push(&rig, rig_pop(&rig), 1);
	ck_assert(virtq_flush(&rig.vq));
	ck_assert_int_eq(virtq_save(&rig.vq, &state), 0);
	ck_assert_uint_eq(state.version, VIRTQ_STATE_VERSION);

	ck_assert_int_eq(virtq_restore(&copy, &state, rig.mem), 0);
	rig.vq = copy;
	rig_push(&rig, rig_pop(&rig), 2);
	rig_push(&rig, early, 3); /* heads survive, too */
	rig_push(&rig, rig_pop(&rig), 4);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, 1);
	rig_expect(&rig, 2, 2);
	rig_expect(&rig, 0, 3);
	rig_expect(&rig, 3, 4);
	rig_fini(&rig);
}
END_TEST

START_TEST(an_inactive_queue_is_saved_and_restored_as_such)
{
	struct virtq_state state;
	struct virtq vq = { 0 };

	ck_assert_int_eq(virtq_save(&vq, &state), 0);
	ck_assert_uint_eq(state.size, 0);
	ck_assert_int_eq(virtq_restore(&vq, &state, NULL), 0);
	ck_assert(!virtq_is_active(&vq));
}
END_TEST

START_TEST(a_queue_with_a_batch_open_is_not_saved)
{
	struct virtq_state state;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	rig_add(&rig, 1, 1, 0);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 1);
	ck_assert_int_eq(virtq_save(&rig.vq, &state), -EINVAL);
	ck_assert(virtq_flush(&rig.vq));
	ck_assert_int_eq(virtq_save(&rig.vq, &state), 0);
	ck_assert_int_eq(virtq_restore(&rig.vq, &state, rig.mem), -EINVAL);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_broken_queue_stays_broken)
{
	struct virtq_state state;
	struct virtq copy = { 0 };
	struct rig rig;
	uint32_t base;

	rig_init(&rig, ring(_i), 8);
	virtq_driver_attack(rig.driver, _i ? VIRTQ_ATTACK_LONG_LOOP
					   : VIRTQ_ATTACK_AVAIL_JUMP);
	ck_assert_int_lt(virtq_pop(&rig.vq, &rig.chain), 0);
	ck_assert_int_eq(virtq_save(&rig.vq, &state), 0);
	ck_assert_int_eq(virtq_restore(&copy, &state, rig.mem), 0);
	ck_assert(virtq_is_broken(&copy));
	ck_assert_int_eq(copy.fault, rig.vq.fault);
	ck_assert_int_eq(virtq_pop(&copy, &rig.chain), 0);
	ck_assert(!virtq_has_avail(&copy));
	/* vhost would go on as if nothing had happened. */
	ck_assert_int_eq(virtq_get_vhost_base(&copy, &base), -EINVAL);
	ck_assert_int_eq(virtq_set_vhost_base(&copy, 0), -EINVAL);
	rig_fini(&rig);
}
END_TEST

/* What may be wrong with a state of size 8, and what restoring says to it. */
struct bad_state {
	size_t off;
	size_t size;
	uint64_t value;
	int error;
};

#define BAD(field, value, error)                                               \
	{                                                                      \
		offsetof(struct virtq_state, field),                           \
			sizeof(((struct virtq_state *)0)->field), value, error \
	}

static const struct bad_state bad_states[] = {
	BAD(version, 0, -EBADMSG),
	BAD(version, 2, -EBADMSG),
	BAD(size, 65536, -EBADMSG),
	BAD(size, 9, -EBADMSG),
	BAD(max_size, 0, -EBADMSG),
	BAD(max_size, VIRTQ_MAX_SIZE + 1, -EBADMSG),
	BAD(max_size, 7, -EBADMSG),
	BAD(generation, 0, -EBADMSG),
	BAD(fault, VIRTQ_FAULT_TOO_LONG, -EBADMSG),
	BAD(fault, 0x80000000, -EBADMSG),
	BAD(desc, 8, -EBADMSG),
	BAD(desc, HOLE, -EFAULT),
	BAD(desc, UINT64_MAX - 15, -EOVERFLOW),
	BAD(driver, HOLE, -EFAULT),
	BAD(driver, 0, -EBADMSG),
	BAD(device, 0, -EBADMSG),
	BAD(next_avail, 9, -EBADMSG),
	BAD(next_used, 1, -EBADMSG),
	BAD(position, 16, -EBADMSG),
};

#define BAD_COUNT ((int)(sizeof(bad_states) / sizeof(bad_states[0])))

START_TEST(a_state_that_cannot_be_is_refused)
{
	const struct bad_state *bad = &bad_states[_i % BAD_COUNT];
	struct virtq_state state;
	struct virtq copy = { 0 };
	struct rig rig;

	rig_init(&rig, ring(_i / BAD_COUNT), 8);
	ck_assert_int_eq(virtq_save(&rig.vq, &state), 0);
	memcpy((char *)&state + bad->off, &bad->value, bad->size);
	ck_assert_int_eq(virtq_restore(&copy, &state, rig.mem), bad->error);
	ck_assert(!virtq_is_active(&copy));
	rig_fini(&rig);
}
END_TEST

/* What is in flight lies behind the position, in the lap before if need be. */
START_TEST(a_packed_queue_is_restored_at_every_position)
{
	struct virtq_state state;
	struct virtq copy = { 0 };
	struct rig rig;
	uint32_t base;

	rig_init(&rig, PACKED, 6);
	ck_assert_int_eq(virtq_save(&rig.vq, &state), 0);
	for (uint16_t position = 0; position < 12; position++) {
		state.position = position;
		ck_assert_int_eq(virtq_restore(&copy, &state, rig.mem), 0);
		ck_assert_int_eq(virtq_get_vhost_base(&copy, &base), 0);
		ck_assert_uint_eq(base & 0xffff, position < 6
							 ? position | 0x8000u
							 : position - 6u);
		ck_assert_uint_eq(base >> 16, base & 0xffff);
		virtq_reset(&copy);
	}
	rig_fini(&rig);
}
END_TEST

START_TEST(vhost_takes_a_queue_and_gives_it_back)
{
	struct rig rig;
	uint32_t base;

	rig_init(&rig, ring(_i), 8);
	rig_set_pos(&rig, 13);
	ck_assert_int_eq(virtq_get_vhost_base(&rig.vq, &base), 0);
	/* Packed: offset 5 with the wrap counter 0, for both directions. */
	ck_assert_uint_eq(base, _i ? 0x00050005u : 13u);
	ck_assert_int_eq(virtq_set_vhost_base(&rig.vq, base), 0);
	ck_assert_int_eq(virtq_get_vhost_base(&rig.vq, &base), 0);
	ck_assert_uint_eq(base, _i ? 0x00050005u : 13u);

	/* What vhost did meanwhile: three chains, past the end of the ring. */
	rig_set_pos(&rig, _i ? 0 : 16);
	base = _i ? 0x80008000u : 16u;
	ck_assert_int_eq(virtq_set_vhost_base(&rig.vq, base), 0);
	rig_add(&rig, 1, 0, 4);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 4, 0);
	rig_fini(&rig);
}
END_TEST

START_TEST(vhost_takes_no_queue_with_chains_in_flight)
{
	struct virtq_head head;
	struct rig rig;
	uint32_t base;

	rig_init(&rig, ring(_i), 8);
	rig_add(&rig, 1, 0, 4);
	virtq_driver_publish(rig.driver);
	head = rig_pop(&rig);
	ck_assert_int_eq(virtq_get_vhost_base(&rig.vq, &base), -EINVAL);
	ck_assert_int_eq(virtq_set_vhost_base(&rig.vq, 0), -EINVAL);
	rig_push(&rig, head, 0);
	ck_assert_int_eq(virtq_get_vhost_base(&rig.vq, &base), -EINVAL);
	ck_assert(virtq_flush(&rig.vq));
	ck_assert_int_eq(virtq_get_vhost_base(&rig.vq, &base), 0);
	virtq_reset(&rig.vq);
	ck_assert_int_eq(virtq_get_vhost_base(&rig.vq, &base), -EINVAL);
	ck_assert_int_eq(virtq_set_vhost_base(&rig.vq, 0), -EINVAL);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_base_outside_the_queue_is_refused)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	if (_i) {
		ck_assert_int_eq(virtq_set_vhost_base(&rig.vq, 0x00080008),
				 -EBADMSG);
		ck_assert_int_eq(virtq_set_vhost_base(&rig.vq, 0x80018002),
				 -EBADMSG);
	} else {
		ck_assert_int_eq(virtq_set_vhost_base(&rig.vq, 65536),
				 -EBADMSG);
		/* The used ring does not say so. */
		ck_assert_int_eq(virtq_set_vhost_base(&rig.vq, 1), -EBADMSG);
	}
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("state", BOTH_RINGS(a_restored_queue_goes_on_where_it_stopped),
	  ONCE(an_inactive_queue_is_saved_and_restored_as_such),
	  BOTH_RINGS(a_queue_with_a_batch_open_is_not_saved),
	  BOTH_RINGS(a_broken_queue_stays_broken),
	  TIMES(a_state_that_cannot_be_is_refused, 2 * BAD_COUNT),
	  ONCE(a_packed_queue_is_restored_at_every_position),
	  BOTH_RINGS(vhost_takes_a_queue_and_gives_it_back),
	  BOTH_RINGS(vhost_takes_no_queue_with_chains_in_flight),
	  BOTH_RINGS(a_base_outside_the_queue_is_refused))
