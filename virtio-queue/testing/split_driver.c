/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The driver's side of the split ring, VIRTIO 1.2 section 2.7.13 and 2.7.14. */
#include "internal.h"

void split_driver_add(struct virtq_driver *driver, uint16_t id,
		      const struct virtq_buf *bufs, uint16_t count,
		      uint32_t flags)
{
	uint32_t slot = driver->next_avail % driver->size;
	uint16_t desc = id, next;

	for (uint16_t i = 0; i < count; i++) {
		uint32_t f = flags;

		f |= bufs[i].is_writable ? VIRTQ_DESC_F_WRITE : 0;
		f |= i + 1 < count ? VIRTQ_DESC_F_NEXT : 0;
		next = i + 1 < count ? driver_take_id(driver) : 0;
		put64(&driver->desc, VIRTQ_DESC_SIZE * (uint32_t)desc,
		      bufs[i].gpa, memory_order_relaxed);
		put64(&driver->desc, VIRTQ_DESC_SIZE * (uint32_t)desc + 8,
		      desc_word(driver, bufs[i].len, f, next),
		      memory_order_relaxed);
		driver->links[desc] = next;
		desc = next;
	}
	put16(&driver->driver, VIRTQ_AVAIL_RING + 2 * slot, id,
	      memory_order_relaxed);
	driver->next_avail++;
}

bool split_driver_publish(struct virtq_driver *driver)
{
	uint16_t old = driver->exposed, event;

	driver->exposed = driver->next_avail;
	/* 2.7.13.3.1: pairs with the device's load of idx. */
	put16(&driver->driver, VIRTQ_AVAIL_IDX, driver->exposed,
	      memory_order_release);
	/* 2.7.13.4.1: pairs with the device's barrier after enabling. */
	atomic_thread_fence(memory_order_seq_cst);
	if (!driver->has_event_idx)
		return !(get16(&driver->device, VIRTQ_USED_FLAGS,
			       memory_order_relaxed) &
			 VIRTQ_USED_F_NO_NOTIFY);
	event = get16(&driver->device, VIRTQ_USED_AVAIL_EVENT(driver->size),
		      memory_order_relaxed);
	return (uint16_t)(event - old) < (uint16_t)(driver->exposed - old);
}

bool split_driver_has_used(const struct virtq_driver *driver)
{
	/* 2.7.14: pairs with the device's store of idx. */
	return get16(&driver->device, VIRTQ_USED_IDX, memory_order_acquire) !=
	       driver->next_used;
}

bool split_driver_next(const struct virtq_driver *driver, uint32_t *ret_id,
		       uint32_t *ret_len)
{
	uint32_t off =
		VIRTQ_USED_RING +
		VIRTQ_USED_ELEM_SIZE * (driver->next_used % driver->size);

	if (!split_driver_has_used(driver))
		return false;
	*ret_id = get32(&driver->device, off);
	*ret_len = get32(&driver->device, off + 4);
	return true;
}

void split_driver_release(struct virtq_driver *driver, uint16_t id)
{
	uint16_t count = driver->slots[id].count;

	for (uint16_t i = 0; i < count; i++) {
		driver_put_id(driver, id);
		id = driver->links[id];
	}
}

void split_driver_enable(struct virtq_driver *driver, uint16_t after)
{
	if (driver->has_event_idx)
		put16(&driver->driver, VIRTQ_AVAIL_USED_EVENT(driver->size),
		      driver_pos_add(driver, driver->next_used, after),
		      memory_order_relaxed);
	else
		put16(&driver->driver, VIRTQ_AVAIL_FLAGS, 0,
		      memory_order_relaxed);
}

/* With VIRTIO_F_EVENT_IDX flags stays 0 (2.7.7.1): ask for one long past. */
void split_driver_disable(struct virtq_driver *driver)
{
	if (driver->has_event_idx)
		put16(&driver->driver, VIRTQ_AVAIL_USED_EVENT(driver->size),
		      (uint16_t)(driver->next_used - 1), memory_order_relaxed);
	else
		put16(&driver->driver, VIRTQ_AVAIL_FLAGS,
		      VIRTQ_AVAIL_F_NO_INTERRUPT, memory_order_relaxed);
}
