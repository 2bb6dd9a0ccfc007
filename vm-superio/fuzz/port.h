/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What the fuzz targets of the serial ports share: any accesses of the guest,
 * any input and any sink, and any saved state to start from.
 *
 * The including file defines DEVICE, such as vm_serial.
 *
 * Input: a byte whose bit 0 chooses between a sink that is called at once and
 * one that is woken, and whose bit 1 says that a saved state follows; then per
 * step a byte that names it and what it takes.
 */
#ifndef FUZZ_PORT_H
#define FUZZ_PORT_H

#include <vm-superio/serial.h>

#include "input.h"

struct end {
	size_t sink_room;
	bool irq;
};

/* The guest's accesses, which each target brings. */
static void guest_read(struct DEVICE *port, unsigned int reg);
static void guest_write(struct DEVICE *port, unsigned int reg, uint8_t value);

static size_t tx(void *ctx, const uint8_t *data, size_t len)
{
	struct end *end = ctx;

	(void)data;
	if (len > end->sink_room)
		len = end->sink_room;
	end->sink_room -= len;
	return len;
}

static void tx_wake(void *ctx)
{
	(void)ctx;
}

static void irq(void *ctx, bool level)
{
	struct end *end = ctx;

	assert(end->irq != level);
	end->irq = level;
}

static const struct vm_serial_ops direct = { .tx = tx, .irq = irq };

static const struct vm_serial_ops woken = {
	.tx = tx,
	.tx_wake = tx_wake,
	.irq = irq,
};

/* What can be reached can be saved, restored, and is the same afterwards. */
static void check_state(const struct DEVICE *port, const struct end *end)
{
	struct NAME(_state) state, again;
	struct end other_end = { 0 };
	struct DEVICE other;

	NAME(_save)(port, &state);
	assert(!NAME(_init)(&other, port->ops, &other_end));
	assert(!NAME(_restore)(&other, &state));
	assert(other_end.irq == end->irq);
	NAME(_save)(&other, &again);
	assert(!memcmp(&state, &again, sizeof(state)));
}

static void step(struct DEVICE *port, struct end *end, struct input *input)
{
	uint8_t op = (uint8_t)take(input, 1);
	uint8_t arg = (uint8_t)take(input, 1);
	uint8_t bytes[20];
	size_t len;

	switch (op % 8) {
	case 0:
	case 1:
		guest_read(port, op >> 3);
		break;
	case 2:
	case 3:
		guest_write(port, op >> 3, arg);
		break;
	case 4:
		len = arg % sizeof(bytes);
		take_bytes(input, bytes, len);
		assert(NAME(_push)(port, bytes, len) <= len);
		break;
	case 5:
		NAME(_receive)(port, arg, (uint8_t)take(input, 1));
		break;
	case 6:
		end->sink_room = arg * 8u;
		assert(NAME(_flush)(port) <= VM_SERIAL_TX_QUEUE);
		break;
	case 7:
		NAME(_set_inputs)(port, arg);
		assert(NAME(_rx_ready)(port) <= NAME(_rx_room)(port));
		break;
	}
	assert(NAME(_rx_room)(port) <= VM_SERIAL_FIFO);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	uint8_t flags = (uint8_t)take(&input, 1);
	struct end end = { .sink_room = SIZE_MAX };
	struct NAME(_state) state;
	struct DEVICE port;

	assert(!NAME(_init)(&port, flags & 1 ? &woken : &direct, &end));
	if (flags & 2) {
		take_bytes(&input, &state, sizeof(state));
		if (NAME(_restore)(&port, &state))
			return 0;
		check_state(&port, &end);
	}
	while (input.len)
		step(&port, &end, &input);
	check_state(&port, &end);
	end.sink_room = SIZE_MAX;
	assert(!NAME(_flush)(&port));
	return 0;
}

#endif
