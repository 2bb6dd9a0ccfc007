/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stddef.h>

#include "pl011_port.h"
#include "run.h"

static struct port port, other;
static struct vm_pl011_state state;

static void setup(void)
{
	pl011_setup(&port, &queued_ops);
	pl011_setup(&other, &queued_ops);
	memset(&state, 0xa5, sizeof(state));
}

/* Bring the port into a state where every member of the snapshot counts. */
static void make_busy(void)
{
	pl011_out(&port, ILPR, 0x12);
	pl011_out(&port, IBRD, 0x3456);
	pl011_out(&port, FBRD, 0x2a);
	pl011_out(&port, LCR_H, 0x71);
	pl011_out(&port, CR, 0x0f01);
	pl011_out(&port, IFLS, 0x09);
	pl011_out(&port, IMSC, 0x7ff);
	pl011_out(&port, DMACR, 0x05);
	pl011_out(&port, DR, 'o');
	pl011_out(&port, DR, 'k');
	pl011_push(&port, "xy");
	vm_pl011_receive(&port.uart, 'p', VM_SERIAL_PARITY_ERROR);
	pl011_in(&port, DR);
	pl011_in(&port, DR);
	pl011_in(&port, DR);
	/* The ring of the receiver is now read from its middle. */
	pl011_push(&port, "0123456789abcdef");
	vm_pl011_receive(&port.uart, 'X', 0);
	vm_pl011_set_inputs(&port.uart, VM_SERIAL_RI);
}

START_TEST(a_restored_port_answers_like_the_saved_one)
{
	static const unsigned int reads[] = { ILPR, IBRD, FBRD,	 LCR_H, CR,
					      IFLS, IMSC, DMACR, RIS,	MIS,
					      FR,   RSR,  DR,	 DR,	RIS,
					      RSR,  FR };

	make_busy();
	vm_pl011_save(&port.uart, &state);
	ck_assert_int_eq(vm_pl011_restore(&other.uart, &state), 0);
	ck_assert(other.irq);
	ck_assert_uint_eq(other.outputs, 0x43);
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++)
		ck_assert_uint_eq(pl011_in(&other, reads[i]),
				  pl011_in(&port, reads[i]));
	ck_assert_uint_eq(vm_pl011_flush(&other.uart), 0);
	ck_assert_uint_eq(other.sent_len, 2);
	ck_assert_mem_eq(other.sent, "ok", 2);
}
END_TEST

START_TEST(saving_what_was_restored_gives_the_same_bytes)
{
	struct vm_pl011_state again;

	make_busy();
	vm_pl011_save(&port.uart, &state);
	ck_assert_int_eq(vm_pl011_restore(&other.uart, &state), 0);
	memset(&again, 0x5a, sizeof(again));
	vm_pl011_save(&other.uart, &again);
	ck_assert_mem_eq(&again, &state, sizeof(state));
}
END_TEST

START_TEST(a_port_with_a_blocked_sink_is_restored_blocked)
{
	pl011_out(&port, LCR_H, 0x10);
	pl011_out(&port, IMSC, 0x020);
	for (unsigned int n = 0; n < VM_SERIAL_TX_QUEUE; n++)
		pl011_out(&port, DR, n);
	vm_pl011_save(&port.uart, &state);
	ck_assert_int_eq(vm_pl011_restore(&other.uart, &state), 0);
	ck_assert_uint_eq(pl011_in(&other, FR) & 0x0a8, 0x028);
	ck_assert(!other.irq);
	ck_assert_uint_eq(vm_pl011_flush(&other.uart), 0);
	ck_assert_uint_eq(other.sent_len, VM_SERIAL_TX_QUEUE);
	ck_assert(other.irq);
}
END_TEST

/* One byte of a good snapshot changed to what no port can have. */
#define AT(member) offsetof(struct vm_pl011_state, member)
static const struct {
	size_t off;
	uint8_t value;
} corruptions[] = {
	{ AT(version), 2 },    { AT(cr), 0x08 },	 { AT(imsc) + 1, 0x08 },
	{ AT(ris) + 1, 0x08 }, { AT(tx_len) + 1, 0x05 }, { AT(rx_len), 17 },
	{ AT(fbrd), 0x40 },    { AT(lcr_h), 0x00 },	 { AT(ifls), 0x40 },
	{ AT(dmacr), 0x08 },   { AT(rsr), 0x10 },	 { AT(inputs), 0x01 },
	{ AT(overrun), 2 },    { AT(reserved), 1 },	 { AT(rx) + 1, 0x08 },
	{ AT(tx) + 2, 1 },
};

START_TEST(a_state_that_no_port_can_have_is_refused)
{
	struct vm_pl011_state before, after;

	make_busy();
	vm_pl011_save(&port.uart, &state);
	((uint8_t *)&state)[corruptions[_i].off] = corruptions[_i].value;
	vm_pl011_save(&other.uart, &before);
	ck_assert_int_eq(vm_pl011_restore(&other.uart, &state), -EBADMSG);
	vm_pl011_save(&other.uart, &after);
	ck_assert_mem_eq(&before, &after, sizeof(before));
}
END_TEST

START_TEST(a_character_behind_the_last_is_refused)
{
	pl011_out(&port, LCR_H, 0x10);
	pl011_push(&port, "ab");
	vm_pl011_save(&port.uart, &state);
	ck_assert_int_eq(vm_pl011_restore(&other.uart, &state), 0);
	state.rx[2] = 1;
	ck_assert_int_eq(vm_pl011_restore(&other.uart, &state), -EBADMSG);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pl011_state");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	ADD_TESTS(tcase, a_restored_port_answers_like_the_saved_one,
		  saving_what_was_restored_gives_the_same_bytes,
		  a_port_with_a_blocked_sink_is_restored_blocked,
		  a_character_behind_the_last_is_refused);
	ADD_TEST_OVER(tcase, a_state_that_no_port_can_have_is_refused,
		      corruptions);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
