/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "console_support.h"

START_TEST(a_plain_console_says_what_it_is)
{
	const uint8_t config[12] = { 80, 0, 25, 0, 1 };
	uint8_t bytes[12];
	struct terminal terminal;

	plain_init(&terminal);
	ck_assert_uint_eq(
		vm_virtio_rig_read(&terminal.rig, VM_VIRTIO_MMIO_DEVICE_ID), 3);
	ck_assert_uint_eq(terminal.device->offered,
			  VM_VIRTIO_FEATURES | BIT(SIZE) | BIT(EMERG_WRITE));
	ck_assert_uint_eq(terminal.device->queue_count, 2);
	vm_virtio_device_read_config(terminal.device, 0, bytes, 12);
	ck_assert_mem_eq(bytes, config, 12);
	ck_assert_int_eq(vm_virtio_device_fd(terminal.device), -1);
	terminal_fini(&terminal);
}
END_TEST

static const struct vm_virtio_console_port not_plain[] = {
	{ .is_console = false, .cols = 80, .rows = 25 },
	{ .is_console = true, .name = "name" },
};

START_TEST(any_other_port_takes_multiport)
{
	const uint8_t config[12] = { 0, 0, 0, 0, 1 };
	uint8_t bytes[12];
	struct terminal terminal;

	terminal_init_with(&terminal, &not_plain[_i], 1, 0);
	ck_assert(terminal.device->offered & BIT(MULTIPORT));
	ck_assert_uint_eq(terminal.device->queue_count, 4);
	vm_virtio_device_read_config(terminal.device, 0, bytes, 12);
	ck_assert_mem_eq(bytes, config, 12);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(what_the_guest_sends_is_written)
{
	const struct virtq_buf bufs[] = {
		{ VM_VIRTIO_RIG_EDGE - 3, 6, false },
		{ DATA, 1, false },
		{ DATA + 64, 4, false },
	};
	struct terminal terminal;

	plain_init(&terminal);
	terminal_start(&terminal, ALL);
	put(&terminal, VM_VIRTIO_RIG_EDGE - 3, "Hello,", 6);
	put(&terminal, DATA, " ", 1);
	put(&terminal, DATA + 64, "host", 4);
	offer(&terminal, TX, bufs, 3, 7);
	expect(&terminal, TX, 7, 0);
	expect_text(&terminal, 0, "Hello, host");
	ck_assert_uint_eq(terminal.device->stats.bytes_from_driver, 11);
	ck_assert_uint_eq(terminal.device->stats.requests, 1);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_full_port_gets_the_rest_when_it_has_room)
{
	struct terminal terminal;
	struct sink *sink;

	plain_init(&terminal);
	sink = terminal.sinks;
	sink->room = 3;
	terminal_start(&terminal, ALL);
	guest_print(&terminal, 0, "onetwo");
	expect_none(&terminal, TX);
	expect_text(&terminal, 0, "one");
	/* It is not asked again before it says so. */
	vm_virtio_device_notify(terminal.device, TX);
	ck_assert_uint_eq(sink->calls, 1);
	sink->room = 2;
	vm_virtio_console_writable(terminal.console, 0);
	expect_none(&terminal, TX);
	sink->room = SIZE_MAX;
	vm_virtio_console_writable(terminal.console, 0);
	expect(&terminal, TX, 1, 0);
	expect_text(&terminal, 0, "two");
	ck_assert_uint_eq(terminal.device->stats.bytes_from_driver, 6);
	guest_print(&terminal, 0, "next");
	expect_text(&terminal, 0, "next");
	vm_virtio_console_writable(terminal.console, 0);
	expect_text(&terminal, 0, "");
	terminal_fini(&terminal);
}
END_TEST

START_TEST(what_is_pushed_is_received)
{
	const struct virtq_buf cut[] = {
		{ VM_VIRTIO_RIG_EDGE - 1, 3, true },
		{ DATA, 1, true },
	};
	const struct virtq_buf large = { DATA + 64, 100, true };
	struct terminal terminal;

	plain_init(&terminal);
	terminal_start(&terminal, ALL);
	offer(&terminal, RX, cut, 2, 1);
	offer(&terminal, RX, &large, 1, 2);
	offer(&terminal, RX, &large, 1, 3);
	ck_assert_uint_eq(
		vm_virtio_console_push(terminal.console, 0, "abcdefg", 7), 7);
	expect(&terminal, RX, 1, 4);
	expect(&terminal, RX, 2, 3);
	expect_none(&terminal, RX);
	expect_bytes(&terminal, VM_VIRTIO_RIG_EDGE - 1, "abc", 3);
	expect_bytes(&terminal, DATA, "d", 1);
	expect_bytes(&terminal, DATA + 64, "efg", 3);
	ck_assert_uint_eq(terminal.device->stats.bytes_to_driver, 7);
	ck_assert_uint_eq(terminal.sinks[0].ready, 0);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_short_push_is_told_when_to_go_on)
{
	const struct virtq_buf buf = { DATA, 2, true };
	struct terminal terminal;

	plain_init(&terminal);
	terminal_start(&terminal, ALL);
	offer(&terminal, RX, &buf, 1, 1);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 0, "abc", 3),
			  2);
	expect(&terminal, RX, 1, 2);
	ck_assert_uint_eq(terminal.sinks[0].ready, 0);
	offer(&terminal, RX, &buf, 1, 2);
	ck_assert_uint_eq(terminal.sinks[0].ready, 1);
	/* Once is enough. */
	offer(&terminal, RX, &buf, 1, 3);
	ck_assert_uint_eq(terminal.sinks[0].ready, 1);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 0, "c", 1),
			  1);
	expect(&terminal, RX, 2, 1);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 0, "", 0),
			  0);
	expect_none(&terminal, RX);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(input_waits_for_a_driver)
{
	const struct virtq_buf buf = { DATA, 8, true };
	struct terminal terminal;

	plain_init(&terminal);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 0, "abc", 3),
			  0);
	terminal_start(&terminal, ALL);
	ck_assert(terminal.sinks[0].is_open);
	ck_assert_uint_eq(terminal.sinks[0].ready, 1);
	offer(&terminal, RX, &buf, 1, 1);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 0, "abc", 3),
			  3);
	/* A device that has stopped takes nothing, nor one that was reset. */
	offer(&terminal, RX, &buf, 1, 2);
	vm_virtio_device_stop(terminal.device);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 0, "abc", 3),
			  0);
	vm_virtio_device_set_status(terminal.device, 0);
	ck_assert(!terminal.sinks[0].is_open);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 0, "abc", 3),
			  0);
	ck_assert_uint_eq(terminal.sinks[0].ready, 1);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_port_may_do_without_being_told)
{
	const struct vm_virtio_console_port port = { .ops = &bare_ops,
						     .is_console = true };
	struct terminal terminal;

	terminal_init_with(&terminal, &port, 1, 0);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 0, "abc", 3),
			  0);
	terminal_start(&terminal, ALL);
	expect_traffic(&terminal, 0);
	terminal_fini(&terminal);
}
END_TEST

/* A chain that a queue must not have. */
struct misfit {
	uint16_t queue;
	uint16_t count;
	struct virtq_buf bufs[2];
};

static const struct misfit misfits[] = {
	{ TX, 1, { { DATA, 4, true } } },
	{ TX, 2, { { DATA, 4, false }, { DATA + 4, 4, true } } },
	{ TX, 1, { { VM_VIRTIO_RIG_HOLE, 4, false } } },
	{ TX, 1, { { VM_VIRTIO_RIG_HOLE - 2, 4, false } } },
	{ RX, 1, { { DATA, 4, false } } },
	{ RX, 2, { { DATA, 4, false }, { DATA + 4, 4, true } } },
	{ RX, 1, { { VM_VIRTIO_RIG_HOLE, 4, true } } },
	{ RX, 1, { { VM_VIRTIO_RIG_HOLE - 2, 4, true } } },
};

#define MISFITS ((int)(sizeof(misfits) / sizeof(misfits[0])))

START_TEST(a_chain_that_does_not_fit_is_refused)
{
	const struct misfit *misfit = &misfits[_i];
	const struct virtq_buf good = { DATA + 64, 8, true };
	struct terminal terminal;

	plain_init(&terminal);
	terminal_start(&terminal, ALL);
	offer(&terminal, misfit->queue, misfit->bufs, misfit->count, 8);
	/* Input goes into the next buffer, and all of it. */
	offer(&terminal, RX, &good, 1, 9);
	ck_assert_uint_eq(
		vm_virtio_console_push(terminal.console, 0, "input", 5), 5);
	expect(&terminal, misfit->queue, 8, 0);
	expect(&terminal, RX, 9, 5);
	expect_bytes(&terminal, DATA + 64, "input", 5);
	expect_text(&terminal, 0, "");
	ck_assert_uint_eq(errors(terminal.device, VM_VIRTIO_ERROR_REQUEST), 1);
	expect_traffic(&terminal, 0);
	terminal_fini(&terminal);
}
END_TEST

/* Progress in a chain ends with the queue that it was in. */
START_TEST(a_reset_forgets_what_was_not_taken)
{
	struct terminal terminal;
	bool is_whole = _i;

	plain_init(&terminal);
	terminal_start(&terminal, ALL);
	terminal.sinks[0].room = 2;
	guest_print(&terminal, 0, "before");
	expect_text(&terminal, 0, "be");
	if (is_whole) {
		terminal_start(&terminal, ALL);
	} else {
		vm_virtio_queue_reset(terminal.device, TX);
		ck_assert_int_eq(
			vm_virtio_rig_set_queue(&terminal.rig, TX, RING), 0);
	}
	terminal.sinks[0].room = SIZE_MAX;
	/* The host's side is as full as it was. */
	guest_print(&terminal, 0, "after");
	expect_text(&terminal, 0, "");
	vm_virtio_console_writable(terminal.console, 0);
	expect(&terminal, TX, 1, 0);
	expect_text(&terminal, 0, "after");
	terminal_fini(&terminal);
}
END_TEST

/* A driver that takes back what it offered fools itself alone. */
START_TEST(a_chain_that_shrinks_while_it_waits_is_refused)
{
	struct terminal terminal;
	uint32_t len = 1;

	plain_init(&terminal);
	terminal_start(&terminal, ALL);
	terminal.sinks[0].room = 3;
	guest_print(&terminal, 0, "long");
	put(&terminal, terminal.rig.configs[TX].desc + 8, &len, sizeof(len));
	terminal.sinks[0].room = SIZE_MAX;
	vm_virtio_console_writable(terminal.console, 0);
	expect(&terminal, TX, 1, 0);
	expect_text(&terminal, 0, "lon");
	ck_assert_uint_eq(errors(terminal.device, VM_VIRTIO_ERROR_REQUEST), 1);
	expect_traffic(&terminal, 0);
	terminal_fini(&terminal);
}
END_TEST

/* Which byte a write to the configuration is, if any. */
struct emergency {
	uint32_t off;
	uint32_t len;
	bool is_good;
};

static const struct emergency emergencies[] = {
	{ 8, 4, true },	 { 8, 1, true },  { 8, 2, true },  { 9, 1, false },
	{ 0, 4, false }, { 4, 4, false }, { 8, 0, false }, { 8, 5, false },
};

#define EMERGENCIES ((int)(sizeof(emergencies) / sizeof(emergencies[0])))

START_TEST(an_emergency_write_needs_no_driver)
{
	const struct emergency *how = &emergencies[_i];
	const uint8_t bytes[] = { '!', 'a', 'b', 'c', 'd' };
	struct terminal terminal;

	plain_init(&terminal);
	vm_virtio_device_write_config(terminal.device, how->off, bytes,
				      how->len);
	expect_text(&terminal, 0, how->is_good ? "!" : "");
	ck_assert_uint_eq(errors(terminal.device, VM_VIRTIO_ERROR_PROTOCOL),
			  !how->is_good);
	ck_assert_uint_eq(terminal.device->stats.bytes_from_driver,
			  how->is_good);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(an_emergency_write_is_not_waited_for)
{
	struct terminal terminal;

	plain_init(&terminal);
	terminal.sinks[0].room = 0;
	vm_virtio_device_write_config(terminal.device, 8, "!", 1);
	expect_text(&terminal, 0, "");
	ck_assert_uint_eq(errors(terminal.device, VM_VIRTIO_ERROR_IO), 1);
	vm_virtio_console_writable(terminal.console, 0);
	terminal_start(&terminal, ALL);
	terminal.sinks[0].room = SIZE_MAX;
	expect_traffic(&terminal, 0);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(an_emergency_write_may_be_held_back)
{
	const struct vm_virtio_console_port port = { .is_console = true };
	struct terminal terminal;

	terminal_init_with(&terminal, &port, 1, BIT(EMERG_WRITE));
	vm_virtio_device_write_config(terminal.device, 8, "!", 1);
	expect_text(&terminal, 0, "");
	ck_assert_uint_eq(errors(terminal.device, VM_VIRTIO_ERROR_PROTOCOL), 1);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(another_size_is_told_by_the_configuration)
{
	const uint8_t config[4] = { 0x2c, 1, 100, 0 };
	uint8_t bytes[4];
	struct terminal terminal;

	plain_init(&terminal);
	terminal_start(&terminal, ALL);
	vm_virtio_console_resize(terminal.console, 0, 300, 100);
	vm_virtio_device_read_config(terminal.device, 0, bytes, 4);
	ck_assert_mem_eq(bytes, config, 4);
	ck_assert_uint_eq(terminal.device->generation, 2);
	ck_assert_uint_eq(terminal.device->stats.config_changes, 2);
	vm_virtio_console_resize(terminal.console, 0, 300, 100);
	ck_assert_uint_eq(terminal.device->stats.config_changes, 2);
	vm_virtio_console_resize(terminal.console, 0, 300, 101);
	vm_virtio_console_resize(terminal.console, 0, 301, 101);
	ck_assert_uint_eq(terminal.device->stats.config_changes, 4);
	/* It is the terminal's, whoever the driver is. */
	vm_virtio_device_set_status(terminal.device, 0);
	vm_virtio_device_read_config(terminal.device, 0, bytes, 4);
	ck_assert_uint_eq(bytes[0], 301 - 256);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_driver_that_asks_for_it_is_told_the_first_size)
{
	struct terminal terminal;
	bool is_wanted = _i;

	plain_init(&terminal);
	terminal_start(&terminal, is_wanted ? ALL : ALL & ~BIT(SIZE));
	ck_assert_uint_eq(terminal.device->stats.config_changes, is_wanted);
	ck_assert(terminal.rig.level == is_wanted);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(what_nobody_reads_is_dropped)
{
	struct terminal terminal;

	plain_init(&terminal);
	terminal_start(&terminal, ALL);
	terminal.sinks[0].room = 2;
	guest_print(&terminal, 0, "waits");
	expect_none(&terminal, TX);
	vm_virtio_console_set_open(terminal.console, 0, false);
	expect(&terminal, TX, 1, 0);
	expect_text(&terminal, 0, "wa");
	terminal.sinks[0].room = SIZE_MAX;
	guest_print(&terminal, 0, "dropped");
	expect(&terminal, TX, 1, 0);
	vm_virtio_device_write_config(terminal.device, 8, "!", 1);
	expect_text(&terminal, 0, "");
	ck_assert_uint_eq(terminal.device->stats.bytes_from_driver, 2);
	vm_virtio_console_set_open(terminal.console, 0, true);
	expect_traffic(&terminal, 0);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_port_that_is_not_there_is_ignored)
{
	const uint16_t nonsense[] = { 1, 2, 31, 32, UINT16_MAX };
	uint16_t index = nonsense[_i];
	struct terminal terminal;

	plain_init(&terminal);
	terminal_start(&terminal, ALL);
	vm_virtio_console_writable(terminal.console, index);
	vm_virtio_console_resize(terminal.console, index, 1, 1);
	vm_virtio_console_set_open(terminal.console, index, false);
	ck_assert_uint_eq(
		vm_virtio_console_push(terminal.console, index, "abc", 3), 0);
	expect_traffic(&terminal, 0);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(every_attack_is_survived)
{
	enum virtq_attack attack = (enum virtq_attack)(_i / 4);
	uint64_t wanted = _i % 2 ? VM_VIRTIO_RIG_PACKED : VM_VIRTIO_RIG_SPLIT;
	uint16_t queue = _i & 2 ? TX : RX;
	struct terminal terminal;
	size_t pushed;

	plain_init(&terminal);
	ck_assert_msg(!vm_virtio_rig_attack(&terminal.rig, queue, attack,
					    wanted),
		      "%s", virtq_attack_name(attack));
	pushed = vm_virtio_console_push(terminal.console, 0, "abc", 3);
	ck_assert_uint_le(pushed, 3);
	terminal_run(&terminal);
	terminal_start(&terminal, wanted);
	expect_traffic(&terminal, 0);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(any_order_of_register_accesses_is_survived)
{
	struct terminal terminal;

	plain_init(&terminal);
	if (_i & 1)
		terminal_start(&terminal, ALL);
	for (uint64_t i = 0; i < 20; i++) {
		ck_assert_int_eq(vm_virtio_rig_poke(&terminal.rig,
						    (uint64_t)_i * 20 + i, 100),
				 0);
		ck_assert_uint_le(vm_virtio_console_push(terminal.console, 0,
							 "abc", 3),
				  3);
		terminal.sinks[0].len = 0;
	}
	terminal_start(&terminal, ALL);
	expect_traffic(&terminal, 0);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_bad_configuration_is_refused)
{
	char name[VM_VIRTIO_CONSOLE_MAX_NAME + 2];
	const struct vm_virtio_console_ops mute = { .write = NULL };
	struct vm_virtio_console_port ports[PORTS + 1] = { { 0 } };
	struct vm_virtio_console_config config = { .ports = ports,
						   .port_count = PORTS };
	struct vm_virtio_console *console = NULL;
	struct vm_virtio_rig rig;
	int good = 6;

	memset(name, 'n', sizeof(name));
	name[_i == 5 ? sizeof(name) - 1 : sizeof(name) - 2] = '\0';
	for (int i = 0; i <= PORTS; i++)
		ports[i] = (struct vm_virtio_console_port){ .ops = &sink_ops,
							    .name = name };
	ck_assert_int_eq(vm_virtio_rig_init(&rig), 0);
	config.host = vm_virtio_rig_host(&rig);
	if (_i == 0)
		config.ports = NULL;
	else if (_i == 1)
		config.port_count = 0;
	else if (_i == 2)
		config.port_count = PORTS + 1;
	else if (_i == 3)
		ports[30].ops = &mute;
	else if (_i == 4)
		config.host.kick = NULL;
	ck_assert_int_eq(vm_virtio_console_new(&config, &console),
			 _i == good ? 0 : -EINVAL);
	ck_assert_int_eq(!console, _i != good);
	vm_virtio_console_free(console);
	vm_virtio_rig_fini(&rig);
}
END_TEST

static size_t lie(void *context, const uint8_t *data, size_t len)
{
	(void)context;
	(void)data;
	return len + 100;
}

START_TEST(a_port_cannot_take_more_than_there_is)
{
	const struct vm_virtio_console_ops ops = { .write = lie };
	const struct vm_virtio_console_port port = { .ops = &ops,
						     .is_console = true };
	struct terminal terminal;

	terminal_init_with(&terminal, &port, 1, 0);
	terminal_start(&terminal, ALL);
	guest_print(&terminal, 0, "abc");
	expect(&terminal, TX, 1, 0);
	ck_assert_uint_eq(terminal.device->stats.bytes_from_driver, 3);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_freed_device_calls_nobody)
{
	struct terminal terminal;

	plain_init(&terminal);
	terminal_start(&terminal, ALL);
	ck_assert_uint_eq(terminal.sinks[0].changes, 1);
	vm_virtio_mmio_fini(&terminal.rig.mmio);
	vm_virtio_console_free(terminal.console);
	ck_assert_uint_eq(terminal.sinks[0].changes, 1);
	terminal.rig.device = NULL;
	terminal.console = NULL;
	terminal_fini(&terminal);
}
END_TEST

RUN_TESTS("console", ONCE(a_plain_console_says_what_it_is),
	  TIMES(any_other_port_takes_multiport, 2),
	  ONCE(what_the_guest_sends_is_written),
	  ONCE(a_full_port_gets_the_rest_when_it_has_room),
	  ONCE(what_is_pushed_is_received),
	  ONCE(a_short_push_is_told_when_to_go_on),
	  ONCE(input_waits_for_a_driver),
	  ONCE(a_port_may_do_without_being_told),
	  TIMES(a_chain_that_does_not_fit_is_refused, MISFITS),
	  TIMES(a_reset_forgets_what_was_not_taken, 2),
	  ONCE(a_chain_that_shrinks_while_it_waits_is_refused),
	  TIMES(an_emergency_write_needs_no_driver, EMERGENCIES),
	  ONCE(an_emergency_write_is_not_waited_for),
	  ONCE(an_emergency_write_may_be_held_back),
	  ONCE(another_size_is_told_by_the_configuration),
	  TIMES(a_driver_that_asks_for_it_is_told_the_first_size, 2),
	  ONCE(what_nobody_reads_is_dropped),
	  TIMES(a_port_that_is_not_there_is_ignored, 5),
	  TIMES(every_attack_is_survived, 4 * VIRTQ_ATTACK_COUNT),
	  TIMES(any_order_of_register_accesses_is_survived, 30),
	  TIMES(a_bad_configuration_is_refused, 7),
	  ONCE(a_port_cannot_take_more_than_there_is),
	  ONCE(a_freed_device_calls_nobody))
