/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VM_SUPERIO_CLOCK_INTERNAL_H
#define VM_SUPERIO_CLOCK_INTERNAL_H

#include <vm-superio/clock.h>

#define NS_PER_S UINT64_C(1000000000)

/* Drive the interrupt line where its level changes. */
static inline void clock_set_irq(const struct vm_clock_ops *ops, void *ctx,
				 bool *irq, bool level)
{
	if (level == *irq)
		return;
	*irq = level;
	ops->irq(ctx, level);
}

/* Tell the VMM where the next alarm changes. */
static inline void clock_set_alarm(const struct vm_clock_ops *ops, void *ctx,
				   uint64_t *alarm_ns, uint64_t at_ns)
{
	if (at_ns == *alarm_ns)
		return;
	*alarm_ns = at_ns;
	if (ops->alarm)
		ops->alarm(ctx, at_ns);
}

/* Nanoseconds of a time in seconds, or never where they do not fit. */
static inline uint64_t clock_s_to_ns(uint64_t s)
{
	uint64_t ns;

	return __builtin_mul_overflow(s, NS_PER_S, &ns) ? VM_CLOCK_NEVER : ns;
}

#endif
