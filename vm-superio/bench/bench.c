/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The cost of a register access.  For the serial ports an operation is one
 * byte, into a sink that copies it; for the interrupt controller all that an
 * interrupt takes.
 */
#include <bench.h>
#include <vm-superio/cmos.h>
#include <vm-superio/pl011.h>
#include <vm-superio/pl031.h>
#include <vm-superio/plic.h>
#include <vm-superio/serial.h>

/* Bytes after which a sink that buffers is flushed, as an I/O thread would. */
#define FLUSH_EVERY 512u

static uint8_t sunk[VM_SERIAL_TX_QUEUE];

static size_t sink(void *ctx, const uint8_t *data, size_t len)
{
	(void)ctx;
	memcpy(sunk, data, len);
	return len;
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static void irq(void *ctx, bool level)
{
	(void)ctx;
	BENCH_KEEP(level);
}

static uint64_t now(void *ctx)
{
	return *(const uint64_t *)ctx;
}

static const struct vm_serial_ops buffered = {
	.tx = sink,
	.tx_wake = nothing,
	.irq = irq,
};

static const struct vm_serial_ops direct = { .tx = sink, .irq = irq };

static const struct vm_clock_ops clock_ops = { .now = now, .irq = irq };

static void make_serial(struct vm_serial *serial,
			const struct vm_serial_ops *ops)
{
	if (vm_serial_init(serial, ops, NULL))
		abort();
	vm_serial_write(serial, 2, 0x01);
}

static void uart_tx(uint64_t n)
{
	struct vm_serial serial;

	make_serial(&serial, &buffered);
	while (n) {
		uint64_t run = n < FLUSH_EVERY ? n : FLUSH_EVERY;

		for (uint64_t i = 0; i < run; i++)
			vm_serial_write(&serial, 0, 'x');
		vm_serial_flush(&serial);
		n -= run;
	}
}

static void uart_tx_poll(uint64_t n)
{
	struct vm_serial serial;

	make_serial(&serial, &buffered);
	while (n) {
		uint64_t run = n < FLUSH_EVERY ? n : FLUSH_EVERY;

		for (uint64_t i = 0; i < run; i++) {
			while (!(vm_serial_read(&serial, 5) & 0x20))
				;
			vm_serial_write(&serial, 0, 'x');
		}
		vm_serial_flush(&serial);
		n -= run;
	}
}

static void uart_tx_direct(uint64_t n)
{
	struct vm_serial serial;

	make_serial(&serial, &direct);
	while (n--)
		vm_serial_write(&serial, 0, 'x');
}

/* As Linux transmits by interrupt: IIR, LSR, then sixteen bytes. */
static void uart_tx_irq(uint64_t n)
{
	struct vm_serial serial;

	make_serial(&serial, &buffered);
	vm_serial_write(&serial, 1, 0x02);
	for (uint64_t i = 0; i < n; i++) {
		if (i % 16 == 0) {
			BENCH_KEEP(vm_serial_read(&serial, 2));
			BENCH_KEEP(vm_serial_read(&serial, 5));
		}
		vm_serial_write(&serial, 0, 'x');
		if (i % FLUSH_EVERY == FLUSH_EVERY - 1)
			vm_serial_flush(&serial);
	}
}

static void uart_rx(uint64_t n)
{
	static const uint8_t bytes[VM_SERIAL_FIFO];
	struct vm_serial serial;

	make_serial(&serial, &buffered);
	vm_serial_write(&serial, 1, 0x01);
	for (uint64_t i = 0; i < n; i++) {
		if (i % VM_SERIAL_FIFO == 0)
			vm_serial_push(&serial, bytes, VM_SERIAL_FIFO);
		BENCH_KEEP(vm_serial_read(&serial, 5));
		BENCH_KEEP(vm_serial_read(&serial, 0));
	}
}

static void pl011_tx(uint64_t n)
{
	struct vm_pl011 uart;

	if (vm_pl011_init(&uart, &buffered, NULL))
		abort();
	for (uint64_t i = 0; i < n; i++) {
		vm_pl011_write(&uart, 0, 'x');
		if (i % FLUSH_EVERY == FLUSH_EVERY - 1)
			vm_pl011_flush(&uart);
	}
}

static void pl031_read(uint64_t n)
{
	uint64_t time = UINT64_C(1767225600000000000);
	struct vm_pl031 rtc;

	if (vm_pl031_init(&rtc, &clock_ops, &time))
		abort();
	while (n--)
		BENCH_KEEP(vm_pl031_read(&rtc, 0));
}

static void cmos_read(uint64_t n)
{
	uint64_t time = UINT64_C(1767225600000000000);
	struct vm_cmos cmos;

	if (vm_cmos_init(&cmos, &clock_ops, &time))
		abort();
	while (n--) {
		vm_cmos_write(&cmos, VM_CMOS_INDEX, 4);
		BENCH_KEEP(vm_cmos_read(&cmos, VM_CMOS_DATA));
	}
}

static void external(void *ctx, unsigned int context, bool level)
{
	(void)ctx;
	BENCH_KEEP(context);
	BENCH_KEEP(level);
}

/* As Linux on four harts: the interrupts of a device are one hart's. */
static void plic_irq(uint64_t n)
{
	static const struct vm_plic_ops ops = { external };
	struct vm_plic_context contexts[4];
	struct vm_plic plic;

	if (vm_plic_init(&plic, contexts, 4, 63, &ops, NULL))
		abort();
	vm_plic_write(&plic, 4 * 40, 1);
	vm_plic_write(&plic, 0x2104, 1u << 8);
	while (n--) {
		vm_plic_set_level(&plic, 40, true);
		BENCH_KEEP(vm_plic_read(&plic, 0x202004));
		vm_plic_set_level(&plic, 40, false);
		vm_plic_write(&plic, 0x202004, 40);
		BENCH_KEEP(vm_plic_read(&plic, 0x202004));
	}
}

int main(int argc, char **argv)
{
	static const struct bench_op ops[] = {
		{ "uart_tx", uart_tx },
		{ "uart_tx_poll", uart_tx_poll },
		{ "uart_tx_direct", uart_tx_direct },
		{ "uart_tx_irq", uart_tx_irq },
		{ "uart_rx", uart_rx },
		{ "pl011_tx", pl011_tx },
		{ "pl031_read", pl031_read },
		{ "cmos_read", cmos_read },
		{ "plic_irq", plic_irq },
	};

	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(ops[0]));
}
