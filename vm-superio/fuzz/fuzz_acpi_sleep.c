/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Any accesses of the guest to the sleep registers, and any saved state to
 * start from: a sleep type has three bits and comes only with SLP_EN.
 *
 * Input: a byte whose bit 0 says that a saved state follows; then per step an
 * offset with bit 3 for writing, and a value.
 */
#include <vm-superio/acpi_pm.h>

#include "input.h"

static void on_sleep(void *ctx, uint8_t type)
{
	assert(type < 8);
	++*(unsigned int *)ctx;
}

static const struct vm_acpi_sleep_ops ops = { .sleep = on_sleep };

static void check_state(const struct vm_acpi_sleep *regs)
{
	struct vm_acpi_sleep_state state, again;
	struct vm_acpi_sleep other;

	vm_acpi_sleep_save(regs, &state);
	assert(!vm_acpi_sleep_init(&other, &ops, NULL));
	assert(!vm_acpi_sleep_restore(&other, &state));
	vm_acpi_sleep_save(&other, &again);
	assert(!memcmp(&state, &again, sizeof(state)));
}

static void step(struct vm_acpi_sleep *regs, unsigned int *sleeps,
		 struct input *input)
{
	uint8_t off = (uint8_t)take(input, 1);
	uint8_t value = (uint8_t)take(input, 1);
	unsigned int before = *sleeps;

	if (off & 16)
		vm_acpi_sleep_wake(regs);
	if (off & 8) {
		vm_acpi_sleep_write(regs, off & 7, value);
		assert(*sleeps - before == (!(off & 7) && value & 0x20));
	} else {
		vm_acpi_sleep_read(regs, off & 7);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct vm_acpi_sleep_state state;
	struct vm_acpi_sleep regs;
	unsigned int sleeps = 0;

	assert(!vm_acpi_sleep_init(&regs, &ops, &sleeps));
	if (take(&input, 1) & 1) {
		take_bytes(&input, &state, sizeof(state));
		if (vm_acpi_sleep_restore(&regs, &state))
			return 0;
	}
	while (input.len)
		step(&regs, &sleeps, &input);
	check_state(&regs);
	return 0;
}
