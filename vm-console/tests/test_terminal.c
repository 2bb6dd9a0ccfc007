/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vm-console/terminal.h>

#include "pty.h"

static struct vm_terminal terminal;
static struct termios before;
static int user, fd;

static void setup(void)
{
	memset(&terminal, 0, sizeof(terminal));
	open_pty(&user, &fd);
	ck_assert_int_eq(tcgetattr(fd, &before), 0);
	ck_assert_uint_ne(before.c_lflag & ICANON, 0);
}

static void teardown(void)
{
	close(fd);
	close(user);
}

static struct termios now(void)
{
	struct termios attributes;

	ck_assert_int_eq(tcgetattr(fd, &attributes), 0);
	return attributes;
}

START_TEST(raw_mode_passes_every_key)
{
	ck_assert_int_eq(vm_terminal_set_raw(&terminal, fd), 0);
	ck_assert_uint_eq(now().c_lflag & (ICANON | ECHO | ISIG | IEXTEN), 0);
	ck_assert_uint_eq(now().c_iflag & (ICRNL | IXON), 0);
}
END_TEST

START_TEST(restore_puts_back_what_was_there)
{
	ck_assert_int_eq(vm_terminal_set_raw(&terminal, fd), 0);
	vm_terminal_restore(&terminal);
	ck_assert_uint_eq(now().c_lflag, before.c_lflag);
	ck_assert_uint_eq(now().c_iflag, before.c_iflag);
	ck_assert_uint_eq(now().c_oflag, before.c_oflag);
}
END_TEST

START_TEST(raw_mode_twice_still_restores_the_first)
{
	ck_assert_int_eq(vm_terminal_set_raw(&terminal, fd), 0);
	ck_assert_int_eq(vm_terminal_set_raw(&terminal, fd), 0);
	vm_terminal_restore(&terminal);
	ck_assert_uint_eq(now().c_lflag, before.c_lflag);
}
END_TEST

START_TEST(resume_enters_raw_mode_again)
{
	ck_assert_int_eq(vm_terminal_set_raw(&terminal, fd), 0);
	ck_assert_int_eq(tcsetattr(fd, TCSANOW, &before), 0);
	vm_terminal_resume(&terminal);
	ck_assert_uint_eq(now().c_lflag & ICANON, 0);
}
END_TEST

START_TEST(nothing_happens_to_a_terminal_that_is_not_raw)
{
	struct termios changed = before;

	vm_terminal_restore(&terminal);
	vm_terminal_resume(&terminal);
	ck_assert_uint_eq(now().c_lflag, before.c_lflag);

	ck_assert_int_eq(vm_terminal_set_raw(&terminal, fd), 0);
	vm_terminal_restore(&terminal);
	changed.c_lflag &= ~(tcflag_t)ECHO;
	ck_assert_int_eq(tcsetattr(fd, TCSANOW, &changed), 0);
	vm_terminal_restore(&terminal);
	vm_terminal_resume(&terminal);
	ck_assert_uint_eq(now().c_lflag, changed.c_lflag);
}
END_TEST

/* Sets what no process in the background may set by default. */
static void force(const struct termios *attributes)
{
	signal(SIGTTOU, SIG_IGN);
	ck_assert_int_eq(tcsetattr(fd, TCSANOW, attributes), 0);
	signal(SIGTTOU, SIG_DFL);
}

/* The exit code of a job of which the shell takes the terminal back. */
static int be_a_job(void)
{
	pid_t shell = getppid();

	signal(SIGTTOU, SIG_IGN);
	if (setpgid(0, 0) || tcsetpgrp(fd, getpgrp()) ||
	    vm_terminal_set_raw(&terminal, fd) || tcsetpgrp(fd, shell))
		return 1;
	force(&before);
	vm_terminal_resume(&terminal);
	if (!(now().c_lflag & ICANON))
		return 2;
	force(&terminal.raw);
	vm_terminal_restore(&terminal);
	return now().c_lflag & ICANON ? 3 : 0;
}

static int be_a_shell(void)
{
	pid_t job;
	int status;

	if (setsid() < 0 || ioctl(fd, TIOCSCTTY, 0))
		return 4;
	job = fork();
	if (!job)
		_exit(be_a_job());
	if (waitpid(job, &status, WUNTRACED) != job)
		return 5;
	if (WIFSTOPPED(status))
		kill(job, SIGKILL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 6;
}

START_TEST(process_in_the_background_leaves_the_terminal_alone)
{
	pid_t shell = fork();
	int status;

	if (!shell)
		_exit(be_a_shell());
	ck_assert_int_eq(waitpid(shell, &status, 0), shell);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(what_is_no_terminal_is_refused)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(vm_terminal_set_raw(&terminal, ends[0]), -ENOTTY);
	close(ends[0]);
	close(ends[1]);
	ck_assert_int_eq(vm_terminal_set_raw(&terminal, ends[0]), -EBADF);
	vm_terminal_restore(&terminal);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("terminal");
	TCase *tcase = tcase_create("terminal");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, raw_mode_passes_every_key);
	tcase_add_test(tcase, restore_puts_back_what_was_there);
	tcase_add_test(tcase, raw_mode_twice_still_restores_the_first);
	tcase_add_test(tcase, resume_enters_raw_mode_again);
	tcase_add_test(tcase, nothing_happens_to_a_terminal_that_is_not_raw);
	tcase_add_test(tcase,
		       process_in_the_background_leaves_the_terminal_alone);
	tcase_add_test(tcase, what_is_no_terminal_is_refused);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
