/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What a clock model of vm-superio needs of the host. */
#ifndef REFERENCE_VMM_RTC_H
#define REFERENCE_VMM_RTC_H

#include <pthread.h>
#include <vm-device/word_device.h>
#include <vm-superio/clock.h>

struct vmm;

struct rtc {
	struct vmm *vmm;
	void (*tick)(void *model);
	struct vm_word_device port;
	pthread_mutex_t lock; /* of the model */
	int timer_fd;
};

/* For the model, with the struct rtc as its context. */
extern const struct vm_clock_ops rtc_clock_ops;

/*
 * Puts a model on the MMIO bus; @rtc's tick and port are filled in but for the
 * lock.  Returns 0 or a negative errno.
 */
int rtc_init(struct rtc *rtc, struct vmm *vmm, uint64_t gpa, uint64_t size);

/* When the event loop exists.  Returns 0 or a negative errno. */
int rtc_start(struct rtc *rtc);

/* Accepts a zeroed struct. */
void rtc_fini(struct rtc *rtc);

#endif
