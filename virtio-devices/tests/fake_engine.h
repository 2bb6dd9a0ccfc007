/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * An engine whose requests complete when the test says so, and as it says, by
 * way of the engine of system calls.
 */
#ifndef VIRTIO_DEVICES_TESTS_FAKE_ENGINE_H
#define VIRTIO_DEVICES_TESTS_FAKE_ENGINE_H

#include <poll.h>
#include <sys/eventfd.h>

#include "block_support.h"

/**
 * struct fake_engine - see above
 * @real: does the work
 * @waiting: requests that were submitted, @count of them, in order
 * @done: how many of the first ones have completed
 * @fail: result of the next requests instead of the real one, if not 0
 * @fd: readable while a completed request waits
 * @starts: calls of start
 * @last: a copy of the last request
 */
struct fake_engine {
	struct vm_block_engine real;
	struct vm_block_io *waiting[VM_BLOCK_DEPTH];
	unsigned int count;
	unsigned int done;
	int fail;
	int fd;
	unsigned int starts;
	struct vm_block_io last;
};

static inline bool fake_submit(void *impl, struct vm_block_io *io)
{
	struct fake_engine *fake = impl;

	ck_assert_uint_lt(fake->count, VM_BLOCK_DEPTH);
	fake->last = *io;
	fake->waiting[fake->count++] = io;
	return false;
}

static inline void fake_start(void *impl)
{
	struct fake_engine *fake = impl;

	fake->starts++;
}

static inline void fake_perform(struct fake_engine *fake,
				struct vm_block_io *io)
{
	fake->real.ops->submit(fake->real.impl, io);
	if (fake->fail)
		io->result = fake->fail;
}

/* Lets the first @count of the waiting requests complete. */
static inline void fake_complete(struct fake_engine *fake, unsigned int count)
{
	ck_assert_uint_le(fake->done + count, fake->count);
	while (count--)
		fake_perform(fake, fake->waiting[fake->done++]);
	ck_assert_int_eq(eventfd_write(fake->fd, 1), 0);
}

static inline struct vm_block_io *fake_reap(void *impl, bool wait)
{
	struct fake_engine *fake = impl;
	struct vm_block_io *io = fake->waiting[0];
	eventfd_t value;

	if (wait && !fake->done && fake->count)
		fake_complete(fake, 1);
	if (!fake->done)
		return NULL;
	memmove(fake->waiting, fake->waiting + 1,
		--fake->count * sizeof(fake->waiting[0]));
	if (!--fake->done)
		ck_assert_int_eq(eventfd_read(fake->fd, &value), 0);
	return io;
}

static inline int fake_fd(void *impl)
{
	const struct fake_engine *fake = impl;

	return fake->fd;
}

static inline void fake_free(void *impl)
{
	struct fake_engine *fake = impl;

	ck_assert_uint_eq(fake->count, 0);
	vm_block_engine_free(&fake->real);
	close(fake->fd);
	free(fake);
}

static const struct vm_block_engine_ops fake_ops = {
	.submit = fake_submit,
	.start = fake_start,
	.reap = fake_reap,
	.fd = fake_fd,
	.free = fake_free,
};

/* Gives a disk that is not plugged in yet such an engine. */
static inline struct fake_engine *fake_install(struct disk *disk)
{
	struct fake_engine *fake = calloc(1, sizeof(*fake));

	ck_assert_ptr_nonnull(fake);
	fake->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ck_assert_int_eq(vm_block_sync_new(&disk->image, &fake->real), 0);
	disk->config.engine = (struct vm_block_engine){ &fake_ops, fake };
	return fake;
}

/* A disk on an engine that the test completes. */
static inline struct fake_engine *slow_init(struct disk *disk,
					    uint16_t queue_count)
{
	struct fake_engine *fake;

	disk_open(disk, 0);
	disk->config.queue_count = queue_count;
	fake = fake_install(disk);
	disk_plug(disk);
	ck_assert_int_eq(
		vm_virtio_rig_start(&disk->rig, VM_VIRTIO_RIG_SPLIT, 256), 0);
	return fake;
}

#endif
