/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "console_support.h"

/* Large for a stack. */
static struct vm_virtio_state state, again;

/* Bits of flags in the state of a port. */
#define CONNECTED 1
#define ADDED	  2
#define READY	  4
#define OPEN	  8

/* Bits of what is to be told. */
#define TELL_ADD     1
#define TELL_CONSOLE 2
#define TELL_SIZE    4
#define TELL_NAME    8
#define TELL_OPEN    16

/* What a device with ports writes for each of them. */
struct port_state {
	uint64_t done;
	uint16_t index;
	uint16_t generation;
	uint16_t cols;
	uint16_t rows;
	uint32_t flags;
	uint32_t tell;
};

static struct port_state *port_state(uint16_t port)
{
	return (struct port_state *)state.type + port;
}

/* The device moves to another process, where its ports are as at first. */
static int migrate(struct terminal *terminal)
{
	int r;

	vm_virtio_device_set_status(terminal->device, 0);
	for (uint16_t i = 0; i < 3; i++) {
		vm_virtio_console_set_open(terminal->console, i, true);
		vm_virtio_console_resize(terminal->console, i, 1, 1);
	}
	r = vm_virtio_device_restore(terminal->device, &state);
	terminal_run(terminal);
	return r;
}

/* Saves a console in the middle of everything. */
static void save_busy(struct terminal *terminal)
{
	ports_init(terminal);
	terminal_start(terminal, ALL);
	say(terminal, 0, DEVICE_READY, 1);
	say(terminal, 2, PORT_READY, 1);
	say(terminal, 2, PORT_OPEN, 1);
	vm_virtio_console_set_open(terminal->console, 1, false);
	vm_virtio_console_resize(terminal->console, 2, 7, 8);
	expect_traffic(terminal, 2);
	terminal->sinks[2].room = 4;
	guest_print(terminal, 2, "halfdone");
	expect_text(terminal, 2, "half");
	vm_virtio_device_save(terminal->device, &state);
}

/* The console of save_busy() has missed nothing. */
static void expect_busy(struct terminal *terminal)
{
	const uint8_t size[] = { 7, 0, 8, 0 };

	terminal->sinks[2].room = SIZE_MAX;
	vm_virtio_console_writable(terminal->console, 2);
	expect(terminal, port_tx(2), 1, 0);
	expect_text(terminal, 2, "done");
	offer_messages(terminal, 10);
	expect_event(terminal, 0, 0, DEVICE_ADD, 0);
	expect_event(terminal, 1, 1, DEVICE_ADD, 0);
	expect_event(terminal, 2, 2, CONSOLE_PORT, 1);
	expect_message(terminal, 3, (struct control){ 2, RESIZE, 0 }, size, 4);
	expect_message(terminal, 4, (struct control){ 2, PORT_NAME, 1 }, "log",
		       3);
	expect_event(terminal, 5, 2, PORT_OPEN, 1);
	expect_none(terminal, CONTROL_RX);
	say(terminal, 1, PORT_READY, 1);
	expect_message(terminal, 6, (struct control){ 1, PORT_NAME, 1 },
		       "org.example.agent", 17);
	expect_event(terminal, 7, 1, PORT_OPEN, 0);
	expect_traffic(terminal, 2);
}

START_TEST(a_saved_console_goes_on_elsewhere)
{
	struct terminal terminal;

	save_busy(&terminal);
	ck_assert_int_eq(migrate(&terminal), 0);
	ck_assert(terminal.sinks[2].is_open);
	ck_assert(!terminal.sinks[0].is_open);
	vm_virtio_device_save(terminal.device, &again);
	ck_assert_uint_eq(again.type_len, 3 * sizeof(struct port_state));
	ck_assert_mem_eq(again.type, state.type, state.type_len);
	expect_busy(&terminal);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_saved_console_goes_on_here)
{
	struct terminal terminal;

	save_busy(&terminal);
	expect_busy(&terminal);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_driver_without_ports_is_restored)
{
	const uint8_t size[] = { 80, 0, 25, 0 };
	uint8_t bytes[4];
	struct terminal terminal;

	ports_init(&terminal);
	terminal_start(&terminal, NO_PORTS);
	vm_virtio_device_save(terminal.device, &state);
	ck_assert_int_eq(migrate(&terminal), 0);
	ck_assert(terminal.sinks[0].is_open);
	vm_virtio_device_read_config(terminal.device, 0, bytes, 4);
	ck_assert_mem_eq(bytes, size, 4);
	expect_traffic(&terminal, 0);
	/* Input that found no driver is asked for again. */
	vm_virtio_device_save(terminal.device, &state);
	vm_virtio_device_set_status(terminal.device, 0);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 0, "a", 1),
			  0);
	ck_assert_int_eq(vm_virtio_device_restore(terminal.device, &state), 0);
	ck_assert_uint_eq(terminal.sinks[0].ready, 1);
	terminal_fini(&terminal);
}
END_TEST

/* A state of a port that no driver can bring about. */
struct spoil {
	uint16_t port;
	uint32_t flags;
	uint32_t tell;
};

/* Port 0 is a console, port 1 has a name, port 2 is and has both. */
static const struct spoil spoils[] = {
	{ 0, 16, 0 },
	{ 0, UINT32_MAX, 0 },
	{ 0, READY, 0 },
	{ 0, ADDED | READY, TELL_ADD },
	{ 0, ADDED | READY, TELL_NAME },
	{ 0, ADDED | READY, 32 },
	{ 0, ADDED, TELL_SIZE },
	{ 0, ADDED, TELL_ADD | TELL_OPEN },
	{ 0, 0, TELL_ADD },
	{ 1, ADDED | READY, TELL_CONSOLE },
	{ 1, ADDED | READY, TELL_SIZE },
	{ 1, ADDED | READY, 0x100 },
	{ 2, ADDED | READY, 0x80000000 },
};

#define SPOILS ((int)(sizeof(spoils) / sizeof(spoils[0])))

START_TEST(a_state_that_cannot_be_is_refused)
{
	const struct spoil *spoil = &spoils[_i];
	struct terminal terminal;

	save_busy(&terminal);
	port_state(spoil->port)->flags = spoil->flags;
	port_state(spoil->port)->tell = spoil->tell;
	ck_assert_int_eq(migrate(&terminal), -EBADMSG);
	ck_assert_uint_eq(terminal.device->status, 0);
	/* It was restored as a whole or not at all. */
	ck_assert(!terminal.sinks[2].is_open);
	terminal_start(&terminal, NO_PORTS);
	expect_traffic(&terminal, 0);
	terminal_fini(&terminal);
}
END_TEST

/* All that there is to be told, while it is told. */
START_TEST(a_state_that_can_be_is_accepted)
{
	struct terminal terminal;

	save_busy(&terminal);
	port_state(0)->flags = ADDED | READY | OPEN;
	port_state(0)->tell = TELL_CONSOLE | TELL_SIZE | TELL_OPEN;
	port_state(1)->flags = CONNECTED | ADDED | READY;
	port_state(1)->tell = TELL_NAME | TELL_OPEN;
	port_state(2)->flags = CONNECTED | OPEN;
	port_state(2)->tell = 0;
	port_state(2)->done = UINT64_MAX;
	ck_assert_int_eq(migrate(&terminal), 0);
	ck_assert(terminal.sinks[0].is_open && terminal.sinks[2].is_open);
	/* More was taken of a chain than there is in it. */
	vm_virtio_console_writable(terminal.console, 2);
	ck_assert_uint_eq(errors(terminal.device, VM_VIRTIO_ERROR_REQUEST), 1);
	terminal_fini(&terminal);
}
END_TEST

/* Without the feature, and before the start, nothing can have been said. */
START_TEST(ports_without_a_driver_are_refused)
{
	const uint32_t flags[] = { ADDED, ADDED | READY, OPEN };
	struct terminal terminal;
	bool is_started = _i % 2;
	uint16_t port = _i == 5; /* a started driver has port 0 open */

	ports_init(&terminal);
	if (is_started)
		terminal_start(&terminal, NO_PORTS);
	else
		ck_assert_int_eq(vm_virtio_rig_negotiate(&terminal.rig, ALL),
				 0);
	vm_virtio_device_save(terminal.device, &state);
	port_state(port)->flags |= flags[_i / 2];
	ck_assert_int_eq(migrate(&terminal), -EBADMSG);
	vm_virtio_device_set_status(terminal.device, 0);
	port_state(port)->flags &= ~flags[_i / 2];
	port_state(1)->tell = TELL_ADD;
	ck_assert_int_eq(migrate(&terminal), -EBADMSG);
	port_state(1)->tell = 0;
	ck_assert_int_eq(migrate(&terminal), 0);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_state_of_another_shape_is_refused)
{
	struct terminal terminal;

	save_busy(&terminal);
	if (_i == 0)
		state.type_len -= (uint32_t)sizeof(struct port_state);
	else if (_i == 1)
		state.type_len++;
	else if (_i == 2)
		state.type_len = 0;
	else if (_i == 3)
		port_state(1)->cols = 1;
	else
		port_state(1)->rows = 1;
	ck_assert_int_eq(migrate(&terminal), -EBADMSG);
	terminal_fini(&terminal);
}
END_TEST

RUN_TESTS("console_state", ONCE(a_saved_console_goes_on_elsewhere),
	  ONCE(a_saved_console_goes_on_here),
	  ONCE(a_driver_without_ports_is_restored),
	  TIMES(a_state_that_cannot_be_is_refused, SPOILS),
	  ONCE(a_state_that_can_be_is_accepted),
	  TIMES(ports_without_a_driver_are_refused, 6),
	  TIMES(a_state_of_another_shape_is_refused, 5))
