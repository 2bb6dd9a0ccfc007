/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The split ring, VIRTIO 1.2 section 2.7. */
#include "walk.h"

#define NEXT	 VIRTQ_DESC_F_NEXT
#define WRITE	 VIRTQ_DESC_F_WRITE
#define INDIRECT VIRTQ_DESC_F_INDIRECT

/* The second word of a descriptor is {len, flags, next}. */

static inline uint32_t len_of(uint64_t rest)
{
	return (uint32_t)rest;
}

/* Only the lower 16 bits are flags, in which alone callers look. */
static inline uint32_t flags_of(uint64_t rest)
{
	return (uint32_t)(rest >> 32);
}

static inline uint32_t next_of(uint64_t rest)
{
	return (uint32_t)(rest >> 48);
}

void split_areas(const struct virtq_config *config, struct virtq_area *areas)
{
	uint32_t size = config->size;

	areas[0] = (struct virtq_area){ config->desc,
					(uint64_t)VIRTQ_DESC_SIZE * size, 16,
					VM_MEM_PERM_READ };
	areas[1] = (struct virtq_area){ config->driver, VIRTQ_AVAIL_SIZE(size),
					2, VM_MEM_PERM_READ };
	areas[2] = (struct virtq_area){ config->device, VIRTQ_USED_SIZE(size),
					4, VM_MEM_PERM_RW };
}

/*
 * Looks for chains beyond those already seen.  The driver may have at most as
 * many outstanding as there are descriptors, and never takes one back
 * (2.7.6.1), so any other index is a jump.
 */
static COLD int split_refresh(struct virtq *vq, struct virtq_chain *chain)
{
	uint16_t news, idx;

	/*
	 * Pairs with the driver's barrier before its store of idx (2.7.13.3):
	 * the entries and descriptors that idx exposes are visible.
	 */
	idx = area_load16(&vq->driver, VIRTQ_AVAIL_IDX, memory_order_acquire);
	news = (uint16_t)(idx - vq->next_avail);
	if ((uint32_t)news + outstanding(vq) > vq->size)
		return virtq_break(vq, chain, VIRTQ_FAULT_AVAIL_JUMP);
	vq->seen_avail = idx;
	return news ? split_pop(vq, chain) : 0;
}

static int split_walk_table(struct virtq *vq, uint64_t addr, uint64_t rest,
			    struct virtq_chain *chain);

/*
 * Goes on in a table after what walk_store() has stored, reading by address:
 * for tables that are uncommon or at fault.
 */
static COLD int split_copy_table(struct virtq *vq, uint64_t addr, uint64_t rest,
				 struct virtq_chain *chain)
{
	const uint32_t len = len_of(rest);
	struct walk walk = walk_resume(chain, vq->size);
	uint64_t words[2];
	uint32_t index = 0, flags;
	enum virtq_fault fault;

	fault = flags_of(rest) & NEXT ? VIRTQ_FAULT_INDIRECT_CHAINED
				      : table_check(vq, addr, len);
	while (!fault) {
		table_copy(vq, addr, index, words);
		flags = flags_of(words[1]);
		if (flags & INDIRECT)
			return virtq_spoil(chain, VIRTQ_FAULT_INDIRECT_NESTED);
		fault = walk_add(&walk, words[0], len_of(words[1]), flags,
				 chain);
		if (!fault && !(flags & NEXT))
			return walk_finish(walk, chain);
		index = next_of(words[1]);
		if (!fault && index >= len / VIRTQ_DESC_SIZE)
			fault = VIRTQ_FAULT_NEXT_RANGE;
	}
	return virtq_spoil(chain, fault);
}

/*
 * Walks the chain whose first descriptor is these words, which has more.  The
 * next ones are in the same @table of @count descriptors.  Where that lies does
 * not tell whether it is indirect: a driver may name its ring as a table.
 */
static inline __attribute__((always_inline)) int split_walk_in(
	struct virtq *vq, const void *table, uint32_t count, bool is_indirect,
	uint64_t addr, uint64_t rest, struct virtq_chain *chain)
{
	struct walk walk = walk_start(chain, vq->size);
	const _Atomic uint64_t *words;
	enum virtq_fault fault;
	uint32_t odd, next;

	for (;;) {
		odd = flags_of(rest) ^ walk.like;
		fault = VIRTQ_FAULT_NONE;
		if (odd & (WRITE | INDIRECT)) {
			if (odd & INDIRECT)
				break;
			fault = walk_turn(&walk, chain);
		}
		if (!fault)
			fault = walk_put(&walk, addr, len_of(rest));
		if (fault)
			return virtq_spoil(chain, fault);
		if (!(odd & NEXT))
			return walk_finish(walk, chain);
		next = odd >> 16;
		if (next >= count)
			return virtq_spoil(chain, VIRTQ_FAULT_NEXT_RANGE);
		words = words_at(table, next);
		addr = word_load(&words[0]);
		rest = word_load(&words[1]);
	}
	if (is_indirect)
		return virtq_spoil(chain, VIRTQ_FAULT_INDIRECT_NESTED);
	walk_store(walk, chain);
	return split_copy_table(vq, addr, rest, chain);
}

static NOINLINE int split_walk(struct virtq *vq, uint64_t addr, uint64_t rest,
			       struct virtq_chain *chain)
{
	return split_walk_in(vq, vq->desc.hva, vq->size, false, addr, rest,
			     chain);
}

static NOINLINE int split_walk_on(struct virtq *vq, const void *table,
				  uint32_t count, uint64_t addr, uint64_t rest,
				  struct virtq_chain *chain)
{
	return split_walk_in(vq, table, count, true, addr, rest, chain);
}

/* A table that is not where the last one was, or not legal. */
static COLD int split_miss_table(struct virtq *vq, uint64_t addr, uint64_t rest,
				 struct virtq_chain *chain)
{
	if (!table_hva(vq, addr, len_of(rest)) &&
	    table_remember(vq, addr, len_of(rest)))
		return split_walk_table(vq, addr, rest, chain);
	walk_store(walk_start(chain, vq->size), chain);
	return split_copy_table(vq, addr, rest, chain);
}

/* Walks the chain that is all in the table which these words refer to. */
static NOINLINE int split_walk_table(struct virtq *vq, uint64_t addr,
				     uint64_t rest, struct virtq_chain *chain)
{
	const uint32_t len = len_of(rest);
	const _Atomic uint64_t *words = table_hva(vq, addr, len);

	if (!words || !table_is_legal(vq, len) || flags_of(rest) & NEXT)
		return split_miss_table(vq, addr, rest, chain);
	addr = word_load(&words[0]);
	rest = word_load(&words[1]);
	if (flags_of(rest) & (NEXT | INDIRECT))
		return split_walk_on(vq, words, len / VIRTQ_DESC_SIZE, addr,
				     rest, chain);
	return walk_single(addr, len_of(rest), flags_of(rest), chain);
}

int split_pop(struct virtq *vq, struct virtq_chain *chain)
{
	uint16_t index = vq->next_avail, head;
	const _Atomic uint64_t *words;
	uint64_t addr, rest;

	if (index == vq->seen_avail)
		return split_refresh(vq, chain);
	head = area_load16(&vq->driver,
			   VIRTQ_AVAIL_RING + 2 * (index & (vq->size - 1)),
			   memory_order_relaxed);
	if (head >= vq->size)
		return virtq_break(vq, chain, VIRTQ_FAULT_HEAD_RANGE);
	chain->mem = vq->mem;
	chain->head.id = head;
	chain->head.count = 1;
	chain->head.index = index;
	chain->head.generation = vq->generation;
	vq->next_avail = (uint16_t)(index + 1);
	words = words_at(vq->desc.hva, head);
	addr = word_load(&words[0]);
	rest = word_load(&words[1]);
	if (flags_of(rest) & INDIRECT)
		return split_walk_table(vq, addr, rest, chain);
	if (flags_of(rest) & NEXT)
		return split_walk(vq, addr, rest, chain);
	return walk_single(addr, len_of(rest), flags_of(rest), chain);
}

/* Fills a used element.  The driver does not see it before split_flush(). */
static inline void use(struct virtq *vq, uint16_t index, uint16_t id,
		       uint32_t len)
{
	uint32_t slot = index & (vq->size - 1);
	_Atomic uint32_t *elem = area_at(
		&vq->device, VIRTQ_USED_RING + VIRTQ_USED_ELEM_SIZE * slot);

	atomic_store_explicit(&elem[0], id, memory_order_relaxed);
	atomic_store_explicit(&elem[1], len, memory_order_relaxed);
}

int split_push(struct virtq *vq, struct virtq_head head, uint32_t len)
{
	uint16_t index = vq->next_used;

	if (head.generation != vq->generation || index == vq->next_avail)
		return -ENOENT;
	if (len > head.writable)
		return -EINVAL;
	use(vq, index, head.id, len);
	vq->next_used = (uint16_t)(index + 1);
	return 0;
}

void split_push_held(struct virtq *vq)
{
	use(vq, vq->held.index, vq->held.id, vq->held.len);
}

/* Marks the elements from index @old up to the flushed one, and idx. */
static COLD void split_mark_dirty(const struct virtq *vq, uint16_t old)
{
	uint32_t count = (uint16_t)(vq->flushed - old);
	uint32_t slot = old & (vq->size - 1);
	uint32_t tail = vq->size - slot < count ? vq->size - slot : count;

	vm_mem_slice_mark_dirty(&vq->device,
				VIRTQ_USED_RING + VIRTQ_USED_ELEM_SIZE * slot,
				VIRTQ_USED_ELEM_SIZE * tail);
	vm_mem_slice_mark_dirty(&vq->device, 0,
				VIRTQ_USED_RING +
					VIRTQ_USED_ELEM_SIZE * (count - tail));
}

bool split_flush(struct virtq *vq)
{
	uint16_t old = vq->flushed, event;

	vq->flushed = vq->next_used;
	/*
	 * Pairs with the driver's barrier after its load of idx (2.7.14): a
	 * driver that sees the new index sees the elements and the buffers.
	 */
	area_store16(&vq->device, VIRTQ_USED_IDX, vq->flushed,
		     memory_order_release);
	if (vq->device.dirty)
		split_mark_dirty(vq, old);
	/*
	 * Pairs with the driver's barrier between enabling notifications and
	 * looking at idx again (2.7.14): either the driver sees the new index
	 * there, or its request for a notification is seen here.
	 */
	atomic_thread_fence(memory_order_seq_cst);
	if (!vq->has_event_idx)
		return !(area_load16(&vq->driver, VIRTQ_AVAIL_FLAGS,
				     memory_order_relaxed) &
			 VIRTQ_AVAIL_F_NO_INTERRUPT);
	event = area_load16(&vq->driver, VIRTQ_AVAIL_USED_EVENT(vq->size),
			    memory_order_relaxed);
	/* Was the element that @event names among these? */
	return (uint16_t)(event - old) < (uint16_t)(vq->flushed - old);
}

bool split_has_avail(const struct virtq *vq)
{
	return area_load16(&vq->driver, VIRTQ_AVAIL_IDX,
			   memory_order_relaxed) != vq->next_avail;
}

void split_enable_notification(struct virtq *vq)
{
	uint32_t off = vq->has_event_idx ? VIRTQ_USED_AVAIL_EVENT(vq->size)
					 : VIRTQ_USED_FLAGS;

	area_store16(&vq->device, off, vq->has_event_idx ? vq->next_avail : 0,
		     memory_order_relaxed);
	vm_mem_slice_mark_dirty(&vq->device, off, sizeof(uint16_t));
}

/*
 * With VIRTIO_F_EVENT_IDX flags stays 0 (2.7.10.2), and avail_event is left
 * behind: the driver has passed it already.
 */
void split_disable_notification(struct virtq *vq)
{
	if (vq->has_event_idx)
		return;
	area_store16(&vq->device, VIRTQ_USED_FLAGS, VIRTQ_USED_F_NO_NOTIFY,
		     memory_order_relaxed);
	vm_mem_slice_mark_dirty(&vq->device, VIRTQ_USED_FLAGS,
				sizeof(uint16_t));
}
