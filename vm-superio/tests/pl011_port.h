/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A PL011 with both its ends in the hands of a test. */
#ifndef TESTS_PL011_PORT_H
#define TESTS_PL011_PORT_H

#include <check.h>
#include <string.h>

#include <vm-superio/pl011.h>

/* Register names as in the manual, which also names their bits. */
enum {
	DR = 0x00,
	RSR = 0x04,
	FR = 0x18,
	ILPR = 0x20,
	IBRD = 0x24,
	FBRD = 0x28,
	LCR_H = 0x2c,
	CR = 0x30,
	IFLS = 0x34,
	IMSC = 0x38,
	RIS = 0x3c,
	MIS = 0x40,
	ICR = 0x44,
	DMACR = 0x48,
};

struct pl011_port {
	struct vm_pl011 uart;
	size_t sink_room; /* what the sink still takes */
	size_t sent_len;
	unsigned int wakes;
	unsigned int ready;
	unsigned int output_changes;
	bool irq;
	uint8_t outputs;
	uint8_t sent[2 * VM_SERIAL_TX_QUEUE];
};

static inline size_t pl011_tx(void *ctx, const uint8_t *data, size_t len)
{
	struct pl011_port *port = ctx;

	if (len > port->sink_room)
		len = port->sink_room;
	memcpy(port->sent + port->sent_len, data, len);
	port->sent_len += len;
	port->sink_room -= len;
	return len;
}

static inline void pl011_tx_wake(void *ctx)
{
	((struct pl011_port *)ctx)->wakes++;
}

static inline void pl011_irq(void *ctx, bool level)
{
	((struct pl011_port *)ctx)->irq = level;
}

static inline void pl011_rx_ready(void *ctx)
{
	((struct pl011_port *)ctx)->ready++;
}

static inline void pl011_outputs(void *ctx, uint8_t lines)
{
	struct pl011_port *port = ctx;

	port->output_changes++;
	port->outputs = lines;
}

static const struct vm_serial_ops pl011_direct_ops = {
	.tx = pl011_tx,
	.irq = pl011_irq,
	.rx_ready = pl011_rx_ready,
	.outputs = pl011_outputs,
};

static const struct vm_serial_ops pl011_queued_ops = {
	.tx = pl011_tx,
	.tx_wake = pl011_tx_wake,
	.irq = pl011_irq,
	.rx_ready = pl011_rx_ready,
	.outputs = pl011_outputs,
};

static inline void pl011_setup(struct pl011_port *port,
			       const struct vm_serial_ops *ops)
{
	memset(port, 0, sizeof(*port));
	port->sink_room = sizeof(port->sent);
	ck_assert_int_eq(vm_pl011_init(&port->uart, ops, port), 0);
}

static inline uint32_t pl011_in(struct pl011_port *port, unsigned int off)
{
	return vm_pl011_read(&port->uart, off);
}

static inline void pl011_out(struct pl011_port *port, unsigned int off,
			     uint32_t value)
{
	vm_pl011_write(&port->uart, off, value);
}

static inline size_t pl011_push(struct pl011_port *port, const char *text)
{
	return vm_pl011_push(&port->uart, (const uint8_t *)text, strlen(text));
}

#endif
