/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <vm-superio/i8042.h>

#include "run.h"

#define DATA	VM_I8042_DATA
#define COMMAND VM_I8042_COMMAND
#define STATUS	VM_I8042_COMMAND

static struct vm_i8042 i8042;
static unsigned int resets;
static bool irq_level;

static void on_reset(void *ctx)
{
	ck_assert_ptr_eq(ctx, &resets);
	resets++;
}

static void on_irq(void *ctx, bool level)
{
	ck_assert_ptr_eq(ctx, &resets);
	irq_level = level;
}

static const struct vm_i8042_ops ops = { .reset = on_reset, .irq = on_irq };

static void setup(void)
{
	resets = 0;
	irq_level = false;
	ck_assert_int_eq(vm_i8042_init(&i8042, &ops, &resets), 0);
}

static void out(unsigned int off, unsigned int value)
{
	vm_i8042_write(&i8042, off, (uint8_t)value);
}

static uint8_t in(unsigned int off)
{
	return vm_i8042_read(&i8042, off);
}

/* The answer that waits at the data port, which is then empty. */
static uint8_t answer(void)
{
	uint8_t byte;

	ck_assert_uint_eq(in(STATUS)&0x01, 1);
	byte = in(DATA);
	ck_assert_uint_eq(in(STATUS)&0x01, 0);
	return byte;
}

START_TEST(init_without_a_reset_callback_is_refused)
{
	static const struct vm_i8042_ops none = { .irq = on_irq };

	ck_assert_int_eq(vm_i8042_init(&i8042, &none, NULL), -EINVAL);
}
END_TEST

START_TEST(pulsing_output_line_0_resets_and_no_other_pulse_does)
{
	for (unsigned int command = 0xf0; command <= 0xff; command++) {
		resets = 0;
		out(COMMAND, command);
		ck_assert_uint_eq(resets, !(command & 1));
	}
}
END_TEST

START_TEST(clearing_bit_0_of_the_output_port_resets)
{
	out(COMMAND, 0xd1);
	out(DATA, 0xdf);
	ck_assert_uint_eq(resets, 0);
	out(COMMAND, 0xd0);
	ck_assert_uint_eq(answer(), 0xdf);
	out(COMMAND, 0xd1);
	out(DATA, 0xde);
	ck_assert_uint_eq(resets, 1);
}
END_TEST

START_TEST(power_on_state_is_that_of_a_probed_controller)
{
	ck_assert_uint_eq(in(STATUS), 0x14);
	out(COMMAND, 0x20);
	ck_assert_uint_eq(in(STATUS), 0x1d);
	ck_assert_uint_eq(answer(), 0x44);
	out(COMMAND, 0xd0);
	ck_assert_uint_eq(answer(), 0x03);
}
END_TEST

/* Commands without operand, each with its answer. */
static const uint8_t answers[][2] = {
	{ 0xa9, 0x01 }, { 0xaa, 0x55 }, { 0xab, 0x00 },
	{ 0xc0, 0x80 }, { 0xe0, 0x00 },
};

START_TEST(a_command_is_answered_at_once)
{
	out(COMMAND, answers[_i][0]);
	ck_assert_uint_eq(answer(), answers[_i][1]);
}
END_TEST

/* Commands that change a bit of the command byte: bit, value after. */
static const uint8_t switches[][3] = {
	{ 0xa7, 0x20, 0x20 },
	{ 0xa8, 0x20, 0x00 },
	{ 0xad, 0x10, 0x10 },
	{ 0xae, 0x10, 0x00 },
};

START_TEST(ports_are_disabled_and_enabled_in_the_command_byte)
{
	out(COMMAND, 0x60);
	out(DATA, 0x34 ^ switches[_i][2]);
	out(COMMAND, switches[_i][0]);
	ck_assert_uint_eq(in(STATUS)&0x01, 0);
	out(COMMAND, 0x20);
	ck_assert_uint_eq(answer() & switches[_i][1], switches[_i][2]);
}
END_TEST

START_TEST(command_byte_reads_back_and_its_system_flag_is_in_the_status)
{
	out(COMMAND, 0x60);
	ck_assert_uint_eq(in(STATUS), 0x1c);
	out(DATA, 0xfb);
	ck_assert_uint_eq(in(STATUS), 0x10);
	out(COMMAND, 0x20);
	ck_assert_uint_eq(answer(), 0x7b);
	out(COMMAND, 0xaa);
	ck_assert_uint_eq(answer(), 0x55);
	ck_assert_uint_eq(in(STATUS), 0x1c);
}
END_TEST

START_TEST(a_byte_for_the_absent_keyboard_times_out)
{
	out(DATA, 0xf2);
	ck_assert_uint_eq(in(STATUS), 0x55);
	ck_assert_uint_eq(answer(), 0xfe);
	ck_assert_uint_eq(in(STATUS), 0x14);
}
END_TEST

static const uint8_t loops[][2] = {
	{ 0xd2, 0x5a },
	{ 0xd3, 0x5a },
	{ 0xd4, 0xfe },
};

/* Bit 5 of the status would say that the byte came from the mouse. */
START_TEST(the_auxiliary_port_does_not_answer)
{
	out(COMMAND, loops[_i][0]);
	out(DATA, 0x5a);
	ck_assert_uint_eq(in(STATUS)&0x21, 0x01);
	ck_assert_uint_eq(answer(), loops[_i][1]);
}
END_TEST

START_TEST(a_new_command_cancels_the_one_that_waits)
{
	out(COMMAND, 0xd1);
	out(COMMAND, 0xaa);
	out(DATA, 0x00);
	ck_assert_uint_eq(resets, 0);
	ck_assert_uint_eq(answer(), 0xfe);
}
END_TEST

START_TEST(interrupt_is_the_output_buffer_where_the_command_byte_allows)
{
	out(COMMAND, 0xaa);
	ck_assert(!irq_level);
	out(COMMAND, 0x60);
	out(DATA, 0x45);
	ck_assert(irq_level);
	in(DATA);
	ck_assert(!irq_level);
	out(COMMAND, 0xaa);
	ck_assert(irq_level);
	out(COMMAND, 0x60);
	out(DATA, 0x44);
	ck_assert(!irq_level);
}
END_TEST

START_TEST(other_offsets_belong_to_somebody_else)
{
	out(COMMAND, 0xd1);
	out(1, 0x00);
	out(5, 0xfe);
	ck_assert_uint_eq(resets, 0);
	ck_assert_uint_eq(in(1), 0xff);
	ck_assert_uint_eq(in(5), 0xff);
	out(DATA, 0x02);
	ck_assert_uint_eq(resets, 1);
}
END_TEST

START_TEST(unknown_commands_do_nothing)
{
	out(COMMAND, 0x00);
	out(COMMAND, 0xef);
	ck_assert_uint_eq(in(STATUS), 0x1c);
	ck_assert_uint_eq(resets, 0);
}
END_TEST

START_TEST(the_interrupt_is_optional)
{
	static const struct vm_i8042_ops no_irq = { .reset = on_reset };

	ck_assert_int_eq(vm_i8042_init(&i8042, &no_irq, &resets), 0);
	out(COMMAND, 0x60);
	out(DATA, 0x45);
	out(COMMAND, 0xaa);
	ck_assert_uint_eq(answer(), 0x55);
}
END_TEST

START_TEST(a_restored_controller_answers_like_the_saved_one)
{
	struct vm_i8042_state state, again;
	struct vm_i8042 other;

	out(COMMAND, 0x60);
	out(DATA, 0x25);
	out(DATA, 0xf2);
	out(COMMAND, 0xd3);
	vm_i8042_save(&i8042, &state);
	ck_assert_int_eq(vm_i8042_init(&other, &ops, &resets), 0);
	irq_level = false;
	ck_assert_int_eq(vm_i8042_restore(&other, &state), 0);
	ck_assert(irq_level);
	vm_i8042_save(&other, &again);
	ck_assert_mem_eq(&state, &again, sizeof(state));
	ck_assert_uint_eq(vm_i8042_read(&other, STATUS), in(STATUS));
	ck_assert_uint_eq(vm_i8042_read(&other, DATA), 0xfe);
	vm_i8042_write(&other, DATA, 0x77);
	ck_assert_uint_eq(vm_i8042_read(&other, DATA), 0x77);
}
END_TEST

#define AT(member) offsetof(struct vm_i8042_state, member)
static const struct {
	size_t off;
	uint8_t value;
} corruptions[] = {
	{ AT(version), 0 },	 { AT(status), 0x34 },	  { AT(status), 0x04 },
	{ AT(status), 0x54 },	 { AT(status), 0x10 },	  { AT(control), 0xc4 },
	{ AT(outport), 0x02 },	 { AT(command), 0x20 },	  { AT(reserved), 1 },
	{ AT(reserved) + 1, 1 }, { AT(reserved) + 2, 1 },
};

START_TEST(a_state_that_no_controller_can_have_is_refused)
{
	struct vm_i8042_state state, after;

	vm_i8042_save(&i8042, &state);
	((uint8_t *)&state)[corruptions[_i].off] = corruptions[_i].value;
	ck_assert_int_eq(vm_i8042_restore(&i8042, &state), -EBADMSG);
	vm_i8042_save(&i8042, &after);
	ck_assert_uint_eq(after.status, 0x14);
	ck_assert_uint_eq(after.control, 0x44);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("i8042");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	ADD_TESTS(tcase, init_without_a_reset_callback_is_refused,
		  pulsing_output_line_0_resets_and_no_other_pulse_does,
		  clearing_bit_0_of_the_output_port_resets,
		  power_on_state_is_that_of_a_probed_controller,
		  command_byte_reads_back_and_its_system_flag_is_in_the_status,
		  a_byte_for_the_absent_keyboard_times_out,
		  a_new_command_cancels_the_one_that_waits,
		  interrupt_is_the_output_buffer_where_the_command_byte_allows,
		  other_offsets_belong_to_somebody_else,
		  unknown_commands_do_nothing, the_interrupt_is_optional,
		  a_restored_controller_answers_like_the_saved_one);
	ADD_TEST_OVER(tcase, a_command_is_answered_at_once, answers);
	ADD_TEST_OVER(tcase, ports_are_disabled_and_enabled_in_the_command_byte,
		      switches);
	ADD_TEST_OVER(tcase, the_auxiliary_port_does_not_answer, loops);
	ADD_TEST_OVER(tcase, a_state_that_no_controller_can_have_is_refused,
		      corruptions);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
