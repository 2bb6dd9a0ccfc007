/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * PrimeCell real-time clock PL031 (ARM DDI 0224): a counter of seconds with a
 * match interrupt.
 *
 * The clock always runs, as if firmware had started it.
 *
 * Threading: no lock inside.  Calls on one vm_pl031 must be serialised by the
 * caller.  Callbacks run inside the call that caused them and must not call
 * back into the same vm_pl031.
 */
#ifndef VM_SUPERIO_PL031_H
#define VM_SUPERIO_PL031_H

#include <vm-superio/api.h>
#include <vm-superio/clock.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VM_PL031_SIZE 0x1000u

/* Allocated by the caller; every member is private to the library. */
struct vm_pl031 {
	const struct vm_clock_ops *ops;
	void *ctx;
	uint64_t seen_s; /* host seconds up to which matches are known */
	uint64_t alarm_ns;
	uint32_t offset; /* counter minus host seconds */
	uint32_t match;
	uint32_t load;
	bool masked_in;
	bool raw;
	bool irq;
};

#define VM_PL031_STATE_VERSION 1u

/* Everything that the guest can observe; plain data without padding. */
struct vm_pl031_state {
	uint32_t version; /* VM_PL031_STATE_VERSION */
	uint32_t offset;
	uint32_t match;
	uint32_t load;
	uint8_t masked_in; /* 0 or 1 */
	uint8_t raw; /* 0 or 1 */
	uint8_t reserved[2]; /* zero */
};

/**
 * vm_pl031_init - make a clock that shows the host's time
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
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_pl031_init(
	struct vm_pl031 *rtc, const struct vm_clock_ops *ops, void *ctx);

/**
 * vm_pl031_read - the guest reads a register
 * @rtc: an initialised clock
 * @off: offset of the 32-bit register
 *
 * Returns the register's value, or 0 where @off is none.
 */
VM_SUPERIO_API uint32_t vm_pl031_read(struct vm_pl031 *rtc, unsigned int off);

/**
 * vm_pl031_write - the guest writes a register
 * @rtc: an initialised clock
 * @off: offset of the 32-bit register; elsewhere the write is ignored
 * @value: the word
 */
VM_SUPERIO_API void vm_pl031_write(struct vm_pl031 *rtc, unsigned int off,
				   uint32_t value);

/** vm_pl031_tick - time has passed; see struct vm_clock_ops */
VM_SUPERIO_API void vm_pl031_tick(struct vm_pl031 *rtc);

/**
 * vm_pl031_save - take a snapshot
 * @rtc: an initialised clock
 * @ret_state: receives it, every byte
 */
VM_SUPERIO_API void vm_pl031_save(struct vm_pl031 *rtc,
				  struct vm_pl031_state *ret_state);

/**
 * vm_pl031_restore - continue from a snapshot
 * @rtc: an initialised clock; its callbacks stay
 * @state: as vm_pl031_save() made it
 *
 * The clock keeps its distance to the host's time, so it shows the time that
 * has passed since; an alarm of that time does not come.  The callbacks are
 * brought up to date.  A failure changes nothing.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, @state is of another version or no clock can be in it
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_pl031_restore(
	struct vm_pl031 *rtc, const struct vm_pl031_state *state);

#ifdef __cplusplus
}
#endif

#endif
