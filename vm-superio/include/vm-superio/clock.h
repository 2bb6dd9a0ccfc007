/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What the real-time clocks of this library need of a VMM: the time, an
 * interrupt line, and to be called when an alarm is due.
 *
 * A clock does nothing by itself.  Its flags are brought up to date when the
 * guest reads them and when the VMM calls its tick function; the alarm
 * callback says when that has to be at the latest.
 */
#ifndef VM_SUPERIO_CLOCK_H
#define VM_SUPERIO_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* There is no alarm. */
#define VM_CLOCK_NEVER UINT64_MAX

/**
 * struct vm_clock_ops - what a clock asks and drives
 * @now: nanoseconds since 1970-01-01 00:00:00 UTC.  It may be set back or
 *	forward: the guest sees the change, and an alarm that a step forward
 *	passes goes off.
 * @irq: level of the interrupt output, called on each change; it starts low
 * @alarm: optional.  The tick function is to be called when @now reaches
 *	@at_ns, which replaces what was asked for before; VM_CLOCK_NEVER calls
 *	it off.  Without it interrupts come when the guest next looks.
 */
struct vm_clock_ops {
	uint64_t (*now)(void *ctx);
	void (*irq)(void *ctx, bool level);
	void (*alarm)(void *ctx, uint64_t at_ns);
};

#endif
