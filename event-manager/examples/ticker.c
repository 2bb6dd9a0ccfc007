/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Counts three ticks of a timer. */
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <event-manager/event_manager.h>

struct ticker {
	int fd;
	uint64_t ticks;
};

static void tick(void *context, uint32_t events)
{
	struct ticker *ticker = context;
	uint64_t expired;

	(void)events;
	if (read(ticker->fd, &expired, sizeof(expired)) == sizeof(expired))
		ticker->ticks += expired;
}

int main(void)
{
	struct itimerspec every_ms = { { 0, 1000000 }, { 0, 1000000 } };
	struct ticker ticker = { timerfd_create(CLOCK_MONOTONIC, 0), 0 };
	struct vm_event_manager manager;
	int r;

	if (timerfd_settime(ticker.fd, 0, &every_ms, NULL) ||
	    vm_event_init(&manager))
		return 1;
	r = vm_event_add(&manager, ticker.fd, EPOLLIN, tick, &ticker);
	while (r >= 0 && ticker.ticks < 3)
		r = vm_event_wait(&manager, 1000);
	vm_event_fini(&manager);
	close(ticker.fd);
	printf("%lu ticks\n", (unsigned long)ticker.ticks);
	return r < 0;
}
