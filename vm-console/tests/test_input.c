/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <vm-console/input.h>
#include <vm-console/terminal.h>

#include "pty.h"

/* A guest that takes so many bytes and keeps them. */
static struct {
	size_t takes;
	size_t len;
	uint8_t data[3 * VM_CONSOLE_INPUT_SIZE];
	unsigned int leaves;
} guest;

static struct vm_console_input input;
static int ends[2];

static size_t push(void *ctx, const uint8_t *data, size_t len)
{
	size_t n = len < guest.takes ? len : guest.takes;

	ck_assert_ptr_eq(ctx, &guest);
	ck_assert_uint_le(guest.len + n, sizeof(guest.data));
	memcpy(guest.data + guest.len, data, n);
	guest.len += n;
	guest.takes -= n;
	return n;
}

static void leave(void *ctx)
{
	ck_assert_ptr_eq(ctx, &guest);
	guest.leaves++;
}

static const struct vm_console_input_ops ops = { push, leave };

static void setup(void)
{
	memset(&guest, 0, sizeof(guest));
	guest.takes = sizeof(guest.data);
	ck_assert_int_eq(pipe(ends), 0);
	vm_console_input_init(&input, ends[0], &ops, &guest);
}

static void setup_terminal(void)
{
	struct vm_terminal terminal = { 0 };

	memset(&guest, 0, sizeof(guest));
	guest.takes = sizeof(guest.data);
	open_pty(&ends[1], &ends[0]);
	ck_assert_int_eq(vm_terminal_set_raw(&terminal, ends[0]), 0);
	vm_console_input_init(&input, ends[0], &ops, &guest);
}

static void teardown(void)
{
	close(ends[0]);
	close(ends[1]);
}

static void type(const char *text)
{
	struct pollfd ready = { .fd = ends[0], .events = POLLIN };
	size_t len = strlen(text);

	ck_assert_int_eq(write(ends[1], text, len), (ssize_t)len);
	while (vm_console_input_is_wanted(&input) && poll(&ready, 1, 0) == 1)
		vm_console_input_read(&input);
}

static void assert_guest_has(const char *text)
{
	ck_assert_uint_eq(guest.len, strlen(text));
	ck_assert_mem_eq(guest.data, text, guest.len);
}

START_TEST(input_reaches_a_guest_that_takes_it)
{
	type("hello");
	assert_guest_has("hello");
	ck_assert(vm_console_input_is_wanted(&input));
}
END_TEST

START_TEST(input_waits_in_order_for_a_guest_that_does_not_take_it)
{
	guest.takes = 2;
	type("hello");
	assert_guest_has("he");
	ck_assert(!vm_console_input_is_wanted(&input));
	guest.takes = 1;
	vm_console_input_move(&input);
	assert_guest_has("hel");
	guest.takes = 100;
	vm_console_input_move(&input);
	assert_guest_has("hello");
	ck_assert(vm_console_input_is_wanted(&input));
}
END_TEST

START_TEST(no_byte_of_a_long_script_is_lost)
{
	uint8_t script[sizeof(guest.data)];
	size_t moves = 0;

	for (size_t i = 0; i < sizeof(script); i++)
		script[i] = (uint8_t)(i * 7);
	ck_assert_int_eq(write(ends[1], script, sizeof(script)),
			 sizeof(script));
	close(ends[1]);
	guest.takes = 0;
	while (input.fd >= 0 || input.len) {
		if (vm_console_input_is_wanted(&input))
			vm_console_input_read(&input);
		guest.takes = 16;
		vm_console_input_move(&input);
		ck_assert_uint_lt(moves++, sizeof(script));
	}
	ck_assert_uint_eq(guest.len, sizeof(script));
	ck_assert_mem_eq(guest.data, script, sizeof(script));
}
END_TEST

START_TEST(input_is_not_wanted_after_its_end)
{
	close(ends[1]);
	vm_console_input_read(&input);
	ck_assert(!vm_console_input_is_wanted(&input));
	vm_console_input_read(&input);
	vm_console_input_move(&input);
	ck_assert_uint_eq(guest.len, 0);
}
END_TEST

START_TEST(no_input_at_all_is_never_wanted)
{
	vm_console_input_init(&input, -1, &ops, &guest);
	ck_assert(!vm_console_input_is_wanted(&input));
	vm_console_input_move(&input);
}
END_TEST

START_TEST(pipe_has_no_escape_key)
{
	type("\001x");
	assert_guest_has("\001x");
	ck_assert_uint_eq(guest.leaves, 0);
}
END_TEST

static const struct {
	const char *keys;
	const char *reach;
	unsigned int leaves;
} escapes[] = {
	{ "\001x", "", 1 },
	{ "ab\001xcd", "abcd", 1 },
	{ "\001\001", "\001", 0 },
	{ "\001\001x", "\001x", 0 },
	{ "\001y", "y", 0 },
	{ "x", "x", 0 },
	{ "\003\032", "\003\032", 0 },
};

START_TEST(terminal_escape_keys)
{
	type(escapes[_i].keys);
	assert_guest_has(escapes[_i].reach);
	ck_assert_uint_eq(guest.leaves, escapes[_i].leaves);
}
END_TEST

START_TEST(escape_may_come_in_two_reads)
{
	type("\001");
	assert_guest_has("");
	type("x");
	assert_guest_has("");
	ck_assert_uint_eq(guest.leaves, 1);
}
END_TEST

START_TEST(keys_to_leave_work_when_the_guest_takes_nothing)
{
	char many[1024];

	memset(many, 'k', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	guest.takes = 0;
	for (int i = 0; i < 6; i++)
		type(many);
	ck_assert(vm_console_input_is_wanted(&input));
	type("\001x");
	ck_assert_uint_eq(guest.leaves, 1);
	guest.takes = sizeof(guest.data);
	vm_console_input_move(&input);
	ck_assert_uint_le(guest.len, VM_CONSOLE_INPUT_SIZE);
	ck_assert_uint_ge(guest.len, VM_CONSOLE_INPUT_SIZE - sizeof(many));
}
END_TEST

START_TEST(terminal_that_hung_up_is_the_end)
{
	close(ends[1]);
	vm_console_input_read(&input);
	ck_assert(!vm_console_input_is_wanted(&input));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("input");
	TCase *pipes = tcase_create("pipe");
	TCase *terminals = tcase_create("terminal");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, pipes);
	tcase_add_checked_fixture(pipes, setup, teardown);
	tcase_add_test(pipes, input_reaches_a_guest_that_takes_it);
	tcase_add_test(pipes,
		       input_waits_in_order_for_a_guest_that_does_not_take_it);
	tcase_add_test(pipes, no_byte_of_a_long_script_is_lost);
	tcase_add_test(pipes, input_is_not_wanted_after_its_end);
	tcase_add_test(pipes, no_input_at_all_is_never_wanted);
	tcase_add_test(pipes, pipe_has_no_escape_key);

	suite_add_tcase(suite, terminals);
	tcase_add_checked_fixture(terminals, setup_terminal, teardown);
	tcase_add_loop_test(terminals, terminal_escape_keys, 0,
			    sizeof(escapes) / sizeof(escapes[0]));
	tcase_add_test(terminals, escape_may_come_in_two_reads);
	tcase_add_test(terminals,
		       keys_to_leave_work_when_the_guest_takes_nothing);
	tcase_add_test(terminals, terminal_that_hung_up_is_the_end);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
