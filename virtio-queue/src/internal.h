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

static inline uint64_t area_load64(const struct vm_mem_slice *area,
				   uint32_t off, memory_order order)
{
	const _Atomic uint64_t *word = area_at(area, off);

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

static inline void area_store64(const struct vm_mem_slice *area, uint32_t off,
				uint64_t value, memory_order order)
{
	_Atomic uint64_t *word = area_at(area, off);

	atomic_store_explicit(word, value, order);
}

/* How far position @a lies ahead of position @b. */
static inline uint32_t pos_sub(const struct virtq *vq, uint16_t a, uint16_t b)
{
	return (uint32_t)a - b + (a < b ? vq->modulus : 0);
}

static inline uint16_t pos_add(const struct virtq *vq, uint16_t pos,
			       uint32_t count)
{
	uint32_t sum = pos + count;

	return (uint16_t)(sum >= vq->modulus ? sum - vq->modulus : sum);
}

/* Descriptors, or in the split ring chains, popped and not pushed. */
static inline uint32_t in_flight(const struct virtq *vq)
{
	return pos_sub(vq, vq->next_avail, vq->next_used);
}

/*
 * Was the element at position @event used by going from @old to @new?  Both
 * rings suppress notifications by this window (2.7.7.2, 2.8.10).
 */
static inline bool window_has(const struct virtq *vq, uint16_t event,
			      uint16_t old, uint16_t new)
{
	return pos_sub(vq, event, old) < pos_sub(vq, new, old);
}

/*
 * Keeps what is rare out of line, so that the common path of a function needs
 * no stack.
 */
#define COLD __attribute__((noinline, cold))

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
/* virtq.c: what every push has to be; 0 or what virtq_push() returns. */
static inline int check_push(const struct virtq *vq, struct virtq_head head,
			     uint32_t len)
{
	if (head.generation != vq->generation || in_flight(vq) < head.count)
		return -ENOENT;
	return len > head.writable ? -EINVAL : 0;
}

/* split.c */
void split_areas(const struct virtq_config *config, struct virtq_area *areas);
int split_pop(struct virtq *vq, struct virtq_chain *chain);
int split_push(struct virtq *vq, struct virtq_head head, uint32_t len);
void split_use(struct virtq *vq, uint16_t pos, uint16_t id, uint32_t len);
bool split_flush(struct virtq *vq);
bool split_has_avail(const struct virtq *vq);
void split_enable_notification(struct virtq *vq);
void split_disable_notification(struct virtq *vq);

/* packed.c */
void packed_areas(const struct virtq_config *config, struct virtq_area *areas);
int packed_pop(struct virtq *vq, struct virtq_chain *chain);
int packed_push(struct virtq *vq, struct virtq_head head, uint32_t len);
void packed_use(struct virtq *vq, uint16_t pos, uint16_t id, uint32_t len);
bool packed_flush(struct virtq *vq);
bool packed_has_avail(const struct virtq *vq);
void packed_enable_notification(struct virtq *vq);
void packed_disable_notification(struct virtq *vq);

#endif
