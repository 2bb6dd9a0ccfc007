/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The transmitter against the PC16550D data sheet, and the way to the sink.
 */
#include "run.h"
#include "serial_port.h"

static struct port port;

static void setup(void)
{
	port_setup(&port, &direct_ops);
}

static void setup_queued(void)
{
	port_setup(&port, &queued_ops);
}

static size_t boast(void *ctx, const uint8_t *data, size_t len)
{
	(void)port_tx(ctx, data, len);
	return len + 1000;
}

static void setup_boasting(void)
{
	static struct vm_serial_ops ops;

	ops = direct_ops;
	ops.tx = boast;
	port_setup(&port, &ops);
}

START_TEST(a_byte_goes_to_the_sink_at_once)
{
	out(&port, THR, 'h');
	ck_assert_uint_eq(port.sent_len, 1);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	out(&port, THR, 'i');
	ck_assert_mem_eq(port.sent, "hi", 2);
}
END_TEST

/* Table IV: the interrupt's two ways to be reset, and what raises it. */
START_TEST(thre_interrupt_is_raised_by_enabling_and_reset_by_reading_iir)
{
	out(&port, IER, 0x02);
	ck_assert(port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0x02);
	ck_assert(!port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0x01);
	out(&port, IER, 0x02);
	ck_assert(!port.irq);
	out(&port, IER, 0x00);
	out(&port, IER, 0x02);
	ck_assert(port.irq);
}
END_TEST

START_TEST(thre_interrupt_is_raised_again_by_each_sent_character)
{
	out(&port, IER, 0x02);
	in(&port, IIR);
	out(&port, THR, 'a');
	ck_assert(port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0x02);
	ck_assert(!port.irq);
}
END_TEST

START_TEST(thre_interrupt_waits_for_a_sink_that_is_full)
{
	unsigned int n;

	port.sink_room = 0;
	out(&port, FCR, 0x01);
	out(&port, IER, 0x02);
	for (n = 0; in(&port, LSR) & 0x20; n++)
		out(&port, THR, n);
	ck_assert_uint_eq(n, VM_SERIAL_TX_QUEUE - 16 + 1);
	ck_assert_uint_eq(in(&port, LSR), 0x00);
	ck_assert(!port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0xc1);

	port.sink_room = 1;
	ck_assert_uint_eq(vm_serial_flush(&port.serial), n - 1);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	ck_assert(port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0xc2);

	port.sink_room = sizeof(port.sent) - 1;
	ck_assert_uint_eq(vm_serial_flush(&port.serial), 0);
	ck_assert(!port.irq);
	for (n = 0; n < port.sent_len; n++)
		ck_assert_uint_eq(port.sent[n], n & 0xff);
}
END_TEST

START_TEST(a_driver_that_ignores_thre_loses_what_the_fifo_cannot_hold)
{
	port.sink_room = 0;
	for (unsigned int n = 0; n < VM_SERIAL_TX_QUEUE + 5; n++)
		out(&port, THR, n);
	port.sink_room = sizeof(port.sent);
	ck_assert_uint_eq(vm_serial_flush(&port.serial), 0);
	ck_assert_uint_eq(port.sent_len, VM_SERIAL_TX_QUEUE);
	for (unsigned int n = 0; n < port.sent_len; n++)
		ck_assert_uint_eq(port.sent[n], n & 0xff);
}
END_TEST

static const uint8_t transmit_clears[] = { 0x05, 0x00 };

/* 8.5, bits 0 and 2: the FIFO is cleared, what the chip has sent is not. */
START_TEST(transmit_fifo_reset_drops_only_the_fifo)
{
	port.sink_room = 0;
	out(&port, FCR, 0x01);
	for (unsigned int n = 0; n < VM_SERIAL_TX_QUEUE; n++)
		out(&port, THR, n);
	ck_assert_uint_eq(in(&port, LSR), 0x00);
	out(&port, FCR, transmit_clears[_i]);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	ck_assert_uint_eq(vm_serial_flush(&port.serial),
			  VM_SERIAL_TX_QUEUE - 16);
}
END_TEST

START_TEST(a_sink_that_claims_more_than_it_was_given_is_not_believed)
{
	out(&port, THR, 'a');
	ck_assert_uint_eq(vm_serial_flush(&port.serial), 0);
	out(&port, THR, 'b');
	ck_assert_mem_eq(port.sent, "ab", 2);
}
END_TEST

START_TEST(queued_bytes_wake_the_sink_once_and_leave_as_one_run)
{
	for (const char *c = "hello"; *c; c++)
		out(&port, THR, (unsigned int)*c);
	ck_assert_uint_eq(port.wakes, 1);
	ck_assert_uint_eq(port.sent_len, 0);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	ck_assert_uint_eq(vm_serial_flush(&port.serial), 0);
	ck_assert_uint_eq(port.sent_len, 5);
	ck_assert_mem_eq(port.sent, "hello", 5);
	out(&port, THR, '!');
	ck_assert_uint_eq(port.wakes, 2);
}
END_TEST

START_TEST(a_long_transmission_wraps_around_the_queue_in_order)
{
	unsigned int n = 0;

	while (port.sent_len < 3 * VM_SERIAL_TX_QUEUE) {
		while (in(&port, LSR) & 0x20)
			out(&port, THR, n++);
		port.sink_room = 700;
		vm_serial_flush(&port.serial);
	}
	for (n = 0; n < port.sent_len; n++)
		ck_assert_uint_eq(port.sent[n], n & 0xff);
}
END_TEST

START_TEST(queued_transmission_keeps_the_thre_interrupt_exact)
{
	out(&port, IER, 0x02);
	ck_assert_uint_eq(in(&port, IIR), 0x02);
	ck_assert(!port.irq);
	out(&port, THR, 'a');
	ck_assert(port.irq);
	out(&port, THR, 'b');
	ck_assert(port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0x02);
	ck_assert(!port.irq);
	out(&port, THR, 'c');
	ck_assert(port.irq);
	ck_assert_uint_eq(port.irq_changes, 5);
	vm_serial_flush(&port.serial);
	ck_assert_mem_eq(port.sent, "abc", 3);
}
END_TEST

START_TEST(queued_transmission_respects_dlab_and_loopback)
{
	out(&port, THR, 'a');
	out(&port, LCR, 0x80);
	out(&port, THR, 'b');
	out(&port, LCR, 0x00);
	out(&port, MCR, 0x10);
	out(&port, THR, 'c');
	out(&port, MCR, 0x00);
	out(&port, THR, 'd');
	vm_serial_flush(&port.serial);
	ck_assert_uint_eq(port.sent_len, 2);
	ck_assert_mem_eq(port.sent, "ad", 2);
	ck_assert_uint_eq(in(&port, RBR), 'c');
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("serial_tx");
	TCase *direct = tcase_create("direct");
	TCase *queued = tcase_create("queued");
	TCase *boasting = tcase_create("boasting");

	tcase_add_checked_fixture(direct, setup, NULL);
	ADD_TESTS(direct, a_byte_goes_to_the_sink_at_once,
		  thre_interrupt_is_raised_by_enabling_and_reset_by_reading_iir,
		  thre_interrupt_is_raised_again_by_each_sent_character,
		  thre_interrupt_waits_for_a_sink_that_is_full,
		  a_driver_that_ignores_thre_loses_what_the_fifo_cannot_hold);
	ADD_TEST_OVER(direct, transmit_fifo_reset_drops_only_the_fifo,
		      transmit_clears);
	suite_add_tcase(suite, direct);
	tcase_add_checked_fixture(queued, setup_queued, NULL);
	ADD_TESTS(queued, queued_bytes_wake_the_sink_once_and_leave_as_one_run,
		  a_long_transmission_wraps_around_the_queue_in_order,
		  queued_transmission_keeps_the_thre_interrupt_exact,
		  queued_transmission_respects_dlab_and_loopback);
	suite_add_tcase(suite, queued);
	tcase_add_checked_fixture(boasting, setup_boasting, NULL);
	ADD_TESTS(boasting,
		  a_sink_that_claims_more_than_it_was_given_is_not_believed);
	suite_add_tcase(suite, boasting);
	return run_suite(suite);
}
