/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <event-manager/event_manager.h>

/* Events taken from the kernel in one round. */
#define BATCH 16

/* No caller's, not even by mistake as -1 would be. */
#define NO_FD INT_MIN

struct vm_event_source {
	struct vm_event_source *next;
	int fd;
	vm_event_handler handler; /* NULL once removed */
	void *context;
};

/* The link that points at the source of @fd, or at the end of the list. */
static struct vm_event_source **find(struct vm_event_manager *manager, int fd)
{
	struct vm_event_source **link = &manager->sources;

	while (*link && (*link)->fd != fd)
		link = &(*link)->next;
	return link;
}

static void free_list(struct vm_event_source **list)
{
	while (*list) {
		struct vm_event_source *source = *list;

		*list = source->next;
		free(source);
	}
}

int vm_event_init(struct vm_event_manager *manager)
{
	struct epoll_event event = { .events = EPOLLIN }; /* no source */
	struct vm_event_manager made = { .is_open = true, .wake_fd = -1 };
	int r = 0;

	made.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (made.epoll_fd < 0)
		return -errno;
	made.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (made.wake_fd < 0 ||
	    epoll_ctl(made.epoll_fd, EPOLL_CTL_ADD, made.wake_fd, &event))
		r = -errno;
	if (r)
		vm_event_fini(&made);
	else
		*manager = made;
	return r;
}

void vm_event_fini(struct vm_event_manager *manager)
{
	if (!manager->is_open)
		return;
	free_list(&manager->sources);
	free_list(&manager->removed);
	close(manager->epoll_fd);
	if (manager->wake_fd >= 0)
		close(manager->wake_fd);
	*manager = (struct vm_event_manager){ .epoll_fd = -1, .wake_fd = -1 };
}

int vm_event_add(struct vm_event_manager *manager, int fd, uint32_t events,
		 vm_event_handler handler, void *context)
{
	struct epoll_event event = { .events = events };
	struct vm_event_source *source;

	if (!handler)
		return -EINVAL;
	source = calloc(1, sizeof(*source));
	if (!source)
		return -ENOMEM;
	event.data.ptr = source;
	if (epoll_ctl(manager->epoll_fd, EPOLL_CTL_ADD, fd, &event)) {
		int r = -errno;

		free(source);
		return r;
	}
	*source = (struct vm_event_source){ manager->sources, fd, handler,
					    context };
	manager->sources = source;
	manager->count++;
	return 0;
}

int vm_event_set(struct vm_event_manager *manager, int fd, uint32_t events)
{
	struct vm_event_source *source = *find(manager, fd);
	struct epoll_event event = { .events = events, .data.ptr = source };

	if (!source)
		return -ENOENT;
	if (epoll_ctl(manager->epoll_fd, EPOLL_CTL_MOD, fd, &event))
		return -errno;
	return 0;
}

int vm_event_remove(struct vm_event_manager *manager, int fd)
{
	struct vm_event_source **link = find(manager, fd);
	struct vm_event_source *source = *link;

	if (!source)
		return -ENOENT;
	source->handler = NULL;
	manager->count--;
	/*
	 * Closed already.  If a copy of the descriptor lives, so do its events,
	 * and they point here: the memory stays to the end.
	 */
	if (epoll_ctl(manager->epoll_fd, EPOLL_CTL_DEL, fd, NULL)) {
		source->fd = NO_FD;
		return 0;
	}
	/*
	 * The round that is being dispatched may hold an event of this source,
	 * so the memory lives on until the next round.
	 */
	*link = source->next;
	source->next = manager->removed;
	manager->removed = source;
	return 0;
}

void vm_event_wake(struct vm_event_manager *manager)
{
	/* Fails only when the counter is full, and then a wake is pending. */
	if (eventfd_write(manager->wake_fd, 1))
		return;
}

static void clear_wake(struct vm_event_manager *manager)
{
	eventfd_t count;

	/* It was readable, and nobody else reads it. */
	if (eventfd_read(manager->wake_fd, &count))
		return;
}

int vm_event_wait(struct vm_event_manager *manager, int timeout_ms)
{
	struct epoll_event events[BATCH];
	int n, called = 0;

	free_list(&manager->removed);
	n = epoll_wait(manager->epoll_fd, events, BATCH, timeout_ms);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		struct vm_event_source *source = events[i].data.ptr;

		if (!source) {
			clear_wake(manager);
		} else if (source->handler) {
			source->handler(source->context, events[i].events);
			called++;
		}
	}
	return called;
}
