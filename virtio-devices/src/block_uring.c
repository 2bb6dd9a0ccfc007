/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdlib.h>

#include "block_internal.h"

/*
 * The ring has an entry for every request that may be in flight, and twice as
 * many completions, so neither side can be full.
 */
struct uring {
	struct io_uring ring;
	struct block_sync sync;
	const struct vm_block_image *image;
};

/* How often a submission that fails for want of memory is tried again. */
#define MAX_TRIES 1000

static void prepare_read(struct io_uring_sqe *sqe, int fd,
			 const struct vm_block_io *io)
{
	if (io->iov_count == 1)
		io_uring_prep_read(sqe, fd, io->iov[0].iov_base,
				   (unsigned int)io->len, io->off);
	else
		io_uring_prep_readv(sqe, fd, io->iov,
				    (unsigned int)io->iov_count, io->off);
}

static void prepare_write(struct io_uring_sqe *sqe, int fd,
			  const struct vm_block_io *io)
{
	if (io->iov_count == 1)
		io_uring_prep_write(sqe, fd, io->iov[0].iov_base,
				    (unsigned int)io->len, io->off);
	else
		io_uring_prep_writev(sqe, fd, io->iov,
				     (unsigned int)io->iov_count, io->off);
	sqe->rw_flags = io->is_durable ? RWF_DSYNC : 0;
}

static void prepare_range(struct io_uring_sqe *sqe, int fd,
			  const struct vm_block_io *io)
{
	int mode = FALLOC_FL_PUNCH_HOLE;

	if (io->op == VM_BLOCK_WRITE_ZEROES && !io->may_unmap)
		mode = FALLOC_FL_ZERO_RANGE;
	io_uring_prep_fallocate(sqe, fd, mode | FALLOC_FL_KEEP_SIZE,
				(off_t)io->off, (off_t)io->len);
}

static void prepare(struct io_uring_sqe *sqe, int fd, struct vm_block_io *io)
{
	switch (io->op) {
	case VM_BLOCK_READ:
		prepare_read(sqe, fd, io);
		break;
	case VM_BLOCK_WRITE:
		prepare_write(sqe, fd, io);
		break;
	case VM_BLOCK_FLUSH:
		io_uring_prep_fsync(sqe, fd, IORING_FSYNC_DATASYNC);
		break;
	case VM_BLOCK_DISCARD:
	case VM_BLOCK_WRITE_ZEROES:
		prepare_range(sqe, fd, io);
		break;
	}
	io_uring_sqe_set_data(sqe, io);
}

static bool is_transfer(const struct vm_block_io *io)
{
	return io->op == VM_BLOCK_READ || io->op == VM_BLOCK_WRITE;
}

/* O_DIRECT with buffers or a place that the kernel would refuse. */
static bool needs_help(const struct uring *uring, const struct vm_block_io *io)
{
	const struct vm_block_image *image = uring->image;

	if (!image->is_direct || !is_transfer(io))
		return false;
	return (io->off | io->len) & (image->block_size - 1) ||
	       !block_is_aligned(image, io);
}

static bool submit(void *impl, struct vm_block_io *io)
{
	struct uring *uring = impl;
	struct io_uring_sqe *sqe = NULL;

	if (io->op != VM_BLOCK_FLUSH && !io->len) {
		io->result = 0;
		return true;
	}
	if (!needs_help(uring, io))
		sqe = io_uring_get_sqe(&uring->ring);
	if (!sqe) {
		io->result = block_sync_do(&uring->sync, io);
		return true;
	}
	prepare(sqe, uring->image->fd, io);
	return false;
}

/* The kernel may take fewer than all at a time. */
static void start(void *impl)
{
	struct uring *uring = impl;
	int tries = 0;

	while (io_uring_sq_ready(&uring->ring) && tries < MAX_TRIES) {
		if (io_uring_submit(&uring->ring) < 0)
			tries++;
	}
}

/* The kernel did not try, or will never: do it here. */
static bool is_undone(const struct vm_block_io *io, int result)
{
	switch (result) {
	case -EAGAIN:
	case -EINTR:
	case -ECANCELED:
		return true;
	case -EOPNOTSUPP:
		/* Advice may be ignored, and zeros can be written. */
		return !is_transfer(io) && io->op != VM_BLOCK_FLUSH;
	default:
		return false;
	}
}

static int finish(struct uring *uring, const struct vm_block_io *io, int result)
{
	if (is_undone(io, result))
		return block_sync_do(&uring->sync, io);
	if (result < 0)
		return result;
	if (is_transfer(io)) {
		if (!result)
			return -EIO; /* the image ends earlier than it did */
		return block_sync_go_on(&uring->sync, io, (uint64_t)result);
	}
	if (io->op != VM_BLOCK_FLUSH && io->is_durable)
		return block_sync_flush(&uring->sync);
	return 0;
}

static struct io_uring_cqe *next_completion(struct uring *uring, bool wait)
{
	struct io_uring_cqe *cqe;
	int r = io_uring_peek_cqe(&uring->ring, &cqe);

	if (!r)
		return cqe;
	if (!wait)
		return NULL;
	start(uring);
	do {
		r = io_uring_wait_cqe(&uring->ring, &cqe);
	} while (r == -EINTR || r == -EAGAIN);
	return r ? NULL : cqe;
}

static struct vm_block_io *reap(void *impl, bool wait)
{
	struct uring *uring = impl;
	struct io_uring_cqe *cqe = next_completion(uring, wait);
	struct vm_block_io *io;
	int result;

	if (!cqe)
		return NULL;
	io = io_uring_cqe_get_data(cqe);
	result = cqe->res;
	io_uring_cqe_seen(&uring->ring, cqe);
	io->result = finish(uring, io, result);
	return io;
}

/* Readable while there is a completion. */
static int get_fd(void *impl)
{
	const struct uring *uring = impl;

	return uring->ring.ring_fd;
}

static void uring_free(void *impl)
{
	struct uring *uring = impl;

	io_uring_queue_exit(&uring->ring);
	block_sync_fini(&uring->sync);
	free(uring);
}

static const struct vm_block_engine_ops uring_ops = {
	.submit = submit,
	.start = start,
	.reap = reap,
	.fd = get_fd,
	.free = uring_free,
};

static bool has_operations(struct io_uring *ring)
{
	static const int needed[] = {
		IORING_OP_READ,	  IORING_OP_READV, IORING_OP_WRITE,
		IORING_OP_WRITEV, IORING_OP_FSYNC, IORING_OP_FALLOCATE,
	};
	struct io_uring_probe *probe = io_uring_get_probe_ring(ring);
	bool has_all = probe;

	for (size_t i = 0; has_all && i < sizeof(needed) / sizeof(*needed); i++)
		has_all = io_uring_opcode_supported(probe, needed[i]);
	io_uring_free_probe(probe);
	return has_all;
}

static int ring_init(struct io_uring *ring)
{
	int r = io_uring_queue_init(VM_BLOCK_DEPTH, ring, 0);

	if (r == -ENOSYS || r == -EPERM || r == -EACCES)
		return -ENOTSUP;
	if (r)
		return r;
	if (!has_operations(ring)) {
		io_uring_queue_exit(ring);
		return -ENOTSUP;
	}
	return 0;
}

int vm_block_uring_new(const struct vm_block_image *image,
		       struct vm_block_engine *ret_engine)
{
	struct uring *uring = calloc(1, sizeof(*uring));
	int r;

	if (!uring)
		return -ENOMEM;
	uring->image = image;
	r = block_sync_init(&uring->sync, image);
	if (!r)
		r = ring_init(&uring->ring);
	if (r) {
		block_sync_fini(&uring->sync);
		free(uring);
		return r;
	}
	*ret_engine = (struct vm_block_engine){ &uring_ops, uring };
	return 0;
}
