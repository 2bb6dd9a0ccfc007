/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static vm_gpa round_up_16(vm_gpa gpa)
{
	return (gpa + 15) & ~UINT64_C(15);
}

vm_gpa virtq_layout(struct virtq_config *config, uint32_t size,
		    uint64_t features, vm_gpa gpa)
{
	bool is_packed = features & VIRTQ_BIT(VIRTIO_F_RING_PACKED);

	config->features = features;
	config->size = size;
	config->max_size = size;
	config->desc = gpa;
	config->driver = gpa + (uint64_t)VIRTQ_DESC_SIZE * size;
	config->device = round_up_16(
		config->driver +
		(is_packed ? VIRTQ_EVENT_SIZE : VIRTQ_AVAIL_SIZE(size)));
	return round_up_16(config->device + (is_packed
						     ? VIRTQ_EVENT_SIZE
						     : VIRTQ_USED_SIZE(size)));
}

static int map_area(const struct vm_mem *mem, vm_gpa gpa, uint64_t len,
		    struct vm_mem_slice *ret_slice)
{
	int r;

	r = vm_mem_get_slice(mem, gpa, len, ret_slice);
	if (!r)
		memset(ret_slice->hva, 0, len);
	return r;
}

static int map_areas(struct virtq_driver *driver,
		     const struct virtq_config *config)
{
	uint32_t size = config->size;
	int r;

	r = map_area(driver->mem, config->desc,
		     (uint64_t)VIRTQ_DESC_SIZE * size, &driver->desc);
	if (r)
		return r;
	r = map_area(driver->mem, config->driver,
		     driver->is_packed ? VIRTQ_EVENT_SIZE
				       : VIRTQ_AVAIL_SIZE(size),
		     &driver->driver);
	if (r)
		return r;
	return map_area(driver->mem, config->device,
			driver->is_packed ? VIRTQ_EVENT_SIZE
					  : VIRTQ_USED_SIZE(size),
			&driver->device);
}

static int alloc_tables(struct virtq_driver *driver)
{
	driver->ids = calloc(driver->size, sizeof(*driver->ids));
	driver->links = calloc(driver->size, sizeof(*driver->links));
	driver->order = calloc(driver->size, sizeof(*driver->order));
	driver->slots = calloc(driver->size, sizeof(*driver->slots));
	if (!driver->ids || !driver->links || !driver->order || !driver->slots)
		return -ENOMEM;
	for (uint32_t id = 0; id < driver->size; id++)
		driver_put_id(driver, (uint16_t)id);
	return 0;
}

int virtq_driver_new(const struct vm_mem *mem,
		     const struct virtq_config *config, vm_gpa tables,
		     struct virtq_driver **ret_driver)
{
	struct virtq_driver *driver = calloc(1, sizeof(*driver));
	uint64_t features = config->features;
	int r;

	if (!driver)
		return -ENOMEM;
	driver->mem = mem;
	driver->tables = tables;
	driver->size = config->size;
	driver->free = config->size;
	driver->is_packed = features & VIRTQ_BIT(VIRTIO_F_RING_PACKED);
	driver->has_event_idx = features & VIRTQ_BIT(VIRTIO_F_EVENT_IDX);
	driver->is_in_order = features & VIRTQ_BIT(VIRTIO_F_IN_ORDER);
	driver->modulus = driver->is_packed ? 2 * config->size : 65536;
	r = map_areas(driver, config);
	if (!r)
		r = alloc_tables(driver);
	if (r) {
		virtq_driver_free(driver);
		return r;
	}
	*ret_driver = driver;
	return 0;
}

void virtq_driver_free(struct virtq_driver *driver)
{
	if (!driver)
		return;
	free(driver->ids);
	free(driver->links);
	free(driver->order);
	free(driver->slots);
	free(driver);
}

void virtq_driver_set_pos(struct virtq_driver *driver, uint16_t pos)
{
	driver->next_avail = pos;
	driver->exposed = pos;
	driver->next_used = pos;
	if (driver->is_packed) {
		/* As if the lap so far had been used, the one before too. */
		for (uint32_t off = 0; off < driver->size; off++) {
			bool wrap = pos_wrap(driver, pos) ==
				    (off < pos_off(driver, pos));

			put64(&driver->desc, VIRTQ_DESC_SIZE * off + 8,
			      desc_word(driver, 0,
					wrap ? VIRTQ_DESC_F_AVAIL |
							VIRTQ_DESC_F_USED
					     : 0,
					0),
			      memory_order_relaxed);
		}
		return;
	}
	put16(&driver->driver, VIRTQ_AVAIL_IDX, pos, memory_order_relaxed);
	put16(&driver->device, VIRTQ_USED_IDX, pos, memory_order_relaxed);
}

/* First in, first out, which is the ring order that IN_ORDER asks for. */
uint16_t driver_take_id(struct virtq_driver *driver)
{
	return driver->ids[driver->id_get++ % driver->size];
}

void driver_put_id(struct virtq_driver *driver, uint16_t id)
{
	driver->ids[driver->id_put++ % driver->size] = id;
}

/* Writes the indirect table of @id and tells where it is. */
static int build_table(struct virtq_driver *driver, uint16_t id,
		       const struct virtq_buf *bufs, uint16_t count,
		       struct virtq_buf *table)
{
	const uint32_t table_size = VIRTQ_DRIVER_TABLE * VIRTQ_DESC_SIZE;
	struct vm_mem_slice slice;
	int r;

	table->gpa = driver->tables + (uint64_t)id * table_size;
	table->len = VIRTQ_DESC_SIZE * (uint32_t)count;
	table->is_writable = false;
	r = vm_mem_get_slice(driver->mem, table->gpa, table->len, &slice);
	if (r)
		return r;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t flags = bufs[i].is_writable ? VIRTQ_DESC_F_WRITE : 0;

		if (!driver->is_packed && i + 1 < count)
			flags |= VIRTQ_DESC_F_NEXT;
		put64(&slice, VIRTQ_DESC_SIZE * i, bufs[i].gpa,
		      memory_order_relaxed);
		put64(&slice, VIRTQ_DESC_SIZE * i + 8,
		      desc_word(driver, bufs[i].len, flags, (uint16_t)(i + 1)),
		      memory_order_relaxed);
	}
	return 0;
}

static void fill_slot(struct virtq_driver *driver, uint16_t id,
		      const struct virtq_buf *bufs, uint16_t count,
		      uint64_t token)
{
	struct chain_slot *slot = &driver->slots[id];

	*slot = (struct chain_slot){ .token = token, .is_outstanding = true };
	for (uint16_t i = 0; i < count; i++)
		slot->writable += bufs[i].is_writable ? bufs[i].len : 0;
	driver->order[driver->order_put++ % driver->size] = id;
}

int virtq_driver_add(struct virtq_driver *driver, const struct virtq_buf *bufs,
		     uint16_t count, enum virtq_driver_form form,
		     uint64_t token)
{
	uint32_t flags = 0;
	struct virtq_buf table;
	uint16_t id;
	int r;

	if (form == VIRTQ_DRIVER_INDIRECT
		    ? !driver->free || count > VIRTQ_DRIVER_TABLE
		    : driver->free < count)
		return -ENOSPC;
	id = driver->ids[driver->id_get % driver->size];
	if (form == VIRTQ_DRIVER_INDIRECT) {
		r = build_table(driver, id, bufs, count, &table);
		if (r)
			return r;
	}
	driver_take_id(driver);
	fill_slot(driver, id, bufs, count, token);
	if (form == VIRTQ_DRIVER_INDIRECT) {
		bufs = &table;
		count = 1;
		flags = VIRTQ_DESC_F_INDIRECT;
	}
	driver->slots[id].count = count;
	driver->free -= count;
	if (driver->is_packed)
		packed_driver_add(driver, id, bufs, count, flags);
	else
		split_driver_add(driver, id, bufs, count, flags);
	return 0;
}

bool virtq_driver_publish(struct virtq_driver *driver)
{
	if (driver->exposed == driver->next_avail)
		return false;
	return driver->is_packed ? packed_driver_publish(driver)
				 : split_driver_publish(driver);
}

/* Finds out which chain is complete, and how long it is. */
static int next_used(struct virtq_driver *driver, uint16_t *ret_id,
		     uint32_t *ret_len)
{
	uint32_t id, len;

	if (driver->has_batch) {
		if (!driver->is_packed && !split_driver_has_used(driver))
			return -EBADMSG;
		*ret_id = driver->batch_id;
		*ret_len = driver->batch_len;
		return 1;
	}
	if (!(driver->is_packed ? packed_driver_next(driver, &id, &len)
				: split_driver_next(driver, &id, &len)))
		return 0;
	if (id >= driver->size || !driver->slots[id].is_outstanding ||
	    len > driver->slots[id].writable)
		return -EBADMSG;
	*ret_id = (uint16_t)id;
	*ret_len = len;
	return 1;
}

/*
 * VIRTIO_F_IN_ORDER: an element completes all chains up to the one that it
 * names; those before it are full (2.7.9, 2.8.8).
 */
static void next_of_batch(struct virtq_driver *driver, uint16_t *id,
			  uint32_t *len)
{
	uint16_t oldest = driver->order[driver->order_get++ % driver->size];

	driver->has_batch = oldest != *id;
	if (!driver->has_batch)
		return;
	driver->batch_id = *id;
	driver->batch_len = *len;
	*id = oldest;
	*len = (uint32_t)driver->slots[oldest].writable;
}

int virtq_driver_get(struct virtq_driver *driver,
		     struct virtq_driver_used *ret_used)
{
	struct chain_slot *slot;
	uint32_t len;
	uint16_t id;
	int r;

	r = next_used(driver, &id, &len);
	if (r <= 0)
		return r;
	if (driver->is_in_order)
		next_of_batch(driver, &id, &len);
	slot = &driver->slots[id];
	slot->is_outstanding = false;
	ret_used->token = slot->token;
	ret_used->len = len;
	driver->free += slot->count;
	driver->next_used = driver_pos_add(driver, driver->next_used,
					   driver->is_packed ? slot->count : 1);
	if (driver->is_packed)
		driver_put_id(driver, id);
	else
		split_driver_release(driver, id);
	return 1;
}

bool virtq_driver_enable_interrupts(struct virtq_driver *driver, uint16_t after)
{
	if (driver->is_packed)
		packed_driver_enable(driver, after);
	else
		split_driver_enable(driver, after);
	/* Pairs with the device's barrier before its notification decision. */
	atomic_thread_fence(memory_order_seq_cst);
	return driver->has_batch ||
	       (driver->is_packed ? packed_driver_has_used(driver)
				  : split_driver_has_used(driver));
}

void virtq_driver_disable_interrupts(struct virtq_driver *driver)
{
	if (driver->is_packed)
		packed_driver_disable(driver);
	else
		split_driver_disable(driver);
}

uint32_t virtq_driver_notification(const struct virtq_driver *driver,
				   uint16_t queue)
{
	uint32_t next = driver->exposed;

	if (driver->is_packed)
		next = (uint32_t)pos_off(driver, driver->exposed) |
		       (pos_wrap(driver, driver->exposed) ? 0x8000u : 0);
	return queue | next << 16;
}
