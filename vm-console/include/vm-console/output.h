/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * From the transmitter of a guest's console to a terminal, pipe or file.
 *
 * A reader who does not read must not stall anything but the output itself,
 * so bytes go through a queue to a thread of their own, which the VMM makes:
 *
 *	vm_console_output_push()  by the device model; never blocks
 *	vm_console_output_run()   by that thread; returns after
 *	vm_console_output_close()
 *
 * The guest sends byte by byte; the thread writes whatever has gathered.
 *
 * Threading: one thread at a time pushes, one runs, any thread closes.
 */
#ifndef VM_CONSOLE_OUTPUT_H
#define VM_CONSOLE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vm-console/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A power of two. */
#define VM_CONSOLE_OUTPUT_SIZE 4096u

/* Allocated by the caller; every member is private to the library. */
struct vm_console_output {
	int fd;
	int wake_fd;
	void (*room)(void *ctx);
	void *ctx;
	uint32_t head; /* bytes ever pushed, modulo 2^32 */
	uint32_t tail; /* bytes ever written, modulo 2^32 */
	uint32_t state;
	uint8_t data[VM_CONSOLE_OUTPUT_SIZE];
};

/**
 * vm_console_output_init - make an empty queue
 * @output: storage for it
 * @fd: where output goes, borrowed; it may block or not
 * @room: called by the running thread when there is room again after
 *	vm_console_output_push() took less than it was offered
 * @ctx: handed to @room
 *
 * Returns:
 *	0 on success
 *	-EMFILE, -ENFILE or -ENOMEM from eventfd(2)
 */
VM_CONSOLE_API VM_CONSOLE_CHECK int vm_console_output_init(
	struct vm_console_output *output, int fd, void (*room)(void *ctx),
	void *ctx);

/**
 * vm_console_output_fini - release what the queue owns
 * @output: initialised or zeroed, and no thread runs it; what is queued is
 *	dropped
 *
 * Does not close the file that was written to.
 */
VM_CONSOLE_API void vm_console_output_fini(struct vm_console_output *output);

/**
 * vm_console_output_push - queue bytes
 * @output: initialised
 * @data: the bytes
 * @len: how many
 *
 * Never blocks.  After vm_console_output_run() failed all bytes are taken and
 * dropped, so that a guest does not wait for a disk that stays full.
 *
 * Returns: how many were taken, from the first on; less than @len when the
 * queue is full, and then the callback will tell when to go on.
 */
VM_CONSOLE_API size_t vm_console_output_push(struct vm_console_output *output,
					     const uint8_t *data, size_t len);

/**
 * vm_console_output_run - write what is queued until the queue is closed
 * @output: initialised
 *
 * Returns, when everything that was queued before the close is written:
 *	0 on success
 *	a negative errno of write(2) as soon as the file cannot take more, such
 *	as -ENOSPC for a full disk or -EPIPE for a reader who has gone
 */
VM_CONSOLE_API VM_CONSOLE_CHECK int vm_console_output_run(
	struct vm_console_output *output);

/**
 * vm_console_output_close - have vm_console_output_run() return
 * @output: initialised
 */
VM_CONSOLE_API void vm_console_output_close(struct vm_console_output *output);

#ifdef __cplusplus
}
#endif

#endif
