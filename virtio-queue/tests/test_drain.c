/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

/* A device that reports 1 byte for each chain, takes some and tires of them. */
struct device {
	uint32_t seen;
	uint32_t take; /* this many are taken, not completed */
	uint32_t busy_after; /* this many are served before it is busy */
	uint32_t len;
	struct rig *add_to; /* adds a chain during the first one */
	struct virtq_head taken[8];
};

static enum virtq_verdict handle(void *context, const struct virtq_chain *chain,
				 uint32_t *ret_len)
{
	struct device *device = context;

	if (device->seen == device->busy_after)
		return VIRTQ_BUSY;
	if (device->add_to && !device->seen) {
		rig_add(device->add_to, 0, 1, 99);
		virtq_driver_publish(device->add_to->driver);
	}
	device->seen++;
	if (device->seen <= device->take) {
		device->taken[device->seen - 1] = chain->head;
		return VIRTQ_TAKEN;
	}
	*ret_len = device->len;
	return VIRTQ_DONE;
}

static void add_many(struct rig *rig, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		rig_add(rig, 0, 1, i);
	virtq_driver_publish(rig->driver);
}

START_TEST(an_empty_queue_is_drained_at_once)
{
	struct device device = { .busy_after = 100 };
	struct virtq_drain_result result;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 10, handle, &device,
				     &result),
			 0);
	ck_assert_uint_eq(result.served, 0);
	ck_assert(!result.notify);
	ck_assert(!result.more);
	rig_fini(&rig);
}
END_TEST

START_TEST(draining_serves_all_and_notifies_once)
{
	struct device device = { .busy_after = 100, .len = 1 };
	struct virtq_drain_result result;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	add_many(&rig, 5);
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 10, handle, &device,
				     &result),
			 0);
	ck_assert_uint_eq(result.served, 5);
	ck_assert_uint_eq(result.rejected, 0);
	ck_assert(result.notify);
	ck_assert(!result.more);
	for (unsigned int i = 0; i < 5; i++)
		rig_expect(&rig, i, 1);
	/* Notifications are on again. */
	rig_add(&rig, 0, 1, 0);
	ck_assert(virtq_driver_publish(rig.driver));
	rig_fini(&rig);
}
END_TEST

START_TEST(draining_stops_at_its_budget)
{
	struct device device = { .busy_after = 100, .len = 1 };
	struct virtq_drain_result result;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	add_many(&rig, 5);
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 3, handle, &device,
				     &result),
			 0);
	ck_assert_uint_eq(result.served, 3);
	ck_assert(result.notify);
	ck_assert(result.more);
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 2, handle, &device,
				     &result),
			 0);
	ck_assert_uint_eq(result.served, 2);
	ck_assert(!result.more);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_busy_device_gets_its_chain_again)
{
	struct device device = { .busy_after = 2, .len = 1 };
	struct virtq_drain_result result;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	add_many(&rig, 4);
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 10, handle, &device,
				     &result),
			 0);
	ck_assert_uint_eq(result.served, 2);
	ck_assert(result.more);
	device.busy_after = 100;
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 10, handle, &device,
				     &result),
			 0);
	ck_assert_uint_eq(result.served, 2);
	for (unsigned int i = 0; i < 4; i++)
		rig_expect(&rig, i, 1);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_taken_chain_is_completed_by_the_device)
{
	struct device device = { .busy_after = 100, .take = 2, .len = 1 };
	struct virtq_drain_result result;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	add_many(&rig, 3);
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 10, handle, &device,
				     &result),
			 0);
	ck_assert_uint_eq(result.served, 3);
	rig_expect(&rig, 2, 1);
	rig_expect_none(&rig);
	rig_push(&rig, device.taken[1], 7);
	rig_push(&rig, device.taken[0], 8);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, 7);
	rig_expect(&rig, 0, 8);
	rig_fini(&rig);
}
END_TEST

START_TEST(chains_that_come_meanwhile_are_served_too)
{
	struct device device = { .busy_after = 100, .len = 1 };
	struct virtq_drain_result result;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	device.add_to = &rig;
	add_many(&rig, 1);
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 10, handle, &device,
				     &result),
			 0);
	ck_assert_uint_eq(result.served, 2);
	rig_expect(&rig, 0, 1);
	rig_expect(&rig, 99, 1);
	rig_fini(&rig);
}
END_TEST

START_TEST(malformed_chains_are_completed_with_nothing)
{
	struct device device = { .busy_after = 100 };
	struct virtq_drain_result result;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	virtq_driver_attack(rig.driver, VIRTQ_ATTACK_ZERO_LENGTH);
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 10, handle, &device,
				     &result),
			 0);
	ck_assert_uint_eq(result.served, 0);
	ck_assert_uint_eq(result.rejected, 1);
	ck_assert_int_eq(result.last_fault, VIRTQ_FAULT_ZERO_LENGTH);
	ck_assert(result.notify);
	ck_assert_uint_eq(device.seen, 0);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_damaged_ring_ends_the_draining)
{
	struct device device = { .busy_after = 100 };
	struct virtq_drain_result result;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	virtq_driver_attack(rig.driver, _i ? VIRTQ_ATTACK_LONG_LOOP
					   : VIRTQ_ATTACK_AVAIL_JUMP);
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 10, handle, &device,
				     &result),
			 -EBADMSG);
	ck_assert(virtq_is_broken(&rig.vq));
	ck_assert(!result.more);
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 10, handle, &device,
				     &result),
			 0);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_device_that_reports_too_much_is_told)
{
	struct device device = { .busy_after = 100, .len = BUF_SIZE + 1 };
	struct virtq_drain_result result;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	add_many(&rig, 1);
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 10, handle, &device,
				     &result),
			 -EINVAL);
	ck_assert(result.notify);
	rig_expect(&rig, 0, 0);
	rig_fini(&rig);
}
END_TEST

START_TEST(draining_needs_a_queue_and_room)
{
	struct device device = { .busy_after = 100 };
	struct virtq_drain_result result;
	struct virtq vq = { 0 };
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	ck_assert_int_eq(virtq_drain(&vq, &rig.chain, 10, handle, &device,
				     &result),
			 -EINVAL);
	rig.chain.max_segs = 0;
	ck_assert_int_eq(virtq_drain(&rig.vq, &rig.chain, 10, handle, &device,
				     &result),
			 -EINVAL);
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("drain", BOTH_RINGS(an_empty_queue_is_drained_at_once),
	  BOTH_RINGS(draining_serves_all_and_notifies_once),
	  BOTH_RINGS(draining_stops_at_its_budget),
	  BOTH_RINGS(a_busy_device_gets_its_chain_again),
	  BOTH_RINGS(a_taken_chain_is_completed_by_the_device),
	  BOTH_RINGS(chains_that_come_meanwhile_are_served_too),
	  BOTH_RINGS(malformed_chains_are_completed_with_nothing),
	  BOTH_RINGS(a_damaged_ring_ends_the_draining),
	  BOTH_RINGS(a_device_that_reports_too_much_is_told),
	  BOTH_RINGS(draining_needs_a_queue_and_room))
