/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What a driver's notification carries (2.9).
 *
 * Without VIRTIO_F_NOTIFICATION_DATA the transport receives 16 bits that name
 * the queue: its index, or with VIRTIO_F_NOTIF_CONFIG_DATA the value that the
 * device chose for it.  With it, the driver adds where it will write next.
 *
 * Threading: pure functions.
 */
#ifndef VIRTIO_QUEUE_NOTIFICATION_H
#define VIRTIO_QUEUE_NOTIFICATION_H

#include <stdbool.h>
#include <stdint.h>

#include <virtio-queue/virtq.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct virtq_notification - a decoded notification
 * @queue: queue index, or notification config data
 * @next_off: 15 bits: avail index (split) or ring offset (packed)
 * @next_wrap: bit 15 of the avail index (split) or wrap counter (packed)
 * @has_next: the driver sent the other two
 */
struct virtq_notification {
	uint16_t queue;
	uint16_t next_off;
	bool next_wrap;
	bool has_next;
};

/**
 * virtq_notification_decode - take apart what was written to the transport
 * @value: as written by the driver; upper half ignored without the feature
 * @features: the negotiated feature bits
 */
static inline struct virtq_notification virtq_notification_decode(
	uint32_t value, uint64_t features)
{
	struct virtq_notification note;

	note.has_next = features & VIRTQ_BIT(VIRTIO_F_NOTIFICATION_DATA);
	note.queue = (uint16_t)value;
	note.next_off = note.has_next ? value >> 16 & 0x7fff : 0;
	note.next_wrap = note.has_next && value >> 31;
	return note;
}

/**
 * virtq_is_news - does a notification announce chains not yet popped?
 * @vq: active queue
 * @note: a notification for it
 *
 * Drivers may send several notifications for the same chains (2.9).  This
 * recognises the repeated ones without touching the ring.  Only a hint: the
 * driver is not trusted, and virtq_pop() alone decides.
 *
 * Returns true also if @note does not tell.
 */
static inline bool virtq_is_news(const struct virtq *vq,
				 struct virtq_notification note)
{
	if (!note.has_next)
		return true;
	if (vq->is_packed)
		return note.next_off != virtq_place_off(vq, vq->avail_place) ||
		       note.next_wrap != virtq_place_wrap(vq->avail_place);
	return (note.next_off | (note.next_wrap ? 0x8000 : 0)) !=
	       vq->next_avail;
}

#ifdef __cplusplus
}
#endif

#endif
