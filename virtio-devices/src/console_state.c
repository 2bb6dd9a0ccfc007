/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "console_internal.h"

/* Bits of flags. */
#define IS_CONNECTED (1u << 0)
#define IS_ADDED     (1u << 1)
#define IS_READY     (1u << 2)
#define IS_OPEN	     (1u << 3)

/* What the driver knows of a port, or is yet to be told. */
struct port_state {
	uint64_t done;
	uint16_t index;
	uint16_t generation;
	uint16_t cols;
	uint16_t rows;
	uint32_t flags;
	uint32_t tell;
};

_Static_assert(VM_VIRTIO_CONSOLE_MAX_PORTS * sizeof(struct port_state) <=
		       VM_VIRTIO_TYPE_STATE,
	       "state");

static struct port_state save_port(const struct console_port *port)
{
	return (struct port_state){
		.done = port->sent.done,
		.index = port->sent.index,
		.generation = port->sent.generation,
		.cols = port->cols,
		.rows = port->rows,
		.flags = (port->is_connected ? IS_CONNECTED : 0) |
			 (port->is_added ? IS_ADDED : 0) |
			 (port->is_ready ? IS_READY : 0) |
			 (port->is_open ? IS_OPEN : 0),
		.tell = port->tell,
	};
}

size_t console_save(const struct vm_virtio_device *device, void *state)
{
	const struct vm_virtio_console *console = device->impl;
	struct port_state *to = state;

	for (uint16_t i = 0; i < console->port_count; i++)
		to[i] = save_port(&console->ports[i]);
	return console->port_count * sizeof(*to);
}

/* Can a driver have got a port into this state by messages? */
static bool is_good_talk(const struct console_port *port,
			 const struct port_state *from)
{
	if (from->flags & IS_READY)
		return from->flags & IS_ADDED &&
		       !(from->tell & ~(uint32_t)console_tellable(port));
	return !from->tell ||
	       (from->flags & IS_ADDED && from->tell == CONSOLE_TELL_ADD);
}

/* Can a driver have got a port into this state without any? */
static bool is_good_silence(const struct vm_virtio_console *console,
			    const struct console_port *port,
			    const struct port_state *from)
{
	bool is_started = console->device.status & VIRTIO_STATUS_DRIVER_OK;
	uint32_t may_be = IS_CONNECTED;

	if (port == &console->ports[0] && is_started)
		may_be |= IS_OPEN;
	return !(from->flags & ~may_be) && !from->tell;
}

static bool is_good_port(const struct vm_virtio_console *console,
			 const struct console_port *port,
			 const struct port_state *from)
{
	bool is_started = console->device.status & VIRTIO_STATUS_DRIVER_OK;

	if (from->flags & ~(IS_CONNECTED | IS_ADDED | IS_READY | IS_OPEN))
		return false;
	if (!port->is_console && (from->cols || from->rows))
		return false;
	return is_started && console_has_ports(console)
		       ? is_good_talk(port, from)
		       : is_good_silence(console, port, from);
}

static void restore_port(struct vm_virtio_console *console,
			 struct console_port *port,
			 const struct port_state *from)
{
	port->sent.done = from->done;
	port->sent.index = from->index;
	port->sent.generation = from->generation;
	port->is_connected = from->flags & IS_CONNECTED;
	port->is_added = from->flags & IS_ADDED;
	port->is_ready = from->flags & IS_READY;
	port->tell = (uint8_t)from->tell;
	console_set_size(console, port, from->cols, from->rows);
	console_set_open(port, from->flags & IS_OPEN);
}

int console_restore(struct vm_virtio_device *device, const void *state,
		    size_t len)
{
	struct vm_virtio_console *console = device->impl;
	struct port_state from[VM_VIRTIO_CONSOLE_MAX_PORTS];

	if (len != console->port_count * sizeof(from[0]))
		return -EBADMSG;
	memcpy(from, state, len);
	for (uint16_t i = 0; i < console->port_count; i++) {
		if (!is_good_port(console, &console->ports[i], &from[i]))
			return -EBADMSG;
	}
	for (uint16_t i = 0; i < console->port_count; i++)
		restore_port(console, &console->ports[i], &from[i]);
	return 0;
}
