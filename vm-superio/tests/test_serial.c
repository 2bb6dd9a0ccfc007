/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The registers against the PC16550D data sheet, whose section numbers stand at
 * the tests; register values are written as it draws them.  What has to do with
 * receiving and transmitting is in test_serial_rx.c and test_serial_tx.c.
 */
#include <errno.h>

#include "run.h"
#include "serial_port.h"

static struct port port;

static void setup(void)
{
	port_setup(&port, &direct_ops);
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

START_TEST(optional_callbacks_may_be_absent)
{
	static const struct vm_serial_ops ops = {
		.tx = port_tx,
		.irq = port_irq,
	};

	port_setup(&port, &ops);
	out(&port, MCR, 0x0f);
	ck_assert_uint_eq(vm_serial_rx_ready(&port.serial), 0);
	out(&port, IER, 0x01);
	ck_assert_uint_eq(vm_serial_rx_ready(&port.serial), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("serial");
	TCase *tcase = tcase_create("tcase");

	tcase_add_checked_fixture(tcase, setup, NULL);
	ADD_TESTS(tcase, init_without_sink_or_interrupt_is_refused,
		  reset_values_are_those_of_the_data_sheet,
		  reset_of_a_busy_port_keeps_only_what_the_data_sheet_keeps,
		  an_offset_beyond_the_registers_reads_all_ones,
		  status_registers_ignore_writes,
		  dlab_swaps_in_the_divisor_latches,
		  fcr_without_the_enable_bit_programs_nothing,
		  iir_tells_whether_the_fifos_are_on,
		  outputs_follow_mcr_and_the_break_bit,
		  loopback_returns_characters_and_cuts_off_the_line,
		  loopback_overruns_like_the_line,
		  interrupts_are_identified_in_order_of_priority,
		  optional_callbacks_may_be_absent);
	ADD_TEST_OVER(tcase,
		      read_write_registers_keep_exactly_the_bits_that_exist,
		      read_write);
	ADD_TEST_OVER(tcase, loopback_wires_the_modem_outputs_to_the_inputs,
		      loop_wires);
	ADD_TEST_OVER(tcase, a_modem_line_sets_its_delta_bit_and_interrupts,
		      modem_lines);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
