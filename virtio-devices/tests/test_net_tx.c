/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "net_support.h"

static struct frame frame, got;

START_TEST(a_frame_is_sent_as_it_is)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	frame_init(&frame, 1514, 3);
	guest_send(&card, TX, &frame, 1514);
	expect(&card, TX, 1514, 0);
	ck_assert_int_eq(collect(&card, 0, &got), 1514);
	ck_assert_mem_eq(&got, &frame, HEADER + 1514);
	ck_assert_int_eq(collect(&card, 0, &got), -1);
	ck_assert_uint_eq(card.stats->tx_frames, 1);
	ck_assert_uint_eq(card.device->stats.bytes_from_driver, 1514);
	ck_assert_uint_eq(card.device->stats.requests, 1);
	ck_assert_uint_ge(card.device->stats.interrupts, 1);
	card_fini(&card);
}
END_TEST

START_TEST(a_frame_may_be_cut_anywhere)
{
	const struct virtq_buf bufs[] = {
		{ DATA, 5, false },
		{ DATA + 5, 9, false },
		{ VM_VIRTIO_RIG_EDGE - 3, 70, false },
	};
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	frame_init(&frame, 72, 9);
	ck_assert_int_eq(vm_mem_write(card.rig.mem, DATA, &frame, 14), 0);
	ck_assert_int_eq(vm_mem_write(card.rig.mem, VM_VIRTIO_RIG_EDGE - 3,
				      (uint8_t *)&frame + 14, 70),
			 0);
	offer(&card, TX, bufs, 3, 1);
	expect(&card, TX, 1, 0);
	ck_assert_int_eq(collect(&card, 0, &got), 72);
	ck_assert_mem_eq(&got, &frame, HEADER + 72);
	card_fini(&card);
}
END_TEST

START_TEST(what_the_receiver_must_not_see_is_cleared)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	frame_init(&frame, 60, 3);
	frame.header.flags = 0xfe;
	frame.header.num_buffers = 0xffff;
	guest_send(&card, TX, &frame, 60);
	ck_assert_int_eq(collect(&card, 0, &got), 60);
	ck_assert_uint_eq(got.header.flags, 0);
	ck_assert_uint_eq(got.header.num_buffers, 0);
	card_fini(&card);
}
END_TEST

static const size_t lengths[] = { 14, MAX_FRAME, 13, MAX_FRAME + 1 };

START_TEST(the_length_of_a_frame_has_limits)
{
	bool is_good = _i < 2;
	size_t len = lengths[_i];
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	frame_init(&frame, len, 1);
	guest_send(&card, TX, &frame, len);
	expect(&card, TX, len, 0);
	ck_assert_int_eq(collect(&card, 0, &got), is_good ? (ssize_t)len : -1);
	ck_assert_uint_eq(card.stats->tx_malformed, !is_good);
	ck_assert_uint_eq(errors(card.device, VM_VIRTIO_ERROR_REQUEST),
			  !is_good);
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

static const struct virtq_buf bad_bufs[][2] = {
	{ { DATA, 11, false }, { DATA + 64, 64, true } },
	{ { DATA, 64, true }, { DATA + 64, 64, true } },
	{ { DATA, 12, false }, { VM_VIRTIO_RIG_HOLE, 64, false } },
	{ { VM_VIRTIO_RIG_HOLE - 4, 12, false }, { DATA, 64, false } },
	{ { DATA, 12, false }, { DATA, 0x7fffffff, false } },
};

START_TEST(a_chain_without_a_frame_is_completed)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	offer(&card, TX, bad_bufs[_i], 2, 4);
	expect(&card, TX, 4, 0);
	ck_assert_int_eq(collect(&card, 0, &got), -1);
	ck_assert_uint_eq(card.stats->tx_malformed, 1);
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

START_TEST(a_frame_in_too_many_pieces_is_refused)
{
	struct virtq_buf bufs[256];
	struct card card;

	for (int i = 0; i < 256; i++)
		bufs[i] =
			(struct virtq_buf){ VM_VIRTIO_RIG_EDGE - 2, 4, false };
	card_init(&card);
	card_start_rings(&card, ALL, 256);
	offer(&card, TX, bufs, 256, 4);
	expect(&card, TX, 4, 0);
	ck_assert_int_eq(collect(&card, 0, &got), -1);
	ck_assert_uint_eq(card.stats->tx_malformed, 1);
	/* The same number without straddling is fine. */
	for (int i = 0; i < 256; i++)
		bufs[i].gpa = DATA;
	offer(&card, TX, bufs, 256, 5);
	ck_assert_int_eq(collect(&card, 0, &got), 4 * 256 - HEADER);
	card_fini(&card);
}
END_TEST

struct use {
	uint64_t feature;
	uint8_t flags;
	uint8_t gso_type;
};

/* What a header may ask for, by the feature that allows it. */
static const struct use uses[] = {
	{ BIT(CSUM), NEEDS_CSUM, 0 },
	{ BIT(HOST_TSO4), NEEDS_CSUM, GSO_TCPV4 },
	{ BIT(HOST_TSO6), NEEDS_CSUM, GSO_TCPV6 },
	{ BIT(HOST_UFO), NEEDS_CSUM, GSO_UDP },
	{ BIT(HOST_USO), NEEDS_CSUM, GSO_UDP_L4 },
	{ BIT(HOST_ECN), NEEDS_CSUM, GSO_TCPV4 | GSO_ECN },
};

#define USES ((int)(sizeof(uses) / sizeof(uses[0])))

START_TEST(an_offload_takes_the_feature)
{
	const struct use *use = &uses[_i / 2];
	bool is_accepted = _i % 2;
	uint64_t wanted = ALL;
	struct card card;

	if (!is_accepted)
		wanted &= ~use->feature;
	/* A driver that knows no checksums knows nothing that takes them. */
	if (use->feature == BIT(CSUM) && !is_accepted)
		wanted &= ~(BIT(HOST_TSO4) | BIT(HOST_TSO6) | BIT(HOST_UFO) |
			    BIT(HOST_USO) | BIT(HOST_ECN));
	card_init(&card);
	card_start(&card, wanted);
	frame_init(&frame, 3000, 3);
	frame.header = (struct header){ .flags = use->flags,
					.gso_type = use->gso_type,
					.gso_size = use->gso_type ? 1000 : 0,
					.csum_start = 34,
					.csum_offset = 16 };
	guest_send(&card, TX, &frame, 3000);
	expect(&card, TX, 3000, 0);
	ck_assert_int_eq(collect(&card, 0, &got), is_accepted ? 3000 : -1);
	ck_assert_uint_eq(card.stats->tx_malformed, !is_accepted);
	if (is_accepted)
		ck_assert_mem_eq(&got, &frame, HEADER + 3000);
	card_fini(&card);
}
END_TEST

static const struct header bad_headers[] = {
	{ .gso_type = 2, .flags = NEEDS_CSUM, .gso_size = 1 },
	{ .gso_type = 7, .flags = NEEDS_CSUM, .gso_size = 1 },
	{ .gso_type = 0x7f, .flags = NEEDS_CSUM, .gso_size = 1 },
	{ .gso_type = GSO_ECN },
	{ .gso_type = GSO_TCPV4, .flags = NEEDS_CSUM, .gso_size = 0 },
};

START_TEST(a_header_of_nonsense_is_refused)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	frame_init(&frame, 3000, 3);
	frame.header = bad_headers[_i];
	guest_send(&card, TX, &frame, 3000);
	expect(&card, TX, 3000, 0);
	ck_assert_int_eq(collect(&card, 0, &got), -1);
	ck_assert_uint_eq(card.stats->tx_malformed, 1);
	card_fini(&card);
}
END_TEST

/* The guest adds @count frames of 1000 bytes at once. */
static void send_many(struct card *card, uint64_t count)
{
	const struct virtq_buf buf = { DATA, HEADER + 1000, false };

	frame_init(&frame, 1000, 0);
	ck_assert_int_eq(
		vm_mem_write(card->rig.mem, DATA, &frame, HEADER + 1000), 0);
	for (uint64_t i = 0; i < count; i++)
		ck_assert_int_eq(virtq_driver_add(card->rig.drivers[TX], &buf,
						  1, VIRTQ_DRIVER_DIRECT, i),
				 0);
	ck_assert(virtq_driver_publish(card->rig.drivers[TX]));
	vm_virtio_device_notify(card->device, TX);
}

START_TEST(one_notification_serves_a_bounded_number)
{
	struct card card;

	card_init(&card);
	card_start_rings(&card, ALL, 128);
	send_many(&card, 100);
	ck_assert_uint_eq(card.stats->tx_frames, VM_VIRTIO_NET_BUDGET);
	ck_assert_uint_eq(card.rig.kicks, 1 << TX);
	while (collect(&card, 0, &got) == 1000)
		card_run(&card);
	ck_assert_uint_eq(card.stats->tx_frames, 100);
	expect_rest(&card);
	card_fini(&card);
}
END_TEST

START_TEST(frames_wait_while_the_descriptor_is_full)
{
	struct virtq_driver_used used;
	int size = 8192, received = 0;
	struct card card;

	card_init(&card);
	ck_assert_int_eq(setsockopt(card.fds[0], SOL_SOCKET, SO_SNDBUF, &size,
				    sizeof(size)),
			 0);
	card_start(&card, ALL);
	send_many(&card, 60);
	ck_assert_uint_eq(card.stats->tx_blocked, 1);
	ck_assert_uint_lt(card.stats->tx_frames, 60);
	expect_rest(&card);
	/* Another notification does not help. */
	vm_virtio_device_notify(card.device, TX);
	ck_assert_uint_eq(card.stats->tx_blocked, 1);
	while (collect(&card, 0, &got) == 1000) {
		ck_assert_mem_eq(got.data, frame.data, 1000);
		received++;
		card_run(&card);
	}
	ck_assert_int_eq(received, 60);
	ck_assert_uint_eq(card.stats->tx_frames, 60);
	for (uint64_t i = 0; i < 60; i++) {
		ck_assert_int_eq(virtq_driver_get(card.rig.drivers[TX], &used),
				 1);
		ck_assert_uint_eq(used.token, i);
	}
	expect_rest(&card);
	card_fini(&card);
}
END_TEST

START_TEST(a_reset_ends_the_waiting)
{
	int size = 8192;
	struct card card;

	card_init(&card);
	ck_assert_int_eq(setsockopt(card.fds[0], SOL_SOCKET, SO_SNDBUF, &size,
				    sizeof(size)),
			 0);
	card_start(&card, ALL);
	send_many(&card, 60);
	ck_assert_uint_eq(card.stats->tx_blocked, 1);
	card_start(&card, ALL);
	while (collect(&card, 0, &got) >= 0)
		card_run(&card);
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

START_TEST(saving_does_not_end_the_waiting)
{
	static struct vm_virtio_state state;
	int size = 8192, received = 0;
	struct card card;

	card_init(&card);
	ck_assert_int_eq(setsockopt(card.fds[0], SOL_SOCKET, SO_SNDBUF, &size,
				    sizeof(size)),
			 0);
	card_start(&card, ALL);
	send_many(&card, 60);
	vm_virtio_device_save(card.device, &state);
	while (collect(&card, 0, &got) == 1000) {
		received++;
		card_run(&card);
	}
	ck_assert_int_eq(received, 60);
	card_fini(&card);
}
END_TEST

START_TEST(a_rate_is_kept)
{
	struct vm_virtio_net_config config = card_config();
	const struct vm_rate_limit ops = { .size = 4, .period_ns = 40000000 };
	const struct vm_rate_limit bytes = { .size = 4000,
					     .period_ns = 40000000 };
	struct virtq_driver_used used;
	struct card card;

	if (_i)
		config.tx_bytes = bytes;
	else
		config.tx_ops = ops;
	card_init_with(&card, config);
	card_start(&card, ALL);
	send_many(&card, 6);
	ck_assert_uint_ge(card.stats->tx_frames, 4);
	ck_assert_uint_lt(card.stats->tx_frames, 6);
	ck_assert_uint_eq(card.device->stats.throttled, 1);
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(vm_virtio_rig_receive(&card.rig, TX, &used),
				 0);
	ck_assert_uint_eq(card.stats->tx_frames, 6);
	card_fini(&card);
}
END_TEST

START_TEST(what_the_descriptor_refuses_is_dropped)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	close(card.peers[0]);
	frame_init(&frame, 60, 0);
	guest_send(&card, TX, &frame, 60);
	expect(&card, TX, 60, 0);
	ck_assert_uint_eq(card.stats->tx_failed, 1);
	ck_assert_uint_eq(card.stats->tx_frames, 0);
	ck_assert_uint_eq(errors(card.device, VM_VIRTIO_ERROR_IO), 1);
	expect_rest(&card);
	card_fini(&card);
}
END_TEST

START_TEST(without_a_cable_frames_are_dropped)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	vm_virtio_net_set_link(card.net, false);
	frame_init(&frame, 60, 0);
	guest_send(&card, TX, &frame, 60);
	expect(&card, TX, 60, 0);
	ck_assert_int_eq(collect(&card, 0, &got), -1);
	vm_virtio_net_set_link(card.net, true);
	guest_send(&card, TX, &frame, 60);
	ck_assert_int_eq(collect(&card, 0, &got), 60);
	card_fini(&card);
}
END_TEST

RUN_TESTS("net_tx", ONCE(a_frame_is_sent_as_it_is),
	  ONCE(a_frame_may_be_cut_anywhere),
	  ONCE(what_the_receiver_must_not_see_is_cleared),
	  TIMES(the_length_of_a_frame_has_limits, 4),
	  TIMES(a_chain_without_a_frame_is_completed, 5),
	  ONCE(a_frame_in_too_many_pieces_is_refused),
	  TIMES(an_offload_takes_the_feature, 2 * USES),
	  TIMES(a_header_of_nonsense_is_refused, 5),
	  ONCE(one_notification_serves_a_bounded_number),
	  ONCE(frames_wait_while_the_descriptor_is_full),
	  ONCE(a_reset_ends_the_waiting), ONCE(saving_does_not_end_the_waiting),
	  TIMES(a_rate_is_kept, 2),
	  ONCE(what_the_descriptor_refuses_is_dropped),
	  ONCE(without_a_cable_frames_are_dropped))
