/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VIRTIO_QUEUE_TESTING_INTERNAL_H
#define VIRTIO_QUEUE_TESTING_INTERNAL_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <virtio-queue-testing/driver.h>

/* What the driver remembers of a chain, by descriptor index or buffer id. */
struct chain_slot {
	uint64_t token;
	uint64_t writable;
	uint16_t count;
	bool is_outstanding;
};

/*
 * Positions are those of struct virtq.  @ids is a stack of free descriptors
 * (split) or buffer ids (packed); with VIRTIO_F_IN_ORDER a queue instead,
 * because descriptors are taken in ring order then (2.7.5).
 */
struct virtq_driver {
	const struct vm_mem *mem;
	struct vm_mem_slice desc;
	struct vm_mem_slice driver;
	struct vm_mem_slice device;
	vm_gpa tables;
	uint32_t size;
	uint32_t modulus;
	bool is_packed;
	bool has_event_idx;
	bool is_in_order;

	uint16_t next_avail; /* where the next chain goes */
	uint16_t exposed; /* what the device has been shown */
	uint16_t next_used; /* where the next completion will be */
	uint32_t free; /* descriptors */
	uint64_t first_word; /* packed: of the first chain not yet exposed */

	uint16_t *ids; /* a ring of @size elements */
	uint32_t id_get; /* free-running */
	uint32_t id_put;
	uint16_t *links; /* split: the descriptor after this one */
	struct chain_slot *slots;

	/* VIRTIO_F_IN_ORDER: outstanding ids in order of exposure, and an
	 * element that implies several completions. */
	uint16_t *order;
	uint32_t order_get;
	uint32_t order_put;
	bool has_batch;
	uint16_t batch_id;
	uint32_t batch_len;
};

static inline void *word_at(const struct vm_mem_slice *area, uint32_t off)
{
	return (char *)area->hva + off;
}

static inline uint16_t get16(const struct vm_mem_slice *area, uint32_t off,
			     memory_order order)
{
	const _Atomic uint16_t *word = word_at(area, off);

	return atomic_load_explicit(word, order);
}

static inline uint32_t get32(const struct vm_mem_slice *area, uint32_t off)
{
	const _Atomic uint32_t *word = word_at(area, off);

	return atomic_load_explicit(word, memory_order_relaxed);
}

static inline uint64_t get64(const struct vm_mem_slice *area, uint32_t off,
			     memory_order order)
{
	const _Atomic uint64_t *word = word_at(area, off);

	return atomic_load_explicit(word, order);
}

static inline void put16(const struct vm_mem_slice *area, uint32_t off,
			 uint16_t value, memory_order order)
{
	_Atomic uint16_t *word = word_at(area, off);

	atomic_store_explicit(word, value, order);
}

static inline void put32(const struct vm_mem_slice *area, uint32_t off,
			 uint32_t value)
{
	_Atomic uint32_t *word = word_at(area, off);

	atomic_store_explicit(word, value, memory_order_relaxed);
}

static inline void put64(const struct vm_mem_slice *area, uint32_t off,
			 uint64_t value, memory_order order)
{
	_Atomic uint64_t *word = word_at(area, off);

	atomic_store_explicit(word, value, order);
}

static inline uint32_t driver_pos_sub(const struct virtq_driver *driver,
				      uint16_t a, uint16_t b)
{
	return (uint32_t)a - b + (a < b ? driver->modulus : 0);
}

static inline uint16_t driver_pos_add(const struct virtq_driver *driver,
				      uint16_t pos, uint32_t count)
{
	return (uint16_t)((pos + count) % driver->modulus);
}

/* Packed: offset and wrap counter of a position. */
static inline uint16_t pos_off(const struct virtq_driver *driver, uint16_t pos)
{
	return (uint16_t)(pos % driver->size);
}

static inline bool pos_wrap(const struct virtq_driver *driver, uint16_t pos)
{
	return pos < driver->size;
}

/* AVAIL and USED as they make the descriptor at @pos available (2.8.1). */
static inline uint32_t avail_flags(const struct virtq_driver *driver,
				   uint16_t pos)
{
	return pos_wrap(driver, pos) ? VIRTQ_DESC_F_AVAIL : VIRTQ_DESC_F_USED;
}

/* The second word of a descriptor of either ring. */
static inline uint64_t desc_word(const struct virtq_driver *driver,
				 uint32_t len, uint32_t flags, uint16_t link)
{
	uint64_t flags64 = flags, link64 = link;

	return driver->is_packed ? len | link64 << 32 | flags64 << 48
				 : len | flags64 << 32 | link64 << 48;
}

/* driver.c */
uint16_t driver_take_id(struct virtq_driver *driver);
void driver_put_id(struct virtq_driver *driver, uint16_t id);

/* split_driver.c and packed_driver.c */
void split_driver_add(struct virtq_driver *driver, uint16_t id,
		      const struct virtq_buf *bufs, uint16_t count,
		      uint32_t flags);
void packed_driver_add(struct virtq_driver *driver, uint16_t id,
		       const struct virtq_buf *bufs, uint16_t count,
		       uint32_t flags);
bool split_driver_publish(struct virtq_driver *driver);
bool packed_driver_publish(struct virtq_driver *driver);
bool split_driver_next(const struct virtq_driver *driver, uint32_t *ret_id,
		       uint32_t *ret_len);
bool packed_driver_next(const struct virtq_driver *driver, uint32_t *ret_id,
			uint32_t *ret_len);
void split_driver_release(struct virtq_driver *driver, uint16_t id);
void split_driver_enable(struct virtq_driver *driver, uint16_t after);
void packed_driver_enable(struct virtq_driver *driver, uint16_t after);
void split_driver_disable(struct virtq_driver *driver);
void packed_driver_disable(struct virtq_driver *driver);
bool split_driver_has_used(const struct virtq_driver *driver);
bool packed_driver_has_used(const struct virtq_driver *driver);

#endif
