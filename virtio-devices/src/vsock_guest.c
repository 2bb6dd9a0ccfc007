/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Packets from and to the guest, VIRTIO 1.2 sections 5.10.6.1 to 5.10.6.7. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "vsock_internal.h"

#define HEADER ((int64_t)sizeof(struct vsock_header))

/* There is room: who adds one makes sure of it before it takes the packet. */
static void refuse(struct vm_virtio_vsock *vsock,
		   const struct vsock_header *header)
{
	uint32_t i = vsock->first_refusal + vsock->refusal_count++;

	vsock->refusals[i % VSOCK_REFUSALS] =
		(struct vsock_refusal){ .guest_port = header->src_port,
					.host_port = header->dst_port,
					.type = header->type };
}

/* What the guest says about its buffer with each packet (5.10.6.3). */
static void note_credit(struct vsock_conn *conn,
			const struct vsock_header *header)
{
	conn->peer_buf_alloc = header->buf_alloc;
	conn->peer_fwd_cnt = header->fwd_cnt;
	if (vsock_conn_credit(conn))
		conn->has_asked = false;
}

/* A connection that the guest asks for. */
static void open_from_guest(struct vm_virtio_vsock *vsock,
			    const struct vsock_header *header)
{
	struct vsock_conn *conn = NULL;
	int fd = -1;

	if (vsock->conn_count < vsock->max_connections)
		fd = vsock_host_connect(vsock, header->dst_port);
	if (fd >= 0)
		conn = vsock_conn_new(vsock, fd);
	if (!conn) {
		vsock->stats.refused++;
		refuse(vsock, header);
		return;
	}
	vsock->stats.from_guest++;
	conn->state = VSOCK_OPEN;
	conn->wants = VSOCK_WANT_RESPONSE;
	note_credit(conn, header);
	vsock_conn_name(conn, header->src_port, header->dst_port);
	vsock_conn_wake(conn);
}

/* The guest accepts a connection of the host, which is told. */
static bool open_from_host(struct vsock_conn *conn)
{
	char line[sizeof("OK 4294967295\n")];
	int len = snprintf(line, sizeof(line), "OK %u\n", conn->host_port);

	if (conn->state != VSOCK_REQUESTED || conn->wants & VSOCK_WANT_REQUEST)
		return false;
	vsock_conn_unwait(conn);
	/* Nothing was written before, so there is room for all of it. */
	if (send(conn->fd, line, (size_t)len, MSG_NOSIGNAL) != len) {
		vsock_conn_reset(conn);
		return true;
	}
	conn->vsock->stats.from_host++;
	conn->state = VSOCK_OPEN;
	/* What came with the line was not looked at. */
	conn->has_data = true;
	return true;
}

static bool take_data(struct vsock_conn *conn, struct virtq_reader *data)
{
	uint64_t len = virtq_reader_left(data);
	/* What the guest has not been told of is not its to use. */
	uint32_t room = VM_VIRTIO_VSOCK_BUFFER - (conn->received - conn->told);

	if (conn->state != VSOCK_OPEN || conn->wants & VSOCK_WANT_RESPONSE ||
	    conn->guest_shut & VSOCK_NO_SEND || len > room)
		return false;
	if (len && vsock_stream_take(conn, data))
		return false;
	conn->vsock->device.stats.bytes_from_driver += len;
	return true;
}

static bool shut(struct vsock_conn *conn, uint32_t flags)
{
	if (conn->state != VSOCK_OPEN)
		return false;
	conn->guest_shut |= (uint8_t)(flags & VSOCK_NEITHER);
	vsock_stream_shut(conn);
	if (conn->guest_shut == VSOCK_NEITHER)
		vsock_conn_end(conn);
	return true;
}

/* Acts upon a packet of a connection; false if it was out of place. */
static bool handle(struct vsock_conn *conn, const struct vsock_header *header,
		   struct virtq_reader *data)
{
	switch (header->op) {
	case VSOCK_OP_RESPONSE:
		return open_from_host(conn);
	case VSOCK_OP_SHUTDOWN:
		return shut(conn, header->flags);
	case VSOCK_OP_RW:
		return take_data(conn, data);
	case VSOCK_OP_CREDIT_UPDATE:
		return conn->state == VSOCK_OPEN;
	case VSOCK_OP_CREDIT_REQUEST:
		conn->wants |= VSOCK_WANT_CREDIT;
		return conn->state == VSOCK_OPEN;
	default:
		return false;
	}
}

/* A packet for a connection, which is in the table. */
static void dispatch_known(struct vsock_conn *conn,
			   const struct vsock_header *header,
			   struct virtq_reader *data)
{
	struct vm_virtio_vsock *vsock = conn->vsock;

	if (header->op == VSOCK_OP_RST) {
		if (conn->state == VSOCK_ENDED)
			vsock_conn_forget(conn);
		else
			vsock_conn_free(conn);
		return;
	}
	/* A reset is on its way, which the guest cannot know. */
	if (conn->state == VSOCK_ENDED)
		return;
	note_credit(conn, header);
	if (handle(conn, header, data)) {
		vsock_conn_wake(conn);
		return;
	}
	vsock->stats.violations++;
	vm_virtio_device_count_error(&vsock->device, VM_VIRTIO_ERROR_REQUEST);
	vsock_conn_reset(conn);
}

static void dispatch(struct vm_virtio_vsock *vsock,
		     const struct vsock_header *header,
		     struct virtq_reader *data)
{
	bool is_stream = header->type == VSOCK_TYPE_STREAM;
	struct vsock_conn *conn = NULL;

	if (is_stream)
		conn = vsock_table_find(&vsock->table, header->src_port,
					header->dst_port);
	if (conn)
		dispatch_known(conn, header, data);
	else if (is_stream && header->op == VSOCK_OP_REQUEST)
		open_from_guest(vsock, header);
	else if (header->op != VSOCK_OP_RST)
		refuse(vsock, header);
}

/* Takes a packet apart: the payload is exactly as long as the header says. */
static int parse(const struct vm_virtio_vsock *vsock,
		 const struct virtq_chain *chain, struct vsock_header *header,
		 struct virtq_reader *data)
{
	struct virtq_reader rest;
	int r;

	if (chain->writable_segs)
		return -EBADMSG;
	virtq_reader_init(data, chain);
	r = vsock_header_read(data, header);
	if (r)
		return r;
	if (header->src_cid != vsock->cid || header->src_cid_high ||
	    header->dst_cid != VSOCK_HOST_CID || header->dst_cid_high)
		return -EBADMSG;
	return virtq_reader_split(data, header->len, &rest);
}

static enum virtq_verdict transmit(void *impl, const struct virtq_chain *chain,
				   uint32_t *ret_len)
{
	struct vm_virtio_vsock *vsock = impl;
	struct vsock_header header;
	struct virtq_reader data;

	(void)ret_len;
	if (vsock->refusal_count == VSOCK_REFUSALS) {
		vsock->is_tx_stopped = true;
		return VIRTQ_BUSY;
	}
	if (parse(vsock, chain, &header, &data)) {
		vsock->stats.malformed++;
		vm_virtio_device_count_error(&vsock->device,
					     VM_VIRTIO_ERROR_REQUEST);
		return VIRTQ_DONE;
	}
	dispatch(vsock, &header, &data);
	return VIRTQ_DONE;
}

void vsock_guest_transmit(struct vm_virtio_vsock *vsock)
{
	vm_virtio_queue_serve(&vsock->device, VSOCK_TX, VM_VIRTIO_VSOCK_BUDGET,
			      transmit);
}

static int write_header(const struct vm_virtio_vsock *vsock,
			struct virtq_writer *head, struct vsock_header header)
{
	header.src_cid = VSOCK_HOST_CID;
	header.dst_cid = vsock->cid;
	return vsock_header_write(head, &header);
}

/* Returns bytes, or a negative errno for a bad buffer. */
static int64_t send_refusal(struct vm_virtio_vsock *vsock,
			    struct virtq_writer *head)
{
	const struct vsock_refusal *refusal =
		&vsock->refusals[vsock->first_refusal];
	const struct vsock_header header = { .src_port = refusal->host_port,
					     .dst_port = refusal->guest_port,
					     .type = refusal->type,
					     .op = VSOCK_OP_RST };
	int r = write_header(vsock, head, header);

	if (r)
		return r;
	vsock->first_refusal = (vsock->first_refusal + 1) % VSOCK_REFUSALS;
	vsock->refusal_count--;
	return HEADER;
}

/* Sends a packet of a connection, whose payload of @len bytes is in place. */
static int64_t send_packet(struct vsock_conn *conn, enum vsock_op op,
			   uint32_t len, struct virtq_writer *head)
{
	const struct vsock_header header = {
		.src_port = conn->host_port,
		.dst_port = conn->guest_port,
		.len = len,
		.type = VSOCK_TYPE_STREAM,
		.op = (uint16_t)op,
		.flags = op == VSOCK_OP_SHUTDOWN ? vsock_conn_host_shut(conn)
						 : 0,
		.buf_alloc = VM_VIRTIO_VSOCK_BUFFER,
		.fwd_cnt = conn->forwarded,
	};
	int r = write_header(conn->vsock, head, header);

	if (!r) {
		vsock_conn_sent(conn, op, len);
		return HEADER + len;
	}
	/* Bytes that went into a bad buffer are missing in the stream. */
	if (len)
		vsock_conn_reset(conn);
	return r;
}

/* Has the connection that is next send a packet; as send_refusal(), and 0 if
 * there is none. */
static int64_t send_next(struct vm_virtio_vsock *vsock,
			 struct virtq_writer *head, struct virtq_writer *data)
{
	struct vsock_conn *conn;

	while ((conn = TAILQ_FIRST(&vsock->ready))) {
		enum vsock_op op = vsock_conn_next_op(conn);
		int64_t len = 0;

		if (op == VSOCK_OP_RW)
			len = vsock_stream_give(conn, data);
		if (len < 0)
			return len;
		if (len || (op != VSOCK_OP_RW && op != VSOCK_OP_NONE))
			return send_packet(conn, op, (uint32_t)len, head);
		/* It owes less than before, so this comes to an end. */
		vsock_conn_requeue(conn);
	}
	return 0;
}

/* Fills a buffer of the guest with the next packet. */
static enum virtq_verdict receive(void *impl, const struct virtq_chain *chain,
				  uint32_t *ret_len)
{
	struct vm_virtio_vsock *vsock = impl;
	struct virtq_writer head, data;
	int64_t len = -EBADMSG;

	virtq_writer_init(&head, chain);
	/* A buffer without room for data could not be used for all packets. */
	if (!chain->readable_segs && chain->writable_len > HEADER &&
	    !virtq_writer_split(&head, HEADER, &data))
		len = vsock->refusal_count ? send_refusal(vsock, &head)
					   : send_next(vsock, &head, &data);
	if (!len)
		return VIRTQ_BUSY;
	if (len < 0)
		vm_virtio_device_count_error(&vsock->device,
					     VM_VIRTIO_ERROR_REQUEST);
	else
		*ret_len = (uint32_t)len;
	return VIRTQ_DONE;
}

void vsock_guest_receive(struct vm_virtio_vsock *vsock)
{
	if (vsock->refusal_count || !TAILQ_EMPTY(&vsock->ready))
		vm_virtio_queue_serve(&vsock->device, VSOCK_RX,
				      VM_VIRTIO_VSOCK_BUDGET, receive);
	if (!vsock->is_tx_stopped || vsock->refusal_count == VSOCK_REFUSALS)
		return;
	vsock->is_tx_stopped = false;
	vsock->device.host.kick(vsock->device.host.context, VSOCK_TX);
}

/* 5.10.6.8: all connections are gone, and the CID may be another one. */
static enum virtq_verdict tell_event(void *impl,
				     const struct virtq_chain *chain,
				     uint32_t *ret_len)
{
	const uint32_t transport_reset = 0;
	struct vm_virtio_vsock *vsock = impl;
	struct virtq_writer writer;

	if (!vsock->has_event)
		return VIRTQ_BUSY;
	virtq_writer_init(&writer, chain);
	if (chain->readable_segs ||
	    virtq_writer_write(&writer, &transport_reset,
			       sizeof(transport_reset))) {
		vm_virtio_device_count_error(&vsock->device,
					     VM_VIRTIO_ERROR_REQUEST);
		return VIRTQ_DONE;
	}
	vsock->has_event = false;
	*ret_len = sizeof(transport_reset);
	return VIRTQ_DONE;
}

void vsock_guest_event(struct vm_virtio_vsock *vsock)
{
	if (vsock->has_event)
		vm_virtio_queue_serve(&vsock->device, VSOCK_EVENT,
				      VM_VIRTIO_VSOCK_BUDGET, tell_event);
}
