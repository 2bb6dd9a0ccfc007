/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The port in the hands of drivers: what Linux's 8250 driver does to recognise
 * and open it, and floods in both directions by interrupt and by polling.
 */

#include "run.h"
#include "serial_port.h"

#define FLOOD (UINT32_C(1) << 20)

/* In the floods: ck_assert() costs a system call even where it holds. */
#define EXPECT(condition)                         \
	do {                                      \
		if (!(condition))                 \
			ck_abort_msg(#condition); \
	} while (0)

static struct port port;

static void setup(void)
{
	port_setup(&port, &queued_ops);
}

/* A byte of the flood; a lost or doubled one shifts all that follow. */
static uint8_t flood_byte(uint32_t n)
{
	return (uint8_t)(n * 2654435761u >> 24);
}

START_TEST(linux_finds_an_interrupt_enable_register)
{
	out(&port, IER, 0x00);
	ck_assert_uint_eq(in(&port, IER) & 0x0f, 0x00);
	out(&port, IER, 0x0f);
	ck_assert_uint_eq(in(&port, IER) & 0x0f, 0x0f);
	out(&port, IER, 0x00);
}
END_TEST

START_TEST(linux_finds_a_loopback_of_the_modem_lines)
{
	out(&port, MCR, 0x1a);
	ck_assert_uint_eq(in(&port, MSR) & 0xf0, 0x90);
	out(&port, MCR, 0x00);
}
END_TEST

START_TEST(linux_takes_the_port_for_a_16550a_and_for_nothing_newer)
{
	uint8_t mcr;

	out(&port, LCR, 0xbf);
	out(&port, FCR, 0x00);
	out(&port, LCR, 0x00);
	out(&port, FCR, 0x01);
	ck_assert_uint_eq(in(&port, IIR) >> 6, 3);

	/* A 16650 has a clear extended feature register here. */
	out(&port, LCR, 0x80);
	ck_assert_uint_ne(in(&port, IIR), 0);
	out(&port, LCR, 0xbf);
	ck_assert_uint_ne(in(&port, IIR), 0);

	/* On a National SuperIO MCR.LOOP shows through in bank 2. */
	out(&port, LCR, 0x00);
	mcr = in(&port, MCR);
	out(&port, MCR, mcr ^ 0x10);
	out(&port, LCR, 0xe0);
	ck_assert_uint_eq(in(&port, 2) & 0x10, 0);
	out(&port, LCR, 0x00);
	out(&port, MCR, mcr);

	/* An XScale or Tegra port has an enable bit 6 or 4 in IER. */
	out(&port, IER, 0x50);
	ck_assert_uint_eq(in(&port, IER), 0x00);
}
END_TEST

START_TEST(linux_measures_a_fifo_of_16)
{
	unsigned int count;

	out(&port, FCR, 0x07);
	out(&port, MCR, 0x10);
	out(&port, LCR, 0x03);
	for (count = 0; count < 256; count++)
		out(&port, THR, count);
	for (count = 0; in(&port, LSR) & 0x01; count++)
		ck_assert_uint_eq(in(&port, RBR), count);
	ck_assert_uint_eq(count, 16);
	out(&port, MCR, 0x00);
	ck_assert_uint_eq(port.wakes, 0);
}
END_TEST

/* What serial8250_do_startup() does before it enables interrupts. */
static void linux_startup(void)
{
	uint8_t first, second;

	out(&port, FCR, 0x01);
	out(&port, FCR, 0x07);
	out(&port, FCR, 0x00);
	in(&port, LSR);
	in(&port, RBR);
	in(&port, IIR);
	in(&port, MSR);

	/* A port whose THRE interrupt is not raised twice has a known bug. */
	out(&port, IER, 0x02);
	first = in(&port, IIR);
	out(&port, IER, 0x00);
	out(&port, IER, 0x02);
	second = in(&port, IIR);
	out(&port, IER, 0x00);
	ck_assert_uint_eq(first & 0x01, 0);
	ck_assert_uint_eq(second & 0x01, 0);

	/* As has one that does not raise it although it is empty. */
	out(&port, LCR, 0x03);
	out(&port, MCR, 0x08);
	out(&port, IER, 0x02);
	ck_assert_uint_eq(in(&port, LSR) & 0x40, 0x40);
	ck_assert_uint_eq(in(&port, IIR) & 0x01, 0);
	out(&port, IER, 0x00);
	in(&port, LSR);
	in(&port, RBR);
	in(&port, IIR);
	in(&port, MSR);
}

/* And serial8250_do_set_termios(), in its order. */
static void linux_set_termios(uint8_t fcr)
{
	out(&port, IER, 0x05);
	out(&port, LCR, 0x83);
	out(&port, DLL, 0x01);
	out(&port, DLM, 0x00);
	out(&port, LCR, 0x03);
	out(&port, FCR, 0x01);
	out(&port, FCR, fcr);
	out(&port, MCR, 0x08);
	out(&port, MCR, 0x0b);
}

/* Pushes as a VMM does that is woken in the instant the guest allows it. */
static uint32_t feed(uint32_t next, uint32_t end)
{
	size_t room;
	uint8_t byte;

	while (next < end && (room = vm_serial_rx_ready(&port.serial))) {
		while (room-- && next < end) {
			byte = flood_byte(next++);
			EXPECT(vm_serial_push(&port.serial, &byte, 1) == 1);
		}
	}
	return next;
}

/* The guest's view while it opens the port: input waits at every step. */
START_TEST(input_that_waits_while_linux_opens_the_port_arrives_whole)
{
	uint32_t fed, got = 0;

	fed = feed(0, 40);
	out(&port, IER, 0x0f); /* the probe */
	fed = feed(fed, 40);
	out(&port, IER, 0x00);
	linux_startup();
	fed = feed(fed, 40);
	ck_assert_uint_eq(fed, 0);
	out(&port, IER, 0x05);
	/* Woken by this, the VMM is in before the FIFOs are enabled. */
	ck_assert_uint_eq(port.ready, 1);
	fed = feed(fed, 40);
	ck_assert_uint_eq(fed, 1);
	linux_set_termios(0x81);
	while (got < 40) {
		fed = feed(fed, 40);
		ck_assert_uint_eq(in(&port, LSR), 0x61);
		ck_assert_uint_eq(in(&port, RBR), flood_byte(got));
		got++;
	}
	ck_assert_uint_eq(in(&port, LSR), 0x60);
}
END_TEST

static const uint8_t trigger_levels[] = { 0x01, 0x41, 0x81, 0xc1 };

/* Linux's interrupt handler: until IIR says that nothing is pending. */
static uint32_t handle_input(uint32_t got)
{
	uint8_t lsr;

	while (!(in(&port, IIR) & 0x01)) {
		while ((lsr = in(&port, LSR)) & 0x01) {
			EXPECT(!(lsr & 0x9e));
			EXPECT(in(&port, RBR) == flood_byte(got));
			got++;
		}
	}
	return got;
}

START_TEST(flood_of_input_by_interrupt_loses_nothing)
{
	uint32_t fed = 0, got = 0;

	linux_startup();
	linux_set_termios(trigger_levels[_i]);
	while (got < FLOOD) {
		fed = feed(fed, FLOOD);
		/* Printing masks interrupts for a while, with input there. */
		if (fed % 7 == 0) {
			out(&port, IER, 0x00);
			EXPECT(feed(fed, FLOOD) == fed);
			out(&port, IER, 0x05);
		}
		EXPECT(port.irq);
		got = handle_input(got);
		EXPECT(!port.irq);
	}
	ck_assert_uint_eq(fed, FLOOD);
}
END_TEST

START_TEST(flood_of_input_by_polling_loses_nothing)
{
	uint32_t fed = 0, got = 0;
	uint8_t bytes[48];
	uint32_t count;

	out(&port, FCR, trigger_levels[_i]);
	while (got < FLOOD) {
		for (count = 0; count < sizeof(bytes); count++)
			bytes[count] = flood_byte(fed + count);
		if (count > FLOOD - fed)
			count = FLOOD - fed;
		fed += (uint32_t)vm_serial_push(&port.serial, bytes, count);
		while (in(&port, LSR) & 0x01) {
			EXPECT(in(&port, RBR) == flood_byte(got));
			got++;
		}
	}
}
END_TEST

/* Takes what the sink was given and checks it against the flood. */
static uint32_t collect(uint32_t got)
{
	for (size_t i = 0; i < port.sent_len; i++, got++)
		EXPECT(port.sent[i] == flood_byte(got));
	port.sent_len = 0;
	return got;
}

START_TEST(flood_of_output_by_interrupt_loses_nothing)
{
	uint32_t next = 0, got = 0;
	unsigned int round = 0;

	linux_startup();
	linux_set_termios(trigger_levels[_i]);
	out(&port, IER, 0x07);
	while (got < FLOOD) {
		/* Each interrupt lets the driver load the whole FIFO. */
		while (port.irq && next < FLOOD) {
			EXPECT(in(&port, IIR) == 0xc2);
			EXPECT(in(&port, LSR) & 0x20);
			for (unsigned int i = 0; i < 16; i++)
				out(&port, THR, flood_byte(next++));
		}
		port.sink_room = round++ % 5 * 100 + 3;
		vm_serial_flush(&port.serial);
		got = collect(got);
	}
	ck_assert_uint_eq(got, FLOOD);
}
END_TEST

START_TEST(flood_of_output_by_polling_loses_nothing)
{
	uint32_t next = 0, got = 0;
	unsigned int round = 0;

	while (got < FLOOD) {
		while (next < FLOOD && (in(&port, LSR) & 0x60) == 0x60)
			out(&port, THR, flood_byte(next++));
		port.sink_room = round++ % 5 * 100 + 3;
		vm_serial_flush(&port.serial);
		got = collect(got);
	}
	ck_assert_uint_eq(got, FLOOD);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("serial_driver");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_set_timeout(tcase, 120);
	ADD_TESTS(tcase, linux_finds_an_interrupt_enable_register,
		  linux_finds_a_loopback_of_the_modem_lines,
		  linux_takes_the_port_for_a_16550a_and_for_nothing_newer,
		  linux_measures_a_fifo_of_16,
		  input_that_waits_while_linux_opens_the_port_arrives_whole,
		  flood_of_output_by_polling_loses_nothing);
	ADD_TEST_OVER(tcase, flood_of_input_by_interrupt_loses_nothing,
		      trigger_levels);
	ADD_TEST_OVER(tcase, flood_of_input_by_polling_loses_nothing,
		      trigger_levels);
	ADD_TEST_OVER(tcase, flood_of_output_by_interrupt_loses_nothing,
		      trigger_levels);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
