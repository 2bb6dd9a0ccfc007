/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What the fuzz targets of the clocks share: any accesses of the guest, at any
 * time of a host's clock that may jump, and any saved state to start from.  An
 * alarm is never in the past, and when it comes, so does the interrupt.
 *
 * The including file defines DEVICE, such as vm_cmos.
 *
 * Input: a byte whose bit 0 says that a saved state follows, the time (8
 * bytes); then per step a byte that names it and what it takes.
 */
#ifndef FUZZ_CLOCK_H
#define FUZZ_CLOCK_H

#include <vm-superio/clock.h>

#include "input.h"

struct host {
	uint64_t now;
	uint64_t alarm;
	bool irq;
};

/* The guest's accesses, which each target brings. */
static void guest_read(struct DEVICE *clock, uint8_t op);
static void guest_write(struct DEVICE *clock, uint8_t op, struct input *input);

static uint64_t host_now(void *ctx)
{
	return ((struct host *)ctx)->now;
}

static void host_irq(void *ctx, bool level)
{
	struct host *host = ctx;

	assert(host->irq != level);
	host->irq = level;
}

static void host_alarm(void *ctx, uint64_t at_ns)
{
	struct host *host = ctx;

	assert(host->alarm != at_ns);
	host->alarm = at_ns;
}

static const struct vm_clock_ops ops = {
	.now = host_now,
	.irq = host_irq,
	.alarm = host_alarm,
};

/* What can be reached can be saved, restored, and is the same afterwards. */
static void check_state(struct DEVICE *clock, const struct host *host)
{
	struct NAME(_state) state, again;
	struct host other_host = { host->now, VM_CLOCK_NEVER, false };
	struct DEVICE other;

	NAME(_save)(clock, &state);
	assert(!NAME(_init)(&other, &ops, &other_host));
	assert(!NAME(_restore)(&other, &state));
	assert(other_host.irq == host->irq);
	assert(other_host.alarm == host->alarm);
	NAME(_save)(&other, &again);
	assert(!memcmp(&state, &again, sizeof(state)));
}

static void check_alarm(struct DEVICE *clock, struct host *host)
{
	if (host->alarm == VM_CLOCK_NEVER)
		return;
	assert(host->alarm > host->now);
	assert(!host->irq);
	host->now = host->alarm;
	NAME(_tick)(clock);
	assert(host->irq);
}

static void step(struct DEVICE *clock, struct host *host, struct input *input)
{
	uint8_t op = (uint8_t)take(input, 1);

	switch (op % 4) {
	case 0:
		guest_read(clock, op);
		break;
	case 1:
		guest_write(clock, op, input);
		break;
	case 2:
		host->now =
			op & 4 ? take(input, 8) : host->now + take(input, 5);
		NAME(_tick)(clock);
		break;
	case 3:
		check_alarm(clock, host);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	uint8_t flags = (uint8_t)take(&input, 1);
	struct host host = { take(&input, 8), VM_CLOCK_NEVER, false };
	struct NAME(_state) state;
	struct DEVICE clock;

	assert(!NAME(_init)(&clock, &ops, &host));
	if (flags & 1) {
		take_bytes(&input, &state, sizeof(state));
		if (NAME(_restore)(&clock, &state))
			return 0;
	}
	while (input.len)
		step(&clock, &host, &input);
	NAME(_tick)(&clock);
	check_state(&clock, &host);
	return 0;
}

#endif
