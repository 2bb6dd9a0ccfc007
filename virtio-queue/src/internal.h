/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Shared by the sources of the library: words in guest memory, positions, and
 * the calls that differ between the split and the packed ring.
 */
#ifndef VIRTIO_QUEUE_INTERNAL_H
#define VIRTIO_QUEUE_INTERNAL_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <virtio-queue/virtq.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "ring words are used as they lie in guest memory");

/* For what happens once in a lap of the ring. */
#define UNLIKELY(condition) __builtin_expect(condition, 0)
/* Keeps a part out of line, so that the common path needs no stack. */
#define NOINLINE __attribute__((noinline))
/* The same for what only a misbehaving driver or an idle queue leads to. */
#define COLD __attribute__((noinline, cold))

/*
 * Every word of a ring is read and written by these.  Each access is a single
 * copy: the compiler may neither repeat nor tear it.  The offset is always
 * derived from a checked index, so it lies inside the area.
 */

static inline void *area_at(const struct vm_mem_slice *area, uint32_t off)
{
	return (char *)area->hva + off;
}

static inline uint16_t area_load16(const struct vm_mem_slice *area,
				   uint32_t off, memory_order order)
{
	const _Atomic uint16_t *word = area_at(area, off);

	return atomic_load_explicit(word, order);
}

static inline uint32_t area_load32(const struct vm_mem_slice *area,
				   uint32_t off, memory_order order)
{
	const _Atomic uint32_t *word = area_at(area, off);

	return atomic_load_explicit(word, order);
}

static inline void area_store16(const struct vm_mem_slice *area, uint32_t off,
				uint16_t value, memory_order order)
{
	_Atomic uint16_t *word = area_at(area, off);

	atomic_store_explicit(word, value, order);
}

static inline void area_store32(const struct vm_mem_slice *area, uint32_t off,
				uint32_t value, memory_order order)
{
	_Atomic uint32_t *word = area_at(area, off);

	atomic_store_explicit(word, value, order);
}

/* Descriptors, or in the split ring chains, popped and not pushed. */
static inline uint16_t in_flight(const struct virtq *vq)
{
	return (uint16_t)(vq->next_avail - vq->next_used);
}

/* Are so many in flight?  None is no chain. */
static inline bool has_popped(const struct virtq *vq, uint16_t count)
{
	return (uint16_t)(count - 1) < in_flight(vq);
}

/* What is in flight as the driver knows it. */
static inline uint16_t outstanding(const struct virtq *vq)
{
	return (uint16_t)(vq->next_avail - vq->flushed);
}

/* An area of a ring: what 2.7 and 2.8.10.1 say about it. */
struct virtq_area {
	vm_gpa gpa;
	uint64_t len;
	uint32_t align;
	unsigned int perm;
};

/* virtq.c: the driver damaged the ring; nothing will be popped any more. */
int virtq_break(struct virtq *vq, struct virtq_chain *chain,
		enum virtq_fault fault);
/* virtq.c: a chain is popped without segments, to be completed with 0. */
int virtq_spoil(struct virtq_chain *chain, enum virtq_fault fault);
/* virtq.c: the end of a chain of 4 GiB or more. */
int virtq_finish_huge(struct virtq_chain *chain);

/* split.c */
void split_areas(const struct virtq_config *config, struct virtq_area *areas);
int split_pop(struct virtq *vq, struct virtq_chain *chain);
int split_push(struct virtq *vq, struct virtq_head head, uint32_t len);
void split_push_held(struct virtq *vq);
bool split_flush(struct virtq *vq);
bool split_has_avail(const struct virtq *vq);
void split_enable_notification(struct virtq *vq);
void split_disable_notification(struct virtq *vq);

/* packed.c */
void packed_areas(const struct virtq_config *config, struct virtq_area *areas);
struct virtq_place packed_place(const struct virtq *vq, uint32_t position);
struct virtq_place packed_place_avail(struct virtq_place place);
uint32_t packed_position(const struct virtq *vq, struct virtq_place place);
struct virtq_place packed_place_back(const struct virtq *vq,
				     struct virtq_place place, uint32_t count);
void packed_move(struct virtq *vq, uintptr_t desc);
void packed_advance_used(struct virtq *vq, uint32_t count);
int packed_pop(struct virtq *vq, struct virtq_chain *chain);
int packed_push(struct virtq *vq, struct virtq_head head, uint32_t len);
void packed_push_held(struct virtq *vq);
bool packed_flush(struct virtq *vq);
bool packed_has_avail(const struct virtq *vq);
void packed_enable_notification(struct virtq *vq);
void packed_disable_notification(struct virtq *vq);

#endif
