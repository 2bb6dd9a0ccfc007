/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The guest's serial port on the user's terminal, pipe or file. */
#ifndef REFERENCE_VMM_CONSOLE_H
#define REFERENCE_VMM_CONSOLE_H

#include <pthread.h>
#include <stdbool.h>

#include <event-manager/event_manager.h>
#include <vm-console/input.h>
#include <vm-console/output.h>
#include <vm-device/byte_device.h>
#include <vm-superio/serial.h>

#include "options.h"

struct vmm;

struct console {
	struct vmm *vmm;
	pthread_mutex_t lock; /* of serial, and of pushing output */
	struct vm_serial serial;
	struct vm_byte_device port; /* its registers on a bus */
	struct vm_console_input input;
	struct vm_console_output output;
	pthread_t writer;
	bool has_writer;
	int in_fd;
	int out_fd;
};

/*
 * Opens the files that the options name.  Returns OPTIONS_RUN or an exit
 * code, having said why.  console_fini() is due either way.
 */
int console_init(struct vmm *vmm);

/* Starts to move input and output, and puts the terminal into raw mode. */
int console_start(struct console *console);

/* The process was stopped, and a shell had the terminal. */
void console_resume(void);

/* Puts the terminal back. */
void console_restore(void);

/* Writes what the guest has sent, then stops.  Accepts a zeroed struct. */
void console_fini(struct console *console);

#endif
