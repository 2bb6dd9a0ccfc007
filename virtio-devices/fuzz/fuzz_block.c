/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A disk of three queues on a file in memory.  The first byte of the input
 * chooses between an engine that is done at once and one that is done when the
 * device looks again.
 */
#include <sys/mman.h>
#include <unistd.h>

#include <virtio-devices/block.h>

#include "guest.h"

#define DISK_SIZE 0x8000

static struct vm_block_image image;
static struct vm_block_engine direct;

static struct vm_block_io *waiting[VM_BLOCK_DEPTH];
static unsigned int waiting_count;

/* What a device promises to its engine. */
static void check(const struct vm_block_io *io)
{
	uint64_t len = 0;

	MUST(io->iov_count >= 0 && io->iov_count <= VM_BLOCK_MAX_IOV);
	for (int i = 0; i < io->iov_count; i++)
		len += io->iov[i].iov_len;
	if (io->op == VM_BLOCK_READ || io->op == VM_BLOCK_WRITE)
		MUST(len == io->len);
	MUST(io->off % VM_BLOCK_SECTOR == 0 && io->len % VM_BLOCK_SECTOR == 0);
	MUST(io->off <= DISK_SIZE && io->len <= DISK_SIZE - io->off);
}

static bool submit_now(void *impl, struct vm_block_io *io)
{
	(void)impl;
	check(io);
	return direct.ops->submit(direct.impl, io);
}

static bool submit_later(void *impl, struct vm_block_io *io)
{
	(void)impl;
	check(io);
	MUST(waiting_count < VM_BLOCK_DEPTH);
	waiting[waiting_count++] = io;
	return false;
}

/* Every other time it has nothing, unless it is waited for. */
static struct vm_block_io *reap_later(void *impl, bool wait)
{
	static bool is_ready;
	struct vm_block_io *io;

	(void)impl;
	is_ready = !is_ready;
	if (!waiting_count || (!is_ready && !wait))
		return NULL;
	/* The last one first: the order is not the driver's. */
	io = waiting[--waiting_count];
	direct.ops->submit(direct.impl, io);
	return io;
}

static void free_nothing(void *impl)
{
	(void)impl;
}

static const struct vm_block_engine_ops now_ops = {
	.submit = submit_now,
	.free = free_nothing,
};

static const struct vm_block_engine_ops later_ops = {
	.submit = submit_later,
	.reap = reap_later,
	.free = free_nothing,
};

static void open_disk(void)
{
	int fd = memfd_create("disk", MFD_CLOEXEC);

	MUST(fd >= 0);
	MUST(!ftruncate(fd, DISK_SIZE));
	MUST(!vm_block_image_open_fd(&image, fd, 0));
	MUST(!vm_block_sync_new(&image, &direct));
	close(fd);
}

static void plug(struct guest *guest, const struct vm_block_engine_ops *ops)
{
	struct vm_virtio_block_config config = {
		.image = &image,
		.engine = { .ops = ops },
		.queue_count = 3,
		.queue_size = 32,
	};
	struct vm_virtio_block *block;

	config.host = guest_init(guest);
	MUST(!vm_virtio_block_new(&config, &block));
	guest_attach(guest, vm_virtio_block_device(block));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct guest guests[2];

	if (!guests[0].mem) {
		open_disk();
		plug(&guests[0], &now_ops);
		plug(&guests[1], &later_ops);
	}
	if (size)
		guest_fuzz(&guests[data[0] & 1], data + 1, size - 1);
	MUST(!waiting_count);
	return 0;
}
