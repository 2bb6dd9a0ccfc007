/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "virtio.h"

#include <errno.h>
#include <kvm-ioctls/irq.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "vmm.h"

/* How long who wants to know of a device waits for it. */
#define LOCK_SECONDS 1

static const struct {
	const char *name;
	int (*make)(struct virtio *virtio, char *value);
} types[] = {
	[DEVICE_DISK] = { "disk", disk_new },
	[DEVICE_NET] = { "net", net_new },
	[DEVICE_RNG] = { "rng", rng_new },
	[DEVICE_CONSOLE] = { "console", console_new },
	[DEVICE_VSOCK] = { "vsock", vsock_new },
	[DEVICE_BALLOON] = { "balloon", balloon_new },
};

uint64_t virtio_address(unsigned int index)
{
	return VIRTIO_BASE + (uint64_t)index * VM_VIRTIO_MMIO_SIZE;
}

static void signal_fd(int fd)
{
	/* Fails only when the counter is full, and then it is readable. */
	if (eventfd_write(fd, 1))
		return;
}

static void kick(void *context, uint16_t queue)
{
	struct virtio *virtio = context;

	signal_fd(virtio->queues[queue].fd);
}

struct vm_virtio_host virtio_host(struct virtio *virtio)
{
	return (struct vm_virtio_host){
		.mem = virtio->vmm->mem,
		.kick = kick,
		.context = virtio,
	};
}

static void set_irq(void *context, bool level)
{
	struct virtio *virtio = context;

	if (virtio->irq_fd < 0)
		machine_set_irq(virtio->vmm, virtio->irq, level);
	else if (level)
		signal_fd(virtio->irq_fd);
}

static void queue_is_notified(void *context, uint32_t events)
{
	struct virtio_queue *queue = context;

	(void)events;
	pthread_mutex_lock(&queue->virtio->lock);
	vm_virtio_device_notify(queue->virtio->device, queue->index);
	pthread_mutex_unlock(&queue->virtio->lock);
}

static void device_is_ready(void *context, uint32_t events)
{
	struct virtio *virtio = context;

	(void)events;
	pthread_mutex_lock(&virtio->lock);
	vm_virtio_device_handle(virtio->device);
	pthread_mutex_unlock(&virtio->lock);
}

static int init_queues(struct virtio *virtio)
{
	uint16_t count = virtio->device->queue_count;
	int r = 0;

	virtio->queues = calloc(count, sizeof(*virtio->queues));
	if (!virtio->queues)
		return -ENOMEM;
	for (uint16_t i = 0; i < count && !r; i++) {
		struct virtio_queue *queue = &virtio->queues[i];

		queue->virtio = virtio;
		queue->index = i;
		queue->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (queue->fd < 0)
			return -errno;
		virtio->queue_count = i + 1;
		/* By edges, so that nobody has to read the counter. */
		r = vm_event_add(&virtio->events, queue->fd, EPOLLIN | EPOLLET,
				 queue_is_notified, queue);
	}
	return r;
}

static int init_device(struct virtio *virtio)
{
	const struct vm_virtio_mmio_config config = {
		.device = virtio->device,
		.lock = &virtio->lock,
		.irq = set_irq,
		.irq_context = virtio,
	};
	int fd = vm_virtio_device_fd(virtio->device), r;

	r = vm_event_init(&virtio->events);
	if (!r)
		r = init_queues(virtio);
	if (!r && fd >= 0)
		r = vm_event_add(&virtio->events, fd, EPOLLIN, device_is_ready,
				 virtio);
	return r ? r : vm_virtio_mmio_init(&virtio->mmio, &config);
}

int virtio_init(struct vmm *vmm)
{
	const struct options *options = vmm->options;
	int r = OPTIONS_RUN;

	for (unsigned int i = 0; i < options->device_count; i++) {
		const struct device_option *option = &options->devices[i];
		struct virtio *virtio = &vmm->virtio[i];

		virtio->vmm = vmm;
		virtio->irq = VIRTIO_IRQ + i;
		virtio->irq_fd = -1;
		pthread_mutex_init(&virtio->lock, NULL);
		snprintf(virtio->name, sizeof(virtio->name), "%s %u",
			 types[option->kind].name, i);
		r = types[option->kind].make(virtio, option->value);
		if (r != OPTIONS_RUN)
			return r;
		r = init_device(virtio);
		if (r)
			return host_error(virtio->name, r);
	}
	return OPTIONS_RUN;
}

static int connect_irq(struct virtio *virtio)
{
	if (!VIRTIO_HAS_IRQFD)
		return 0;
	virtio->irq_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (virtio->irq_fd < 0)
		return -errno;
	return kvm_vm_add_irqfd(&virtio->vmm->vm, virtio->irq_fd, virtio->irq);
}

/* Spares the exits for notifications. */
static int connect_queues(struct virtio *virtio, uint64_t address)
{
	struct kvm_ioevent event = {
		.space = KVM_IOEVENT_MMIO,
		.len = 4,
		.addr = address + VM_VIRTIO_MMIO_QUEUE_NOTIFY,
		.match = true,
	};
	int r = 0;

	for (unsigned int i = 0; i < virtio->queue_count && !r; i++) {
		event.value = i;
		r = kvm_vm_add_ioeventfd(&virtio->vmm->vm, &event,
					 virtio->queues[i].fd);
	}
	return r;
}

int virtio_connect(struct vmm *vmm)
{
	static const struct vm_bus_ops ops = { vm_virtio_mmio_read,
					       vm_virtio_mmio_write };

	for (unsigned int i = 0; i < vmm->options->device_count; i++) {
		struct virtio *virtio = &vmm->virtio[i];
		const struct vm_bus_range range = { virtio_address(i),
						    VM_VIRTIO_MMIO_SIZE, &ops,
						    &virtio->mmio };
		int r = connect_irq(virtio);

		if (!r)
			r = connect_queues(virtio, range.base);
		if (r)
			return vmm_kvm_failed(virtio->name, &vmm->vm.handle, r);
		r = vm_bus_add(&vmm->mmio, &range);
		if (r)
			return host_error(virtio->name, r);
	}
	return OPTIONS_RUN;
}

static void *serve(void *context)
{
	struct virtio *virtio = context;
	int r;

	while (!atomic_load(&virtio->is_stopped)) {
		r = vm_event_wait(&virtio->events, -1);
		if (r < 0) {
			vmm_end(virtio->vmm, host_error(virtio->name, r));
			break;
		}
	}
	return NULL;
}

int virtio_start(struct vmm *vmm)
{
	for (unsigned int i = 0; i < vmm->options->device_count; i++) {
		struct virtio *virtio = &vmm->virtio[i];
		int r = virtio->start ? virtio->start(virtio) : OPTIONS_RUN;

		if (r != OPTIONS_RUN)
			return r;
		r = pthread_create(&virtio->thread, NULL, serve, virtio);
		if (r)
			return host_error(virtio->name, -r);
		virtio->has_thread = true;
	}
	return OPTIONS_RUN;
}

void virtio_stop(struct vmm *vmm)
{
	for (unsigned int i = 0; i < vmm->options->device_count; i++) {
		struct virtio *virtio = &vmm->virtio[i];

		if (!virtio->has_thread)
			continue;
		atomic_store(&virtio->is_stopped, true);
		vm_event_wake(&virtio->events);
		pthread_join(virtio->thread, NULL);
	}
}

void virtio_resize(struct vmm *vmm)
{
	for (unsigned int i = 0; i < vmm->options->device_count; i++) {
		if (vmm->virtio[i].resize)
			vmm->virtio[i].resize(&vmm->virtio[i]);
	}
}

/* A device keeps its lock for long only if the host's file does not answer. */
static bool lock_in_time(struct virtio *virtio)
{
	struct timespec deadline;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += LOCK_SECONDS;
	return !pthread_mutex_timedlock(&virtio->lock, &deadline);
}

static void print_stats(struct virtio *virtio)
{
	char line[VM_VIRTIO_STATS_LINE];

	if (!lock_in_time(virtio)) {
		say("%s: waits for its file", virtio->name);
		return;
	}
	vm_virtio_stats_format(&virtio->device->stats, line, sizeof(line));
	pthread_mutex_unlock(&virtio->lock);
	say("%s: %s", virtio->name, line);
}

void virtio_print_stats(struct vmm *vmm)
{
	for (unsigned int i = 0; i < vmm->options->device_count; i++)
		print_stats(&vmm->virtio[i]);
}

static void free_queues(struct virtio *virtio)
{
	for (unsigned int i = 0; i < virtio->queue_count; i++)
		close(virtio->queues[i].fd);
	free(virtio->queues);
}

void virtio_fini(struct vmm *vmm)
{
	for (unsigned int i = 0; i < vmm->options->device_count; i++) {
		struct virtio *virtio = &vmm->virtio[i];

		if (!virtio->vmm)
			return;
		/* A console's last output is still on its way, by a thread. */
		pthread_mutex_lock(&virtio->lock);
		vm_virtio_mmio_fini(&virtio->mmio);
		pthread_mutex_unlock(&virtio->lock);
		vm_event_fini(&virtio->events);
		if (virtio->free)
			virtio->free(virtio->impl);
		free_queues(virtio);
		if (virtio->irq_fd >= 0)
			close(virtio->irq_fd);
	}
}
