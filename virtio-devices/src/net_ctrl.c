/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The control virtqueue, VIRTIO 1.2 section 5.1.6.5. */
#include <errno.h>
#include <string.h>

#include <virtio-queue/cursor.h>
#include <vm-memory/endian.h>

#include "net_internal.h"

/* Classes of commands, and the commands that are known in each. */
#define CLASS_RX       0
#define CLASS_MAC      1
#define MAC_TABLE_SET  0
#define MAC_ADDR_SET   1
#define CLASS_ANNOUNCE 3
#define ANNOUNCE_ACK   0
#define CLASS_MQ       4
#define MQ_PAIRS_SET   0

/* The device's answer. */
#define ACK_OK	0
#define ACK_ERR 1

struct command {
	uint8_t class;
	uint8_t number;
};

void net_filter_reset(struct vm_virtio_net *net)
{
	/* Whoever does not filter receives everything. */
	net->filter = (struct net_filter){ .modes = NET_RX_PROMISC };
}

static bool is_in_table(const uint8_t table[][NET_MAC], uint8_t count,
			const uint8_t mac[NET_MAC])
{
	for (uint8_t i = 0; i < count; i++) {
		if (!memcmp(table[i], mac, NET_MAC))
			return true;
	}
	return false;
}

static bool wants_multicast(const struct net_filter *filter,
			    const uint8_t mac[NET_MAC])
{
	static const uint8_t broadcast[NET_MAC] = {
		255, 255, 255, 255, 255, 255
	};

	if (!memcmp(mac, broadcast, NET_MAC))
		return !(filter->modes & NET_RX_NOBCAST);
	if (filter->modes & NET_RX_NOMULTI)
		return false;
	return filter->modes & NET_RX_ALLMULTI || filter->has_all_multicast ||
	       is_in_table(filter->macs + filter->unicast_count,
			   filter->multicast_count, mac);
}

static bool wants_unicast(const struct vm_virtio_net *net,
			  const uint8_t mac[NET_MAC])
{
	static const uint8_t unknown[NET_MAC];
	const struct net_filter *filter = &net->filter;

	if (filter->modes & NET_RX_NOUNI)
		return false;
	/* A driver that chose its address need not have told it. */
	return filter->modes & NET_RX_ALLUNI || filter->has_all_unicast ||
	       !memcmp(net->config.mac, mac, NET_MAC) ||
	       !memcmp(net->config.mac, unknown, NET_MAC) ||
	       is_in_table(filter->macs, filter->unicast_count, mac);
}

bool net_filter_wants(const struct vm_virtio_net *net,
		      const uint8_t mac[NET_MAC])
{
	if (net->filter.modes & NET_RX_PROMISC)
		return true;
	return mac[0] & 1 ? wants_multicast(&net->filter, mac)
			  : wants_unicast(net, mac);
}

/* Reads what a command consists of, and nothing may follow. */
static bool read_all(struct virtq_reader *reader, void *data, size_t len)
{
	return virtq_reader_left(reader) == len &&
	       !virtq_reader_read(reader, data, len);
}

static bool set_mode(struct vm_virtio_net *net, uint8_t number,
		     struct virtq_reader *reader)
{
	unsigned int feature =
		number < 2 ? VIRTIO_NET_F_CTRL_RX : VIRTIO_NET_F_CTRL_RX_EXTRA;
	uint8_t is_on;

	if (number >= NET_RX_MODES ||
	    !vm_virtio_device_has_feature(&net->device, feature) ||
	    !read_all(reader, &is_on, sizeof(is_on)))
		return false;
	if (is_on)
		net->filter.modes |= (uint8_t)(1u << number);
	else
		net->filter.modes &= (uint8_t) ~(1u << number);
	return true;
}

/*
 * Reads one list of addresses behind the first @used entries of the table.  If
 * it does not fit, all are wanted: a filter may let through too much.
 */
static bool read_macs(struct virtq_reader *reader, struct net_filter *filter,
		      uint8_t used, uint8_t *ret_count, uint8_t *ret_has_all)
{
	uint32_t count;

	if (virtq_reader_read(reader, &count, sizeof(count)))
		return false;
	count = vm_mem_le32(count);
	*ret_has_all = count > VM_VIRTIO_NET_MAX_MACS - (uint32_t)used;
	*ret_count = *ret_has_all ? 0 : (uint8_t)count;
	if (*ret_has_all)
		return !virtq_reader_skip(reader, (uint64_t)count * NET_MAC);
	return !virtq_reader_read(reader, filter->macs[used],
				  (size_t)count * NET_MAC);
}

static bool set_table(struct vm_virtio_net *net, struct virtq_reader *reader)
{
	struct net_filter filter = { .modes = net->filter.modes };

	if (!vm_virtio_device_has_feature(&net->device, VIRTIO_NET_F_CTRL_RX) ||
	    !read_macs(reader, &filter, 0, &filter.unicast_count,
		       &filter.has_all_unicast) ||
	    !read_macs(reader, &filter, filter.unicast_count,
		       &filter.multicast_count, &filter.has_all_multicast) ||
	    virtq_reader_left(reader))
		return false;
	net->filter = filter;
	return true;
}

static bool set_address(struct vm_virtio_net *net, struct virtq_reader *reader)
{
	uint8_t mac[NET_MAC];

	if (!vm_virtio_device_has_feature(&net->device,
					  VIRTIO_NET_F_CTRL_MAC_ADDR) ||
	    !read_all(reader, mac, sizeof(mac)) || mac[0] & 1)
		return false;
	memcpy(net->config.mac, mac, sizeof(mac));
	return true;
}

static bool acknowledge(struct vm_virtio_net *net, struct virtq_reader *reader)
{
	uint16_t announce = vm_mem_le16(NET_S_ANNOUNCE);

	if (virtq_reader_left(reader) || !(net->config.status & announce))
		return false;
	net->config.status &= (uint16_t)~announce;
	return true;
}

static bool set_pairs(struct vm_virtio_net *net, struct virtq_reader *reader)
{
	uint16_t pairs;

	if (!vm_virtio_device_has_feature(&net->device, VIRTIO_NET_F_MQ) ||
	    !read_all(reader, &pairs, sizeof(pairs)))
		return false;
	pairs = vm_mem_le16(pairs);
	return pairs && pairs <= net->pair_count && !net_set_pairs(net, pairs);
}

static bool carry_out(struct vm_virtio_net *net, struct virtq_reader *reader)
{
	struct command command;

	if (virtq_reader_read(reader, &command, sizeof(command)))
		return false;
	switch (command.class) {
	case CLASS_RX:
		return set_mode(net, command.number, reader);
	case CLASS_MAC:
		if (command.number == MAC_TABLE_SET)
			return set_table(net, reader);
		return command.number == MAC_ADDR_SET &&
		       set_address(net, reader);
	case CLASS_ANNOUNCE:
		return command.number == ANNOUNCE_ACK &&
		       acknowledge(net, reader);
	case CLASS_MQ:
		return command.number == MQ_PAIRS_SET && set_pairs(net, reader);
	}
	return false;
}

static enum virtq_verdict answer(void *context, const struct virtq_chain *chain,
				 uint32_t *ret_len)
{
	struct vm_virtio_net *net = context;
	struct virtq_reader reader;
	struct virtq_writer writer;
	uint8_t ack;

	virtq_reader_init(&reader, chain);
	virtq_writer_init(&writer, chain);
	net->stats.commands++;
	/* A command that cannot be answered is not carried out. */
	ack = virtq_writer_left(&writer) && carry_out(net, &reader) ? ACK_OK
								    : ACK_ERR;
	if (virtq_writer_write(&writer, &ack, sizeof(ack)) || ack != ACK_OK) {
		net->stats.refused_commands++;
		vm_virtio_device_count_error(&net->device,
					     VM_VIRTIO_ERROR_REQUEST);
	}
	*ret_len = virtq_writer_done(&writer);
	return VIRTQ_DONE;
}

void net_control(struct vm_virtio_net *net, uint16_t queue)
{
	vm_virtio_queue_serve(&net->device, queue, VM_VIRTIO_NET_CTRL_BUDGET,
			      answer);
}
