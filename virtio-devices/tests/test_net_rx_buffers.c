/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Receive buffers that are bad, and what becomes of those that wait. */
#include <vm-memory/dirty.h>

#include "net_support.h"

static struct frame frame;

static const struct virtq_buf bad_bufs[][2] = {
	{ { DATA, 8, true }, { DATA + 64, 3, true } },
	{ { DATA, 64, false }, { DATA + 64, 64, true } },
	{ { DATA, 64, true }, { VM_VIRTIO_RIG_HOLE, 64, true } },
	{ { VM_VIRTIO_RIG_HOLE - 32, 64, true }, { DATA, 64, true } },
	{ { DATA, 64, false }, { DATA + 64, 64, false } },
};

START_TEST(a_bad_buffer_is_completed_unused)
{
	bool is_behind_good = _i & 1;
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	frame_init(&frame, 200, 1);
	if (is_behind_good)
		offer_room(&card, DATA + 0x1000, 2000, 1);
	offer(&card, RX, bad_bufs[_i / 2], 2, 2);
	offer_room(&card, DATA + 0x2000, 2000, 3);
	arrive(&card, 0, &frame, 200);
	arrive(&card, 0, &frame, 200);
	card_run(&card);
	if (is_behind_good)
		expect(&card, RX, 1, HEADER + 200);
	expect(&card, RX, 2, 0);
	expect(&card, RX, 3, HEADER + 200);
	ck_assert_uint_eq(errors(card.device, VM_VIRTIO_ERROR_REQUEST), 1);
	card_fini(&card);
}
END_TEST

START_TEST(a_malformed_chain_waits_for_the_buffers_before_it)
{
	const struct virtq_buf good = { DATA, 2000, true };
	const struct virtq_buf bad = { UINT64_MAX - 8, 64, true };
	bool is_behind_good = _i;
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	frame_init(&frame, 200, 1);
	if (is_behind_good)
		ck_assert_int_eq(virtq_driver_add(card.rig.drivers[RX], &good,
						  1, VIRTQ_DRIVER_DIRECT, 1),
				 0);
	offer(&card, RX, &bad, 1, 2);
	offer(&card, RX, &good, 1, 3);
	arrive(&card, 0, &frame, 200);
	card_run(&card);
	ck_assert_uint_eq(errors(card.device, VM_VIRTIO_ERROR_CHAIN), 1);
	if (is_behind_good)
		expect(&card, RX, 1, HEADER + 200);
	expect(&card, RX, 2, 0);
	if (!is_behind_good)
		expect(&card, RX, 3, HEADER + 200);
	expect_rest(&card);
	card_fini(&card);
}
END_TEST

START_TEST(a_ring_of_bad_buffers_does_not_hold_the_device_up)
{
	const struct virtq_buf bad = { DATA, 11, true };
	struct card card;

	card_init(&card);
	card_start_rings(&card, ALL, 128);
	frame_init(&frame, 100, 3);
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	for (uint64_t i = 0; i < 128; i++)
		ck_assert_int_eq(virtq_driver_add(card.rig.drivers[RX], &bad, 1,
						  VIRTQ_DRIVER_DIRECT, i),
				 0);
	ck_assert(virtq_driver_publish(card.rig.drivers[RX]));
	vm_virtio_device_notify(card.device, RX);
	ck_assert_uint_eq(card.device->stats.requests, VM_VIRTIO_NET_BUDGET);
	ck_assert_uint_eq(card.rig.kicks, 1 << RX);
	card_run(&card);
	ck_assert_uint_eq(card.device->stats.requests, 128);
	card_fini(&card);
}
END_TEST

START_TEST(a_buffer_in_too_many_pieces_is_refused)
{
	struct virtq_buf bufs[256];
	struct card card;

	for (int i = 0; i < 256; i++)
		bufs[i] = (struct virtq_buf){ VM_VIRTIO_RIG_EDGE - 2, 4, true };
	card_init(&card);
	card_start_rings(&card, ALL, 256);
	frame_init(&frame, 100, 3);
	arrive(&card, 0, &frame, 100);
	offer(&card, RX, bufs, 256, 4);
	expect(&card, RX, 4, 0);
	for (int i = 0; i < 256; i++)
		bufs[i].gpa = DATA;
	offer(&card, RX, bufs, 256, 5);
	expect(&card, RX, 5, HEADER + 100);
	card_fini(&card);
}
END_TEST

START_TEST(a_reset_gives_buffers_back)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	for (uint64_t i = 0; i < 40; i++)
		offer_room(&card, DATA, 2000, i);
	frame_init(&frame, 100, 3);
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	card_start(&card, ALL);
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	ck_assert_uint_eq(card.stats->rx_frames, 1);
	offer_room(&card, DATA, 2000, 3);
	expect(&card, RX, 3, HEADER + 100);
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

START_TEST(a_queue_can_be_reset_with_buffers_in_stock)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	frame_init(&frame, 100, 3);
	for (uint64_t i = 0; i < 20; i++)
		offer_room(&card, DATA, 2000, i);
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	vm_virtio_rig_write(&card.rig, VM_VIRTIO_MMIO_QUEUE_SEL, RX);
	vm_virtio_rig_write(&card.rig, VM_VIRTIO_MMIO_QUEUE_RESET, 1);
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	ck_assert_uint_eq(card.stats->rx_frames, 1);
	ck_assert_int_eq(vm_virtio_rig_set_queue(&card.rig, RX, 32), 0);
	offer_room(&card, DATA, 2000, 77);
	expect(&card, RX, 77, HEADER + 100);
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

START_TEST(pages_that_a_frame_touches_are_dirty)
{
	struct vm_mem *tracked;
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	ck_assert_int_eq(vm_mem_set_tracking(card.rig.mem, 4096, &tracked), 0);
	vm_virtio_device_set_mem(card.device, tracked);
	offer_room(&card, DATA, 4096, 1);
	offer_room(&card, DATA + 0x1000, 4096, 2);
	offer_room(&card, DATA + 0x2000, 4096, 3);
	frame_init(&frame, 5000, 3);
	arrive(&card, 0, &frame, 5000);
	card_run(&card);
	expect(&card, RX, 1, 4096);
	ck_assert_int_eq(vm_mem_is_dirty(tracked, DATA, 4096), 1);
	ck_assert_int_eq(vm_mem_is_dirty(tracked, DATA + 0x1000, 4096), 1);
	ck_assert_int_eq(vm_mem_is_dirty(tracked, DATA + 0x2000, 4096), 0);
	vm_virtio_device_set_mem(card.device, card.rig.mem);
	expect(&card, RX, 2, HEADER + 5000 - 4096);
	vm_mem_free(tracked);
	card_fini(&card);
}
END_TEST

START_TEST(memory_may_change_with_buffers_in_stock)
{
	struct vm_mem *tracked;
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	ck_assert_int_eq(vm_mem_set_tracking(card.rig.mem, 4096, &tracked), 0);
	frame_init(&frame, 100, 3);
	offer_room(&card, DATA, 4096, 1);
	offer_room(&card, DATA + 0x1000, 4096, 2);
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	vm_virtio_device_set_mem(card.device, tracked);
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	ck_assert_int_eq(vm_mem_is_dirty(tracked, DATA, 0x1000), 0);
	ck_assert_int_eq(vm_mem_is_dirty(tracked, DATA + 0x1000, 0x1000), 1);
	vm_virtio_device_set_mem(card.device, card.rig.mem);
	expect(&card, RX, 1, HEADER + 100);
	expect(&card, RX, 2, HEADER + 100);
	vm_mem_free(tracked);
	card_fini(&card);
}
END_TEST

RUN_TESTS("net_rx_buffers", TIMES(a_bad_buffer_is_completed_unused, 10),
	  TIMES(a_malformed_chain_waits_for_the_buffers_before_it, 2),
	  ONCE(a_ring_of_bad_buffers_does_not_hold_the_device_up),
	  ONCE(a_buffer_in_too_many_pieces_is_refused),
	  ONCE(a_reset_gives_buffers_back),
	  ONCE(a_queue_can_be_reset_with_buffers_in_stock),
	  ONCE(pages_that_a_frame_touches_are_dirty),
	  ONCE(memory_may_change_with_buffers_in_stock))
