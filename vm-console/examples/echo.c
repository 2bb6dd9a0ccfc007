/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A "guest" that sends back what it is sent; Ctrl-A x leaves. */
#include <pthread.h>
#include <unistd.h>

#include <vm-console/input.h>
#include <vm-console/output.h>
#include <vm-console/terminal.h>

static struct vm_terminal terminal;
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
	struct vm_console_input input;
	pthread_t thread;

	if (vm_console_output_init(&output, STDOUT_FILENO, room, NULL) ||
	    pthread_create(&thread, NULL, write_output, NULL))
		return 1;
	if (isatty(STDIN_FILENO) &&
	    vm_terminal_set_raw(&terminal, STDIN_FILENO))
		return 1;
	vm_console_input_init(&input, STDIN_FILENO, &ops, NULL);
	while (!done && (input.fd >= 0 || input.len)) {
		vm_console_input_read(&input);
		vm_console_input_move(&input);
	}
	vm_console_output_close(&output);
	pthread_join(thread, NULL);
	vm_console_output_fini(&output);
	vm_terminal_restore(&terminal);
	return 0;
}
