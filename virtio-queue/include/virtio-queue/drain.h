/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Serving a queue: the loop of a device, with a budget.
 *
 * Threading: as virtq.h.
 */
#ifndef VIRTIO_QUEUE_DRAIN_H
#define VIRTIO_QUEUE_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include <virtio-queue/virtq.h>

#ifdef __cplusplus
extern "C" {
#endif

/** enum virtq_verdict - what became of a chain */
enum virtq_verdict {
	/* Served: complete it now with the length in *ret_len. */
	VIRTQ_DONE,
	/* Taken: the device pushes the head later. */
	VIRTQ_TAKEN,
	/* Not now: put it back and stop, for want of some resource. */
	VIRTQ_BUSY,
};

/**
 * virtq_handler - serves one chain
 * @context: of the caller of virtq_drain()
 * @chain: the chain, well-formed
 * @ret_len: bytes written, 0 unless set; for VIRTQ_DONE
 */
typedef enum virtq_verdict (*virtq_handler)(void *context,
					    const struct virtq_chain *chain,
					    uint32_t *ret_len);

/**
 * struct virtq_drain_result - what virtq_drain() did
 * @served: chains that the handler was given and did not put back
 * @rejected: malformed chains, completed with length 0
 * @last_fault: of the last malformed chain
 * @notify: the driver has to be notified: signal the interrupt
 * @more: chains are left because of the budget or of VIRTQ_BUSY; nothing will
 *	announce them, so call again
 */
struct virtq_drain_result {
	uint32_t served;
	uint32_t rejected;
	enum virtq_fault last_fault;
	bool notify;
	bool more;
};

/**
 * virtq_drain - serve chains until the queue is empty or a budget is spent
 * @vq: active queue
 * @chain: where to pop into; its segments are the caller's
 * @budget: most chains to take, malformed ones included
 * @handler: serves a chain
 * @context: passed to @handler
 * @ret: what was done; set on failure too
 *
 * Holds the driver's notifications off meanwhile.  Returns with them enabled
 * and the queue empty, or with them disabled and @ret->more set: so no chain is
 * ever left without either.  All completions are flushed.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @vq is inactive, @chain has no room, or the handler's length
 *		exceeds what the chain can take (which is completed with 0)
 *	-EBADMSG, the driver has damaged the ring: set DEVICE_NEEDS_RESET
 */
VIRTQ_API VIRTQ_CHECK int virtq_drain(struct virtq *vq,
				      struct virtq_chain *chain,
				      uint32_t budget, virtq_handler handler,
				      void *context,
				      struct virtq_drain_result *ret);

#ifdef __cplusplus
}
#endif

#endif
