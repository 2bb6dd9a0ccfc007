/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-superio/pl011.h>

#define DEVICE vm_pl011
#include "port.h"

static void guest_read(struct vm_pl011 *port, unsigned int reg)
{
	vm_pl011_read(port, reg * 4);
}

static void guest_write(struct vm_pl011 *port, unsigned int reg, uint8_t value)
{
	vm_pl011_write(port, reg * 4, value * 0x101u);
}
