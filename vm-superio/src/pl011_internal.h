/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VM_SUPERIO_PL011_INTERNAL_H
#define VM_SUPERIO_PL011_INTERNAL_H

#include <vm-superio/pl011.h>

#include "queue.h"

/* Bits of UARTDR above the character; in UARTRSR they are eight lower. */
#define DR_FE	  0x100u
#define DR_PE	  0x200u
#define DR_BE	  0x400u
#define DR_OE	  0x800u
#define DR_ERRORS (DR_FE | DR_PE | DR_BE)
#define RSR_OE	  (DR_OE >> 8)

#define LCR_H_BRK 0x01u
#define LCR_H_FEN 0x10u

#define CR_LBE 0x0080u

/* Interrupts: the bits of UARTRIS, UARTMIS, UARTIMSC and UARTICR. */
#define INT_RI	0x001u
#define INT_CTS 0x002u
#define INT_DCD 0x004u
#define INT_DSR 0x008u
#define INT_RX	0x010u
#define INT_TX	0x020u
#define INT_RT	0x040u
#define INT_FE	0x080u
#define INT_PE	0x100u
#define INT_BE	0x200u
#define INT_OE	0x400u

/* The bits of each register that exist. */
#define FBRD_MASK  0x3fu
#define IFLS_MASK  0x3fu
#define INT_MASK   0x7ffu
#define DMACR_MASK 0x07u
#define CR_MASK	   0xff87u

static inline bool pl011_fifo_on(const struct vm_pl011 *uart)
{
	return uart->lcr_h & LCR_H_FEN;
}

static inline uint8_t pl011_rx_depth(const struct vm_pl011 *uart)
{
	return pl011_fifo_on(uart) ? VM_SERIAL_FIFO : 1;
}

/* Whether the transmit FIFO is at its trigger level or below. */
bool pl011_tx_is_low(const struct vm_pl011 *uart);

/* Modem inputs as the chip sees them, loopback considered. */
uint8_t pl011_modem_lines(const struct vm_pl011 *uart);

/* Derive what follows from registers and queues and tell the callbacks. */
void pl011_settle(struct vm_pl011 *uart);

#endif
