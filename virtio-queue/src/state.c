/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <virtio-queue/state.h>

#include "internal.h"

_Static_assert(sizeof(struct virtq_state) == 56, "the layout is fixed");

#define VHOST_WRAP 0x8000u

int virtq_save(const struct virtq *vq, struct virtq_state *ret_state)
{
	if (vq->next_used != vq->flushed)
		return -EINVAL;
	*ret_state = (struct virtq_state){ .version = VIRTQ_STATE_VERSION,
					   .size = vq->size,
					   .max_size = vq->config.max_size,
					   .fault = (uint32_t)vq->fault,
					   .features = vq->config.features,
					   .desc = vq->config.desc,
					   .driver = vq->config.driver,
					   .device = vq->config.device,
					   .next_avail = vq->next_avail,
					   .next_used = vq->next_used,
					   .generation = vq->generation };
	if (vq->is_packed)
		ret_state->position =
			(uint16_t)packed_position(vq, vq->avail_place);
	return 0;
}

static bool progress_is_valid(const struct virtq_state *state)
{
	bool is_packed = state->features & VIRTQ_BIT(VIRTIO_F_RING_PACKED);

	if ((uint16_t)(state->next_avail - state->next_used) > state->size)
		return false;
	return is_packed ? state->position < 2 * state->size : !state->position;
}

static void set_progress(struct virtq *vq, uint16_t next_avail,
			 uint16_t next_used, struct virtq_place place)
{
	vq->next_avail = next_avail;
	/* The split ring's index is read again, the packed ring has none. */
	vq->seen_avail =
		vq->is_packed ? (uint16_t)(next_used + vq->size) : next_avail;
	vq->next_used = next_used;
	vq->flushed = next_used;
	vq->avail_place = packed_place_avail(place);
	vq->used_place = packed_place_back(vq, place, in_flight(vq));
	vq->flushed_place = vq->used_place;
}

int virtq_restore(struct virtq *vq, const struct virtq_state *state,
		  const struct vm_mem *mem)
{
	const struct virtq_state copy = *state;
	const struct virtq_config config = { .features = copy.features,
					     .desc = copy.desc,
					     .driver = copy.driver,
					     .device = copy.device,
					     .size = copy.size,
					     .max_size = copy.max_size };
	const enum virtq_fault fault = (enum virtq_fault)copy.fault;
	int r;

	if (virtq_is_active(vq))
		return -EINVAL;
	if (copy.version != VIRTQ_STATE_VERSION)
		return -EBADMSG;
	if (!copy.size) {
		vq->generation = copy.generation;
		return 0;
	}
	if (!copy.generation || !progress_is_valid(&copy) ||
	    (fault && !virtq_fault_is_fatal(fault)))
		return -EBADMSG;
	r = virtq_activate(vq, &config, mem);
	if (r)
		return r == -EINVAL ? -EBADMSG : r;
	set_progress(vq, copy.next_avail, copy.next_used,
		     packed_place(vq, copy.position));
	vq->generation = copy.generation;
	vq->fault = fault;
	if (fault)
		vq->kind = VIRTQ_BROKEN;
	return 0;
}

static bool is_idle(const struct virtq *vq)
{
	return vq->size && !vq->fault && vq->next_used == vq->flushed &&
	       !in_flight(vq);
}

int virtq_get_vhost_base(const struct virtq *vq, uint32_t *ret_base)
{
	uint32_t half;

	if (!is_idle(vq))
		return -EINVAL;
	half = virtq_place_off(vq, vq->avail_place) |
	       (virtq_place_wrap(vq->avail_place) ? VHOST_WRAP : 0);
	*ret_base = vq->is_packed ? half | half << 16 : vq->next_avail;
	return 0;
}

static int packed_from_vhost(struct virtq *vq, uint32_t base)
{
	uint32_t off = base & (VHOST_WRAP - 1);

	if (base >> 16 != (base & 0xffff) || off >= vq->size)
		return -EBADMSG;
	if (!(base & VHOST_WRAP))
		off += vq->size;
	set_progress(vq, vq->next_avail, vq->next_used, packed_place(vq, off));
	return 0;
}

static int split_from_vhost(struct virtq *vq, uint32_t base)
{
	/* vhost is quiet, so any order will do; the driver never writes it. */
	uint16_t used =
		area_load16(&vq->device, VIRTQ_USED_IDX, memory_order_relaxed);

	if (base != used)
		return -EBADMSG;
	set_progress(vq, used, used, packed_place(vq, 0));
	return 0;
}

int virtq_set_vhost_base(struct virtq *vq, uint32_t base)
{
	if (!is_idle(vq))
		return -EINVAL;
	return vq->is_packed ? packed_from_vhost(vq, base)
			     : split_from_vhost(vq, base);
}
