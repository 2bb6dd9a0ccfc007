/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <virtio-devices/rate_limiter.h>

/* Wide enough for nanoseconds times tokens. */
__extension__ typedef unsigned __int128 u128;

static u128 divide_up(u128 dividend, uint64_t divisor)
{
	return (dividend + divisor - 1) / divisor;
}

static int fill(struct vm_token_bucket *bucket,
		const struct vm_rate_limit *limit, uint64_t now_ns)
{
	*bucket = (struct vm_token_bucket){ .last_ns = now_ns };
	if (!limit || !limit->size)
		return 0;
	if (!limit->period_ns || limit->size > INT64_MAX ||
	    limit->burst > INT64_MAX)
		return -EINVAL;
	bucket->limit = *limit;
	bucket->tokens = (int64_t)limit->size;
	return 0;
}

int vm_rate_limiter_init(struct vm_rate_limiter *limiter,
			 const struct vm_rate_limit *bytes,
			 const struct vm_rate_limit *ops, uint64_t now_ns)
{
	struct vm_rate_limiter full;

	if (fill(&full.bytes, bytes, now_ns) || fill(&full.ops, ops, now_ns))
		return -EINVAL;
	*limiter = full;
	return 0;
}

/* Adds what has flowed in since the last time, to the fraction of a token. */
static void refill(struct vm_token_bucket *bucket, uint64_t now_ns)
{
	const struct vm_rate_limit *limit = &bucket->limit;
	uint64_t missing = limit->size - (uint64_t)bucket->tokens;
	u128 parts;

	if (now_ns <= bucket->last_ns)
		return;
	parts = (u128)(now_ns - bucket->last_ns) * limit->size + bucket->part;
	bucket->last_ns = now_ns;
	if (parts / limit->period_ns >= missing) {
		bucket->tokens = (int64_t)limit->size;
		bucket->part = 0;
		return;
	}
	bucket->tokens += (int64_t)(parts / limit->period_ns);
	bucket->part = (uint64_t)(parts % limit->period_ns);
}

static uint64_t bucket_wait(struct vm_token_bucket *bucket, uint64_t now_ns)
{
	const struct vm_rate_limit *limit = &bucket->limit;
	u128 parts, time;

	if (!limit->size)
		return 0;
	refill(bucket, now_ns);
	if (limit->burst || bucket->tokens > 0)
		return 0;
	parts = (u128)(1 - (uint64_t)bucket->tokens) * limit->period_ns;
	time = divide_up(parts - bucket->part, limit->size);
	return time > UINT64_MAX ? UINT64_MAX : (uint64_t)time;
}

uint64_t vm_rate_limiter_wait(struct vm_rate_limiter *limiter, uint64_t now_ns)
{
	uint64_t bytes = bucket_wait(&limiter->bytes, now_ns);
	uint64_t ops = bucket_wait(&limiter->ops, now_ns);

	return bytes > ops ? bytes : ops;
}

static void take(struct vm_token_bucket *bucket, uint64_t count)
{
	struct vm_rate_limit *limit = &bucket->limit;
	uint64_t spent = count < limit->burst ? count : limit->burst;

	if (!limit->size)
		return;
	limit->burst -= spent;
	count -= spent;
	if (count > INT64_MAX ||
	    __builtin_sub_overflow(bucket->tokens, (int64_t)count,
				   &bucket->tokens))
		bucket->tokens = INT64_MIN + 1;
}

void vm_rate_limiter_take(struct vm_rate_limiter *limiter, uint64_t bytes)
{
	take(&limiter->bytes, bytes);
	take(&limiter->ops, 1);
}
