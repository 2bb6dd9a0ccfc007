/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VIRTIO_DEVICES_CONSOLE_INTERNAL_H
#define VIRTIO_DEVICES_CONSOLE_INTERNAL_H

#include <virtio-devices/console.h>
#include <virtio-devices/device_type.h>
#include <virtio-queue/cursor.h>
#include <vm-memory/endian.h>

#define CONSOLE_QUEUE_SIZE 128

/* No chain that is legal in such a queue is too long. */
#define CONSOLE_MAX_SEGS CONSOLE_QUEUE_SIZE

/* 5.3.2: behind the queues of port 0 come those for control. */
#define CONSOLE_CONTROL_RX 2
#define CONSOLE_CONTROL_TX 3

/* 5.3.4, little-endian. */
struct console_config {
	uint16_t cols;
	uint16_t rows;
	uint32_t max_ports;
	uint32_t emergency;
};

/*
 * What the driver has yet to be told of a port.  Each is a bit and not an entry
 * of a list, so nothing grows while the driver gives no buffers; it is told
 * what is the case by then, the lowest bit first.
 */
#define CONSOLE_TELL_ADD     (1u << 0)
#define CONSOLE_TELL_CONSOLE (1u << 1)
#define CONSOLE_TELL_SIZE    (1u << 2)
#define CONSOLE_TELL_NAME    (1u << 3)
#define CONSOLE_TELL_OPEN    (1u << 4)

/*
 * How many bytes of the last chain were taken.  If it was put back, it is known
 * again by its place in the queue: another chain comes next if the driver has
 * reset the queue.
 */
struct console_progress {
	uint64_t done;
	uint16_t index;
	uint16_t generation;
};

/**
 * struct console_port - a port
 * @is_connected: somebody is there on the host's side
 * @is_full: the host's side takes no more; vm_virtio_console_writable() is due
 * @is_starved: the guest takes no more; ops->rx_ready() is due
 * @is_added: the driver knows of it, or will be told
 * @is_ready: the driver has it, and wants to hear of it
 * @is_open: by the guest
 * @tell: bits of CONSOLE_TELL_*
 */
struct console_port {
	const struct vm_virtio_console_ops *ops;
	void *context;
	char name[VM_VIRTIO_CONSOLE_MAX_NAME];
	uint8_t name_len;
	bool is_console;
	uint16_t cols;
	uint16_t rows;
	bool is_connected;
	bool is_full;
	bool is_starved;
	bool is_added;
	bool is_ready;
	bool is_open;
	uint8_t tell;
	struct console_progress sent;
};

/**
 * struct vm_virtio_console - a console device
 * @serving: the transmit queue that is being served
 * @input: @input_left bytes for the guest
 * @budget: bytes that may still be taken from the guest
 */
struct vm_virtio_console {
	struct vm_virtio_device device;
	struct vm_virtio_queue queues[VM_VIRTIO_MAX_QUEUES];
	struct virtq_seg segs[CONSOLE_MAX_SEGS];
	struct console_config config;
	struct console_port ports[VM_VIRTIO_CONSOLE_MAX_PORTS];
	uint16_t port_count;
	uint16_t serving;
	const uint8_t *input;
	size_t input_left;
	uint32_t budget;
};

static inline bool console_has_ports(const struct vm_virtio_console *console)
{
	return vm_virtio_device_has_feature(&console->device,
					    VIRTIO_CONSOLE_F_MULTIPORT);
}

/* The chain holds what it must not: the driver gets it back unused. */
enum virtq_verdict console_refuse(struct vm_virtio_console *console);

/* The guest opens a port, or closes it. */
void console_set_open(struct console_port *port, bool is_open);

/* Gives the port a size, and the configuration that of port 0. */
void console_set_size(struct vm_virtio_console *console,
		      struct console_port *port, uint16_t cols, uint16_t rows);

/* The driver has no such port any more. */
void console_forget(struct console_port *port);

/* What a driver that has the port may be told of it: bits of CONSOLE_TELL_* */
uint8_t console_tellable(const struct console_port *port);

/* Has something told to the driver, if it is interested in the port. */
void console_tell(struct vm_virtio_console *console, struct console_port *port,
		  uint8_t what);

/* Serves one of the control queues. */
void console_control(struct vm_virtio_console *console, uint16_t queue);

/* See struct vm_virtio_type. */
size_t console_save(const struct vm_virtio_device *device, void *state);
int console_restore(struct vm_virtio_device *device, const void *state,
		    size_t len);

#endif
