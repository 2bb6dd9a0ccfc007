/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Saving a queue, restoring it, and handing it to vhost and back.
 *
 * Threading: as virtq.h.  The device is paused meanwhile.
 */
#ifndef VIRTIO_QUEUE_STATE_H
#define VIRTIO_QUEUE_STATE_H

#include <stdint.h>

#include <virtio-queue/virtq.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VIRTQ_STATE_VERSION 1

/**
 * struct virtq_state - a queue without the memory it lies in
 * @version: VIRTQ_STATE_VERSION
 * @size: descriptors; 0 if the queue was inactive, and then nothing else counts
 * @max_size: most descriptors that the device offered
 * @features: negotiated features
 * @desc: Descriptor Area
 * @driver: Driver Area
 * @device: Device Area
 * @next_avail: index of the next pop
 * @next_used: index of the next completion
 * @generation: which saved heads are of this activation
 * @position: packed: where the next pop is: its offset, plus @size while the
 *	wrap counter is 0.  Split: 0, the index tells.
 * @fault: enum virtq_fault of a broken queue
 *
 * The layout is the same for every compiler; byte order is the host's.
 */
struct virtq_state {
	uint32_t version;
	uint32_t size;
	uint32_t max_size;
	uint32_t fault;
	uint64_t features;
	uint64_t desc;
	uint64_t driver;
	uint64_t device;
	uint16_t next_avail;
	uint16_t next_used;
	uint16_t generation;
	uint16_t position;
};

/**
 * virtq_save - describe a queue so that it can go on elsewhere
 * @vq: any queue
 * @ret_state: the description
 *
 * Chains that are in flight stay so: the device completes them first, or saves
 * their heads beside this.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, completions were pushed and not flushed
 */
VIRTQ_API VIRTQ_CHECK int virtq_save(const struct virtq *vq,
				     struct virtq_state *ret_state);

/**
 * virtq_restore - go on where a saved queue stopped
 * @vq: inactive queue
 * @state: from virtq_save(), trusted no more than the driver
 * @mem: guest memory map; must outlive the activation
 *
 * On failure @vq stays inactive.  Restoring an inactive queue succeeds and
 * leaves it so.  Whether the driver notifies is as the ring says: look for
 * chains, as virtq_drain() does, before waiting for a notification.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @vq is active
 *	-EBADMSG, unknown version, a configuration that virtq_activate() would
 *		refuse, or an impossible position
 *	-EFAULT, -EOVERFLOW, as virtq_activate()
 */
VIRTQ_API VIRTQ_CHECK int virtq_restore(struct virtq *vq,
					const struct virtq_state *state,
					const struct vm_mem *mem);

/**
 * virtq_get_vhost_base - what VHOST_SET_VRING_BASE wants to know
 * @vq: active queue with nothing in flight
 * @ret_base: split: the next avail index.  Packed: in each half an offset with
 *	the wrap counter in bit 15; low half avail, high half used.
 *
 * From then on vhost owns the queue: use no other call than
 * virtq_set_vhost_base() and virtq_reset().
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @vq is inactive or broken, or chains are in flight or not
 *		flushed
 */
VIRTQ_API VIRTQ_CHECK int virtq_get_vhost_base(const struct virtq *vq,
					       uint32_t *ret_base);

/**
 * virtq_set_vhost_base - take a queue back from vhost
 * @vq: active queue
 * @base: what VHOST_GET_VRING_BASE returned
 *
 * vhost completes what it has taken before it lets go of a queue, so nothing
 * is in flight afterwards.  It may have held notifications off: look for
 * chains before waiting for one.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @vq is inactive or broken, or has chains in flight
 *	-EBADMSG, @base is no position in this queue, or its halves differ
 *		(packed), or the used index in guest memory does (split)
 */
VIRTQ_API VIRTQ_CHECK int virtq_set_vhost_base(struct virtq *vq, uint32_t base);

#ifdef __cplusplus
}
#endif

#endif
