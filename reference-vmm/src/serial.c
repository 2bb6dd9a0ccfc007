/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "serial.h"

#include "machine.h"
#include "message.h"
#include "vmm.h"

VM_BYTE_DEVICE_ADAPT(vm_serial)

static size_t uart_tx(void *context, const uint8_t *data, size_t len)
{
	struct serial *serial = context;

	return stream_write(&serial->stream, data, len);
}

static void uart_irq(void *context, bool level)
{
	struct serial *serial = context;

	machine_set_irq(serial->vmm, CONSOLE_IRQ, level);
}

static void uart_rx_ready(void *context)
{
	struct serial *serial = context;

	stream_notify(&serial->stream);
}

static const struct vm_serial_ops uart_ops = {
	.tx = uart_tx,
	.irq = uart_irq,
	.rx_ready = uart_rx_ready,
};

static void output_has_room(void *context)
{
	struct serial *serial = context;

	pthread_mutex_lock(&serial->lock);
	vm_serial_flush(&serial->uart);
	pthread_mutex_unlock(&serial->lock);
}

static size_t push_input(void *context, const uint8_t *data, size_t len)
{
	struct serial *serial = context;
	size_t pushed = 0, room;

	pthread_mutex_lock(&serial->lock);
	/* Until it says 0, for only then does it tell when there is more. */
	while (pushed < len && (room = vm_serial_rx_ready(&serial->uart)) > 0) {
		room = room < len - pushed ? room : len - pushed;
		pushed += vm_serial_push(&serial->uart, data + pushed, room);
	}
	pthread_mutex_unlock(&serial->lock);
	return pushed;
}

int serial_init(struct vmm *vmm)
{
	struct serial *serial = &vmm->serial;
	int r;

	serial->vmm = vmm;
	serial->stream = (struct stream){ .vmm = vmm,
					  .name = "serial console",
					  .push = push_input,
					  .room = output_has_room,
					  .context = serial };
	pthread_mutex_init(&serial->lock, NULL);
	serial->port = (struct vm_byte_device){ vm_serial_byte_read,
						vm_serial_byte_write,
						&serial->uart, &serial->lock };
	r = vm_serial_init(&serial->uart, &uart_ops, serial);
	if (r)
		return host_error("serial console", r);
	return stream_open(&serial->stream, "--serial", vmm->options->serial,
			   vmm->options->serial_path);
}
