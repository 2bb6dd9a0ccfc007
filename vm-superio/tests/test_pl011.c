/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The port against ARM DDI 0183, chapters 2.8 and 3.3. */
#include <errno.h>

#include "pl011_port.h"
#include "run.h"

static struct port port;

static void setup(void)
{
	pl011_setup(&port, &direct_ops);
}

static void setup_queued(void)
{
	pl011_setup(&port, &queued_ops);
}

START_TEST(init_without_sink_or_interrupt_is_refused)
{
	struct vm_serial_ops ops = direct_ops;

	ops.tx = NULL;
	ck_assert_int_eq(vm_pl011_init(&port.uart, &ops, &port), -EINVAL);
	ops = direct_ops;
	ops.irq = NULL;
	ck_assert_int_eq(vm_pl011_init(&port.uart, &ops, &port), -EINVAL);
}
END_TEST

/* Table 3-1, the column of reset values. */
static const struct {
	unsigned int off;
	uint32_t value;
} resets[] = {
	{ DR, 0x000 },	  { RSR, 0x0 },	   { FR, 0x097 },   { ILPR, 0x00 },
	{ IBRD, 0x0000 }, { FBRD, 0x00 },  { LCR_H, 0x00 }, { CR, 0x0300 },
	{ IFLS, 0x12 },	  { IMSC, 0x000 }, { RIS, 0x000 },  { MIS, 0x000 },
	{ ICR, 0x000 },	  { DMACR, 0x00 }, { 0x08, 0 },	    { 0x4c, 0 },
	{ 0xfe0, 0x11 },  { 0xfe4, 0x10 }, { 0xfe8, 0x24 }, { 0xfec, 0x00 },
	{ 0xff0, 0x0d },  { 0xff4, 0xf0 }, { 0xff8, 0x05 }, { 0xffc, 0xb1 },
	{ 0xfe2, 0 },	  { 0x1000, 0 },
};

START_TEST(registers_have_their_reset_values)
{
	ck_assert_uint_eq(pl011_in(&port, resets[_i].off), resets[_i].value);
}
END_TEST

static const struct {
	unsigned int off;
	uint32_t bits;
} read_write[] = {
	{ ILPR, 0xff }, { IBRD, 0xffff }, { FBRD, 0x3f },  { LCR_H, 0xff },
	{ CR, 0xff87 }, { IFLS, 0x3f },	  { IMSC, 0x7ff }, { DMACR, 0x07 },
};

START_TEST(read_write_registers_keep_exactly_the_bits_that_exist)
{
	for (unsigned int bit = 0; bit < 32; bit++) {
		pl011_out(&port, read_write[_i].off, UINT32_C(1) << bit);
		ck_assert_uint_eq(pl011_in(&port, read_write[_i].off),
				  (UINT32_C(1) << bit) & read_write[_i].bits);
	}
}
END_TEST

START_TEST(a_character_goes_to_the_sink_at_once)
{
	pl011_out(&port, DR, 'h');
	pl011_out(&port, DR, 0xffffff00 | 'i');
	ck_assert_uint_eq(port.sent_len, 2);
	ck_assert_mem_eq(port.sent, "hi", 2);
	ck_assert_uint_eq(pl011_in(&port, FR) & 0x0a8, 0x080);
}
END_TEST

/* 2.8.2: a transition, so nothing before the first character. */
START_TEST(transmit_interrupt_is_of_the_character_that_left)
{
	pl011_out(&port, IMSC, 0x020);
	ck_assert(!port.irq);
	pl011_out(&port, DR, 'a');
	ck_assert(port.irq);
	ck_assert_uint_eq(pl011_in(&port, RIS), 0x020);
	ck_assert_uint_eq(pl011_in(&port, MIS), 0x020);
	pl011_out(&port, ICR, 0x020);
	ck_assert(!port.irq);
	pl011_out(&port, IMSC, 0x000);
	pl011_out(&port, IMSC, 0x020);
	ck_assert(!port.irq);
	pl011_out(&port, DR, 'b');
	ck_assert(port.irq);
}
END_TEST

/* Transmit levels of UARTIFLS in a FIFO of 16, and of no FIFO. */
static const struct {
	uint32_t lcr_h, ifls, level;
} tx_levels[] = { { 0x10, 0, 2 },  { 0x10, 1, 4 },  { 0x10, 2, 8 },
		  { 0x10, 3, 12 }, { 0x10, 4, 14 }, { 0x00, 2, 0 } };

START_TEST(transmit_interrupt_comes_at_its_level_when_the_sink_lags)
{
	unsigned int full = VM_SERIAL_TX_QUEUE - 16 + tx_levels[_i].level;
	unsigned int n = 0;

	port.sink_room = 0;
	pl011_out(&port, LCR_H, tx_levels[_i].lcr_h);
	pl011_out(&port, IFLS, tx_levels[_i].ifls);
	pl011_out(&port, IMSC, 0x020);
	while (n <= full) {
		ck_assert_int_eq(port.irq, n != 0);
		pl011_out(&port, DR, n++);
	}
	ck_assert(!port.irq);
	ck_assert_uint_eq(pl011_in(&port, FR) & 0x088, 0x008);
	port.sink_room = 1;
	ck_assert_uint_eq(vm_pl011_flush(&port.uart), full);
	ck_assert(port.irq);
	port.sink_room = sizeof(port.sent) - 1;
	ck_assert_uint_eq(vm_pl011_flush(&port.uart), 0);
	ck_assert_uint_eq(pl011_in(&port, FR) & 0x088, 0x080);
	for (n = 0; n < port.sent_len; n++)
		ck_assert_uint_eq(port.sent[n], n & 0xff);
}
END_TEST

START_TEST(full_transmit_fifo_is_flagged_and_loses_what_comes)
{
	unsigned int n;

	port.sink_room = 0;
	pl011_out(&port, LCR_H, 0x10);
	for (n = 0; !(pl011_in(&port, FR) & 0x020); n++)
		pl011_out(&port, DR, n);
	ck_assert_uint_eq(n, VM_SERIAL_TX_QUEUE);
	pl011_out(&port, DR, 'x');
	port.sink_room = sizeof(port.sent);
	ck_assert_uint_eq(vm_pl011_flush(&port.uart), 0);
	ck_assert_uint_eq(port.sent_len, VM_SERIAL_TX_QUEUE);
	ck_assert_uint_eq(pl011_in(&port, FR) & 0x020, 0);
}
END_TEST

START_TEST(queued_characters_wake_the_sink_once)
{
	for (const char *c = "hello"; *c; c++)
		pl011_out(&port, DR, (uint32_t)*c);
	ck_assert_uint_eq(port.wakes, 1);
	ck_assert_uint_eq(port.sent_len, 0);
	ck_assert_uint_eq(pl011_in(&port, FR) & 0x0a8, 0x080);
	ck_assert_uint_eq(vm_pl011_flush(&port.uart), 0);
	ck_assert_mem_eq(port.sent, "hello", 5);
	pl011_out(&port, CR, 0x380);
	pl011_out(&port, DR, 'l');
	ck_assert_uint_eq(port.wakes, 1);
}
END_TEST

/* 2.8.1 and 2.8.3, with the receive levels of UARTIFLS. */
static const struct {
	uint32_t lcr_h, ifls;
	unsigned int depth, level;
} rx_levels[] = {
	{ 0x10, 0 << 3, 16, 2 },  { 0x10, 1 << 3, 16, 4 },
	{ 0x10, 2 << 3, 16, 8 },  { 0x10, 3 << 3, 16, 12 },
	{ 0x10, 4 << 3, 16, 14 }, { 0x00, 2 << 3, 1, 1 },
};

START_TEST(receive_interrupts_are_of_level_and_timeout)
{
	unsigned int n;

	pl011_out(&port, LCR_H, rx_levels[_i].lcr_h);
	pl011_out(&port, IFLS, rx_levels[_i].ifls);
	for (n = 1; n <= rx_levels[_i].depth; n++) {
		ck_assert_uint_eq(pl011_push(&port, "x"), 1);
		ck_assert_uint_eq(pl011_in(&port, RIS),
				  n >= rx_levels[_i].level ? 0x050 : 0x040);
	}
	ck_assert_uint_eq(pl011_in(&port, FR) & 0x050, 0x040);
	for (n = rx_levels[_i].depth - 1; n > 0; n--) {
		ck_assert_uint_eq(pl011_in(&port, DR), 'x');
		ck_assert_uint_eq(pl011_in(&port, RIS),
				  n >= rx_levels[_i].level ? 0x050 : 0x040);
	}
	pl011_in(&port, DR);
	ck_assert_uint_eq(pl011_in(&port, RIS), 0);
	ck_assert_uint_eq(pl011_in(&port, FR) & 0x050, 0x010);
	ck_assert_uint_eq(pl011_in(&port, DR), 0);
}
END_TEST

START_TEST(receive_interrupts_can_be_cleared_before_reading)
{
	pl011_out(&port, LCR_H, 0x10);
	pl011_out(&port, IMSC, 0x050);
	pl011_push(&port, "0123456789");
	ck_assert(port.irq);
	pl011_out(&port, ICR, 0x050);
	ck_assert(!port.irq);
	pl011_push(&port, "a");
	ck_assert(port.irq);
}
END_TEST

/* 3.3.1 and 3.3.2: the errors of a character, in DR and RSR. */
static const struct {
	uint8_t errors;
	uint32_t character, rsr, ris;
} errors[] = {
	{ VM_SERIAL_FRAMING_ERROR, 0x178, 0x1, 0x080 },
	{ VM_SERIAL_PARITY_ERROR, 0x278, 0x2, 0x100 },
	{ VM_SERIAL_BREAK_ERROR, 0x400, 0x4, 0x200 },
	{ VM_SERIAL_BREAK_ERROR | VM_SERIAL_FRAMING_ERROR | 0x01, 0x500, 0x5,
	  0x280 },
};

START_TEST(an_error_comes_with_its_character)
{
	pl011_out(&port, LCR_H, 0x10);
	pl011_push(&port, "a");
	vm_pl011_receive(&port.uart, 'x', errors[_i].errors);
	pl011_push(&port, "b");
	ck_assert_uint_eq(pl011_in(&port, RIS), 0x040 | errors[_i].ris);
	ck_assert_uint_eq(pl011_in(&port, DR), 'a');
	ck_assert_uint_eq(pl011_in(&port, RSR), 0);
	ck_assert_uint_eq(pl011_in(&port, DR), errors[_i].character);
	ck_assert_uint_eq(pl011_in(&port, RSR), errors[_i].rsr);
	pl011_out(&port, RSR, 0);
	ck_assert_uint_eq(pl011_in(&port, RSR), 0);
	ck_assert_uint_eq(pl011_in(&port, DR), 'b');
	pl011_out(&port, ICR, errors[_i].ris);
	ck_assert_uint_eq(pl011_in(&port, RIS), 0);
}
END_TEST

START_TEST(overrun_keeps_the_fifo_and_is_told)
{
	pl011_out(&port, LCR_H, 0x10);
	pl011_push(&port, "0123456789abcdef");
	pl011_out(&port, IMSC, 0x400);
	vm_pl011_receive(&port.uart, 'X', 0);
	ck_assert(port.irq);
	ck_assert_uint_eq(pl011_in(&port, RSR), 0x8);
	ck_assert_uint_eq(pl011_in(&port, DR), 0x800 | '0');
	ck_assert_uint_eq(pl011_in(&port, DR), 0x800 | '1');
	pl011_push(&port, "g");
	ck_assert_uint_eq(pl011_in(&port, DR), '2');
	ck_assert_uint_eq(pl011_in(&port, RSR), 0x8);
	pl011_out(&port, RSR, 0);
	ck_assert_uint_eq(pl011_in(&port, RSR), 0);
	pl011_out(&port, ICR, 0x400);
	ck_assert(!port.irq);
}
END_TEST

START_TEST(switching_the_fifos_off_empties_them)
{
	port.sink_room = 0;
	pl011_out(&port, LCR_H, 0x10);
	pl011_push(&port, "0123456789");
	for (unsigned int n = 0; n < VM_SERIAL_TX_QUEUE; n++)
		pl011_out(&port, DR, n);
	pl011_out(&port, LCR_H, 0x00);
	ck_assert_uint_eq(pl011_in(&port, FR) & 0x0f8, 0x090);
	ck_assert_uint_eq(pl011_in(&port, RIS), 0x020);
	ck_assert_uint_eq(vm_pl011_flush(&port.uart), VM_SERIAL_TX_QUEUE - 16);
	ck_assert_uint_eq(vm_pl011_rx_room(&port.uart), 1);
}
END_TEST

START_TEST(a_character_survives_switching_the_fifos_on)
{
	pl011_push(&port, "a");
	pl011_out(&port, LCR_H, 0x10);
	pl011_push(&port, "b");
	ck_assert_uint_eq(pl011_in(&port, DR), 'a');
	ck_assert_uint_eq(pl011_in(&port, DR), 'b');
}
END_TEST

/* 3.3.3 and 3.3.11: a line, its flag and its interrupt. */
static const struct {
	uint8_t line;
	uint32_t flag, interrupt;
} modem_lines[] = {
	{ VM_SERIAL_CTS, 0x001, 0x002 },
	{ VM_SERIAL_DSR, 0x002, 0x008 },
	{ VM_SERIAL_DCD, 0x004, 0x004 },
	{ VM_SERIAL_RI, 0x100, 0x001 },
};

START_TEST(a_modem_line_interrupts_when_it_changes)
{
	vm_pl011_set_inputs(&port.uart, 0);
	pl011_out(&port, ICR, 0x7ff);
	pl011_out(&port, IMSC, modem_lines[_i].interrupt);
	vm_pl011_set_inputs(&port.uart, modem_lines[_i].line | 0x0f);
	ck_assert(port.irq);
	ck_assert_uint_eq(pl011_in(&port, FR) & 0x107, modem_lines[_i].flag);
	ck_assert_uint_eq(pl011_in(&port, RIS), modem_lines[_i].interrupt);
	pl011_out(&port, ICR, modem_lines[_i].interrupt);
	ck_assert(!port.irq);
	vm_pl011_set_inputs(&port.uart, 0);
	ck_assert(port.irq);
}
END_TEST

START_TEST(outputs_follow_the_control_and_line_registers)
{
	pl011_out(&port, CR, 0x0300 | 0x0c00);
	ck_assert_uint_eq(port.outputs, VM_SERIAL_DTR | VM_SERIAL_RTS);
	pl011_out(&port, CR, 0x0300 | 0x3000);
	ck_assert_uint_eq(port.outputs, VM_SERIAL_OUT1 | VM_SERIAL_OUT2);
	pl011_out(&port, LCR_H, 0x01);
	ck_assert_uint_eq(port.outputs,
			  VM_SERIAL_OUT1 | VM_SERIAL_OUT2 | VM_SERIAL_BREAK);
	pl011_out(&port, CR, 0x0380 | 0x3000);
	ck_assert_uint_eq(port.outputs, 0);
	ck_assert_uint_eq(port.output_changes, 4);
}
END_TEST

/* 3.3.8, bit 7: DTR, RTS, Out1, Out2 drive DSR, CTS, DCD, RI. */
static const struct {
	uint32_t output, flag;
} loop_wires[] = {
	{ 0x0400, 0x002 },
	{ 0x0800, 0x001 },
	{ 0x1000, 0x004 },
	{ 0x2000, 0x100 },
};

START_TEST(loopback_wires_the_modem_outputs_to_the_inputs)
{
	pl011_out(&port, CR, 0x0380 | loop_wires[_i].output);
	ck_assert_uint_eq(pl011_in(&port, FR) & 0x107, loop_wires[_i].flag);
	pl011_out(&port, CR, 0x0300);
	ck_assert_uint_eq(pl011_in(&port, FR) & 0x107, 0x007);
}
END_TEST

START_TEST(loopback_returns_characters_and_cuts_off_the_line)
{
	pl011_out(&port, LCR_H, 0x10);
	pl011_out(&port, CR, 0x0380);
	ck_assert_uint_eq(pl011_push(&port, "line"), 0);
	vm_pl011_receive(&port.uart, 'x', 0);
	pl011_out(&port, DR, 'a');
	ck_assert_uint_eq(pl011_in(&port, RIS) & 0x060, 0x060);
	ck_assert_uint_eq(pl011_in(&port, DR), 'a');
	ck_assert_uint_eq(port.sent_len, 0);
}
END_TEST

/* The interrupts by which a driver says that it listens. */
static const uint32_t listening[] = { 0x010, 0x040 };

START_TEST(rx_ready_needs_a_driver_that_listens)
{
	pl011_out(&port, LCR_H, 0x10);
	ck_assert_uint_eq(vm_pl011_rx_room(&port.uart), 16);
	ck_assert_uint_eq(vm_pl011_rx_ready(&port.uart), 0);
	pl011_out(&port, CR, 0x0380);
	pl011_out(&port, IMSC, listening[_i]);
	ck_assert_uint_eq(vm_pl011_rx_ready(&port.uart), 0);
	ck_assert_uint_eq(port.ready, 0);
	pl011_out(&port, CR, 0x0300);
	ck_assert_uint_eq(port.ready, 1);
	ck_assert_uint_eq(vm_pl011_rx_ready(&port.uart), 16);
}
END_TEST

START_TEST(a_short_push_is_answered_when_the_receiver_is_empty)
{
	ck_assert_uint_eq(pl011_push(&port, "ab"), 1);
	ck_assert_uint_eq(port.ready, 0);
	pl011_in(&port, DR);
	ck_assert_uint_eq(port.ready, 1);
	pl011_in(&port, DR);
	ck_assert_uint_eq(port.ready, 1);
}
END_TEST

START_TEST(optional_callbacks_may_be_absent)
{
	static const struct vm_serial_ops ops = {
		.tx = port_tx,
		.irq = port_irq,
	};

	pl011_setup(&port, &ops);
	pl011_out(&port, CR, 0x0f00);
	ck_assert_uint_eq(vm_pl011_rx_ready(&port.uart), 0);
	pl011_out(&port, IMSC, 0x010);
	ck_assert_uint_eq(vm_pl011_rx_ready(&port.uart), 1);
}
END_TEST

/* What Linux's pl011_startup() does: it drains, then enables, then formats. */
START_TEST(input_that_waits_while_linux_opens_the_port_arrives_whole)
{
	ck_assert_uint_eq(vm_pl011_rx_ready(&port.uart), 0);
	pl011_out(&port, ICR, 0x7d0);
	pl011_out(&port, IFLS, 0x12);
	pl011_out(&port, CR, 0x0b01);
	pl011_out(&port, ICR, 0x050);
	while (!(pl011_in(&port, FR) & 0x010))
		pl011_in(&port, DR);
	ck_assert_uint_eq(port.ready, 0);
	pl011_out(&port, IMSC, 0x050);
	ck_assert_uint_eq(port.ready, 1);
	ck_assert_uint_eq(vm_pl011_rx_ready(&port.uart), 1);
	ck_assert_uint_eq(pl011_push(&port, "a"), 1);
	pl011_out(&port, CR, 0x0000);
	pl011_out(&port, IBRD, 13);
	pl011_out(&port, LCR_H, 0x70);
	pl011_out(&port, CR, 0x0b01);
	ck_assert_uint_eq(pl011_push(&port, "bcd"), 3);
	ck_assert(port.irq);
	for (unsigned int n = 0; n < 4; n++)
		ck_assert_int_eq((int)pl011_in(&port, DR), "abcd"[n]);
	ck_assert(!port.irq);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pl011");
	TCase *direct = tcase_create("direct");
	TCase *queued = tcase_create("queued");

	tcase_add_checked_fixture(direct, setup, NULL);
	ADD_TESTS(direct, init_without_sink_or_interrupt_is_refused,
		  a_character_goes_to_the_sink_at_once,
		  transmit_interrupt_is_of_the_character_that_left,
		  full_transmit_fifo_is_flagged_and_loses_what_comes,
		  receive_interrupts_can_be_cleared_before_reading,
		  overrun_keeps_the_fifo_and_is_told,
		  switching_the_fifos_off_empties_them,
		  a_character_survives_switching_the_fifos_on,
		  outputs_follow_the_control_and_line_registers,
		  loopback_returns_characters_and_cuts_off_the_line,
		  a_short_push_is_answered_when_the_receiver_is_empty,
		  optional_callbacks_may_be_absent,
		  input_that_waits_while_linux_opens_the_port_arrives_whole);
	ADD_TEST_OVER(direct, registers_have_their_reset_values, resets);
	ADD_TEST_OVER(direct,
		      read_write_registers_keep_exactly_the_bits_that_exist,
		      read_write);
	ADD_TEST_OVER(direct,
		      transmit_interrupt_comes_at_its_level_when_the_sink_lags,
		      tx_levels);
	ADD_TEST_OVER(direct, receive_interrupts_are_of_level_and_timeout,
		      rx_levels);
	ADD_TEST_OVER(direct, an_error_comes_with_its_character, errors);
	ADD_TEST_OVER(direct, a_modem_line_interrupts_when_it_changes,
		      modem_lines);
	ADD_TEST_OVER(direct, loopback_wires_the_modem_outputs_to_the_inputs,
		      loop_wires);
	ADD_TEST_OVER(direct, rx_ready_needs_a_driver_that_listens, listening);
	suite_add_tcase(suite, direct);

	tcase_add_checked_fixture(queued, setup_queued, NULL);
	ADD_TESTS(queued, queued_characters_wake_the_sink_once);
	suite_add_tcase(suite, queued);
	return run_suite(suite);
}
