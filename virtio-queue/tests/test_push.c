/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Completing on both rings, in any order and in that of VIRTIO_F_IN_ORDER. */
#include "support.h"

START_TEST(a_length_beyond_the_writable_bytes_is_refused)
{
	struct virtq_head head;
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	rig_add(&rig, 1, 1, 3);
	virtq_driver_publish(rig.driver);
	head = rig_pop(&rig);
	ck_assert_int_eq(virtq_push(&rig.vq, head, BUF_SIZE + 1), -EINVAL);
	rig_push(&rig, head, BUF_SIZE);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 3, BUF_SIZE);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_chain_is_completed_once)
{
	struct virtq_head head;
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	rig_add(&rig, 1, 0, 3);
	virtq_driver_publish(rig.driver);
	head = rig_pop(&rig);
	rig_push(&rig, head, 0);
	ck_assert_int_eq(virtq_push(&rig.vq, head, 0), -ENOENT);
	rig_fini(&rig);
}
END_TEST

/* As a damaged snapshot may bring it back. */
START_TEST(a_head_of_no_descriptors_is_refused)
{
	struct virtq_head head = { .generation = 1 };
	struct rig rig;

	rig_init(&rig, ring(_i & 1) | (_i & 2 ? IN_ORDER : 0), 4);
	ck_assert_int_eq(virtq_push(&rig.vq, head, 0), -ENOENT);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, head), -ENOENT);
	rig_fini(&rig);
}
END_TEST

START_TEST(completions_are_seen_in_batches)
{
	struct virtq_head heads[3];
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	for (unsigned int i = 0; i < 3; i++)
		rig_add(&rig, 1, 1, i);
	virtq_driver_publish(rig.driver);
	for (int i = 0; i < 3; i++)
		heads[i] = rig_pop(&rig);
	rig_push(&rig, heads[2], 20);
	rig_push(&rig, heads[0], 0);
	rig_expect_none(&rig);
	ck_assert(virtq_flush(&rig.vq));
	ck_assert(!virtq_flush(&rig.vq));
	rig_expect(&rig, 2, 20);
	rig_expect(&rig, 0, 0);
	rig_expect_none(&rig);
	rig_push(&rig, heads[1], 1);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, 1);
	rig_fini(&rig);
}
END_TEST

START_TEST(in_order_queues_refuse_another_order)
{
	struct virtq_head first, second;
	struct rig rig;

	rig_init(&rig, ring(_i) | IN_ORDER, 8);
	rig_add(&rig, 1, 1, 0);
	rig_add(&rig, 1, 1, 1);
	virtq_driver_publish(rig.driver);
	first = rig_pop(&rig);
	second = rig_pop(&rig);
	ck_assert_int_eq(virtq_push(&rig.vq, second, 0), -EINVAL);
	rig_push(&rig, first, 9);
	rig_push(&rig, second, 8);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 0, 9);
	rig_expect(&rig, 1, 8);
	rig_fini(&rig);
}
END_TEST

/* 2.7.9, 2.8.8: full buffers need no element of their own, others do. */
START_TEST(in_order_completions_of_full_buffers_share_an_element)
{
	const uint32_t lens[] = { 0, 0, BUF_SIZE, 17, 0, BUF_SIZE - 1, 0, 0 };
	const uint16_t writable[] = { 0, 0, 1, 1, 0, 1, 0, 0 };
	struct virtq_head head;
	struct rig rig;

	rig_init(&rig, ring(_i) | IN_ORDER, 16);
	rig_set_pos(&rig, 5);
	for (unsigned int lap = 0; lap < 9; lap++) {
		for (unsigned int i = 0; i < 8; i++)
			rig_add(&rig, 1, writable[i], i);
		virtq_driver_publish(rig.driver);
		for (unsigned int i = 0; i < 8; i++) {
			head = rig_pop(&rig);
			rig_push(&rig, head, lens[i]);
			rig_expect_none(&rig);
		}
		ck_assert(virtq_flush(&rig.vq));
		for (unsigned int i = 0; i < 8; i++)
			rig_expect(&rig, i, lens[i]);
		rig_expect_none(&rig);
	}
	rig_fini(&rig);
}
END_TEST

/* UINT32_MAX bytes of 2^32 are not all, though no length tells more. */
START_TEST(in_order_completions_of_4_gib_have_their_own_element)
{
	const struct virtq_buf half = { DATA, 0x80000000, true };
	const struct virtq_buf bufs[] = { half, half };
	struct rig rig;

	rig_init(&rig, ring(_i) | IN_ORDER, 8);
	ck_assert_int_eq(virtq_driver_add(rig.driver, bufs, 2,
					  VIRTQ_DRIVER_DIRECT, 1),
			 0);
	rig_add(&rig, 0, 1, 2);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), UINT32_MAX);
	rig_push(&rig, rig_pop(&rig), BUF_SIZE);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, UINT32_MAX);
	rig_expect(&rig, 2, BUF_SIZE);
	rig_fini(&rig);
}
END_TEST

/* The driver would take what it had in the buffers for an answer. */
START_TEST(in_order_completions_of_malformed_chains_tell_no_length)
{
	struct virtq_head head;
	struct rig rig;

	rig_init(&rig, ring(_i) | IN_ORDER, 8);
	rig_add(&rig, 0, 2, 1);
	rig_add(&rig, 0, 1, 2);
	virtq_driver_publish(rig.driver);
	rig.chain.max_segs = 1;
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -ELOOP);
	rig_push(&rig, rig.chain.head, 0);
	head = rig_pop(&rig);
	rig_push(&rig, head, BUF_SIZE);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, 0);
	rig_expect(&rig, 2, BUF_SIZE);
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("push", BOTH_RINGS(a_length_beyond_the_writable_bytes_is_refused),
	  BOTH_RINGS(a_chain_is_completed_once),
	  TIMES(a_head_of_no_descriptors_is_refused, 4),
	  BOTH_RINGS(completions_are_seen_in_batches),
	  BOTH_RINGS(in_order_queues_refuse_another_order),
	  BOTH_RINGS(in_order_completions_of_full_buffers_share_an_element),
	  BOTH_RINGS(in_order_completions_of_4_gib_have_their_own_element),
	  BOTH_RINGS(in_order_completions_of_malformed_chains_tell_no_length))
