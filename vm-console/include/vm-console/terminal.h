/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The user's terminal: raw while the guest runs, as it was afterwards.
 *
 * A VMM that wants its terminal back whatever happens keeps the struct in
 * static storage and calls vm_terminal_restore() at its end and from its
 * handlers of fatal signals.
 *
 * Threading: one thread at a time, except that vm_terminal_restore() is
 * async-signal-safe.
 */
#ifndef VM_CONSOLE_TERMINAL_H
#define VM_CONSOLE_TERMINAL_H

#include <signal.h>
#include <termios.h>

#include <vm-console/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_terminal - a terminal; its members are the library's own
 *
 * A zeroed struct is one that nothing has been done to.
 */
struct vm_terminal {
	int fd;
	volatile sig_atomic_t is_raw;
	struct termios cooked;
	struct termios raw;
};

/**
 * vm_terminal_set_raw - have every key go to the guest
 * @terminal: storage, or a terminal in raw mode
 * @fd: the terminal; must stay open until vm_terminal_restore()
 *
 * Input comes without echo, line by line editing or signals, and output goes
 * out as the guest sends it: cfmakeraw(3).
 *
 * Returns:
 *	0 on success
 *	-ENOTTY, @fd is no terminal
 *	-EBADF, @fd is not open
 */
VM_CONSOLE_API VM_CONSOLE_CHECK int vm_terminal_set_raw(
	struct vm_terminal *terminal, int fd);

/**
 * vm_terminal_resume - enter raw mode again
 * @terminal: any terminal; nothing happens unless it is in raw mode
 *
 * For SIGCONT: while the process was stopped, a shell had the terminal.  If it
 * still has, because the process goes on in the background, nothing happens.
 */
VM_CONSOLE_API void vm_terminal_resume(struct vm_terminal *terminal);

/**
 * vm_terminal_restore - put the terminal back
 * @terminal: any terminal; nothing happens unless it is in raw mode
 *
 * A process in the background leaves the terminal to whoever has it.
 * Async-signal-safe.
 */
VM_CONSOLE_API void vm_terminal_restore(struct vm_terminal *terminal);

#ifdef __cplusplus
}
#endif

#endif
