/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-superio/cmos.h>

#define DEVICE vm_cmos
#include "clock.h"

static void guest_read(struct vm_cmos *cmos, uint8_t op)
{
	(void)op;
	vm_cmos_read(cmos, VM_CMOS_DATA);
}

static void guest_write(struct vm_cmos *cmos, uint8_t op, struct input *input)
{
	vm_cmos_write(cmos, VM_CMOS_INDEX, op >> 2);
	vm_cmos_write(cmos, VM_CMOS_DATA, (uint8_t)take(input, 1));
}
