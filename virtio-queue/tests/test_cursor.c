/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

/* A chain made by hand: 5 + 3 readable bytes, then 4 + 6 writable ones. */
struct hand {
	struct vm_mem *mem;
	struct virtq_seg segs[4];
	struct virtq_chain chain;
	struct virtq_reader reader;
	struct virtq_writer writer;
};

static void hand_init(struct hand *hand)
{
	memset(hand, 0, sizeof(*hand));
	hand->mem = rig_memory();
	hand->segs[0] = (struct virtq_seg){ DATA, 5 };
	hand->segs[1] = (struct virtq_seg){ DATA + 0x100, 3 };
	hand->segs[2] = (struct virtq_seg){ DATA + 0x200, 4 };
	hand->segs[3] = (struct virtq_seg){ DATA + 0x300, 6 };
	hand->chain = (struct virtq_chain){ .segs = hand->segs,
					    .max_segs = 4,
					    .readable_segs = 2,
					    .writable_segs = 2,
					    .readable_len = 8,
					    .writable_len = 10,
					    .mem = hand->mem };
	ck_assert_int_eq(vm_mem_write(hand->mem, DATA, "hello", 5), 0);
	ck_assert_int_eq(vm_mem_write(hand->mem, DATA + 0x100, "you", 3), 0);
	virtq_reader_init(&hand->reader, &hand->chain);
	virtq_writer_init(&hand->writer, &hand->chain);
}

static void hand_fini(struct hand *hand)
{
	vm_mem_free(hand->mem);
}

START_TEST(reading_crosses_segments)
{
	struct hand hand;
	char text[9] = "";

	hand_init(&hand);
	ck_assert_uint_eq(virtq_reader_left(&hand.reader), 8);
	ck_assert_int_eq(virtq_reader_read(&hand.reader, text, 2), 0);
	ck_assert_str_eq(text, "he");
	ck_assert_int_eq(virtq_reader_read(&hand.reader, text, 6), 0);
	ck_assert_str_eq(text, "lloyou");
	ck_assert_uint_eq(virtq_reader_left(&hand.reader), 0);
	ck_assert_int_eq(virtq_reader_read(&hand.reader, text, 0), 0);
	hand_fini(&hand);
}
END_TEST

START_TEST(reading_too_much_moves_nothing)
{
	struct hand hand;
	char text[10] = "";

	hand_init(&hand);
	ck_assert_int_eq(virtq_reader_read(&hand.reader, text, 9), -EBADMSG);
	ck_assert_int_eq(virtq_reader_skip(&hand.reader, 9), -EBADMSG);
	ck_assert_uint_eq(virtq_reader_left(&hand.reader), 8);
	ck_assert_int_eq(virtq_reader_read(&hand.reader, text, 8), 0);
	ck_assert_str_eq(text, "helloyou");
	hand_fini(&hand);
}
END_TEST

START_TEST(reading_outside_memory_moves_nothing)
{
	struct hand hand;
	char text[9] = "";

	hand_init(&hand);
	hand.segs[1].gpa = HOLE;
	ck_assert_int_eq(virtq_reader_read(&hand.reader, text, 8), -EFAULT);
	ck_assert_uint_eq(virtq_reader_left(&hand.reader), 8);
	ck_assert_int_eq(virtq_reader_read(&hand.reader, text, 5), 0);
	ck_assert_int_eq(virtq_reader_read(&hand.reader, text, 1), -EFAULT);
	hand_fini(&hand);
}
END_TEST

START_TEST(skipping_crosses_segments)
{
	struct hand hand;
	char text[3] = "";

	hand_init(&hand);
	ck_assert_int_eq(virtq_reader_skip(&hand.reader, 6), 0);
	ck_assert_int_eq(virtq_reader_read(&hand.reader, text, 2), 0);
	ck_assert_str_eq(text, "ou");
	hand_fini(&hand);
}
END_TEST

START_TEST(a_reader_splits_at_a_header)
{
	struct virtq_reader rest;
	struct hand hand;
	char text[9] = "";

	hand_init(&hand);
	ck_assert_int_eq(virtq_reader_split(&hand.reader, 9, &rest), -EBADMSG);
	ck_assert_int_eq(virtq_reader_split(&hand.reader, 6, &rest), 0);
	ck_assert_uint_eq(virtq_reader_left(&hand.reader), 6);
	ck_assert_uint_eq(virtq_reader_left(&rest), 2);
	ck_assert_int_eq(virtq_reader_read(&hand.reader, text, 7), -EBADMSG);
	ck_assert_int_eq(virtq_reader_read(&hand.reader, text, 6), 0);
	ck_assert_str_eq(text, "helloy");
	memset(text, 0, sizeof(text));
	ck_assert_int_eq(virtq_reader_read(&rest, text, 2), 0);
	ck_assert_str_eq(text, "ou");
	hand_fini(&hand);
}
END_TEST

START_TEST(a_split_at_either_end_leaves_nothing_there)
{
	struct virtq_reader rest;
	struct hand hand;
	char byte;

	hand_init(&hand);
	ck_assert_int_eq(virtq_reader_split(&hand.reader, 8, &rest), 0);
	ck_assert_uint_eq(virtq_reader_left(&rest), 0);
	ck_assert_int_eq(virtq_reader_read(&rest, &byte, 1), -EBADMSG);
	ck_assert_int_eq(virtq_reader_split(&hand.reader, 0, &rest), 0);
	ck_assert_uint_eq(virtq_reader_left(&rest), 8);
	ck_assert_int_eq(virtq_reader_read(&hand.reader, &byte, 1), -EBADMSG);
	hand_fini(&hand);
}
END_TEST

START_TEST(writing_crosses_segments_and_is_counted)
{
	struct hand hand;
	char text[7] = "";

	hand_init(&hand);
	ck_assert_uint_eq(virtq_writer_left(&hand.writer), 10);
	ck_assert_uint_eq(virtq_writer_done(&hand.writer), 0);
	ck_assert_int_eq(virtq_writer_write(&hand.writer, "abcdefg", 7), 0);
	ck_assert_uint_eq(virtq_writer_done(&hand.writer), 7);
	ck_assert_uint_eq(virtq_writer_left(&hand.writer), 3);
	ck_assert_int_eq(vm_mem_read(hand.mem, DATA + 0x200, text, 4), 0);
	ck_assert_str_eq(text, "abcd");
	ck_assert_int_eq(vm_mem_read(hand.mem, DATA + 0x300, text, 6), 0);
	ck_assert_mem_eq(text, "efg\0\0\0", 6);
	hand_fini(&hand);
}
END_TEST

START_TEST(writing_too_much_or_outside_memory_counts_nothing)
{
	struct hand hand;

	hand_init(&hand);
	ck_assert_int_eq(virtq_writer_write(&hand.writer, "0123456789a", 11),
			 -EBADMSG);
	ck_assert_int_eq(virtq_writer_fill(&hand.writer, 0, 11), -EBADMSG);
	hand.segs[3].gpa = HOLE;
	ck_assert_int_eq(virtq_writer_write(&hand.writer, "01234", 5), -EFAULT);
	ck_assert_int_eq(virtq_writer_fill(&hand.writer, 0, 5), -EFAULT);
	ck_assert_uint_eq(virtq_writer_done(&hand.writer), 0);
	hand_fini(&hand);
}
END_TEST

START_TEST(filling_crosses_segments)
{
	struct hand hand;
	char text[6];

	hand_init(&hand);
	ck_assert_int_eq(virtq_writer_fill(&hand.writer, 'x', 5), 0);
	ck_assert_uint_eq(virtq_writer_done(&hand.writer), 5);
	ck_assert_int_eq(vm_mem_read(hand.mem, DATA + 0x200, text, 4), 0);
	ck_assert_mem_eq(text, "xxxx", 4);
	ck_assert_int_eq(vm_mem_read(hand.mem, DATA + 0x300, text, 6), 0);
	ck_assert_mem_eq(text, "x\0\0\0\0\0", 6);
	hand_fini(&hand);
}
END_TEST

START_TEST(a_writer_splits_off_a_status)
{
	struct virtq_writer status;
	struct hand hand;
	char byte;

	hand_init(&hand);
	ck_assert_int_eq(virtq_writer_split(&hand.writer, 11, &status),
			 -EBADMSG);
	ck_assert_int_eq(virtq_writer_split(&hand.writer, 9, &status), 0);
	ck_assert_uint_eq(virtq_writer_done(&hand.writer), 0);
	ck_assert_uint_eq(virtq_writer_done(&status), 0);
	ck_assert_int_eq(virtq_writer_write(&status, "S", 1), 0);
	ck_assert_uint_eq(virtq_writer_done(&status), 1);
	ck_assert_int_eq(virtq_writer_fill(&hand.writer, 'd', 9), 0);
	ck_assert_int_eq(virtq_writer_fill(&hand.writer, 'd', 1), -EBADMSG);
	ck_assert_uint_eq(virtq_writer_done(&hand.writer), 9);
	ck_assert_int_eq(vm_mem_read(hand.mem, DATA + 0x305, &byte, 1), 0);
	ck_assert_int_eq(byte, 'S');
	hand_fini(&hand);
}
END_TEST

START_TEST(a_used_length_saturates)
{
	struct virtq_writer writer = { .size = UINT64_C(1) << 32 };

	ck_assert_uint_eq(virtq_writer_done(&writer), UINT32_MAX);
}
END_TEST

/* Adjacent regions are one address range for the driver. */
START_TEST(a_buffer_may_straddle_two_regions)
{
	struct virtq_buf bufs[2] = { { REGION - 3, 6, false },
				     { REGION + 0x1000 - 2, 4, true } };
	struct virtq_reader reader;
	struct rig rig;
	char text[7] = "";

	rig_init(&rig, ring(_i), 4);
	ck_assert_int_eq(vm_mem_write(rig.mem, REGION - 3, "strafe", 6), 0);
	ck_assert_int_eq(virtq_driver_add(rig.driver, bufs, 2,
					  VIRTQ_DRIVER_DIRECT, 0),
			 0);
	virtq_driver_publish(rig.driver);
	rig_pop(&rig);
	virtq_reader_init(&reader, &rig.chain);
	ck_assert_int_eq(virtq_reader_read(&reader, text, 6), 0);
	ck_assert_str_eq(text, "strafe");
	rig_fini(&rig);
}
END_TEST

/* 2.7.5.1: neither the reader nor the writer reaches the other's bytes. */
START_TEST(a_chain_without_one_kind_of_buffer_has_nothing_of_it)
{
	struct virtq_reader reader;
	struct virtq_writer writer;
	struct rig rig;
	char byte = 0;

	rig_init(&rig, ring(_i), 4);
	rig_add(&rig, 1, 0, 0);
	rig_add(&rig, 0, 1, 0);
	virtq_driver_publish(rig.driver);
	rig_pop(&rig);
	virtq_writer_init(&writer, &rig.chain);
	ck_assert_int_eq(virtq_writer_write(&writer, &byte, 1), -EBADMSG);
	rig_pop(&rig);
	virtq_reader_init(&reader, &rig.chain);
	ck_assert_int_eq(virtq_reader_read(&reader, &byte, 1), -EBADMSG);
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("cursor", ONCE(reading_crosses_segments),
	  ONCE(reading_too_much_moves_nothing),
	  ONCE(reading_outside_memory_moves_nothing),
	  ONCE(skipping_crosses_segments), ONCE(a_reader_splits_at_a_header),
	  ONCE(a_split_at_either_end_leaves_nothing_there),
	  ONCE(writing_crosses_segments_and_is_counted),
	  ONCE(writing_too_much_or_outside_memory_counts_nothing),
	  ONCE(filling_crosses_segments), ONCE(a_writer_splits_off_a_status),
	  ONCE(a_used_length_saturates),
	  BOTH_RINGS(a_buffer_may_straddle_two_regions),
	  BOTH_RINGS(a_chain_without_one_kind_of_buffer_has_nothing_of_it))
