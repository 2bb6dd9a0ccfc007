/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "rtc.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "vmm.h"

#define NS_PER_S UINT64_C(1000000000)

static uint64_t now(void *context)
{
	struct timespec time;

	(void)context;
	clock_gettime(CLOCK_REALTIME, &time);
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

static void irq(void *context, bool level)
{
	struct rtc *rtc = context;

	machine_set_irq(rtc->vmm, RTC_IRQ, level);
}

static void alarm_at(void *context, uint64_t at_ns)
{
	struct rtc *rtc = context;
	struct itimerspec when = { .it_value.tv_sec = 0 };

	if (at_ns != VM_CLOCK_NEVER) {
		when.it_value.tv_sec = (time_t)(at_ns / NS_PER_S);
		when.it_value.tv_nsec = (long)(at_ns % NS_PER_S);
	}
	/* A clock that is set ends the wait too, and then the model looks. */
	timerfd_settime(rtc->timer_fd,
			TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &when,
			NULL);
}

const struct vm_clock_ops rtc_clock_ops = { now, irq, alarm_at };

static void timer_came(void *context, uint32_t events)
{
	struct rtc *rtc = context;
	uint64_t count;

	(void)events;
	if (read(rtc->timer_fd, &count, sizeof(count)) < 0 && errno == EAGAIN)
		return;
	pthread_mutex_lock(&rtc->lock);
	rtc->tick(rtc->port.model);
	pthread_mutex_unlock(&rtc->lock);
}

int rtc_init(struct rtc *rtc, struct vmm *vmm, uint64_t gpa, uint64_t size)
{
	struct vm_bus_range range = { gpa, size, &vm_word_device_ops,
				      &rtc->port };

	rtc->vmm = vmm;
	rtc->port.lock = &rtc->lock;
	pthread_mutex_init(&rtc->lock, NULL);
	rtc->timer_fd =
		timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (rtc->timer_fd < 0)
		return -errno;
	return vm_bus_add(&vmm->mmio, &range);
}

int rtc_start(struct rtc *rtc)
{
	return vm_event_add(&rtc->vmm->events, rtc->timer_fd, EPOLLIN,
			    timer_came, rtc);
}

void rtc_fini(struct rtc *rtc)
{
	if (rtc->timer_fd > 0)
		close(rtc->timer_fd);
}
