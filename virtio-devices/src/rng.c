/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/uio.h>

#include <virtio-devices/device_type.h>
#include <virtio-devices/rng.h>
#include <virtio-queue/fd.h>

#define QUEUE_SIZE   256
#define MAX_SEGS     64
#define MAX_ELEMENTS 16

struct vm_virtio_rng {
	struct vm_virtio_device device;
	struct vm_virtio_queue queue;
	struct virtq_seg segs[MAX_SEGS];
	int source;
};

/* Fills the first bytes of an iovec; returns how many, or a negative errno. */
static int64_t fill(const struct iovec *iov, int count, uint64_t max)
{
	uint64_t done = 0;
	ssize_t r;

	for (int i = 0; i < count && done < max; i++) {
		size_t len = iov[i].iov_len;

		if (len > max - done)
			len = max - done;
		r = getrandom(iov[i].iov_base, len, 0);
		if (r < 0)
			return done ? (int64_t)done : -errno;
		done += (uint64_t)r;
		if ((size_t)r < len)
			break;
	}
	return (int64_t)done;
}

/* Random bytes of the kernel, straight into guest memory. */
static int64_t generate(struct virtq_writer *writer)
{
	struct iovec iov[MAX_ELEMENTS];
	uint64_t len;
	int64_t done;
	int count, r;

	count = virtq_writer_iov(writer, iov, MAX_ELEMENTS, &len);
	if (count < 0)
		return count;
	done = fill(iov, count, VM_VIRTIO_RNG_MAX_BYTES);
	if (done <= 0)
		return done;
	r = virtq_writer_advance(writer, (uint64_t)done);
	return r ? r : done;
}

static enum virtq_verdict serve(void *context, const struct virtq_chain *chain,
				uint32_t *ret_len)
{
	struct vm_virtio_rng *rng = context;
	struct virtq_writer writer;
	int64_t done;

	virtq_writer_init(&writer, chain);
	/* 5.4.6.1: nothing to read, and room for one byte at least. */
	if (chain->readable_len || !virtq_writer_left(&writer)) {
		vm_virtio_device_count_error(&rng->device,
					     VM_VIRTIO_ERROR_REQUEST);
		return VIRTQ_DONE;
	}
	done = rng->source < 0 ? generate(&writer)
			       : virtq_writer_from_fd(&writer, rng->source,
						      VIRTQ_FD_STREAM,
						      VM_VIRTIO_RNG_MAX_BYTES);
	if (done <= 0)
		vm_virtio_device_count_error(
			&rng->device, done == -EFAULT ? VM_VIRTIO_ERROR_REQUEST
						      : VM_VIRTIO_ERROR_IO);
	else
		rng->device.stats.bytes_to_driver += (uint64_t)done;
	*ret_len = virtq_writer_done(&writer);
	return VIRTQ_DONE;
}

static void notify(struct vm_virtio_device *device, uint16_t queue)
{
	vm_virtio_queue_serve(device, queue, VM_VIRTIO_RNG_BUDGET, serve);
}

static const struct vm_virtio_type type = {
	.id = VIRTIO_DEVICE_ENTROPY,
	.notify = notify,
};

int vm_virtio_rng_new(const struct vm_virtio_rng_config *config,
		      struct vm_virtio_rng **ret_rng)
{
	struct vm_virtio_device_config base = { .type = &type,
						.host = &config->host,
						.queue_count = 1,
						.max_segs = MAX_SEGS };
	struct vm_virtio_rng *rng = calloc(1, sizeof(*rng));
	int r;

	if (!rng)
		return -ENOMEM;
	rng->source = config->source;
	rng->queue.config.max_size = QUEUE_SIZE;
	base.impl = rng;
	base.queues = &rng->queue;
	base.segs = rng->segs;
	r = vm_virtio_device_init(&rng->device, &base);
	if (r) {
		free(rng);
		return r;
	}
	*ret_rng = rng;
	return 0;
}

void vm_virtio_rng_free(struct vm_virtio_rng *rng)
{
	if (!rng)
		return;
	vm_virtio_device_fini(&rng->device);
	free(rng);
}

struct vm_virtio_device *vm_virtio_rng_device(struct vm_virtio_rng *rng)
{
	return &rng->device;
}
