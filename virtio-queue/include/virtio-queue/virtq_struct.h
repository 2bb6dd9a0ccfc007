/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What a queue is made of.  A device includes virtq.h and looks at the
 * configuration alone.
 *
 * Threading: plain data, see virtq.h.
 */
#ifndef VIRTIO_QUEUE_VIRTQ_STRUCT_H
#define VIRTIO_QUEUE_VIRTQ_STRUCT_H

#include <stdbool.h>
#include <stdint.h>

#include <virtio-queue/fault.h>
#include <virtio-queue/spec.h>
#include <vm-memory/guest_memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct virtq_config - what the driver configured through the transport
 * @features: the negotiated feature bits, all of them
 * @desc: Descriptor Area: descriptor table or descriptor ring
 * @driver: Driver Area: available ring or driver event suppression
 * @device: Device Area: used ring or device event suppression
 * @size: descriptors in the queue, wide enough for what a register may hold
 * @max_size: most descriptors that the device offered, up to VIRTQ_MAX_SIZE
 *
 * This is the transport's register file for one queue.
 */
struct virtq_config {
	uint64_t features;
	vm_gpa desc;
	vm_gpa driver;
	vm_gpa device;
	uint32_t size;
	uint32_t max_size;
};

/*
 * Where the packed ring goes on: the host address of a descriptor, and what its
 * second word has of VIRTQ_DESC_F_AVAIL and VIRTQ_DESC_F_USED (2.8.1) if it is
 * available, in avail_place, or used, in the others.
 */
struct virtq_place {
	uintptr_t desc;
	uint64_t marks;
};

/*
 * VIRTIO_F_IN_ORDER: a completion that virtq_push() has accepted and not yet
 * written.  The next one may absorb it.
 */
struct virtq_held {
	bool is_held;
	bool is_complete;
	uint16_t index;
	uint16_t id;
	uint32_t len;
	struct virtq_place place;
};

/* What virtq_pop() and virtq_push() have to do. */
enum virtq_kind {
	VIRTQ_INACTIVE,
	VIRTQ_BROKEN,
	VIRTQ_SPLIT,
	VIRTQ_PACKED,
};

/**
 * struct virtq - a virtqueue; caller-allocated, zeroed before first use
 *
 * All members are private.  The indices count up and wrap at 2^16: those of the
 * split ring, or in the packed ring the number of descriptors.  In both, what
 * is in flight is their difference.  The driver's index as last read and checked
 * limits what the split ring pops, the end of the free descriptors what the
 * packed ring does.
 */
struct virtq {
	/* Fixed from activation to reset. */
	const struct vm_mem *mem;
	struct vm_mem_slice desc;
	struct vm_mem_slice driver;
	struct vm_mem_slice device;
	uintptr_t desc_end; /* of desc, in the host */
	struct virtq_config config;
	uint32_t size;
	bool is_packed;
	bool has_event_idx;
	bool has_indirect;
	enum virtq_kind push_kind; /* VIRTQ_INACTIVE: VIRTIO_F_IN_ORDER */

	/* Progress. */
	enum virtq_kind kind;
	enum virtq_fault fault;
	uint16_t next_avail; /* index of the next pop */
	uint16_t generation; /* of this activation, in every head */
	uint16_t seen_avail; /* index that no pop goes beyond */
	uint16_t next_used; /* index of the next push */
	uint16_t flushed; /* index up to which the driver was told */
	struct virtq_held held;

	/* Packed: where the three are, and what virtq_flush() writes last. */
	struct virtq_place avail_place;
	struct virtq_place used_place;
	struct virtq_place flushed_place;
	uint64_t flush_word;

	/* The region where the last indirect table was. */
	struct vm_mem_slice table;
	vm_gpa table_gpa;
};

/* The wrap counter at a place in the packed ring (2.8.1). */
static inline bool virtq_place_wrap(struct virtq_place place)
{
	return place.marks >> 48 & VIRTQ_DESC_F_AVAIL;
}

/* The offset of a place in the packed ring, in descriptors. */
static inline uint32_t virtq_place_off(const struct virtq *vq,
				       struct virtq_place place)
{
	return (uint32_t)((place.desc - (uintptr_t)vq->desc.hva) /
			  VIRTQ_DESC_SIZE);
}

#ifdef __cplusplus
}
#endif

#endif
