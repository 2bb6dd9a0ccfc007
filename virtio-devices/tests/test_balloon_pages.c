/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <unistd.h>

#include "balloon_support.h"

static bool has_small_pages(void)
{
	return sysconf(_SC_PAGESIZE) == PAGE;
}

START_TEST(inflated_pages_are_given_back_to_the_host)
{
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	touch(&balloon, HEAP, 2 * MIB);
	ck_assert_uint_eq(resident(&balloon, HEAP, 2 * MIB), 2 * MIB / PAGE);
	put_list(&balloon, HEAP, 1, MIB / PAGE);
	send_list(&balloon, INFLATE, MIB / PAGE);
	ck_assert_uint_eq(resident(&balloon, HEAP, MIB), 0);
	ck_assert_uint_eq(resident(&balloon, HEAP + MIB, MIB), MIB / PAGE);
	expect_bytes(&balloon, HEAP, MIB, 0);
	expect_bytes(&balloon, HEAP + MIB, MIB, 0xa5);
	ck_assert_uint_eq(balloon.counters->inflated, MIB / PAGE);
	ck_assert_uint_eq(balloon.counters->discarded, MIB);
	ck_assert_uint_eq(balloon.counters->kept, 0);
	balloon_fini(&balloon);
}
END_TEST

/* In what order pages come makes no difference. */
START_TEST(pages_come_in_any_order)
{
	static const int64_t steps[] = { 1, -1, 2, -2, 7 };
	struct balloon balloon;

	if (!has_small_pages())
		return;
	balloon_init(&balloon);
	balloon_start(&balloon);
	touch(&balloon, HEAP, 2 * MIB);
	put_list(&balloon, HEAP + MIB, steps[_i], 20);
	send_list(&balloon, INFLATE, 20);
	for (int64_t page = -200; page < 200; page++) {
		bool is_in = page / steps[_i] >= 0 && page / steps[_i] < 20 &&
			     !(page % steps[_i]);
		vm_gpa gpa = HEAP + MIB + (uint64_t)page * PAGE;

		ck_assert_uint_eq(byte_at(&balloon, gpa), is_in ? 0 : 0xa5);
		ck_assert_uint_eq(byte_at(&balloon, gpa + PAGE - 1),
				  is_in ? 0 : 0xa5);
	}
	ck_assert_uint_eq(balloon.counters->discarded, 20 * PAGE);
	balloon_fini(&balloon);
}
END_TEST

/* Runs that grow at both ends, repeat themselves and straddle regions. */
START_TEST(runs_of_pages_are_put_together)
{
	const uint32_t edge = VM_VIRTIO_RIG_EDGE / PAGE;
	const uint32_t numbers[] = { edge,     edge - 1, edge + 1, edge - 2,
				     edge + 9, edge + 9, edge - 9, edge - 8 };
	struct balloon balloon;

	if (!has_small_pages())
		return;
	balloon_init(&balloon);
	balloon_start(&balloon);
	touch(&balloon, VM_VIRTIO_RIG_EDGE - 16 * PAGE, 32 * PAGE);
	for (size_t i = 0; i < 8; i++)
		put_number(&balloon, i, numbers[i]);
	send_list(&balloon, INFLATE, 8);
	for (uint32_t page = edge - 16; page < edge + 16; page++) {
		bool is_in = false;

		for (size_t i = 0; i < 8; i++)
			is_in = is_in || numbers[i] == page;
		ck_assert_uint_eq(byte_at(&balloon, (vm_gpa)page * PAGE),
				  is_in ? 0 : 0xa5);
	}
	ck_assert_uint_eq(balloon.counters->inflated, 8);
	ck_assert_uint_eq(balloon.counters->discarded, 8 * PAGE);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(pages_outside_of_memory_are_skipped)
{
	const uint32_t hole = VM_VIRTIO_RIG_HOLE / PAGE;
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	touch(&balloon, HEAP, 2 * PAGE);
	put_number(&balloon, 0, hole);
	put_number(&balloon, 1, HEAP / PAGE);
	put_number(&balloon, 2, UINT32_MAX);
	put_number(&balloon, 3, HEAP / PAGE + 1);
	put_number(&balloon, 4, hole + 1);
	send_list(&balloon, INFLATE, 5);
	expect_bytes(&balloon, HEAP, 2 * PAGE, 0);
	ck_assert_uint_eq(balloon.counters->inflated, 2);
	ck_assert_uint_eq(balloon.counters->outside, 3);
	ck_assert_uint_eq(errors(balloon.device, VM_VIRTIO_ERROR_REQUEST), 3);
	balloon_fini(&balloon);
}
END_TEST

/* A list that is cut into pieces, of which one straddles regions. */
START_TEST(a_list_may_be_cut_anywhere)
{
	const struct virtq_buf bufs[] = {
		{ LIST, 6, false },
		{ VM_VIRTIO_RIG_EDGE - 3, 7, false },
		{ LIST + 6, 1023 - 13, false },
		{ LIST + 0x1000, 5, false },
	};
	uint8_t bytes[1024];
	struct balloon balloon;
	size_t done = 0;

	balloon_init(&balloon);
	balloon_start(&balloon);
	touch(&balloon, HEAP, MIB);
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t number = vm_mem_le32(HEAP / PAGE + i);

		memcpy(bytes + 4 * i, &number, 4);
	}
	for (size_t i = 0; i < 4; i++) {
		size_t len =
			1024 - done < bufs[i].len ? 1024 - done : bufs[i].len;

		ck_assert_int_eq(vm_mem_write(balloon.rig.mem, bufs[i].gpa,
					      bytes + done, len),
				 0);
		done += len;
	}
	/* The last four bytes are zero, so the first page goes, too. */
	ask(&balloon, INFLATE, bufs, 4);
	expect_bytes(&balloon, HEAP, MIB, 0);
	ck_assert_uint_eq(balloon.counters->inflated, 257);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(a_request_that_is_no_list_is_refused)
{
	static const struct virtq_buf bufs[][2] = {
		{ { LIST, 4, false }, { LIST + 64, 4, true } },
		{ { LIST, 4, false }, { LIST + 4, 1, false } },
		{ { LIST, 4, false },
		  { LIST + 4, 4 * VM_VIRTIO_BALLOON_PAGES, false } },
		{ { LIST, 4, true }, { LIST + 4, 4, true } },
	};
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	touch(&balloon, HEAP, PAGE);
	put_list(&balloon, HEAP, 1, 1);
	ask(&balloon, INFLATE, bufs[_i], 2);
	ck_assert_uint_eq(byte_at(&balloon, HEAP), 0xa5);
	ck_assert_uint_eq(balloon.counters->inflated, 0);
	ck_assert_uint_eq(errors(balloon.device, VM_VIRTIO_ERROR_REQUEST), 1);
	balloon_fini(&balloon);
}
END_TEST

/* What can be read is done, up to the batch that cannot. */
START_TEST(a_list_that_is_not_in_memory_is_refused)
{
	const struct virtq_buf bufs[] = {
		{ LIST, 1024, false },
		{ VM_VIRTIO_RIG_HOLE - 4, 8, false },
	};
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	touch(&balloon, HEAP, MIB);
	put_list(&balloon, HEAP, 1, 256);
	ask(&balloon, INFLATE, bufs, 2);
	ask(&balloon, INFLATE, bufs + 1, 1);
	ck_assert_uint_eq(balloon.counters->inflated, 256);
	ck_assert_uint_eq(balloon.counters->discarded, MIB);
	ck_assert_uint_eq(errors(balloon.device, VM_VIRTIO_ERROR_REQUEST), 2);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(a_notification_takes_in_so_many_pages)
{
	const struct virtq_buf buf = { LIST, 4 * 400, false };
	struct virtq_driver_used used;
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	put_list(&balloon, HEAP, 1, 400);
	for (uint64_t i = 0; i < 6; i++)
		ck_assert_int_eq(virtq_driver_add(balloon.rig.drivers[INFLATE],
						  &buf, 1, VIRTQ_DRIVER_DIRECT,
						  i),
				 0);
	ck_assert(virtq_driver_publish(balloon.rig.drivers[INFLATE]));
	for (uint64_t i = 1; i <= 3; i++) {
		balloon.rig.kicks = 0;
		vm_virtio_device_notify(balloon.device, INFLATE);
		ck_assert_uint_eq(balloon.counters->inflated, i * 800);
		ck_assert_uint_eq(balloon.device->stats.requests, i * 2);
		ck_assert_uint_eq(balloon.rig.kicks, i < 3);
	}
	for (uint64_t i = 0; i < 6; i++) {
		ck_assert_int_eq(
			vm_virtio_rig_receive(&balloon.rig, INFLATE, &used), 0);
		ck_assert_uint_eq(used.token, i);
	}
	balloon_fini(&balloon);
}
END_TEST

START_TEST(deflated_pages_are_there_again)
{
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	touch(&balloon, HEAP, MIB);
	put_list(&balloon, HEAP, 1, 256);
	send_list(&balloon, INFLATE, 256);
	send_list(&balloon, DEFLATE, 256);
	ck_assert_uint_eq(balloon.counters->deflated, 256);
	touch(&balloon, HEAP, MIB);
	expect_bytes(&balloon, HEAP, MIB, 0xa5);
	ck_assert_uint_eq(resident(&balloon, HEAP, MIB), MIB / PAGE);
	balloon_fini(&balloon);
}
END_TEST

/* The administrator decides whether the host has any. */
START_TEST(huge_pages_go_as_a_whole)
{
	const struct vm_mem_backing backing = { .flags = VM_MEM_HUGE_2M };
	const struct vm_mem_range more = { MORE, 2 * MIB, &backing };
	const struct virtq_buf buf = { MORE, 2 * MIB, true };
	struct vm_mem *probe;
	struct balloon balloon;

	if (vm_mem_new(&more, 1, &probe))
		return;
	vm_mem_free(probe);
	balloon_init_with(&balloon, ALL, &more);
	balloon_start(&balloon);
	touch(&balloon, MORE, 2 * MIB);
	put_list(&balloon, MORE, 1, 511);
	send_list(&balloon, INFLATE, 511);
	expect_bytes(&balloon, MORE, 2 * MIB, 0xa5);
	ck_assert_uint_eq(balloon.counters->kept, 511 * PAGE);
	put_list(&balloon, MORE, 1, 512);
	send_list(&balloon, INFLATE, 512);
	expect_bytes(&balloon, MORE, 2 * MIB, 0);
	ask(&balloon, REPORT, &buf, 1);
	ck_assert_uint_eq(balloon.counters->discarded, 4 * MIB);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(memory_of_the_caller_is_not_touched)
{
	static _Alignas(65536) uint8_t memory[2 * 65536];
	const struct vm_mem_backing backing = { .kind = VM_MEM_CALLER,
						.hva = memory };
	const struct vm_mem_range more = { MORE, sizeof(memory), &backing };
	const struct virtq_buf buf = { MORE - MIB, MIB + sizeof(memory), true };
	struct balloon balloon;

	balloon_init_with(&balloon, ALL, &more);
	balloon_start(&balloon);
	touch(&balloon, MORE - MIB, MIB + sizeof(memory));
	if (_i) {
		put_list(&balloon, MORE - MIB, 1,
			 (MIB + sizeof(memory)) / PAGE);
		send_list(&balloon, INFLATE, (MIB + sizeof(memory)) / PAGE);
	} else {
		ask(&balloon, REPORT, &buf, 1);
	}
	expect_bytes(&balloon, MORE - MIB, MIB, 0);
	expect_bytes(&balloon, MORE, sizeof(memory), 0xa5);
	ck_assert_uint_eq(balloon.counters->discarded, MIB);
	ck_assert_uint_eq(balloon.counters->kept, sizeof(memory));
	ck_assert_uint_eq(errors(balloon.device, VM_VIRTIO_ERROR_IO), 1);
	balloon_fini(&balloon);
}
END_TEST

/* A guest that gives away what its rings lie in has lost them, no more. */
START_TEST(a_driver_may_give_its_own_rings_away)
{
	uint16_t queue = (uint16_t)(_i % 5);
	struct vm_mem *mem;
	struct balloon balloon;
	vm_gpa first;

	balloon_init(&balloon);
	balloon_start_as(&balloon, _i / 5 ? VM_VIRTIO_RIG_PACKED : WANT_PLAIN);
	mem = balloon.rig.mem;
	first = balloon.rig.configs[queue].desc & ~(vm_gpa)(PAGE - 1);
	/* All that the ring consists of, and the list of pages itself. */
	put_list(&balloon, first, 1, 64);
	put_number(&balloon, 64, LIST / PAGE);
	ck_assert_int_eq(
		vm_virtio_rig_send(&balloon.rig, INFLATE,
				   &(struct virtq_buf){ LIST, 65 * 4, false },
				   1, 7),
		0);
	ck_assert_int_eq(vm_virtio_rig_run(&balloon.rig), 0);
	ck_assert_uint_eq(balloon.counters->inflated, 65);
	ck_assert_uint_eq(byte_at(&balloon, LIST), 0);
	for (uint32_t i = 0; i < 5; i++)
		vm_virtio_device_notify(balloon.device, i);
	ck_assert_int_eq(vm_virtio_rig_run(&balloon.rig), 0);
	ck_assert_ptr_eq(balloon.rig.mem, mem);
	expect_working(&balloon);
	balloon_fini(&balloon);
}
END_TEST

RUN_TESTS("balloon_pages", ONCE(inflated_pages_are_given_back_to_the_host),
	  TIMES(pages_come_in_any_order, 5),
	  ONCE(runs_of_pages_are_put_together),
	  ONCE(pages_outside_of_memory_are_skipped),
	  ONCE(a_list_may_be_cut_anywhere),
	  TIMES(a_request_that_is_no_list_is_refused, 4),
	  ONCE(a_list_that_is_not_in_memory_is_refused),
	  ONCE(a_notification_takes_in_so_many_pages),
	  ONCE(deflated_pages_are_there_again), ONCE(huge_pages_go_as_a_whole),
	  TIMES(memory_of_the_caller_is_not_touched, 2),
	  TIMES(a_driver_may_give_its_own_rings_away, 10))
