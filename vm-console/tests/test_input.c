/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
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

/* Processes for as long as there is something to do. */
static void run(void)
{
	struct pollfd ready = { .fd = vm_console_input_fd(&input),
				.events = POLLIN };
	int rounds = 0;

	while (poll(&ready, 1, 0) == 1) {
		vm_console_input_process(&input);
		ck_assert_int_lt(rounds++, 10000);
	}
}

static void setup(void)
{
	memset(&guest, 0, sizeof(guest));
	guest.takes = sizeof(guest.data);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(vm_console_input_init(&input, ends[0], &ops, &guest),
			 0);
	run();
}

static void setup_terminal(void)
{
	struct vm_terminal terminal = { 0 };

	memset(&guest, 0, sizeof(guest));
	guest.takes = sizeof(guest.data);
	open_pty(&ends[1], &ends[0]);
	ck_assert_int_eq(vm_terminal_set_raw(&terminal, ends[0]), 0);
	ck_assert_int_eq(vm_console_input_init(&input, ends[0], &ops, &guest),
			 0);
	run();
}

static void teardown(void)
{
	vm_console_input_fini(&input);
	close(ends[0]);
	close(ends[1]);
}

static void type(const char *text)
{
	size_t len = strlen(text);

	ck_assert_int_eq(write(ends[1], text, len), (ssize_t)len);
	run();
}

/* What is typed on a terminal arrives when the host's kernel finds time. */
static void wait_for(size_t len, unsigned int leaves)
{
	struct pollfd ready = { .fd = vm_console_input_fd(&input),
				.events = POLLIN };

	while (guest.len < len || guest.leaves < leaves) {
		ck_assert_int_eq(poll(&ready, 1, 3000), 1);
		vm_console_input_process(&input);
	}
}

/* The guest takes @count more bytes. */
static void take(size_t count)
{
	guest.takes = count;
	vm_console_input_notify(&input);
	run();
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
}
END_TEST

START_TEST(input_waits_in_order_for_a_guest_that_does_not_take_it)
{
	guest.takes = 2;
	type("hello");
	assert_guest_has("he");
	take(1);
	assert_guest_has("hel");
	take(100);
	assert_guest_has("hello");
	type("!");
	assert_guest_has("hello!");
}
END_TEST

START_TEST(pipe_is_not_read_while_the_guest_takes_nothing)
{
	char left[8];

	guest.takes = 0;
	type("first");
	type("second");
	ck_assert_int_eq(read(ends[0], left, sizeof(left)), 6);
	take(100);
	assert_guest_has("first");
}
END_TEST

/* run() fails on a descriptor that stays readable. */
START_TEST(closed_pipe_does_not_spin_while_the_guest_takes_nothing)
{
	guest.takes = 0;
	type("last words");
	close(ends[1]);
	run();
	take(100);
	assert_guest_has("last words");
}
END_TEST

static void fill(uint8_t *script, size_t size)
{
	for (size_t i = 0; i < size; i++)
		script[i] = (uint8_t)(i * 7);
}

START_TEST(no_byte_of_a_long_script_is_lost)
{
	uint8_t script[sizeof(guest.data)];

	fill(script, sizeof(script));
	ck_assert_int_eq(write(ends[1], script, sizeof(script)),
			 sizeof(script));
	close(ends[1]);
	for (size_t i = 0; i < sizeof(script); i += 16)
		take(16);
	ck_assert_uint_eq(guest.len, sizeof(script));
	ck_assert_mem_eq(guest.data, script, sizeof(script));
}
END_TEST

START_TEST(regular_file_is_read_to_its_end)
{
	uint8_t script[sizeof(guest.data)];
	FILE *file = tmpfile();

	vm_console_input_fini(&input);
	fill(script, sizeof(script));
	ck_assert_uint_eq(fwrite(script, 1, sizeof(script), file),
			  sizeof(script));
	rewind(file);
	guest.takes = 100;
	ck_assert_int_eq(
		vm_console_input_init(&input, fileno(file), &ops, &guest), 0);
	run();
	ck_assert_uint_eq(guest.len, 100);
	take(sizeof(script));
	ck_assert_uint_eq(guest.len, sizeof(script));
	ck_assert_mem_eq(guest.data, script, sizeof(script));
	fclose(file);
}
END_TEST

START_TEST(nothing_is_left_to_do_after_the_end_of_input)
{
	close(ends[1]);
	run();
	take(100);
	ck_assert_uint_eq(guest.len, 0);
}
END_TEST

START_TEST(no_input_at_all_is_no_work)
{
	vm_console_input_fini(&input);
	ck_assert_int_eq(vm_console_input_init(&input, -1, &ops, &guest), 0);
	run();
	ck_assert_uint_eq(guest.len, 0);
}
END_TEST

START_TEST(zeroed_input_needs_no_release)
{
	struct vm_console_input zeroed = { 0 };

	ck_assert_int_eq(dup2(ends[0], 0), 0);
	vm_console_input_fini(&zeroed);
	ck_assert_int_ge(fcntl(0, F_GETFD), 0);
}
END_TEST

START_TEST(init_without_a_free_descriptor_fails)
{
	struct vm_console_input other;
	struct rlimit some, none;
	int r;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &some), 0);
	none = some;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	r = vm_console_input_init(&other, -1, &ops, &guest);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &some), 0);
	ck_assert_int_eq(r, -EMFILE);
	vm_console_input_fini(&other);
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
	wait_for(strlen(escapes[_i].reach), escapes[_i].leaves);
	assert_guest_has(escapes[_i].reach);
	ck_assert_uint_eq(guest.leaves, escapes[_i].leaves);
}
END_TEST

START_TEST(escape_may_come_in_two_reads)
{
	type("a\001");
	wait_for(1, 0);
	type("x");
	wait_for(1, 1);
	assert_guest_has("a");
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
	type("\001x");
	wait_for(0, 1);
	take(sizeof(guest.data));
	ck_assert_uint_eq(guest.len, VM_CONSOLE_INPUT_SIZE);
}
END_TEST

START_TEST(terminal_that_hung_up_is_the_end)
{
	close(ends[1]);
	run();
	take(1);
	ck_assert_uint_eq(guest.len, 0);
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
	tcase_add_test(pipes, pipe_is_not_read_while_the_guest_takes_nothing);
	tcase_add_test(pipes,
		       closed_pipe_does_not_spin_while_the_guest_takes_nothing);
	tcase_add_test(pipes, no_byte_of_a_long_script_is_lost);
	tcase_add_test(pipes, regular_file_is_read_to_its_end);
	tcase_add_test(pipes, nothing_is_left_to_do_after_the_end_of_input);
	tcase_add_test(pipes, no_input_at_all_is_no_work);
	tcase_add_test(pipes, zeroed_input_needs_no_release);
	tcase_add_test(pipes, init_without_a_free_descriptor_fails);
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
