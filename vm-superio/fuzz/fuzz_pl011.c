/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Any accesses of the guest to a PL011, any input and any sink, and any saved
 * state to start from.
 *
 * Input: a byte whose bit 0 chooses between a sink that is called at once and
 * one that is woken, and whose bit 1 says that a saved state follows; then per
 * step a byte that names it and what it takes.
 */
#include <vm-superio/pl011.h>

#include "input.h"

struct end {
	size_t sink_room;
	bool irq;
};

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
static void check_state(const struct vm_pl011 *port, const struct end *end)
{
	struct vm_pl011_state state, again;
	struct end other_end = { 0 };
	struct vm_pl011 other;

	vm_pl011_save(port, &state);
	assert(!vm_pl011_init(&other, port->ops, &other_end));
	assert(!vm_pl011_restore(&other, &state));
	assert(other_end.irq == end->irq);
	vm_pl011_save(&other, &again);
	assert(!memcmp(&state, &again, sizeof(state)));
}

static void step(struct vm_pl011 *port, struct end *end, struct input *input)
{
	uint8_t bytes[20];
	size_t len;
	uint8_t op = (uint8_t)take(input, 1);
	uint8_t arg = (uint8_t)take(input, 1);

	switch (op % 8) {
	case 0:
	case 1:
		vm_pl011_read(port, (op >> 3) * 4u);
		break;
	case 2:
	case 3:
		vm_pl011_write(port, (op >> 3) * 4u, arg * 0x101u);
		break;
	case 4:
		len = arg % sizeof(bytes);
		take_bytes(input, bytes, len);
		assert(vm_pl011_push(port, bytes, len) <= len);
		break;
	case 5:
		vm_pl011_receive(port, arg, (uint8_t)take(input, 1));
		break;
	case 6:
		end->sink_room = arg * 8u;
		assert(vm_pl011_flush(port) <= VM_SERIAL_TX_QUEUE);
		break;
	case 7:
		vm_pl011_set_inputs(port, arg);
		assert(vm_pl011_rx_ready(port) <= vm_pl011_rx_room(port));
		break;
	}
	assert(vm_pl011_rx_room(port) <= VM_SERIAL_FIFO);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	uint8_t flags = (uint8_t)take(&input, 1);
	struct end end = { .sink_room = SIZE_MAX };
	struct vm_pl011_state state;
	struct vm_pl011 port;

	assert(!vm_pl011_init(&port, flags & 1 ? &woken : &direct, &end));
	if (flags & 2) {
		take_bytes(&input, &state, sizeof(state));
		if (vm_pl011_restore(&port, &state))
			return 0;
		check_state(&port, &end);
	}
	while (input.len)
		step(&port, &end, &input);
	check_state(&port, &end);
	end.sink_room = SIZE_MAX;
	assert(!vm_pl011_flush(&port));
	return 0;
}
