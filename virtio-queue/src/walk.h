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

/*
 * A descriptor is two words: its address, and the rest.  From the lowest bit
 * on, the rest is {len, flags, next} in the split ring and {len, id, flags} in
 * the packed one.  Each word is read once and as a whole, by this function;
 * what the copy says cannot change any more.
 */
static inline uint64_t word_load(const _Atomic uint64_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

/* The words of the descriptor at @index, which is below their number. */
static inline const _Atomic uint64_t *words_at(const void *table,
					       uint32_t index)
{
	const _Atomic uint64_t *words = table;

	return words + 2 * (size_t)index;
}

/*
 * What has been collected.  @like has the flags of a descriptor that is like
 * the one before: VIRTQ_DESC_F_WRITE from the first writable segment on, before
 * which the chain's readable part is complete.  So one comparison tells whether
 * there is anything to look at in the flags.
 */
struct walk {
	struct virtq_seg *next;
	struct virtq_seg *end;
	uint64_t len;
	uint32_t like;
};

/* Of @most descriptors: what the ring has room for. */
static inline struct walk walk_start(const struct virtq_chain *chain,
				     uint32_t most)
{
	if (most > chain->max_segs)
		most = chain->max_segs;
	return (struct walk){ .next = chain->segs, .end = chain->segs + most };
}

/* A descriptor's VIRTQ_DESC_F_WRITE is unlike the one before. */
static inline enum virtq_fault walk_turn(struct walk *walk,
					 struct virtq_chain *chain)
{
	/* 2.7.4.2, 2.8.17: writable elements come last. */
	if (walk->like & VIRTQ_DESC_F_WRITE)
		return VIRTQ_FAULT_WRITE_ORDER;
	walk->like |= VIRTQ_DESC_F_WRITE;
	chain->readable_segs = (uint16_t)(walk->next - chain->segs);
	chain->readable_len = walk->len;
	return VIRTQ_FAULT_NONE;
}

static inline enum virtq_fault walk_put(struct walk *walk, uint64_t addr,
					uint64_t len)
{
	if (walk->next == walk->end)
		return VIRTQ_FAULT_TOO_LONG;
	if (!len)
		return VIRTQ_FAULT_ZERO_LENGTH;
	if (addr + (len - 1) < addr)
		return VIRTQ_FAULT_ADDRESS_WRAP;
	walk->next->gpa = addr;
	walk->next->len = (uint32_t)len;
	walk->next++;
	walk->len += len;
	return VIRTQ_FAULT_NONE;
}

/* Adds a descriptor of whose flags only VIRTQ_DESC_F_WRITE matters. */
static inline enum virtq_fault walk_add(struct walk *walk, uint64_t addr,
					uint32_t len, uint32_t flags,
					struct virtq_chain *chain)
{
	enum virtq_fault fault = VIRTQ_FAULT_NONE;

	if ((flags ^ walk->like) & VIRTQ_DESC_F_WRITE)
		fault = walk_turn(walk, chain);
	return fault ? fault : walk_put(walk, addr, len);
}

/* Hands what has been collected to the chain. */
static inline void walk_store(struct walk walk, struct virtq_chain *chain)
{
	uint32_t count = (uint32_t)(walk.next - chain->segs);

	if (!(walk.like & VIRTQ_DESC_F_WRITE)) {
		chain->readable_segs = (uint16_t)count;
		chain->readable_len = walk.len;
	}
	chain->writable_segs = (uint16_t)(count - chain->readable_segs);
	chain->writable_len = walk.len - chain->readable_len;
}

/* Goes on where walk_store() has left off. */
static inline struct walk walk_resume(const struct virtq_chain *chain,
				      uint32_t most)
{
	struct walk walk = walk_start(chain, most);

	walk.next += chain->readable_segs + chain->writable_segs;
	walk.len = chain->readable_len + chain->writable_len;
	walk.like = chain->writable_segs ? VIRTQ_DESC_F_WRITE : 0;
	return walk;
}

/* The end of every chain, whose head is filled up to its writable bytes. */
static inline int walk_finish(struct walk walk, struct virtq_chain *chain)
{
	walk_store(walk, chain);
	if (walk.len >> 32)
		return virtq_finish_huge(chain);
	chain->head.writable = (uint32_t)chain->writable_len;
	chain->head.is_malformed = 0;
	chain->fault = VIRTQ_FAULT_NONE;
	return 1;
}

/*
 * Does the work of walk_add() and walk_finish() for a chain of one descriptor,
 * which is what most chains of network and console queues are.
 */
static inline int walk_single(uint64_t addr, uint32_t len, uint32_t flags,
			      struct virtq_chain *chain)
{
	if (!len)
		return virtq_spoil(chain, VIRTQ_FAULT_ZERO_LENGTH);
	if (addr + (len - 1) < addr)
		return virtq_spoil(chain, VIRTQ_FAULT_ADDRESS_WRAP);
	chain->segs->gpa = addr;
	chain->segs->len = len;
	if (flags & VIRTQ_DESC_F_WRITE) {
		chain->readable_segs = 0;
		chain->writable_segs = 1;
		chain->readable_len = 0;
		chain->writable_len = len;
		chain->head.writable = len;
	} else {
		chain->readable_segs = 1;
		chain->writable_segs = 0;
		chain->readable_len = len;
		chain->writable_len = 0;
		chain->head.writable = 0;
	}
	chain->head.is_malformed = 0;
	chain->fault = VIRTQ_FAULT_NONE;
	return 1;
}

/*
 * Indirect tables.  Most lie in the region where the last one was found, which
 * the queue remembers; table_hva() is NULL for any other.  Those are told by
 * table.c, which also reads tables that are misaligned or not contiguous in
 * the host, both of which are legal, by address.
 */

static inline const void *table_hva(const struct virtq *vq, uint64_t addr,
				    uint32_t len)
{
	uint64_t off = addr - vq->table_gpa;
	const char *hva;

	if (off >= vq->table.len || len > vq->table.len - off)
		return NULL;
	/* In an I/O view the address may be aligned where its memory is not. */
	hva = (const char *)vq->table.hva + off;
	return (uintptr_t)hva % sizeof(uint64_t) ? NULL : hva;
}

/* The rules that both rings share (2.7.5.3, 2.8.7). */
static inline bool table_is_legal(const struct virtq *vq, uint32_t len)
{
	return vq->has_indirect && len % VIRTQ_DESC_SIZE == 0 &&
	       len - 1 < VIRTQ_DESC_SIZE * vq->size;
}

/* table.c: remembers the region of a table, if that lies in one. */
bool table_remember(struct virtq *vq, uint64_t addr, uint32_t len);
/* table.c: what is wrong with a table, wherever it is. */
enum virtq_fault table_check(const struct virtq *vq, uint64_t addr,
			     uint32_t len);
/* table.c: copies a descriptor of a table that table_check() has passed. */
void table_copy(const struct virtq *vq, uint64_t addr, uint32_t index,
		uint64_t words[2]);

#endif
