/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Walking a chain: descriptors are copied out of a table and become segments.
 *
 * Each step either stores a segment, of which there are at most as many as the
 * caller has room for, or enters an indirect table, which happens once.  So the
 * walk ends whatever the driver writes, and whenever it writes it.
 */
#ifndef VIRTIO_QUEUE_WALK_H
#define VIRTIO_QUEUE_WALK_H

#include "internal.h"

/* The private copy of a descriptor; @link is next (split) or id (packed). */
struct desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t link;
};

/*
 * An indirect table.  @hva is NULL if it is misaligned or not contiguous in the
 * host, both of which are legal; it is read by address then.
 */
struct table {
	const struct vm_mem *mem;
	const void *hva;
	vm_gpa gpa;
	uint32_t count;
};

/* What has been collected; @writable is NULL until there is a writable one. */
struct walk {
	struct virtq_seg *next;
	struct virtq_seg *end;
	struct virtq_seg *writable;
	uint64_t readable_len;
	uint64_t len;
};

/* The second word of a descriptor holds {len, flags, next} or {len, id, flags}.
 */
static inline struct desc desc_from_split(uint64_t addr, uint64_t word)
{
	return (struct desc){ .addr = addr,
			      .len = (uint32_t)word,
			      .flags = (uint16_t)(word >> 32),
			      .link = (uint16_t)(word >> 48) };
}

static inline struct desc desc_from_packed(uint64_t addr, uint64_t word)
{
	return (struct desc){ .addr = addr,
			      .len = (uint32_t)word,
			      .flags = (uint16_t)(word >> 48),
			      .link = (uint16_t)(word >> 32) };
}

/*
 * The reads of descriptors: word 0 or 1 of the descriptor at @index of the
 * ring, and both words of one in a table.  The index is below the number of
 * descriptors, and no word is read twice.
 */

static inline uint64_t desc_load(const struct vm_mem_slice *ring,
				 uint32_t index, uint32_t word)
{
	return area_load64(ring, VIRTQ_DESC_SIZE * index + 8 * word,
			   memory_order_relaxed);
}

static inline bool table_read(const struct table *table, uint32_t index,
			      uint64_t words[2])
{
	const _Atomic uint64_t *desc = table->hva;

	if (!desc)
		return !vm_mem_read(table->mem, table->gpa + 16ull * index,
				    words, VIRTQ_DESC_SIZE);
	desc += 2 * index;
	words[0] = atomic_load_explicit(desc, memory_order_relaxed);
	words[1] = atomic_load_explicit(desc + 1, memory_order_relaxed);
	return true;
}

/* The queue size bounds direct and indirect chains alike (2.7.5.3.1). */
static inline struct walk walk_start(const struct virtq *vq,
				     const struct virtq_chain *chain)
{
	uint32_t limit =
		chain->max_segs < vq->size ? chain->max_segs : vq->size;

	return (struct walk){ .next = chain->segs, .end = chain->segs + limit };
}

static inline enum virtq_fault walk_add(struct walk *walk, struct desc desc)
{
	uint64_t last;

	if (walk->next == walk->end)
		return VIRTQ_FAULT_TOO_LONG;
	if (!desc.len)
		return VIRTQ_FAULT_ZERO_LENGTH;
	if (__builtin_add_overflow(desc.addr, desc.len - 1, &last))
		return VIRTQ_FAULT_ADDRESS_WRAP;
	/* 2.7.4.2, 2.8.17: writable elements follow the readable ones. */
	if (!(desc.flags & VIRTQ_DESC_F_WRITE)) {
		if (walk->writable)
			return VIRTQ_FAULT_WRITE_ORDER;
		walk->readable_len += desc.len;
	} else if (!walk->writable) {
		walk->writable = walk->next;
	}
	walk->next->gpa = desc.addr;
	walk->next->len = desc.len;
	walk->next++;
	walk->len += desc.len;
	return VIRTQ_FAULT_NONE;
}

/*
 * Hands a complete walk to the caller of virtq_pop().  The chain's head is
 * filled up to its writable bytes.
 */
static inline int walk_finish(struct walk walk, struct virtq_chain *chain)
{
	struct virtq_seg *writable = walk.writable ? walk.writable : walk.next;
	uint64_t writable_len = walk.len - walk.readable_len;

	/* 2.7.5.2: no chain is longer than 2^32 bytes in total. */
	if (walk.len > UINT64_C(1) << 32)
		return virtq_spoil(chain, VIRTQ_FAULT_TOTAL_LENGTH);
	chain->readable_segs = (uint16_t)(writable - chain->segs);
	chain->writable_segs = (uint16_t)(walk.next - writable);
	chain->readable_len = walk.readable_len;
	chain->writable_len = writable_len;
	/* All but 2^32 fits as it is. */
	chain->head.writable = (uint32_t)(writable_len - (writable_len >> 32));
	chain->fault = VIRTQ_FAULT_NONE;
	return 1;
}

/* table.c: translates the indirect table that @desc refers to. */
enum virtq_fault table_enter(const struct virtq *vq, const struct desc *desc,
			     struct table *table);

#endif
