/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <vm-console/terminal.h>

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
	terminal->is_raw = 1;
	if (tcsetattr(fd, TCSANOW, &raw)) {
		terminal->is_raw = 0;
		return -errno;
	}
	return 0;
}

void vm_terminal_resume(struct vm_terminal *terminal)
{
	if (terminal->is_raw)
		tcsetattr(terminal->fd, TCSANOW, &terminal->raw);
}

void vm_terminal_restore(struct vm_terminal *terminal)
{
	if (!terminal->is_raw)
		return;
	terminal->is_raw = 0;
	tcsetattr(terminal->fd, TCSANOW, &terminal->cooked);
}
