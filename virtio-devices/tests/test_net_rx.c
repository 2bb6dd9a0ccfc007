/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "net_support.h"

static struct frame frame;

/* Frames from here on are small, whatever the other side could send. */
#define NO_GSO                                                        \
	(ALL & ~(BIT(GUEST_TSO4) | BIT(GUEST_TSO6) | BIT(GUEST_UFO) | \
		 BIT(GUEST_USO4) | BIT(GUEST_USO6) | BIT(GUEST_ECN)))
#define NO_MERGE (ALL & ~BIT(MRG_RXBUF))

START_TEST(a_frame_is_received_behind_its_header)
{
	struct header header;
	struct card card;

	card_init(&card);
	card_start(&card, _i ? ALL : NO_MERGE);
	offer_room(&card, DATA, 2048, 8);
	expect_none(&card, RX);
	frame_init(&frame, 1514, 1);
	frame.header.num_buffers = 77;
	arrive(&card, 0, &frame, 1514);
	card_run(&card);
	expect(&card, RX, 8, HEADER + 1514);
	header = read_header(&card, DATA);
	ck_assert_uint_eq(header.flags, 0);
	ck_assert_uint_eq(header.gso_type, 0);
	ck_assert_uint_eq(header.num_buffers, 1);
	expect_bytes(&card, DATA + HEADER, frame.data, 1514);
	ck_assert_uint_eq(card.stats->rx_frames, 1);
	ck_assert_uint_eq(card.device->stats.bytes_to_driver, 1514);
	ck_assert_uint_ge(card.device->stats.interrupts, 1);
	expect_rest(&card);
	card_fini(&card);
}
END_TEST

START_TEST(a_frame_may_be_spread_over_several_buffers)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	for (uint64_t i = 0; i < 4; i++)
		offer_room(&card, DATA + i * 0x1000, 500, i);
	frame_init(&frame, 1200, 1);
	arrive(&card, 0, &frame, 1200);
	card_run(&card);
	expect(&card, RX, 0, 500);
	expect(&card, RX, 1, 500);
	expect(&card, RX, 2, HEADER + 1200 - 1000);
	expect_none(&card, RX);
	ck_assert_uint_eq(read_header(&card, DATA).num_buffers, 3);
	expect_bytes(&card, DATA + HEADER, frame.data, 488);
	expect_bytes(&card, DATA + 0x1000, frame.data + 488, 500);
	expect_bytes(&card, DATA + 0x2000, frame.data + 988, 212);
	/* What was not needed serves the next frame. */
	arrive(&card, 0, &frame, 488);
	card_run(&card);
	expect(&card, RX, 3, 500);
	ck_assert_uint_eq(read_header(&card, DATA + 0x3000).num_buffers, 1);
	card_fini(&card);
}
END_TEST

START_TEST(header_and_frame_may_be_cut_anywhere)
{
	const struct virtq_buf first[] = { { DATA, 5, true },
					   { DATA + 64, 8, true } };
	const struct virtq_buf second[] = {
		{ VM_VIRTIO_RIG_EDGE - 7, 100, true },
		{ DATA + 128, 12, true },
	};
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	offer(&card, RX, first, 2, 1);
	offer(&card, RX, second, 2, 2);
	frame_init(&frame, 60, 7);
	frame.header.flags = NEEDS_CSUM;
	frame.header.csum_start = 0x1122;
	arrive(&card, 0, &frame, 60);
	card_run(&card);
	expect(&card, RX, 1, 13);
	expect(&card, RX, 2, 59);
	frame.header.num_buffers = 2;
	expect_bytes(&card, DATA, &frame, 5);
	expect_bytes(&card, DATA + 64, (uint8_t *)&frame + 5, 8);
	expect_bytes(&card, VM_VIRTIO_RIG_EDGE - 7, frame.data + 1, 59);
	card_fini(&card);
}
END_TEST

START_TEST(the_longest_frame_is_received)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	for (uint64_t i = 0; i < 44; i++)
		offer_room(&card, DATA + i * 1536, 1536, i);
	frame_init(&frame, MAX_FRAME, 7);
	frame.header.flags = NEEDS_CSUM;
	frame.header.gso_type = GSO_TCPV6;
	frame.header.gso_size = 1440;
	arrive(&card, 0, &frame, MAX_FRAME);
	card_run(&card);
	for (uint64_t i = 0; i < 42; i++)
		expect(&card, RX, i, 1536);
	expect(&card, RX, 42, HEADER + MAX_FRAME - 42 * 1536);
	expect_bytes(&card, DATA + HEADER, frame.data, MAX_FRAME);
	ck_assert_uint_eq(read_header(&card, DATA).num_buffers, 43);
	card_fini(&card);
}
END_TEST

START_TEST(a_frame_that_does_not_fit_is_dropped)
{
	struct card card;

	card_init(&card);
	card_start(&card, _i ? ALL : NO_MERGE);
	offer_room(&card, DATA, 500, 1);
	if (!_i)
		offer_room(&card, DATA + 0x1000, 500, 2);
	frame_init(&frame, 489, 7);
	arrive(&card, 0, &frame, 489);
	arrive(&card, 0, &frame, 488);
	card_run(&card);
	ck_assert_uint_eq(card.stats->rx_too_long, 1);
	expect(&card, RX, 1, 500);
	expect_none(&card, RX);
	card_fini(&card);
}
END_TEST

START_TEST(frames_wait_for_buffers)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	for (uint8_t i = 0; i < 5; i++) {
		frame_init(&frame, 100, i);
		arrive(&card, 0, &frame, 100);
	}
	card_run(&card);
	expect_rest(&card);
	ck_assert_uint_eq(card.stats->rx_frames, 0);
	for (uint8_t i = 0; i < 5; i++) {
		offer_room(&card, DATA, 500, i);
		expect(&card, RX, i, HEADER + 100);
		frame_init(&frame, 100, i);
		expect_bytes(&card, DATA + HEADER, frame.data, 100);
	}
	expect_rest(&card);
	card_fini(&card);
}
END_TEST

START_TEST(a_long_frame_waits_for_buffers_that_are_to_come_back)
{
	struct card card;

	card_init(&card);
	card_start_rings(&card, ALL, 16);
	for (uint64_t i = 0; i < 16; i++)
		offer_room(&card, DATA + i * 0x2000, 0x1100, i);
	frame_init(&frame, 100, 1);
	for (uint64_t i = 0; i < 12; i++) {
		arrive(&card, 0, &frame, 100);
		card_run(&card);
		expect(&card, RX, i, HEADER + 100);
	}
	frame_init(&frame, 30000, 2);
	frame.header = (struct header){ .flags = NEEDS_CSUM,
					.gso_type = GSO_TCPV4,
					.gso_size = 1400 };
	arrive(&card, 0, &frame, 30000);
	card_run(&card);
	expect_none(&card, RX);
	expect_rest(&card);
	for (uint64_t i = 0; i < 12; i++)
		offer_room(&card, DATA + i * 0x2000, 0x1100, i);
	for (uint64_t i = 0; i < 6; i++)
		expect(&card, RX, (i + 12) % 16, 0x1100);
	expect(&card, RX, 2, HEADER + 30000 - 6 * 0x1100);
	ck_assert_uint_eq(card.stats->rx_too_long, 0);
	card_fini(&card);
}
END_TEST

START_TEST(with_enough_buffers_no_notification_is_wanted)
{
	const struct virtq_buf buf = { DATA, 2000, true };
	struct card card;

	card_init(&card);
	card_start(&card, ALL & ~VIRTQ_BIT(VIRTIO_F_EVENT_IDX));
	for (uint64_t i = 0; i < 40; i++)
		offer_room(&card, DATA, 2000, i);
	frame_init(&frame, 100, 1);
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	ck_assert_int_eq(virtq_driver_add(card.rig.drivers[RX], &buf, 1,
					  VIRTQ_DRIVER_DIRECT, 40),
			 0);
	ck_assert(!virtq_driver_publish(card.rig.drivers[RX]));
	/* When they run short, it is again. */
	for (int i = 0; i < 20; i++)
		arrive(&card, 0, &frame, 100);
	card_run(&card);
	ck_assert_int_eq(virtq_driver_add(card.rig.drivers[RX], &buf, 1,
					  VIRTQ_DRIVER_DIRECT, 41),
			 0);
	ck_assert(virtq_driver_publish(card.rig.drivers[RX]));
	card_fini(&card);
}
END_TEST

START_TEST(a_driver_with_few_buffers_receives)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	frame_init(&frame, 100, 1);
	offer_room(&card, DATA, 1500, 0);
	offer_room(&card, DATA, 1500, 1);
	/* With GUEST_TSO4 a longer frame could come: it takes its chance. */
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	expect(&card, RX, 0, HEADER + 100);
	expect_rest(&card);
	card_fini(&card);
}
END_TEST

struct use {
	uint64_t feature;
	uint8_t flags;
	uint8_t gso_type;
};

/* What a header may say, by the feature that allows it. */
static const struct use uses[] = {
	{ BIT(GUEST_CSUM), NEEDS_CSUM, 0 },
	{ BIT(GUEST_TSO4), NEEDS_CSUM, GSO_TCPV4 },
	{ BIT(GUEST_TSO6), NEEDS_CSUM, GSO_TCPV6 },
	{ BIT(GUEST_UFO), NEEDS_CSUM, GSO_UDP },
	{ BIT(GUEST_USO4) | BIT(GUEST_USO6), NEEDS_CSUM, GSO_UDP_L4 },
	{ BIT(GUEST_ECN), NEEDS_CSUM, GSO_TCPV4 | GSO_ECN },
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
	if (use->feature == BIT(GUEST_CSUM) && !is_accepted)
		wanted &= NO_GSO;
	card_init(&card);
	card_start(&card, wanted);
	offer_room(&card, DATA, 4096, 1);
	frame_init(&frame, 3000, 3);
	frame.header = (struct header){ .flags = use->flags,
					.gso_type = use->gso_type,
					.gso_size = use->gso_type ? 1000 : 0,
					.csum_start = 34,
					.csum_offset = 16 };
	arrive(&card, 0, &frame, 3000);
	card_run(&card);
	ck_assert_uint_eq(card.stats->rx_refused, !is_accepted);
	frame.header.num_buffers = 1;
	if (is_accepted) {
		expect(&card, RX, 1, HEADER + 3000);
		expect_bytes(&card, DATA, &frame, HEADER + 3000);
	}
	expect_none(&card, RX);
	card_fini(&card);
}
END_TEST

START_TEST(a_verified_checksum_is_told_to_those_who_asked)
{
	struct card card;

	card_init(&card);
	card_start(&card, _i ? ALL : NO_GSO & ~BIT(GUEST_CSUM));
	offer_room(&card, DATA, 4096, 1);
	frame_init(&frame, 100, 3);
	frame.header.flags = 0xf8 | DATA_VALID;
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	expect(&card, RX, 1, HEADER + 100);
	ck_assert_uint_eq(read_header(&card, DATA).flags, _i ? DATA_VALID : 0);
	card_fini(&card);
}
END_TEST

START_TEST(a_frame_longer_than_the_mtu_is_dropped)
{
	struct vm_virtio_net_config config = card_config();
	bool has_mtu = _i;
	struct card card;

	config.mtu = 1000;
	card_init_with(&card, config);
	card_start(&card, has_mtu ? ALL : ALL & ~BIT(MTU));
	offer_room(&card, DATA, 2000, 1);
	offer_room(&card, DATA + 0x1000, 2000, 2);
	frame_init(&frame, 1019, 3);
	arrive(&card, 0, &frame, 1018);
	arrive(&card, 0, &frame, 1019);
	card_run(&card);
	expect(&card, RX, 1, HEADER + 1018);
	ck_assert_uint_eq(card.stats->rx_too_long, has_mtu);
	if (!has_mtu)
		expect(&card, RX, 2, HEADER + 1019);
	/* One that the guest cuts itself may be as long as it likes. */
	if (has_mtu) {
		frame.header = (struct header){ .flags = NEEDS_CSUM,
						.gso_type = GSO_TCPV4,
						.gso_size = 900 };
		arrive(&card, 0, &frame, 1019);
		card_run(&card);
		expect(&card, RX, 2, HEADER + 1019);
	}
	card_fini(&card);
}
END_TEST

START_TEST(what_is_no_frame_is_dropped)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	offer_room(&card, DATA, 2000, 1);
	frame_init(&frame, 14, 3);
	arrive(&card, 0, &frame, 13);
	ck_assert_int_eq(send(card.peers[0], &frame, 3, 0), 3);
	arrive(&card, 0, &frame, 14);
	card_run(&card);
	ck_assert_uint_eq(card.stats->rx_refused, 2);
	expect(&card, RX, 1, HEADER + 14);
	card_fini(&card);
}
END_TEST

START_TEST(one_round_is_of_bounded_length)
{
	struct card card;

	card_init(&card);
	card_start_rings(&card, ALL, 128);
	frame_init(&frame, 100, 3);
	for (int i = 0; i < 100; i++)
		offer_room(&card, DATA, 500, (uint64_t)i);
	for (int i = 0; i < 100; i++)
		arrive(&card, 0, &frame, 100);
	vm_virtio_device_handle(card.device);
	ck_assert_uint_eq(card.stats->rx_frames, VM_VIRTIO_NET_BUDGET);
	ck_assert_uint_eq(card.rig.kicks, 1 << RX);
	card_run(&card);
	ck_assert_uint_eq(card.stats->rx_frames, 100);
	expect_rest(&card);
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
		config.rx_bytes = bytes;
	else
		config.rx_ops = ops;
	card_init_with(&card, config);
	card_start(&card, ALL);
	frame_init(&frame, 1000, 3);
	for (uint64_t i = 0; i < 6; i++)
		offer_room(&card, DATA, 2000, i);
	for (int i = 0; i < 6; i++)
		arrive(&card, 0, &frame, 1000);
	card_run(&card);
	ck_assert_uint_ge(card.stats->rx_frames, 4);
	ck_assert_uint_ge(card.device->stats.throttled, 1);
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(vm_virtio_rig_receive(&card.rig, RX, &used),
				 0);
	card_fini(&card);
}
END_TEST

START_TEST(a_descriptor_at_its_end_is_left_alone)
{
	struct card card;

	card_init_on(&card, SOCK_SEQPACKET, card_config());
	card_start(&card, ALL);
	expect_traffic(&card);
	offer_room(&card, DATA, 2000, 1);
	close(card.peers[0]);
	card_run(&card);
	ck_assert_uint_eq(errors(card.device, VM_VIRTIO_ERROR_IO), 1);
	expect_none(&card, RX);
	expect_rest(&card);
	card_fini(&card);
}
END_TEST

START_TEST(without_a_cable_nothing_is_received)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	offer_room(&card, DATA, 2000, 1);
	vm_virtio_net_set_link(card.net, false);
	frame_init(&frame, 100, 3);
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	expect_none(&card, RX);
	expect_rest(&card);
	vm_virtio_net_set_link(card.net, true);
	card_run(&card);
	expect(&card, RX, 1, HEADER + 100);
	card_fini(&card);
}
END_TEST

RUN_TESTS("net_rx", TIMES(a_frame_is_received_behind_its_header, 2),
	  ONCE(a_frame_may_be_spread_over_several_buffers),
	  ONCE(header_and_frame_may_be_cut_anywhere),
	  ONCE(the_longest_frame_is_received),
	  TIMES(a_frame_that_does_not_fit_is_dropped, 2),
	  ONCE(frames_wait_for_buffers),
	  ONCE(a_long_frame_waits_for_buffers_that_are_to_come_back),
	  ONCE(with_enough_buffers_no_notification_is_wanted),
	  ONCE(a_driver_with_few_buffers_receives),
	  TIMES(an_offload_takes_the_feature, 2 * USES),
	  TIMES(a_verified_checksum_is_told_to_those_who_asked, 2),
	  TIMES(a_frame_longer_than_the_mtu_is_dropped, 2),
	  ONCE(what_is_no_frame_is_dropped),
	  ONCE(one_round_is_of_bounded_length), TIMES(a_rate_is_kept, 2),
	  ONCE(a_descriptor_at_its_end_is_left_alone),
	  ONCE(without_a_cable_nothing_is_received))
