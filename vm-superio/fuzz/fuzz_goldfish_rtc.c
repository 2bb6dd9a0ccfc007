/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-superio/goldfish_rtc.h>

#define DEVICE vm_goldfish_rtc
#include "clock.h"

static void guest_read(struct vm_goldfish_rtc *rtc, uint8_t op)
{
	vm_goldfish_rtc_read(rtc, op & 0xfcu);
}

static void guest_write(struct vm_goldfish_rtc *rtc, uint8_t op,
			struct input *input)
{
	vm_goldfish_rtc_write(rtc, op & 0xfcu, (uint32_t)take(input, 4));
}
