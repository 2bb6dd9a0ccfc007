/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * i8042 keyboard controller of a PC without keyboard and mouse: the way to
 * reset the machine, and quick answers for a driver that probes.
 *
 * Every controller command is answered at once.  The keyboard port reports a
 * transmission timeout for each byte that is sent to it, as the controller
 * does when no keyboard is plugged in; the auxiliary port reports that it is
 * absent.  Without these answers Linux waits half a second for each.
 *
 * Threading: no lock inside.  Calls on one vm_i8042 must be serialised by the
 * caller.  Callbacks run inside the call that caused them and must not call
 * back into the same vm_i8042.
 */
#ifndef VM_SUPERIO_I8042_H
#define VM_SUPERIO_I8042_H

#include <stdbool.h>
#include <stdint.h>

#include <vm-superio/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Register offsets; on a PC the base is I/O port 0x60, and 1 to 3 are others'. */
#define VM_I8042_DATA	 0u
#define VM_I8042_COMMAND 4u

/**
 * struct vm_i8042_ops - what the controller drives
 * @reset: the guest pulled the reset line of the machine
 * @irq: optional.  Level of the keyboard interrupt (IRQ 1 on a PC), called on
 *	each change; it starts low
 */
struct vm_i8042_ops {
	void (*reset)(void *ctx);
	void (*irq)(void *ctx, bool level);
};

/* Allocated by the caller; every member is private to the library. */
struct vm_i8042 {
	const struct vm_i8042_ops *ops;
	void *ctx;
	uint8_t status;
	uint8_t control; /* the controller command byte */
	uint8_t outport;
	uint8_t output; /* read at VM_I8042_DATA */
	uint8_t command; /* waits for its operand, or 0 */
	bool irq;
};

#define VM_I8042_STATE_VERSION 1u

/* Everything that the guest can observe; plain data without padding. */
struct vm_i8042_state {
	uint32_t version; /* VM_I8042_STATE_VERSION */
	uint8_t status;
	uint8_t control;
	uint8_t outport;
	uint8_t output;
	uint8_t command;
	uint8_t reserved[3]; /* zero */
};

/**
 * vm_i8042_init - make a controller in its power-on state
 * @i8042: uninitialised storage
 * @ops: callbacks; must outlive @i8042
 * @ctx: passed to every callback
 *
 * Nothing needs to be undone when @i8042 is no longer used.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @ops lacks reset
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_i8042_init(
	struct vm_i8042 *i8042, const struct vm_i8042_ops *ops, void *ctx);

/**
 * vm_i8042_read - the guest reads a port
 * @i8042: an initialised controller
 * @off: VM_I8042_DATA or VM_I8042_COMMAND, which reads as the status
 *
 * Returns the port's value, or 0xff where @off is neither.
 */
VM_SUPERIO_API uint8_t vm_i8042_read(struct vm_i8042 *i8042, unsigned int off);

/**
 * vm_i8042_write - the guest writes a port
 * @i8042: an initialised controller
 * @off: VM_I8042_DATA or VM_I8042_COMMAND; elsewhere the write is ignored
 * @value: the byte
 *
 * The reset callback may come more than once: a guest that is not stopped by
 * it may pull the line again.
 */
VM_SUPERIO_API void vm_i8042_write(struct vm_i8042 *i8042, unsigned int off,
				   uint8_t value);

/**
 * vm_i8042_save - take a snapshot
 * @i8042: an initialised controller
 * @ret_state: receives it, every byte
 */
VM_SUPERIO_API void vm_i8042_save(const struct vm_i8042 *i8042,
				  struct vm_i8042_state *ret_state);

/**
 * vm_i8042_restore - continue from a snapshot
 * @i8042: an initialised controller; its callbacks stay
 * @state: as vm_i8042_save() made it
 *
 * The irq callback is brought up to date.  A failure changes nothing.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, @state is of another version or no controller can be in it
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_i8042_restore(
	struct vm_i8042 *i8042, const struct vm_i8042_state *state);

#ifdef __cplusplus
}
#endif

#endif
