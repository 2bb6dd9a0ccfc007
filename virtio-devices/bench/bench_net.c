/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Frames through a network card.  The system calls that they take are the ones
 * below, which do nothing: the device finds the program's functions instead of
 * the C library's.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

#include <virtio-devices-testing/rig.h>
#include <virtio-devices/net.h>

#include "bench_net.h"

#define FRAME 1514
#define LEN   (VM_VIRTIO_NET_HEADER + FRAME)

#define RX    0
#define TX    1
#define RING  256u
#define BATCH 32

/* Frames that wait to be received. */
static unsigned int waiting;

ssize_t writev(int fd, const struct iovec *iov, int count)
{
	(void)fd;
	(void)iov;
	(void)count;
	return LEN;
}

ssize_t readv(int fd, const struct iovec *iov, int count)
{
	(void)fd;
	(void)count;
	if (!waiting) {
		errno = EAGAIN;
		return -1;
	}
	waiting--;
	memset(iov[0].iov_base, 0, iov[0].iov_len);
	return LEN;
}

int epoll_wait(int epoll_fd, struct epoll_event *events, int max, int timeout)
{
	(void)epoll_fd;
	(void)max;
	(void)timeout;
	events[0] = (struct epoll_event){ .events = EPOLLIN };
	return waiting ? 1 : 0;
}

struct setup {
	struct vm_virtio_rig rig;
	struct vm_virtio_device *device;
};

/* Offers a buffer for a frame, or a frame, with its header in one piece. */
static void offer(struct setup *setup, uint16_t queue, uint64_t number)
{
	const struct virtq_buf buf = { VM_VIRTIO_RIG_DATA + number * 0x800, LEN,
				       queue == RX };

	must(virtq_driver_add(setup->rig.drivers[queue], &buf, 1,
			      VIRTQ_DRIVER_DIRECT, number));
}

/* Lets the device know, if it wants to. */
static void publish(struct setup *setup, uint16_t queue)
{
	if (virtq_driver_publish(setup->rig.drivers[queue]))
		vm_virtio_device_notify(setup->device, queue);
}

static struct setup *setup_get(void)
{
	static struct setup setup;
	int fd;
	struct vm_virtio_net_config config = { .fds = &fd,
					       .mac = { 2, 0, 0, 0, 0, 1 } };
	struct vm_virtio_net *net;

	if (setup.device)
		return &setup;
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	must(fd < 0 ? -errno : 0);
	must(vm_virtio_rig_init(&setup.rig));
	config.host = vm_virtio_rig_host(&setup.rig);
	must(vm_virtio_net_new(&config, &net));
	setup.device = vm_virtio_net_device(net);
	must(vm_virtio_rig_attach(&setup.rig, setup.device));
	must(vm_virtio_rig_start(&setup.rig, VM_VIRTIO_RIG_SPLIT, RING));
	for (uint64_t i = 0; i < RING; i++)
		offer(&setup, RX, i);
	publish(&setup, RX);
	return &setup;
}

static struct virtq_driver_used take(struct setup *setup, uint16_t queue)
{
	struct virtq_driver_used used = { 0 };

	must(virtq_driver_get(setup->rig.drivers[queue], &used) == 1 ? 0
								     : -EIO);
	return used;
}

static void send_frames(struct setup *setup, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		offer(setup, TX, i);
	publish(setup, TX);
	for (unsigned int i = 0; i < count; i++)
		take(setup, TX);
	virtq_driver_enable_interrupts(setup->rig.drivers[TX], 0);
}

static void receive_frames(struct setup *setup, unsigned int count)
{
	waiting = count;
	vm_virtio_device_handle(setup->device);
	for (unsigned int i = 0; i < count; i++) {
		struct virtq_driver_used used = take(setup, RX);

		must(used.len == LEN ? 0 : -EIO);
		offer(setup, RX, used.token);
	}
	publish(setup, RX);
	virtq_driver_enable_interrupts(setup->rig.drivers[RX], 0);
}

void net_tx(uint64_t n)
{
	struct setup *setup = setup_get();

	while (n--)
		send_frames(setup, 1);
}

void net_tx_32(uint64_t n)
{
	struct setup *setup = setup_get();

	for (; n >= BATCH; n -= BATCH)
		send_frames(setup, BATCH);
	send_frames(setup, (unsigned int)n);
}

void net_rx(uint64_t n)
{
	struct setup *setup = setup_get();

	while (n--)
		receive_frames(setup, 1);
}

void net_rx_32(uint64_t n)
{
	struct setup *setup = setup_get();

	for (; n >= BATCH; n -= BATCH)
		receive_frames(setup, BATCH);
	receive_frames(setup, (unsigned int)n);
}
