/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <sys/uio.h>

#include "support.h"

/* Segments of 8 readable and 8 writable bytes; the latter straddle regions. */
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
	hand->segs[2] = (struct virtq_seg){ REGION - 2, 6 };
	hand->segs[3] = (struct virtq_seg){ DATA + 0x300, 2 };
	hand->chain = (struct virtq_chain){ .segs = hand->segs,
					    .max_segs = 4,
					    .readable_segs = 2,
					    .writable_segs = 2,
					    .readable_len = 8,
					    .writable_len = 8,
					    .mem = hand->mem };
	virtq_reader_init(&hand->reader, &hand->chain);
	virtq_writer_init(&hand->writer, &hand->chain);
}

START_TEST(an_iovec_covers_what_is_left)
{
	struct iovec iov[4];
	struct hand hand;
	uint64_t len;

	hand_init(&hand);
	ck_assert_int_eq(virtq_reader_iov(&hand.reader, iov, 4, &len), 2);
	ck_assert_uint_eq(len, 8);
	ck_assert_uint_eq(iov[0].iov_len, 5);
	ck_assert_uint_eq(iov[1].iov_len, 3);
	ck_assert_int_eq(virtq_reader_skip(&hand.reader, 6), 0);
	ck_assert_int_eq(virtq_reader_iov(&hand.reader, iov, 4, &len), 1);
	ck_assert_uint_eq(len, 2);
	memcpy(iov[0].iov_base, "ok", 2);
	ck_assert_int_eq(virtq_reader_skip(&hand.reader, 2), 0);
	ck_assert_int_eq(virtq_reader_iov(&hand.reader, iov, 4, &len), 0);
	ck_assert_uint_eq(len, 0);
	ck_assert_int_eq(vm_mem_read(hand.mem, DATA + 0x101, &len, 2), 0);
	ck_assert_mem_eq(&len, "ok", 2);
	vm_mem_free(hand.mem);
}
END_TEST

START_TEST(a_short_iovec_tells_how_much_it_covers)
{
	struct iovec iov[1];
	struct hand hand;
	uint64_t len;

	hand_init(&hand);
	ck_assert_int_eq(virtq_reader_iov(&hand.reader, iov, 1, &len), 1);
	ck_assert_uint_eq(len, 5);
	ck_assert_int_eq(virtq_reader_iov(&hand.reader, iov, 0, &len), 0);
	ck_assert_uint_eq(len, 0);
	vm_mem_free(hand.mem);
}
END_TEST

START_TEST(a_segment_across_regions_takes_two_elements)
{
	struct vm_mem_region_info info;
	struct iovec iov[4];
	struct hand hand;
	uint64_t len;

	hand_init(&hand);
	ck_assert_int_eq(virtq_writer_iov(&hand.writer, iov, 4, &len), 3);
	ck_assert_uint_eq(len, 8);
	ck_assert_uint_eq(iov[0].iov_len, 2);
	ck_assert_uint_eq(iov[1].iov_len, 4);
	ck_assert_uint_eq(iov[2].iov_len, 2);
	ck_assert_int_eq(vm_mem_get_region(hand.mem, 1, &info), 0);
	ck_assert_ptr_eq(iov[1].iov_base, info.hva);
	vm_mem_free(hand.mem);
}
END_TEST

START_TEST(a_segment_into_a_hole_has_no_iovec)
{
	struct iovec iov[4];
	struct hand hand;
	uint64_t len;

	hand_init(&hand);
	hand.segs[1].gpa = HOLE;
	ck_assert_int_eq(virtq_reader_iov(&hand.reader, iov, 4, &len), -EFAULT);
	hand.segs[3].gpa = HOLE - 1;
	ck_assert_int_eq(virtq_writer_iov(&hand.writer, iov, 4, &len), -EFAULT);
	vm_mem_free(hand.mem);
}
END_TEST

START_TEST(advancing_counts_what_was_written_elsewhere)
{
	struct hand hand;

	hand_init(&hand);
	ck_assert_int_eq(virtq_writer_advance(&hand.writer, 9), -EBADMSG);
	ck_assert_int_eq(virtq_writer_advance(&hand.writer, 7), 0);
	ck_assert_uint_eq(virtq_writer_done(&hand.writer), 7);
	ck_assert_int_eq(virtq_writer_advance(&hand.writer, 1), 0);
	ck_assert_int_eq(virtq_writer_advance(&hand.writer, 0), 0);
	ck_assert_uint_eq(virtq_writer_left(&hand.writer), 0);
	vm_mem_free(hand.mem);
}
END_TEST

START_TEST(advancing_into_a_hole_counts_nothing)
{
	struct hand hand;

	hand_init(&hand);
	hand.segs[3].gpa = HOLE;
	ck_assert_int_eq(virtq_writer_advance(&hand.writer, 7), -EFAULT);
	ck_assert_uint_eq(virtq_writer_done(&hand.writer), 0);
	vm_mem_free(hand.mem);
}
END_TEST

RUN_TESTS("iov", ONCE(an_iovec_covers_what_is_left),
	  ONCE(a_short_iovec_tells_how_much_it_covers),
	  ONCE(a_segment_across_regions_takes_two_elements),
	  ONCE(a_segment_into_a_hole_has_no_iovec),
	  ONCE(advancing_counts_what_was_written_elsewhere),
	  ONCE(advancing_into_a_hole_counts_nothing))
