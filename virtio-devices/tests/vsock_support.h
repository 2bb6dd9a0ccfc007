/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A socket device in a directory of its own, and a guest that talks to it. */
#ifndef VIRTIO_DEVICES_TESTS_VSOCK_SUPPORT_H
#define VIRTIO_DEVICES_TESTS_VSOCK_SUPPORT_H

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <virtio-devices/vsock.h>
#include <vm-memory/endian.h>

#include "support.h"

#define RX    0
#define TX    1
#define EVENT 2

#define RING 64
#define CID  42
#define HOST 2

#define STREAM 1

#define OP_REQUEST	  1
#define OP_RESPONSE	  2
#define OP_RST		  3
#define OP_SHUTDOWN	  4
#define OP_RW		  5
#define OP_CREDIT_UPDATE  6
#define OP_CREDIT_REQUEST 7

#define NO_RECEIVE 1
#define NO_SEND	   2

#define BUFFER VM_VIRTIO_VSOCK_BUFFER

/* The guest's receive buffers, where it sends from, and where events go. */
#define RX_LEN	     4096u
#define RX_AREA(i)   (DATA + (i)*0x2000)
#define TX_AREA	     (DATA + 0x200000)
#define EVENT_AREA   (DATA + 0x300000)
#define GUEST_BUFFER 0x40000u

#define HEADER 44u

#define TEST_DIR "/tmp/vsock-test-XXXXXX"

struct header {
	uint32_t src_cid, src_cid_high;
	uint32_t dst_cid, dst_cid_high;
	uint32_t src_port, dst_port;
	uint32_t len;
	uint16_t type, op;
	uint32_t flags;
	uint32_t buf_alloc, fwd_cnt;
};

/* A packet that the guest received. */
struct packet {
	struct header header;
	uint8_t data[RX_LEN - HEADER];
};

/**
 * struct world - guest, device and host
 * @buffers: receive buffers that the guest gives; changed by the tests that
 *	want a guest short of them
 * @given: those that it has given and not got back
 */
struct world {
	struct vm_virtio_rig rig;
	struct vm_virtio_vsock *vsock;
	struct vm_virtio_device *device;
	const struct vm_virtio_vsock_stats *stats;
	unsigned int buffers;
	uint64_t given;
	char dir[sizeof(TEST_DIR)];
	char path[128];
};

/* A connection as the guest sees it, with its counters. */
struct conn {
	uint32_t guest_port, host_port;
	uint32_t buf_alloc, fwd_cnt;
};

/* Makes a device; a path in the configuration is the name in the directory. */
static inline void world_init_with(struct world *world,
				   struct vm_virtio_vsock_config config)
{
	uint64_t without = config.host.without;

	memset(world, 0, sizeof(*world));
	strcpy(world->dir, TEST_DIR);
	ck_assert_ptr_nonnull(mkdtemp(world->dir));
	snprintf(world->path, sizeof(world->path), "%s/%s", world->dir,
		 config.path ? config.path : "v");
	ck_assert_int_eq(vm_virtio_rig_init(&world->rig), 0);
	config.host = vm_virtio_rig_host(&world->rig);
	config.host.without = without;
	config.cid = CID;
	config.path = world->path;
	ck_assert_int_eq(vm_virtio_vsock_new(&config, &world->vsock), 0);
	world->device = vm_virtio_vsock_device(world->vsock);
	world->stats = vm_virtio_vsock_stats(world->vsock);
	world->buffers = RING;
	ck_assert_int_eq(vm_virtio_rig_attach(&world->rig, world->device), 0);
}

static inline void world_init(struct world *world)
{
	world_init_with(world, (struct vm_virtio_vsock_config){ 0 });
}

static inline void world_fini(struct world *world)
{
	vm_virtio_rig_fini(&world->rig);
	vm_virtio_vsock_free(world->vsock);
	ck_assert_int_eq(rmdir(world->dir), 0);
}

static inline void run(struct world *world)
{
	ck_assert_int_eq(vm_virtio_rig_run(&world->rig), 0);
}

/* The guest gives the buffers that it has back to the device. */
static inline void refill(struct world *world)
{
	for (unsigned int i = 0; i < world->buffers; i++) {
		const struct virtq_buf buf = { RX_AREA(i), RX_LEN, true };

		if (world->given >> i & 1)
			continue;
		world->given |= UINT64_C(1) << i;
		ck_assert_int_eq(
			vm_virtio_rig_send(&world->rig, RX, &buf, 1, i), 0);
	}
	run(world);
}

static inline void world_restart(struct world *world, uint64_t wanted)
{
	ck_assert_int_eq(vm_virtio_rig_start(&world->rig, wanted, RING), 0);
	world->given = 0;
	run(world);
	refill(world);
}

static inline void world_start(struct world *world)
{
	world_init(world);
	world_restart(world, VM_VIRTIO_RIG_SPLIT);
}

/* A device with nothing to do does not ask to be called. */
static inline void expect_rest(struct world *world)
{
	struct pollfd pollfd = { .fd = vm_virtio_device_fd(world->device),
				 .events = POLLIN };

	ck_assert_int_eq(poll(&pollfd, 1, 0), 0);
	ck_assert_uint_eq(world->rig.kicks, 0);
}

/* The guest's next packet, if there is one; fills in @packet. */
static inline bool next_packet(struct world *world, struct packet *packet)
{
	struct virtq_driver_used used;

	run(world);
	if (!virtq_driver_get(world->rig.drivers[RX], &used))
		return false;
	world->given &= ~(UINT64_C(1) << used.token);
	ck_assert_int_eq(vm_mem_read(world->rig.mem, RX_AREA(used.token),
				     packet, used.len),
			 0);
	ck_assert_uint_eq(used.len, HEADER + packet->header.len);
	ck_assert_uint_eq(packet->header.src_cid, HOST);
	ck_assert_uint_eq(packet->header.dst_cid, CID);
	ck_assert_uint_eq(packet->header.src_cid_high, 0);
	ck_assert_uint_eq(packet->header.dst_cid_high, 0);
	refill(world);
	return true;
}

static inline void expect_no_packet(struct world *world)
{
	struct packet packet;

	ck_assert(!next_packet(world, &packet));
	expect_rest(world);
}

/* The guest's next packet is this one, of this connection. */
static inline struct packet expect_op(struct world *world,
				      const struct conn *conn, uint16_t op)
{
	struct packet packet;

	ck_assert(next_packet(world, &packet));
	ck_assert_uint_eq(packet.header.op, op);
	ck_assert_uint_eq(packet.header.dst_port, conn->guest_port);
	ck_assert_uint_eq(packet.header.src_port, conn->host_port);
	return packet;
}

static inline struct header make_header(const struct conn *conn, uint16_t op)
{
	return (struct header){ .src_cid = CID,
				.dst_cid = HOST,
				.src_port = conn->guest_port,
				.dst_port = conn->host_port,
				.type = STREAM,
				.op = op,
				.buf_alloc = conn->buf_alloc,
				.fwd_cnt = conn->fwd_cnt };
}

/* The guest sends a header and @len bytes, whatever the header says. */
static inline void put_raw(struct world *world, const struct header *header,
			   const void *data, uint32_t len)
{
	const struct virtq_buf buf = { TX_AREA, HEADER + len, false };
	struct virtq_driver_used used;

	ck_assert_int_eq(vm_mem_write(world->rig.mem, TX_AREA, header, HEADER),
			 0);
	ck_assert_int_eq(
		vm_mem_write(world->rig.mem, TX_AREA + HEADER, data, len), 0);
	ck_assert_int_eq(vm_virtio_rig_send(&world->rig, TX, &buf, 1, 7), 0);
	run(world);
	ck_assert_int_eq(virtq_driver_get(world->rig.drivers[TX], &used), 1);
	ck_assert_uint_eq(used.len, 0);
}

static inline void put(struct world *world, const struct conn *conn,
		       uint16_t op)
{
	struct header header = make_header(conn, op);

	put_raw(world, &header, "", 0);
}

static inline void put_data(struct world *world, const struct conn *conn,
			    const void *data, uint32_t len)
{
	struct header header = make_header(conn, OP_RW);

	header.len = len;
	put_raw(world, &header, data, len);
}

static inline void put_shutdown(struct world *world, const struct conn *conn,
				uint32_t flags)
{
	struct header header = make_header(conn, OP_SHUTDOWN);

	header.flags = flags;
	put_raw(world, &header, "", 0);
}

static inline struct sockaddr_un make_address(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	ck_assert_uint_lt(strlen(path), sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	return address;
}

static inline int new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	return fd;
}

/* A program of the host listens on a port; stop with host_unlisten(). */
static inline int host_listen(struct world *world, uint32_t port)
{
	struct sockaddr_un address;
	char path[160];
	int fd = new_socket();

	snprintf(path, sizeof(path), "%s_%u", world->path, port);
	address = make_address(path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	ck_assert_int_eq(listen(fd, 200), 0);
	return fd;
}

static inline void host_unlisten(struct world *world, uint32_t port, int fd)
{
	char path[160];

	snprintf(path, sizeof(path), "%s_%u", world->path, port);
	ck_assert_int_eq(unlink(path), 0);
	close(fd);
}

/* A program of the host connects to the device's socket. */
static inline int host_connect(struct world *world)
{
	struct sockaddr_un address = make_address(world->path);
	int fd = new_socket();

	ck_assert_int_eq(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static inline void host_write(int fd, const void *data, size_t len)
{
	ck_assert_int_eq(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

static inline void host_say(int fd, const char *line)
{
	host_write(fd, line, strlen(line));
}

/* The host reads exactly this, now. */
static inline void host_expect(int fd, const void *data, size_t len)
{
	uint8_t *bytes = malloc(len + 1);

	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_eq(recv(fd, bytes, len + 1, 0), (ssize_t)len);
	ck_assert_mem_eq(bytes, data, len);
	free(bytes);
}

static inline void host_expect_end(int fd)
{
	char byte;

	ck_assert_int_eq(recv(fd, &byte, 1, 0), 0);
}

/* The other end is closed, whether or not it had read all. */
static inline void host_expect_gone(int fd)
{
	char byte;
	ssize_t len = recv(fd, &byte, 1, 0);

	ck_assert(!len || (len < 0 && errno == ECONNRESET));
}

static inline void host_expect_nothing(int fd)
{
	char byte;

	ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);
	ck_assert_int_eq(errno, EAGAIN);
}

/* The guest connects to a port that a program listens on; its socket. */
static inline int open_by_guest(struct world *world, int listener,
				const struct conn *conn)
{
	int fd;

	put(world, conn, OP_REQUEST);
	expect_op(world, conn, OP_RESPONSE);
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

/* The guest is asked for a connection to a port; sets @conn->host_port. */
static inline void expect_request(struct world *world, struct conn *conn)
{
	struct packet packet;

	ck_assert(next_packet(world, &packet));
	ck_assert_uint_eq(packet.header.op, OP_REQUEST);
	ck_assert_uint_eq(packet.header.type, STREAM);
	ck_assert_uint_eq(packet.header.dst_port, conn->guest_port);
	ck_assert_uint_eq(packet.header.buf_alloc, BUFFER);
	conn->host_port = packet.header.src_port;
}

/* The host connects to a port that the guest accepts; the host's socket. */
static inline int open_by_host(struct world *world, struct conn *conn)
{
	int fd = host_connect(world);
	char line[32];

	snprintf(line, sizeof(line), "CONNECT %u\n", conn->guest_port);
	host_say(fd, line);
	expect_request(world, conn);
	put(world, conn, OP_RESPONSE);
	snprintf(line, sizeof(line), "OK %u\n", conn->host_port);
	host_expect(fd, line, strlen(line));
	return fd;
}

/* A connection by the host carries bytes both ways, and ends. */
static inline void expect_traffic(struct world *world)
{
	struct conn conn = { .guest_port = 4000, .buf_alloc = GUEST_BUFFER };
	struct packet packet;
	int fd = open_by_host(world, &conn);

	host_say(fd, "ping");
	packet = expect_op(world, &conn, OP_RW);
	ck_assert_uint_eq(packet.header.len, 4);
	ck_assert_mem_eq(packet.data, "ping", 4);
	put_data(world, &conn, "pong!", 5);
	host_expect(fd, "pong!", 5);
	put_shutdown(world, &conn, NO_SEND | NO_RECEIVE);
	host_expect_end(fd);
	expect_op(world, &conn, OP_RST);
	expect_no_packet(world);
	close(fd);
}

#endif
