/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The split ring, VIRTIO 1.2 section 2.7. */
#include "walk.h"

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
 *
 * Returns 1 if there are some, 0 if not, or as virtq_pop().
 */
static COLD int split_refresh(struct virtq *vq, struct virtq_chain *chain)
{
	uint16_t news, outstanding, idx;

	/*
	 * Pairs with the driver's barrier before its store of idx (2.7.13.3):
	 * the entries and descriptors that idx exposes are visible.
	 */
	idx = area_load16(&vq->driver, VIRTQ_AVAIL_IDX, memory_order_acquire);
	news = (uint16_t)(idx - vq->next_avail);
	outstanding = (uint16_t)(vq->next_avail - vq->flushed);
	if ((uint32_t)news + outstanding > vq->size)
		return virtq_break(vq, chain, VIRTQ_FAULT_AVAIL_JUMP);
	vq->seen_avail = idx;
	return news != 0;
}

/* Goes on in an indirect table, which ends the chain. */
static COLD int split_walk_table(const struct virtq *vq, struct desc desc,
				 struct walk walk, struct virtq_chain *chain)
{
	enum virtq_fault fault;
	struct table table;
	uint32_t index = 0;
	uint64_t words[2];

	fault = table_enter(vq, &desc, &table);
	while (!fault) {
		if (!table_read(&table, index, words))
			return virtq_spoil(chain,
					   VIRTQ_FAULT_INDIRECT_UNBACKED);
		desc = desc_from_split(words[0], words[1]);
		if (desc.flags & VIRTQ_DESC_F_INDIRECT)
			return virtq_spoil(chain, VIRTQ_FAULT_INDIRECT_NESTED);
		fault = walk_add(&walk, desc);
		if (!fault && !(desc.flags & VIRTQ_DESC_F_NEXT))
			return walk_finish(walk, chain);
		index = desc.link;
		if (!fault && index >= table.count)
			fault = VIRTQ_FAULT_NEXT_RANGE;
	}
	return virtq_spoil(chain, fault);
}

static inline int split_walk(const struct virtq *vq, uint32_t index,
			     struct virtq_chain *chain)
{
	const struct vm_mem_slice ring = vq->desc;
	const uint32_t size = vq->size;
	struct walk walk = walk_start(vq, chain);
	enum virtq_fault fault;
	struct desc desc;

	for (;;) {
		desc = desc_from_split(desc_load(&ring, index, 0),
				       desc_load(&ring, index, 1));
		if (desc.flags & VIRTQ_DESC_F_INDIRECT)
			return split_walk_table(vq, desc, walk, chain);
		fault = walk_add(&walk, desc);
		if (fault)
			return virtq_spoil(chain, fault);
		if (!(desc.flags & VIRTQ_DESC_F_NEXT))
			return walk_finish(walk, chain);
		index = desc.link;
		if (index >= size)
			return virtq_spoil(chain, VIRTQ_FAULT_NEXT_RANGE);
	}
}

int split_pop(struct virtq *vq, struct virtq_chain *chain)
{
	uint16_t pos = vq->next_avail, head;
	uint32_t slot;
	int r;

	if (pos == vq->seen_avail) {
		r = split_refresh(vq, chain);
		if (r <= 0)
			return r;
	}
	slot = pos & (vq->size - 1);
	head = area_load16(&vq->driver, VIRTQ_AVAIL_RING + 2 * slot,
			   memory_order_relaxed);
	if (head >= vq->size)
		return virtq_break(vq, chain, VIRTQ_FAULT_HEAD_RANGE);
	chain->mem = vq->mem;
	chain->head.id = head;
	chain->head.count = 1;
	chain->head.pos = pos;
	chain->head.generation = vq->generation;
	vq->next_avail = (uint16_t)(pos + 1);
	return split_walk(vq, head, chain);
}

/* Fills a used element.  The driver does not see it before split_flush(). */
void split_use(struct virtq *vq, uint16_t pos, uint16_t id, uint32_t len)
{
	uint32_t off =
		VIRTQ_USED_RING + VIRTQ_USED_ELEM_SIZE * (pos & (vq->size - 1));

	area_store32(&vq->device, off, id, memory_order_relaxed);
	area_store32(&vq->device, off + 4, len, memory_order_relaxed);
}

int split_push(struct virtq *vq, struct virtq_head head, uint32_t len)
{
	uint16_t pos = vq->next_used;
	int r;

	r = check_push(vq, head, len);
	if (r)
		return r;
	split_use(vq, pos, head.id, len);
	vq->next_used = (uint16_t)(pos + 1);
	return 0;
}

/* Marks the elements from position @old up to the flushed one, and idx. */
static void split_mark_dirty(const struct virtq *vq, uint16_t old)
{
	uint32_t count = pos_sub(vq, vq->flushed, old);
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
	return window_has(vq, event, old, vq->flushed);
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
