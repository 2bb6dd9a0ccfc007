/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "internal.h"

static void config_areas(const struct virtq_config *config,
			 struct virtq_area *areas)
{
	if (config->features & VIRTQ_BIT(VIRTIO_F_RING_PACKED))
		packed_areas(config, areas);
	else
		split_areas(config, areas);
}

/* 2.7: the size of a split queue is a power of two; 2.8.10.1: any other. */
static int check_size(const struct virtq_config *config)
{
	if (!config->max_size || config->max_size > VIRTQ_MAX_SIZE)
		return -EINVAL;
	if (!config->size || config->size > config->max_size)
		return -EBADMSG;
	if (config->features & VIRTQ_BIT(VIRTIO_F_RING_PACKED))
		return 0;
	return config->size & (config->size - 1) ? -EBADMSG : 0;
}

static int check_areas(const struct virtq_area *areas)
{
	vm_gpa last[3];

	for (int i = 0; i < 3; i++) {
		if (areas[i].gpa % areas[i].align)
			return -EBADMSG;
		if (vm_gpa_last(areas[i].gpa, areas[i].len, &last[i]))
			return -EOVERFLOW;
	}
	for (int i = 0; i < 3; i++) {
		int j = (i + 1) % 3;

		if (areas[i].gpa <= last[j] && areas[j].gpa <= last[i])
			return -EBADMSG;
	}
	return 0;
}

/*
 * An I/O view may show an aligned address where its memory is not aligned, and
 * there the words of a ring would not be atomic.
 */
static int translate(const struct virtq_area *areas, const struct vm_mem *mem,
		     struct vm_mem_slice slices[3])
{
	int r;

	for (int i = 0; i < 3; i++) {
		r = vm_mem_get_slice_perm(mem, areas[i].gpa, areas[i].len,
					  areas[i].perm, &slices[i]);
		if (r)
			return r;
		if ((uintptr_t)slices[i].hva % areas[i].align)
			return -EFAULT;
	}
	return 0;
}

static void set_view(struct virtq *vq, const struct vm_mem *mem,
		     const struct vm_mem_slice slices[3])
{
	vq->mem = mem;
	vq->table = (struct vm_mem_slice){ 0 };
	vq->desc = slices[0];
	vq->driver = slices[1];
	vq->device = slices[2];
	vq->desc_end = (uintptr_t)vq->desc.hva + vq->desc.len;
}

int virtq_activate(struct virtq *vq, const struct virtq_config *config,
		   const struct vm_mem *mem)
{
	struct virtq_config copy = *config;
	struct vm_mem_slice slices[3];
	struct virtq_area areas[3];
	int r;

	if (virtq_is_active(vq))
		return -EINVAL;
	r = check_size(&copy);
	if (r)
		return r;
	config_areas(&copy, areas);
	r = check_areas(areas);
	if (r)
		return r;
	r = translate(areas, mem, slices);
	if (r)
		return r;

	virtq_reset(vq);
	set_view(vq, mem, slices);
	vq->config = copy;
	vq->size = copy.size;
	vq->is_packed = copy.features & VIRTQ_BIT(VIRTIO_F_RING_PACKED);
	vq->has_event_idx = copy.features & VIRTQ_BIT(VIRTIO_F_EVENT_IDX);
	vq->has_indirect = copy.features & VIRTQ_BIT(VIRTIO_F_INDIRECT_DESC);
	vq->kind = vq->is_packed ? VIRTQ_PACKED : VIRTQ_SPLIT;
	if (!(copy.features & VIRTQ_BIT(VIRTIO_F_IN_ORDER)))
		vq->push_kind = vq->kind;
	vq->used_place = packed_place(vq, 0);
	vq->flushed_place = vq->used_place;
	vq->avail_place = packed_place_avail(vq->used_place);
	vq->seen_avail = vq->is_packed ? (uint16_t)vq->size : 0;
	/* Generation 0 belongs to heads that were never popped. */
	if (!++vq->generation)
		vq->generation = 1;
	return 0;
}

void virtq_reset(struct virtq *vq)
{
	uint16_t generation = vq->generation;

	*vq = (struct virtq){ .generation = generation };
}

int virtq_set_mem(struct virtq *vq, const struct vm_mem *mem)
{
	struct vm_mem_slice slices[3];
	struct virtq_area areas[3];
	int r;

	if (!virtq_is_active(vq))
		return -EINVAL;
	config_areas(&vq->config, areas);
	r = translate(areas, mem, slices);
	if (r)
		return r;
	if (vq->is_packed)
		packed_move(vq, (uintptr_t)slices[0].hva);
	set_view(vq, mem, slices);
	return 0;
}

COLD int virtq_break(struct virtq *vq, struct virtq_chain *chain,
		     enum virtq_fault fault)
{
	vq->kind = VIRTQ_BROKEN;
	vq->fault = fault;
	chain->fault = fault;
	chain->head = (struct virtq_head){ 0 };
	return virtq_fault_errno(fault);
}

COLD int virtq_spoil(struct virtq_chain *chain, enum virtq_fault fault)
{
	chain->fault = fault;
	chain->readable_segs = 0;
	chain->writable_segs = 0;
	chain->readable_len = 0;
	chain->writable_len = 0;
	chain->head.writable = 0;
	chain->head.is_malformed = 1;
	return virtq_fault_errno(fault);
}

/* 2.7.5.2: no chain is longer than 2^32 bytes in total. */
COLD int virtq_finish_huge(struct virtq_chain *chain)
{
	if (chain->readable_len + chain->writable_len > UINT64_C(1) << 32)
		return virtq_spoil(chain, VIRTQ_FAULT_TOTAL_LENGTH);
	chain->head.writable = chain->writable_len > UINT32_MAX
				       ? UINT32_MAX
				       : (uint32_t)chain->writable_len;
	chain->head.is_malformed = 0;
	chain->fault = VIRTQ_FAULT_NONE;
	return 1;
}

int virtq_pop(struct virtq *vq, struct virtq_chain *chain)
{
	if (!chain->max_segs)
		return -EINVAL;
	/* Only VIRTQ_PACKED is above: one comparison tells the rings apart. */
	if (vq->kind > VIRTQ_SPLIT)
		return packed_pop(vq, chain);
	if (vq->kind == VIRTQ_SPLIT)
		return split_pop(vq, chain);
	return vq->kind == VIRTQ_BROKEN ? 0 : -EINVAL;
}

int virtq_peek(struct virtq *vq, struct virtq_chain *chain)
{
	struct virtq_place place = vq->avail_place;
	uint16_t index = vq->next_avail;
	int r = virtq_pop(vq, chain);

	vq->avail_place = place;
	vq->next_avail = index;
	return r;
}

int virtq_undo_pop(struct virtq *vq, struct virtq_head head)
{
	if (head.generation != vq->generation || !has_popped(vq, head.count) ||
	    (uint16_t)(head.index + head.count) != vq->next_avail)
		return -ENOENT;
	vq->next_avail = head.index;
	if (vq->is_packed)
		vq->avail_place =
			packed_place_back(vq, vq->avail_place, head.count);
	return 0;
}

static void push_held(struct virtq *vq)
{
	if (vq->is_packed)
		packed_push_held(vq);
	else
		split_push_held(vq);
	vq->held.is_held = false;
}

/*
 * VIRTIO_F_IN_ORDER: a completion that filled its buffers is implied by the
 * element of a later one (2.7.9, 2.8.8).  So it is held until the next one
 * turns up to absorb it; the element goes where the run began.  A malformed
 * chain may have writable bytes that nobody has filled: it is never implied.
 */
static COLD int push_in_order(struct virtq *vq, struct virtq_head head,
			      uint32_t len)
{
	struct virtq_held *held = &vq->held;

	if (head.generation != vq->generation || !has_popped(vq, head.count))
		return -ENOENT;
	if (len > head.writable || head.index != vq->next_used)
		return -EINVAL;
	if (held->is_held && !held->is_complete)
		push_held(vq);
	if (!held->is_held) {
		held->index = head.index;
		held->place = vq->used_place;
	}
	held->is_held = true;
	held->is_complete =
		len == head.writable && len != UINT32_MAX && !head.is_malformed;
	held->id = head.id;
	held->len = len;
	vq->next_used = (uint16_t)(vq->next_used + head.count);
	if (vq->is_packed)
		packed_advance_used(vq, head.count);
	return 0;
}

int virtq_push(struct virtq *vq, struct virtq_head head, uint32_t len)
{
	/* As in virtq_pop(). */
	if (vq->push_kind > VIRTQ_SPLIT)
		return packed_push(vq, head, len);
	if (vq->push_kind == VIRTQ_SPLIT)
		return split_push(vq, head, len);
	return push_in_order(vq, head, len);
}

bool virtq_flush(struct virtq *vq)
{
	if (vq->next_used == vq->flushed)
		return false;
	if (vq->held.is_held)
		push_held(vq);
	return vq->is_packed ? packed_flush(vq) : split_flush(vq);
}

bool virtq_has_avail(const struct virtq *vq)
{
	if (vq->kind == VIRTQ_SPLIT)
		return split_has_avail(vq);
	return vq->kind == VIRTQ_PACKED && packed_has_avail(vq);
}

bool virtq_enable_notification(struct virtq *vq)
{
	if (!vq->size)
		return false;
	if (vq->is_packed)
		packed_enable_notification(vq);
	else
		split_enable_notification(vq);
	/*
	 * Pairs with the driver's barrier between exposing a chain and looking
	 * whether to notify (2.7.13.4.1, 2.8.21.3.1): either the driver sees
	 * the request, or the chain is seen here.
	 */
	atomic_thread_fence(memory_order_seq_cst);
	return virtq_has_avail(vq);
}

void virtq_disable_notification(struct virtq *vq)
{
	if (!vq->size)
		return;
	if (vq->is_packed)
		packed_disable_notification(vq);
	else
		split_disable_notification(vq);
}
