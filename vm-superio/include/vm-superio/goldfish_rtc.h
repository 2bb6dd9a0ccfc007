/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Goldfish real-time clock: nanoseconds with an alarm, as the riscv64 "virt"
 * machines have it (Linux: google,goldfish-rtc).
 *
 * Threading: no lock inside.  Calls on one vm_goldfish_rtc must be serialised
 * by the caller.  Callbacks run inside the call that caused them and must not
 * call back into the same vm_goldfish_rtc.
 */
#ifndef VM_SUPERIO_GOLDFISH_RTC_H
#define VM_SUPERIO_GOLDFISH_RTC_H

#include <vm-superio/api.h>
#include <vm-superio/clock.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VM_GOLDFISH_RTC_SIZE 0x20u

/* Allocated by the caller; every member is private to the library. */
struct vm_goldfish_rtc {
	const struct vm_clock_ops *ops;
	void *ctx;
	uint64_t offset_ns; /* guest time minus host time, modulo 2^64 */
	uint64_t target_ns; /* guest time of the alarm */
	uint64_t alarm_ns;
	uint32_t time_high; /* latched by reading the low half */
	bool armed;
	bool enabled;
	bool pending;
	bool irq;
};

#define VM_GOLDFISH_RTC_STATE_VERSION 1u

/* Everything that the guest can observe; plain data without padding. */
struct vm_goldfish_rtc_state {
	uint32_t version; /* VM_GOLDFISH_RTC_STATE_VERSION */
	uint32_t time_high;
	uint64_t offset_ns;
	uint64_t target_ns;
	uint8_t armed; /* 0 or 1 */
	uint8_t enabled; /* 0 or 1 */
	uint8_t pending; /* 0 or 1 */
	uint8_t reserved[5]; /* zero */
};

/**
 * vm_goldfish_rtc_init - make a clock that shows the host's time
 * @rtc: uninitialised storage
 * @ops: callbacks; must outlive @rtc
 * @ctx: passed to every callback
 *
 * Nothing needs to be undone when @rtc is no longer used.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @ops lacks now or irq
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_goldfish_rtc_init(
	struct vm_goldfish_rtc *rtc, const struct vm_clock_ops *ops, void *ctx);

/**
 * vm_goldfish_rtc_read - the guest reads a register
 * @rtc: an initialised clock
 * @off: offset of the 32-bit register
 *
 * Reading the low half of the time latches the high half.  Returns the
 * register's value, or 0 where @off is none.
 */
VM_SUPERIO_API uint32_t vm_goldfish_rtc_read(struct vm_goldfish_rtc *rtc,
					     unsigned int off);

/**
 * vm_goldfish_rtc_write - the guest writes a register
 * @rtc: an initialised clock
 * @off: offset of the 32-bit register; elsewhere the write is ignored
 * @value: the word
 */
VM_SUPERIO_API void vm_goldfish_rtc_write(struct vm_goldfish_rtc *rtc,
					  unsigned int off, uint32_t value);

/** vm_goldfish_rtc_tick - time has passed; see struct vm_clock_ops */
VM_SUPERIO_API void vm_goldfish_rtc_tick(struct vm_goldfish_rtc *rtc);

/**
 * vm_goldfish_rtc_save - take a snapshot
 * @rtc: an initialised clock
 * @ret_state: receives it, every byte
 */
VM_SUPERIO_API void vm_goldfish_rtc_save(
	const struct vm_goldfish_rtc *rtc,
	struct vm_goldfish_rtc_state *ret_state);

/**
 * vm_goldfish_rtc_restore - continue from a snapshot
 * @rtc: an initialised clock; its callbacks stay
 * @state: as vm_goldfish_rtc_save() made it
 *
 * The clock keeps its distance to the host's time, so an alarm that has come
 * due meanwhile goes off at once.  A failure changes nothing.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, @state is of another version or no clock can be in it
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_goldfish_rtc_restore(
	struct vm_goldfish_rtc *rtc, const struct vm_goldfish_rtc_state *state);

#ifdef __cplusplus
}
#endif

#endif
