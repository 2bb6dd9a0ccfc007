/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "net_support.h"

#define OK  0
#define ERR 1

/* A command, and the features without which it is refused. */
struct known {
	uint64_t feature;
	uint8_t len;
	uint8_t data[24];
};

static const struct known known[] = {
	{ BIT(CTRL_RX), 3, { 0, 0, 1 } },
	{ BIT(CTRL_RX), 3, { 0, 1, 1 } },
	{ BIT(CTRL_RX_EXTRA), 3, { 0, 2, 1 } },
	{ BIT(CTRL_RX_EXTRA), 3, { 0, 3, 1 } },
	{ BIT(CTRL_RX_EXTRA), 3, { 0, 4, 0 } },
	{ BIT(CTRL_RX_EXTRA), 3, { 0, 5, 0xff } },
	{ BIT(CTRL_RX), 10, { 1, 0 } },
	{ BIT(CTRL_RX), 22, { 1, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 1, 1 } },
	{ BIT(CTRL_MAC_ADDR), 8, { 1, 1, 2, 0, 0, 0, 0, 7 } },
	{ BIT(MQ), 4, { 4, 0, 2, 0 } },
	{ BIT(MQ), 4, { 4, 0, 1, 0 } },
};

#define KNOWN ((int)(sizeof(known) / sizeof(known[0])))

static void two_pairs_init(struct card *card)
{
	struct vm_virtio_net_config config = card_config();

	config.pairs = 2;
	card_init_with(card, config);
}

/* With VIRTIO_NET_F_MQ the control queue is behind all pairs. */
static uint16_t control_queue(const struct card *card)
{
	return card->rig.features & BIT(MQ) ? 4 : 2;
}

START_TEST(a_command_takes_its_feature)
{
	const struct known *what = &known[_i / 2];
	bool is_accepted = _i % 2;
	struct card card;

	two_pairs_init(&card);
	card_start(&card, is_accepted ? ALL : ALL & ~what->feature);
	ck_assert_uint_eq(command(&card, control_queue(&card), what->data,
				  what->len),
			  is_accepted ? OK : ERR);
	ck_assert_uint_eq(card.stats->commands, 1);
	ck_assert_uint_eq(card.stats->refused_commands, !is_accepted);
	ck_assert_uint_eq(errors(card.device, VM_VIRTIO_ERROR_REQUEST),
			  !is_accepted);
	card_fini(&card);
}
END_TEST

START_TEST(a_command_of_another_length_is_refused)
{
	const struct known *what = &known[_i / 2];
	struct card card;

	two_pairs_init(&card);
	card_start(&card, ALL);
	ck_assert_uint_eq(command(&card, 4, what->data,
				  what->len + (_i % 2 ? 1u : -1u)),
			  ERR);
	card_fini(&card);
}
END_TEST

static const struct known bad[] = {
	{ 0, 1, { 0 } },
	{ 0, 3, { 0, 6, 1 } },
	{ 0, 3, { 0, 255, 1 } },
	/* More addresses than there are. */
	{ 0, 10, { 1, 0, 1 } },
	{ 0, 10, { 1, 0, 0xff, 0xff, 0xff, 0xff } },
	{ 0, 10, { 1, 0, 0, 0, 0, 0, 1 } },
	/* An address of many receivers. */
	{ 0, 8, { 1, 1, 1, 0, 0, 0, 0, 7 } },
	{ 0, 8, { 1, 2, 2, 0, 0, 0, 0, 7 } },
	{ 0, 4, { 2, 0, 1, 0 } },
	/* Nothing was announced. */
	{ 0, 2, { 3, 0 } },
	{ 0, 2, { 3, 1 } },
	{ 0, 4, { 4, 0, 0, 0 } },
	{ 0, 4, { 4, 0, 3, 0 } },
	{ 0, 4, { 4, 0, 1, 1 } },
	{ 0, 4, { 4, 1, 1, 0 } },
	{ 0, 10, { 5, 0 } },
	{ 0, 2, { 255, 255 } },
};

#define BAD ((int)(sizeof(bad) / sizeof(bad[0])))

START_TEST(nonsense_is_refused)
{
	struct card card;

	two_pairs_init(&card);
	card_start(&card, ALL);
	ck_assert_uint_eq(command(&card, 4, bad[_i].data, bad[_i].len), ERR);
	ck_assert_uint_eq(card.stats->refused_commands, 1);
	card_fini(&card);
}
END_TEST

static const struct virtq_buf mute[][2] = {
	/* No place for an answer. */
	{ { DATA, 2, false }, { DATA + 2, 1, false } },
	/* One that is not there. */
	{ { DATA, 3, false }, { VM_VIRTIO_RIG_HOLE, 1, true } },
	/* No command, or one that is not there. */
	{ { DATA + 8, 1, true }, { DATA + 9, 1, true } },
	{ { VM_VIRTIO_RIG_HOLE, 3, false }, { DATA + 8, 1, true } },
};

START_TEST(what_cannot_be_read_or_answered_is_completed)
{
	const uint8_t nobcast[] = { 0, 5, 1 };
	uint8_t ack = 0xaa;
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	ck_assert_int_eq(vm_mem_write(card.rig.mem, DATA, nobcast, 3), 0);
	ck_assert_int_eq(vm_mem_write(card.rig.mem, DATA + 8, &ack, 1), 0);
	offer(&card, CTRL, mute[_i], 2, 6);
	expect(&card, CTRL, 6, _i >= 2 ? 1 : 0);
	ck_assert_int_eq(vm_mem_read(card.rig.mem, DATA + 8, &ack, 1), 0);
	ck_assert_uint_eq(ack, _i >= 2 ? ERR : 0xaa);
	ck_assert_uint_eq(card.stats->refused_commands, 1);
	ck_assert_uint_eq(command(&card, CTRL, nobcast, 3), OK);
	card_fini(&card);
}
END_TEST

START_TEST(many_commands_are_served_in_rounds)
{
	const struct virtq_buf bufs[] = { { DATA, 3, false },
					  { DATA + 8, 1, true } };
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	for (uint64_t i = 0; i < 30; i++)
		ck_assert_int_eq(virtq_driver_add(card.rig.drivers[CTRL], bufs,
						  2, VIRTQ_DRIVER_DIRECT, i),
				 0);
	ck_assert(virtq_driver_publish(card.rig.drivers[CTRL]));
	vm_virtio_device_notify(card.device, CTRL);
	ck_assert_uint_eq(card.stats->commands, VM_VIRTIO_NET_CTRL_BUDGET);
	card_run(&card);
	ck_assert_uint_eq(card.stats->commands, 30);
	card_fini(&card);
}
END_TEST

#define OWN CARD_MAC
#define OTHER                    \
	{                        \
		2, 9, 9, 9, 9, 9 \
	}
#define LISTED                   \
	{                        \
		2, 8, 8, 8, 8, 8 \
	}
#define GROUP                       \
	{                           \
		1, 0, 0x5e, 0, 0, 1 \
	}
#define LISTED_GROUP                \
	{                           \
		1, 0, 0x5e, 0, 0, 2 \
	}
#define BROADCAST                            \
	{                                    \
		255, 255, 255, 255, 255, 255 \
	}
#define DESTINATIONS 6

static const uint8_t destinations[DESTINATIONS][6] = {
	OWN, OTHER, LISTED, GROUP, LISTED_GROUP, BROADCAST,
};

/* A mode that is set or cleared, and the destinations that are wanted then. */
struct mode {
	uint8_t number;
	uint8_t is_on;
	bool is_wanted[DESTINATIONS];
};

/* Each follows upon PROMISC off and a table of two addresses. */
static const struct mode modes[] = {
	{ 0, 0, { 1, 0, 1, 0, 1, 1 } }, { 0, 1, { 1, 1, 1, 1, 1, 1 } },
	{ 1, 1, { 1, 0, 1, 1, 1, 1 } }, { 1, 0, { 1, 0, 1, 0, 1, 1 } },
	{ 2, 1, { 1, 1, 1, 0, 1, 1 } }, { 3, 1, { 1, 0, 1, 0, 0, 1 } },
	{ 4, 1, { 0, 0, 0, 0, 1, 1 } }, { 5, 1, { 1, 0, 1, 0, 1, 0 } },
};

#define MODES ((int)(sizeof(modes) / sizeof(modes[0])))

/* Does a frame for this destination get through? */
static bool gets_through(struct card *card, const uint8_t mac[6])
{
	static struct frame frame;
	uint64_t filtered = card->stats->rx_filtered;
	uint64_t received = card->stats->rx_frames;

	frame_init(&frame, 60, 1);
	memcpy(frame.data, mac, 6);
	arrive(card, 0, &frame, 60);
	card_run(card);
	ck_assert_uint_eq(card->stats->rx_frames - received +
				  card->stats->rx_filtered - filtered,
			  1);
	return card->stats->rx_frames > received;
}

static void offer_rooms(struct card *card)
{
	for (uint64_t i = 0; i < 32; i++)
		offer_room(card, DATA + 0x40000 + i * 0x1000, 2000, i);
}

/* Filters all but the card's own address and two others. */
static void set_filter(struct card *card)
{
	const uint8_t no_promiscuity[] = { 0, 0, 0 };
	uint8_t table[22] = { 1, 0, 1, 0, 0, 0 };
	const uint8_t listed[] = LISTED;
	const uint8_t group[] = LISTED_GROUP;

	memcpy(table + 6, listed, 6);
	table[12] = 1;
	memcpy(table + 16, group, 6);
	ck_assert_uint_eq(command(card, CTRL, no_promiscuity, 3), OK);
	ck_assert_uint_eq(command(card, CTRL, table, 22), OK);
}

START_TEST(the_driver_receives_what_it_wants)
{
	const struct mode *mode = &modes[_i];
	const uint8_t set_mode[] = { 0, mode->number, mode->is_on };
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	offer_rooms(&card);
	set_filter(&card);
	ck_assert_uint_eq(command(&card, CTRL, set_mode, 3), OK);
	for (int i = 0; i < DESTINATIONS; i++)
		ck_assert_int_eq(gets_through(&card, destinations[i]),
				 mode->is_wanted[i]);
	card_fini(&card);
}
END_TEST

START_TEST(a_driver_that_says_nothing_receives_all)
{
	struct card card;

	card_init(&card);
	card_start(&card, _i ? ALL : ALL & ~BIT(CTRL_RX));
	offer_rooms(&card);
	for (int i = 0; i < DESTINATIONS; i++)
		ck_assert(gets_through(&card, destinations[i]));
	card_fini(&card);
}
END_TEST

START_TEST(a_reset_forgets_the_filter)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	set_filter(&card);
	card_start(&card, ALL);
	offer_rooms(&card);
	for (int i = 0; i < DESTINATIONS; i++)
		ck_assert(gets_through(&card, destinations[i]));
	card_fini(&card);
}
END_TEST

START_TEST(with_too_many_addresses_all_are_received)
{
	static uint8_t table[10 + 65 * 6];
	const uint8_t no_promiscuity[] = { 0, 0, 0 };
	const uint8_t unicast[] = OTHER;
	const uint8_t group[] = GROUP;
	bool is_multicast = _i & 1, is_full = _i & 2;
	struct card card;
	uint8_t count = is_full ? 65 : 64;

	card_init(&card);
	card_start(&card, ALL);
	offer_rooms(&card);
	table[0] = 1;
	table[is_multicast ? 6 : 2] = count;
	ck_assert_uint_eq(command(&card, CTRL, no_promiscuity, 3), OK);
	ck_assert_uint_eq(command(&card, CTRL, table, 10u + count * 6u), OK);
	ck_assert_int_eq(gets_through(&card, unicast),
			 is_full && !is_multicast);
	ck_assert_int_eq(gets_through(&card, group), is_full && is_multicast);
	card_fini(&card);
}
END_TEST

START_TEST(the_driver_may_change_its_address)
{
	const uint8_t set_address[] = { 1, 1, 2, 9, 9, 9, 9, 9 };
	const uint8_t no_promiscuity[] = { 0, 0, 0 };
	const uint8_t own[] = OWN;
	const uint8_t other[] = OTHER;
	uint8_t mac[6];
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	offer_rooms(&card);
	ck_assert_uint_eq(command(&card, CTRL, no_promiscuity, 3), OK);
	ck_assert_uint_eq(command(&card, CTRL, set_address, 8), OK);
	vm_virtio_device_read_config(card.device, 0, mac, 6);
	ck_assert_mem_eq(mac, other, 6);
	ck_assert(gets_through(&card, other));
	ck_assert(!gets_through(&card, own));
	card_start(&card, ALL);
	vm_virtio_device_read_config(card.device, 0, mac, 6);
	ck_assert_mem_eq(mac, own, 6);
	card_fini(&card);
}
END_TEST

START_TEST(a_card_without_an_address_takes_any)
{
	const uint8_t no_promiscuity[] = { 0, 0, 0 };
	const uint8_t other[] = OTHER;
	const uint8_t group[] = GROUP;
	struct vm_virtio_net_config config = { .pairs = 1 };
	struct card card;

	card_init_with(&card, config);
	card_start(&card, ALL);
	offer_rooms(&card);
	ck_assert_uint_eq(command(&card, CTRL, no_promiscuity, 3), OK);
	ck_assert(gets_through(&card, other));
	ck_assert(!gets_through(&card, group));
	card_fini(&card);
}
END_TEST

START_TEST(a_destination_may_be_cut)
{
	const struct virtq_buf bufs[] = {
		{ DATA, HEADER + 2, true },
		{ DATA + 0x100, 3, true },
		{ DATA + 0x200, 2000, true },
	};
	const uint8_t own[] = OWN;
	const uint8_t other[] = OTHER;
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	offer(&card, RX, bufs, 3, 1);
	set_filter(&card);
	ck_assert(!gets_through(&card, other));
	ck_assert(gets_through(&card, own));
	card_fini(&card);
}
END_TEST

START_TEST(an_announcement_is_acknowledged)
{
	const uint8_t ack[] = { 3, 0 };
	uint8_t status[2];
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	ck_assert_int_eq(vm_virtio_net_announce(card.net), 0);
	ck_assert_uint_eq(card.device->stats.config_changes, 1);
	vm_virtio_device_read_config(card.device, 6, status, 2);
	ck_assert_uint_eq(status[0], 3);
	ck_assert_uint_eq(command(&card, CTRL, ack, 2), OK);
	vm_virtio_device_read_config(card.device, 6, status, 2);
	ck_assert_uint_eq(status[0], 1);
	ck_assert_uint_eq(command(&card, CTRL, ack, 2), ERR);
	/* Another driver has not been asked. */
	ck_assert_int_eq(vm_virtio_net_announce(card.net), 0);
	card_start(&card, ALL);
	vm_virtio_device_read_config(card.device, 6, status, 2);
	ck_assert_uint_eq(status[0], 1);
	card_fini(&card);
}
END_TEST

START_TEST(only_a_driver_that_can_is_asked_to_announce)
{
	struct card card;

	card_init(&card);
	ck_assert_int_eq(vm_virtio_net_announce(card.net), -ENOTSUP);
	card_start(&card, ALL & ~BIT(GUEST_ANNOUNCE));
	ck_assert_int_eq(vm_virtio_net_announce(card.net), -ENOTSUP);
	ck_assert_uint_eq(card.device->stats.config_changes, 0);
	card_fini(&card);
}
END_TEST

RUN_TESTS("net_ctrl", TIMES(a_command_takes_its_feature, 2 * KNOWN),
	  TIMES(a_command_of_another_length_is_refused, 2 * KNOWN),
	  TIMES(nonsense_is_refused, BAD),
	  TIMES(what_cannot_be_read_or_answered_is_completed, 4),
	  ONCE(many_commands_are_served_in_rounds),
	  TIMES(the_driver_receives_what_it_wants, MODES),
	  TIMES(a_driver_that_says_nothing_receives_all, 2),
	  ONCE(a_reset_forgets_the_filter),
	  TIMES(with_too_many_addresses_all_are_received, 4),
	  ONCE(the_driver_may_change_its_address),
	  ONCE(a_card_without_an_address_takes_any),
	  ONCE(a_destination_may_be_cut), ONCE(an_announcement_is_acknowledged),
	  ONCE(only_a_driver_that_can_is_asked_to_announce))
