/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The driver's side of the packed ring, VIRTIO 1.2 section 2.8.21 and 2.8.22. */
#include "internal.h"

static uint32_t word_off(const struct virtq_driver *driver, uint16_t pos)
{
	return VIRTQ_DESC_SIZE * (uint32_t)pos_off(driver, pos) + 8;
}

void packed_driver_add(struct virtq_driver *driver, uint16_t id,
		       const struct virtq_buf *bufs, uint16_t count,
		       uint32_t flags)
{
	uint16_t pos = driver->next_avail;
	uint64_t word;

	for (uint16_t i = 0; i < count; i++) {
		uint32_t f = flags | avail_flags(driver, pos);

		f |= bufs[i].is_writable ? VIRTQ_DESC_F_WRITE : 0;
		f |= i + 1 < count ? VIRTQ_DESC_F_NEXT : 0;
		word = desc_word(driver, bufs[i].len, f, id);
		put64(&driver->desc, word_off(driver, pos) - 8, bufs[i].gpa,
		      memory_order_relaxed);
		if (pos == driver->exposed)
			driver->first_word = word;
		else
			put64(&driver->desc, word_off(driver, pos), word,
			      memory_order_relaxed);
		pos = driver_pos_add(driver, pos, 1);
	}
	driver->next_avail = pos;
}

/* Does the device ask to be told of the descriptors from @old on (2.8.10)? */
static bool device_wants_event(const struct virtq_driver *driver, uint16_t old)
{
	uint32_t event = get32(&driver->device, 0);
	uint16_t pos = event & 0x7fff;

	if (!(event & 0x8000))
		pos = (uint16_t)(pos + driver->size);
	switch (event >> 16) {
	case VIRTQ_EVENT_FLAGS_ENABLE:
		return true;
	case VIRTQ_EVENT_FLAGS_DESC:
		return driver_pos_sub(driver, pos, old) <
		       driver_pos_sub(driver, driver->exposed, old);
	default:
		return false;
	}
}

bool packed_driver_publish(struct virtq_driver *driver)
{
	uint16_t old = driver->exposed;

	driver->exposed = driver->next_avail;
	/* 2.8.21.1.1: pairs with the device's load of flags. */
	put64(&driver->desc, word_off(driver, old), driver->first_word,
	      memory_order_release);
	/* 2.8.21.2.1: pairs with the device's barrier after enabling. */
	atomic_thread_fence(memory_order_seq_cst);
	return device_wants_event(driver, old);
}

static bool is_used(const struct virtq_driver *driver, uint64_t word)
{
	const uint32_t both = VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED;
	bool wrap = pos_wrap(driver, driver->next_used);

	return (word >> 48 & both) == (wrap ? both : 0);
}

bool packed_driver_has_used(const struct virtq_driver *driver)
{
	/* 2.8.22: pairs with the device's store of flags. */
	return is_used(driver,
		       get64(&driver->desc, word_off(driver, driver->next_used),
			     memory_order_acquire));
}

bool packed_driver_next(const struct virtq_driver *driver, uint32_t *ret_id,
			uint32_t *ret_len)
{
	uint64_t word =
		get64(&driver->desc, word_off(driver, driver->next_used),
		      memory_order_acquire);

	if (!is_used(driver, word))
		return false;
	*ret_id = (uint16_t)(word >> 32);
	/* Without the write flag the length means nothing (2.8.4). */
	*ret_len = word >> 48 & VIRTQ_DESC_F_WRITE ? (uint32_t)word : 0;
	return true;
}

static void set_event(struct virtq_driver *driver, uint16_t pos, uint32_t flags)
{
	put32(&driver->driver, 0,
	      pos_off(driver, pos) | (pos_wrap(driver, pos) ? 0x8000u : 0) |
		      flags << 16);
}

void packed_driver_enable(struct virtq_driver *driver, uint16_t after)
{
	set_event(driver, driver_pos_add(driver, driver->next_used, after),
		  driver->has_event_idx ? VIRTQ_EVENT_FLAGS_DESC
					: VIRTQ_EVENT_FLAGS_ENABLE);
}

void packed_driver_disable(struct virtq_driver *driver)
{
	set_event(driver, driver->next_used, VIRTQ_EVENT_FLAGS_DISABLE);
}
