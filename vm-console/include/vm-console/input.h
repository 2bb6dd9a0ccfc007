/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * From a terminal, pipe or file to the receiver of a guest's console.
 *
 * A guest takes input when its driver is there and has room, which may be
 * long after the user typed it or a script was piped in.  So input is read
 * ahead by one buffer and handed over as the guest takes it.  One descriptor
 * is to be watched, vm_console_input_fd(); whenever it is readable,
 * vm_console_input_process() does what there is to do.
 *
 * While the buffer waits for the guest a pipe is not read, so that its writer
 * waits as well.  A terminal is, because the keys to leave, Ctrl-A x, must
 * work when the guest does not; what a person types beyond the buffer is lost,
 * as on a real line.
 *
 * Threading: one thread at a time, except that vm_console_input_notify() may
 * be called from any thread.
 */
#ifndef VM_CONSOLE_INPUT_H
#define VM_CONSOLE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vm-console/api.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VM_CONSOLE_INPUT_SIZE 4096u

/**
 * struct vm_console_input_ops - where input goes
 * @push: takes the first bytes and returns how many, at most @len; 0 when the
 *	guest takes nothing now, and then vm_console_input_notify() is due when
 *	it does
 * @leave: the user pressed Ctrl-A x on a terminal
 */
struct vm_console_input_ops {
	size_t (*push)(void *ctx, const uint8_t *data, size_t len);
	void (*leave)(void *ctx);
};

/* Allocated by the caller; every member is private to the library. */
struct vm_console_input {
	const struct vm_console_input_ops *ops;
	void *ctx;
	int fd; /* -1 at the end of input */
	int epoll_fd;
	int notify_fd;
	bool is_terminal;
	bool is_watched; /* epoll_fd waits for fd */
	bool escape; /* Ctrl-A was the last key */
	size_t len;
	uint8_t data[VM_CONSOLE_INPUT_SIZE];
};

/**
 * vm_console_input_init - begin to take input
 * @input: storage for it
 * @fd: where input comes from, borrowed: must outlive @input; -1 for none
 * @ops: must outlive @input
 * @ctx: handed to @ops
 *
 * On a terminal, and only there, Ctrl-A is the escape key: followed by x it
 * leaves, followed by another key it sends that key, itself included.
 *
 * Returns:
 *	0 on success
 *	-EMFILE, -ENFILE or -ENOMEM from epoll_create1(2) or eventfd(2)
 */
VM_CONSOLE_API VM_CONSOLE_CHECK int vm_console_input_init(
	struct vm_console_input *input, int fd,
	const struct vm_console_input_ops *ops, void *ctx);

/**
 * vm_console_input_fini - release what it owns
 * @input: initialised or zeroed
 *
 * Does not close the descriptor that input came from.
 */
VM_CONSOLE_API void vm_console_input_fini(struct vm_console_input *input);

/**
 * vm_console_input_fd - what to watch
 * @input: initialised
 *
 * Returns a descriptor that is readable while vm_console_input_process() has
 * something to do.  It is the library's own.
 */
VM_CONSOLE_API int vm_console_input_fd(const struct vm_console_input *input);

/**
 * vm_console_input_process - read and hand over what can be
 * @input: initialised
 *
 * Reads at most once and never blocks, provided that nobody else reads from
 * the same descriptor.
 */
VM_CONSOLE_API void vm_console_input_process(struct vm_console_input *input);

/**
 * vm_console_input_notify - the guest may take input again
 * @input: initialised
 *
 * Makes vm_console_input_fd() readable; for a device model to call from
 * whichever thread it runs on.
 */
VM_CONSOLE_API void vm_console_input_notify(struct vm_console_input *input);

#ifdef __cplusplus
}
#endif

#endif
