/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <fcntl.h>
#include <sys/resource.h>

#include "net_support.h"

#define OFFLOADS                                                             \
	(BIT(CSUM) | BIT(HOST_TSO4) | BIT(HOST_TSO6) | BIT(HOST_UFO) |       \
	 BIT(HOST_USO) | BIT(HOST_ECN) | BIT(GUEST_CSUM) | BIT(GUEST_TSO4) | \
	 BIT(GUEST_TSO6) | BIT(GUEST_UFO) | BIT(GUEST_USO4) |                \
	 BIT(GUEST_USO6) | BIT(GUEST_ECN))
#define ALWAYS                                                        \
	(BIT(MRG_RXBUF) | BIT(STATUS) | BIT(CTRL_VQ) | BIT(CTRL_RX) | \
	 BIT(CTRL_RX_EXTRA) | BIT(CTRL_MAC_ADDR) | BIT(GUEST_ANNOUNCE))

static struct frame frame, got;

static uint16_t config16(struct card *card, uint64_t off)
{
	uint16_t value;

	vm_virtio_device_read_config(card->device, off, &value, 2);
	return vm_mem_le16(value);
}

START_TEST(a_network_card_says_what_it_is)
{
	struct vm_virtio_net_config config = card_config();
	const uint8_t own[] = CARD_MAC;
	uint8_t mac[6];
	struct card card;

	config.mtu = 1400;
	config.pairs = 3;
	card_init_with(&card, config);
	ck_assert_uint_eq(
		vm_virtio_rig_read(&card.rig, VM_VIRTIO_MMIO_DEVICE_ID), 1);
	ck_assert_uint_eq(card.device->offered, VM_VIRTIO_FEATURES | ALWAYS |
							OFFLOADS | BIT(MAC) |
							BIT(MTU) | BIT(MQ));
	ck_assert_uint_eq(card.device->queue_count, 7);
	vm_virtio_device_read_config(card.device, 0, mac, 6);
	ck_assert_mem_eq(mac, own, 6);
	ck_assert_uint_eq(config16(&card, 6), 1);
	ck_assert_uint_eq(config16(&card, 8), 3);
	ck_assert_uint_eq(config16(&card, 10), 1400);
	ck_assert_uint_eq(config16(&card, 12), 0);
	card_fini(&card);
}
END_TEST

START_TEST(what_the_vmm_does_not_say_is_not_offered)
{
	struct vm_virtio_net_config config = { .pairs = 0 };
	struct card card;

	card_init_with(&card, config);
	ck_assert_uint_eq(card.device->offered,
			  VM_VIRTIO_FEATURES | ALWAYS | OFFLOADS);
	ck_assert_uint_eq(card.device->queue_count, 3);
	card_start(&card, ALL);
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

START_TEST(the_configuration_is_read_only)
{
	const uint8_t zeros[12] = { 0 };
	const uint8_t own[] = CARD_MAC;
	uint8_t mac[6];
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	vm_virtio_device_write_config(card.device, 0, zeros, 12);
	vm_virtio_device_read_config(card.device, 0, mac, 6);
	ck_assert_mem_eq(mac, own, 6);
	ck_assert_uint_eq(errors(card.device, VM_VIRTIO_ERROR_PROTOCOL), 1);
	card_fini(&card);
}
END_TEST

/* 5.1.3.1: a feature, and what it is nothing without. */
static const uint64_t required[][2] = {
	{ BIT(GUEST_TSO4), BIT(GUEST_CSUM) },
	{ BIT(GUEST_TSO6), BIT(GUEST_CSUM) },
	{ BIT(GUEST_ECN), BIT(GUEST_TSO4) | BIT(GUEST_TSO6) },
	{ BIT(GUEST_UFO), BIT(GUEST_CSUM) },
	{ BIT(GUEST_USO4), BIT(GUEST_CSUM) },
	{ BIT(GUEST_USO6), BIT(GUEST_CSUM) },
	{ BIT(HOST_TSO4), BIT(CSUM) },
	{ BIT(HOST_TSO6), BIT(CSUM) },
	{ BIT(HOST_ECN), BIT(HOST_TSO4) | BIT(HOST_TSO6) },
	{ BIT(HOST_UFO), BIT(CSUM) },
	{ BIT(HOST_USO), BIT(CSUM) },
	{ BIT(CTRL_RX), BIT(CTRL_VQ) },
	{ BIT(CTRL_RX_EXTRA), BIT(CTRL_VQ) },
	{ BIT(GUEST_ANNOUNCE), BIT(CTRL_VQ) },
	{ BIT(MQ), BIT(CTRL_VQ) },
	{ BIT(CTRL_MAC_ADDR), BIT(CTRL_VQ) },
};

#define REQUIRED ((int)(sizeof(required) / sizeof(required[0])))

START_TEST(a_driver_cannot_have_a_feature_without_its_ground)
{
	const uint64_t *pair = required[_i];
	uint64_t version = VIRTQ_BIT(VIRTIO_F_VERSION_1);
	struct vm_virtio_net_config config = card_config();
	struct card card;

	config.pairs = 2;
	card_init_with(&card, config);
	ck_assert_int_eq(vm_virtio_rig_negotiate(&card.rig, version | pair[0]),
			 -ENOTSUP);
	ck_assert_int_eq(vm_virtio_rig_negotiate(&card.rig,
						 version | pair[0] | pair[1] |
							 BIT(CSUM) |
							 BIT(GUEST_CSUM)),
			 0);
	card_fini(&card);
}
END_TEST

START_TEST(a_feature_without_its_ground_is_not_offered)
{
	struct vm_virtio_net_config config = card_config();
	struct card card;

	config.pairs = 2;
	config.host.without = required[_i][1];
	card_init_with(&card, config);
	ck_assert_uint_eq(card.device->offered & required[_i][0], 0);
	card_start(&card, ALL);
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

START_TEST(a_driver_that_wants_next_to_nothing_is_served)
{
	struct card card;

	card_init(&card);
	card_start(&card, VIRTQ_BIT(VIRTIO_F_VERSION_1));
	expect_traffic(&card);
	/* There is no queue for commands then. */
	guest_send(&card, CTRL, &frame, 100);
	expect_none(&card, CTRL);
	ck_assert_uint_eq(card.stats->commands, 0);
	card_fini(&card);
}
END_TEST

START_TEST(frames_and_buffers_may_be_there_before_the_driver)
{
	const struct virtq_buf buf = { DATA, 2000, true };
	struct card card;

	card_init(&card);
	frame_init(&frame, 100, 1);
	arrive(&card, 0, &frame, 100);
	card_run(&card);
	ck_assert_int_eq(vm_virtio_rig_negotiate(&card.rig, ALL), 0);
	ck_assert_int_eq(vm_virtio_rig_set_queue(&card.rig, RX, 16), 0);
	ck_assert_int_eq(virtq_driver_add(card.rig.drivers[RX], &buf, 1,
					  VIRTQ_DRIVER_DIRECT, 3),
			 0);
	virtq_driver_publish(card.rig.drivers[RX]);
	vm_virtio_rig_write(&card.rig, VM_VIRTIO_MMIO_STATUS, ALIVE);
	card_run(&card);
	expect(&card, RX, 3, HEADER + 100);
	card_fini(&card);
}
END_TEST

START_TEST(every_pair_has_its_descriptor)
{
	const uint8_t use_three[] = { 4, 0, 3, 0 };
	struct vm_virtio_net_config config = card_config();
	const struct virtq_buf buf = { DATA + 0x1000, 2000, true };
	struct card card;

	config.pairs = 3;
	card_init_with(&card, config);
	card_start(&card, ALL);
	ck_assert_uint_eq(command(&card, 6, use_three, 4), 0);
	for (uint16_t i = 0; i < 3; i++) {
		frame_init(&frame, 100, (uint8_t)i);
		offer(&card, (uint16_t)(2 * i), &buf, 1, i);
		arrive(&card, i, &frame, 100);
		card_run(&card);
		expect(&card, (uint16_t)(2 * i), i, HEADER + 100);
		expect_bytes(&card, DATA + 0x1000 + HEADER, frame.data, 100);
		guest_send(&card, (uint16_t)(2 * i + 1), &frame, 100);
		ck_assert_int_eq(collect(&card, i, &got), 100);
		ck_assert_mem_eq(got.data, frame.data, 100);
	}
	card_fini(&card);
}
END_TEST

START_TEST(pairs_that_are_not_in_use_rest)
{
	const uint8_t use_two[] = { 4, 0, 2, 0 };
	const uint8_t use_one[] = { 4, 0, 1, 0 };
	struct vm_virtio_net_config config = card_config();
	const struct virtq_buf buf = { DATA + 0x1000, 2000, true };
	struct card card;

	config.pairs = 2;
	card_init_with(&card, config);
	card_start(&card, ALL);
	frame_init(&frame, 100, 1);
	offer(&card, 2, &buf, 1, 7);
	offer(&card, 2, &buf, 1, 8);
	arrive(&card, 1, &frame, 100);
	guest_send(&card, 3, &frame, 100);
	expect_none(&card, 2);
	expect_none(&card, 3);
	ck_assert_uint_eq(command(&card, 4, use_two, 4), 0);
	card_run(&card);
	expect(&card, 2, 7, HEADER + 100);
	expect(&card, 3, 100, 0);
	ck_assert_int_eq(collect(&card, 1, &got), 100);
	ck_assert_uint_eq(command(&card, 4, use_one, 4), 0);
	arrive(&card, 1, &frame, 100);
	guest_send(&card, 3, &frame, 100);
	expect_none(&card, 2);
	expect_none(&card, 3);
	expect_rest(&card);
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

START_TEST(a_reset_leaves_one_pair_in_use)
{
	const uint8_t use_two[] = { 4, 0, 2, 0 };
	struct vm_virtio_net_config config = card_config();
	struct card card;

	config.pairs = 2;
	card_init_with(&card, config);
	card_start(&card, ALL);
	ck_assert_uint_eq(command(&card, 4, use_two, 4), 0);
	card_start(&card, ALL);
	frame_init(&frame, 100, 1);
	guest_send(&card, 3, &frame, 100);
	expect_none(&card, 3);
	card_fini(&card);
}
END_TEST

START_TEST(a_driver_with_one_pair_finds_its_commands_behind_it)
{
	const uint8_t promiscuous[] = { 0, 0, 1 };
	struct vm_virtio_net_config config = card_config();
	struct card card;

	config.pairs = 2;
	card_init_with(&card, config);
	card_start(&card, ALL & ~BIT(MQ));
	ck_assert_uint_eq(command(&card, CTRL, promiscuous, 3), 0);
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

START_TEST(as_many_pairs_as_allowed_work)
{
	const uint8_t use_all[] = { 4, 0, VM_VIRTIO_NET_MAX_PAIRS, 0 };
	struct vm_virtio_net_config config = card_config();
	struct card card;

	config.pairs = VM_VIRTIO_NET_MAX_PAIRS;
	card_init_with(&card, config);
	card_start_rings(&card, ALL, 8);
	ck_assert_uint_eq(
		command(&card, 2 * VM_VIRTIO_NET_MAX_PAIRS, use_all, 4), 0);
	frame_init(&frame, 100, 1);
	guest_send(&card, 2 * VM_VIRTIO_NET_MAX_PAIRS - 1, &frame, 100);
	ck_assert_int_eq(collect(&card, VM_VIRTIO_NET_MAX_PAIRS - 1, &got),
			 100);
	card_fini(&card);
}
END_TEST

START_TEST(the_driver_is_told_of_the_cable)
{
	struct card card;

	card_init(&card);
	card_start(&card, ALL);
	vm_virtio_net_set_link(card.net, true);
	ck_assert_uint_eq(card.device->stats.config_changes, 0);
	vm_virtio_net_set_link(card.net, false);
	ck_assert_uint_eq(config16(&card, 6), 0);
	ck_assert_uint_eq(card.device->stats.config_changes, 1);
	/* Who pulled it out is not the driver: a reset leaves it so. */
	card_start(&card, ALL);
	ck_assert_uint_eq(config16(&card, 6), 0);
	vm_virtio_net_set_link(card.net, true);
	ck_assert_uint_eq(config16(&card, 6), 1);
	ck_assert_uint_eq(card.device->stats.config_changes, 2);
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

START_TEST(every_attack_on_every_queue_is_survived)
{
	uint64_t wanted = _i % 2 ? VM_VIRTIO_RIG_PACKED : VM_VIRTIO_RIG_SPLIT;
	enum virtq_attack attack = (enum virtq_attack)(_i / 2 / 3);
	uint16_t queue = (uint16_t)(_i / 2 % 3);
	struct card card;

	card_init(&card);
	frame_init(&frame, 3000, 1);
	for (int i = 0; i < 4; i++)
		arrive(&card, 0, &frame, 3000);
	ck_assert_msg(!vm_virtio_rig_attack(&card.rig, queue, attack, wanted),
		      "%s", virtq_attack_name(attack));
	/* What the driver had no buffers for is still there. */
	card_start(&card, wanted);
	for (uint64_t i = 0; i < 4; i++)
		offer_room(&card, DATA, 3100, i);
	while (collect(&card, 0, &got) >= 0)
		;
	card_start(&card, wanted);
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

START_TEST(any_order_of_register_accesses_is_survived)
{
	struct card card;

	card_init(&card);
	frame_init(&frame, 100, 1);
	if (_i & 1)
		card_start(&card, ALL);
	arrive(&card, 0, &frame, 100);
	ck_assert_int_eq(vm_virtio_rig_poke(&card.rig, (uint64_t)_i, 2000), 0);
	card_start(&card, ALL);
	offer_room(&card, DATA, 2000, 1);
	card_start(&card, ALL);
	while (collect(&card, 0, &got) >= 0)
		;
	expect_traffic(&card);
	card_fini(&card);
}
END_TEST

/* A configuration that is good but for what the test changes. */
struct made {
	struct vm_virtio_rig rig;
	struct vm_virtio_net_config config;
	int fds[2];
};

static void made_init(struct made *made)
{
	ck_assert_int_eq(vm_virtio_rig_init(&made->rig), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0,
				    made->fds),
			 0);
	made->config = card_config();
	made->config.host = vm_virtio_rig_host(&made->rig);
	made->config.fds = made->fds;
}

/* The configuration gives this, and nothing else if it is an error. */
static void made_expect(struct made *made, int expected)
{
	struct vm_virtio_net *net = NULL;

	ck_assert_int_eq(vm_virtio_net_new(&made->config, &net), expected);
	ck_assert_int_eq(!net, !!expected);
	vm_virtio_net_free(net);
	vm_virtio_rig_fini(&made->rig);
	close(made->fds[0]);
	close(made->fds[1]);
}

START_TEST(a_good_configuration_is_taken)
{
	struct made made;

	made_init(&made);
	made_expect(&made, 0);
}
END_TEST

START_TEST(a_bad_configuration_is_refused)
{
	const struct vm_rate_limit timeless = { .size = 1 };
	struct made made;

	made_init(&made);
	switch (_i) {
	case 0:
		made.config.fds = NULL;
		break;
	case 1:
		made.config.pairs = VM_VIRTIO_NET_MAX_PAIRS + 1;
		break;
	case 2:
		made.config.mac[0] = 1;
		break;
	case 3:
		made.config.mtu = VM_VIRTIO_NET_MIN_MTU - 1;
		break;
	case 4:
		made.config.host.mem = NULL;
		break;
	case 5:
		made.config.rx_ops = timeless;
		break;
	case 6:
		made.config.tx_bytes = timeless;
		break;
	}
	made_expect(&made, -EINVAL);
}
END_TEST

START_TEST(a_descriptor_that_blocks_is_refused)
{
	struct made made;

	made_init(&made);
	ck_assert_int_eq(fcntl(made.fds[0], F_SETFL, 0), 0);
	made_expect(&made, -EINVAL);
}
END_TEST

START_TEST(a_descriptor_that_cannot_be_used_is_refused)
{
	struct made made;
	int file = open("/dev/null", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int closed = -1;

	made_init(&made);
	made.config.fds = _i ? &file : &closed;
	made_expect(&made, _i ? -EPERM : -EBADF);
	close(file);
}
END_TEST

/* Leaves room for @count more descriptors. */
static void limit_descriptors(unsigned int count)
{
	int next = dup(0);
	struct rlimit limit = { (rlim_t)next + count, (rlim_t)next + count };

	close(next);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(too_few_descriptors_are_told)
{
	const struct vm_rate_limit ops = { .size = 4, .period_ns = 40000000 };
	struct made made;

	made_init(&made);
	made.config.tx_ops = ops;
	/* One is for epoll, and one for each direction with a limit. */
	limit_descriptors((unsigned int)_i);
	made_expect(&made, _i < 2 ? -EMFILE : 0);
}
END_TEST

START_TEST(freeing_nothing_is_allowed)
{
	vm_virtio_net_free(NULL);
}
END_TEST

RUN_TESTS("net", ONCE(a_network_card_says_what_it_is),
	  ONCE(what_the_vmm_does_not_say_is_not_offered),
	  ONCE(the_configuration_is_read_only),
	  TIMES(a_driver_cannot_have_a_feature_without_its_ground, REQUIRED),
	  TIMES(a_feature_without_its_ground_is_not_offered, REQUIRED),
	  ONCE(a_driver_that_wants_next_to_nothing_is_served),
	  ONCE(frames_and_buffers_may_be_there_before_the_driver),
	  ONCE(every_pair_has_its_descriptor),
	  ONCE(pairs_that_are_not_in_use_rest),
	  ONCE(a_reset_leaves_one_pair_in_use),
	  ONCE(a_driver_with_one_pair_finds_its_commands_behind_it),
	  ONCE(as_many_pairs_as_allowed_work),
	  ONCE(the_driver_is_told_of_the_cable),
	  TIMES(every_attack_on_every_queue_is_survived,
		3 * 2 * VIRTQ_ATTACK_COUNT),
	  TIMES(any_order_of_register_accesses_is_survived, 30),
	  ONCE(a_good_configuration_is_taken),
	  TIMES(a_bad_configuration_is_refused, 7),
	  ONCE(a_descriptor_that_blocks_is_refused),
	  TIMES(a_descriptor_that_cannot_be_used_is_refused, 2),
	  TIMES(too_few_descriptors_are_told, 3),
	  ONCE(freeing_nothing_is_allowed))
