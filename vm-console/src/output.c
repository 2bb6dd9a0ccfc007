/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A ring between one pushing and one running thread.  @head is stored by the
 * pusher and @tail by the runner, each with release order after the bytes
 * were copied, and loaded by the other with acquire order before it touches
 * them.  The eventfd is written only when the runner may be asleep.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <vm-console/output.h>

/* Bits of @state. */
#define CLOSED	1u
#define FAILED	2u
#define WAITING 4u /* the pusher waits for room */

static void wake(struct vm_console_output *output)
{
	/* Fails only when the counter is full, and then the runner is awake. */
	if (eventfd_write(output->wake_fd, 1))
		return;
}

int vm_console_output_init(struct vm_console_output *output, int fd,
			   void (*room)(void *ctx), void *ctx)
{
	int wake_fd = eventfd(0, EFD_CLOEXEC);

	if (wake_fd < 0)
		return -errno;
	*output = (struct vm_console_output){
		.fd = fd,
		.wake_fd = wake_fd,
		.room = room,
		.ctx = ctx,
	};
	return 0;
}

void vm_console_output_fini(struct vm_console_output *output)
{
	/* A zeroed queue has no callback, and owns nothing. */
	if (!output->room)
		return;
	close(output->wake_fd);
	output->room = NULL;
}

/* Copies as much as there is room for; returns how much. */
static size_t enqueue(struct vm_console_output *output, const uint8_t *data,
		      size_t len)
{
	/* Pairs with the release of tail in dequeue(). */
	uint32_t tail = __atomic_load_n(&output->tail, __ATOMIC_ACQUIRE);
	uint32_t head = output->head;
	uint32_t room = VM_CONSOLE_OUTPUT_SIZE - (head - tail);
	uint32_t at = head % VM_CONSOLE_OUTPUT_SIZE;
	uint32_t n = len < room ? (uint32_t)len : room;
	uint32_t first = VM_CONSOLE_OUTPUT_SIZE - at;

	first = n < first ? n : first;
	memcpy(output->data + at, data, first);
	memcpy(output->data, data + first, n - first);
	/*
	 * Pairs with the load of head in vm_console_output_run().  Sequentially
	 * consistent, as is that side: either the runner sees the bytes before
	 * it sleeps, or we see below that it had emptied the queue.
	 */
	__atomic_store_n(&output->head, head + n, __ATOMIC_SEQ_CST);
	if (n && __atomic_load_n(&output->tail, __ATOMIC_SEQ_CST) == head)
		wake(output);
	return n;
}

size_t vm_console_output_push(struct vm_console_output *output,
			      const uint8_t *data, size_t len)
{
	size_t taken;

	if (__atomic_load_n(&output->state, __ATOMIC_RELAXED) & FAILED)
		return len;
	taken = enqueue(output, data, len);
	if (taken == len)
		return len;
	/*
	 * Pairs with the exchange in tell_room(): a runner that made room
	 * before it could see the bit is caught by the second attempt, and one
	 * that failed and so will never look again, by its own bit.
	 */
	if (__atomic_fetch_or(&output->state, WAITING, __ATOMIC_SEQ_CST) &
	    FAILED)
		return len;
	taken += enqueue(output, data + taken, len - taken);
	return taken;
}

static void tell_room(struct vm_console_output *output)
{
	uint32_t state =
		__atomic_fetch_and(&output->state, ~WAITING, __ATOMIC_SEQ_CST);

	if (state & WAITING)
		output->room(output->ctx);
}

/* Whoever shares the terminal or pipe may have made it one that never blocks. */
static int wait_until_writable(int fd)
{
	struct pollfd file = { .fd = fd, .events = POLLOUT };

	return poll(&file, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

/* Writes once, up to the end of the ring.  Returns 0 or a negative errno. */
static int dequeue(struct vm_console_output *output, uint32_t len)
{
	uint32_t tail = output->tail, at = tail % VM_CONSOLE_OUTPUT_SIZE;
	uint32_t first = VM_CONSOLE_OUTPUT_SIZE - at;
	ssize_t n =
		write(output->fd, output->data + at, len < first ? len : first);

	if (n < 0 && errno == EAGAIN)
		return wait_until_writable(output->fd);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	/* Pairs with both loads of tail in enqueue(). */
	__atomic_store_n(&output->tail, tail + (uint32_t)n, __ATOMIC_SEQ_CST);
	tell_room(output);
	return 0;
}

int vm_console_output_run(struct vm_console_output *output)
{
	eventfd_t count;
	int r = 0;

	while (!r) {
		/*
		 * The state before the head, so that nothing pushed before a
		 * close is missed.
		 */
		uint32_t state =
			__atomic_load_n(&output->state, __ATOMIC_SEQ_CST);
		uint32_t len =
			__atomic_load_n(&output->head, __ATOMIC_SEQ_CST) -
			output->tail;

		if (len)
			r = dequeue(output, len);
		else if (state & CLOSED)
			return 0;
		else if (eventfd_read(output->wake_fd, &count) &&
			 errno != EINTR)
			r = -errno;
	}
	__atomic_fetch_or(&output->state, FAILED, __ATOMIC_SEQ_CST);
	tell_room(output);
	return r;
}

void vm_console_output_close(struct vm_console_output *output)
{
	__atomic_fetch_or(&output->state, CLOSED, __ATOMIC_SEQ_CST);
	wake(output);
}
