/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A descriptor chain, copied out of the ring.
 *
 * virtq_pop() copies every descriptor of a chain exactly once, checks the copy
 * and stores it in an array of the caller.  What the driver writes into its
 * descriptors afterwards has no effect.  Addresses are checked for wrapping
 * here and against guest memory when they are used (cursor.h).
 *
 * Threading: plain data; one thread at a time.
 */
#ifndef VIRTIO_QUEUE_CHAIN_H
#define VIRTIO_QUEUE_CHAIN_H

#include <stdint.h>

#include <virtio-queue/fault.h>
#include <vm-memory/address.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vm_mem;

/**
 * struct virtq_seg - one buffer element
 * @gpa: guest-physical address
 * @len: bytes, never 0; @gpa + @len does not wrap
 */
struct virtq_seg {
	vm_gpa gpa;
	uint32_t len;
};

/**
 * struct virtq_head - names one popped chain until it is completed
 * @count: ring descriptors that it occupies; used by the packed ring
 * @generation: activation of the queue that it belongs to
 * @index: its place in the order of popping
 * @id: what the driver knows it by (descriptor index or buffer id)
 * @writable: most bytes that a completion may report; a chain with exactly
 *	2^32 writable bytes has UINT32_MAX here
 * @is_malformed: 1 if virtq_pop() has failed for this chain, else 0
 *
 * A device that completes later keeps a copy of this and may forget the chain.
 * Plain data: it may be stored in a snapshot next to the queue's own state.
 */
struct virtq_head {
	uint16_t count;
	uint16_t generation;
	uint16_t index;
	uint16_t id;
	uint32_t writable;
	uint32_t is_malformed;
};

/**
 * struct virtq_chain - one chain and its buffers
 * @segs: array of the caller, filled by virtq_pop()
 * @max_segs: elements of @segs; a longer chain is refused with -ELOOP.  The
 *	queue size always suffices; less is a limit of the device (2.7.4.1).
 * @readable_segs: device-readable elements: the first ones in @segs
 * @writable_segs: device-writable elements, which follow them
 * @readable_len: bytes in the readable elements
 * @writable_len: bytes in the writable elements
 * @head: for virtq_push() and virtq_undo_pop()
 * @fault: why virtq_pop() failed, VIRTQ_FAULT_NONE if it did not
 * @mem: the map that the elements refer to; it must live until the chain is
 *	completed
 *
 * The caller sets the first two members once and may then pop into the same
 * chain again and again.
 */
struct virtq_chain {
	struct virtq_seg *segs;
	uint16_t max_segs;

	uint16_t readable_segs;
	uint16_t writable_segs;
	uint64_t readable_len;
	uint64_t writable_len;
	struct virtq_head head;
	enum virtq_fault fault;
	const struct vm_mem *mem;
};

#ifdef __cplusplus
}
#endif

#endif
