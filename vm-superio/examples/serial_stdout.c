/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A guest's serial port whose output appears on standard output. */
#include <stdio.h>

#include <vm-superio/serial.h>

static size_t to_stdout(void *ctx, const uint8_t *data, size_t len)
{
	(void)ctx;
	return fwrite(data, 1, len, stdout);
}

static void set_irq(void *ctx, bool level)
{
	*(bool *)ctx = level; /* a VMM calls KVM_IRQ_LINE or an eventfd */
}

int main(void)
{
	static const struct vm_serial_ops ops = {
		.tx = to_stdout,
		.irq = set_irq,
	};
	struct vm_serial serial;
	bool irq = false;

	if (vm_serial_init(&serial, &ops, &irq))
		return 1;

	/* What the vCPU loop does on an I/O exit: OUT 0x3f8 has offset 0. */
	for (const char *c = "Hello from the guest\n"; *c; c++)
		vm_serial_write(&serial, 0, (uint8_t)*c);

	/* The guest enables the receive interrupt, then somebody types. */
	vm_serial_write(&serial, 4, 0x08); /* MCR: OUT2 */
	vm_serial_write(&serial, 1, 0x01); /* IER: RDI */
	if (vm_serial_rx_ready(&serial))
		vm_serial_push(&serial, (const uint8_t *)"x", 1);
	return irq && vm_serial_read(&serial, 0) == 'x' ? 0 : 1;
}
