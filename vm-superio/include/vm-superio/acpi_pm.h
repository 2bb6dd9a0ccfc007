/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * ACPI power management registers: the sleep control and status registers of
 * hardware-reduced ACPI (ACPI 6.5, section 4.8.3.7) and the power management
 * timer (section 4.8.2.1).
 *
 * Threading: no lock inside.  Calls on one vm_acpi_sleep must be serialised by
 * the caller; the timer has no state and may be read by any thread.
 */
#ifndef VM_SUPERIO_ACPI_PM_H
#define VM_SUPERIO_ACPI_PM_H

#include <stdint.h>

#include <vm-superio/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Register offsets, each register one byte wide. */
#define VM_ACPI_SLEEP_CONTROL 0u
#define VM_ACPI_SLEEP_STATUS  1u

/* Frequency of the power management timer. */
#define VM_ACPI_PM_TIMER_HZ 3579545u

/**
 * struct vm_acpi_sleep_ops - what the registers drive
 * @sleep: the guest set SLP_EN.  @type is SLP_TYP, 0 to 7: the first element
 *	of the object _Sx in the DSDT that the VMM gave to the guest.  A type
 *	that no _Sx object names should be ignored.
 */
struct vm_acpi_sleep_ops {
	void (*sleep)(void *ctx, uint8_t type);
};

/* Allocated by the caller; every member is private to the library. */
struct vm_acpi_sleep {
	const struct vm_acpi_sleep_ops *ops;
	void *ctx;
	uint8_t control;
	uint8_t status;
};

#define VM_ACPI_SLEEP_STATE_VERSION 1u

/* Everything that the guest can observe; plain data without padding. */
struct vm_acpi_sleep_state {
	uint32_t version; /* VM_ACPI_SLEEP_STATE_VERSION */
	uint8_t control;
	uint8_t status;
	uint8_t reserved[2]; /* zero */
};

/**
 * vm_acpi_sleep_init - make the registers in their power-on state
 * @sleep: uninitialised storage
 * @ops: callbacks; must outlive @sleep
 * @ctx: passed to every callback
 *
 * Nothing needs to be undone when @sleep is no longer used.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @ops lacks sleep
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_acpi_sleep_init(
	struct vm_acpi_sleep *sleep, const struct vm_acpi_sleep_ops *ops,
	void *ctx);

/**
 * vm_acpi_sleep_read - the guest reads a register
 * @sleep: initialised registers
 * @off: VM_ACPI_SLEEP_CONTROL or VM_ACPI_SLEEP_STATUS
 *
 * SLP_EN reads as zero.  Returns the register's value, or 0xff where @off is
 * neither.
 */
VM_SUPERIO_API uint8_t vm_acpi_sleep_read(const struct vm_acpi_sleep *sleep,
					  unsigned int off);

/**
 * vm_acpi_sleep_write - the guest writes a register
 * @sleep: initialised registers
 * @off: VM_ACPI_SLEEP_CONTROL or VM_ACPI_SLEEP_STATUS
 * @value: the byte; 1 clears WAK_STS in the status register
 */
VM_SUPERIO_API void vm_acpi_sleep_write(struct vm_acpi_sleep *sleep,
					unsigned int off, uint8_t value);

/**
 * vm_acpi_sleep_wake - the machine leaves a sleeping state
 * @sleep: initialised registers
 *
 * Sets WAK_STS for the guest to find.
 */
VM_SUPERIO_API void vm_acpi_sleep_wake(struct vm_acpi_sleep *sleep);

/**
 * vm_acpi_sleep_save - take a snapshot
 * @sleep: initialised registers
 * @ret_state: receives it, every byte
 */
VM_SUPERIO_API void vm_acpi_sleep_save(const struct vm_acpi_sleep *sleep,
				       struct vm_acpi_sleep_state *ret_state);

/**
 * vm_acpi_sleep_restore - continue from a snapshot
 * @sleep: initialised registers; the callbacks stay
 * @state: as vm_acpi_sleep_save() made it
 *
 * No callback is called.  A failure changes nothing.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, @state is of another version or has bits that do not exist
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_acpi_sleep_restore(
	struct vm_acpi_sleep *sleep, const struct vm_acpi_sleep_state *state);

/**
 * vm_acpi_pm_timer - value of the power management timer
 * @now_ns: nanoseconds of a clock that stands still while the guest does
 *
 * The timer is stateless: a VMM that restores a guest passes the nanoseconds
 * that it would have passed without the interruption.
 *
 * Returns the 32-bit register; for a 24-bit timer, which the FADT announces
 * by TMR_VAL_EXT being clear, its low 24 bits.
 */
VM_SUPERIO_API uint32_t vm_acpi_pm_timer(uint64_t now_ns);

#ifdef __cplusplus
}
#endif

#endif
