/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <vm-superio/pl031.h>

#include "clock_internal.h"
#include "primecell.h"
#include "state.h"

/* Registers: ARM DDI 0224, table 3-1. */
enum {
	RTCDR = 0x00,
	RTCMR = 0x04,
	RTCLR = 0x08,
	RTCCR = 0x0c,
	RTCIMSC = 0x10,
	RTCRIS = 0x14,
	RTCMIS = 0x18,
	RTCICR = 0x1c,
};

#define CR_ENABLED 1u
#define INTERRUPT  1u

static const uint8_t id[8] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

static uint64_t host_seconds(const struct vm_pl031 *rtc)
{
	return rtc->ops->now(rtc->ctx) / NS_PER_S;
}

/* The counter at the time up to which matches are known. */
static uint32_t counter(const struct vm_pl031 *rtc)
{
	return (uint32_t)rtc->seen_s + rtc->offset;
}

/* Seconds from there to the next match, 1 to 2^32. */
static uint64_t until_match(const struct vm_pl031 *rtc)
{
	return UINT64_C(1) + (uint32_t)(rtc->match - counter(rtc) - 1);
}

static void advance(struct vm_pl031 *rtc)
{
	uint64_t now_s = host_seconds(rtc);

	if (now_s > rtc->seen_s && until_match(rtc) <= now_s - rtc->seen_s)
		rtc->raw = true;
	rtc->seen_s = now_s;
}

static void settle(struct vm_pl031 *rtc)
{
	uint64_t at_ns = VM_CLOCK_NEVER;

	if (rtc->masked_in && !rtc->raw)
		at_ns = clock_s_to_ns(rtc->seen_s + until_match(rtc));
	clock_set_irq(rtc->ops, rtc->ctx, &rtc->irq,
		      rtc->masked_in && rtc->raw);
	clock_set_alarm(rtc->ops, rtc->ctx, &rtc->alarm_ns, at_ns);
}

uint32_t vm_pl031_read(struct vm_pl031 *rtc, unsigned int off)
{
	vm_pl031_tick(rtc);
	switch (off) {
	case RTCDR:
		return counter(rtc);
	case RTCMR:
		return rtc->match;
	case RTCLR:
		return rtc->load;
	case RTCCR:
		return CR_ENABLED;
	case RTCIMSC:
		return rtc->masked_in;
	case RTCRIS:
		return rtc->raw;
	case RTCMIS:
		return rtc->masked_in && rtc->raw;
	}
	if (off >= PRIMECELL_ID_FIRST && off <= PRIMECELL_ID_LAST && !(off % 4))
		return primecell_id(id, off);
	return 0;
}

void vm_pl031_write(struct vm_pl031 *rtc, unsigned int off, uint32_t value)
{
	advance(rtc);
	switch (off) {
	case RTCMR:
		rtc->match = value;
		rtc->raw |= counter(rtc) == value;
		break;
	case RTCLR:
		rtc->load = value;
		rtc->offset = value - (uint32_t)rtc->seen_s;
		rtc->raw |= rtc->match == value;
		break;
	case RTCIMSC:
		rtc->masked_in = value & INTERRUPT;
		break;
	case RTCICR:
		if (value & INTERRUPT)
			rtc->raw = false;
		break;
	}
	settle(rtc);
}

void vm_pl031_tick(struct vm_pl031 *rtc)
{
	advance(rtc);
	settle(rtc);
}

void vm_pl031_save(struct vm_pl031 *rtc, struct vm_pl031_state *ret_state)
{
	vm_pl031_tick(rtc);
	*ret_state = (struct vm_pl031_state){
		.version = VM_PL031_STATE_VERSION,
		.offset = rtc->offset,
		.match = rtc->match,
		.load = rtc->load,
		.masked_in = rtc->masked_in,
		.raw = rtc->raw,
	};
}

int vm_pl031_restore(struct vm_pl031 *rtc, const struct vm_pl031_state *state)
{
	if (state->version != VM_PL031_STATE_VERSION || state->masked_in > 1 ||
	    state->raw > 1 ||
	    !state_is_zero(state->reserved, sizeof(state->reserved)))
		return -EBADMSG;
	rtc->seen_s = host_seconds(rtc);
	rtc->offset = state->offset;
	rtc->match = state->match;
	rtc->load = state->load;
	rtc->masked_in = state->masked_in;
	rtc->raw = state->raw;
	settle(rtc);
	return 0;
}

int vm_pl031_init(struct vm_pl031 *rtc, const struct vm_clock_ops *ops,
		  void *ctx)
{
	if (!ops->now || !ops->irq)
		return -EINVAL;
	*rtc = (struct vm_pl031){
		.ops = ops,
		.ctx = ctx,
		.alarm_ns = VM_CLOCK_NEVER,
	};
	rtc->seen_s = host_seconds(rtc);
	return 0;
}
