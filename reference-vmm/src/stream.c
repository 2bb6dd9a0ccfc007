/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <vm-console/terminal.h>

#include "message.h"
#include "vmm.h"

/* Static, because a signal handler reaches nothing else. */
static struct vm_terminal terminal;

/* Who has stdin and stdout, which are one console's only. */
static const struct stream *owner;

static void output_has_room(void *context)
{
	struct stream *stream = context;

	stream->room(stream->context);
}

/* A full disk costs output, a reader who has gone ends the run. */
static void *write_output(void *context)
{
	struct stream *stream = context;
	int r = vm_console_output_run(&stream->output);

	if (r == -EPIPE)
		vmm_end(stream->vmm,
			fail(EXIT_HOST_ERROR,
			     "%s: nobody reads it any more: stopped",
			     stream->name));
	else if (r)
		fail(EXIT_HOST_ERROR,
		     "%s: cannot write: %s; its output is dropped from here on",
		     stream->name, strerror(-r));
	return NULL;
}

size_t stream_write(struct stream *stream, const uint8_t *data, size_t len)
{
	if (!stream->has_writer)
		return len;
	return vm_console_output_push(&stream->output, data, len);
}

void stream_notify(struct stream *stream)
{
	vm_console_input_notify(&stream->input);
}

static size_t push_input(void *context, const uint8_t *data, size_t len)
{
	struct stream *stream = context;

	return stream->push(stream->context, data, len);
}

static void leave(void *context)
{
	struct stream *stream = context;

	vmm_end(stream->vmm, EXIT_GUEST_DONE);
}

static const struct vm_console_input_ops input_ops = { push_input, leave };

static void input_is_ready(void *context, uint32_t events)
{
	struct stream *stream = context;

	(void)events;
	vm_console_input_process(&stream->input);
}

static int open_files(struct stream *stream, const char *flag,
		      enum stream_mode mode, const char *path)
{
	switch (mode) {
	case STREAM_OFF:
		break;
	case STREAM_TTY:
		if (owner)
			return fail(EXIT_BAD_CONFIG,
				    "%s tty: the %s has the terminal, which "
				    "only one can; say --serial off",
				    flag, owner->name);
		owner = stream;
		stream->in_fd = STDIN_FILENO;
		stream->out_fd = STDOUT_FILENO;
		break;
	case STREAM_FILE:
		stream->out_fd = open(
			path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (stream->out_fd < 0)
			return fail(EXIT_BAD_CONFIG,
				    "%s file=%s: cannot open: %s", flag, path,
				    strerror(errno));
		break;
	}
	return OPTIONS_RUN;
}

int stream_open(struct stream *stream, const char *flag, enum stream_mode mode,
		const char *path)
{
	int r;

	stream->in_fd = stream->out_fd = -1;
	r = open_files(stream, flag, mode, path);
	if (r != OPTIONS_RUN)
		return r;
	r = vm_console_input_init(&stream->input, stream->in_fd, &input_ops,
				  stream);
	return r ? host_error(stream->name, r) : OPTIONS_RUN;
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

static int start_output(struct stream *stream)
{
	int r;

	if (stream->out_fd < 0)
		return 0;
	r = vm_console_output_init(&stream->output, stream->out_fd,
				   output_has_room, stream);
	if (r)
		return r;
	r = -pthread_create(&stream->writer, NULL, write_output, stream);
	stream->has_writer = !r;
	if (r)
		vm_console_output_fini(&stream->output);
	return r;
}

static int start_input(struct stream *stream)
{
	return vm_event_add(&stream->vmm->events,
			    vm_console_input_fd(&stream->input), EPOLLIN,
			    input_is_ready, stream);
}

int stream_start(struct stream *stream)
{
	int r;

	r = start_output(stream);
	if (!r)
		r = start_input(stream);
	if (!r)
		r = set_raw(stream->in_fd);
	return r ? host_error(stream->name, r) : OPTIONS_RUN;
}

void terminal_resume(void)
{
	vm_terminal_resume(&terminal);
}

void terminal_restore(void)
{
	vm_terminal_restore(&terminal);
}

void stream_fini(struct stream *stream)
{
	if (stream->has_writer) {
		vm_console_output_close(&stream->output);
		pthread_join(stream->writer, NULL);
		vm_console_output_fini(&stream->output);
	}
	vm_console_input_fini(&stream->input);
	if (stream->out_fd > STDERR_FILENO)
		close(stream->out_fd);
}
