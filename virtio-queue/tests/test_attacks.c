/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Every attack of the testing library, on both rings. */
#include "support.h"

/* Attack number _i modulo the count; the upper half is for the packed ring. */
static enum virtq_attack attack_of(int i)
{
	return (enum virtq_attack)(i % VIRTQ_ATTACK_COUNT);
}

static bool packed_of(int i)
{
	return i >= VIRTQ_ATTACK_COUNT;
}

/* Pops until the ring is empty or broken; a bound on it is the test. */
static int pop_all(struct rig *rig, int *ret_faults)
{
	int r, pops = 0;

	*ret_faults = 0;
	for (;;) {
		r = virtq_pop(&rig->vq, &rig->chain);
		if (!r)
			return pops;
		*ret_faults += r < 0;
		ck_assert_int_le(++pops, 2 * (int)rig->vq.size);
		if (virtq_is_broken(&rig->vq))
			ck_assert_int_eq(virtq_push(&rig->vq, rig->chain.head,
						    0),
					 -ENOENT);
		else
			rig_push(rig, rig->chain.head, 0);
	}
}

START_TEST(an_attack_is_found_and_named)
{
	enum virtq_fault want =
		virtq_attack_fault(attack_of(_i), packed_of(_i));
	const char *name = virtq_attack_name(attack_of(_i));
	struct rig rig;
	int r;

	rig_init(&rig, ring(packed_of(_i)) | INDIRECT, 8);
	virtq_driver_attack(rig.driver, attack_of(_i));
	do {
		r = virtq_pop(&rig.vq, &rig.chain);
	} while (r == 1);
	if (want == VIRTQ_FAULT_NONE) {
		ck_assert_msg(r == 0, "%s: %d", name, r);
		ck_assert(!virtq_is_broken(&rig.vq));
	} else {
		ck_assert_msg(rig.chain.fault == want, "%s: %s", name,
			      virtq_fault_name(rig.chain.fault));
		ck_assert_int_eq(r, virtq_fault_errno(want));
		ck_assert(virtq_is_broken(&rig.vq) ==
			  virtq_fault_is_fatal(want));
	}
	rig_fini(&rig);
}
END_TEST

/* A position before the end of the ring makes the packed lists wrap. */
START_TEST(an_attack_anywhere_in_the_ring_neither_spins_nor_crashes)
{
	int faults;
	struct rig rig;

	for (uint16_t pos = 0; pos < 16; pos++) {
		rig_init(&rig, ring(packed_of(_i)) | INDIRECT, 8);
		rig_set_pos(&rig, pos);
		virtq_driver_attack(rig.driver, attack_of(_i));
		pop_all(&rig, &faults);
		ck_assert_int_le(faults, 1);
		(void)!virtq_flush(&rig.vq);
		rig_fini(&rig);
	}
}
END_TEST

/* Without the feature, INDIRECT is refused wherever it leads (2.7.5.3.1). */
START_TEST(an_indirect_descriptor_without_the_feature_is_refused)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	rig_add_form(&rig, 1, 1, VIRTQ_DRIVER_INDIRECT, 5);
	virtq_driver_publish(rig.driver);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EBADMSG);
	ck_assert_int_eq(rig.chain.fault, VIRTQ_FAULT_INDIRECT_UNNEGOTIATED);
	rig_push(&rig, rig.chain.head, 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 5, 0);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_malformed_chain_is_completed_and_the_queue_goes_on)
{
	enum virtq_fault fault =
		virtq_attack_fault(attack_of(_i), packed_of(_i));
	struct virtq_buf buf = { DATA, 16, false };
	struct virtq_head head;
	struct rig rig;

	if (virtq_fault_is_fatal(fault) || fault == VIRTQ_FAULT_NONE)
		return;
	rig_init(&rig, ring(packed_of(_i)) | INDIRECT, 8);
	/* A decent chain lies behind the attack, which overwrites another. */
	ck_assert_int_eq(virtq_driver_add(rig.driver, &buf, 1,
					  VIRTQ_DRIVER_DIRECT, 1),
			 0);
	virtq_driver_publish(rig.driver);
	head = rig_pop(&rig);
	rig_push(&rig, head, 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, 0);
	virtq_driver_attack(rig.driver, attack_of(_i));
	ck_assert_int_lt(virtq_pop(&rig.vq, &rig.chain), 0);
	ck_assert_int_eq(rig.chain.fault, fault);
	rig_push(&rig, rig.chain.head, 0);
	ck_assert(virtq_flush(&rig.vq));
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), 0);
	ck_assert(!virtq_is_broken(&rig.vq));
	rig_fini(&rig);
}
END_TEST

/* The error is told once; a loop that ignores it comes to its end. */
START_TEST(a_broken_queue_is_quiet_until_it_is_reset)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	virtq_driver_attack(rig.driver, VIRTQ_ATTACK_NEXT_RANGE);
	if (!_i)
		virtq_driver_attack(rig.driver, VIRTQ_ATTACK_HEAD_RANGE);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EBADMSG);
	ck_assert(virtq_is_broken(&rig.vq));
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), 0);
	ck_assert(!virtq_has_avail(&rig.vq));
	ck_assert(!virtq_enable_notification(&rig.vq));
	virtq_reset(&rig.vq);
	ck_assert(!virtq_is_broken(&rig.vq));
	rig_fini(&rig);
}
END_TEST

/* What a failed pop leaves as a head is not the chain before. */
START_TEST(a_broken_queue_takes_what_is_in_flight_and_nothing_else)
{
	struct virtq_head head;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	rig_add(&rig, 1, 0, 1);
	virtq_driver_publish(rig.driver);
	head = rig_pop(&rig);
	virtq_driver_attack(rig.driver, _i ? VIRTQ_ATTACK_NEXT_RANGE
					   : VIRTQ_ATTACK_HEAD_RANGE);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EBADMSG);
	ck_assert_int_eq(virtq_push(&rig.vq, rig.chain.head, 0), -ENOENT);
	rig_push(&rig, head, 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, 0);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_buffer_outside_memory_is_found_when_it_is_used)
{
	struct virtq_reader reader;
	struct virtq_writer writer;
	struct rig rig;
	uint8_t byte = 0;

	rig_init(&rig, ring(_i), 8);
	virtq_driver_attack(rig.driver, VIRTQ_ATTACK_BUFFER_HOLE);
	rig_pop(&rig);
	virtq_reader_init(&reader, &rig.chain);
	virtq_writer_init(&writer, &rig.chain);
	ck_assert_int_eq(virtq_reader_read(&reader, &byte, 1), -EFAULT);
	ck_assert_int_eq(virtq_writer_write(&writer, &byte, 1), -EFAULT);
	rig_push(&rig, rig.chain.head, 0);
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("attacks",
	  TIMES(an_attack_is_found_and_named, 2 * VIRTQ_ATTACK_COUNT),
	  TIMES(an_attack_anywhere_in_the_ring_neither_spins_nor_crashes,
		2 * VIRTQ_ATTACK_COUNT),
	  TIMES(a_malformed_chain_is_completed_and_the_queue_goes_on,
		2 * VIRTQ_ATTACK_COUNT),
	  BOTH_RINGS(an_indirect_descriptor_without_the_feature_is_refused),
	  BOTH_RINGS(a_broken_queue_is_quiet_until_it_is_reset),
	  BOTH_RINGS(a_broken_queue_takes_what_is_in_flight_and_nothing_else),
	  BOTH_RINGS(a_buffer_outside_memory_is_found_when_it_is_used))
