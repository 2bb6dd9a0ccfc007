/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * CMOS real-time clock of a PC (Motorola MC146818) with its battery-backed
 * memory: time, alarm, update and periodic interrupts, century.
 *
 * The time is that of the host in UTC until the guest sets it.  Seconds begin
 * when the host's do, and the day of the week follows from the date.
 *
 * Threading: no lock inside.  Calls on one vm_cmos must be serialised by the
 * caller.  Callbacks run inside the call that caused them and must not call
 * back into the same vm_cmos.
 */
#ifndef VM_SUPERIO_CMOS_H
#define VM_SUPERIO_CMOS_H

#include <vm-superio/api.h>
#include <vm-superio/clock.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Port offsets; on a PC the base is I/O port 0x70, and the interrupt IRQ 8. */
#define VM_CMOS_INDEX 0u
#define VM_CMOS_DATA  1u

/* Bytes behind the index, clock registers included. */
#define VM_CMOS_BYTES 128u

/* First byte that is plain memory; VM_CMOS_CENTURY is not. */
#define VM_CMOS_MEMORY	0x0eu
#define VM_CMOS_CENTURY 0x32u

/* Allocated by the caller; every member is private to the library. */
struct vm_cmos {
	const struct vm_clock_ops *ops;
	void *ctx;
	uint64_t seen_ns; /* host time up to which flags are known */
	uint64_t alarm_ns;
	int64_t offset_s; /* guest time minus host time */
	bool irq;
	uint8_t index;
	uint8_t bytes[VM_CMOS_BYTES];
};

#define VM_CMOS_STATE_VERSION 1u

/*
 * Everything that the guest can observe; plain data without padding.  While
 * the clock runs its time bytes are zero and the time is in the offset.
 */
struct vm_cmos_state {
	uint32_t version; /* VM_CMOS_STATE_VERSION */
	uint8_t index;
	uint8_t reserved[3]; /* zero */
	int64_t offset_s;
	uint8_t bytes[VM_CMOS_BYTES];
};

/**
 * vm_cmos_init - make a clock that shows the host's time
 * @cmos: uninitialised storage
 * @ops: callbacks; must outlive @cmos
 * @ctx: passed to every callback
 *
 * As firmware leaves it: BCD, 24 hours, all interrupts off, memory zero.
 * Nothing needs to be undone when @cmos is no longer used.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @ops lacks now or irq
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_cmos_init(struct vm_cmos *cmos,
						 const struct vm_clock_ops *ops,
						 void *ctx);

/**
 * vm_cmos_read - the guest reads a port
 * @cmos: an initialised clock
 * @off: VM_CMOS_INDEX, which reads as 0xff, or VM_CMOS_DATA
 *
 * Returns the port's value, or 0xff where @off is neither.
 */
VM_SUPERIO_API uint8_t vm_cmos_read(struct vm_cmos *cmos, unsigned int off);

/**
 * vm_cmos_write - the guest writes a port
 * @cmos: an initialised clock
 * @off: VM_CMOS_INDEX or VM_CMOS_DATA; elsewhere the write is ignored
 * @value: the byte; bit 7 of an index, the NMI mask of a PC, is ignored
 */
VM_SUPERIO_API void vm_cmos_write(struct vm_cmos *cmos, unsigned int off,
				  uint8_t value);

/**
 * vm_cmos_set_memory - what firmware leaves in the memory, its size for one
 * @cmos: an initialised clock
 * @index: VM_CMOS_MEMORY to VM_CMOS_BYTES - 1, but not VM_CMOS_CENTURY
 * @value: the byte
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @index is not a byte of memory
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_cmos_set_memory(struct vm_cmos *cmos,
						       unsigned int index,
						       uint8_t value);

/** vm_cmos_tick - time has passed; see struct vm_clock_ops */
VM_SUPERIO_API void vm_cmos_tick(struct vm_cmos *cmos);

/**
 * vm_cmos_save - take a snapshot
 * @cmos: an initialised clock
 * @ret_state: receives it, every byte
 */
VM_SUPERIO_API void vm_cmos_save(struct vm_cmos *cmos,
				 struct vm_cmos_state *ret_state);

/**
 * vm_cmos_restore - continue from a snapshot
 * @cmos: an initialised clock; its callbacks stay
 * @state: as vm_cmos_save() made it
 *
 * The clock keeps its distance to the host's time, so it shows the time that
 * has passed since; alarms of that time do not come.  The callbacks are
 * brought up to date.  A failure changes nothing.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, @state is of another version or no clock can be in it
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_cmos_restore(
	struct vm_cmos *cmos, const struct vm_cmos_state *state);

#ifdef __cplusplus
}
#endif

#endif
