/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The host's clock in the hands of a test, and what the callbacks were told. */
#ifndef TESTS_FAKE_CLOCK_H
#define TESTS_FAKE_CLOCK_H

#include <vm-superio/clock.h>

#define S UINT64_C(1000000000)

struct fake_clock {
	uint64_t now;
	uint64_t alarm;
	unsigned int alarms;
	unsigned int irq_changes;
	bool irq;
};

static inline uint64_t fake_now(void *ctx)
{
	return ((struct fake_clock *)ctx)->now;
}

static inline void fake_irq(void *ctx, bool level)
{
	struct fake_clock *clock = ctx;

	clock->irq_changes++;
	clock->irq = level;
}

static inline void fake_alarm(void *ctx, uint64_t at_ns)
{
	struct fake_clock *clock = ctx;

	clock->alarms++;
	clock->alarm = at_ns;
}

static const struct vm_clock_ops fake_ops = {
	.now = fake_now,
	.irq = fake_irq,
	.alarm = fake_alarm,
};

/* For a VMM that has no timer. */
static const struct vm_clock_ops fake_ops_without_alarm = {
	.now = fake_now,
	.irq = fake_irq,
};

static inline struct fake_clock fake_clock_at(uint64_t now)
{
	return (struct fake_clock){ .now = now, .alarm = VM_CLOCK_NEVER };
}

#endif
