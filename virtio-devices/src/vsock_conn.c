/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A connection's life, and what it owes the guest. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "vsock_internal.h"

struct vsock_conn *vsock_conn_new(struct vm_virtio_vsock *vsock, int fd)
{
	struct vsock_conn *conn =
		malloc(sizeof(*conn) + VM_VIRTIO_VSOCK_BUFFER);

	if (!conn || vsock_host_poll(vsock, EPOLL_CTL_ADD, fd,
				     EPOLLIN | EPOLLRDHUP, conn)) {
		free(conn);
		close(fd);
		return NULL;
	}
	*conn = (struct vsock_conn){ .vsock = vsock, .fd = fd };
	TAILQ_INSERT_TAIL(&vsock->conns, conn, in_all);
	vsock->conn_count++;
	return conn;
}

/* What the socket has not taken is lost. */
static void close_socket(struct vsock_conn *conn)
{
	if (conn->fd < 0)
		return;
	/* A child of the VMM may hold a copy, and epoll would still tell. */
	(void)!vsock_host_poll(conn->vsock, EPOLL_CTL_DEL, conn->fd, 0, conn);
	close(conn->fd);
	conn->fd = -1;
	conn->forwarded = conn->received;
}

static void leave_ready(struct vsock_conn *conn)
{
	if (conn->is_ready)
		TAILQ_REMOVE(&conn->vsock->ready, conn, in_ready);
	conn->is_ready = false;
}

static void leave_table(struct vsock_conn *conn)
{
	if (conn->is_known)
		vsock_table_remove(&conn->vsock->table, conn);
	conn->is_known = false;
}

void vsock_conn_free(struct vsock_conn *conn)
{
	struct vm_virtio_vsock *vsock = conn->vsock;

	close_socket(conn);
	leave_ready(conn);
	leave_table(conn);
	vsock_conn_unwait(conn);
	TAILQ_REMOVE(&vsock->conns, conn, in_all);
	vsock->conn_count--;
	if (conn->state == VSOCK_HANDSHAKE)
		vsock->handshakes--;
	/* There is a descriptor for one that could not be accepted before. */
	vsock->has_connectors = true;
	free(conn);
}

void vsock_conn_name(struct vsock_conn *conn, uint32_t guest_port,
		     uint32_t host_port)
{
	conn->guest_port = guest_port;
	conn->host_port = host_port;
	conn->is_known = true;
	vsock_table_add(&conn->vsock->table, conn);
}

uint32_t vsock_conn_credit(const struct vsock_conn *conn)
{
	uint32_t in_flight = conn->sent - conn->peer_fwd_cnt;

	return in_flight < conn->peer_buf_alloc
		       ? conn->peer_buf_alloc - in_flight
		       : 0;
}

/* Is there anything to read, and a guest that wants it? */
static bool can_give(const struct vsock_conn *conn)
{
	return conn->has_data && !conn->has_ended &&
	       !(conn->guest_shut & VSOCK_NO_RECEIVE);
}

uint8_t vsock_conn_host_shut(const struct vsock_conn *conn)
{
	bool is_read = conn->has_ended || conn->guest_shut & VSOCK_NO_RECEIVE;
	uint8_t shut = 0;

	if (conn->has_ended)
		shut |= VSOCK_NO_SEND;
	if (conn->is_deaf)
		shut |= VSOCK_NO_RECEIVE;
	return conn->is_hung_up && is_read ? VSOCK_NEITHER : shut;
}

enum vsock_op vsock_conn_next_op(const struct vsock_conn *conn)
{
	if (conn->wants & VSOCK_WANT_RST)
		return VSOCK_OP_RST;
	if (conn->wants & VSOCK_WANT_REQUEST)
		return VSOCK_OP_REQUEST;
	if (conn->wants & VSOCK_WANT_RESPONSE)
		return VSOCK_OP_RESPONSE;
	if (conn->state != VSOCK_OPEN)
		return VSOCK_OP_NONE;
	if (can_give(conn) && vsock_conn_credit(conn))
		return VSOCK_OP_RW;
	if (vsock_conn_host_shut(conn) != conn->told_shut)
		return VSOCK_OP_SHUTDOWN;
	if (conn->wants & VSOCK_WANT_CREDIT)
		return VSOCK_OP_CREDIT_UPDATE;
	if (can_give(conn) && !conn->has_asked)
		return VSOCK_OP_CREDIT_REQUEST;
	return VSOCK_OP_NONE;
}

void vsock_conn_wake(struct vsock_conn *conn)
{
	if (conn->is_ready || vsock_conn_next_op(conn) == VSOCK_OP_NONE)
		return;
	TAILQ_INSERT_TAIL(&conn->vsock->ready, conn, in_ready);
	conn->is_ready = true;
}

void vsock_conn_requeue(struct vsock_conn *conn)
{
	leave_ready(conn);
	vsock_conn_wake(conn);
}

void vsock_conn_wait(struct vsock_conn *conn)
{
	struct vm_virtio_vsock *vsock = conn->vsock;

	vsock_conn_unwait(conn);
	conn->deadline = vsock_host_now_ms() + vsock->patience_ms;
	conn->is_waiting = true;
	/* All wait for the same time, so who came last ends last. */
	TAILQ_INSERT_TAIL(&vsock->waiting, conn, in_waiting);
	if (!vsock->has_alarm)
		vsock_host_set_alarm(vsock);
}

void vsock_conn_unwait(struct vsock_conn *conn)
{
	if (conn->is_waiting)
		TAILQ_REMOVE(&conn->vsock->waiting, conn, in_waiting);
	conn->is_waiting = false;
}

void vsock_conn_forget(struct vsock_conn *conn)
{
	conn->wants = 0;
	leave_ready(conn);
	leave_table(conn);
	vsock_conn_settle(conn);
}

void vsock_conn_sent(struct vsock_conn *conn, enum vsock_op op, uint32_t len)
{
	conn->told = conn->forwarded;
	conn->sent += len;
	conn->vsock->device.stats.bytes_to_driver += len;
	conn->wants &= (uint8_t)~VSOCK_WANT_CREDIT;
	switch (op) {
	case VSOCK_OP_RST:
		vsock_conn_forget(conn);
		return;
	case VSOCK_OP_REQUEST:
		conn->wants &= (uint8_t)~VSOCK_WANT_REQUEST;
		break;
	case VSOCK_OP_RESPONSE:
		conn->wants &= (uint8_t)~VSOCK_WANT_RESPONSE;
		break;
	case VSOCK_OP_SHUTDOWN:
		conn->told_shut = vsock_conn_host_shut(conn);
		if (conn->told_shut == VSOCK_NEITHER)
			vsock_conn_wait(conn);
		break;
	case VSOCK_OP_CREDIT_REQUEST:
		conn->has_asked = true;
		break;
	case VSOCK_OP_NONE:
	case VSOCK_OP_RW:
	case VSOCK_OP_CREDIT_UPDATE:
		break;
	}
	vsock_conn_requeue(conn);
}

void vsock_conn_settle(struct vsock_conn *conn)
{
	if (conn->state != VSOCK_ENDED)
		return;
	if (conn->forwarded == conn->received)
		close_socket(conn);
	if (conn->fd < 0 && !conn->is_known)
		vsock_conn_free(conn);
}

void vsock_conn_end(struct vsock_conn *conn)
{
	conn->state = VSOCK_ENDED;
	conn->wants = VSOCK_WANT_RST;
	vsock_conn_unwait(conn);
	vsock_conn_wake(conn);
	vsock_conn_settle(conn);
}

void vsock_conn_reset(struct vsock_conn *conn)
{
	if (!conn->is_known || conn->wants & VSOCK_WANT_REQUEST) {
		vsock_conn_free(conn);
		return;
	}
	close_socket(conn);
	vsock_conn_end(conn);
}
