/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The host's end of a console: the user's terminal, a file, or nothing. */
#ifndef REFERENCE_VMM_STREAM_H
#define REFERENCE_VMM_STREAM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vm-console/input.h>
#include <vm-console/output.h>

struct vmm;

enum stream_mode { STREAM_TTY, STREAM_OFF, STREAM_FILE };

struct stream {
	struct vmm *vmm;
	const char *name; /* of the console, for messages */
	/* Takes the first bytes of input, and returns how many. */
	size_t (*push)(void *context, const uint8_t *data, size_t len);
	/* There is room again after stream_write() took less than all. */
	void (*room)(void *context);
	void *context;
	struct vm_console_input input;
	struct vm_console_output output;
	pthread_t writer;
	bool has_writer;
	int in_fd;
	int out_fd;
};

/*
 * Opens the files of a stream whose first five members are set; @flag is who
 * wanted it, and @path is for STREAM_FILE.  Returns OPTIONS_RUN or an exit code,
 * having said why.  stream_fini() is due either way.
 */
int stream_open(struct stream *stream, const char *flag, enum stream_mode mode,
		const char *path);

/*
 * Starts to move input and output, and puts the terminal into raw mode, when
 * there is an event loop: OPTIONS_RUN or an exit code.
 */
int stream_start(struct stream *stream);

/* Takes the first bytes of output without waiting, and returns how many. */
size_t stream_write(struct stream *stream, const uint8_t *data, size_t len);

/* The guest may take input again. */
void stream_notify(struct stream *stream);

/* Writes what the guest has sent, then stops.  Accepts a zeroed struct. */
void stream_fini(struct stream *stream);

/* The process was stopped, and a shell had the terminal. */
void terminal_resume(void);

/* Puts the terminal back. */
void terminal_restore(void);

#endif
