/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Packet transmission, VIRTIO 1.2 section 5.1.6.2. */
#include <errno.h>

#include <virtio-queue/cursor.h>
#include <vm-memory/endian.h>

#include "net_internal.h"

bool net_header_check(struct net_header *header,
		      const struct net_offloads *offloads)
{
	unsigned int gso = header->gso_type & ~(unsigned int)NET_GSO_ECN;

	header->flags &= NET_F_NEEDS_CSUM | NET_F_DATA_VALID;
	if (!offloads->has_csum)
		header->flags &= NET_F_NEEDS_CSUM;
	if (header->flags & NET_F_NEEDS_CSUM && !offloads->has_csum)
		return false;
	if (header->gso_type & NET_GSO_ECN && !offloads->has_ecn)
		return false;
	if (gso == NET_GSO_NONE)
		return !header->gso_type;
	return gso < 32 && offloads->gso_types >> gso & 1 && header->gso_size;
}

/* Addresses of header and frame, the latter in guest memory. */
static int gather(const struct virtq_reader *reader, struct net_header *header,
		  struct iovec *iov)
{
	uint64_t covered;
	int count;

	iov[0].iov_base = header;
	iov[0].iov_len = sizeof(*header);
	count = virtq_reader_iov(reader, iov + 1, NET_MAX_PARTS, &covered);
	if (count < 0)
		return count;
	return covered < virtq_reader_left(reader) ? -EBADMSG : count + 1;
}

static int send_frame(int fd, const struct iovec *iov, int count)
{
	ssize_t done;

	do {
		done = writev(fd, iov, count);
	} while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : 0;
}

/* Takes a frame apart; returns elements of @iov, or a negative errno. */
static int parse(const struct vm_virtio_net *net,
		 const struct virtq_chain *chain, struct net_header *header,
		 struct iovec *iov)
{
	struct virtq_reader reader;
	int r;

	if (chain->readable_len < VM_VIRTIO_NET_HEADER + NET_ETHERNET ||
	    chain->readable_len >
		    VM_VIRTIO_NET_HEADER + VM_VIRTIO_NET_MAX_FRAME)
		return -EBADMSG;
	virtq_reader_init(&reader, chain);
	r = virtq_reader_read(&reader, header, sizeof(*header));
	if (r)
		return r;
	header->num_buffers = 0;
	/* That a checksum was verified is for receivers to be told. */
	header->flags &= NET_F_NEEDS_CSUM;
	if (!net_header_check(header, &net->tx_offloads))
		return -EBADMSG;
	return gather(&reader, header, iov);
}

static void count_result(struct vm_virtio_net *net, uint64_t len, int r)
{
	if (!r) {
		net->stats.tx_frames++;
		net->device.stats.bytes_from_driver += len;
		return;
	}
	net->stats.tx_failed++;
	vm_virtio_device_count_error(&net->device, VM_VIRTIO_ERROR_IO);
}

static enum virtq_verdict transmit(void *context,
				   const struct virtq_chain *chain,
				   uint32_t *ret_len)
{
	struct vm_virtio_net *net = context;
	struct net_pair *pair = &net->pairs[net->serving / 2];
	struct iovec iov[1 + NET_MAX_PARTS];
	struct net_header header;
	uint64_t len;
	int count, r;

	(void)ret_len;
	if (!net_is_up(net))
		return VIRTQ_DONE;
	count = parse(net, chain, &header, iov);
	if (count < 0) {
		net->stats.tx_malformed++;
		vm_virtio_device_count_error(&net->device,
					     VM_VIRTIO_ERROR_REQUEST);
		return VIRTQ_DONE;
	}
	if (net_is_throttled(net, &net->tx_rate))
		return VIRTQ_BUSY;
	r = send_frame(pair->fd, iov, count);
	if (r == -EAGAIN) {
		net->stats.tx_blocked++;
		net_set_blocked(net, pair, true);
		return VIRTQ_BUSY;
	}
	len = chain->readable_len - sizeof(header);
	vm_rate_limiter_take(&net->tx_rate.limiter, len);
	count_result(net, len, r);
	return VIRTQ_DONE;
}

void net_transmit(struct vm_virtio_net *net, uint16_t queue)
{
	/* What waits for the descriptor or its rate goes on by itself. */
	if (net->pairs[queue / 2].is_blocked ||
	    net->tx_rate.throttled >> queue & 1)
		return;
	net->serving = queue;
	vm_virtio_queue_serve(&net->device, queue, VM_VIRTIO_NET_BUDGET,
			      transmit);
}
