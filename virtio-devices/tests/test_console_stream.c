/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A console that has much to carry. */
#include "console_support.h"

/* Where the guest keeps its bytes in the tests at random. */
#define STREAM	   (DATA + 0x100000)
#define STREAM_LEN 20000u

static uint8_t stream[STREAM_LEN];

/* Bytes whose place in the stream shows. */
static void stream_init(void)
{
	for (uint32_t i = 0; i < STREAM_LEN; i++)
		stream[i] = (uint8_t)(i * 7 + i / 251);
}

/* Offers the next bytes of the stream as a chain; returns how many. */
static uint32_t offer_some(struct terminal *terminal, uint32_t from,
			   uint64_t *seed)
{
	struct virtq_buf bufs[4];
	uint16_t count = (uint16_t)(next_random(seed) % 4 + 1);
	uint32_t len = 0;

	for (uint16_t i = 0; i < count; i++) {
		uint32_t most = next_random(seed) & 1 ? 20 : 3000;

		bufs[i] = (struct virtq_buf){
			STREAM + from + len,
			(uint32_t)(next_random(seed) % most + 1), false
		};
		len += bufs[i].len;
	}
	if (from + len > STREAM_LEN ||
	    vm_virtio_rig_send(&terminal->rig, TX, bufs, count, from))
		return 0;
	return len;
}

START_TEST(output_in_any_pieces_arrives_once_and_in_order)
{
	uint64_t wanted = _i & 1 ? VM_VIRTIO_RIG_PACKED : ALL;
	uint64_t seed = (uint64_t)_i * 2 + 1;
	struct virtq_driver_used used;
	uint32_t sent = 0, len, idle = 0;
	struct terminal terminal;
	struct sink *sink;

	plain_init(&terminal);
	sink = terminal.sinks;
	sink->room = 0;
	terminal_start(&terminal, wanted);
	stream_init();
	put(&terminal, STREAM, stream, STREAM_LEN);
	while (idle < 20) {
		len = next_random(&seed) & 1
			      ? offer_some(&terminal, sent, &seed)
			      : 0;
		sent += len;
		sink->room = next_random(&seed) % (_i & 2 ? 5000 : 40);
		if (next_random(&seed) & 1)
			vm_virtio_console_writable(terminal.console, 0);
		terminal_run(&terminal);
		while (virtq_driver_get(terminal.rig.drivers[TX], &used) > 0)
			ck_assert_uint_lt(used.token, sink->len);
		ck_assert_uint_le(sink->len, sent);
		idle = len ? 0 : idle + 1;
	}
	sink->room = SIZE_MAX;
	vm_virtio_console_writable(terminal.console, 0);
	terminal_run(&terminal);
	ck_assert_uint_gt(sent, 1000);
	ck_assert_uint_eq(sink->len, sent);
	ck_assert_mem_eq(sink->data, stream, sent);
	terminal_fini(&terminal);
}
END_TEST

/* Gives the guest's buffers, of random sizes, until the ring is full. */
static void offer_rooms(struct terminal *terminal, uint64_t *seed,
			uint64_t *count)
{
	for (;;) {
		uint32_t len = (uint32_t)(next_random(seed) % 90 + 1);
		const struct virtq_buf bufs[] = {
			{ STREAM + *count * 128, len, true },
			{ STREAM + *count * 128 + len, 1, true },
		};
		uint16_t parts = (uint16_t)(next_random(seed) % 2 + 1);

		if (vm_virtio_rig_send(&terminal->rig, RX, bufs, parts, *count))
			return;
		++*count;
	}
}

/* Compares what the guest gets with the stream; returns how many bytes. */
static uint32_t check_input(struct terminal *terminal, uint32_t got)
{
	struct virtq_driver_used used;
	uint8_t bytes[128];

	while (virtq_driver_get(terminal->rig.drivers[RX], &used) > 0) {
		ck_assert_int_eq(vm_mem_read(terminal->rig.mem,
					     STREAM + used.token * 128u, bytes,
					     used.len),
				 0);
		ck_assert_mem_eq(bytes, stream + got, used.len);
		got += used.len;
	}
	return got;
}

START_TEST(input_in_any_pieces_arrives_once_and_in_order)
{
	uint64_t wanted = _i & 1 ? VM_VIRTIO_RIG_PACKED : ALL;
	uint64_t seed = (uint64_t)_i * 2 + 1;
	uint64_t count = 0;
	uint32_t pushed = 0, got = 0;
	struct terminal terminal;

	plain_init(&terminal);
	terminal_start(&terminal, wanted);
	stream_init();
	while (pushed < STREAM_LEN) {
		size_t len = next_random(&seed) % 700;

		if (len > STREAM_LEN - pushed)
			len = STREAM_LEN - pushed;
		if (next_random(&seed) & 1)
			offer_rooms(&terminal, &seed, &count);
		pushed += (uint32_t)vm_virtio_console_push(
			terminal.console, 0, stream + pushed, len);
		terminal_run(&terminal);
		got = check_input(&terminal, got);
		ck_assert_uint_eq(got, pushed);
	}
	terminal_fini(&terminal);
}
END_TEST

/* Offers @count chains at once. */
static void offer_many(struct terminal *terminal, uint16_t queue,
		       const struct virtq_buf *buf, uint64_t count)
{
	struct virtq_driver *driver = terminal->rig.drivers[queue];

	for (uint64_t i = 0; i < count; i++)
		ck_assert_int_eq(virtq_driver_add(driver, buf, 1,
						  VIRTQ_DRIVER_DIRECT, i),
				 0);
	(void)virtq_driver_publish(driver);
}

START_TEST(many_chains_are_served_in_rounds)
{
	const struct virtq_buf out = { DATA, 1, false };
	const struct virtq_buf in = { DATA, 1, true };
	uint8_t bytes[100] = { 0 };
	struct terminal terminal;

	plain_init(&terminal);
	ck_assert_int_eq(vm_virtio_rig_start(&terminal.rig, ALL, 128), 0);
	offer_many(&terminal, TX, &out, 100);
	vm_virtio_device_notify(terminal.device, TX);
	ck_assert_uint_eq(terminal.sinks[0].len, VM_VIRTIO_CONSOLE_BUDGET);
	terminal_run(&terminal);
	ck_assert_uint_eq(terminal.sinks[0].len, 100);
	offer_many(&terminal, RX, &in, 100);
	ck_assert_uint_eq(vm_virtio_console_push(terminal.console, 0, bytes,
						 100),
			  VM_VIRTIO_CONSOLE_BUDGET);
	/* The rest is taken as soon as the device had its turn. */
	ck_assert_uint_eq(terminal.sinks[0].ready, 0);
	terminal_run(&terminal);
	ck_assert_uint_eq(terminal.sinks[0].ready, 1);
	ck_assert_uint_eq(
		vm_virtio_console_push(terminal.console, 0, bytes, 36), 36);
	terminal_fini(&terminal);
}
END_TEST

START_TEST(a_long_chain_is_served_in_rounds)
{
	const struct virtq_buf buf = { STREAM, 3 * VM_VIRTIO_CONSOLE_BYTES - 1,
				       false };
	struct terminal terminal;

	plain_init(&terminal);
	terminal_start(&terminal, ALL);
	ck_assert_int_eq(virtq_driver_add(terminal.rig.drivers[TX], &buf, 1,
					  VIRTQ_DRIVER_DIRECT, 5),
			 0);
	ck_assert(virtq_driver_publish(terminal.rig.drivers[TX]));
	for (uint32_t i = 1; i < 3; i++) {
		vm_virtio_device_notify(terminal.device, TX);
		ck_assert_uint_eq(terminal.sinks[0].len,
				  i * VM_VIRTIO_CONSOLE_BYTES);
		expect_none(&terminal, TX);
	}
	terminal_run(&terminal);
	ck_assert_uint_eq(terminal.sinks[0].len,
			  3 * VM_VIRTIO_CONSOLE_BYTES - 1);
	expect(&terminal, TX, 5, 0);
	terminal_fini(&terminal);
}
END_TEST

RUN_TESTS("console_stream",
	  TIMES(output_in_any_pieces_arrives_once_and_in_order, 40),
	  TIMES(input_in_any_pieces_arrives_once_and_in_order, 20),
	  ONCE(many_chains_are_served_in_rounds),
	  ONCE(a_long_chain_is_served_in_rounds))
