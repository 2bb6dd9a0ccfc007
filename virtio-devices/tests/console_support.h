/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A console in a rig, whose ports note what they are told. */
#ifndef VIRTIO_DEVICES_TESTS_CONSOLE_SUPPORT_H
#define VIRTIO_DEVICES_TESTS_CONSOLE_SUPPORT_H

#include <virtio-devices/console.h>

#include "support.h"

#define BIT(name)  VIRTQ_BIT(VIRTIO_CONSOLE_F_##name)
#define PORTS	   VM_VIRTIO_CONSOLE_MAX_PORTS
#define RING	   64
#define SINK_SIZE  0x40000
#define ALL	   VM_VIRTIO_RIG_SPLIT
#define NO_PORTS   (ALL & ~BIT(MULTIPORT))
#define RX	   0
#define TX	   1
#define CONTROL_RX 2
#define CONTROL_TX 3

/* Events of control messages. */
#define DEVICE_READY  0
#define DEVICE_ADD    1
#define DEVICE_REMOVE 2
#define PORT_READY    3
#define CONSOLE_PORT  4
#define RESIZE	      5
#define PORT_OPEN     6
#define PORT_NAME     7

/* Where the guest keeps its messages, one after the other. */
#define MESSAGES    (DATA + 0x300000)
#define MESSAGE_LEN 128
#define TO_DEVICE   (DATA + 0x380000)

/**
 * struct sink - the host's side of a port
 * @room: bytes that it still takes
 * @calls: of write()
 * @ready: calls of rx_ready()
 * @changes: calls of opened()
 */
struct sink {
	uint8_t data[SINK_SIZE];
	size_t len;
	size_t room;
	unsigned int calls;
	unsigned int ready;
	unsigned int changes;
	bool is_open;
};

struct terminal {
	struct vm_virtio_rig rig;
	struct vm_virtio_console *console;
	struct vm_virtio_device *device;
	struct sink *sinks;
};

struct control {
	uint32_t id;
	uint16_t event;
	uint16_t value;
};

static inline size_t sink_write(void *context, const uint8_t *data, size_t len)
{
	struct sink *sink = context;
	size_t done = len < sink->room ? len : sink->room;

	ck_assert_uint_gt(len, 0);
	sink->calls++;
	ck_assert_uint_le(sink->len + done, SINK_SIZE);
	memcpy(sink->data + sink->len, data, done);
	sink->len += done;
	sink->room -= done;
	return done;
}

static inline void sink_ready(void *context)
{
	struct sink *sink = context;

	sink->ready++;
}

static inline void sink_opened(void *context, bool is_open)
{
	struct sink *sink = context;

	ck_assert(sink->is_open != is_open);
	sink->is_open = is_open;
	sink->changes++;
}

static const struct vm_virtio_console_ops sink_ops = {
	.write = sink_write,
	.rx_ready = sink_ready,
	.opened = sink_opened,
};

/* The least that a port may have. */
static const struct vm_virtio_console_ops bare_ops = { .write = sink_write };

/* Makes a console; ports without ops and context get a sink. */
static inline void terminal_init_with(struct terminal *terminal,
				      const struct vm_virtio_console_port *from,
				      uint16_t count, uint64_t without)
{
	struct vm_virtio_console_port ports[PORTS];
	struct vm_virtio_console_config config = { .ports = ports,
						   .port_count = count };

	memset(terminal, 0, sizeof(*terminal));
	terminal->sinks = calloc(count, sizeof(*terminal->sinks));
	ck_assert_ptr_nonnull(terminal->sinks);
	for (uint16_t i = 0; i < count; i++) {
		ports[i] = from[i];
		if (!ports[i].ops)
			ports[i].ops = &sink_ops;
		ports[i].context = &terminal->sinks[i];
		terminal->sinks[i].room = SIZE_MAX;
	}
	ck_assert_int_eq(vm_virtio_rig_init(&terminal->rig), 0);
	config.host = vm_virtio_rig_host(&terminal->rig);
	config.host.without = without;
	ck_assert_int_eq(vm_virtio_console_new(&config, &terminal->console), 0);
	terminal->device = vm_virtio_console_device(terminal->console);
	ck_assert_int_eq(vm_virtio_rig_attach(&terminal->rig, terminal->device),
			 0);
}

/* One console without a name. */
static inline void plain_init(struct terminal *terminal)
{
	const struct vm_virtio_console_port port = { .is_console = true,
						     .cols = 80,
						     .rows = 25 };

	terminal_init_with(terminal, &port, 1, 0);
}

/* A console, a named port, and a named console. */
static inline void ports_init(struct terminal *terminal)
{
	const struct vm_virtio_console_port ports[] = {
		{ .is_console = true, .cols = 80, .rows = 25 },
		{ .name = "org.example.agent" },
		{ .is_console = true, .name = "log", .cols = 132, .rows = 50 },
	};

	terminal_init_with(terminal, ports, 3, 0);
}

static inline void terminal_fini(struct terminal *terminal)
{
	vm_virtio_rig_fini(&terminal->rig);
	vm_virtio_console_free(terminal->console);
	free(terminal->sinks);
}

static inline void terminal_run(struct terminal *terminal)
{
	ck_assert_int_eq(vm_virtio_rig_run(&terminal->rig), 0);
}

static inline void terminal_start(struct terminal *terminal, uint64_t wanted)
{
	ck_assert_int_eq(vm_virtio_rig_start(&terminal->rig, wanted, RING), 0);
	terminal_run(terminal);
}

static inline uint16_t port_rx(uint16_t port)
{
	return (uint16_t)(port ? 2 * port + 2 : 0);
}

static inline uint16_t port_tx(uint16_t port)
{
	return (uint16_t)(port_rx(port) + 1);
}

/* Offers a chain, and lets the device work. */
static inline void offer(struct terminal *terminal, uint16_t queue,
			 const struct virtq_buf *bufs, uint16_t count,
			 uint64_t token)
{
	ck_assert_int_eq(vm_virtio_rig_send(&terminal->rig, queue, bufs, count,
					    token),
			 0);
	terminal_run(terminal);
}

/* The next completion is this one, now. */
static inline void expect(struct terminal *terminal, uint16_t queue,
			  uint64_t token, uint32_t len)
{
	struct virtq_driver_used used = { 0 };

	ck_assert_int_eq(virtq_driver_get(terminal->rig.drivers[queue], &used),
			 1);
	ck_assert_uint_eq(used.token, token);
	ck_assert_uint_eq(used.len, len);
}

static inline void expect_none(struct terminal *terminal, uint16_t queue)
{
	struct virtq_driver_used used;

	ck_assert_int_eq(virtq_driver_get(terminal->rig.drivers[queue], &used),
			 0);
}

static inline void put(struct terminal *terminal, vm_gpa gpa, const void *data,
		       size_t len)
{
	ck_assert_int_eq(vm_mem_write(terminal->rig.mem, gpa, data, len), 0);
}

/* Guest memory holds these bytes. */
static inline void expect_bytes(struct terminal *terminal, vm_gpa gpa,
				const void *data, size_t len)
{
	uint8_t bytes[4096];

	ck_assert_uint_le(len, sizeof(bytes));
	ck_assert_int_eq(vm_mem_read(terminal->rig.mem, gpa, bytes, len), 0);
	ck_assert_mem_eq(bytes, data, len);
}

/* The guest sends a text through a port, in one piece at DATA. */
static inline void guest_print(struct terminal *terminal, uint16_t port,
			       const char *text)
{
	const struct virtq_buf buf = { DATA, (uint32_t)strlen(text), false };

	put(terminal, DATA, text, strlen(text));
	offer(terminal, port_tx(port), &buf, 1, 1);
}

/* The host's side has got this text since it was asked last. */
static inline void expect_text(struct terminal *terminal, uint16_t port,
			       const char *text)
{
	struct sink *sink = &terminal->sinks[port];

	ck_assert_uint_eq(sink->len, strlen(text));
	ck_assert_mem_eq(sink->data, text, sink->len);
	sink->len = 0;
}

/* A text comes through in each direction. */
static inline void expect_traffic(struct terminal *terminal, uint16_t port)
{
	const struct virtq_buf buf = { DATA + 0x1000, 16, true };

	terminal->sinks[port].len = 0;
	guest_print(terminal, port, "traffic");
	expect(terminal, port_tx(port), 1, 0);
	expect_text(terminal, port, "traffic");
	offer(terminal, port_rx(port), &buf, 1, 2);
	ck_assert_uint_eq(
		vm_virtio_console_push(terminal->console, port, "keys", 4), 4);
	expect(terminal, port_rx(port), 2, 4);
	expect_bytes(terminal, DATA + 0x1000, "keys", 4);
}

/* The guest says something on the control queue; it is always taken. */
static inline void say(struct terminal *terminal, uint32_t id, uint16_t event,
		       uint16_t value)
{
	const struct control control = { id, event, value };
	const struct virtq_buf buf = { TO_DEVICE, sizeof(control), false };

	put(terminal, TO_DEVICE, &control, sizeof(control));
	offer(terminal, CONTROL_TX, &buf, 1, 3);
	expect(terminal, CONTROL_TX, 3, 0);
}

/* The guest gives @count buffers for messages, known by their index. */
static inline void offer_messages(struct terminal *terminal, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		const struct virtq_buf buf = { MESSAGES + i * MESSAGE_LEN,
					       MESSAGE_LEN, true };

		offer(terminal, CONTROL_RX, &buf, 1, i);
	}
}

/* The buffer @token has this message, with @len bytes that follow. */
static inline void expect_message(struct terminal *terminal, uint64_t token,
				  struct control control, const void *data,
				  size_t len)
{
	vm_gpa gpa = MESSAGES + token * MESSAGE_LEN;

	expect(terminal, CONTROL_RX, token, (uint32_t)(sizeof(control) + len));
	expect_bytes(terminal, gpa, &control, sizeof(control));
	expect_bytes(terminal, gpa + sizeof(control), data, len);
}

/* As that, without anything that follows. */
static inline void expect_event(struct terminal *terminal, uint64_t token,
				uint32_t id, uint16_t event, uint16_t value)
{
	expect_message(terminal, token, (struct control){ id, event, value },
		       "", 0);
}

static inline uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
