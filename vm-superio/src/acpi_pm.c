/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <vm-superio/acpi_pm.h>

#include "state.h"

/* ACPI 6.5, tables 4.18 and 4.19. */
#define CONTROL_SLP_TYP_SHIFT 2
#define CONTROL_SLP_TYP_MASK  0x1cu
#define CONTROL_SLP_EN	      0x20u
#define STATUS_WAK_STS	      0x80u

#define NS_PER_S UINT64_C(1000000000)

uint8_t vm_acpi_sleep_read(const struct vm_acpi_sleep *sleep, unsigned int off)
{
	switch (off) {
	case VM_ACPI_SLEEP_CONTROL:
		return sleep->control;
	case VM_ACPI_SLEEP_STATUS:
		return sleep->status;
	}
	return 0xff;
}

void vm_acpi_sleep_write(struct vm_acpi_sleep *sleep, unsigned int off,
			 uint8_t value)
{
	switch (off) {
	case VM_ACPI_SLEEP_CONTROL:
		sleep->control = value & CONTROL_SLP_TYP_MASK;
		if (value & CONTROL_SLP_EN)
			sleep->ops->sleep(sleep->ctx,
					  sleep->control >>
						  CONTROL_SLP_TYP_SHIFT);
		break;
	case VM_ACPI_SLEEP_STATUS:
		sleep->status &= (uint8_t)~value;
		break;
	}
}

void vm_acpi_sleep_wake(struct vm_acpi_sleep *sleep)
{
	sleep->status |= STATUS_WAK_STS;
}

void vm_acpi_sleep_save(const struct vm_acpi_sleep *sleep,
			struct vm_acpi_sleep_state *ret_state)
{
	*ret_state = (struct vm_acpi_sleep_state){
		.version = VM_ACPI_SLEEP_STATE_VERSION,
		.control = sleep->control,
		.status = sleep->status,
	};
}

int vm_acpi_sleep_restore(struct vm_acpi_sleep *sleep,
			  const struct vm_acpi_sleep_state *state)
{
	if (state->version != VM_ACPI_SLEEP_STATE_VERSION ||
	    state->control & ~CONTROL_SLP_TYP_MASK ||
	    state->status & ~STATUS_WAK_STS ||
	    !state_is_zero(state->reserved, sizeof(state->reserved)))
		return -EBADMSG;
	sleep->control = state->control;
	sleep->status = state->status;
	return 0;
}

int vm_acpi_sleep_init(struct vm_acpi_sleep *sleep,
		       const struct vm_acpi_sleep_ops *ops, void *ctx)
{
	if (!ops->sleep)
		return -EINVAL;
	*sleep = (struct vm_acpi_sleep){ .ops = ops, .ctx = ctx };
	return 0;
}

uint32_t vm_acpi_pm_timer(uint64_t now_ns)
{
	uint64_t s = now_ns / NS_PER_S;
	uint64_t ns = now_ns % NS_PER_S;

	/* Both products fit: s < 2^35, ns < 2^30, the frequency < 2^22. */
	return (uint32_t)(s * VM_ACPI_PM_TIMER_HZ +
			  ns * VM_ACPI_PM_TIMER_HZ / NS_PER_S);
}
