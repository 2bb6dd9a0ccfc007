/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The numbers of VIRTIO 1.2 that concern virtqueues: feature bits (6), the
 * split ring (2.7) and the packed ring (2.8).  All fields in guest memory are
 * little-endian.
 *
 * Threading: constants only.
 */
#ifndef VIRTIO_QUEUE_SPEC_H
#define VIRTIO_QUEUE_SPEC_H

#include <stdint.h>

/* 6 Reserved Feature Bits, as bit numbers like in <linux/virtio_config.h>. */
#define VIRTIO_F_INDIRECT_DESC	   28
#define VIRTIO_F_EVENT_IDX	   29
#define VIRTIO_F_VERSION_1	   32
#define VIRTIO_F_RING_PACKED	   34
#define VIRTIO_F_IN_ORDER	   35
#define VIRTIO_F_NOTIFICATION_DATA 38
#define VIRTIO_F_NOTIF_CONFIG_DATA 39
#define VIRTIO_F_RING_RESET	   40

#define VIRTQ_BIT(number) (UINT64_C(1) << (number))

/*
 * What every device on this library can offer.  VIRTIO_F_IN_ORDER is for the
 * device to add if it completes in order; VIRTIO_F_NOTIFICATION_DATA,
 * VIRTIO_F_NOTIF_CONFIG_DATA and VIRTIO_F_RING_RESET are for the transport.
 */
#define VIRTQ_RING_FEATURES                                                  \
	(VIRTQ_BIT(VIRTIO_F_INDIRECT_DESC) | VIRTQ_BIT(VIRTIO_F_EVENT_IDX) | \
	 VIRTQ_BIT(VIRTIO_F_RING_PACKED))

/* The most descriptors that a queue may have (2.7, 2.8). */
#define VIRTQ_MAX_SIZE 32768

/*
 * Descriptor flags.  AVAIL and USED exist in the packed ring only (2.8.1).
 * A split descriptor is {le64 addr, le32 len, le16 flags, le16 next} (2.7.5),
 * a packed one {le64 addr, le32 len, le16 id, le16 flags} (2.8.13).
 */
#define VIRTQ_DESC_SIZE	      16
#define VIRTQ_DESC_F_NEXT     (1u << 0)
#define VIRTQ_DESC_F_WRITE    (1u << 1)
#define VIRTQ_DESC_F_INDIRECT (1u << 2)
#define VIRTQ_DESC_F_AVAIL    (1u << 7)
#define VIRTQ_DESC_F_USED     (1u << 15)

/* Available ring: flags, idx, ring[size], used_event, each le16 (2.7.6). */
#define VIRTQ_AVAIL_FLAGS	     0
#define VIRTQ_AVAIL_IDX		     2
#define VIRTQ_AVAIL_RING	     4
#define VIRTQ_AVAIL_USED_EVENT(size) (4 + 2 * (uint32_t)(size))
#define VIRTQ_AVAIL_SIZE(size)	     (6 + 2 * (uint32_t)(size))
#define VIRTQ_AVAIL_F_NO_INTERRUPT   1u

/* Used ring: le16 flags, le16 idx, {le32 id, le32 len}[size], le16 avail_event
 * (2.7.8). */
#define VIRTQ_USED_FLAGS	     0
#define VIRTQ_USED_IDX		     2
#define VIRTQ_USED_RING		     4
#define VIRTQ_USED_ELEM_SIZE	     8
#define VIRTQ_USED_AVAIL_EVENT(size) (4 + 8 * (uint32_t)(size))
#define VIRTQ_USED_SIZE(size)	     (6 + 8 * (uint32_t)(size))
#define VIRTQ_USED_F_NO_NOTIFY	     1u

/*
 * Packed event suppression: le16 desc (offset in bits 0-14, wrap counter in
 * bit 15), le16 flags (2.8.14).
 */
#define VIRTQ_EVENT_SIZE	  4
#define VIRTQ_EVENT_FLAGS_ENABLE  0u
#define VIRTQ_EVENT_FLAGS_DISABLE 1u
#define VIRTQ_EVENT_FLAGS_DESC	  2u
#define VIRTQ_EVENT_FLAGS_MASK	  3u

#endif
