/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Any accesses of the guest to a goldfish RTC, at any time of a host's clock that
 * may jump, and any saved state to start from.  An alarm is never in the past,
 * and when it comes, so does the interrupt.
 *
 * Input: a byte whose bit 0 says that a saved state follows, the time (8
 * bytes); then per step a byte that names it and what it takes.
 */
#include <vm-superio/goldfish_rtc.h>

#include "input.h"

struct host {
	uint64_t now;
	uint64_t alarm;
	bool irq;
};

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
static void check_state(struct vm_goldfish_rtc *rtc, const struct host *host)
{
	struct vm_goldfish_rtc_state state, again;
	struct host other_host = { host->now, VM_CLOCK_NEVER, false };
	struct vm_goldfish_rtc other;

	vm_goldfish_rtc_save(rtc, &state);
	assert(!vm_goldfish_rtc_init(&other, &ops, &other_host));
	assert(!vm_goldfish_rtc_restore(&other, &state));
	assert(other_host.irq == host->irq);
	assert(other_host.alarm == host->alarm);
	vm_goldfish_rtc_save(&other, &again);
	assert(!memcmp(&state, &again, sizeof(state)));
}

static void check_alarm(struct vm_goldfish_rtc *rtc, struct host *host)
{
	if (host->alarm == VM_CLOCK_NEVER)
		return;
	assert(host->alarm > host->now);
	assert(!host->irq);
	host->now = host->alarm;
	vm_goldfish_rtc_tick(rtc);
	assert(host->irq);
}

static void step(struct vm_goldfish_rtc *rtc, struct host *host,
		 struct input *input)
{
	uint8_t op = (uint8_t)take(input, 1);

	switch (op % 4) {
	case 0:
		vm_goldfish_rtc_read(rtc, op & 0xfcu);
		break;
	case 1:
		vm_goldfish_rtc_write(rtc, op & 0xfcu,
				      (uint32_t)take(input, 4));
		break;
	case 2:
		host->now =
			op & 4 ? take(input, 8) : host->now + take(input, 5);
		vm_goldfish_rtc_tick(rtc);
		break;
	case 3:
		check_alarm(rtc, host);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	uint8_t flags = (uint8_t)take(&input, 1);
	struct host host = { take(&input, 8), VM_CLOCK_NEVER, false };
	struct vm_goldfish_rtc_state state;
	struct vm_goldfish_rtc rtc;

	assert(!vm_goldfish_rtc_init(&rtc, &ops, &host));
	if (flags & 1) {
		take_bytes(&input, &state, sizeof(state));
		if (vm_goldfish_rtc_restore(&rtc, &state))
			return 0;
	}
	while (input.len)
		step(&rtc, &host, &input);
	vm_goldfish_rtc_tick(&rtc);
	check_state(&rtc, &host);
	return 0;
}
