/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <vm-console/input.h>

#define CTRL_A 0x01

/*
 * Adds @fd to what the caller watches, or takes it off.  It is not enough to
 * wait for no events: a pipe that was closed at the other end reports that
 * unasked and without end.
 */
static int watch(struct vm_console_input *input, int fd, bool on)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(input->epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd,
		      &event))
		return -errno;
	return 0;
}

int vm_console_input_init(struct vm_console_input *input, int fd,
			  const struct vm_console_input_ops *ops, void *ctx)
{
	int r;

	*input = (struct vm_console_input){
		.ops = ops,
		.ctx = ctx,
		.fd = fd,
		.is_terminal = fd >= 0 && isatty(fd),
	};
	input->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (input->epoll_fd < 0) {
		input->ops = NULL;
		return -errno;
	}
	/* The counter makes the first call of process() due. */
	input->notify_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	r = input->notify_fd < 0 ? -errno
				 : watch(input, input->notify_fd, true);
	if (r)
		vm_console_input_fini(input);
	return r;
}

void vm_console_input_fini(struct vm_console_input *input)
{
	/* A zeroed struct has no callbacks, and owns nothing. */
	if (!input->ops)
		return;
	close(input->epoll_fd);
	if (input->notify_fd >= 0)
		close(input->notify_fd);
	input->ops = NULL;
}

int vm_console_input_fd(const struct vm_console_input *input)
{
	return input->epoll_fd;
}

void vm_console_input_notify(struct vm_console_input *input)
{
	/* Fails only when the counter is full, and then it is readable. */
	if (eventfd_write(input->notify_fd, 1))
		return;
}

/* Takes the escape keys out of what was typed; returns what is left. */
static size_t filter_keys(struct vm_console_input *input, uint8_t *keys,
			  size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++) {
		bool escaped = input->escape;

		input->escape = !escaped && keys[i] == CTRL_A;
		if (escaped && keys[i] == 'x')
			input->ops->leave(input->ctx);
		else if (!input->escape)
			keys[kept++] = keys[i];
	}
	return kept;
}

static void end_of_input(struct vm_console_input *input)
{
	if (input->is_watched)
		watch(input, input->fd, false);
	input->is_watched = false;
	input->fd = -1;
}

static void read_ahead(struct vm_console_input *input)
{
	uint8_t excess[64], *to = input->data + input->len;
	size_t room = sizeof(input->data) - input->len;
	ssize_t n;

	if (room)
		n = read(input->fd, to, room);
	else
		n = read(input->fd, to = excess, sizeof(excess));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		/* A terminal that hung up gives EIO: the end as well. */
		end_of_input(input);
		return;
	}
	if (input->is_terminal)
		n = (ssize_t)filter_keys(input, to, (size_t)n);
	if (room)
		input->len += (size_t)n;
}

static void hand_over(struct vm_console_input *input)
{
	size_t taken;

	if (!input->len)
		return;
	taken = input->ops->push(input->ctx, input->data, input->len);
	input->len -= taken;
	memmove(input->data, input->data + taken, input->len);
}

static void update_watch(struct vm_console_input *input)
{
	bool wanted = input->fd >= 0 && (input->is_terminal || !input->len);
	int r;

	if (wanted == input->is_watched)
		return;
	r = watch(input, input->fd, wanted);
	if (!r) {
		input->is_watched = wanted;
		return;
	}
	if (r != -EPERM) {
		end_of_input(input);
		return;
	}
	/* A regular file is always ready, and so cannot be waited for. */
	read_ahead(input);
	vm_console_input_notify(input);
}

void vm_console_input_process(struct vm_console_input *input)
{
	struct epoll_event events[2];
	eventfd_t count;
	int n = epoll_wait(input->epoll_fd, events, 2, 0);

	for (int i = 0; i < n; i++) {
		if (events[i].data.fd != input->notify_fd)
			read_ahead(input);
		else if (eventfd_read(input->notify_fd, &count))
			continue;
	}
	hand_over(input);
	update_watch(input);
}
