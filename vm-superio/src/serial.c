/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "serial_internal.h"

/* 9600 baud from the usual 1.8432 MHz crystal. */
#define DIVISOR_DEFAULT 12u

/* What the VMM waits for before it pushes more input. */
enum { HELD_NOT, HELD_FOR_ROOM, HELD_FOR_LISTENER };

/* Interrupt Identification Register, in order of priority. */
static uint8_t interrupt_id(const struct vm_serial *serial)
{
	static const uint8_t trigger[] = { 1, 4, 8, 14 };
	uint8_t level;

	if (serial->ier & UART_IER_RLSI && serial->lsr & LSR_ERRORS)
		return UART_IIR_RLSI;
	if (serial->ier & UART_IER_RDI && serial->rx_len) {
		level = trigger[UART_FCR_R_TRIG_BITS(serial->fcr)];
		return serial->rx_len >= level ? UART_IIR_RDI
					       : UART_IIR_RX_TIMEOUT;
	}
	if (serial->ier & UART_IER_THRI && serial->thre_pending)
		return UART_IIR_THRI;
	if (serial->ier & UART_IER_MSI && serial->msr & UART_MSR_ANY_DELTA)
		return UART_IIR_MSI;
	return UART_IIR_NO_INT;
}

static void update_irq(struct vm_serial *serial)
{
	bool level = interrupt_id(serial) != UART_IIR_NO_INT;

	if (level == serial->irq)
		return;
	serial->irq = level;
	serial->ops->irq(serial->ctx, level);
}

static void update_rx_status(struct vm_serial *serial)
{
	uint8_t lsr = serial->lsr & (uint8_t) ~(UART_LSR_DR | UART_LSR_FIFOE);

	if (serial->rx_len)
		lsr |= UART_LSR_DR;
	if (serial_fifo_on(serial) && (lsr & RX_ERRORS || serial->rx_bad))
		lsr |= UART_LSR_FIFOE;
	serial->lsr = lsr;
}

static void update_tx_status(struct vm_serial *serial)
{
	uint32_t len = queue_len(&serial->tx);
	uint8_t empty = UART_LSR_THRE | UART_LSR_TEMT;
	bool quiet;

	serial->tx_fast = 0;
	if (len > QUEUE_LOW) {
		serial->lsr &= (uint8_t)~empty;
		return;
	}
	if (!(serial->lsr & UART_LSR_THRE))
		serial->thre_pending = true;
	serial->lsr |= empty;

	/*
	 * A character has no side effect where it goes to the sink's queue,
	 * the sink has been woken, and the interrupt that it would raise is
	 * either off or up already.
	 */
	quiet = !(serial->ier & UART_IER_THRI) || serial->thre_pending;
	if (quiet && len && serial->ops->tx_wake &&
	    !(serial->lcr & UART_LCR_DLAB) && !(serial->mcr & UART_MCR_LOOP))
		serial->tx_fast = QUEUE_LOW - len;
}

/* Modem inputs as loopback mode wires them: from the modem outputs. */
static uint8_t looped_inputs(uint8_t mcr)
{
	uint8_t lines = 0;

	if (mcr & UART_MCR_RTS)
		lines |= UART_MSR_CTS;
	if (mcr & UART_MCR_DTR)
		lines |= UART_MSR_DSR;
	if (mcr & UART_MCR_OUT1)
		lines |= UART_MSR_RI;
	if (mcr & UART_MCR_OUT2)
		lines |= UART_MSR_DCD;
	return lines;
}

uint8_t serial_modem_lines(const struct vm_serial *serial)
{
	if (serial->mcr & UART_MCR_LOOP)
		return looped_inputs(serial->mcr);
	return serial->inputs;
}

static void update_modem_status(struct vm_serial *serial)
{
	uint8_t lines = serial_modem_lines(serial);
	uint8_t changed, delta;

	changed = (uint8_t)((serial->msr ^ lines) & 0xf0);
	delta = (uint8_t)(changed >> 4);
	/* The ring indicator reports only its trailing edge. */
	if (lines & UART_MSR_RI)
		delta &= (uint8_t)~UART_MSR_TERI;
	serial->msr = (uint8_t)(lines | (serial->msr & 0x0f) | delta);
}

static void update_outputs(struct vm_serial *serial)
{
	uint8_t lines = 0;

	/* In loopback mode every pin is held inactive. */
	if (!(serial->mcr & UART_MCR_LOOP))
		lines = (uint8_t)((serial->mcr & 0x0f) |
				  (serial->lcr & UART_LCR_SBC));
	if (lines == serial->outputs)
		return;
	serial->outputs = lines;
	if (serial->ops->outputs)
		serial->ops->outputs(serial->ctx, lines);
}

/*
 * Linux probes for a port by storing ones in IER, and clears the receiver
 * afterwards: all interrupts at once do not mean that anybody waits for one.
 * With OUT2, which lets them through to the interrupt controller of a PC, they
 * do.  A driver that polls, or that knows no OUT2, enables what it needs.
 */
static bool listens(const struct vm_serial *serial)
{
	return serial->ier & UART_IER_RDI && !(serial->mcr & UART_MCR_LOOP) &&
	       (serial->ier != IER_MASK || serial->mcr & UART_MCR_OUT2);
}

static void tell_rx_ready(struct vm_serial *serial)
{
	if (serial->rx_held == HELD_NOT || serial->rx_len ||
	    serial->mcr & UART_MCR_LOOP)
		return;
	if (serial->rx_held == HELD_FOR_LISTENER && !listens(serial))
		return;
	serial->rx_held = HELD_NOT;
	if (serial->ops->rx_ready)
		serial->ops->rx_ready(serial->ctx);
}

void serial_settle(struct vm_serial *serial)
{
	update_rx_status(serial);
	update_tx_status(serial);
	update_modem_status(serial);
	update_outputs(serial);
	update_irq(serial);
	tell_rx_ready(serial);
}

static void clear_rx(struct vm_serial *serial)
{
	serial->rx_head = 0;
	serial->rx_len = 0;
	serial->rx_bad = 0;
	serial->lsr &= (uint8_t)~RX_ERRORS;
}

/* One character enters the receiver, from the line or looped back. */
static void receive(struct vm_serial *serial, uint8_t byte, uint8_t errors)
{
	uint8_t at = (serial->rx_head + serial->rx_len) % VM_SERIAL_FIFO;

	if (serial->rx_len == serial_rx_depth(serial)) {
		serial->lsr |= UART_LSR_OE;
		/* A FIFO keeps what it has; a single buffer is overwritten. */
		if (serial_fifo_on(serial))
			return;
		at = serial->rx_head;
		serial->rx_len = 0;
	}
	serial->rx[at] = byte;
	/* The errors of the first character are in LSR, not in the FIFO. */
	if (!serial->rx_len) {
		serial->lsr |= errors;
		errors = 0;
	}
	serial->rx_errors[at] = errors;
	serial->rx_bad = (uint8_t)(serial->rx_bad + !!errors);
	serial->rx_len++;
}

static uint8_t read_rbr(struct vm_serial *serial)
{
	uint8_t byte, errors;

	if (!serial->rx_len)
		return 0;
	byte = serial->rx[serial->rx_head];
	serial->rx_head = (serial->rx_head + 1) % VM_SERIAL_FIFO;
	serial->rx_len--;
	/* While good characters follow, nothing else changes. */
	if (serial->rx_len && !serial->rx_bad)
		return byte;
	if (serial->rx_bad) {
		errors = serial->rx_errors[serial->rx_head];
		serial->lsr |= errors;
		serial->rx_bad = (uint8_t)(serial->rx_bad - !!errors);
	}
	update_rx_status(serial);
	update_irq(serial);
	tell_rx_ready(serial);
	return byte;
}

static uint8_t read_iir(struct vm_serial *serial)
{
	uint8_t id = interrupt_id(serial);

	if (id == UART_IIR_THRI) {
		serial->thre_pending = false;
		serial->tx_fast = 0;
		update_irq(serial);
	}
	return serial_fifo_on(serial) ? id | 0xc0 : id;
}

static uint8_t read_lsr(struct vm_serial *serial)
{
	uint8_t lsr = serial->lsr;

	serial->lsr &= (uint8_t)~LSR_ERRORS;
	update_rx_status(serial);
	update_irq(serial);
	return lsr;
}

static uint8_t read_msr(struct vm_serial *serial)
{
	uint8_t msr = serial->msr;

	serial->msr &= 0xf0;
	update_irq(serial);
	return msr;
}

/* Out of line, so that the short ways below set up no stack frame. */
__attribute__((noinline)) static uint8_t read_slow(struct vm_serial *serial,
						   unsigned int off)
{
	switch (off) {
	case UART_RX:
		return serial->lcr & UART_LCR_DLAB ? serial->dll
						   : read_rbr(serial);
	case UART_IER:
		return serial->lcr & UART_LCR_DLAB ? serial->dlm : serial->ier;
	case UART_IIR:
		return read_iir(serial);
	case UART_LCR:
		return serial->lcr;
	case UART_MCR:
		return serial->mcr;
	case UART_LSR:
		return read_lsr(serial);
	case UART_MSR:
		return read_msr(serial);
	case UART_SCR:
		return serial->scr;
	}
	return 0xff;
}

uint8_t vm_serial_read(struct vm_serial *serial, unsigned int off)
{
	/* Polling drivers read LSR before every character. */
	if (off == UART_LSR && !(serial->lsr & LSR_ERRORS))
		return serial->lsr;
	return read_slow(serial, off);
}

static void write_thr(struct vm_serial *serial, uint8_t byte)
{
	bool wake = !queue_len(&serial->tx);

	if (serial->mcr & UART_MCR_LOOP) {
		receive(serial, byte, 0);
		serial->thre_pending = serial->lsr & UART_LSR_THRE;
		serial_settle(serial);
		return;
	}
	if (!queue_push(&serial->tx, byte))
		return;
	serial->thre_pending = false;
	serial->lsr &= (uint8_t) ~(UART_LSR_THRE | UART_LSR_TEMT);
	if (!serial->ops->tx_wake)
		queue_drain(&serial->tx, serial->ops, serial->ctx);
	else if (wake)
		serial->ops->tx_wake(serial->ctx);
	update_tx_status(serial);
	update_irq(serial);
}

static void write_ier(struct vm_serial *serial, uint8_t value)
{
	uint8_t enabled = (uint8_t)(value & ~serial->ier);

	serial->ier = value & IER_MASK;
	/* Enabling the interrupt of an idle transmitter raises it. */
	if (enabled & UART_IER_THRI)
		serial->thre_pending = serial->lsr & UART_LSR_THRE;
	serial_settle(serial);
}

static void write_fcr(struct vm_serial *serial, uint8_t value)
{
	bool off;

	/* Only with bit 0 set are the other bits programmed. */
	if (!(value & UART_FCR_ENABLE_FIFO))
		value = 0;
	off = serial_fifo_on(serial) && !value;
	if (off || value & UART_FCR_CLEAR_RCVR)
		clear_rx(serial);
	if (off || value & UART_FCR_CLEAR_XMIT)
		queue_clear_fifo(&serial->tx);
	serial->fcr = value & FCR_MASK;
	serial_settle(serial);
}

__attribute__((noinline)) static void write_slow(struct vm_serial *serial,
						 unsigned int off,
						 uint8_t value)
{
	bool dlab = serial->lcr & UART_LCR_DLAB;

	switch (off) {
	case UART_TX:
		if (dlab)
			serial->dll = value;
		else
			write_thr(serial, value);
		break;
	case UART_IER:
		if (dlab)
			serial->dlm = value;
		else
			write_ier(serial, value);
		break;
	case UART_FCR:
		write_fcr(serial, value);
		break;
	case UART_LCR:
		serial->lcr = value;
		serial_settle(serial);
		break;
	case UART_MCR:
		serial->mcr = value & MCR_MASK;
		serial_settle(serial);
		break;
	case UART_SCR:
		serial->scr = value;
		break;
	}
}

void vm_serial_write(struct vm_serial *serial, unsigned int off, uint8_t value)
{
	if (off == UART_TX && serial->tx_fast) {
		serial->tx_fast--;
		queue_put(&serial->tx, value);
		return;
	}
	write_slow(serial, off, value);
}

size_t vm_serial_flush(struct vm_serial *serial)
{
	queue_drain(&serial->tx, serial->ops, serial->ctx);
	update_tx_status(serial);
	update_irq(serial);
	return queue_len(&serial->tx);
}

size_t vm_serial_rx_room(const struct vm_serial *serial)
{
	if (serial->mcr & UART_MCR_LOOP)
		return 0;
	return (size_t)(serial_rx_depth(serial) - serial->rx_len);
}

size_t vm_serial_rx_ready(struct vm_serial *serial)
{
	size_t room = listens(serial) ? vm_serial_rx_room(serial) : 0;

	if (!room)
		serial->rx_held = HELD_FOR_LISTENER;
	return room;
}

size_t vm_serial_push(struct vm_serial *serial, const uint8_t *data, size_t len)
{
	size_t room = vm_serial_rx_room(serial);

	if (len > room) {
		serial->rx_held = HELD_FOR_ROOM;
		len = room;
	}
	for (size_t i = 0; i < len; i++)
		receive(serial, data[i], 0);
	update_rx_status(serial);
	update_irq(serial);
	return len;
}

void vm_serial_receive(struct vm_serial *serial, uint8_t byte, uint8_t errors)
{
	if (serial->mcr & UART_MCR_LOOP)
		return;
	if (errors & UART_LSR_BI)
		byte = 0;
	receive(serial, byte, errors & RX_ERRORS);
	update_rx_status(serial);
	update_irq(serial);
}

void vm_serial_set_inputs(struct vm_serial *serial, uint8_t lines)
{
	serial->inputs = lines & 0xf0;
	update_modem_status(serial);
	update_irq(serial);
}

void vm_serial_reset(struct vm_serial *serial)
{
	clear_rx(serial);
	serial->ier = 0;
	serial->fcr = 0;
	serial->lcr = 0;
	serial->mcr = 0;
	serial->lsr &= (uint8_t)~LSR_ERRORS;
	serial->thre_pending = false;
	serial->msr = serial->inputs;
	serial_settle(serial);
}

int vm_serial_init(struct vm_serial *serial, const struct vm_serial_ops *ops,
		   void *ctx)
{
	if (!ops->tx || !ops->irq)
		return -EINVAL;
	memset(serial, 0, sizeof(*serial));
	serial->ops = ops;
	serial->ctx = ctx;
	serial->dll = DIVISOR_DEFAULT;
	serial->inputs = VM_SERIAL_CTS | VM_SERIAL_DSR | VM_SERIAL_DCD;
	vm_serial_reset(serial);
	return 0;
}
