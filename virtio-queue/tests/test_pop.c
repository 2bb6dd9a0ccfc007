/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Popping from both rings; what is particular to one is in split and packed. */
#include "support.h"

START_TEST(pop_of_empty_ring_returns_zero)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), 0);
	ck_assert(!virtq_has_avail(&rig.vq));
	rig_add(&rig, 1, 0, 0);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), 0);
	virtq_driver_publish(rig.driver);
	ck_assert(virtq_has_avail(&rig.vq));
	rig_pop(&rig);
	ck_assert(!virtq_has_avail(&rig.vq));
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), 0);
	rig_fini(&rig);
}
END_TEST

START_TEST(pop_without_room_for_a_segment_is_a_bug_of_the_device)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	rig.chain.max_segs = 0;
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EINVAL);
	rig_fini(&rig);
}
END_TEST

START_TEST(pop_copies_readable_and_writable_buffers)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	rig_add(&rig, 2, 3, 0);
	virtq_driver_publish(rig.driver);
	rig_pop(&rig);
	ck_assert_uint_eq(rig.chain.readable_segs, 2);
	ck_assert_uint_eq(rig.chain.writable_segs, 3);
	ck_assert_uint_eq(rig.chain.readable_len, 2 * BUF_SIZE);
	ck_assert_uint_eq(rig.chain.writable_len, 3 * BUF_SIZE);
	ck_assert_int_eq(rig.chain.fault, VIRTQ_FAULT_NONE);
	ck_assert_ptr_eq(rig.chain.mem, rig.mem);
	for (unsigned int i = 0; i < 5; i++) {
		ck_assert_uint_eq(rig.segs[i].gpa, DATA + i * BUF_SIZE);
		ck_assert_uint_eq(rig.segs[i].len, BUF_SIZE);
	}
	rig_fini(&rig);
}
END_TEST

START_TEST(a_chain_may_fill_the_queue_but_not_the_callers_array)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	rig_add(&rig, 3, 1, 1);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, 0);

	rig_add(&rig, 3, 1, 2);
	virtq_driver_publish(rig.driver);
	rig.chain.max_segs = 3;
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -ELOOP);
	ck_assert_int_eq(rig.chain.fault, VIRTQ_FAULT_TOO_LONG);
	ck_assert(!virtq_is_broken(&rig.vq));
	ck_assert_uint_eq(rig.chain.readable_segs, 0);
	ck_assert_uint_eq(rig.chain.writable_len, 0);
	ck_assert_int_eq(virtq_push(&rig.vq, rig.chain.head, 1), -EINVAL);
	rig_push(&rig, rig.chain.head, 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 2, 0);
	rig_fini(&rig);
}
END_TEST

/* 2.7.5.2: no more than 2^32 bytes; a used length cannot tell that many. */
START_TEST(a_chain_may_be_exactly_4_gib_long)
{
	const struct virtq_buf bufs[] = { { DATA, 0x80000000, _i & 2 },
					  { DATA, 0x80000000, true } };
	struct virtq_writer writer;
	struct rig rig;

	rig_init(&rig, ring(_i & 1), 4);
	ck_assert_int_eq(virtq_driver_add(rig.driver, bufs, 2,
					  VIRTQ_DRIVER_DIRECT, 0),
			 0);
	virtq_driver_publish(rig.driver);
	rig_pop(&rig);
	virtq_writer_init(&writer, &rig.chain);
	ck_assert_uint_eq(virtq_writer_left(&writer),
			  _i & 2 ? UINT64_C(1) << 32 : 0x80000000);
	rig_push(&rig, rig.chain.head, _i & 2 ? UINT32_MAX : 0x80000000);
	rig_fini(&rig);
}
END_TEST

/* One byte more would wrap; whether there is memory shows later. */
START_TEST(a_buffer_may_end_where_addresses_do)
{
	const struct virtq_buf bufs[] = { { UINT64_MAX - 31, 32, false },
					  { UINT64_MAX - 15, 16, true } };
	const struct virtq_buf beyond = { UINT64_MAX - 15, 17, false };
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	for (uint16_t count = 1; count <= 2; count++) {
		ck_assert_int_eq(virtq_driver_add(rig.driver, bufs, count,
						  VIRTQ_DRIVER_DIRECT, 0),
				 0);
		virtq_driver_publish(rig.driver);
		rig_pop(&rig);
		ck_assert_uint_eq(rig.segs[count - 1].gpa, bufs[count - 1].gpa);
	}
	ck_assert_int_eq(virtq_driver_add(rig.driver, &beyond, 1,
					  VIRTQ_DRIVER_DIRECT, 0),
			 0);
	virtq_driver_publish(rig.driver);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EOVERFLOW);
	rig_fini(&rig);
}
END_TEST

START_TEST(peek_leaves_the_chain_in_the_ring)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	ck_assert_int_eq(virtq_peek(&rig.vq, &rig.chain), 0);
	rig_add(&rig, 1, 2, 0);
	virtq_driver_publish(rig.driver);
	ck_assert_int_eq(virtq_peek(&rig.vq, &rig.chain), 1);
	ck_assert_uint_eq(rig.chain.writable_segs, 2);
	ck_assert_int_eq(virtq_push(&rig.vq, rig.chain.head, 0), -ENOENT);
	ck_assert_int_eq(virtq_peek(&rig.vq, &rig.chain), 1);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert_int_eq(virtq_peek(&rig.vq, &rig.chain), 0);
	rig_fini(&rig);
}
END_TEST

START_TEST(undone_pops_come_again_in_the_same_order)
{
	struct virtq_head first, second;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	rig_set_pos(&rig, 6);
	rig_add(&rig, 1, 1, 0);
	rig_add(&rig, 3, 0, 1);
	virtq_driver_publish(rig.driver);
	first = rig_pop(&rig);
	second = rig_pop(&rig);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, first), -ENOENT);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, second), 0);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, second), -ENOENT);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, first), 0);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, first), -ENOENT);
	ck_assert_int_eq(virtq_push(&rig.vq, first, 0), -ENOENT);

	rig_pop(&rig);
	ck_assert_uint_eq(rig.chain.writable_segs, 1);
	ck_assert_mem_eq(&rig.chain.head, &first, sizeof(first));
	rig_pop(&rig);
	ck_assert_uint_eq(rig.chain.readable_segs, 3);
	ck_assert_mem_eq(&rig.chain.head, &second, sizeof(second));
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("pop", BOTH_RINGS(pop_of_empty_ring_returns_zero),
	  BOTH_RINGS(pop_without_room_for_a_segment_is_a_bug_of_the_device),
	  BOTH_RINGS(pop_copies_readable_and_writable_buffers),
	  BOTH_RINGS(a_chain_may_fill_the_queue_but_not_the_callers_array),
	  TIMES(a_chain_may_be_exactly_4_gib_long, 4),
	  BOTH_RINGS(a_buffer_may_end_where_addresses_do),
	  BOTH_RINGS(peek_leaves_the_chain_in_the_ring),
	  BOTH_RINGS(undone_pops_come_again_in_the_same_order))
