/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* --console: the virtio console, whose every port has a stream. */
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <virtio-devices/console.h>

#include "keys.h"
#include "message.h"
#include "vmm.h"

struct port {
	struct virtio *virtio;
	uint16_t index;
	const char *name;
	struct stream stream;
};

struct console {
	struct vm_virtio_console *console;
	struct port ports[MAX_PORTS];
	uint16_t port_count;
};

static void console_free(void *impl)
{
	struct console *console = impl;

	/* What is behind the ports first, for it calls the device. */
	for (unsigned int i = 0; i < console->port_count; i++)
		stream_fini(&console->ports[i].stream);
	vm_virtio_console_free(console->console);
	free(console);
}

static struct vm_virtio_console *device_of(const struct port *port)
{
	const struct console *console = port->virtio->impl;

	return console->console;
}

static size_t write_output(void *context, const uint8_t *data, size_t len)
{
	struct port *port = context;

	return stream_write(&port->stream, data, len);
}

static void guest_has_room(void *context)
{
	struct port *port = context;

	stream_notify(&port->stream);
}

static const struct vm_virtio_console_ops ops = {
	.write = write_output,
	.rx_ready = guest_has_room,
};

static void output_has_room(void *context)
{
	struct port *port = context;

	pthread_mutex_lock(&port->virtio->lock);
	vm_virtio_console_writable(device_of(port), port->index);
	pthread_mutex_unlock(&port->virtio->lock);
}

static size_t push_input(void *context, const uint8_t *data, size_t len)
{
	struct port *port = context;

	pthread_mutex_lock(&port->virtio->lock);
	len = vm_virtio_console_push(device_of(port), port->index, data, len);
	pthread_mutex_unlock(&port->virtio->lock);
	return len;
}

/* Sizes are those of the one port that has the terminal. */
static void resize(struct virtio *virtio)
{
	struct console *console = virtio->impl;

	for (uint16_t i = 0; i < console->port_count; i++) {
		int fd = console->ports[i].stream.in_fd;
		struct winsize size;

		if (fd < 0 || ioctl(fd, TIOCGWINSZ, &size))
			continue;
		pthread_mutex_lock(&virtio->lock);
		vm_virtio_console_resize(console->console, i, size.ws_col,
					 size.ws_row);
		pthread_mutex_unlock(&virtio->lock);
	}
}

static int start(struct virtio *virtio)
{
	struct console *console = virtio->impl;
	int r = OPTIONS_RUN;

	for (uint16_t i = 0; i < console->port_count && r == OPTIONS_RUN; i++)
		r = stream_start(&console->ports[i].stream);
	resize(virtio);
	return r;
}

static int open_port(struct port *port, char *value)
{
	bool is_tty = false, is_off = false;
	const char *file = NULL;
	const struct key keys[] = {
		{ "tty", KEY_WORD, &is_tty },
		{ "off", KEY_WORD, &is_off },
		{ "file", KEY_TEXT, &file },
		{ "name", KEY_TEXT, &port->name },
	};
	int r = keys_parse("--console", value, keys,
			   sizeof(keys) / sizeof(keys[0]));

	if (r != OPTIONS_RUN)
		return r;
	if (is_tty + is_off + !!file != 1)
		return fail(EXIT_BAD_USAGE,
			    "--console: expected one of tty, off and "
			    "file=PATH");
	port->stream = (struct stream){
		.vmm = port->virtio->vmm,
		.name = port->virtio->name,
		.push = push_input,
		.room = output_has_room,
		.context = port,
	};
	return stream_open(&port->stream, "--console",
			   is_tty   ? STREAM_TTY
			   : is_off ? STREAM_OFF
				    : STREAM_FILE,
			   file);
}

static int open_ports(struct virtio *virtio, struct console *console)
{
	const struct options *options = virtio->vmm->options;
	int r = OPTIONS_RUN;

	for (uint16_t i = 0; i < options->port_count && r == OPTIONS_RUN; i++) {
		struct port *port = &console->ports[console->port_count++];

		port->virtio = virtio;
		port->index = i;
		r = open_port(port, options->ports[i]);
	}
	return r;
}

/* All ports are in the options; @value is the first one's. */
int console_new(struct virtio *virtio, char *value)
{
	struct vm_virtio_console_port ports[MAX_PORTS] = { 0 };
	struct vm_virtio_console_config config = { .host = virtio_host(virtio),
						   .ports = ports };
	struct console *console = calloc(1, sizeof(*console));
	int r;

	(void)value;
	if (!console)
		return host_error(virtio->name, -ENOMEM);
	virtio->impl = console;
	virtio->free = console_free;
	r = open_ports(virtio, console);
	if (r != OPTIONS_RUN)
		return r;
	config.port_count = console->port_count;
	for (unsigned int i = 0; i < console->port_count; i++) {
		struct port *port = &console->ports[i];

		ports[i].ops = &ops;
		ports[i].context = port;
		ports[i].name = port->name;
		ports[i].is_console = !port->name;
	}
	r = vm_virtio_console_new(&config, &console->console);
	if (r == -EINVAL)
		return fail(EXIT_BAD_CONFIG,
			    "--console: a name has at most %d bytes",
			    VM_VIRTIO_CONSOLE_MAX_NAME);
	if (r)
		return host_error(virtio->name, r);
	virtio->device = vm_virtio_console_device(console->console);
	virtio->start = start;
	virtio->resize = resize;
	return OPTIONS_RUN;
}
