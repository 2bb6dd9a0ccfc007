/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <vm-superio/cmos.h>

#include "calendar.h"
#include "clock_internal.h"
#include "state.h"

/* Bytes of the clock: MC146818 data sheet, "Address map". */
enum {
	SECONDS = 0,
	SECONDS_ALARM = 1,
	MINUTES = 2,
	MINUTES_ALARM = 3,
	HOURS = 4,
	HOURS_ALARM = 5,
	WEEKDAY = 6,
	DAY = 7,
	MONTH = 8,
	YEAR = 9,
	REG_A = 10,
	REG_B = 11,
	REG_C = 12,
	REG_D = 13,
};

#define A_UIP	  0x80u
#define A_RATE	  0x0fu
#define A_DEFAULT 0x26u /* 32768 Hz time base, 1024 Hz periodic rate */

#define B_SET 0x80u
#define B_PIE 0x40u
#define B_AIE 0x20u
#define B_UIE 0x10u
#define B_DM  0x04u /* binary, not BCD */
#define B_24H 0x02u

/* The flags of C are at the places of their enables in B. */
#define C_IRQF	0x80u
#define C_PF	B_PIE
#define C_AF	B_AIE
#define C_UF	B_UIE
#define C_FLAGS (C_PF | C_AF | C_UF)

#define D_VALID 0x80u

#define HOUR_PM	    0x80u
#define ALARM_ANY   0xc0u
#define ALARM_NEVER INT64_MAX
#define INDEX_MASK  (VM_CMOS_BYTES - 1)
#define CRYSTAL_HZ  32768u

/* From the rise of UIP, 244 us before the update, to the end of it. */
#define UPDATE_NS UINT64_C(2228000)

/* No guest can set the clock further from the host's. */
#define OFFSET_MAX (INT64_C(1) << 40)

static bool is_time(unsigned int index)
{
	switch (index) {
	case SECONDS:
	case MINUTES:
	case HOURS:
	case WEEKDAY:
	case DAY:
	case MONTH:
	case YEAR:
	case VM_CMOS_CENTURY:
		return true;
	}
	return false;
}

static uint8_t encode(const struct vm_cmos *cmos, unsigned int value)
{
	if (cmos->bytes[REG_B] & B_DM)
		return (uint8_t)value;
	return (uint8_t)(value / 10 << 4 | value % 10);
}

static unsigned int decode(const struct vm_cmos *cmos, uint8_t byte)
{
	if (cmos->bytes[REG_B] & B_DM)
		return byte;
	return (byte >> 4) * 10u + (byte & 15u);
}

static uint8_t encode_hour(const struct vm_cmos *cmos, unsigned int hour)
{
	uint8_t byte;

	if (cmos->bytes[REG_B] & B_24H)
		return encode(cmos, hour);
	byte = encode(cmos, hour % 12 ? hour % 12 : 12);
	return hour < 12 ? byte : (uint8_t)(byte | HOUR_PM);
}

static unsigned int decode_hour(const struct vm_cmos *cmos, uint8_t byte)
{
	if (cmos->bytes[REG_B] & B_24H)
		return decode(cmos, byte);
	return decode(cmos, byte & 0x7f) % 12 + (byte & HOUR_PM ? 12 : 0);
}

static int64_t guest_seconds(const struct vm_cmos *cmos, uint64_t host_ns)
{
	return (int64_t)(host_ns / NS_PER_S) + cmos->offset_s;
}

/* The bytes of the time as the clock would have them at a host time. */
static void put_time(const struct vm_cmos *cmos, uint64_t host_ns,
		     uint8_t bytes[static VM_CMOS_BYTES])
{
	struct civil civil = civil_from_seconds(guest_seconds(cmos, host_ns));
	unsigned int year =
		(unsigned int)((civil.year % 10000 + 10000) % 10000);

	bytes[SECONDS] = encode(cmos, civil.second);
	bytes[MINUTES] = encode(cmos, civil.minute);
	bytes[HOURS] = encode_hour(cmos, civil.hour);
	bytes[WEEKDAY] = encode(cmos, civil.weekday);
	bytes[DAY] = encode(cmos, civil.day);
	bytes[MONTH] = encode(cmos, civil.month);
	bytes[YEAR] = encode(cmos, year % 100);
	bytes[VM_CMOS_CENTURY] = encode(cmos, year / 100);
}

/* Let the clock run on from the time in its bytes. */
static void take_time(struct vm_cmos *cmos, uint64_t host_ns)
{
	const uint8_t *bytes = cmos->bytes;
	struct civil civil = {
		.year = decode(cmos, bytes[VM_CMOS_CENTURY]) * INT64_C(100) +
			decode(cmos, bytes[YEAR]),
		.month = decode(cmos, bytes[MONTH]),
		.day = decode(cmos, bytes[DAY]),
		.hour = decode_hour(cmos, bytes[HOURS]),
		.minute = decode(cmos, bytes[MINUTES]),
		.second = decode(cmos, bytes[SECONDS]),
	};

	cmos->offset_s =
		civil_to_seconds(&civil) - (int64_t)(host_ns / NS_PER_S);
}

static bool alarm_matches(uint8_t alarm, unsigned int want, unsigned int is)
{
	return (alarm & ALARM_ANY) == ALARM_ANY || want == is;
}

/* The first second from @from on that the alarm matches, or ALARM_NEVER. */
static int64_t next_alarm(const struct vm_cmos *cmos, int64_t from)
{
	const uint8_t *bytes = cmos->bytes;
	unsigned int hour = decode_hour(cmos, bytes[HOURS_ALARM]);
	unsigned int minute = decode(cmos, bytes[MINUTES_ALARM]);
	unsigned int second = decode(cmos, bytes[SECONDS_ALARM]);
	struct civil start = civil_from_seconds(from);
	int64_t midnight = from - (int64_t)(start.hour * 3600 +
					    start.minute * 60 + start.second);

	/* No second is tried in vain: each matching minute then has a match. */
	if (second >= 60 && (bytes[SECONDS_ALARM] & ALARM_ANY) != ALARM_ANY)
		return ALARM_NEVER;
	for (unsigned int h = start.hour; h <= start.hour + 24; h++) {
		if (!alarm_matches(bytes[HOURS_ALARM], hour, h % 24))
			continue;
		for (unsigned int m = 0; m < 60; m++) {
			if (!alarm_matches(bytes[MINUTES_ALARM], minute, m))
				continue;
			for (unsigned int s = 0; s < 60; s++) {
				int64_t at = midnight + h * 3600 + m * 60 + s;

				if (at >= from &&
				    alarm_matches(bytes[SECONDS_ALARM], second,
						  s))
					return at;
			}
		}
	}
	return ALARM_NEVER;
}

/* Frequency of the periodic interrupt, or 0: data sheet, "Periodic rates". */
static uint64_t periodic_hz(const struct vm_cmos *cmos)
{
	unsigned int rate = cmos->bytes[REG_A] & A_RATE;

	if (!rate)
		return 0;
	/* The two fastest taps do not exist on this crystal. */
	return CRYSTAL_HZ >> (rate <= 2 ? rate + 6 : rate - 1);
}

/* Periods that have ended by a host time; they divide seconds evenly. */
static uint64_t periods(uint64_t hz, uint64_t host_ns)
{
	return host_ns / NS_PER_S * hz + host_ns % NS_PER_S * hz / NS_PER_S;
}

/* Raise the flags of what happened since the last look. */
static void advance(struct vm_cmos *cmos)
{
	uint64_t now = cmos->ops->now(cmos->ctx);
	uint64_t seen = cmos->seen_ns;
	uint64_t hz = periodic_hz(cmos);

	cmos->seen_ns = now;
	if (now <= seen)
		return;
	if (periods(hz, now) != periods(hz, seen))
		cmos->bytes[REG_C] |= C_PF;
	if (cmos->bytes[REG_B] & B_SET || now / NS_PER_S == seen / NS_PER_S)
		return;
	cmos->bytes[REG_C] |= C_UF;
	if (next_alarm(cmos, guest_seconds(cmos, seen) + 1) <=
	    guest_seconds(cmos, now))
		cmos->bytes[REG_C] |= C_AF;
}

/* Host time of the next alarm, saturated to never. */
static uint64_t alarm_due(const struct vm_cmos *cmos)
{
	int64_t now_s = guest_seconds(cmos, cmos->seen_ns);
	int64_t at_s = next_alarm(cmos, now_s + 1);

	if (at_s == ALARM_NEVER)
		return VM_CLOCK_NEVER;
	return clock_s_to_ns(cmos->seen_ns / NS_PER_S +
			     (uint64_t)(at_s - now_s));
}

/* Host time at which the next period ends. */
static uint64_t period_due(const struct vm_cmos *cmos, uint64_t hz)
{
	uint64_t ns = cmos->seen_ns % NS_PER_S;
	uint64_t next = ns * hz / NS_PER_S + 1;
	uint64_t due;

	if (__builtin_add_overflow(cmos->seen_ns - ns,
				   (next * NS_PER_S + hz - 1) / hz, &due))
		return VM_CLOCK_NEVER;
	return due;
}

/* The earliest event whose interrupt is enabled. */
static uint64_t next_due(const struct vm_cmos *cmos)
{
	uint8_t wanted = cmos->bytes[REG_B];
	uint64_t hz = periodic_hz(cmos);
	uint64_t due = VM_CLOCK_NEVER, at;

	if (wanted & C_PF && hz)
		due = period_due(cmos, hz);
	if (cmos->bytes[REG_B] & B_SET)
		return due;
	if (wanted & C_UF) {
		at = clock_s_to_ns(cmos->seen_ns / NS_PER_S + 1);
		due = at < due ? at : due;
	}
	if (wanted & C_AF) {
		at = alarm_due(cmos);
		due = at < due ? at : due;
	}
	return due;
}

static void settle(struct vm_cmos *cmos)
{
	bool raised = cmos->bytes[REG_B] & cmos->bytes[REG_C] & C_FLAGS;

	cmos->bytes[REG_C] &= C_FLAGS;
	if (raised)
		cmos->bytes[REG_C] |= C_IRQF;
	clock_set_irq(cmos->ops, cmos->ctx, &cmos->irq, raised);
	/* A raised interrupt waits for the guest, who looks at all flags. */
	clock_set_alarm(cmos->ops, cmos->ctx, &cmos->alarm_ns,
			raised ? VM_CLOCK_NEVER : next_due(cmos));
}

static bool update_in_progress(const struct vm_cmos *cmos)
{
	return !(cmos->bytes[REG_B] & B_SET) &&
	       cmos->seen_ns % NS_PER_S >= NS_PER_S - UPDATE_NS;
}

static uint8_t read_byte(struct vm_cmos *cmos, unsigned int index)
{
	uint8_t bytes[VM_CMOS_BYTES];
	uint8_t value = cmos->bytes[index];

	if (is_time(index) && !(cmos->bytes[REG_B] & B_SET)) {
		put_time(cmos, cmos->seen_ns, bytes);
		return bytes[index];
	}
	switch (index) {
	case REG_A:
		return update_in_progress(cmos) ? value | A_UIP : value;
	case REG_C:
		cmos->bytes[REG_C] = 0;
		settle(cmos);
		break;
	}
	return value;
}

static void write_time(struct vm_cmos *cmos, unsigned int index, uint8_t value)
{
	bool set = cmos->bytes[REG_B] & B_SET;

	if (!set)
		put_time(cmos, cmos->seen_ns, cmos->bytes);
	cmos->bytes[index] = value;
	if (!set)
		take_time(cmos, cmos->seen_ns);
}

static void write_b(struct vm_cmos *cmos, uint8_t value)
{
	uint8_t changed = cmos->bytes[REG_B] ^ value;

	/* While the time is being set there are no updates to interrupt. */
	if (value & B_SET)
		value &= (uint8_t)~B_UIE;
	/* The format of a set time is that under which it starts to run. */
	cmos->bytes[REG_B] = value;
	if (!(changed & B_SET))
		return;
	if (value & B_SET)
		put_time(cmos, cmos->seen_ns, cmos->bytes);
	else
		take_time(cmos, cmos->seen_ns);
}

static void write_byte(struct vm_cmos *cmos, unsigned int index, uint8_t value)
{
	if (is_time(index)) {
		write_time(cmos, index, value);
		return;
	}
	switch (index) {
	case REG_A:
		cmos->bytes[REG_A] = value & (uint8_t)~A_UIP;
		break;
	case REG_B:
		write_b(cmos, value);
		break;
	case REG_C:
	case REG_D:
		break;
	default:
		cmos->bytes[index] = value;
	}
}

uint8_t vm_cmos_read(struct vm_cmos *cmos, unsigned int off)
{
	if (off != VM_CMOS_DATA)
		return 0xff;
	vm_cmos_tick(cmos);
	return read_byte(cmos, cmos->index);
}

void vm_cmos_write(struct vm_cmos *cmos, unsigned int off, uint8_t value)
{
	switch (off) {
	case VM_CMOS_INDEX:
		cmos->index = value & INDEX_MASK;
		break;
	case VM_CMOS_DATA:
		advance(cmos);
		write_byte(cmos, cmos->index, value);
		settle(cmos);
		break;
	}
}

int vm_cmos_set_memory(struct vm_cmos *cmos, unsigned int index, uint8_t value)
{
	if (index < VM_CMOS_MEMORY || index >= VM_CMOS_BYTES ||
	    index == VM_CMOS_CENTURY)
		return -EINVAL;
	cmos->bytes[index] = value;
	return 0;
}

void vm_cmos_tick(struct vm_cmos *cmos)
{
	advance(cmos);
	settle(cmos);
}

void vm_cmos_save(struct vm_cmos *cmos, struct vm_cmos_state *ret_state)
{
	vm_cmos_tick(cmos);
	*ret_state = (struct vm_cmos_state){
		.version = VM_CMOS_STATE_VERSION,
		.index = cmos->index,
		.offset_s = cmos->offset_s,
	};
	memcpy(ret_state->bytes, cmos->bytes, sizeof(cmos->bytes));
	/* Of a running clock these are leftovers of when it was set. */
	for (unsigned int i = 0; i < VM_CMOS_BYTES; i++)
		if (is_time(i) && !(cmos->bytes[REG_B] & B_SET))
			ret_state->bytes[i] = 0;
}

static bool state_is_valid(const struct vm_cmos_state *state)
{
	const uint8_t *bytes = state->bytes;
	bool raised = bytes[REG_B] & bytes[REG_C] & C_FLAGS;

	if (state->version != VM_CMOS_STATE_VERSION ||
	    state->index >= VM_CMOS_BYTES ||
	    !state_is_zero(state->reserved, sizeof(state->reserved)) ||
	    state->offset_s > OFFSET_MAX || state->offset_s < -OFFSET_MAX)
		return false;
	if (bytes[REG_A] & A_UIP || bytes[REG_D] != D_VALID ||
	    (bytes[REG_C] & ~C_FLAGS) != (raised ? C_IRQF : 0) ||
	    (bytes[REG_B] & B_SET && bytes[REG_B] & B_UIE))
		return false;
	for (unsigned int i = 0; i < VM_CMOS_BYTES; i++)
		if (is_time(i) && !(bytes[REG_B] & B_SET) && bytes[i])
			return false;
	return true;
}

int vm_cmos_restore(struct vm_cmos *cmos, const struct vm_cmos_state *state)
{
	if (!state_is_valid(state))
		return -EBADMSG;
	cmos->index = state->index;
	cmos->offset_s = state->offset_s;
	memcpy(cmos->bytes, state->bytes, sizeof(cmos->bytes));
	cmos->seen_ns = cmos->ops->now(cmos->ctx);
	settle(cmos);
	return 0;
}

int vm_cmos_init(struct vm_cmos *cmos, const struct vm_clock_ops *ops,
		 void *ctx)
{
	if (!ops->now || !ops->irq)
		return -EINVAL;
	*cmos = (struct vm_cmos){
		.ops = ops,
		.ctx = ctx,
		.alarm_ns = VM_CLOCK_NEVER,
	};
	cmos->bytes[REG_A] = A_DEFAULT;
	cmos->bytes[REG_B] = B_24H;
	cmos->bytes[REG_D] = D_VALID;
	cmos->seen_ns = ops->now(ctx);
	return 0;
}
