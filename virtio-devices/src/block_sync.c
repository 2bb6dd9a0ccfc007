/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "block_internal.h"

static const uint8_t zeroes[0x10000];

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* One system call; returns bytes or a negative errno. */
static int64_t transfer(int fd, const struct vm_block_io *io,
			const struct iovec *iov, int count, uint64_t off)
{
	int flags = io->is_durable ? RWF_DSYNC : 0;
	ssize_t r;

	do {
		if (io->op == VM_BLOCK_READ)
			r = preadv(fd, iov, count, (off_t)off);
		else
			r = pwritev2(fd, iov, count, (off_t)off, flags);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	/* The image ends earlier than it did, or takes nothing. */
	return r ? r : -EIO;
}

/* Passes over the first @done bytes; returns how many elements are left. */
static int advance(struct iovec *iov, int count, uint64_t done)
{
	int i = 0;

	while (i < count && done >= iov[i].iov_len)
		done -= iov[i++].iov_len;
	if (i < count) {
		iov[i].iov_base = (uint8_t *)iov[i].iov_base + done;
		iov[i].iov_len -= done;
	}
	memmove(iov, iov + i, (size_t)(count - i) * sizeof(*iov));
	return count - i;
}

int block_sync_go_on(struct block_sync *sync, const struct vm_block_io *io,
		     uint64_t done)
{
	struct iovec iov[VM_BLOCK_MAX_IOV];
	int count = io->iov_count;
	uint64_t step = done;

	memcpy(iov, io->iov, (size_t)count * sizeof(*iov));
	while (done < io->len) {
		int64_t r;

		count = advance(iov, count, step);
		r = transfer(sync->image->fd, io, iov, count, io->off + done);
		if (r < 0)
			return (int)r;
		step = (uint64_t)r;
		done += step;
	}
	return 0;
}

/* The usual case is one call and no copy of the iovec. */
static int do_transfer(struct block_sync *sync, const struct vm_block_io *io)
{
	int64_t r;

	if (!io->len)
		return 0;
	r = transfer(sync->image->fd, io, io->iov, io->iov_count, io->off);
	if (r < 0)
		return (int)r;
	if ((uint64_t)r == io->len)
		return 0;
	return block_sync_go_on(sync, io, (uint64_t)r);
}

bool block_is_aligned(const struct vm_block_image *image,
		      const struct vm_block_io *io)
{
	uint32_t mask = image->buffer_align - 1;

	if (!image->is_direct)
		return true;
	for (int i = 0; i < io->iov_count; i++) {
		if ((uintptr_t)io->iov[i].iov_base & mask ||
		    io->iov[i].iov_len & mask)
			return false;
	}
	return true;
}

/* Copies between the bounce buffer and some bytes of the request's buffers. */
static void copy(const struct vm_block_io *io, uint64_t from, uint8_t *bounce,
		 size_t len)
{
	for (int i = 0; i < io->iov_count && len; i++) {
		const struct iovec *iov = &io->iov[i];
		size_t part;

		if (from >= iov->iov_len) {
			from -= iov->iov_len;
			continue;
		}
		part = (size_t)least(iov->iov_len - from, len);
		if (io->op == VM_BLOCK_READ)
			memcpy((uint8_t *)iov->iov_base + from, bounce, part);
		else
			memcpy(bounce, (uint8_t *)iov->iov_base + from, part);
		bounce += part;
		len -= part;
		from = 0;
	}
}

static int do_bounced(struct block_sync *sync, const struct vm_block_io *io)
{
	for (uint64_t done = 0; done < io->len;) {
		struct iovec iov = { sync->bounce,
				     least(io->len - done, BLOCK_BOUNCE_SIZE) };
		struct vm_block_io part = *io;
		int r;

		part.iov = &iov;
		part.iov_count = 1;
		part.off = io->off + done;
		part.len = iov.iov_len;
		if (io->op == VM_BLOCK_WRITE)
			copy(io, done, sync->bounce, iov.iov_len);
		r = do_transfer(sync, &part);
		if (r)
			return r;
		if (io->op == VM_BLOCK_READ)
			copy(io, done, sync->bounce, iov.iov_len);
		done += iov.iov_len;
	}
	return 0;
}

static int do_read_write(struct block_sync *sync, const struct vm_block_io *io)
{
	uint32_t mask = sync->image->block_size - 1;

	if (!sync->image->is_direct)
		return do_transfer(sync, io);
	/* The driver was told the block size; the kernel would refuse, too. */
	if ((io->off | io->len) & mask)
		return -EINVAL;
	return block_is_aligned(sync->image, io) ? do_transfer(sync, io)
						 : do_bounced(sync, io);
}

int block_sync_flush(const struct block_sync *sync)
{
	return fdatasync(sync->image->fd) ? -errno : 0;
}

static int allocate(const struct block_sync *sync, const struct vm_block_io *io,
		    int mode)
{
	int r;

	do {
		r = fallocate(sync->image->fd, mode | FALLOC_FL_KEEP_SIZE,
			      (off_t)io->off, (off_t)io->len);
	} while (r && errno == EINTR);
	return r ? -errno : 0;
}

static bool is_unsupported(int r)
{
	return r == -EOPNOTSUPP || r == -ENOSYS;
}

static int do_discard(const struct block_sync *sync,
		      const struct vm_block_io *io)
{
	int r = allocate(sync, io, FALLOC_FL_PUNCH_HOLE);

	/* Advice may be ignored. */
	return is_unsupported(r) ? 0 : r;
}

/* For file systems that cannot do it better. */
static int write_zeroes(struct block_sync *sync, const struct vm_block_io *io)
{
	/* Nothing writes to it; an iovec is not made for that. */
	union {
		const void *from;
		void *to;
	} source = { .from = zeroes };

	for (uint64_t done = 0; done < io->len;) {
		struct iovec iov = { source.to,
				     least(io->len - done, sizeof(zeroes)) };
		struct vm_block_io part = { .op = VM_BLOCK_WRITE,
					    .iov = &iov,
					    .iov_count = 1,
					    .off = io->off + done,
					    .len = iov.iov_len };
		int r = do_read_write(sync, &part);

		if (r)
			return r;
		done += iov.iov_len;
	}
	return 0;
}

static int do_write_zeroes(struct block_sync *sync,
			   const struct vm_block_io *io)
{
	int r = allocate(sync, io,
			 io->may_unmap ? FALLOC_FL_PUNCH_HOLE
				       : FALLOC_FL_ZERO_RANGE);

	return is_unsupported(r) ? write_zeroes(sync, io) : r;
}

/* The calls that change a disk without a flag for durability. */
static int do_range(struct block_sync *sync, const struct vm_block_io *io)
{
	int r;

	if (!io->len)
		return 0;
	r = io->op == VM_BLOCK_DISCARD ? do_discard(sync, io)
				       : do_write_zeroes(sync, io);
	return r || !io->is_durable ? r : block_sync_flush(sync);
}

int block_sync_do(struct block_sync *sync, const struct vm_block_io *io)
{
	switch (io->op) {
	case VM_BLOCK_READ:
	case VM_BLOCK_WRITE:
		return do_read_write(sync, io);
	case VM_BLOCK_FLUSH:
		return block_sync_flush(sync);
	case VM_BLOCK_DISCARD:
	case VM_BLOCK_WRITE_ZEROES:
		return do_range(sync, io);
	}
	return -EINVAL;
}

int block_sync_init(struct block_sync *sync, const struct vm_block_image *image)
{
	*sync = (struct block_sync){ .image = image };
	if (!image->is_direct)
		return 0;
	sync->bounce = aligned_alloc(image->buffer_align, BLOCK_BOUNCE_SIZE);
	return sync->bounce ? 0 : -ENOMEM;
}

void block_sync_fini(struct block_sync *sync)
{
	free(sync->bounce);
}

static bool submit(void *impl, struct vm_block_io *io)
{
	io->result = block_sync_do(impl, io);
	return true;
}

static void sync_free(void *impl)
{
	block_sync_fini(impl);
	free(impl);
}

static const struct vm_block_engine_ops sync_ops = {
	.submit = submit,
	.free = sync_free,
};

int vm_block_sync_new(const struct vm_block_image *image,
		      struct vm_block_engine *ret_engine)
{
	struct block_sync *sync = malloc(sizeof(*sync));

	if (!sync || block_sync_init(sync, image)) {
		free(sync);
		return -ENOMEM;
	}
	*ret_engine = (struct vm_block_engine){ &sync_ops, sync };
	return 0;
}
