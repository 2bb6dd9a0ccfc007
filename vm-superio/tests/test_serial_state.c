/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stddef.h>

#include "run.h"
#include "serial_port.h"

static struct port port, other;
static struct vm_serial_state state;

static void setup(void)
{
	port_setup(&port, &queued_ops);
	port_setup(&other, &queued_ops);
	other.sink_room = 0;
	memset(&state, 0xa5, sizeof(state));
}

/* Bring the port into a state where every member of the snapshot counts. */
static void make_busy(void)
{
	out(&port, LCR, 0x80);
	out(&port, DLL, 0x11);
	out(&port, DLM, 0x22);
	out(&port, LCR, 0x43);
	out(&port, SCR, 0x33);
	out(&port, FCR, 0x81);
	out(&port, MCR, 0x0b);
	out(&port, IER, 0x0f);
	out(&port, THR, 'o');
	out(&port, THR, 'k');
	/* The second of them leaves the ring at an offset. */
	push(&port, "xy");
	in(&port, RBR);
	in(&port, RBR);
	vm_serial_receive(&port.serial, 'a', VM_SERIAL_PARITY_ERROR);
	vm_serial_receive(&port.serial, 0, VM_SERIAL_BREAK_ERROR);
	vm_serial_receive(&port.serial, 'c', 0);
	vm_serial_set_inputs(&port.serial, VM_SERIAL_RI);
}

START_TEST(a_restored_port_answers_like_the_saved_one)
{
	static const unsigned int reads[] = { IER, LCR, MCR, SCR, IIR, LSR,
					      IIR, RBR, LSR, RBR, RBR, LSR,
					      IIR, IIR, MSR, MSR, IIR };

	make_busy();
	vm_serial_save(&port.serial, &state);
	ck_assert_int_eq(vm_serial_restore(&other.serial, &state), 0);
	ck_assert(other.irq);
	ck_assert_uint_eq(other.irq_changes, 1);
	ck_assert_uint_eq(other.outputs, 0x4b);
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++)
		ck_assert_uint_eq(in(&other, reads[i]), in(&port, reads[i]));
	ck_assert_int_eq(other.irq, port.irq);

	other.sink_room = 10;
	ck_assert_uint_eq(vm_serial_flush(&other.serial), 0);
	ck_assert_uint_eq(other.sent_len, 2);
	ck_assert_mem_eq(other.sent, "ok", 2);
	out(&other, LCR, 0x80);
	ck_assert_uint_eq(in(&other, DLL), 0x11);
	ck_assert_uint_eq(in(&other, DLM), 0x22);
}
END_TEST

START_TEST(saving_what_was_restored_gives_the_same_bytes)
{
	struct vm_serial_state again;

	make_busy();
	vm_serial_save(&port.serial, &state);
	ck_assert_int_eq(vm_serial_restore(&other.serial, &state), 0);
	memset(&again, 0x5a, sizeof(again));
	vm_serial_save(&other.serial, &again);
	ck_assert_mem_eq(&again, &state, sizeof(state));
}
END_TEST

START_TEST(a_port_with_a_blocked_sink_is_restored_blocked)
{
	out(&port, IER, 0x02);
	for (unsigned int n = 0; n < VM_SERIAL_TX_QUEUE; n++)
		out(&port, THR, n);
	vm_serial_save(&port.serial, &state);
	ck_assert_int_eq(vm_serial_restore(&other.serial, &state), 0);
	ck_assert_uint_eq(in(&other, LSR), 0x00);
	ck_assert(!other.irq);
	other.sink_room = sizeof(other.sent);
	ck_assert_uint_eq(vm_serial_flush(&other.serial), 0);
	ck_assert_uint_eq(other.sent_len, VM_SERIAL_TX_QUEUE);
	ck_assert(other.irq);
}
END_TEST

START_TEST(restoring_a_port_in_loopback_reports_no_modem_change)
{
	out(&port, MCR, 0x1a);
	in(&port, MSR);
	vm_serial_save(&port.serial, &state);
	ck_assert_int_eq(vm_serial_restore(&other.serial, &state), 0);
	ck_assert_uint_eq(in(&other, MSR), 0x90);
}
END_TEST

START_TEST(restoring_lets_held_back_input_go_on)
{
	out(&port, MCR, 0x08);
	out(&port, IER, 0x01);
	vm_serial_save(&port.serial, &state);
	ck_assert_uint_eq(vm_serial_rx_ready(&other.serial), 0);
	ck_assert_int_eq(vm_serial_restore(&other.serial, &state), 0);
	ck_assert_uint_eq(other.ready, 1);
}
END_TEST

/* One byte of a good snapshot changed to what no port can have. */
#define AT(member) offsetof(struct vm_serial_state, member)
static const struct {
	size_t off;
	uint8_t value;
} corruptions[] = {
	{ AT(version), 2 },
	{ AT(tx_len) + 1, 0x05 },
	{ AT(rx_len), 17 },
	{ AT(thre_pending), 2 },
	{ AT(ier), 0x10 },
	{ AT(fcr), 0x91 },
	{ AT(fcr), 0x80 },
	{ AT(fcr), 0x00 },
	{ AT(mcr), 0x20 },
	{ AT(lsr), 0x01 },
	{ AT(msr), 0x10 },
	{ AT(inputs), 0x01 },
	{ AT(reserved), 1 },
	{ AT(reserved) + 1, 1 },
	{ AT(rx) + 3, 1 },
	{ AT(rx_errors), VM_SERIAL_PARITY_ERROR },
	{ AT(rx_errors) + 1, 0x01 },
	{ AT(rx_errors) + 3, VM_SERIAL_PARITY_ERROR },
	{ AT(tx) + 2, 1 },
	{ AT(ier), 0x0d }, /* pending without being enabled */
};

START_TEST(a_state_that_no_port_can_have_is_refused)
{
	struct vm_serial_state before, after;

	make_busy();
	vm_serial_save(&port.serial, &state);
	ck_assert_uint_eq(state.thre_pending, 1);
	((uint8_t *)&state)[corruptions[_i].off] = corruptions[_i].value;
	vm_serial_save(&other.serial, &before);
	ck_assert_int_eq(vm_serial_restore(&other.serial, &state), -EBADMSG);
	vm_serial_save(&other.serial, &after);
	ck_assert_mem_eq(&before, &after, sizeof(before));
	ck_assert_uint_eq(other.irq_changes, 0);
}
END_TEST

START_TEST(a_pending_interrupt_of_a_full_transmitter_is_refused)
{
	out(&port, IER, 0x02);
	vm_serial_save(&port.serial, &state);
	state.tx_len = VM_SERIAL_TX_QUEUE - VM_SERIAL_FIFO;
	ck_assert_int_eq(vm_serial_restore(&other.serial, &state), 0);
	state.tx_len++;
	ck_assert_int_eq(vm_serial_restore(&other.serial, &state), -EBADMSG);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("serial_state");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	ADD_TESTS(tcase, a_restored_port_answers_like_the_saved_one,
		  saving_what_was_restored_gives_the_same_bytes,
		  a_port_with_a_blocked_sink_is_restored_blocked,
		  restoring_a_port_in_loopback_reports_no_modem_change,
		  restoring_lets_held_back_input_go_on,
		  a_pending_interrupt_of_a_full_transmitter_is_refused);
	ADD_TEST_OVER(tcase, a_state_that_no_port_can_have_is_refused,
		      corruptions);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
