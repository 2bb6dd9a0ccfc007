/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What a card waits for: frames, a descriptor that takes frames again, and the
 * time at which a rate allows more.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#include "net_internal.h"

#define NS_PER_S UINT64_C(1000000000)

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

bool net_is_throttled(struct vm_virtio_net *net, struct net_rate *rate)
{
	struct itimerspec timer = { 0 };
	uint64_t wait;

	if (rate->timer_fd < 0)
		return false;
	wait = vm_rate_limiter_wait(&rate->limiter, now_ns());
	if (!wait)
		return false;
	timer.it_value.tv_sec = (time_t)(wait / NS_PER_S);
	timer.it_value.tv_nsec = (long)(wait % NS_PER_S);
	timerfd_settime(rate->timer_fd, 0, &timer, NULL);
	rate->throttled |= UINT64_C(1) << net->serving;
	net->device.stats.throttled++;
	return true;
}

int net_poll_fd(const struct vm_virtio_net *net, int operation, int fd,
		uint32_t events, uint32_t number)
{
	struct epoll_event event = { .events = events | EPOLLET,
				     .data.u32 = number };

	return epoll_ctl(net->epoll_fd, operation, fd, &event) ? -errno : 0;
}

void net_set_blocked(struct vm_virtio_net *net, struct net_pair *pair,
		     bool is_blocked)
{
	uint32_t events = is_blocked ? EPOLLIN | EPOLLOUT : EPOLLIN;

	if (pair->is_blocked == is_blocked)
		return;
	pair->is_blocked = is_blocked;
	/* It can only fail for a descriptor that is not there. */
	(void)!net_poll_fd(net, EPOLL_CTL_MOD, pair->fd, events,
			   (uint32_t)(pair - net->pairs));
}

int net_rate_init(struct vm_virtio_net *net, struct net_rate *rate,
		  const struct vm_rate_limit *bytes,
		  const struct vm_rate_limit *ops, uint32_t number)
{
	int r = vm_rate_limiter_init(&rate->limiter, bytes, ops, now_ns());

	if (r || !vm_rate_limiter_is_limited(&rate->limiter))
		return r;
	rate->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (rate->timer_fd < 0)
		return -errno;
	return net_poll_fd(net, EPOLL_CTL_ADD, rate->timer_fd, EPOLLIN, number);
}

/* Serves a queue whose obstacle is gone. */
static void resume(struct vm_virtio_net *net, uint16_t queue)
{
	if (vm_virtio_device_is_running(&net->device) &&
	    virtq_is_active(&net->queues[queue].vq))
		net->device.type->notify(&net->device, queue);
}

static void on_pair(struct vm_virtio_net *net, uint16_t index, uint32_t events)
{
	struct net_pair *pair = &net->pairs[index];

	if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) {
		pair->has_frames = true;
		resume(net, (uint16_t)(2 * index));
	}
	if (pair->is_blocked && events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) {
		net_set_blocked(net, pair, false);
		resume(net, (uint16_t)(2 * index + 1));
	}
}

static void on_timer(struct vm_virtio_net *net, struct net_rate *rate)
{
	uint64_t throttled = rate->throttled;

	rate->throttled = 0;
	for (uint16_t i = 0; i < net->device.queue_count; i++) {
		if (throttled >> i & 1)
			resume(net, i);
	}
}

void net_handle(struct vm_virtio_device *device)
{
	struct vm_virtio_net *net = device->impl;
	struct epoll_event events[NET_EVENT_COUNT];
	int count = epoll_wait(net->epoll_fd, events, NET_EVENT_COUNT, 0);

	for (int i = 0; i < count; i++) {
		uint32_t number = events[i].data.u32;

		if (number == NET_EVENT_RX_TIMER)
			on_timer(net, &net->rx_rate);
		else if (number == NET_EVENT_TX_TIMER)
			on_timer(net, &net->tx_rate);
		else
			on_pair(net, (uint16_t)number, events[i].events);
	}
}
