/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A connection's bytes: from guest memory to the socket, by way of the buffer
 * if need be, and from the socket to guest memory.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <virtio-queue/fd.h>

#include "vsock_internal.h"

/* Where a byte of the stream is in the buffer. */
#define PLACE(position) ((position) & (VM_VIRTIO_VSOCK_BUFFER - 1))

/* The guest is told of new room when it is so much. */
#define WORTH_TELLING (VM_VIRTIO_VSOCK_BUFFER / 2)

static int64_t send_all(int fd, struct iovec *iov, int count)
{
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = (size_t)count };
	ssize_t done;

	do {
		done = sendmsg(fd, &message, MSG_NOSIGNAL);
	} while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : done;
}

/* Waits for the socket to take bytes, or does not any more. */
static void set_blocked(struct vsock_conn *conn, bool is_blocked)
{
	uint32_t events = EPOLLIN | EPOLLRDHUP | (is_blocked ? EPOLLOUT : 0u);

	if (conn->is_blocked == is_blocked)
		return;
	conn->is_blocked = is_blocked;
	/* It can only fail for a descriptor that is not there. */
	(void)!vsock_host_poll(conn->vsock, EPOLL_CTL_MOD, conn->fd, events,
			       conn);
}

/* Lets the guest know of room when there is enough to be worth a packet. */
static void tell_room(struct vsock_conn *conn)
{
	if (conn->forwarded - conn->told >= WORTH_TELLING)
		conn->wants |= VSOCK_WANT_CREDIT;
	vsock_conn_wake(conn);
}

/* Nobody reads any more: what the guest has sent, and goes on to send until it
 * knows that, is dropped. */
static void drop(struct vsock_conn *conn)
{
	conn->is_deaf = true;
	conn->forwarded = conn->received;
	tell_room(conn);
}

/* Sends data from where the guest has it, as much as the socket takes. */
static int send_direct(struct vsock_conn *conn, struct virtq_reader *data)
{
	struct iovec iov[VIRTQ_FD_IOV_MAX];
	uint64_t covered;
	int64_t done;
	int count;

	count = virtq_reader_iov(data, iov, VIRTQ_FD_IOV_MAX, &covered);
	if (count < 0)
		return count;
	done = send_all(conn->fd, iov, count);
	if (done == -EAGAIN)
		return 0;
	if (done < 0) {
		drop(conn);
		return 0;
	}
	conn->received += (uint32_t)done;
	conn->forwarded = conn->received;
	tell_room(conn);
	return virtq_reader_skip(data, (uint64_t)done);
}

/* Keeps data for when the socket takes it. */
static int store(struct vsock_conn *conn, struct virtq_reader *data)
{
	while (virtq_reader_left(data)) {
		uint32_t place = PLACE(conn->received);
		uint32_t len = VM_VIRTIO_VSOCK_BUFFER - place;
		int r;

		if (len > virtq_reader_left(data))
			len = (uint32_t)virtq_reader_left(data);
		r = virtq_reader_read(data, conn->buffer + place, len);
		if (r)
			return r;
		conn->received += len;
	}
	return 0;
}

int vsock_stream_take(struct vsock_conn *conn, struct virtq_reader *data)
{
	int r = 0;

	if (conn->forwarded == conn->received && !conn->is_deaf)
		r = send_direct(conn, data);
	if (r)
		return r;
	if (conn->is_deaf) {
		conn->received += (uint32_t)virtq_reader_left(data);
		drop(conn);
		return 0;
	}
	r = store(conn, data);
	if (!r && conn->forwarded != conn->received)
		set_blocked(conn, true);
	return r;
}

static int64_t send_buffer(struct vsock_conn *conn)
{
	uint32_t place = PLACE(conn->forwarded);
	uint32_t len = conn->received - conn->forwarded;
	uint32_t to_end = VM_VIRTIO_VSOCK_BUFFER - place;
	struct iovec iov[2] = { { conn->buffer + place, len },
				{ conn->buffer, 0 } };

	if (len > to_end) {
		iov[0].iov_len = to_end;
		iov[1].iov_len = len - to_end;
	}
	return send_all(conn->fd, iov, 2);
}

void vsock_stream_flush(struct vsock_conn *conn)
{
	int64_t done = send_buffer(conn);

	if (done == -EAGAIN)
		return;
	if (done < 0) {
		drop(conn);
	} else {
		conn->forwarded += (uint32_t)done;
		tell_room(conn);
	}
	if (conn->forwarded != conn->received)
		return;
	set_blocked(conn, false);
	vsock_stream_shut(conn);
	vsock_conn_settle(conn);
}

void vsock_stream_shut(struct vsock_conn *conn)
{
	/* It fails if there is no other side, which is as good. */
	if (conn->guest_shut & VSOCK_NO_RECEIVE)
		shutdown(conn->fd, SHUT_RD);
	if (conn->guest_shut & VSOCK_NO_SEND &&
	    conn->forwarded == conn->received)
		shutdown(conn->fd, SHUT_WR);
}

int64_t vsock_stream_give(struct vsock_conn *conn, struct virtq_writer *data)
{
	uint32_t max = vsock_conn_credit(conn);
	int64_t done;

	if (max > VSOCK_MAX_PAYLOAD)
		max = VSOCK_MAX_PAYLOAD;
	done = virtq_writer_from_fd(data, conn->fd, VIRTQ_FD_STREAM, max);
	if (done > 0 || done == -EFAULT)
		return done;
	if (done == -EAGAIN)
		conn->has_data = false;
	else if (!done)
		conn->has_ended = true;
	else
		vsock_conn_reset(conn);
	return 0;
}
