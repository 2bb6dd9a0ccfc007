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
	return 0;
}

static void set_positions(struct virtq *vq, uint16_t avail, uint16_t used)
{
	vq->next_avail = avail;
	vq->seen_avail = avail;
	vq->next_used = used;
	vq->flushed = used;
}

static bool positions_are_valid(const struct virtq *vq, uint16_t avail,
				uint16_t used)
{
	return avail < vq->modulus && used < vq->modulus &&
	       pos_sub(vq, avail, used) <= vq->size;
}

int virtq_restore(struct virtq *vq, const struct virtq_state *state,
		  const struct vm_mem *mem)
{
	struct virtq_state copy = *state;
	struct virtq_config config = { .features = copy.features,
				       .desc = copy.desc,
				       .driver = copy.driver,
				       .device = copy.device,
				       .size = copy.size,
				       .max_size = copy.max_size };
	enum virtq_fault fault = (enum virtq_fault)copy.fault;
	int r;

	if (virtq_is_active(vq))
		return -EINVAL;
	if (copy.version != VIRTQ_STATE_VERSION || copy.reserved)
		return -EBADMSG;
	if (!copy.size) {
		vq->generation = copy.generation;
		return 0;
	}
	if (!copy.generation || (fault && !virtq_fault_is_fatal(fault)))
		return -EBADMSG;
	r = virtq_activate(vq, &config, mem);
	if (r)
		return r == -EINVAL ? -EBADMSG : r;
	if (!positions_are_valid(vq, copy.next_avail, copy.next_used)) {
		virtq_reset(vq);
		return -EBADMSG;
	}
	set_positions(vq, copy.next_avail, copy.next_used);
	vq->generation = copy.generation;
	vq->fault = fault;
	return 0;
}

/* A position as VIRTIO writes it: offset and wrap counter (2.8.14). */
static uint32_t to_vhost(const struct virtq *vq, uint16_t pos)
{
	return pos < vq->size ? pos | VHOST_WRAP : pos - vq->size;
}

int virtq_get_vhost_base(const struct virtq *vq, uint32_t *ret_base)
{
	uint32_t half;

	if (!vq->size || vq->next_used != vq->flushed || in_flight(vq))
		return -EINVAL;
	half = to_vhost(vq, vq->next_avail);
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
	set_positions(vq, (uint16_t)off, (uint16_t)off);
	return 0;
}

static int split_from_vhost(struct virtq *vq, uint32_t base)
{
	/* vhost is quiet, so any order will do; the driver never writes it. */
	uint16_t used =
		area_load16(&vq->device, VIRTQ_USED_IDX, memory_order_relaxed);

	if (base != used)
		return -EBADMSG;
	set_positions(vq, used, used);
	return 0;
}

int virtq_set_vhost_base(struct virtq *vq, uint32_t base)
{
	if (!vq->size || vq->next_used != vq->flushed || in_flight(vq))
		return -EINVAL;
	return vq->is_packed ? packed_from_vhost(vq, base)
			     : split_from_vhost(vq, base);
}
