/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The guest's and the VMM's side of a 16550A in the hands of a test. */
#ifndef TESTS_SERIAL_PORT_H
#define TESTS_SERIAL_PORT_H

#include <check.h>

#include "port.h"

/* Register names as in the data sheet, which also names their bits. */
enum { RBR, THR = RBR, DLL = RBR, IER, DLM = IER, IIR, FCR = IIR };
enum { LCR = 3, MCR, LSR, MSR, SCR };

static inline void port_setup(struct port *port,
			      const struct vm_serial_ops *ops)
{
	port_init(port);
	ck_assert_int_eq(vm_serial_init(&port->serial, ops, port), 0);
}

static inline void out(struct port *port, unsigned int off, unsigned int value)
{
	vm_serial_write(&port->serial, off, (uint8_t)value);
}

static inline uint8_t in(struct port *port, unsigned int off)
{
	return vm_serial_read(&port->serial, off);
}

static inline size_t push(struct port *port, const char *text)
{
	return vm_serial_push(&port->serial, (const uint8_t *)text,
			      strlen(text));
}

#endif
