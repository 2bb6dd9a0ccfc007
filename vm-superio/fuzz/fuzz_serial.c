/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-superio/serial.h>

#define DEVICE vm_serial
#include "port.h"

static void guest_read(struct vm_serial *port, unsigned int reg)
{
	vm_serial_read(port, reg);
}

static void guest_write(struct vm_serial *port, unsigned int reg, uint8_t value)
{
	vm_serial_write(port, reg, value);
}
