/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "net_support.h"

static struct frame frame, got;
static struct vm_virtio_state state;

/* A card in the middle of its work, saved. */
static void save_busy_card(struct card *card)
{
	const uint8_t no_promiscuity[] = { 0, 0, 0 };
	const uint8_t use_two[] = { 4, 0, 2, 0 };
	const uint8_t set_address[] = { 1, 1, 2, 9, 9, 9, 9, 9 };
	struct vm_virtio_net_config config = card_config();

	config.pairs = 2;
	card_init_with(card, config);
	card_start(card, ALL);
	ck_assert_uint_eq(command(card, 4, no_promiscuity, 3), 0);
	ck_assert_uint_eq(command(card, 4, use_two, 4), 0);
	ck_assert_uint_eq(command(card, 4, set_address, 8), 0);
	frame_init(&frame, 100, 1);
	memcpy(frame.data, set_address + 2, 6);
	for (uint64_t i = 0; i < 4; i++)
		offer_room(card, DATA + i * 0x1000, 2000, i);
	arrive(card, 0, &frame, 100);
	card_run(card);
	expect(card, RX, 0, HEADER + 100);
	vm_virtio_device_save(card->device, &state);
}

/* Plugs another card into the guest, and closes the first one. */
static int migrate(struct card *card)
{
	struct vm_virtio_net_config config = card_config();
	struct vm_virtio_net *net;
	int r;

	config.pairs = 2;
	config.host = vm_virtio_rig_host(&card->rig);
	config.fds = card->fds;
	vm_virtio_mmio_fini(&card->rig.mmio);
	vm_virtio_net_free(card->net);
	ck_assert_int_eq(vm_virtio_net_new(&config, &net), 0);
	card->net = net;
	card->device = vm_virtio_net_device(net);
	card->stats = vm_virtio_net_stats(net);
	ck_assert_int_eq(vm_virtio_rig_attach(&card->rig, card->device), 0);
	r = vm_virtio_device_restore(card->device, &state);
	card_run(card);
	return r;
}

START_TEST(a_saved_card_goes_on_elsewhere)
{
	const uint8_t own[] = CARD_MAC;
	uint8_t mac[6];
	struct card card;

	save_busy_card(&card);
	ck_assert_int_eq(migrate(&card), 0);
	vm_virtio_device_read_config(card.device, 0, mac, 6);
	ck_assert_mem_eq(mac, frame.data, 6);
	/* The filter, the buffers and the second pair are as they were. */
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	expect(&card, RX, 1, HEADER + 100);
	memcpy(frame.data, own, 6);
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	ck_assert_uint_eq(card.stats->rx_filtered, 1);
	guest_send(&card, 3, &frame, 100);
	ck_assert_int_eq(collect(&card, 1, &got), 100);
	card_fini(&card);
}
END_TEST

START_TEST(a_saved_card_goes_on_here)
{
	struct card card;

	save_busy_card(&card);
	for (uint64_t i = 1; i < 4; i++) {
		arrive(&card, 0, &frame, 100);
		card_run(&card);
		expect(&card, RX, i, HEADER + 100);
	}
	card_fini(&card);
}
END_TEST

/* Where the parts of the saved state are: a filter, a config, a number. */
#define STATE_MAC	(5 + 64 * 6 + 1)
#define STATE_STATUS	(STATE_MAC + 6)
#define STATE_MAX_PAIRS (STATE_MAC + 8)
#define STATE_MTU	(STATE_MAC + 10)
#define STATE_PAIRS	(STATE_MAC + 12)

struct spoil {
	size_t off;
	uint8_t value;
};

static const struct spoil spoils[] = {
	{ 0, 0x40 }, /* modes */
	{ 1, 2 }, /* all of one kind */
	{ 2, 2 },
	{ 3, 65 }, /* more addresses than there can be */
	{ 4, 65 },
	{ STATE_MAC, 1 },
	{ STATE_STATUS, 4 },
	{ STATE_MAX_PAIRS, 1 },
	{ STATE_MTU, 1 },
	{ STATE_PAIRS, 0 },
	{ STATE_PAIRS, 3 },
};

#define SPOILS ((int)(sizeof(spoils) / sizeof(spoils[0])))

START_TEST(a_spoilt_state_is_refused)
{
	struct card card;

	save_busy_card(&card);
	ck_assert_uint_eq(((uint8_t *)state.type)[STATE_MAX_PAIRS], 2);
	ck_assert_uint_eq(((uint8_t *)state.type)[STATE_PAIRS], 2);
	if (_i < SPOILS)
		((uint8_t *)state.type)[spoils[_i].off] = spoils[_i].value;
	else
		state.type_len--;
	ck_assert_int_eq(migrate(&card), -EBADMSG);
	card_start(&card, ALL);
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

RUN_TESTS("net_state", ONCE(a_saved_card_goes_on_elsewhere),
	  ONCE(a_saved_card_goes_on_here),
	  TIMES(a_spoilt_state_is_refused, SPOILS + 1))
