/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include <vm-console/terminal.h>

/*
 * Whether another process group has the terminal, such as a shell of which we
 * are a background job.  To change the settings then is not ours, and would
 * stop us with SIGTTOU.
 */
static bool is_in_background(int fd)
{
	pid_t group = tcgetpgrp(fd);

	return group > 0 && group != getpgrp();
}

int vm_terminal_set_raw(struct vm_terminal *terminal, int fd)
{
	struct termios cooked, raw;

	/* Raw already: what is in force is not what to go back to. */
	if (terminal->is_raw && terminal->fd == fd) {
		vm_terminal_resume(terminal);
		return 0;
	}
	if (tcgetattr(fd, &cooked))
		return -errno;
	raw = cooked;
	cfmakeraw(&raw);
	terminal->fd = fd;
	terminal->cooked = cooked;
	terminal->raw = raw;
	/* First, so that a signal in between finds a terminal to restore. */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	terminal->is_raw = 1;
	if (tcsetattr(fd, TCSANOW, &raw)) {
		terminal->is_raw = 0;
		return -errno;
	}
	return 0;
}

void vm_terminal_resume(struct vm_terminal *terminal)
{
	if (terminal->is_raw && !is_in_background(terminal->fd))
		tcsetattr(terminal->fd, TCSANOW, &terminal->raw);
}

void vm_terminal_restore(struct vm_terminal *terminal)
{
	if (!terminal->is_raw)
		return;
	if (!is_in_background(terminal->fd))
		tcsetattr(terminal->fd, TCSANOW, &terminal->cooked);
	/*
	 * Last, so that of two threads that crash neither ends the process
	 * before the terminal is back.
	 */
	terminal->is_raw = 0;
}
