/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VM_SUPERIO_SERIAL_INTERNAL_H
#define VM_SUPERIO_SERIAL_INTERNAL_H

#include <linux/serial_reg.h>

#include <vm-superio/serial.h>

#include "queue.h"

/* The errors of a single character, which travel through the FIFO with it. */
#define RX_ERRORS (UART_LSR_PE | UART_LSR_FE | UART_LSR_BI)

/* What a driver reads to clear: RX_ERRORS of the first character, overrun. */
#define LSR_ERRORS (RX_ERRORS | UART_LSR_OE)

/* The bits of each register that exist. */
#define IER_MASK 0x0fu
#define MCR_MASK 0x1fu
#define FCR_MASK \
	(UART_FCR_ENABLE_FIFO | UART_FCR_DMA_SELECT | UART_FCR_TRIGGER_MASK)

static inline bool serial_fifo_on(const struct vm_serial *serial)
{
	return serial->fcr & UART_FCR_ENABLE_FIFO;
}

static inline uint8_t serial_rx_depth(const struct vm_serial *serial)
{
	return serial_fifo_on(serial) ? VM_SERIAL_FIFO : 1;
}

/* CTS, DSR, RI and DCD as the chip sees them, loopback considered. */
uint8_t serial_modem_lines(const struct vm_serial *serial);

/*
 * Derive everything that follows from the registers and queues: line status,
 * modem status, outputs, interrupt, and whether held-back input may come.
 */
void serial_settle(struct vm_serial *serial);

#endif
