/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The receiver against the PC16550D data sheet, and what a VMM does to feed it.
 */
#include "run.h"
#include "serial_port.h"

static struct port port;

static void setup(void)
{
	port_setup(&port, &direct_ops);
}

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

/* IER and MCR of xv6, of Linux when it polls, and of Linux. */
static const uint8_t listeners[][2] = {
	{ 0x03, 0x00 }, { 0x05, 0x03 }, { 0x05, 0x0b }, { 0x0f, 0x0b }
};

START_TEST(a_driver_listens_with_or_without_out2)
{
	ck_assert_uint_eq(vm_serial_rx_ready(&port.serial), 0);
	out(&port, MCR, listeners[_i][1]);
	out(&port, IER, listeners[_i][0]);
	ck_assert_uint_eq(port.ready, 1);
	ck_assert_uint_eq(vm_serial_rx_ready(&port.serial), 1);
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

int main(void)
{
	Suite *suite = suite_create("serial_rx");
	TCase *tcase = tcase_create("tcase");

	tcase_add_checked_fixture(tcase, setup, NULL);
	ADD_TESTS(tcase, data_ready_follows_the_receive_fifo,
		  character_mode_holds_one_character,
		  overrun_in_character_mode_replaces_the_character,
		  overrun_in_fifo_mode_loses_the_newest_character,
		  fifo_error_bit_stays_while_a_later_character_has_one,
		  fifo_error_bit_is_clear_in_character_mode,
		  receive_interrupt_in_character_mode_is_data_available,
		  input_waits_while_its_interrupt_is_masked,
		  receive_fifo_reset_empties_it_and_keeps_the_mode,
		  switching_the_fifos_off_clears_them,
		  a_character_survives_switching_the_fifos_on,
		  rx_ready_needs_a_driver_that_listens,
		  a_probe_of_the_interrupt_enables_is_no_listener,
		  rx_ready_is_told_once_when_the_receiver_is_empty_again,
		  a_short_push_is_answered_without_a_listener);
	ADD_TEST_OVER(tcase, an_error_shows_when_its_character_reaches_the_top,
		      character_errors);
	ADD_TEST_OVER(
		tcase,
		receive_interrupt_is_data_at_the_trigger_level_and_timeout_below,
		triggers);
	ADD_TEST_OVER(tcase, a_driver_listens_with_or_without_out2, listeners);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
