/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A serial port, a 16550A or a PL011, with both its ends in the hands of a
 * test: what the callbacks were told, and a sink that takes as much as the
 * test allows.
 */
#ifndef TESTS_PORT_H
#define TESTS_PORT_H

#include <string.h>

#include <vm-superio/pl011.h>
#include <vm-superio/serial.h>

struct port {
	union {
		struct vm_serial serial;
		struct vm_pl011 uart;
	};
	size_t sink_room; /* what the sink still takes */
	size_t sent_len;
	unsigned int wakes;
	unsigned int irq_changes;
	unsigned int ready;
	unsigned int output_changes;
	bool irq;
	uint8_t outputs;
	uint8_t sent[4 * VM_SERIAL_TX_QUEUE];
};

static inline size_t port_tx(void *ctx, const uint8_t *data, size_t len)
{
	struct port *port = ctx;

	if (len > port->sink_room)
		len = port->sink_room;
	memcpy(port->sent + port->sent_len, data, len);
	port->sent_len += len;
	port->sink_room -= len;
	return len;
}

static inline void port_tx_wake(void *ctx)
{
	((struct port *)ctx)->wakes++;
}

static inline void port_irq(void *ctx, bool level)
{
	struct port *port = ctx;

	port->irq_changes++;
	port->irq = level;
}

static inline void port_rx_ready(void *ctx)
{
	((struct port *)ctx)->ready++;
}

static inline void port_outputs(void *ctx, uint8_t lines)
{
	struct port *port = ctx;

	port->output_changes++;
	port->outputs = lines;
}

/* Every byte goes to the sink at once. */
static const struct vm_serial_ops direct_ops = {
	.tx = port_tx,
	.irq = port_irq,
	.rx_ready = port_rx_ready,
	.outputs = port_outputs,
};

/* Bytes gather until the test flushes them. */
static const struct vm_serial_ops queued_ops = {
	.tx = port_tx,
	.tx_wake = port_tx_wake,
	.irq = port_irq,
	.rx_ready = port_rx_ready,
	.outputs = port_outputs,
};

static inline void port_init(struct port *port)
{
	memset(port, 0, sizeof(*port));
	port->sink_room = sizeof(port->sent);
}

#endif
