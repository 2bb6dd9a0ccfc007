/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A console with two ports.  The input has memory for all queues in the place
 * of guest_fuzz()'s first KiB, and between the steps of the guest the host's
 * side types, reads a little, comes and goes, and changes its size.
 */
#include <virtio-devices/console.h>

#include "guest.h"

#define PORTS  2
#define QUEUES (2 * PORTS + 2)
#define RINGS  (0x400 * QUEUES)

/* The most bytes that are typed at once, and are read at once. */
#define MOST (255 * 16)

struct sink {
	size_t room;
	bool is_open;
};

struct terminal {
	struct guest guest;
	struct vm_virtio_console *console;
	struct sink sinks[PORTS];
};

static size_t on_write(void *context, const uint8_t *data, size_t len)
{
	struct sink *sink = context;
	size_t done = len < sink->room ? len : sink->room;

	MUST(data && len);
	sink->room -= done;
	return done;
}

static void on_ready(void *context)
{
	struct sink *sink = context;

	MUST(sink->is_open);
}

static void on_opened(void *context, bool is_open)
{
	struct sink *sink = context;

	MUST(sink->is_open != is_open);
	sink->is_open = is_open;
}

static const struct vm_virtio_console_ops ops = {
	.write = on_write,
	.rx_ready = on_ready,
	.opened = on_opened,
};

static void type(struct terminal *terminal, uint16_t port)
{
	static const uint8_t keys[MOST];
	size_t len = next_byte(&terminal->guest) * 16u;
	size_t done =
		vm_virtio_console_push(terminal->console, port, keys, len);

	MUST(done <= len);
	MUST(!done || terminal->sinks[port].is_open);
}

static void step(struct terminal *terminal)
{
	struct guest *guest = &terminal->guest;
	uint8_t what = next_byte(guest);
	uint16_t port = what >> 7;

	switch (what & 7) {
	case 0:
		type(terminal, port);
		break;
	case 1:
		terminal->sinks[port].room = next_byte(guest) * 16u;
		vm_virtio_console_writable(terminal->console, port);
		break;
	case 2:
		vm_virtio_console_set_open(terminal->console, port,
					   what & 0x10);
		vm_virtio_console_resize(terminal->console, port, what >> 5 & 1,
					 25);
		break;
	case 3:
		step_offer(guest, (what >> 3) % QUEUES);
		break;
	default:
		guest_step(guest);
	}
	guest_run(guest);
}

static void run(struct terminal *terminal, const uint8_t *data, size_t size)
{
	struct guest *guest = &terminal->guest;

	guest_begin(guest, data, size, RINGS);
	while (guest->left)
		step(terminal);
	guest_end(guest);
	for (int i = 0; i < PORTS; i++)
		MUST(!terminal->sinks[i].is_open);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct terminal terminal;
	static struct vm_virtio_host host;
	const struct vm_virtio_console_port ports[PORTS] = {
		{ &ops, &terminal.sinks[0], NULL, true, 80, 25 },
		{ &ops, &terminal.sinks[1], "name", false, 0, 0 },
	};
	struct vm_virtio_console_config config = { .ports = ports,
						   .port_count = PORTS };

	if (!terminal.guest.mem)
		host = guest_init(&terminal.guest);
	config.host = host;
	for (int i = 0; i < PORTS; i++)
		terminal.sinks[i].room = MOST;
	MUST(!vm_virtio_console_new(&config, &terminal.console));
	guest_attach(&terminal.guest,
		     vm_virtio_console_device(terminal.console));
	run(&terminal, data, size);
	vm_virtio_mmio_fini(&terminal.guest.mmio);
	vm_virtio_console_free(terminal.console);
	return 0;
}
