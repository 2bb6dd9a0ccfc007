/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <vm-console/terminal.h>

#include "machine.h"
#include "message.h"
#include "vmm.h"

/* Static, because a signal handler reaches nothing else. */
static struct vm_terminal terminal;

VM_BYTE_DEVICE_ADAPT(vm_serial)

static size_t serial_tx(void *context, const uint8_t *data, size_t len)
{
	struct console *console = context;

	if (!console->has_writer)
		return len;
	return vm_console_output_push(&console->output, data, len);
}

static void serial_irq(void *context, bool level)
{
	struct console *console = context;

	machine_set_irq(console->vmm, CONSOLE_IRQ, level);
}

static void serial_rx_ready(void *context)
{
	struct console *console = context;

	vm_console_input_notify(&console->input);
}

static const struct vm_serial_ops serial_ops = {
	.tx = serial_tx,
	.irq = serial_irq,
	.rx_ready = serial_rx_ready,
};

static void output_has_room(void *context)
{
	struct console *console = context;

	pthread_mutex_lock(&console->lock);
	vm_serial_flush(&console->serial);
	pthread_mutex_unlock(&console->lock);
}

/* A full disk costs output, a reader who has gone ends the run. */
static void *write_output(void *context)
{
	struct console *console = context;
	int r = vm_console_output_run(&console->output);

	if (r == -EPIPE)
		vmm_end(console->vmm,
			fail(EXIT_HOST_ERROR,
			     "serial console: nobody reads it any more: "
			     "stopped"));
	else if (r)
		fail(EXIT_HOST_ERROR,
		     "serial console: cannot write: %s; its output is dropped "
		     "from here on",
		     strerror(-r));
	return NULL;
}

static size_t push_input(void *context, const uint8_t *data, size_t len)
{
	struct console *console = context;
	size_t pushed = 0, room;

	pthread_mutex_lock(&console->lock);
	/* Until it says 0, for only then does it tell when there is more. */
	while (pushed < len &&
	       (room = vm_serial_rx_ready(&console->serial)) > 0) {
		room = room < len - pushed ? room : len - pushed;
		pushed += vm_serial_push(&console->serial, data + pushed, room);
	}
	pthread_mutex_unlock(&console->lock);
	return pushed;
}

static void leave(void *context)
{
	struct console *console = context;

	vmm_end(console->vmm, EXIT_GUEST_DONE);
}

static const struct vm_console_input_ops input_ops = { push_input, leave };

static void input_is_ready(void *context, uint32_t events)
{
	struct console *console = context;

	(void)events;
	vm_console_input_process(&console->input);
}

static int open_files(struct console *console, const struct options *options)
{
	switch (options->serial) {
	case SERIAL_OFF:
		break;
	case SERIAL_TTY:
		console->in_fd = STDIN_FILENO;
		console->out_fd = STDOUT_FILENO;
		break;
	case SERIAL_FILE:
		console->out_fd =
			open(options->serial_path,
			     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (console->out_fd < 0)
			return fail(EXIT_BAD_CONFIG,
				    "--serial file=%s: cannot open: %s",
				    options->serial_path, strerror(errno));
		break;
	}
	return OPTIONS_RUN;
}

int console_init(struct vmm *vmm)
{
	struct console *console = &vmm->console;
	int r;

	console->vmm = vmm;
	console->in_fd = console->out_fd = -1;
	pthread_mutex_init(&console->lock, NULL);
	console->port =
		(struct vm_byte_device){ vm_serial_byte_read,
					 vm_serial_byte_write, &console->serial,
					 &console->lock };
	r = vm_serial_init(&console->serial, &serial_ops, console);
	if (r)
		return host_error("serial console", r);
	r = open_files(console, vmm->options);
	if (r != OPTIONS_RUN)
		return r;
	r = vm_console_input_init(&console->input, console->in_fd, &input_ops,
				  console);
	return r ? host_error("serial console", r) : OPTIONS_RUN;
}

static void restore_and_die(int signal)
{
	vm_terminal_restore(&terminal);
	/* SA_RESETHAND has put the default action back. */
	raise(signal);
}

/* For all that ends a process and is not in vmm.c's hands. */
static int set_raw(int fd)
{
	static const int fatal[] = {
		SIGABRT, SIGBUS,  SIGFPE,  SIGILL,    SIGIO,
		SIGPROF, SIGPWR,  SIGQUIT, SIGSEGV,   SIGSTKFLT,
		SIGSYS,	 SIGTRAP, SIGUSR2, SIGVTALRM, SIGXCPU,
	};
	struct sigaction action = { .sa_handler = restore_and_die,
				    .sa_flags = (int)SA_RESETHAND };

	if (fd < 0 || !isatty(fd))
		return 0;
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaction(fatal[i], &action, NULL);
	return vm_terminal_set_raw(&terminal, fd);
}

static int start_output(struct console *console)
{
	int r;

	if (console->out_fd < 0)
		return 0;
	r = vm_console_output_init(&console->output, console->out_fd,
				   output_has_room, console);
	if (r)
		return r;
	r = -pthread_create(&console->writer, NULL, write_output, console);
	console->has_writer = !r;
	if (r)
		vm_console_output_fini(&console->output);
	return r;
}

static int start_input(struct console *console)
{
	return vm_event_add(&console->vmm->events,
			    vm_console_input_fd(&console->input), EPOLLIN,
			    input_is_ready, console);
}

int console_start(struct console *console)
{
	int r;

	r = start_output(console);
	if (!r)
		r = start_input(console);
	if (!r)
		r = set_raw(console->in_fd);
	if (r)
		return host_error("serial console", r);
	return OPTIONS_RUN;
}

void console_resume(void)
{
	vm_terminal_resume(&terminal);
}

void console_restore(void)
{
	vm_terminal_restore(&terminal);
}

void console_fini(struct console *console)
{
	if (console->has_writer) {
		vm_console_output_close(&console->output);
		pthread_join(console->writer, NULL);
		vm_console_output_fini(&console->output);
	}
	vm_console_input_fini(&console->input);
	if (console->out_fd > STDERR_FILENO)
		close(console->out_fd);
}
