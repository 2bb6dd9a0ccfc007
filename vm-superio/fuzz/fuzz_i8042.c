/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Any accesses of the guest to a keyboard controller, and any saved state to
 * start from: whatever it was told, it still resets the machine.
 *
 * Input: a byte whose bit 0 says that a saved state follows; then per step an
 * offset with bit 3 for writing, and a value.
 */
#include <vm-superio/i8042.h>

#include "input.h"

struct end {
	unsigned int resets;
	bool irq;
};

static void reset(void *ctx)
{
	((struct end *)ctx)->resets++;
}

static void irq(void *ctx, bool level)
{
	struct end *end = ctx;

	assert(end->irq != level);
	end->irq = level;
}

static const struct vm_i8042_ops ops = { .reset = reset, .irq = irq };

/* What can be reached can be saved, restored, and is the same afterwards. */
static void check_state(const struct vm_i8042 *i8042, const struct end *end)
{
	struct vm_i8042_state state, again;
	struct end other_end = { 0 };
	struct vm_i8042 other;

	vm_i8042_save(i8042, &state);
	assert(!vm_i8042_init(&other, &ops, &other_end));
	assert(!vm_i8042_restore(&other, &state));
	assert(other_end.irq == end->irq);
	vm_i8042_save(&other, &again);
	assert(!memcmp(&state, &again, sizeof(state)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct vm_i8042_state state;
	struct vm_i8042 i8042;
	struct end end = { 0 };
	unsigned int resets;

	assert(!vm_i8042_init(&i8042, &ops, &end));
	if (take(&input, 1) & 1) {
		take_bytes(&input, &state, sizeof(state));
		if (vm_i8042_restore(&i8042, &state))
			return 0;
	}
	while (input.len) {
		uint8_t off = (uint8_t)take(&input, 1);
		uint8_t value = (uint8_t)take(&input, 1);

		if (off & 8)
			vm_i8042_write(&i8042, off & 7, value);
		else
			vm_i8042_read(&i8042, off & 7);
	}
	check_state(&i8042, &end);
	resets = end.resets;
	vm_i8042_write(&i8042, VM_I8042_COMMAND, 0xfe);
	assert(end.resets == resets + 1);
	return 0;
}
