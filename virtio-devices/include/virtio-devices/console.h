/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Console device, VIRTIO 1.2 section 5.3: ports that carry bytes both ways, to
 * terminals or to programs on either side.
 *
 *	static const struct vm_virtio_console_ops ops = { .write = on_write };
 *	const struct vm_virtio_console_port port = { .ops = &ops,
 *						     .is_console = true };
 *	config.ports = &port;
 *	config.port_count = 1;
 *	r = vm_virtio_console_new(&config, &console);
 *	...
 *	done = vm_virtio_console_push(console, 0, keys, len);
 *
 * The device has no descriptor: what is behind a port is the VMM's.  A terminal
 * that was made non-blocking would be so for the user's shell, too.
 *
 * Nothing waits and nothing is lost.  A port that takes less than it is given
 * gets the rest after vm_virtio_console_writable().  When the guest has taken
 * less than vm_virtio_console_push() offered, rx_ready() tells when to go on.
 *
 * A device with one console that has no name is the plain one, which every
 * driver knows.  With any other ports it offers VIRTIO_CONSOLE_F_MULTIPORT, by
 * which the guest learns of the ports and says which of them it opens.  For a
 * driver without that feature port 0 is a console, and the others are not
 * there.
 *
 * Threading: see device.h.
 */
#ifndef VIRTIO_DEVICES_CONSOLE_H
#define VIRTIO_DEVICES_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <virtio-devices/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Feature bits (5.3.3), as bit numbers; guarded, as <linux/virtio_console.h>
 * has the same ones. */
#ifndef VIRTIO_CONSOLE_F_SIZE
#define VIRTIO_CONSOLE_F_SIZE	     0
#define VIRTIO_CONSOLE_F_MULTIPORT   1
#define VIRTIO_CONSOLE_F_EMERG_WRITE 2
#endif

/* The most ports: each has two queues, and two more are for control. */
#define VM_VIRTIO_CONSOLE_MAX_PORTS (VM_VIRTIO_MAX_QUEUES / 2 - 1)

/* The most bytes in the name of a port. */
#define VM_VIRTIO_CONSOLE_MAX_NAME 64

/* The most chains that one call serves on a queue, and the most bytes that one
 * notification takes from it. */
#define VM_VIRTIO_CONSOLE_BUDGET 64
#define VM_VIRTIO_CONSOLE_BYTES	 65536u

struct vm_virtio_console;

/**
 * struct vm_virtio_console_ops - what is behind a port
 * @write: takes the first of the bytes that the guest sends and returns how
 *	many, 0 to @len.  Less than @len means that there is no room, and that
 *	vm_virtio_console_writable() will be called when there is.  @data is a
 *	copy that the guest cannot change.  Bytes may come while the port is not
 *	open, as opening and closing have a queue of their own.  Linux waits,
 *	and does nothing else, until a console has taken what it prints.
 * @rx_ready: the guest may take more, after vm_virtio_console_push() took less
 *	than it was given.  May be NULL.
 * @opened: the guest has opened the port, or closed it, a reset included.  A
 *	driver that knows but one console opens it by starting.  May be NULL.
 */
struct vm_virtio_console_ops {
	size_t (*write)(void *context, const uint8_t *data, size_t len);
	void (*rx_ready)(void *context);
	void (*opened)(void *context, bool is_open);
};

/**
 * struct vm_virtio_console_port - one port
 * @ops: must outlive the device
 * @context: passed to @ops
 * @name: UTF-8, by which programs in the guest find the port; NULL or empty
 *	for none
 * @is_console: the guest is to use it as a terminal
 * @cols: width of a console at first; 0 if unknown
 * @rows: height
 */
struct vm_virtio_console_port {
	const struct vm_virtio_console_ops *ops;
	void *context;
	const char *name;
	bool is_console;
	uint16_t cols;
	uint16_t rows;
};

/**
 * struct vm_virtio_console_config - a console device
 * @host: what the VMM provides
 * @ports: @port_count of them, known to the guest by their index
 */
struct vm_virtio_console_config {
	struct vm_virtio_host host;
	const struct vm_virtio_console_port *ports;
	uint16_t port_count;
};

/**
 * vm_virtio_console_new - make a console device
 * @config: copied, with names
 * @ret_console: the device; free it with vm_virtio_console_free()
 *
 * Returns:
 *	0 on success
 *	-EINVAL, no port or too many, a port without write(), a name that is too
 *		long; or as vm_virtio_device_init()
 *	-ENOMEM
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_console_new(
	const struct vm_virtio_console_config *config,
	struct vm_virtio_console **ret_console);

/**
 * vm_virtio_console_free - free a device, which no transport uses any more
 * @console: a console device, or NULL; its ports are not called any more
 */
VM_VIRTIO_API void vm_virtio_console_free(struct vm_virtio_console *console);

/** vm_virtio_console_device - the device, for a transport */
VM_VIRTIO_API struct vm_virtio_device *vm_virtio_console_device(
	struct vm_virtio_console *console);

/**
 * vm_virtio_console_writable - a port takes bytes again
 * @console: a console device
 * @index: of the port; nonsense is ignored, here and below
 *
 * Due after write() took less than it was given, harmless at any time.  Goes on
 * where it stopped, so it may call write() again.
 */
VM_VIRTIO_API void vm_virtio_console_writable(struct vm_virtio_console *console,
					      uint16_t index);

/**
 * vm_virtio_console_push - give the guest bytes to read
 * @console: a console device
 * @index: of the port
 * @data: the bytes
 * @len: how many
 *
 * Returns how many of them, from the first on, the guest has got: as many as
 * fit into its buffers, 0 while it has not opened the port.  If these are less
 * than @len, rx_ready() is called when it is worth another try.
 */
VM_VIRTIO_API VM_VIRTIO_CHECK size_t
vm_virtio_console_push(struct vm_virtio_console *console, uint16_t index,
		       const void *data, size_t len);

/**
 * vm_virtio_console_resize - the terminal behind a port has another size
 * @console: a console device
 * @index: of the port; one that is no console has no size
 * @cols: its width
 * @rows: its height
 *
 * The size of port 0 is also in the configuration, where a driver without
 * VIRTIO_CONSOLE_F_MULTIPORT looks for it.  The other driver gets a message
 * with the columns first, which is the order of 5.3.6.2; versions of Linux
 * differ in which of the two they take for the first.  The plain device has no
 * such message.
 */
VM_VIRTIO_API void vm_virtio_console_resize(struct vm_virtio_console *console,
					    uint16_t index, uint16_t cols,
					    uint16_t rows);

/**
 * vm_virtio_console_set_open - is anybody there on the host's side?
 * @console: a console device
 * @index: of the port; each one starts open
 * @is_open: is there?  The guest is told if it knows of ports, and what it
 *	sends while nobody is there is dropped.
 *
 * A device that was restored believes of sizes and of this what the guest was
 * told before: say what is the case now.
 */
VM_VIRTIO_API void vm_virtio_console_set_open(struct vm_virtio_console *console,
					      uint16_t index, bool is_open);

#ifdef __cplusplus
}
#endif

#endif
