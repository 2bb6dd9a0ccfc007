/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A rate limiter for requests: so many bytes and so many operations per time.
 *
 * Each limit is a token bucket.  A request may start while there is a token;
 * it then takes what it needs, if need be on credit, and the next one waits
 * until the debt is paid.  So no request is too large to be ever served, and
 * the long-term rate is exact.
 *
 * Time is the caller's: nanoseconds of any clock that does not go back.
 *
 * Threading: plain data, one thread at a time.
 */
#ifndef VIRTIO_DEVICES_RATE_LIMITER_H
#define VIRTIO_DEVICES_RATE_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include <virtio-devices/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_rate_limit - one limit
 * @size: tokens that flow in each period, and the most that gather; 0 for no
 *	limit
 * @period_ns: length of a period
 * @burst: tokens that are there at first and never come again, besides a full
 *	bucket
 */
struct vm_rate_limit {
	uint64_t size;
	uint64_t period_ns;
	uint64_t burst;
};

/* A bucket; its members are the library's own. */
struct vm_token_bucket {
	struct vm_rate_limit limit;
	int64_t tokens; /* below 0: debt */
	uint64_t part; /* of the next token, in 1 / period_ns */
	uint64_t last_ns; /* up to where these are accounted for */
};

/** struct vm_rate_limiter - both limits */
struct vm_rate_limiter {
	struct vm_token_bucket bytes;
	struct vm_token_bucket ops;
};

/**
 * vm_rate_limiter_init - start with full buckets
 * @limiter: storage; a zeroed one limits nothing
 * @bytes: limit of bytes, NULL for none
 * @ops: limit of operations, NULL for none
 * @now_ns: the time
 *
 * Returns:
 *	0 on success
 *	-EINVAL, a period of 0, or a size or a burst above INT64_MAX
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_rate_limiter_init(
	struct vm_rate_limiter *limiter, const struct vm_rate_limit *bytes,
	const struct vm_rate_limit *ops, uint64_t now_ns);

/** vm_rate_limiter_is_limited - is there any limit? */
static inline bool vm_rate_limiter_is_limited(
	const struct vm_rate_limiter *limiter)
{
	return limiter->bytes.limit.size || limiter->ops.limit.size;
}

/**
 * vm_rate_limiter_wait - how long until a request may start
 * @limiter: a limiter
 * @now_ns: the time
 *
 * Returns 0 if it may start now, else nanoseconds to wait.
 */
VM_VIRTIO_API VM_VIRTIO_CHECK uint64_t
vm_rate_limiter_wait(struct vm_rate_limiter *limiter, uint64_t now_ns);

/**
 * vm_rate_limiter_take - a request of @bytes bytes starts
 * @limiter: a limiter
 * @bytes: its payload; 0 for a request without
 */
VM_VIRTIO_API void vm_rate_limiter_take(struct vm_rate_limiter *limiter,
					uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
