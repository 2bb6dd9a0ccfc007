/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The guest's and the VMM's side of a PL011 in the hands of a test. */
#ifndef TESTS_PL011_PORT_H
#define TESTS_PL011_PORT_H

#include <check.h>

#include "port.h"

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

static inline void pl011_setup(struct port *port,
			       const struct vm_serial_ops *ops)
{
	port_init(port);
	ck_assert_int_eq(vm_pl011_init(&port->uart, ops, port), 0);
}

static inline uint32_t pl011_in(struct port *port, unsigned int off)
{
	return vm_pl011_read(&port->uart, off);
}

static inline void pl011_out(struct port *port, unsigned int off,
			     uint32_t value)
{
	vm_pl011_write(&port->uart, off, value);
}

static inline size_t pl011_push(struct port *port, const char *text)
{
	return vm_pl011_push(&port->uart, (const uint8_t *)text, strlen(text));
}

#endif
