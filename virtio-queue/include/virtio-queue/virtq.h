/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The device's side of a virtqueue, VIRTIO 1.2 sections 2.6 to 2.8.
 *
 * One set of calls drives the split and the packed ring; a device does not
 * know which of them the driver chose:
 *
 *	struct virtq_seg segs[64];
 *	struct virtq_chain chain = {.segs = segs, .max_segs = 64};
 *
 *	while ((r = virtq_pop(vq, &chain)) != 0) {
 *		uint32_t len = r < 0 ? 0 : serve(&chain);
 *
 *		if (virtq_push(vq, chain.head, len))
 *			break;
 *	}
 *	if (virtq_flush(vq))
 *		interrupt();
 *	if (virtq_is_broken(vq))
 *		needs_reset();
 *
 * drain.h has this loop with a budget and without the race against the
 * driver's next notification.  cursor.h reads and writes a chain's buffers.
 *
 * Life cycle: a zeroed struct virtq is inactive.  virtq_activate() checks what
 * the driver configured and keeps a private copy, so nothing that the driver
 * can still write steers the queue; virtq_reset() makes it inactive again.
 *
 * Nothing here allocates, locks or enters the kernel.  Every loop is bounded by
 * the queue size.
 *
 * Threading: a queue belongs to one thread at a time; distinct queues are
 * independent.  The driver runs concurrently, well-behaved or not.
 */
#ifndef VIRTIO_QUEUE_VIRTQ_H
#define VIRTIO_QUEUE_VIRTQ_H

#include <stdbool.h>
#include <stdint.h>

#include <virtio-queue/api.h>
#include <virtio-queue/chain.h>
#include <virtio-queue/fault.h>
#include <virtio-queue/spec.h>
#include <virtio-queue/virtq_struct.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * virtq_activate - start a queue
 * @vq: inactive queue
 * @config: what the driver configured; copied
 * @mem: guest memory map; must outlive the activation
 *
 * Translates the three areas once.  Both sides start at index 0, or at offset
 * 0 with wrap counter 1.  On failure @vq stays inactive.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @vq is active, or @config->max_size is 0 or above
 *		VIRTQ_MAX_SIZE
 *	-EBADMSG, the driver broke 2.7 or 2.8.10.1: the size is 0, above
 *		@config->max_size or (split) not a power of two; an area is not
 *		aligned to 16/2/4 bytes (split) or 16/4/4 (packed); two areas
 *		overlap
 *	-EFAULT, an area is not backed by one contiguous mapping, or its memory
 *		is not aligned in the host
 *	-EOVERFLOW, an area wraps past 2^64
 */
VIRTQ_API VIRTQ_CHECK int virtq_activate(struct virtq *vq,
					 const struct virtq_config *config,
					 const struct vm_mem *mem);

/**
 * virtq_reset - stop a queue (2.6.1) or tear it down
 * @vq: any queue, active or not
 *
 * Forgets all state.  A head popped earlier is refused by virtq_push() from now
 * on, also while one of the next 65534 activations lasts: a device lets go of
 * what is in flight before that.
 */
VIRTQ_API void virtq_reset(struct virtq *vq);

/**
 * virtq_set_mem - go on with another guest memory map
 * @vq: active queue
 * @mem: the new map; must outlive the activation
 *
 * Translates the three areas again.  Chains popped before still refer to the
 * old map.  On failure @vq keeps the old map, and the driver has taken the
 * ring's memory away: reset the device before freeing that map.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @vq is inactive
 *	-EFAULT, an area is not backed by one contiguous mapping of @mem, or its
 *		memory is not aligned in the host
 */
VIRTQ_API VIRTQ_CHECK int virtq_set_mem(struct virtq *vq,
					const struct vm_mem *mem);

/** virtq_is_active - is @vq between virtq_activate() and virtq_reset()? */
static inline bool virtq_is_active(const struct virtq *vq)
{
	return vq->size != 0;
}

/**
 * virtq_is_broken - has the driver damaged the ring itself?
 *
 * If so, nothing can be popped any more: the device sets DEVICE_NEEDS_RESET
 * (2.1.2).  @vq->fault tells why.  Chains popped before may still be completed.
 */
static inline bool virtq_is_broken(const struct virtq *vq)
{
	return vq->fault != VIRTQ_FAULT_NONE;
}

/**
 * virtq_pop - take the next available chain
 * @vq: active queue
 * @chain: receives the chain; @chain->segs and @chain->max_segs are set
 *
 * On -ELOOP and below @chain->fault names the broken rule.  If it damages the
 * ring (virtq_is_broken()), the error is told once, virtq_pop() returns 0 from
 * then on, and virtq_push() refuses @chain->head.  Otherwise the chain counts
 * as popped without any segment, and the device completes @chain->head with
 * length 0.  So a loop that treats every error alike neither spins nor leaks.
 *
 * Returns:
 *	1 if @chain was filled
 *	0 if no chain is available
 *	-EINVAL, @vq is inactive or @chain->max_segs is 0
 *	-ELOOP, the chain is longer than the queue size or @chain->max_segs
 *	-EFAULT, an indirect table is not backed by guest memory
 *	-EOVERFLOW, a buffer wraps past 2^64
 *	-EBADMSG, any other rule of 2.7 or 2.8 is broken
 */
VIRTQ_API VIRTQ_CHECK int virtq_pop(struct virtq *vq,
				    struct virtq_chain *chain);

/**
 * virtq_peek - look at the next available chain and leave it there
 * @vq: active queue
 * @chain: receives the chain, as by virtq_pop()
 *
 * The driver may rewrite the chain before it is popped: decide on what
 * virtq_pop() gives.
 *
 * Returns what virtq_pop() returns.
 */
VIRTQ_API VIRTQ_CHECK int virtq_peek(struct virtq *vq,
				     struct virtq_chain *chain);

/**
 * virtq_undo_pop - put a chain back
 * @vq: active queue
 * @head: of the chain that was popped last and neither completed nor put back
 *
 * Several chains are put back in the reverse order of popping.
 *
 * Returns:
 *	0 on success; the next virtq_pop() gives the same chain again
 *	-ENOENT, @head is not the chain that was popped last
 */
VIRTQ_API VIRTQ_CHECK int virtq_undo_pop(struct virtq *vq,
					 struct virtq_head head);

/**
 * virtq_push - complete a chain
 * @vq: active queue
 * @head: of a chain that was popped from @vq, and not completed yet
 * @len: bytes written to the chain from its first writable byte on
 *
 * The driver learns of it by the next virtq_flush(), of all completions since
 * the last one at once: so a request that spans several chains (2.8.9) is
 * never seen in part.  With VIRTIO_F_IN_ORDER chains are completed in the
 * order of popping, and runs of completions that filled their buffers are told
 * by one used element (2.7.9, 2.8.8).
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @len exceeds the chain's writable bytes, or the order of
 *		VIRTIO_F_IN_ORDER is broken
 *	-ENOENT, @head is not in flight: nothing is, it was popped before a
 *		reset, or virtq_pop() failed without popping
 */
VIRTQ_API VIRTQ_CHECK int virtq_push(struct virtq *vq, struct virtq_head head,
				     uint32_t len);

/**
 * virtq_flush - tell the driver about all completions since the last flush
 * @vq: active queue
 *
 * Returns true if the driver has to be notified, which is decided as 2.7.7.2
 * and 2.8.10 demand: the caller signals the queue's interrupt, now or together
 * with later ones.  False if there was nothing to tell.
 */
VIRTQ_API VIRTQ_CHECK bool virtq_flush(struct virtq *vq);

/**
 * virtq_has_avail - would virtq_pop() return something other than 0?
 * @vq: any queue
 */
VIRTQ_API bool virtq_has_avail(const struct virtq *vq);

/**
 * virtq_enable_notification - ask the driver to notify of new chains
 * @vq: active queue
 *
 * Notifications are enabled after activation.
 *
 * Returns true if chains became available before the driver could know: no
 * notification will come for them, so the caller goes on popping.
 */
VIRTQ_API VIRTQ_CHECK bool virtq_enable_notification(struct virtq *vq);

/**
 * virtq_disable_notification - tell the driver that none are needed
 * @vq: active queue
 *
 * An advice (2.7.10): notifications may still come.
 */
VIRTQ_API void virtq_disable_notification(struct virtq *vq);

#ifdef __cplusplus
}
#endif

#endif
