/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "console_internal.h"

/* Bytes that write() is offered at once, copied out of guest memory. */
#define COPY_SIZE 4096

/* The index of a port's receive queue; its transmit queue follows (5.3.2). */
static uint16_t receive_queue(uint16_t port)
{
	return (uint16_t)(port ? 2 * port + 2 : 0);
}

/* The port that a queue belongs to, if it is none for control. */
static struct console_port *port_of_queue(struct vm_virtio_console *console,
					  uint16_t queue)
{
	return &console->ports[queue < CONSOLE_CONTROL_RX ? 0 : queue / 2 - 1];
}

enum virtq_verdict console_refuse(struct vm_virtio_console *console)
{
	vm_virtio_device_count_error(&console->device, VM_VIRTIO_ERROR_REQUEST);
	return VIRTQ_DONE;
}

/* Offers bytes to the host's side; returns how many it has taken. */
static size_t write_port(struct vm_virtio_console *console,
			 struct console_port *port, const uint8_t *data,
			 size_t len)
{
	size_t done = port->ops->write(port->context, data, len);

	if (done > len)
		done = len;
	console->device.stats.bytes_from_driver += done;
	return done;
}

/* Passes over what was taken of a chain before it was put back. */
static bool resume(struct virtq_reader *reader,
		   struct console_progress *progress,
		   const struct virtq_head *head)
{
	if (progress->index != head->index ||
	    progress->generation != head->generation)
		*progress = (struct console_progress){ 0, head->index,
						       head->generation };
	return !virtq_reader_skip(reader, progress->done);
}

/* Offers what is left of a chain, and remembers how much was taken. */
static enum virtq_verdict transmit(void *context,
				   const struct virtq_chain *chain,
				   uint32_t *ret_len)
{
	struct vm_virtio_console *console = context;
	struct console_port *port = port_of_queue(console, console->serving);
	struct vm_virtio_host *host = &console->device.host;
	struct virtq_reader reader;
	uint8_t copy[COPY_SIZE];

	(void)ret_len;
	virtq_reader_init(&reader, chain);
	if (!resume(&reader, &port->sent, &chain->head) || chain->writable_segs)
		return console_refuse(console);
	while (port->is_connected && virtq_reader_left(&reader)) {
		size_t len = sizeof(copy), done;

		if (len > virtq_reader_left(&reader))
			len = (size_t)virtq_reader_left(&reader);
		if (len > console->budget) {
			host->kick(host->context, console->serving);
			return VIRTQ_BUSY;
		}
		if (virtq_reader_read(&reader, copy, len))
			return console_refuse(console);
		done = write_port(console, port, copy, len);
		port->sent.done += done;
		console->budget -= (uint32_t)done;
		port->is_full = done < len;
		if (port->is_full)
			return VIRTQ_BUSY;
	}
	return VIRTQ_DONE;
}

static enum virtq_verdict receive(void *context,
				  const struct virtq_chain *chain,
				  uint32_t *ret_len)
{
	struct vm_virtio_console *console = context;
	size_t len = console->input_left;
	struct virtq_writer writer;

	if (!len)
		return VIRTQ_BUSY;
	virtq_writer_init(&writer, chain);
	if (len > virtq_writer_left(&writer))
		len = (size_t)virtq_writer_left(&writer);
	if (chain->readable_segs ||
	    virtq_writer_write(&writer, console->input, len))
		return console_refuse(console);
	console->input += len;
	console->input_left -= len;
	console->device.stats.bytes_to_driver += len;
	*ret_len = virtq_writer_done(&writer);
	return VIRTQ_DONE;
}

/* Has what waits for the guest pushed again. */
static void wake(struct console_port *port)
{
	if (!port->is_starved || !port->is_open)
		return;
	port->is_starved = false;
	if (port->ops->rx_ready)
		port->ops->rx_ready(port->context);
}

void console_set_open(struct console_port *port, bool is_open)
{
	if (port->is_open == is_open)
		return;
	port->is_open = is_open;
	if (port->ops->opened)
		port->ops->opened(port->context, is_open);
	wake(port);
}

void console_set_size(struct vm_virtio_console *console,
		      struct console_port *port, uint16_t cols, uint16_t rows)
{
	port->cols = cols;
	port->rows = rows;
	if (port != &console->ports[0])
		return;
	console->config.cols = vm_mem_le16(cols);
	console->config.rows = vm_mem_le16(rows);
}

static void notify(struct vm_virtio_device *device, uint16_t queue)
{
	struct vm_virtio_console *console = device->impl;
	struct console_port *port = port_of_queue(console, queue);

	/* 5.3.2: without VIRTIO_CONSOLE_F_MULTIPORT there are no others. */
	if (queue >= CONSOLE_CONTROL_RX && !console_has_ports(console))
		return;
	if (queue == CONSOLE_CONTROL_RX || queue == CONSOLE_CONTROL_TX) {
		console_control(console, queue);
	} else if (queue % 2 == 0) {
		wake(port);
	} else if (!port->is_full) {
		console->serving = queue;
		console->budget = VM_VIRTIO_CONSOLE_BYTES;
		vm_virtio_queue_serve(device, queue, VM_VIRTIO_CONSOLE_BUDGET,
				      transmit);
	}
}

static int activate(struct vm_virtio_device *device)
{
	struct vm_virtio_console *console = device->impl;

	if (console_has_ports(console))
		return 0;
	/* Linux looks for the size when it is told of another one. */
	if (vm_virtio_device_has_feature(device, VIRTIO_CONSOLE_F_SIZE))
		vm_virtio_device_change_config(device);
	console_set_open(&console->ports[0], true);
	return 0;
}

static void reset(struct vm_virtio_device *device)
{
	struct vm_virtio_console *console = device->impl;

	/* What is full or waits on the host's side outlives the driver. */
	for (uint16_t i = 0; i < console->port_count; i++)
		console_forget(&console->ports[i]);
}

/* 5.3.5: the lower byte of one field, at any time. */
static void write_config(struct vm_virtio_device *device, size_t off,
			 const void *data, size_t len)
{
	struct vm_virtio_console *console = device->impl;
	struct console_port *port = &console->ports[0];

	if (off != offsetof(struct console_config, emergency) || !len ||
	    !(device->offered & VIRTQ_BIT(VIRTIO_CONSOLE_F_EMERG_WRITE)))
		vm_virtio_device_count_error(device, VM_VIRTIO_ERROR_PROTOCOL);
	else if (port->is_connected && !write_port(console, port, data, 1))
		vm_virtio_device_count_error(device, VM_VIRTIO_ERROR_IO);
}

static const struct vm_virtio_type type = {
	.id = VIRTIO_DEVICE_CONSOLE,
	.notify = notify,
	.activate = activate,
	.reset = reset,
	.write_config = write_config,
	.save = console_save,
	.restore = console_restore,
};

static int init_port(struct console_port *port,
		     const struct vm_virtio_console_port *config)
{
	const char *name = config->name ? config->name : "";
	size_t len = strnlen(name, VM_VIRTIO_CONSOLE_MAX_NAME + 1);

	if (!config->ops || !config->ops->write ||
	    len > VM_VIRTIO_CONSOLE_MAX_NAME)
		return -EINVAL;
	port->ops = config->ops;
	port->context = config->context;
	memcpy(port->name, name, len);
	port->name_len = (uint8_t)len;
	port->is_console = config->is_console;
	port->is_connected = true;
	return 0;
}

static int init_ports(struct vm_virtio_console *console,
		      const struct vm_virtio_console_port *ports,
		      uint16_t count)
{
	int r = 0;

	for (uint16_t i = 0; !r && i < count; i++) {
		struct console_port *port = &console->ports[i];

		r = init_port(port, &ports[i]);
		if (port->is_console)
			console_set_size(console, port, ports[i].cols,
					 ports[i].rows);
	}
	console->port_count = count;
	console->config.max_ports = vm_mem_le32(count);
	return r;
}

static int init_device(struct vm_virtio_console *console,
		       const struct vm_virtio_host *host)
{
	const struct console_port *first = &console->ports[0];
	bool is_plain = console->port_count == 1 && first->is_console &&
			!first->name_len;
	struct vm_virtio_device_config config = {
		.type = &type,
		.impl = console,
		.host = host,
		.features = VIRTQ_BIT(VIRTIO_CONSOLE_F_SIZE) |
			    VIRTQ_BIT(VIRTIO_CONSOLE_F_EMERG_WRITE),
		.queues = console->queues,
		.queue_count = 2,
		.config = &console->config,
		.config_len = sizeof(console->config),
		.segs = console->segs,
		.max_segs = CONSOLE_MAX_SEGS,
	};

	if (!is_plain) {
		config.features |= VIRTQ_BIT(VIRTIO_CONSOLE_F_MULTIPORT);
		config.queue_count = receive_queue(console->port_count);
	}
	for (uint16_t i = 0; i < config.queue_count; i++)
		console->queues[i].config.max_size = CONSOLE_QUEUE_SIZE;
	return vm_virtio_device_init(&console->device, &config);
}

int vm_virtio_console_new(const struct vm_virtio_console_config *config,
			  struct vm_virtio_console **ret_console)
{
	struct vm_virtio_console *console;
	int r;

	if (!config->ports || !config->port_count ||
	    config->port_count > VM_VIRTIO_CONSOLE_MAX_PORTS)
		return -EINVAL;
	console = calloc(1, sizeof(*console));
	if (!console)
		return -ENOMEM;
	r = init_ports(console, config->ports, config->port_count);
	if (!r)
		r = init_device(console, &config->host);
	if (r) {
		free(console);
		return r;
	}
	*ret_console = console;
	return 0;
}

void vm_virtio_console_free(struct vm_virtio_console *console)
{
	if (!console)
		return;
	/* Without ports there is nobody to be told of the reset. */
	console->port_count = 0;
	vm_virtio_device_fini(&console->device);
	free(console);
}

struct vm_virtio_device *vm_virtio_console_device(
	struct vm_virtio_console *console)
{
	return &console->device;
}

/* The port of this index, which is the caller's, or NULL. */
static struct console_port *get_port(struct vm_virtio_console *console,
				     uint16_t index)
{
	return index < console->port_count ? &console->ports[index] : NULL;
}

void vm_virtio_console_writable(struct vm_virtio_console *console,
				uint16_t index)
{
	struct console_port *port = get_port(console, index);

	if (!port)
		return;
	port->is_full = false;
	vm_virtio_device_notify(&console->device, receive_queue(index) + 1u);
}

size_t vm_virtio_console_push(struct vm_virtio_console *console, uint16_t index,
			      const void *data, size_t len)
{
	struct console_port *port = get_port(console, index);

	if (!port)
		return 0;
	console->input = data;
	console->input_left = len;
	if (port->is_open && vm_virtio_device_is_running(&console->device))
		vm_virtio_queue_serve(&console->device, receive_queue(index),
				      VM_VIRTIO_CONSOLE_BUDGET, receive);
	port->is_starved = console->input_left > 0;
	return len - console->input_left;
}

void vm_virtio_console_resize(struct vm_virtio_console *console, uint16_t index,
			      uint16_t cols, uint16_t rows)
{
	struct console_port *port = get_port(console, index);

	if (!port || !port->is_console ||
	    (port->cols == cols && port->rows == rows))
		return;
	console_set_size(console, port, cols, rows);
	if (!index)
		vm_virtio_device_change_config(&console->device);
	console_tell(console, port, CONSOLE_TELL_SIZE);
}

void vm_virtio_console_set_open(struct vm_virtio_console *console,
				uint16_t index, bool is_open)
{
	struct console_port *port = get_port(console, index);

	if (!port || port->is_connected == is_open)
		return;
	port->is_connected = is_open;
	console_tell(console, port, CONSOLE_TELL_OPEN);
	/* What waits there is of no use any more. */
	if (!is_open)
		vm_virtio_console_writable(console, index);
}
