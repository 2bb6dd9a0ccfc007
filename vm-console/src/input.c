/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <vm-console/input.h>

#define CTRL_A 0x01

void vm_console_input_init(struct vm_console_input *input, int fd,
			   const struct vm_console_input_ops *ops, void *ctx)
{
	*input = (struct vm_console_input){
		.ops = ops,
		.ctx = ctx,
		.fd = fd,
		.is_terminal = fd >= 0 && isatty(fd),
	};
}

bool vm_console_input_is_wanted(const struct vm_console_input *input)
{
	return input->fd >= 0 && (input->is_terminal || !input->len);
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

void vm_console_input_read(struct vm_console_input *input)
{
	uint8_t excess[64], *to = input->data + input->len;
	size_t room = sizeof(input->data) - input->len;
	ssize_t n;

	if (input->fd < 0)
		return;
	if (room)
		n = read(input->fd, to, room);
	else
		n = read(input->fd, to = excess, sizeof(excess));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		/* A terminal that hung up gives EIO: the end as well. */
		input->fd = -1;
		return;
	}
	if (input->is_terminal)
		n = (ssize_t)filter_keys(input, to, (size_t)n);
	if (room)
		input->len += (size_t)n;
	vm_console_input_move(input);
}

void vm_console_input_move(struct vm_console_input *input)
{
	size_t taken;

	if (!input->len)
		return;
	taken = input->ops->push(input->ctx, input->data, input->len);
	input->len -= taken;
	memmove(input->data, input->data + taken, input->len);
}
