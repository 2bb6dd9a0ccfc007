/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The control virtqueues, VIRTIO 1.2 section 5.3.6.2. */
#include <string.h>

#include "console_internal.h"

/* Values of event. */
#define DEVICE_READY 0
#define DEVICE_ADD   1
#define PORT_READY   3
#define CONSOLE_PORT 4
#define RESIZE	     5
#define PORT_OPEN    6
#define PORT_NAME    7

/* Both structs are little-endian. */
struct control {
	uint32_t id;
	uint16_t event;
	uint16_t value;
};

struct size {
	uint16_t cols;
	uint16_t rows;
};

/* A message to the driver: the control, and what may follow it. */
struct message {
	struct control control;
	uint8_t data[VM_VIRTIO_CONSOLE_MAX_NAME];
};

/* Writes one message about a port; returns its length. */
static size_t compose(const struct console_port *port, uint32_t id,
		      uint8_t what, struct message *message)
{
	const struct size size = { vm_mem_le16(port->cols),
				   vm_mem_le16(port->rows) };
	uint16_t event = 0, value = 0;
	size_t len = 0;

	switch (what) {
	case CONSOLE_TELL_ADD:
		event = DEVICE_ADD;
		break;
	case CONSOLE_TELL_CONSOLE:
		event = CONSOLE_PORT;
		value = 1;
		break;
	case CONSOLE_TELL_SIZE:
		event = RESIZE;
		len = sizeof(size);
		memcpy(message->data, &size, len);
		break;
	case CONSOLE_TELL_NAME:
		event = PORT_NAME;
		value = 1;
		len = port->name_len;
		memcpy(message->data, port->name, len);
		break;
	case CONSOLE_TELL_OPEN:
		event = PORT_OPEN;
		value = port->is_connected;
		break;
	}
	message->control =
		(struct control){ vm_mem_le32(id), vm_mem_le16(event),
				  vm_mem_le16(value) };
	return sizeof(message->control) + len;
}

/* The first port that the driver has to be told something of, or NULL. */
static struct console_port *find_news(struct vm_virtio_console *console)
{
	for (uint16_t i = 0; i < console->port_count; i++) {
		if (console->ports[i].tell)
			return &console->ports[i];
	}
	return NULL;
}

static enum virtq_verdict send_message(void *context,
				       const struct virtq_chain *chain,
				       uint32_t *ret_len)
{
	struct vm_virtio_console *console = context;
	struct console_port *port = find_news(console);
	struct virtq_writer writer;
	struct message message;
	uint8_t what;
	size_t len;

	if (!port)
		return VIRTQ_BUSY;
	what = (uint8_t)(port->tell & -port->tell);
	len = compose(port, (uint32_t)(port - console->ports), what, &message);
	virtq_writer_init(&writer, chain);
	if (chain->readable_segs || virtq_writer_write(&writer, &message, len))
		return console_refuse(console);
	port->tell &= (uint8_t)~what;
	*ret_len = virtq_writer_done(&writer);
	return VIRTQ_DONE;
}

/* Tells the driver all that it has buffers for. */
static void send_messages(struct vm_virtio_console *console)
{
	if (vm_virtio_device_is_running(&console->device))
		vm_virtio_queue_serve(&console->device, CONSOLE_CONTROL_RX,
				      VM_VIRTIO_CONSOLE_BUDGET, send_message);
}

uint8_t console_tellable(const struct console_port *port)
{
	unsigned int what = CONSOLE_TELL_OPEN;

	if (port->is_console)
		what |= CONSOLE_TELL_CONSOLE | CONSOLE_TELL_SIZE;
	if (port->name_len)
		what |= CONSOLE_TELL_NAME;
	return (uint8_t)what;
}

void console_tell(struct vm_virtio_console *console, struct console_port *port,
		  uint8_t what)
{
	if (!port->is_ready)
		return;
	port->tell |= what;
	vm_virtio_device_notify(&console->device, CONSOLE_CONTROL_RX);
}

void console_forget(struct console_port *port)
{
	port->tell = 0;
	port->is_added = false;
	port->is_ready = false;
	console_set_open(port, false);
}

static void set_device_ready(struct vm_virtio_console *console, bool is_ready)
{
	for (uint16_t i = 0; i < console->port_count; i++) {
		struct console_port *port = &console->ports[i];

		if (!is_ready) {
			console_forget(port);
		} else if (!port->is_added) {
			port->is_added = true;
			port->tell = CONSOLE_TELL_ADD;
		}
	}
}

static void set_port_ready(struct console_port *port, bool is_ready)
{
	if (!is_ready) {
		console_forget(port);
		return;
	}
	/* A driver that wakes from hibernation has not been told of it. */
	port->is_added = true;
	port->is_ready = true;
	port->tell = console_tellable(port);
}

/* Carries out what the driver says; false if it makes no sense. */
static bool obey(struct vm_virtio_console *console,
		 const struct control *control)
{
	uint32_t id = vm_mem_le32(control->id);
	uint16_t event = vm_mem_le16(control->event);
	uint16_t value = vm_mem_le16(control->value);

	if (value > 1)
		return false;
	if (event == DEVICE_READY) {
		set_device_ready(console, value);
		return true;
	}
	if (id >= console->port_count)
		return false;
	if (event == PORT_READY)
		set_port_ready(&console->ports[id], value);
	else if (event == PORT_OPEN)
		console_set_open(&console->ports[id], value);
	else
		return false;
	return true;
}

static enum virtq_verdict take_message(void *context,
				       const struct virtq_chain *chain,
				       uint32_t *ret_len)
{
	struct vm_virtio_console *console = context;
	struct virtq_reader reader;
	struct control control;

	(void)ret_len;
	virtq_reader_init(&reader, chain);
	if (chain->writable_segs ||
	    virtq_reader_left(&reader) != sizeof(control) ||
	    virtq_reader_read(&reader, &control, sizeof(control)) ||
	    !obey(console, &control))
		return console_refuse(console);
	return VIRTQ_DONE;
}

void console_control(struct vm_virtio_console *console, uint16_t queue)
{
	if (queue == CONSOLE_CONTROL_TX)
		vm_virtio_queue_serve(&console->device, queue,
				      VM_VIRTIO_CONSOLE_BUDGET, take_message);
	send_messages(console);
}
