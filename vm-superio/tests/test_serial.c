/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The port against the PC16550D data sheet.  Section numbers are those of
 * "8.0 Registers" in it; register values are written as it draws them.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "port.h"

static struct port port;

static void setup_with(const struct vm_serial_ops *ops)
{
	memset(&port, 0, sizeof(port));
	port.sink_room = sizeof(port.sent);
	ck_assert_int_eq(vm_serial_init(&port.serial, ops, &port), 0);
}

static void setup(void)
{
	setup_with(&direct_ops);
}

static void setup_queued(void)
{
	setup_with(&queued_ops);
}

START_TEST(init_without_sink_or_interrupt_is_refused)
{
	struct vm_serial_ops ops = direct_ops;

	ops.tx = NULL;
	ck_assert_int_eq(vm_serial_init(&port.serial, &ops, &port), -EINVAL);
	ops = direct_ops;
	ops.irq = NULL;
	ck_assert_int_eq(vm_serial_init(&port.serial, &ops, &port), -EINVAL);
}
END_TEST

/* Table III: register and output states after master reset. */
START_TEST(reset_values_are_those_of_the_data_sheet)
{
	ck_assert_uint_eq(in(&port, RBR), 0);
	ck_assert_uint_eq(in(&port, IER), 0x00);
	ck_assert_uint_eq(in(&port, IIR), 0x01);
	ck_assert_uint_eq(in(&port, LCR), 0x00);
	ck_assert_uint_eq(in(&port, MCR), 0x00);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	ck_assert_uint_eq(in(&port, MSR), 0xb0);
	ck_assert_uint_eq(port.irq_changes, 0);
	ck_assert_uint_eq(port.output_changes, 0);
}
END_TEST

START_TEST(reset_of_a_busy_port_keeps_only_what_the_data_sheet_keeps)
{
	out(&port, SCR, 0x5a);
	out(&port, LCR, 0x80);
	out(&port, DLL, 0x34);
	out(&port, DLM, 0x12);
	out(&port, LCR, 0x43);
	out(&port, FCR, 0xc1);
	out(&port, IER, 0x0f);
	out(&port, MCR, 0x0f);
	vm_serial_set_inputs(&port.serial, 0);
	ck_assert_uint_eq(push(&port, "input"), 5);
	ck_assert(port.irq);

	vm_serial_reset(&port.serial);
	ck_assert(!port.irq);
	ck_assert_uint_eq(port.outputs, 0);
	ck_assert_uint_eq(in(&port, IER), 0x00);
	ck_assert_uint_eq(in(&port, IIR), 0x01);
	ck_assert_uint_eq(in(&port, LCR), 0x00);
	ck_assert_uint_eq(in(&port, MCR), 0x00);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	ck_assert_uint_eq(in(&port, MSR), 0x00);
	ck_assert_uint_eq(in(&port, SCR), 0x5a);
	out(&port, LCR, 0x80);
	ck_assert_uint_eq(in(&port, DLL), 0x34);
	ck_assert_uint_eq(in(&port, DLM), 0x12);
}
END_TEST

START_TEST(an_offset_beyond_the_registers_reads_all_ones)
{
	out(&port, 8, 0x55);
	ck_assert_uint_eq(in(&port, 8), 0xff);
	ck_assert_uint_eq(in(&port, 0xffffffff), 0xff);
	ck_assert_uint_eq(in(&port, SCR), 0);
}
END_TEST

/* Each read-write register with the bits that exist in it. */
static const struct {
	unsigned int reg;
	uint8_t bits;
} read_write[] = {
	{ IER, 0x0f },
	{ LCR, 0x7f },
	{ MCR, 0x1f },
	{ SCR, 0xff },
};

START_TEST(read_write_registers_keep_exactly_the_bits_that_exist)
{
	for (unsigned int v = 0; v < 256; v++) {
		if (read_write[_i].reg == LCR && v & 0x80)
			continue;
		out(&port, read_write[_i].reg, v);
		ck_assert_uint_eq(in(&port, read_write[_i].reg),
				  v & read_write[_i].bits);
	}
}
END_TEST

START_TEST(status_registers_ignore_writes)
{
	out(&port, LSR, 0xff);
	out(&port, MSR, 0xff);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	ck_assert_uint_eq(in(&port, MSR), 0xb0);
}
END_TEST

/* 8.1: bit 7 of LCR puts the divisor latches over RBR, THR and IER. */
START_TEST(dlab_swaps_in_the_divisor_latches)
{
	out(&port, IER, 0x05);
	push(&port, "x");
	out(&port, LCR, 0x83);
	ck_assert_uint_eq(in(&port, DLL), 12);
	ck_assert_uint_eq(in(&port, DLM), 0);
	out(&port, DLL, 0xab);
	out(&port, DLM, 0xcd);
	ck_assert_uint_eq(in(&port, DLL), 0xab);
	ck_assert_uint_eq(in(&port, DLM), 0xcd);
	ck_assert_uint_eq(port.sent_len, 0);

	out(&port, LCR, 0x03);
	ck_assert_uint_eq(in(&port, IER), 0x05);
	ck_assert_uint_eq(in(&port, RBR), 'x');
}
END_TEST

/* 8.4, bit 0, and the FIFO mode's depth of 16. */
START_TEST(data_ready_follows_the_receive_fifo)
{
	out(&port, FCR, 0x01);
	ck_assert_uint_eq(vm_serial_rx_room(&port.serial), 16);
	ck_assert_uint_eq(push(&port, "0123456789abcdefgh"), 16);
	ck_assert_uint_eq(vm_serial_rx_room(&port.serial), 0);
	for (unsigned int i = 0; i < 16; i++) {
		ck_assert_uint_eq(in(&port, LSR), 0x61);
		ck_assert_int_eq(in(&port, RBR), "0123456789abcdef"[i]);
	}
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	ck_assert_uint_eq(in(&port, RBR), 0);
}
END_TEST

START_TEST(character_mode_holds_one_character)
{
	ck_assert_uint_eq(vm_serial_rx_room(&port.serial), 1);
	ck_assert_uint_eq(push(&port, "ab"), 1);
	ck_assert_uint_eq(in(&port, LSR), 0x61);
	ck_assert_uint_eq(in(&port, RBR), 'a');
	ck_assert_uint_eq(in(&port, LSR), 0x60);
}
END_TEST

/* 8.4, bit 1: in character mode the new character destroys the old one. */
START_TEST(overrun_in_character_mode_replaces_the_character)
{
	vm_serial_receive(&port.serial, 'a', 0);
	vm_serial_receive(&port.serial, 'b', 0);
	ck_assert_uint_eq(in(&port, LSR), 0x63);
	ck_assert_uint_eq(in(&port, LSR), 0x61);
	ck_assert_uint_eq(in(&port, RBR), 'b');
	ck_assert_uint_eq(in(&port, LSR), 0x60);
}
END_TEST

/* 8.4, bit 1: in FIFO mode the FIFO survives and OE is set at once. */
START_TEST(overrun_in_fifo_mode_loses_the_newest_character)
{
	out(&port, FCR, 0x01);
	out(&port, IER, 0x04);
	push(&port, "0123456789abcdef");
	ck_assert(!port.irq);
	vm_serial_receive(&port.serial, 'X', 0);
	ck_assert(port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0xc6);
	ck_assert_uint_eq(in(&port, LSR), 0x63);
	ck_assert(!port.irq);
	for (unsigned int i = 0; i < 16; i++)
		ck_assert_int_eq(in(&port, RBR), "0123456789abcdef"[i]);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
}
END_TEST

static const uint8_t character_errors[] = { 0x04, 0x08, 0x10, 0x18 };

/* 8.4, bits 2 to 4 and 7: an error shows when its character is the first. */
START_TEST(an_error_shows_when_its_character_reaches_the_top)
{
	uint8_t errors = character_errors[_i];
	uint8_t byte = errors & 0x10 ? 0 : 'b';

	out(&port, FCR, 0x01);
	out(&port, IER, 0x04);
	vm_serial_receive(&port.serial, 'a', 0);
	vm_serial_receive(&port.serial, 'b', errors | 0x62);
	vm_serial_receive(&port.serial, 'c', 0);
	ck_assert(!port.irq);
	ck_assert_uint_eq(in(&port, LSR), 0xe1);
	ck_assert_uint_eq(in(&port, LSR), 0xe1);

	ck_assert_uint_eq(in(&port, RBR), 'a');
	ck_assert(port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0xc6);
	ck_assert_uint_eq(in(&port, LSR), 0xe1 | errors);
	ck_assert(!port.irq);
	ck_assert_uint_eq(in(&port, LSR), 0x61);
	ck_assert_uint_eq(in(&port, RBR), byte);
	ck_assert_uint_eq(in(&port, RBR), 'c');
	ck_assert_uint_eq(in(&port, LSR), 0x60);
}
END_TEST

START_TEST(fifo_error_bit_stays_while_a_later_character_has_one)
{
	out(&port, FCR, 0x01);
	vm_serial_receive(&port.serial, 'a', VM_SERIAL_PARITY_ERROR);
	vm_serial_receive(&port.serial, 'b', VM_SERIAL_FRAMING_ERROR);
	ck_assert_uint_eq(in(&port, LSR), 0xe5);
	ck_assert_uint_eq(in(&port, LSR), 0xe1);
	ck_assert_uint_eq(in(&port, RBR), 'a');
	ck_assert_uint_eq(in(&port, LSR), 0xe9);
	ck_assert_uint_eq(in(&port, LSR), 0x61);
}
END_TEST

/* 8.4, bit 7: in character mode it is 0. */
START_TEST(fifo_error_bit_is_clear_in_character_mode)
{
	vm_serial_receive(&port.serial, 'a', VM_SERIAL_BREAK_ERROR);
	ck_assert_uint_eq(in(&port, LSR), 0x71);
	ck_assert_uint_eq(in(&port, RBR), 0);
}
END_TEST

/* 8.5, bits 6 and 7: trigger levels; 8.6, table IV: the two receive causes. */
static const struct {
	uint8_t fcr;
	unsigned int level;
} triggers[] = { { 0x01, 1 }, { 0x41, 4 }, { 0x81, 8 }, { 0xc1, 14 } };

START_TEST(receive_interrupt_is_data_at_the_trigger_level_and_timeout_below)
{
	unsigned int n;

	out(&port, FCR, triggers[_i].fcr);
	out(&port, IER, 0x01);
	for (n = 1; n <= 16; n++) {
		ck_assert_uint_eq(push(&port, "x"), 1);
		ck_assert(port.irq);
		ck_assert_uint_eq(in(&port, IIR),
				  n >= triggers[_i].level ? 0xc4 : 0xcc);
	}
	for (n = 15; n > 0; n--) {
		in(&port, RBR);
		ck_assert_uint_eq(in(&port, IIR),
				  n >= triggers[_i].level ? 0xc4 : 0xcc);
	}
	in(&port, RBR);
	ck_assert(!port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0xc1);
	ck_assert_uint_eq(port.irq_changes, 2);
}
END_TEST

START_TEST(receive_interrupt_in_character_mode_is_data_available)
{
	out(&port, IER, 0x01);
	push(&port, "x");
	ck_assert(port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0x04);
	in(&port, RBR);
	ck_assert(!port.irq);
}
END_TEST

START_TEST(input_waits_while_its_interrupt_is_masked)
{
	out(&port, FCR, 0x01);
	push(&port, "ab");
	ck_assert(!port.irq);
	out(&port, IER, 0x01);
	ck_assert(port.irq);
	out(&port, IER, 0x00);
	ck_assert(!port.irq);
	ck_assert_uint_eq(in(&port, RBR), 'a');
	ck_assert_uint_eq(in(&port, RBR), 'b');
}
END_TEST

/* 8.5: bit 0 must be set for the others to be programmed. */
START_TEST(fcr_without_the_enable_bit_programs_nothing)
{
	push(&port, "a");
	out(&port, FCR, 0xc6);
	ck_assert_uint_eq(in(&port, IIR), 0x01);
	ck_assert_uint_eq(in(&port, RBR), 'a');
}
END_TEST

START_TEST(iir_tells_whether_the_fifos_are_on)
{
	ck_assert_uint_eq(in(&port, IIR), 0x01);
	out(&port, FCR, 0x01);
	ck_assert_uint_eq(in(&port, IIR), 0xc1);
	out(&port, FCR, 0x00);
	ck_assert_uint_eq(in(&port, IIR), 0x01);
}
END_TEST

START_TEST(receive_fifo_reset_empties_it_and_keeps_the_mode)
{
	out(&port, FCR, 0x81);
	out(&port, IER, 0x05);
	vm_serial_receive(&port.serial, 'a', VM_SERIAL_PARITY_ERROR);
	vm_serial_receive(&port.serial, 'b', VM_SERIAL_PARITY_ERROR);
	out(&port, FCR, 0x83);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	ck_assert(!port.irq);
	ck_assert_uint_eq(vm_serial_rx_room(&port.serial), 16);
	push(&port, "12345678");
	ck_assert_uint_eq(in(&port, IIR), 0xc4);
}
END_TEST

START_TEST(switching_the_fifos_off_clears_them)
{
	out(&port, FCR, 0x01);
	push(&port, "abc");
	out(&port, FCR, 0x00);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	ck_assert_uint_eq(vm_serial_rx_room(&port.serial), 1);
}
END_TEST

START_TEST(a_character_survives_switching_the_fifos_on)
{
	push(&port, "a");
	out(&port, FCR, 0x01);
	ck_assert_uint_eq(in(&port, LSR), 0x61);
	push(&port, "b");
	ck_assert_uint_eq(in(&port, RBR), 'a');
	ck_assert_uint_eq(in(&port, RBR), 'b');
}
END_TEST

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

/* 8.7: the modem control outputs, and 8.1, bit 6: break control. */
START_TEST(outputs_follow_mcr_and_the_break_bit)
{
	for (unsigned int v = 1; v < 16; v++) {
		out(&port, MCR, v);
		ck_assert_uint_eq(port.outputs, v);
		ck_assert_uint_eq(port.output_changes, v);
	}
	out(&port, LCR, 0x43);
	ck_assert_uint_eq(port.outputs, 0x4f);
	out(&port, MCR, 0x1f);
	ck_assert_uint_eq(port.outputs, 0);
	out(&port, MCR, 0x0f);
	out(&port, LCR, 0x03);
	ck_assert_uint_eq(port.outputs, 0x0f);
}
END_TEST

/* 8.7, bit 4: RTS, DTR, OUT1 and OUT2 drive CTS, DSR, RI and DCD. */
static const struct {
	uint8_t mcr, msr;
} loop_wires[] = {
	{ 0x11, 0x20 }, { 0x12, 0x10 }, { 0x14, 0x40 }, { 0x18, 0x80 }
};

START_TEST(loopback_wires_the_modem_outputs_to_the_inputs)
{
	out(&port, MCR, 0x10);
	in(&port, MSR);
	ck_assert_uint_eq(in(&port, MSR), 0x00);
	out(&port, MCR, loop_wires[_i].mcr);
	ck_assert_uint_eq(in(&port, MSR) & 0xf0, loop_wires[_i].msr);
	out(&port, MCR, 0x00);
	ck_assert_uint_eq(in(&port, MSR) & 0xf0, 0xb0);
}
END_TEST

START_TEST(loopback_returns_characters_and_cuts_off_the_line)
{
	out(&port, FCR, 0x01);
	out(&port, IER, 0x03);
	out(&port, MCR, 0x10);
	ck_assert_uint_eq(vm_serial_rx_room(&port.serial), 0);
	ck_assert_uint_eq(push(&port, "line"), 0);
	vm_serial_receive(&port.serial, 'x', 0);
	in(&port, IIR);
	out(&port, THR, 'a');
	ck_assert_uint_eq(in(&port, IIR), 0xc4);
	ck_assert_uint_eq(in(&port, RBR), 'a');
	ck_assert_uint_eq(in(&port, IIR), 0xc2);
	ck_assert_uint_eq(port.sent_len, 0);
}
END_TEST

START_TEST(loopback_overruns_like_the_line)
{
	out(&port, FCR, 0x01);
	out(&port, MCR, 0x10);
	for (unsigned int n = 0; n < 17; n++)
		out(&port, THR, n);
	ck_assert_uint_eq(in(&port, LSR), 0x63);
	for (unsigned int n = 0; n < 16; n++)
		ck_assert_uint_eq(in(&port, RBR), n);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
}
END_TEST

/* 8.8: delta bits, of which TERI reports only the end of a ring. */
static const struct {
	uint8_t line, delta_on, delta_off;
} modem_lines[] = {
	{ VM_SERIAL_CTS, 0x01, 0x01 },
	{ VM_SERIAL_DSR, 0x02, 0x02 },
	{ VM_SERIAL_RI, 0x00, 0x04 },
	{ VM_SERIAL_DCD, 0x08, 0x08 },
};

START_TEST(a_modem_line_sets_its_delta_bit_and_interrupts)
{
	uint8_t line = modem_lines[_i].line;

	vm_serial_set_inputs(&port.serial, 0);
	in(&port, MSR);
	out(&port, IER, 0x08);
	vm_serial_set_inputs(&port.serial, line | 0x0f);
	ck_assert_int_eq(port.irq, modem_lines[_i].delta_on != 0);
	ck_assert_uint_eq(in(&port, IIR), port.irq ? 0x00 : 0x01);
	ck_assert_uint_eq(in(&port, MSR), line | modem_lines[_i].delta_on);
	ck_assert(!port.irq);
	ck_assert_uint_eq(in(&port, MSR), line);
	vm_serial_set_inputs(&port.serial, 0);
	ck_assert(port.irq);
	ck_assert_uint_eq(in(&port, MSR), modem_lines[_i].delta_off);
	ck_assert(!port.irq);
}
END_TEST

/* 8.6, table IV: each cause hides the ones below it. */
START_TEST(interrupts_are_identified_in_order_of_priority)
{
	out(&port, FCR, 0x01);
	out(&port, IER, 0x0f);
	vm_serial_set_inputs(&port.serial, 0);
	vm_serial_receive(&port.serial, 'a', VM_SERIAL_PARITY_ERROR);
	ck_assert_uint_eq(in(&port, IIR), 0xc6);
	ck_assert_uint_eq(in(&port, IIR), 0xc6);
	in(&port, LSR);
	ck_assert_uint_eq(in(&port, IIR), 0xc4);
	in(&port, RBR);
	ck_assert_uint_eq(in(&port, IIR), 0xc2);
	ck_assert_uint_eq(in(&port, IIR), 0xc0);
	ck_assert(port.irq);
	in(&port, MSR);
	ck_assert_uint_eq(in(&port, IIR), 0xc1);
	ck_assert(!port.irq);
	ck_assert_uint_eq(port.irq_changes, 2);
}
END_TEST

START_TEST(rx_ready_needs_a_driver_that_listens)
{
	out(&port, FCR, 0x01);
	ck_assert_uint_eq(vm_serial_rx_ready(&port.serial), 0);
	out(&port, MCR, 0x18);
	out(&port, IER, 0x05);
	ck_assert_uint_eq(vm_serial_rx_ready(&port.serial), 0);
	ck_assert_uint_eq(port.ready, 0);
	out(&port, MCR, 0x08);
	ck_assert_uint_eq(port.ready, 1);
	ck_assert_uint_eq(vm_serial_rx_ready(&port.serial), 16);
	out(&port, IER, 0x04);
	out(&port, IER, 0x05);
	ck_assert_uint_eq(port.ready, 1);
}
END_TEST

START_TEST(a_probe_of_the_interrupt_enables_is_no_listener)
{
	ck_assert_uint_eq(vm_serial_rx_ready(&port.serial), 0);
	out(&port, IER, 0x0f);
	ck_assert_uint_eq(port.ready, 0);
	ck_assert_uint_eq(vm_serial_rx_ready(&port.serial), 0);
	out(&port, IER, 0x00);
	ck_assert_uint_eq(port.ready, 0);
}
END_TEST

START_TEST(rx_ready_is_told_once_when_the_receiver_is_empty_again)
{
	out(&port, FCR, 0x01);
	out(&port, MCR, 0x08);
	out(&port, IER, 0x01);
	ck_assert_uint_eq(push(&port, "0123456789abcdef"), 16);
	ck_assert_uint_eq(vm_serial_rx_ready(&port.serial), 0);
	for (unsigned int n = 0; n < 15; n++)
		in(&port, RBR);
	ck_assert_uint_eq(port.ready, 0);
	in(&port, RBR);
	ck_assert_uint_eq(port.ready, 1);
	push(&port, "x");
	in(&port, RBR);
	ck_assert_uint_eq(port.ready, 1);
}
END_TEST

START_TEST(a_short_push_is_answered_without_a_listener)
{
	ck_assert_uint_eq(push(&port, "ab"), 1);
	ck_assert_uint_eq(port.ready, 0);
	in(&port, RBR);
	ck_assert_uint_eq(port.ready, 1);
	ck_assert_uint_eq(push(&port, "ab"), 1);
	out(&port, FCR, 0x03);
	ck_assert_uint_eq(port.ready, 2);
}
END_TEST

START_TEST(optional_callbacks_may_be_absent)
{
	static const struct vm_serial_ops ops = {
		.tx = port_tx,
		.irq = port_irq,
	};

	setup_with(&ops);
	out(&port, MCR, 0x0f);
	ck_assert_uint_eq(vm_serial_rx_ready(&port.serial), 0);
	out(&port, IER, 0x01);
	ck_assert_uint_eq(vm_serial_rx_ready(&port.serial), 1);
}
END_TEST

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
	setup_with(&ops);
}

static Suite *serial_suite(void)
{
	Suite *suite = suite_create("serial");
	TCase *direct = tcase_create("direct");
	TCase *queued = tcase_create("queued");
	TCase *boasting = tcase_create("boasting");

	tcase_add_checked_fixture(direct, setup, NULL);
	tcase_add_test(direct, init_without_sink_or_interrupt_is_refused);
	tcase_add_test(direct, reset_values_are_those_of_the_data_sheet);
	tcase_add_test(
		direct,
		reset_of_a_busy_port_keeps_only_what_the_data_sheet_keeps);
	tcase_add_test(direct, an_offset_beyond_the_registers_reads_all_ones);
	tcase_add_loop_test(
		direct, read_write_registers_keep_exactly_the_bits_that_exist,
		0, 4);
	tcase_add_test(direct, status_registers_ignore_writes);
	tcase_add_test(direct, dlab_swaps_in_the_divisor_latches);
	tcase_add_test(direct, data_ready_follows_the_receive_fifo);
	tcase_add_test(direct, character_mode_holds_one_character);
	tcase_add_test(direct,
		       overrun_in_character_mode_replaces_the_character);
	tcase_add_test(direct, overrun_in_fifo_mode_loses_the_newest_character);
	tcase_add_loop_test(direct,
			    an_error_shows_when_its_character_reaches_the_top,
			    0, 4);
	tcase_add_test(direct,
		       fifo_error_bit_stays_while_a_later_character_has_one);
	tcase_add_test(direct, fifo_error_bit_is_clear_in_character_mode);
	tcase_add_loop_test(
		direct,
		receive_interrupt_is_data_at_the_trigger_level_and_timeout_below,
		0, 4);
	tcase_add_test(direct,
		       receive_interrupt_in_character_mode_is_data_available);
	tcase_add_test(direct, input_waits_while_its_interrupt_is_masked);
	tcase_add_test(direct, fcr_without_the_enable_bit_programs_nothing);
	tcase_add_test(direct, iir_tells_whether_the_fifos_are_on);
	tcase_add_test(direct,
		       receive_fifo_reset_empties_it_and_keeps_the_mode);
	tcase_add_test(direct, switching_the_fifos_off_clears_them);
	tcase_add_test(direct, a_character_survives_switching_the_fifos_on);
	tcase_add_test(direct, a_byte_goes_to_the_sink_at_once);
	tcase_add_test(
		direct,
		thre_interrupt_is_raised_by_enabling_and_reset_by_reading_iir);
	tcase_add_test(direct,
		       thre_interrupt_is_raised_again_by_each_sent_character);
	tcase_add_test(direct, thre_interrupt_waits_for_a_sink_that_is_full);
	tcase_add_test(
		direct,
		a_driver_that_ignores_thre_loses_what_the_fifo_cannot_hold);
	tcase_add_loop_test(direct, transmit_fifo_reset_drops_only_the_fifo, 0,
			    2);
	tcase_add_test(direct, outputs_follow_mcr_and_the_break_bit);
	tcase_add_loop_test(
		direct, loopback_wires_the_modem_outputs_to_the_inputs, 0, 4);
	tcase_add_test(direct,
		       loopback_returns_characters_and_cuts_off_the_line);
	tcase_add_test(direct, loopback_overruns_like_the_line);
	tcase_add_loop_test(
		direct, a_modem_line_sets_its_delta_bit_and_interrupts, 0, 4);
	tcase_add_test(direct, interrupts_are_identified_in_order_of_priority);
	tcase_add_test(direct, rx_ready_needs_a_driver_that_listens);
	tcase_add_test(direct, a_probe_of_the_interrupt_enables_is_no_listener);
	tcase_add_test(direct,
		       rx_ready_is_told_once_when_the_receiver_is_empty_again);
	tcase_add_test(direct, a_short_push_is_answered_without_a_listener);
	tcase_add_test(direct, optional_callbacks_may_be_absent);
	suite_add_tcase(suite, direct);

	tcase_add_checked_fixture(queued, setup_queued, NULL);
	tcase_add_test(queued,
		       queued_bytes_wake_the_sink_once_and_leave_as_one_run);
	tcase_add_test(queued,
		       a_long_transmission_wraps_around_the_queue_in_order);
	tcase_add_test(queued,
		       queued_transmission_keeps_the_thre_interrupt_exact);
	tcase_add_test(queued, queued_transmission_respects_dlab_and_loopback);
	suite_add_tcase(suite, queued);

	tcase_add_checked_fixture(boasting, setup_boasting, NULL);
	tcase_add_test(
		boasting,
		a_sink_that_claims_more_than_it_was_given_is_not_believed);
	suite_add_tcase(suite, boasting);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(serial_suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
