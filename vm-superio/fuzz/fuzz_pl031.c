/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-superio/pl031.h>

#define DEVICE vm_pl031
#include "clock.h"

static void guest_read(struct vm_pl031 *rtc, uint8_t op)
{
	vm_pl031_read(rtc, op & 0xfcu);
}

static void guest_write(struct vm_pl031 *rtc, uint8_t op, struct input *input)
{
	vm_pl031_write(rtc, op & 0xfcu, (uint32_t)take(input, 4));
}
