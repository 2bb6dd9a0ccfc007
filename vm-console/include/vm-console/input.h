/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * From a terminal, pipe or file to the receiver of a guest's console.
 *
 * A guest takes input when its driver is there and has room, which may be
 * long after the user typed it or a script was piped in.  So input is read
 * ahead by one buffer and handed over as the guest takes it:
 *
 *	vm_console_input_move() when the guest may take more;
 *	vm_console_input_read() when the file descriptor is readable, which is
 *	to be watched for while vm_console_input_is_wanted().
 *
 * A pipe is not wanted while the buffer waits for the guest, for a pipe whose
 * other end was closed is readable without end.  A terminal always is, because
 * the keys to leave, Ctrl-A x, must work when the guest does not; what a
 * person types beyond the buffer is lost, as on a real line.
 *
 * Threading: one thread at a time.
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
 *	guest takes nothing now
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
	bool is_terminal;
	bool escape; /* Ctrl-A was the last key */
	size_t len;
	uint8_t data[VM_CONSOLE_INPUT_SIZE];
};

/**
 * vm_console_input_init - begin to take input
 * @input: storage for it
 * @fd: where input comes from, borrowed until the end of input; -1 for none
 * @ops: must outlive @input
 * @ctx: handed to @ops
 *
 * On a terminal, and only there, Ctrl-A is the escape key: followed by x it
 * leaves, followed by another key it sends that key, itself included.
 */
VM_CONSOLE_API void vm_console_input_init(
	struct vm_console_input *input, int fd,
	const struct vm_console_input_ops *ops, void *ctx);

/**
 * vm_console_input_is_wanted - whether to watch the file descriptor
 * @input: initialised
 *
 * Changes only through the two functions below.  Returns false for ever once
 * the end of input was reached: the descriptor is then the caller's again.
 */
VM_CONSOLE_API bool vm_console_input_is_wanted(
	const struct vm_console_input *input);

/**
 * vm_console_input_read - read what is there and hand it over
 * @input: initialised, and wanted
 *
 * Reads once: blocks if the descriptor is not readable.  Not to be called on
 * input that is not wanted, except as a no-op at its end.
 */
VM_CONSOLE_API void vm_console_input_read(struct vm_console_input *input);

/**
 * vm_console_input_move - hand over what was read ahead
 * @input: initialised
 */
VM_CONSOLE_API void vm_console_input_move(struct vm_console_input *input);

#ifdef __cplusplus
}
#endif

#endif
