/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * How a socket device is put together:
 *
 *	vsock.c		the device
 *	vsock_packet.c	the header of a packet
 *	vsock_guest.c	packets from and to the guest, in the queues
 *	vsock_conn.c	a connection: its life, and what the guest is owed
 *	vsock_stream.c	a connection's bytes
 *	vsock_table.c	connections by their ports
 *	vsock_host.c	Unix sockets: who connects, what epoll and the clock tell
 *
 * A packet for the guest is never made in advance.  A connection knows what it
 * owes the guest, and the packet is made when there is a buffer for it.  So
 * however many packets the guest sends without giving buffers, what is owed
 * does not grow: it is a few bits of each connection, and a short list of
 * refusals for packets that belong to none; when this is full, no more packets
 * are taken until the guest gives buffers.
 */
#ifndef VIRTIO_DEVICES_VSOCK_INTERNAL_H
#define VIRTIO_DEVICES_VSOCK_INTERNAL_H

#include <sys/queue.h>
#include <sys/types.h>
#include <sys/un.h>

#include <virtio-devices/device_type.h>
#include <virtio-devices/vsock.h>

#include "vsock_packet.h"

#define VSOCK_QUEUE_SIZE 256

/* No chain that is legal in such a queue is too long. */
#define VSOCK_MAX_SEGS VSOCK_QUEUE_SIZE

/* 5.10.2, seen from the driver. */
#define VSOCK_RX     0
#define VSOCK_TX     1
#define VSOCK_EVENT  2
#define VSOCK_QUEUES 3

/* The longest payload of a packet to the guest. */
#define VSOCK_MAX_PAYLOAD 65536

/* Refusals that may wait for buffers. */
#define VSOCK_REFUSALS 64

/* Ports of the host that its own connections are given. */
#define VSOCK_FIRST_PORT UINT32_C(0x40000000)
#define VSOCK_LAST_PORT	 UINT32_C(0x7fffffff)

/* A reset that no connection stands for. */
struct vsock_refusal {
	uint32_t guest_port;
	uint32_t host_port;
	uint16_t type;
};

enum vsock_state {
	/* The host has yet to say which port it wants.  The guest does not
	 * know of the connection, and the table does not have it. */
	VSOCK_HANDSHAKE,
	/* The guest is asked. */
	VSOCK_REQUESTED,
	VSOCK_OPEN,
	/* What is left is a reset for the guest, bytes for the host, or both.
	 * Once the guest has its reset, the table forgets the connection. */
	VSOCK_ENDED,
};

/* What is owed to the guest besides data and what can be told from it. */
#define VSOCK_WANT_REQUEST  1u
#define VSOCK_WANT_RESPONSE 2u
#define VSOCK_WANT_RST	    4u
#define VSOCK_WANT_CREDIT   8u

/**
 * struct vsock_conn - a connection
 * @fd: the Unix socket, -1 once it is closed
 * @wants: VSOCK_WANT_* bits
 * @guest_shut: what the guest has shut down, VSOCK_NO_*
 * @told_shut: what the guest was told that the host has shut down
 * @is_known: in the table
 * @is_ready: among those that owe the guest a packet
 * @is_waiting: among those that end at @deadline
 * @is_blocked: the socket takes no more; it is waited for
 * @has_data: the socket has not said that there is nothing to read
 * @has_ended: the socket has said that there will be nothing more to read
 * @is_deaf: the socket takes nothing any more
 * @is_hung_up: both directions of the socket are shut down
 * @has_asked: the guest was asked for credit since there was some
 * @received: bytes from the guest
 * @forwarded: those among them that the socket has taken; the others are in
 *	@buffer, a ring that both numbers are positions in
 * @told: what the guest was told of @forwarded
 * @sent: bytes to the guest
 * @peer_buf_alloc: 5.10.6.3, from the guest's last packet
 * @peer_fwd_cnt: the same
 */
struct vsock_conn {
	TAILQ_ENTRY(vsock_conn) in_all;
	TAILQ_ENTRY(vsock_conn) in_ready;
	TAILQ_ENTRY(vsock_conn) in_waiting;
	struct vm_virtio_vsock *vsock;
	enum vsock_state state;
	int fd;
	uint32_t guest_port;
	uint32_t host_port;
	uint8_t wants;
	uint8_t guest_shut;
	uint8_t told_shut;
	bool is_known;
	bool is_ready;
	bool is_waiting;
	bool is_blocked;
	bool has_data;
	bool has_ended;
	bool is_deaf;
	bool is_hung_up;
	bool has_asked;
	uint64_t deadline;
	uint32_t received;
	uint32_t forwarded;
	uint32_t told;
	uint32_t sent;
	uint32_t peer_buf_alloc;
	uint32_t peer_fwd_cnt;
	uint8_t buffer[];
};

TAILQ_HEAD(vsock_list, vsock_conn);

/* Connections in the order of their ports. */
struct vsock_table {
	struct vsock_entry *entries;
	uint32_t count;
};

/**
 * struct vm_virtio_vsock - a socket device
 * @conns: all of them
 * @ready: those that owe the guest a packet, the next one first
 * @waiting: those that end by themselves, the next one first
 * @has_connectors: the listening socket has not said that nobody is there
 * @has_alarm: the timer runs
 * @is_tx_stopped: packets wait until there is room for refusals
 * @has_event: the guest has to be told that its connections are gone
 */
struct vm_virtio_vsock {
	struct vm_virtio_device device;
	struct vm_virtio_queue queues[VSOCK_QUEUES];
	struct virtq_seg segs[VSOCK_MAX_SEGS];
	struct vm_virtio_vsock_stats stats;
	uint64_t config_cid; /* 5.10.4, little-endian */
	uint32_t cid;
	struct vsock_table table;
	struct vsock_list conns;
	struct vsock_list ready;
	struct vsock_list waiting;
	struct vsock_refusal refusals[VSOCK_REFUSALS];
	uint32_t first_refusal;
	uint32_t refusal_count;
	uint32_t max_connections;
	uint32_t conn_count;
	uint32_t handshakes;
	uint32_t next_port;
	uint32_t patience_ms;
	bool has_connectors;
	bool has_alarm;
	bool is_tx_stopped;
	bool has_event;
	int epoll_fd;
	int timer_fd;
	int listen_fd;
	struct sockaddr_un address;
	dev_t socket_dev; /* identify the file at @address */
	ino_t socket_ino;
};

/* vsock_table.c: room for @max connections; 0 or -ENOMEM. */
int vsock_table_init(struct vsock_table *table, uint32_t max);
void vsock_table_fini(struct vsock_table *table);

/* The connection between two ports, or NULL. */
struct vsock_conn *vsock_table_find(const struct vsock_table *table,
				    uint32_t guest_port, uint32_t host_port);

/* Adds a connection whose ports no other one has; takes it out again. */
void vsock_table_add(struct vsock_table *table, struct vsock_conn *conn);
void vsock_table_remove(struct vsock_table *table, struct vsock_conn *conn);

/*
 * vsock_conn.c: makes a connection of a socket, which it takes ownership of,
 * also when it returns NULL for want of memory.
 */
struct vsock_conn *vsock_conn_new(struct vm_virtio_vsock *vsock, int fd);
void vsock_conn_free(struct vsock_conn *conn);

/* Puts it into the table. */
void vsock_conn_name(struct vsock_conn *conn, uint32_t guest_port,
		     uint32_t host_port);

/* What the guest is to be sent next; VSOCK_OP_NONE if nothing. */
enum vsock_op vsock_conn_next_op(const struct vsock_conn *conn);

/* What the guest has to know of what the host has shut down, VSOCK_NO_*. */
uint8_t vsock_conn_host_shut(const struct vsock_conn *conn);

/* Bytes that the guest has room for. */
uint32_t vsock_conn_credit(const struct vsock_conn *conn);

/* Lines up for a packet to the guest, if one is owed; at the end again. */
void vsock_conn_wake(struct vsock_conn *conn);
void vsock_conn_requeue(struct vsock_conn *conn);

/* It is the other side's turn now, for a limited time; or it was taken. */
void vsock_conn_wait(struct vsock_conn *conn);
void vsock_conn_unwait(struct vsock_conn *conn);

/* The guest was sent a packet, with @len bytes of data; may free @conn. */
void vsock_conn_sent(struct vsock_conn *conn, enum vsock_op op, uint32_t len);

/* The guest is through with it: its ports are free.  May free @conn. */
void vsock_conn_forget(struct vsock_conn *conn);

/* Ends it at once.  A guest that knows of it is sent a reset, and the connection
 * stays until then; else it is freed. */
void vsock_conn_reset(struct vsock_conn *conn);

/* As vsock_conn_reset() of one that the guest knows, but the host is still given
 * what the guest has sent. */
void vsock_conn_end(struct vsock_conn *conn);

/* Closes the socket of an ended connection when it has all bytes, and frees the
 * connection when the guest is through with it, too. */
void vsock_conn_settle(struct vsock_conn *conn);

/*
 * vsock_stream.c: takes data from the guest, which it has credit for.  0, or
 * -EFAULT if it is not in guest memory; the stream has a gap then.
 */
int vsock_stream_take(struct vsock_conn *conn, struct virtq_reader *data);

/*
 * Has the socket's data read into a buffer of the guest; returns how many
 * bytes, 0 if there are none, or -EFAULT for a buffer that is not in memory.
 */
int64_t vsock_stream_give(struct vsock_conn *conn, struct virtq_writer *data);

/* The socket takes bytes again; may free @conn. */
void vsock_stream_flush(struct vsock_conn *conn);

/* Acts upon what the guest has shut down. */
void vsock_stream_shut(struct vsock_conn *conn);

/* vsock_guest.c: serves a queue. */
void vsock_guest_receive(struct vm_virtio_vsock *vsock);
void vsock_guest_transmit(struct vm_virtio_vsock *vsock);
void vsock_guest_event(struct vm_virtio_vsock *vsock);

/* vsock_host.c: makes epoll instance, timer and listening socket. */
int vsock_host_init(struct vm_virtio_vsock *vsock, const char *path);
void vsock_host_fini(struct vm_virtio_vsock *vsock);

/* Waits for a descriptor; edge-triggered: who is told goes on to the end. */
int vsock_host_poll(const struct vm_virtio_vsock *vsock, int operation, int fd,
		    uint32_t events, void *who);

/* Starts the timer for the connection that ends next. */
void vsock_host_set_alarm(struct vm_virtio_vsock *vsock);
uint64_t vsock_host_now_ms(void);

/* A socket that is connected to a service of the host, or -1. */
int vsock_host_connect(const struct vm_virtio_vsock *vsock, uint32_t port);

/* Notes what has happened to the sockets; resets connections that expired. */
void vsock_host_handle(struct vm_virtio_vsock *vsock);

/* Takes a few new connections of the host, as far as there is room. */
void vsock_host_accept(struct vm_virtio_vsock *vsock);
bool vsock_host_has_connectors(const struct vm_virtio_vsock *vsock);

#endif
