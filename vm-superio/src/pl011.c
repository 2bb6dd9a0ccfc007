/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "pl011_internal.h"
#include "primecell.h"

/* Registers: ARM DDI 0183, table 3-1. */
enum {
	UARTDR = 0x00,
	UARTRSR = 0x04, /* UARTECR when written */
	UARTFR = 0x18,
	UARTILPR = 0x20,
	UARTIBRD = 0x24,
	UARTFBRD = 0x28,
	UARTLCR_H = 0x2c,
	UARTCR = 0x30,
	UARTIFLS = 0x34,
	UARTIMSC = 0x38,
	UARTRIS = 0x3c,
	UARTMIS = 0x40,
	UARTICR = 0x44,
	UARTDMACR = 0x48,
};

/* Flag register. */
#define FR_CTS	0x001u
#define FR_DSR	0x002u
#define FR_DCD	0x004u
#define FR_BUSY 0x008u
#define FR_RXFE 0x010u
#define FR_TXFF 0x020u
#define FR_RXFF 0x040u
#define FR_TXFE 0x080u
#define FR_RI	0x100u

#define CR_DTR		 0x0400u
#define CR_RTS		 0x0800u
#define CR_OUT1		 0x1000u
#define CR_OUT2		 0x2000u
#define CR_RESET	 0x0300u /* transmitter and receiver enabled, the port not */
#define CR_OUTPUTS_SHIFT 10

#define IFLS_RESET 0x12u /* both trigger levels at one half */

/* What the VMM waits for before it pushes more input. */
enum { HELD_NOT, HELD_FOR_ROOM, HELD_FOR_LISTENER };

/* Revision r1p3: the FIFOs of later ones are 32 deep. */
static const uint8_t id[8] = { 0x11, 0x10, 0x24, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

/* One eighth, one quarter, one half, three quarters, seven eighths. */
static const uint8_t trigger_levels[8] = { 2, 4, 8, 12, 14, 14, 14, 14 };

static uint8_t rx_trigger(const struct vm_pl011 *uart)
{
	return pl011_fifo_on(uart) ? trigger_levels[uart->ifls >> 3 & 7] : 1;
}

bool pl011_tx_is_low(const struct vm_pl011 *uart)
{
	uint8_t level =
		pl011_fifo_on(uart) ? trigger_levels[uart->ifls & 7] : 0;

	return queue_fifo_len(&uart->tx) <= level;
}

uint8_t pl011_modem_lines(const struct vm_pl011 *uart)
{
	uint8_t lines = 0;

	if (!(uart->cr & CR_LBE))
		return uart->inputs;
	if (uart->cr & CR_RTS)
		lines |= VM_SERIAL_CTS;
	if (uart->cr & CR_DTR)
		lines |= VM_SERIAL_DSR;
	if (uart->cr & CR_OUT1)
		lines |= VM_SERIAL_DCD;
	if (uart->cr & CR_OUT2)
		lines |= VM_SERIAL_RI;
	return lines;
}

static void update_modem(struct vm_pl011 *uart)
{
	uint8_t lines = pl011_modem_lines(uart);
	uint8_t changed = lines ^ uart->lines;

	uart->lines = lines;
	if (changed & VM_SERIAL_RI)
		uart->ris |= INT_RI;
	if (changed & VM_SERIAL_CTS)
		uart->ris |= INT_CTS;
	if (changed & VM_SERIAL_DCD)
		uart->ris |= INT_DCD;
	if (changed & VM_SERIAL_DSR)
		uart->ris |= INT_DSR;
}

/* The transmit interrupt is of the fall through the level, not the level. */
static void update_tx(struct vm_pl011 *uart)
{
	bool low = pl011_tx_is_low(uart);

	if (!low)
		uart->ris &= (uint16_t)~INT_TX;
	else if (!uart->tx_low)
		uart->ris |= INT_TX;
	uart->tx_low = low;
}

static void update_irq(struct vm_pl011 *uart)
{
	bool level = uart->ris & uart->imsc;

	if (level == uart->irq)
		return;
	uart->irq = level;
	uart->ops->irq(uart->ctx, level);
}

static void update_outputs(struct vm_pl011 *uart)
{
	uint8_t lines = 0;

	if (!(uart->cr & CR_LBE)) {
		lines = uart->cr >> CR_OUTPUTS_SHIFT & 0x0f;
		if (uart->lcr_h & LCR_H_BRK)
			lines |= VM_SERIAL_BREAK;
	}
	if (lines == uart->outputs)
		return;
	uart->outputs = lines;
	if (uart->ops->outputs)
		uart->ops->outputs(uart->ctx, lines);
}

static bool listens(const struct vm_pl011 *uart)
{
	return uart->imsc & (INT_RX | INT_RT) && !(uart->cr & CR_LBE);
}

static void tell_rx_ready(struct vm_pl011 *uart)
{
	if (uart->rx_held == HELD_NOT || uart->rx_len || uart->cr & CR_LBE)
		return;
	if (uart->rx_held == HELD_FOR_LISTENER && !listens(uart))
		return;
	uart->rx_held = HELD_NOT;
	if (uart->ops->rx_ready)
		uart->ops->rx_ready(uart->ctx);
}

void pl011_settle(struct vm_pl011 *uart)
{
	update_modem(uart);
	update_tx(uart);
	update_outputs(uart);
	update_irq(uart);
	tell_rx_ready(uart);
}

/* One character enters the receiver, from the line or looped back. */
static void receive(struct vm_pl011 *uart, uint16_t character)
{
	if (uart->rx_len == pl011_rx_depth(uart)) {
		uart->overrun = true;
		uart->rsr |= RSR_OE;
		uart->ris |= INT_OE;
		return;
	}
	uart->overrun = false;
	uart->rx[(uart->rx_head + uart->rx_len) % VM_SERIAL_FIFO] = character;
	uart->rx_len++;
	if (uart->rx_len >= rx_trigger(uart))
		uart->ris |= INT_RX;
	uart->ris |= INT_RT;
	if (character & DR_FE)
		uart->ris |= INT_FE;
	if (character & DR_PE)
		uart->ris |= INT_PE;
	if (character & DR_BE)
		uart->ris |= INT_BE;
}

static uint32_t read_dr(struct vm_pl011 *uart)
{
	uint16_t character = 0;

	if (uart->rx_len) {
		character = uart->rx[uart->rx_head];
		uart->rx_head = (uart->rx_head + 1) % VM_SERIAL_FIFO;
		uart->rx_len--;
		uart->rsr = (uint8_t)((uart->rsr & RSR_OE) | character >> 8);
	}
	if (uart->rx_len < rx_trigger(uart))
		uart->ris &= (uint16_t)~INT_RX;
	if (!uart->rx_len)
		uart->ris &= (uint16_t)~INT_RT;
	update_irq(uart);
	tell_rx_ready(uart);
	return uart->overrun ? character | DR_OE : character;
}

static void write_dr(struct vm_pl011 *uart, uint8_t byte)
{
	bool wake = !queue_len(&uart->tx);

	if (uart->cr & CR_LBE)
		receive(uart, byte);
	else if (!queue_push(&uart->tx, byte))
		return;
	/* It passes through the FIFO on its way out. */
	uart->tx_low = false;
	if (!uart->ops->tx_wake)
		queue_drain(&uart->tx, uart->ops, uart->ctx);
	else if (wake && queue_len(&uart->tx))
		uart->ops->tx_wake(uart->ctx);
	update_tx(uart);
	update_irq(uart);
}

static uint32_t read_fr(const struct vm_pl011 *uart)
{
	uint32_t queued = queue_fifo_len(&uart->tx);
	uint32_t fr = queued ? FR_BUSY : FR_TXFE;

	if (queued >= (pl011_fifo_on(uart) ? VM_SERIAL_FIFO : 1))
		fr |= FR_TXFF;
	if (!uart->rx_len)
		fr |= FR_RXFE;
	if (uart->rx_len == pl011_rx_depth(uart))
		fr |= FR_RXFF;
	if (uart->lines & VM_SERIAL_CTS)
		fr |= FR_CTS;
	if (uart->lines & VM_SERIAL_DSR)
		fr |= FR_DSR;
	if (uart->lines & VM_SERIAL_DCD)
		fr |= FR_DCD;
	if (uart->lines & VM_SERIAL_RI)
		fr |= FR_RI;
	return fr;
}

uint32_t vm_pl011_read(struct vm_pl011 *uart, unsigned int off)
{
	switch (off) {
	case UARTDR:
		return read_dr(uart);
	case UARTRSR:
		return uart->rsr;
	case UARTFR:
		return read_fr(uart);
	case UARTILPR:
		return uart->ilpr;
	case UARTIBRD:
		return uart->ibrd;
	case UARTFBRD:
		return uart->fbrd;
	case UARTLCR_H:
		return uart->lcr_h;
	case UARTCR:
		return uart->cr;
	case UARTIFLS:
		return uart->ifls;
	case UARTIMSC:
		return uart->imsc;
	case UARTRIS:
		return uart->ris;
	case UARTMIS:
		return uart->ris & uart->imsc;
	case UARTDMACR:
		return uart->dmacr;
	}
	if (off >= PRIMECELL_ID_FIRST && off <= PRIMECELL_ID_LAST && !(off % 4))
		return primecell_id(id, off);
	return 0;
}

static void write_lcr_h(struct vm_pl011 *uart, uint8_t value)
{
	uint8_t changed = uart->lcr_h ^ value;

	uart->lcr_h = value;
	/* Going to one character leaves no place for what the FIFOs hold. */
	if (changed & LCR_H_FEN && !pl011_fifo_on(uart)) {
		uart->rx_len = 0;
		uart->ris &= (uint16_t) ~(INT_RX | INT_RT);
		queue_clear_fifo(&uart->tx);
	}
}

void vm_pl011_write(struct vm_pl011 *uart, unsigned int off, uint32_t value)
{
	switch (off) {
	case UARTDR:
		write_dr(uart, (uint8_t)value);
		return;
	case UARTRSR:
		uart->rsr = 0;
		break;
	case UARTILPR:
		uart->ilpr = (uint8_t)value;
		break;
	case UARTIBRD:
		uart->ibrd = (uint16_t)value;
		break;
	case UARTFBRD:
		uart->fbrd = value & FBRD_MASK;
		break;
	case UARTLCR_H:
		write_lcr_h(uart, (uint8_t)value);
		break;
	case UARTCR:
		uart->cr = value & CR_MASK;
		break;
	case UARTIFLS:
		uart->ifls = value & IFLS_MASK;
		break;
	case UARTIMSC:
		uart->imsc = value & INT_MASK;
		break;
	case UARTICR:
		uart->ris &= (uint16_t)~value;
		break;
	case UARTDMACR:
		uart->dmacr = value & DMACR_MASK;
		break;
	}
	pl011_settle(uart);
}

size_t vm_pl011_flush(struct vm_pl011 *uart)
{
	queue_drain(&uart->tx, uart->ops, uart->ctx);
	update_tx(uart);
	update_irq(uart);
	return queue_len(&uart->tx);
}

size_t vm_pl011_rx_room(const struct vm_pl011 *uart)
{
	if (uart->cr & CR_LBE)
		return 0;
	return (size_t)(pl011_rx_depth(uart) - uart->rx_len);
}

size_t vm_pl011_rx_ready(struct vm_pl011 *uart)
{
	size_t room = listens(uart) ? vm_pl011_rx_room(uart) : 0;

	if (!room)
		uart->rx_held = HELD_FOR_LISTENER;
	return room;
}

size_t vm_pl011_push(struct vm_pl011 *uart, const uint8_t *data, size_t len)
{
	size_t room = vm_pl011_rx_room(uart);

	if (len > room) {
		uart->rx_held = HELD_FOR_ROOM;
		len = room;
	}
	for (size_t i = 0; i < len; i++)
		receive(uart, data[i]);
	update_irq(uart);
	return len;
}

void vm_pl011_receive(struct vm_pl011 *uart, uint8_t byte, uint8_t errors)
{
	uint16_t character = byte;

	if (uart->cr & CR_LBE)
		return;
	if (errors & VM_SERIAL_FRAMING_ERROR)
		character |= DR_FE;
	if (errors & VM_SERIAL_PARITY_ERROR)
		character |= DR_PE;
	if (errors & VM_SERIAL_BREAK_ERROR)
		character = DR_BE | (character & DR_ERRORS);
	receive(uart, character);
	update_irq(uart);
}

void vm_pl011_set_inputs(struct vm_pl011 *uart, uint8_t lines)
{
	uart->inputs = lines & 0xf0;
	update_modem(uart);
	update_irq(uart);
}

int vm_pl011_init(struct vm_pl011 *uart, const struct vm_serial_ops *ops,
		  void *ctx)
{
	if (!ops->tx || !ops->irq)
		return -EINVAL;
	memset(uart, 0, sizeof(*uart));
	uart->ops = ops;
	uart->ctx = ctx;
	uart->cr = CR_RESET;
	uart->ifls = IFLS_RESET;
	uart->inputs = VM_SERIAL_CTS | VM_SERIAL_DSR | VM_SERIAL_DCD;
	uart->lines = uart->inputs;
	uart->tx_low = true;
	return 0;
}
