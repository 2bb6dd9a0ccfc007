/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <vm-superio/goldfish_rtc.h>

#include "clock_internal.h"
#include "state.h"

/* Registers as Linux's rtc-goldfish uses them. */
enum {
	TIME_LOW = 0x00,
	TIME_HIGH = 0x04,
	ALARM_LOW = 0x08, /* writing it arms the alarm */
	ALARM_HIGH = 0x0c,
	IRQ_ENABLED = 0x10,
	CLEAR_ALARM = 0x14,
	ALARM_STATUS = 0x18,
	CLEAR_INTERRUPT = 0x1c,
};

#define LOW_HALF UINT64_C(0xffffffff)

static uint64_t guest_now(const struct vm_goldfish_rtc *rtc)
{
	return rtc->ops->now(rtc->ctx) + rtc->offset_ns;
}

static void settle(struct vm_goldfish_rtc *rtc)
{
	uint64_t now = guest_now(rtc);
	uint64_t at_ns = VM_CLOCK_NEVER;

	if (rtc->armed && now >= rtc->target_ns) {
		rtc->armed = false;
		rtc->pending = true;
	}
	/* In host time; an alarm past the end of that never comes. */
	if (rtc->armed && rtc->enabled && !rtc->pending &&
	    __builtin_add_overflow(rtc->target_ns - now, now - rtc->offset_ns,
				   &at_ns))
		at_ns = VM_CLOCK_NEVER;
	clock_set_irq(rtc->ops, rtc->ctx, &rtc->irq,
		      rtc->enabled && rtc->pending);
	clock_set_alarm(rtc->ops, rtc->ctx, &rtc->alarm_ns, at_ns);
}

static void set_time(struct vm_goldfish_rtc *rtc, uint64_t guest_ns)
{
	rtc->offset_ns += guest_ns - guest_now(rtc);
}

uint32_t vm_goldfish_rtc_read(struct vm_goldfish_rtc *rtc, unsigned int off)
{
	uint64_t now;

	settle(rtc);
	switch (off) {
	case TIME_LOW:
		now = guest_now(rtc);
		rtc->time_high = (uint32_t)(now >> 32);
		return (uint32_t)now;
	case TIME_HIGH:
		return rtc->time_high;
	case ALARM_LOW:
		return (uint32_t)rtc->target_ns;
	case ALARM_HIGH:
		return (uint32_t)(rtc->target_ns >> 32);
	case IRQ_ENABLED:
		return rtc->enabled;
	case ALARM_STATUS:
		return rtc->armed;
	}
	return 0;
}

void vm_goldfish_rtc_write(struct vm_goldfish_rtc *rtc, unsigned int off,
			   uint32_t value)
{
	switch (off) {
	case TIME_LOW:
		set_time(rtc, (guest_now(rtc) & ~LOW_HALF) | value);
		break;
	case TIME_HIGH:
		set_time(rtc,
			 (guest_now(rtc) & LOW_HALF) | (uint64_t)value << 32);
		break;
	case ALARM_LOW:
		rtc->target_ns = (rtc->target_ns & ~LOW_HALF) | value;
		rtc->armed = true;
		break;
	case ALARM_HIGH:
		rtc->target_ns = (rtc->target_ns & LOW_HALF) | (uint64_t)value
								       << 32;
		break;
	case IRQ_ENABLED:
		rtc->enabled = value & 1;
		break;
	case CLEAR_ALARM:
		rtc->armed = false;
		break;
	case CLEAR_INTERRUPT:
		rtc->pending = false;
		break;
	}
	settle(rtc);
}

void vm_goldfish_rtc_tick(struct vm_goldfish_rtc *rtc)
{
	settle(rtc);
}

void vm_goldfish_rtc_save(const struct vm_goldfish_rtc *rtc,
			  struct vm_goldfish_rtc_state *ret_state)
{
	*ret_state = (struct vm_goldfish_rtc_state){
		.version = VM_GOLDFISH_RTC_STATE_VERSION,
		.time_high = rtc->time_high,
		.offset_ns = rtc->offset_ns,
		.target_ns = rtc->target_ns,
		.armed = rtc->armed,
		.enabled = rtc->enabled,
		.pending = rtc->pending,
	};
}

int vm_goldfish_rtc_restore(struct vm_goldfish_rtc *rtc,
			    const struct vm_goldfish_rtc_state *state)
{
	if (state->version != VM_GOLDFISH_RTC_STATE_VERSION ||
	    state->armed > 1 || state->enabled > 1 || state->pending > 1 ||
	    !state_is_zero(state->reserved, sizeof(state->reserved)))
		return -EBADMSG;
	rtc->time_high = state->time_high;
	rtc->offset_ns = state->offset_ns;
	rtc->target_ns = state->target_ns;
	rtc->armed = state->armed;
	rtc->enabled = state->enabled;
	rtc->pending = state->pending;
	settle(rtc);
	return 0;
}

int vm_goldfish_rtc_init(struct vm_goldfish_rtc *rtc,
			 const struct vm_clock_ops *ops, void *ctx)
{
	if (!ops->now || !ops->irq)
		return -EINVAL;
	*rtc = (struct vm_goldfish_rtc){
		.ops = ops,
		.ctx = ctx,
		.alarm_ns = VM_CLOCK_NEVER,
	};
	return 0;
}
