/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A "guest" that sends back what it is sent; Ctrl-A x leaves. */
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <vm-console/input.h>
#include <vm-console/output.h>
#include <vm-console/terminal.h>

static struct vm_terminal terminal;
static struct vm_console_input input;
static struct vm_console_output output;
static bool done;

static size_t guest_receives(void *ctx, const uint8_t *data, size_t len)
{
	(void)ctx;
	return vm_console_output_push(&output, data, len);
}

static void leave(void *ctx)
{
	(void)ctx;
	done = true;
}

static void room(void *ctx)
{
	(void)ctx;
	vm_console_input_notify(&input);
}

static void *write_output(void *argument)
{
	(void)argument;
	return (void *)(intptr_t)vm_console_output_run(&output);
}

int main(void)
{
	static const struct vm_console_input_ops ops = { guest_receives,
							 leave };
	struct pollfd ready = { .events = POLLIN };
	pthread_t thread;

	if (vm_console_output_init(&output, STDOUT_FILENO, room, NULL) ||
	    pthread_create(&thread, NULL, write_output, NULL))
		return 1;
	if (isatty(STDIN_FILENO) &&
	    vm_terminal_set_raw(&terminal, STDIN_FILENO))
		return 1;
	if (vm_console_input_init(&input, STDIN_FILENO, &ops, NULL))
		return 1;
	ready.fd = vm_console_input_fd(&input);
	while (!done && (input.fd >= 0 || input.len)) {
		if (poll(&ready, 1, -1) == 1)
			vm_console_input_process(&input);
	}
	vm_console_input_fini(&input);
	vm_console_output_close(&output);
	pthread_join(thread, NULL);
	vm_console_output_fini(&output);
	vm_terminal_restore(&terminal);
	return 0;
}
