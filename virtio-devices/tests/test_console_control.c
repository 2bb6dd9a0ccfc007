/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "console_support.h"

/* What the second and the third port of ports_init() are called. */
#define AGENT "org.example.agent"
#define LOG   "log"

/* A driver that gives many buffers and has all ports, as Linux does it. */
static void connect_ports(struct terminal *terminal)
{
	struct virtq_driver_used used;

	terminal_start(terminal, ALL);
	offer_messages(terminal, 40);
	say(terminal, UINT32_MAX, DEVICE_READY, 1);
	for (uint32_t i = 0; i < 3; i++)
		say(terminal, i, PORT_READY, 1);
	for (uint32_t i = 0; i < 3; i++)
		say(terminal, i, PORT_OPEN, 1);
	while (virtq_driver_get(terminal->rig.drivers[CONTROL_RX], &used) > 0)
		;
}

/* The buffer that the next message goes to, after connect_ports(). */
#define NEXT 12

START_TEST(a_device_with_ports_says_so)
{
	const uint8_t config[12] = { 80, 0, 25, 0, 3 };
	uint8_t bytes[12];
	struct terminal terminal;

	ports_init(&terminal);
	ck_assert_uint_eq(terminal.device->offered,
			  VM_VIRTIO_FEATURES | BIT(SIZE) | BIT(MULTIPORT) |
				  BIT(EMERG_WRITE));
	ck_assert_uint_eq(terminal.device->queue_count, 8);
	vm_virtio_device_read_config(terminal.device, 0, bytes, 12);
	ck_assert_mem_eq(bytes, config, 12);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(the_driver_learns_of_the_ports)
{
	const uint8_t size[] = { 132, 0, 50, 0 };
	struct terminal terminal;

	ports_init(&terminal);
	terminal_start(&terminal, ALL);
	offer_messages(&terminal, 10);
	expect_none(&terminal, CONTROL_RX);
	say(&terminal, UINT32_MAX, DEVICE_READY, 1);
	for (uint32_t i = 0; i < 3; i++)
		expect_event(&terminal, i, i, DEVICE_ADD, 0);
	expect_none(&terminal, CONTROL_RX);
	say(&terminal, 1, PORT_READY, 1);
	expect_message(&terminal, 3, (struct control){ 1, PORT_NAME, 1 }, AGENT,
		       strlen(AGENT));
	expect_event(&terminal, 4, 1, PORT_OPEN, 1);
	expect_none(&terminal, CONTROL_RX);
	say(&terminal, 2, PORT_READY, 1);
	expect_event(&terminal, 5, 2, CONSOLE_PORT, 1);
	/* Columns first: 5.3.6.2. */
	expect_message(&terminal, 6, (struct control){ 2, RESIZE, 0 }, size, 4);
	expect_message(&terminal, 7, (struct control){ 2, PORT_NAME, 1 }, LOG,
		       strlen(LOG));
	expect_event(&terminal, 8, 2, PORT_OPEN, 1);
	expect_none(&terminal, CONTROL_RX);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(every_port_carries_bytes_both_ways)
{
	struct terminal terminal;

	ports_init(&terminal);
	connect_ports(&terminal);
	for (uint16_t i = 0; i < 3; i++)
		expect_traffic(&terminal, i);
	for (uint16_t i = 0; i < 3; i++)
		ck_assert_uint_eq(terminal.sinks[i].len, 0);
	ck_assert_uint_eq(errors(terminal.device, VM_VIRTIO_ERROR_REQUEST), 0);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(as_many_ports_as_allowed_work)
{
	struct vm_virtio_console_port ports[PORTS] = { { 0 } };
	struct terminal terminal;

	terminal_init_with(&terminal, ports, PORTS, 0);
	ck_assert_uint_eq(terminal.device->queue_count, VM_VIRTIO_MAX_QUEUES);
	terminal_start(&terminal, ALL);
	offer_messages(&terminal, 40);
	say(&terminal, 0, DEVICE_READY, 1);
	for (uint32_t i = 0; i < PORTS; i++)
		expect_event(&terminal, i, i, DEVICE_ADD, 0);
	say(&terminal, PORTS - 1, PORT_OPEN, 1);
	expect_traffic(&terminal, PORTS - 1);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(the_guest_opens_and_closes_a_port)
{
	const struct virtq_buf buf = { DATA, 8, true };
	struct terminal terminal;
	struct sink *sink;

	ports_init(&terminal);
	sink = &terminal.sinks[1];
	connect_ports(&terminal);
	ck_assert(sink->is_open);
	say(&terminal, 1, PORT_OPEN, 0);
	ck_assert(!sink->is_open);
	offer(&terminal, port_rx(1), &buf, 1, 1);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 1, "a", 1),
			  0);
	offer(&terminal, port_rx(1), &buf, 1, 2);
	ck_assert_uint_eq(sink->ready, 0);
	say(&terminal, 1, PORT_OPEN, 1);
	ck_assert_uint_eq(sink->ready, 1);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 1, "a", 1),
			  1);
	/* Saying it again changes nothing. */
	say(&terminal, 1, PORT_OPEN, 1);
	ck_assert_uint_eq(sink->changes, 3);
	/* Its last words may come after the closing. */
	say(&terminal, 1, PORT_OPEN, 0);
	guest_print(&terminal, 1, "bye");
	expect_text(&terminal, 1, "bye");
	ck_assert(terminal.sinks[0].is_open && terminal.sinks[2].is_open);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(the_guest_is_told_who_is_there)
{
	struct terminal terminal;

	ports_init(&terminal);
	connect_ports(&terminal);
	vm_virtio_console_set_open(terminal.console, 1, false);
	expect_event(&terminal, NEXT, 1, PORT_OPEN, 0);
	guest_print(&terminal, 1, "anybody?");
	expect_text(&terminal, 1, "");
	vm_virtio_console_set_open(terminal.console, 1, true);
	expect_event(&terminal, NEXT + 1, 1, PORT_OPEN, 1);
	vm_virtio_console_set_open(terminal.console, 1, true);
	expect_none(&terminal, CONTROL_RX);
	expect_traffic(&terminal, 1);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(another_size_is_told_by_a_message)
{
	const uint8_t size[] = { 100, 0, 40, 0 };
	uint8_t bytes[4];
	struct terminal terminal;

	ports_init(&terminal);
	connect_ports(&terminal);
	vm_virtio_console_resize(terminal.console, 2, 100, 40);
	expect_message(&terminal, NEXT, (struct control){ 2, RESIZE, 0 }, size,
		       4);
	ck_assert_uint_eq(terminal.device->stats.config_changes, 0);
	/* That of port 0 is in the configuration besides. */
	vm_virtio_console_resize(terminal.console, 0, 100, 40);
	expect_message(&terminal, NEXT + 1, (struct control){ 0, RESIZE, 0 },
		       size, 4);
	vm_virtio_device_read_config(terminal.device, 0, bytes, 4);
	ck_assert_mem_eq(bytes, size, 4);
	ck_assert_uint_eq(terminal.device->stats.config_changes, 1);
	/* What is no console has no size. */
	vm_virtio_console_resize(terminal.console, 1, 100, 40);
	expect_none(&terminal, CONTROL_RX);
	terminal_fini(&terminal);
}
END_TEST

/* However much changes while there are no buffers: the end of it is told. */
START_TEST(messages_wait_for_buffers)
{
	const uint8_t size[] = { 0xe7, 3, 40, 0 };
	struct terminal terminal;

	ports_init(&terminal);
	terminal_start(&terminal, ALL);
	say(&terminal, 0, DEVICE_READY, 1);
	for (int i = 0; i < 100; i++)
		say(&terminal, 0, PORT_READY, 1);
	for (uint16_t i = 0; i < 1000; i++) {
		vm_virtio_console_resize(terminal.console, 0, i, 40);
		vm_virtio_console_set_open(terminal.console, 0, i & 1);
	}
	vm_virtio_console_set_open(terminal.console, 0, false);
	offer_messages(&terminal, 10);
	expect_event(&terminal, 0, 0, CONSOLE_PORT, 1);
	expect_message(&terminal, 1, (struct control){ 0, RESIZE, 0 }, size, 4);
	expect_event(&terminal, 2, 0, PORT_OPEN, 0);
	expect_event(&terminal, 3, 1, DEVICE_ADD, 0);
	expect_event(&terminal, 4, 2, DEVICE_ADD, 0);
	expect_none(&terminal, CONTROL_RX);
	terminal_fini(&terminal);
}
END_TEST

/* After hibernation a driver goes on with the ports that it had. */
START_TEST(a_port_may_be_ready_without_having_been_added)
{
	struct terminal terminal;

	ports_init(&terminal);
	terminal_start(&terminal, ALL);
	offer_messages(&terminal, 10);
	say(&terminal, 1, PORT_READY, 1);
	say(&terminal, 1, PORT_OPEN, 1);
	expect_message(&terminal, 0, (struct control){ 1, PORT_NAME, 1 }, AGENT,
		       strlen(AGENT));
	expect_event(&terminal, 1, 1, PORT_OPEN, 1);
	expect_traffic(&terminal, 1);
	/* A port that exists must not be added. */
	say(&terminal, 0, DEVICE_READY, 1);
	expect_event(&terminal, 2, 0, DEVICE_ADD, 0);
	expect_event(&terminal, 3, 2, DEVICE_ADD, 0);
	say(&terminal, 0, DEVICE_READY, 1);
	expect_none(&terminal, CONTROL_RX);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_driver_that_failed_has_no_ports)
{
	struct terminal terminal;
	bool is_all = _i;

	ports_init(&terminal);
	connect_ports(&terminal);
	say(&terminal, 2, is_all ? DEVICE_READY : PORT_READY, 0);
	ck_assert(!terminal.sinks[2].is_open);
	ck_assert_int_eq(terminal.sinks[0].is_open, !is_all);
	vm_virtio_console_resize(terminal.console, 2, 1, 1);
	vm_virtio_console_set_open(terminal.console, 2, false);
	expect_none(&terminal, CONTROL_RX);
	/* It may have another try. */
	say(&terminal, 2, DEVICE_READY, 1);
	for (uint32_t i = is_all ? 0 : 2, token = NEXT; i < 3; i++, token++)
		expect_event(&terminal, token, i, DEVICE_ADD, 0);
	expect_none(&terminal, CONTROL_RX);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_driver_that_failed_is_told_nothing_more)
{
	struct terminal terminal;

	ports_init(&terminal);
	terminal_start(&terminal, ALL);
	say(&terminal, 0, DEVICE_READY, 1);
	say(&terminal, 0, PORT_READY, 1);
	if (_i == 0)
		say(&terminal, 0, DEVICE_READY, 0);
	else
		terminal_start(&terminal, ALL);
	offer_messages(&terminal, 10);
	expect_none(&terminal, CONTROL_RX);
	terminal_fini(&terminal);
}
END_TEST

/* One control queue is broken, and the other one is not touched any more. */
START_TEST(a_stopped_device_says_nothing)
{
	const struct virtq_buf buf = { MESSAGES, MESSAGE_LEN, true };
	struct virtq_driver **drivers;
	struct terminal terminal;

	ports_init(&terminal);
	drivers = terminal.rig.drivers;
	terminal_start(&terminal, ALL);
	say(&terminal, 0, DEVICE_READY, 1);
	ck_assert_int_eq(virtq_driver_add(drivers[CONTROL_RX], &buf, 1,
					  VIRTQ_DRIVER_DIRECT, 1),
			 0);
	(void)virtq_driver_publish(drivers[CONTROL_RX]);
	virtq_driver_attack(drivers[CONTROL_TX], VIRTQ_ATTACK_HEAD_RANGE);
	vm_virtio_device_notify(terminal.device, CONTROL_TX);
	ck_assert_uint_eq(terminal.device->status, ALIVE | NEEDS_RESET);
	expect_none(&terminal, CONTROL_RX);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_reset_closes_all_ports)
{
	struct terminal terminal;

	ports_init(&terminal);
	connect_ports(&terminal);
	vm_virtio_device_set_status(terminal.device, 0);
	for (uint16_t i = 0; i < 3; i++) {
		ck_assert(!terminal.sinks[i].is_open);
		ck_assert_uint_eq(terminal.sinks[i].changes, 2);
	}
	terminal_start(&terminal, ALL);
	offer_messages(&terminal, 10);
	vm_virtio_console_resize(terminal.console, 0, 1, 1);
	expect_none(&terminal, CONTROL_RX);
	connect_ports(&terminal);
	expect_traffic(&terminal, 2);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_driver_without_ports_has_one_console)
{
	const struct control ready = { 1, PORT_OPEN, 1 };
	const struct virtq_buf buf = { TO_DEVICE, sizeof(ready), false };
	const struct virtq_buf room = { DATA, 8, true };
	struct terminal terminal;

	ports_init(&terminal);
	terminal_start(&terminal, NO_PORTS);
	ck_assert(terminal.sinks[0].is_open);
	expect_traffic(&terminal, 0);
	put(&terminal, TO_DEVICE, &ready, sizeof(ready));
	offer(&terminal, CONTROL_TX, &buf, 1, 1);
	offer(&terminal, CONTROL_RX, &room, 1, 2);
	offer(&terminal, port_rx(1), &room, 1, 3);
	guest_print(&terminal, 1, "void");
	vm_virtio_console_resize(terminal.console, 0, 1, 1);
	vm_virtio_console_resize(terminal.console, 2, 1, 1);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 1, "a", 1),
			  0);
	vm_virtio_console_writable(terminal.console, 1);
	for (uint16_t i = CONTROL_RX; i < 8; i++)
		expect_none(&terminal, i);
	ck_assert(!terminal.sinks[1].is_open);
	expect_text(&terminal, 1, "");
	ck_assert_uint_eq(terminal.device->stats.config_changes, 2);
	terminal_fini(&terminal);
}
END_TEST

/* What the driver must not say, and how long it is. */
struct nonsense {
	struct control control;
	uint32_t len;
};

static const struct nonsense nonsense[] = {
	{ { 0, DEVICE_READY, 2 }, 8 }, { { 0, PORT_READY, 0xffff }, 8 },
	{ { 0, PORT_OPEN, 2 }, 8 },    { { 3, PORT_READY, 1 }, 8 },
	{ { 31, PORT_OPEN, 1 }, 8 },   { { UINT32_MAX, PORT_OPEN, 1 }, 8 },
	{ { 0, DEVICE_ADD, 0 }, 8 },   { { 0, DEVICE_REMOVE, 0 }, 8 },
	{ { 0, CONSOLE_PORT, 1 }, 8 }, { { 0, RESIZE, 0 }, 8 },
	{ { 0, PORT_NAME, 1 }, 8 },    { { 0, 8, 0 }, 8 },
	{ { 0, 0xffff, 0 }, 8 },       { { 0, PORT_OPEN, 1 }, 7 },
	{ { 0, PORT_OPEN, 1 }, 9 },    { { 0, PORT_OPEN, 1 }, 0x100000 },
};

#define NONSENSE ((int)(sizeof(nonsense) / sizeof(nonsense[0])))

START_TEST(nonsense_is_refused)
{
	const struct nonsense *what = &nonsense[_i];
	const struct virtq_buf buf = { TO_DEVICE, what->len, false };
	struct terminal terminal;

	ports_init(&terminal);
	terminal_start(&terminal, ALL);
	offer_messages(&terminal, 10);
	put(&terminal, TO_DEVICE, &what->control, sizeof(what->control));
	offer(&terminal, CONTROL_TX, &buf, 1, 5);
	expect(&terminal, CONTROL_TX, 5, 0);
	expect_none(&terminal, CONTROL_RX);
	ck_assert_uint_eq(errors(terminal.device, VM_VIRTIO_ERROR_REQUEST), 1);
	for (uint16_t i = 0; i < 3; i++)
		ck_assert_uint_eq(terminal.sinks[i].changes, 0);
	connect_ports(&terminal);
	expect_traffic(&terminal, 1);
	terminal_fini(&terminal);
}
END_TEST

/* Chains that no message can be read from, or written to. */
static const struct virtq_buf mute[][2] = {
	{ { TO_DEVICE, 8, false }, { DATA, 1, true } },
	{ { TO_DEVICE, 4, false }, { VM_VIRTIO_RIG_HOLE, 4, false } },
	{ { DATA, 1, false }, { DATA + 8, 64, true } },
	{ { DATA, 4, true }, { DATA + 8, 3, true } },
	{ { DATA, 4, true }, { VM_VIRTIO_RIG_HOLE, 60, true } },
};

#define MUTE ((int)(sizeof(mute) / sizeof(mute[0])))

START_TEST(a_chain_without_a_place_for_a_message_is_refused)
{
	uint16_t queue = _i < 2 ? CONTROL_TX : CONTROL_RX;
	const struct control open = { 0, PORT_OPEN, 1 };
	struct terminal terminal;

	ports_init(&terminal);
	terminal_start(&terminal, ALL);
	say(&terminal, 0, DEVICE_READY, 1);
	put(&terminal, TO_DEVICE, &open, sizeof(open));
	offer(&terminal, queue, mute[_i], 2, 50);
	expect(&terminal, queue, 50, 0);
	ck_assert(!terminal.sinks[0].is_open);
	ck_assert_uint_eq(errors(terminal.device, VM_VIRTIO_ERROR_REQUEST), 1);
	/* No message got lost by that. */
	offer_messages(&terminal, 3);
	for (uint32_t i = 0; i < 3; i++)
		expect_event(&terminal, i, i, DEVICE_ADD, 0);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_message_may_be_cut)
{
	const struct virtq_buf out[] = { { TO_DEVICE, 3, false },
					 { TO_DEVICE + 3, 5, false } };
	const struct virtq_buf in[] = { { MESSAGES, 1, true },
					{ MESSAGES + 1, 12, true } };
	const struct control ready = { 0, PORT_READY, 1 };
	const struct control console = { 0, CONSOLE_PORT, 1 };
	struct terminal terminal;

	ports_init(&terminal);
	terminal_start(&terminal, ALL);
	offer(&terminal, CONTROL_RX, in, 2, 1);
	put(&terminal, TO_DEVICE, &ready, sizeof(ready));
	offer(&terminal, CONTROL_TX, out, 2, 2);
	expect(&terminal, CONTROL_TX, 2, 0);
	expect(&terminal, CONTROL_RX, 1, 8);
	expect_bytes(&terminal, MESSAGES, &console, sizeof(console));
	terminal_fini(&terminal);
}
END_TEST

/* Each of them too short to be a message, or to hold one. */
START_TEST(many_messages_are_served_in_rounds)
{
	uint16_t queue = _i ? CONTROL_RX : CONTROL_TX;
	const struct virtq_buf buf = { DATA, 7, queue == CONTROL_RX };
	struct terminal terminal;
	uint64_t *refused;

	ports_init(&terminal);
	ck_assert_int_eq(vm_virtio_rig_start(&terminal.rig, ALL, 128), 0);
	refused = &terminal.device->stats.errors[VM_VIRTIO_ERROR_REQUEST];
	say(&terminal, 0, DEVICE_READY, 1);
	for (uint64_t i = 0; i < 100; i++)
		ck_assert_int_eq(virtq_driver_add(terminal.rig.drivers[queue],
						  &buf, 1, VIRTQ_DRIVER_DIRECT,
						  i),
				 0);
	ck_assert(virtq_driver_publish(terminal.rig.drivers[queue]));
	vm_virtio_device_notify(terminal.device, queue);
	ck_assert_uint_eq(*refused, VM_VIRTIO_CONSOLE_BUDGET);
	terminal_run(&terminal);
	ck_assert_uint_eq(*refused, 100);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(every_attack_on_every_queue_is_survived)
{
	enum virtq_attack attack = (enum virtq_attack)(_i / 12);
	uint64_t wanted = _i % 2 ? VM_VIRTIO_RIG_PACKED : VM_VIRTIO_RIG_SPLIT;
	uint16_t queue = (uint16_t)(_i / 2 % 6);
	struct terminal terminal;

	ports_init(&terminal);
	ck_assert_msg(!vm_virtio_rig_attack(&terminal.rig, queue, attack,
					    wanted),
		      "%s", virtq_attack_name(attack));
	for (uint16_t i = 0; i < 3; i++) {
		ck_assert_uint_le(vm_virtio_console_push(terminal.console, i,
							 "abc", 3),
				  3);
		vm_virtio_console_resize(terminal.console, i, 1, 1);
		vm_virtio_console_set_open(terminal.console, i, false);
		vm_virtio_console_set_open(terminal.console, i, true);
	}
	terminal_run(&terminal);
	connect_ports(&terminal);
	expect_traffic(&terminal, 2);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(any_order_of_register_accesses_is_survived)
{
	struct terminal terminal;

	ports_init(&terminal);
	if (_i & 1)
		connect_ports(&terminal);
	for (uint64_t i = 0; i < 20; i++) {
		ck_assert_int_eq(vm_virtio_rig_poke(&terminal.rig,
						    (uint64_t)_i * 20 + i, 100),
				 0);
		vm_virtio_console_resize(terminal.console, 0, (uint16_t)i, 1);
		vm_virtio_console_set_open(terminal.console, 2, i & 1);
		ck_assert_uint_le(vm_virtio_console_push(terminal.console, 1,
							 "abc", 3),
				  3);
		for (uint16_t port = 0; port < 3; port++)
			terminal.sinks[port].len = 0;
	}
	connect_ports(&terminal);
	expect_traffic(&terminal, 1);
	terminal_fini(&terminal);
}
END_TEST

RUN_TESTS("console_control", ONCE(a_device_with_ports_says_so),
	  ONCE(the_driver_learns_of_the_ports),
	  ONCE(every_port_carries_bytes_both_ways),
	  ONCE(as_many_ports_as_allowed_work),
	  ONCE(the_guest_opens_and_closes_a_port),
	  ONCE(the_guest_is_told_who_is_there),
	  ONCE(another_size_is_told_by_a_message),
	  ONCE(messages_wait_for_buffers),
	  ONCE(a_port_may_be_ready_without_having_been_added),
	  TIMES(a_driver_that_failed_has_no_ports, 2),
	  TIMES(a_driver_that_failed_is_told_nothing_more, 2),
	  ONCE(a_stopped_device_says_nothing), ONCE(a_reset_closes_all_ports),
	  ONCE(a_driver_without_ports_has_one_console),
	  TIMES(nonsense_is_refused, NONSENSE),
	  TIMES(a_chain_without_a_place_for_a_message_is_refused, MUTE),
	  ONCE(a_message_may_be_cut),
	  TIMES(many_messages_are_served_in_rounds, 2),
	  TIMES(every_attack_on_every_queue_is_survived,
		6 * 2 * VIRTQ_ATTACK_COUNT),
	  TIMES(any_order_of_register_accesses_is_survived, 30))
