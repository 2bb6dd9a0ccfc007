/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The virtio devices of the machine: each has a place on the MMIO bus, an
 * interrupt, and a thread of its own, so that none waits for another's host.
 */
#ifndef REFERENCE_VMM_VIRTIO_H
#define REFERENCE_VMM_VIRTIO_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <event-manager/event_manager.h>
#include <virtio-devices/mmio.h>

#include "options.h"

struct vmm;
struct virtio;

/* What host.kick() and the driver's notifications come to. */
struct virtio_queue {
	struct virtio *virtio;
	uint16_t index;
	int fd; /* ioeventfd */
};

struct virtio {
	struct vmm *vmm;
	char name[32]; /* for messages, such as "disk 0" */
	struct vm_virtio_device *device; /* what the type made, or NULL */
	void *impl; /* the type's own */
	void (*free)(void *impl);
	int (*start)(struct virtio *virtio); /* with the event loop, or NULL */
	void (*resize)(struct virtio *virtio); /* the terminal, or NULL */
	pthread_mutex_t lock; /* of device */
	struct vm_virtio_mmio mmio;
	unsigned int irq;
	int irq_fd; /* irqfd, or -1: by machine_set_irq() */
	struct virtio_queue *queues;
	unsigned int queue_count;
	struct vm_event_manager events;
	pthread_t thread;
	bool has_thread;
	atomic_bool is_stopped;
};

/* What a type begins with; the index of a device is that of its option. */
struct vm_virtio_host virtio_host(struct virtio *virtio);

/* Where the registers of a device are. */
uint64_t virtio_address(unsigned int index);

/* Makes the devices that the options name; KVM is not needed. */
int virtio_init(struct vmm *vmm);

/* Puts them on the bus, when the interrupt controller is there. */
int virtio_connect(struct vmm *vmm);

/* Starts and ends their threads. */
int virtio_start(struct vmm *vmm);
void virtio_stop(struct vmm *vmm);

/* The terminal has another size. */
void virtio_resize(struct vmm *vmm);

/* A line on stderr for each device. */
void virtio_print_stats(struct vmm *vmm);

/* Frees them all; accepts a machine that never saw virtio_init(). */
void virtio_fini(struct vmm *vmm);

/* The types.  Each fills in device, impl and free, or has said what failed. */
int disk_new(struct virtio *virtio, char *value);
int net_new(struct virtio *virtio, char *value);
int rng_new(struct virtio *virtio, char *value);
int console_new(struct virtio *virtio, char *value);
int vsock_new(struct virtio *virtio, char *value);
int balloon_new(struct virtio *virtio, char *value);

#endif
