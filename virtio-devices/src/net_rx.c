/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Receiving, VIRTIO 1.2 sections 5.1.6.3 and 5.1.6.4.
 *
 * How long the next frame is shows when it was read, and then it is too late to
 * look for buffers.  So there is a stock of them, enough for the longest frame
 * that is likely, and what one frame leaves is there for the next one.
 */
#include <errno.h>
#include <string.h>

#include <vm-memory/endian.h>
#include <vm-memory/iter.h>

#include "net_internal.h"

/* What became of an attempt to take one more buffer from the ring. */
enum take {
	TAKE_DONE,
	/* The driver has given no more; it is to notify when it does. */
	TAKE_NONE,
	/* The next one has to wait until the stock is used up. */
	TAKE_FULL,
	/* One was completed unused. */
	TAKE_SKIPPED,
};

/* Notes the host addresses of a segment; false if it is not all there. */
static bool add_parts(struct net_stock *stock, uint16_t *count,
		      const struct vm_mem *mem, const struct virtq_seg *seg)
{
	struct vm_mem_iter iter;

	if (vm_mem_iter_init(&iter, mem, seg->gpa, seg->len, VM_MEM_PERM_WRITE))
		return false;
	while (stock->part_count + *count < NET_MAX_PARTS) {
		if (!vm_mem_iter_next(
			    &iter, &stock->parts[stock->part_count + *count]))
			return true;
		++*count;
	}
	return false;
}

/* A chain that cannot be used becomes nothing but a length of 0. */
static enum take skip(struct vm_virtio_net *net,
		      const struct virtq_chain *chain,
		      enum vm_virtio_error error)
{
	vm_virtio_device_count_error(&net->device, error);
	vm_virtio_queue_push(&net->device, net->serving, chain->head, 0);
	return TAKE_SKIPPED;
}

static enum take put_back(struct virtq *vq, const struct virtq_chain *chain)
{
	/* It was popped last, so nothing speaks against it. */
	(void)!virtq_undo_pop(vq, chain->head);
	return TAKE_FULL;
}

/* Adds a chain to the stock, or refuses it. */
static enum take add_buffer(struct vm_virtio_net *net, struct net_stock *stock,
			    struct virtq *vq, const struct virtq_chain *chain)
{
	uint16_t count = 0;
	bool is_good = chain->writable_len >= VM_VIRTIO_NET_HEADER &&
		       !chain->readable_segs;

	for (uint16_t i = 0; is_good && i < chain->writable_segs; i++)
		is_good = add_parts(stock, &count, chain->mem, &chain->segs[i]);
	if (!is_good)
		return stock->buffer_count
			       ? put_back(vq, chain)
			       : skip(net, chain, VM_VIRTIO_ERROR_REQUEST);
	stock->buffers[stock->buffer_count++] = (struct net_buffer){
		.head = chain->head,
		.len = chain->head.writable,
		.part_count = count,
	};
	stock->part_count = (uint16_t)(stock->part_count + count);
	stock->room += chain->head.writable;
	return TAKE_DONE;
}

static enum take take_buffer(struct vm_virtio_net *net, struct net_stock *stock)
{
	struct virtq *vq = &net->queues[net->serving].vq;
	struct virtq_chain *chain = &net->device.chain;
	int r = virtq_pop(vq, chain);

	if (!r && virtq_enable_notification(vq))
		r = virtq_pop(vq, chain);
	if (!r || virtq_is_broken(vq))
		return TAKE_NONE;
	if (r > 0)
		return add_buffer(net, stock, vq, chain);
	return stock->buffer_count ? put_back(vq, chain)
				   : skip(net, chain, VM_VIRTIO_ERROR_CHAIN);
}

/*
 * Is it worth waiting for more buffers?  A driver that had given enough once,
 * and has most of its ring to fill again, is about to, if only by half.  A long
 * frame then stays where it is instead of being dropped.  Any other driver gets
 * what fits.
 */
static bool is_low(struct net_stock *stock, uint32_t ring_size)
{
	uint32_t enough = stock->is_low ? ring_size / 2 : ring_size / 4 + 1;

	stock->is_low = stock->was_full && stock->buffer_count < enough;
	return stock->is_low;
}

/* Fills the stock; true if a frame may be read into it. */
static bool fill_stock(struct vm_virtio_net *net, struct net_stock *stock,
		       uint32_t *budget)
{
	bool can_merge = vm_virtio_device_has_feature(&net->device,
						      VIRTIO_NET_F_MRG_RXBUF);
	uint16_t most = can_merge ? NET_MAX_BUFFERS : 1;
	struct vm_virtio_queue *queue = &net->queues[net->serving];

	while (stock->buffer_count < most && stock->room < net->needed) {
		switch (take_buffer(net, stock)) {
		case TAKE_DONE:
			break;
		case TAKE_NONE:
			return stock->buffer_count &&
			       !is_low(stock, queue->config.size);
		case TAKE_FULL:
			return true;
		case TAKE_SKIPPED:
			if (!--*budget)
				return false;
		}
	}
	stock->was_full |= stock->room >= net->needed;
	stock->is_low = false;
	virtq_disable_notification(&queue->vq);
	return true;
}

/* Drops the first @count buffers from the stock, whatever became of them. */
static void remove_buffers(struct net_stock *stock, uint16_t count)
{
	uint16_t parts = 0;

	for (uint16_t i = 0; i < count; i++) {
		parts = (uint16_t)(parts + stock->buffers[i].part_count);
		stock->room -= stock->buffers[i].len;
	}
	stock->buffer_count = (uint16_t)(stock->buffer_count - count);
	stock->part_count = (uint16_t)(stock->part_count - parts);
	memmove(stock->buffers, stock->buffers + count,
		stock->buffer_count * sizeof(stock->buffers[0]));
	memmove(stock->parts, stock->parts + parts,
		stock->part_count * sizeof(stock->parts[0]));
}

void net_stock_return(struct vm_virtio_net *net, uint16_t queue)
{
	struct net_stock *stock = &net->pairs[queue / 2].stock;
	struct virtq *vq = &net->queues[queue].vq;

	while (stock->buffer_count)
		(void)!virtq_undo_pop(
			vq, stock->buffers[--stock->buffer_count].head);
	stock->part_count = 0;
	stock->room = 0;
	stock->was_full = false;
	stock->is_low = false;
}

/* Writes what belongs in front of the frame; its room is there. */
static void write_header(const struct net_stock *stock,
			 const struct net_header *header)
{
	const uint8_t *from = (const uint8_t *)header;
	size_t left = sizeof(*header);

	for (uint16_t i = 0; left; i++) {
		const struct vm_mem_slice *part = &stock->parts[i];
		size_t len = part->len < left ? (size_t)part->len : left;

		memcpy(part->hva, from, len);
		from += len;
		left -= len;
	}
}

/* The first @len bytes of the stock have been written, if there are as many. */
static void mark_dirty(const struct net_stock *stock, uint64_t len)
{
	for (uint16_t i = 0; len && i < stock->part_count; i++) {
		const struct vm_mem_slice *part = &stock->parts[i];
		uint64_t piece = part->len < len ? part->len : len;

		vm_mem_slice_mark_dirty(part, 0, piece);
		len -= piece;
	}
}

/* Gives a frame, @len bytes with its header, to the driver. */
static void deliver(struct vm_virtio_net *net, struct net_stock *stock,
		    struct net_header *header, uint64_t len)
{
	uint16_t count = 0;
	uint64_t left = len;

	while (left > stock->buffers[count].len)
		left -= stock->buffers[count++].len;
	header->num_buffers = vm_mem_le16((uint16_t)(count + 1));
	write_header(stock, header);
	for (uint16_t i = 0; i < count; i++)
		vm_virtio_queue_push(&net->device, net->serving,
				     stock->buffers[i].head,
				     stock->buffers[i].len);
	vm_virtio_queue_push(&net->device, net->serving,
			     stock->buffers[count].head, (uint32_t)left);
	remove_buffers(stock, (uint16_t)(count + 1));
	net->stats.rx_frames++;
	net->device.stats.bytes_to_driver += len - sizeof(*header);
}

/*
 * Addresses for header, frame and what is too much: the first bytes of the
 * stock are left out, for the header goes there when it has been checked.
 */
static int scatter(const struct net_stock *stock, struct net_header *header,
		   uint8_t *excess, struct iovec *iov)
{
	uint64_t left_out = sizeof(*header);
	int count = 0;

	iov[count++] = (struct iovec){ header, sizeof(*header) };
	for (uint16_t i = 0; i < stock->part_count; i++) {
		const struct vm_mem_slice *part = &stock->parts[i];
		uint64_t off = part->len < left_out ? part->len : left_out;

		left_out -= off;
		if (off < part->len)
			iov[count++] =
				(struct iovec){ (uint8_t *)part->hva + off,
						part->len - off };
	}
	iov[count++] = (struct iovec){ excess, 1 };
	return count;
}

static int64_t read_frame(int fd, const struct iovec *iov, int count)
{
	ssize_t done;

	do {
		done = readv(fd, iov, count);
	} while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : done;
}

/* The frame's destination; the driver may change it and fools itself. */
static void get_destination(const struct iovec *iov, uint8_t mac[NET_MAC])
{
	size_t done = 0;

	for (int i = 1; done < NET_MAC; i++) {
		size_t len = NET_MAC - done;

		if (iov[i].iov_len < len)
			len = iov[i].iov_len;
		memcpy(mac + done, iov[i].iov_base, len);
		done += len;
	}
}

/* 5.1.4.1: does a frame exceed the MTU that both sides agreed upon? */
static bool is_giant(const struct vm_virtio_net *net,
		     const struct net_header *header, uint64_t len)
{
	const unsigned int around =
		VM_VIRTIO_NET_HEADER + NET_ETHERNET + NET_ETHERNET_TAG;

	return header->gso_type == NET_GSO_NONE &&
	       vm_virtio_device_has_feature(&net->device, VIRTIO_NET_F_MTU) &&
	       len > around + vm_mem_le16(net->config.mtu);
}

/* Has a frame of @len bytes, with its header, to be dropped? */
static bool is_unwelcome(struct vm_virtio_net *net,
			 const struct net_stock *stock,
			 struct net_header *header, const struct iovec *iov,
			 uint64_t len)
{
	uint8_t mac[NET_MAC];

	if (len > stock->room) {
		net->stats.rx_too_long++;
		return true;
	}
	if (len < sizeof(*header) + NET_ETHERNET ||
	    !net_header_check(header, &net->rx_offloads)) {
		net->stats.rx_refused++;
		return true;
	}
	if (is_giant(net, header, len)) {
		net->stats.rx_too_long++;
		return true;
	}
	get_destination(iov, mac);
	if (net_filter_wants(net, mac))
		return false;
	net->stats.rx_filtered++;
	return true;
}

/* Reads a frame into the stock; false if there is none. */
static bool receive(struct vm_virtio_net *net, struct net_pair *pair)
{
	struct net_stock *stock = &pair->stock;
	struct iovec iov[NET_MAX_PARTS + 2];
	struct net_header header;
	uint8_t excess;
	int64_t len;
	int count;

	count = scatter(stock, &header, &excess, iov);
	len = read_frame(pair->fd, iov, count);
	if (len <= 0) {
		/* What ended stays readable for ever. */
		pair->has_frames = false;
		if (len != -EAGAIN)
			vm_virtio_device_count_error(&net->device,
						     VM_VIRTIO_ERROR_IO);
		return false;
	}
	mark_dirty(stock, (uint64_t)len);
	if (is_unwelcome(net, stock, &header, iov, (uint64_t)len))
		return true;
	vm_rate_limiter_take(&net->rx_rate.limiter,
			     (uint64_t)len - sizeof(header));
	deliver(net, stock, &header, (uint64_t)len);
	return true;
}

void net_receive(struct vm_virtio_net *net, uint16_t queue)
{
	struct net_pair *pair = &net->pairs[queue / 2];
	uint32_t budget = VM_VIRTIO_NET_BUDGET;

	if (!pair->has_frames || !net_is_up(net))
		return;
	net->serving = queue;
	while (budget && fill_stock(net, &pair->stock, &budget)) {
		if (net_is_throttled(net, &net->rx_rate) || !receive(net, pair))
			break;
		budget--;
	}
	vm_virtio_queue_flush(&net->device, queue);
	if (!budget)
		net->device.host.kick(net->device.host.context, queue);
}
