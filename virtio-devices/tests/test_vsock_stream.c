/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Bytes of connections: all of them arrive, in order, in any weather. */
#include "vsock_support.h"

#define PORT 52

/* The byte of a stream at a place. */
static uint8_t byte_at(uint32_t seed, uint32_t place)
{
	uint32_t value = (place + seed * 7919) * 2654435761u;

	return (uint8_t)(value >> 24);
}

static void fill(uint8_t *bytes, size_t len, uint32_t seed, uint32_t place)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = byte_at(seed, place + (uint32_t)i);
}

static void check(const uint8_t *bytes, size_t len, uint32_t seed,
		  uint32_t place)
{
	size_t good = 0;

	while (good < len &&
	       bytes[good] == byte_at(seed, place + (uint32_t)good))
		good++;
	ck_assert_uint_eq(good, len);
}

/**
 * struct stream - a connection with all that its two ends know
 * @to_host: bytes that the guest has sent
 * @at_host: those that the host has read
 * @to_guest: bytes that the host has written
 * @at_guest: those that the guest has received, in conn.fwd_cnt those that its
 *	program has taken
 * @dev_buf_alloc: what the device said last
 * @dev_fwd_cnt: the same
 */
struct stream {
	struct conn conn;
	int fd;
	uint32_t seed;
	uint32_t to_host, at_host;
	uint32_t to_guest, at_guest;
	uint32_t dev_buf_alloc, dev_fwd_cnt;
};

static void stream_open(struct world *world, struct stream *stream,
			uint32_t seed, uint32_t buf_alloc)
{
	*stream = (struct stream){ .seed = seed,
				   .dev_buf_alloc = BUFFER,
				   .conn = { 1000 + seed, 0, buf_alloc, 0 } };
	stream->fd = open_by_host(world, &stream->conn);
}

/* What the guest may send now. */
static uint32_t stream_room(const struct stream *stream)
{
	return stream->dev_buf_alloc - (stream->to_host - stream->dev_fwd_cnt);
}

/* The guest sends what it may, and not more than @len. */
static uint32_t guest_write(struct world *world, struct stream *stream,
			    uint32_t len)
{
	static uint8_t bytes[BUFFER];

	if (len > stream_room(stream))
		len = stream_room(stream);
	fill(bytes, len, stream->seed, stream->to_host);
	put_data(world, &stream->conn, bytes, len);
	stream->to_host += len;
	return len;
}

/* The host reads up to @len bytes. */
static size_t host_read(struct stream *stream, size_t len)
{
	static uint8_t bytes[BUFFER];
	ssize_t done = recv(stream->fd, bytes, len, 0);

	if (done <= 0)
		return 0;
	check(bytes, (size_t)done, stream->seed, stream->at_host);
	stream->at_host += (uint32_t)done;
	return (size_t)done;
}

/* The host writes what its socket takes, and not more than @len. */
static size_t host_send(struct stream *stream, size_t len)
{
	static uint8_t bytes[BUFFER];
	ssize_t done;

	fill(bytes, len, ~stream->seed, stream->to_guest);
	done = send(stream->fd, bytes, len, MSG_NOSIGNAL);
	if (done <= 0)
		return 0;
	stream->to_guest += (uint32_t)done;
	return (size_t)done;
}

/* The guest takes a packet of one of these streams; false if there is none. */
static bool guest_read(struct world *world, struct stream *streams, int count)
{
	struct packet packet;
	struct stream *stream;

	if (!next_packet(world, &packet))
		return false;
	for (stream = streams; stream < streams + count; stream++)
		if (packet.header.dst_port == stream->conn.guest_port)
			break;
	ck_assert_ptr_ne(stream, streams + count);
	stream->dev_buf_alloc = packet.header.buf_alloc;
	stream->dev_fwd_cnt = packet.header.fwd_cnt;
	if (packet.header.op == OP_CREDIT_REQUEST ||
	    packet.header.op == OP_CREDIT_UPDATE)
		return true;
	ck_assert_uint_eq(packet.header.op, OP_RW);
	check(packet.data, packet.header.len, ~stream->seed, stream->at_guest);
	stream->at_guest += packet.header.len;
	ck_assert_uint_le(stream->at_guest - stream->conn.fwd_cnt,
			  stream->conn.buf_alloc);
	return true;
}

/* The guest's program takes all that has arrived. */
static void guest_consume(struct world *world, struct stream *stream)
{
	stream->conn.fwd_cnt = stream->at_guest;
	put(world, &stream->conn, OP_CREDIT_UPDATE);
}

START_TEST(a_hundred_connections_echo_at_once)
{
	static struct stream streams[100];
	const int count = 100;
	struct world world;
	int listener;

	world_start(&world);
	listener = host_listen(&world, PORT);
	for (int i = 0; i < count; i++) {
		stream_open(&world, &streams[i], (uint32_t)i, GUEST_BUFFER);
		/* Every other one is the guest's. */
		if (i % 2 == 0)
			continue;
		put(&world, &streams[i].conn, OP_RST);
		close(streams[i].fd);
		streams[i].conn.host_port = PORT;
		streams[i].fd =
			open_by_guest(&world, listener, &streams[i].conn);
	}
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < count; i++) {
			ck_assert_uint_eq(host_send(&streams[i], 1000), 1000);
			ck_assert_uint_eq(
				guest_write(&world, &streams[i], 1500), 1500);
		}
		while (guest_read(&world, streams, count))
			;
		for (int i = 0; i < count; i++) {
			ck_assert_uint_eq(host_read(&streams[i], BUFFER), 1500);
			ck_assert_uint_eq(streams[i].at_guest,
					  streams[i].to_guest);
		}
	}
	for (int i = 0; i < count; i++)
		close(streams[i].fd);
	host_unlisten(&world, PORT, listener);
	world_fini(&world);
}
END_TEST

START_TEST(connections_take_turns)
{
	struct stream streams[4];
	struct world world;

	world_start(&world);
	for (uint32_t i = 0; i < 4; i++)
		stream_open(&world, &streams[i], i, GUEST_BUFFER);
	/* One has much to say, and the others a little. */
	ck_assert_uint_eq(host_send(&streams[0], 60000), 60000);
	for (int i = 1; i < 4; i++)
		ck_assert_uint_eq(host_send(&streams[i], 10), 10);
	for (int i = 0; i < 4; i++)
		ck_assert(guest_read(&world, streams, 4));
	for (int i = 0; i < 4; i++)
		ck_assert_uint_gt(streams[i].at_guest, 0);
	for (int i = 0; i < 4; i++)
		close(streams[i].fd);
	world_fini(&world);
}
END_TEST

START_TEST(a_host_that_does_not_read_stops_the_guest)
{
	struct stream stream;
	struct world world;
	uint32_t held;

	world_start(&world);
	stream_open(&world, &stream, 1, GUEST_BUFFER);
	/* The socket fills, then the buffer, then the credit is used up. */
	while (stream_room(&stream)) {
		guest_write(&world, &stream, 9999);
		while (guest_read(&world, &stream, 1))
			;
	}
	expect_rest(&world);
	held = stream.to_host;
	ck_assert_uint_gt(held, BUFFER);
	put(&world, &stream.conn, OP_CREDIT_REQUEST);
	expect_op(&world, &stream.conn, OP_CREDIT_UPDATE);
	while (host_read(&stream, 5000))
		run(&world);
	ck_assert_uint_eq(stream.at_host, held);
	/* The guest was told of the room, and goes on. */
	ck_assert(guest_read(&world, &stream, 1));
	ck_assert_uint_gt(stream_room(&stream), 0);
	guest_write(&world, &stream, 100);
	host_read(&stream, BUFFER);
	ck_assert_uint_eq(stream.at_host, stream.to_host);
	close(stream.fd);
	world_fini(&world);
}
END_TEST

START_TEST(more_than_the_credit_ends_the_connection)
{
	static uint8_t byte;
	struct stream stream;
	struct world world;

	world_start(&world);
	stream_open(&world, &stream, 1, GUEST_BUFFER);
	while (stream_room(&stream)) {
		guest_write(&world, &stream, BUFFER);
		while (guest_read(&world, &stream, 1))
			;
	}
	put_data(&world, &stream.conn, &byte, 1);
	expect_op(&world, &stream.conn, OP_RST);
	expect_no_packet(&world);
	ck_assert_uint_eq(world.stats->violations, 1);
	/* What the socket had taken before is still read. */
	while (host_read(&stream, BUFFER))
		;
	host_expect_end(stream.fd);
	close(stream.fd);
	world_fini(&world);
}
END_TEST

START_TEST(credit_that_the_guest_was_not_told_of_is_none)
{
	static uint8_t bytes[BUFFER];
	const struct conn conn = { 1000, PORT, GUEST_BUFFER, 0 };
	struct world world;
	int listener, fd;

	world_init(&world);
	world.buffers = 1;
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	listener = host_listen(&world, PORT);
	put(&world, &conn, OP_REQUEST);
	world.buffers = 0;
	expect_op(&world, &conn, OP_RESPONSE);
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	put_data(&world, &conn, bytes, BUFFER);
	/* All was taken by the socket, but the guest cannot know. */
	host_expect(fd, bytes, BUFFER);
	put_data(&world, &conn, bytes, 1);
	ck_assert_uint_eq(world.stats->violations, 1);
	host_unlisten(&world, PORT, listener);
	close(fd);
	world_fini(&world);
}
END_TEST

START_TEST(a_guest_that_does_not_take_stops_the_host)
{
	struct stream stream;
	struct world world;
	struct packet packet;

	world_start(&world);
	stream_open(&world, &stream, 1, 10000);
	while (host_send(&stream, 8000))
		run(&world);
	while (stream.at_guest < 10000)
		ck_assert(guest_read(&world, &stream, 1));
	/* The device asks once, and no answer but more room makes it go on. */
	packet = expect_op(&world, &stream.conn, OP_CREDIT_REQUEST);
	ck_assert_uint_eq(packet.header.len, 0);
	expect_no_packet(&world);
	put(&world, &stream.conn, OP_CREDIT_UPDATE);
	expect_no_packet(&world);
	guest_consume(&world, &stream);
	while (stream.at_guest < 20000)
		ck_assert(guest_read(&world, &stream, 1));
	expect_op(&world, &stream.conn, OP_CREDIT_REQUEST);
	while (stream.at_guest < stream.to_guest) {
		guest_consume(&world, &stream);
		while (guest_read(&world, &stream, 1))
			;
	}
	expect_no_packet(&world);
	close(stream.fd);
	world_fini(&world);
}
END_TEST

START_TEST(a_guest_that_lies_about_its_room_harms_nobody)
{
	const struct conn lies[] = {
		{ 0, 0, 0, UINT32_MAX },
		{ 0, 0, UINT32_MAX, 0x80000000 },
		{ 0, 0, 1, 0xffff0000 },
		{ 0, 0, UINT32_MAX, UINT32_MAX },
	};
	struct stream stream;
	struct packet packet;
	struct world world;
	uint32_t received = 0;

	world_start(&world);
	stream_open(&world, &stream, 1, GUEST_BUFFER);
	stream.conn.buf_alloc = lies[_i].buf_alloc;
	stream.conn.fwd_cnt = lies[_i].fwd_cnt;
	put(&world, &stream.conn, OP_CREDIT_UPDATE);
	host_send(&stream, 60000);
	while (next_packet(&world, &packet))
		received += packet.header.len;
	/* Numbers that say there is no room are taken at their word. */
	ck_assert_uint_eq(received, _i % 2 ? 60000 : 0);
	expect_rest(&world);
	expect_traffic(&world);
	close(stream.fd);
	world_fini(&world);
}
END_TEST

/* A generator whose every run is the same. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

#define MANY 3

static void random_step(struct world *world, struct stream *streams,
			uint32_t *state)
{
	uint32_t value = next_random(state);
	struct stream *stream = &streams[value % MANY];
	uint32_t len = value >> 8 & 0x3fff;

	switch (value >> 24 & 7) {
	case 0:
	case 1:
		guest_write(world, stream, len);
		break;
	case 2:
	case 3:
		host_send(stream, len);
		run(world);
		break;
	case 4:
		host_read(stream, len);
		run(world);
		break;
	case 5:
		guest_consume(world, stream);
		break;
	case 6:
		world->buffers = value >> 8 & (RING - 1);
		refill(world);
		break;
	default:
		for (uint32_t i = 0; i < (len & 15); i++)
			guest_read(world, streams, MANY);
	}
}

START_TEST(every_byte_arrives_whatever_the_order_of_things)
{
	uint32_t state = (uint32_t)_i * 77777 + 1;
	struct stream streams[MANY];
	struct world world;

	world_start(&world);
	if (_i & 1)
		world_restart(&world, VM_VIRTIO_RIG_PACKED);
	for (uint32_t i = 0; i < MANY; i++)
		stream_open(&world, &streams[i], i, 5000u << 4 * i);
	for (int i = 0; i < 3000; i++)
		random_step(&world, streams, &state);
	world.buffers = RING;
	refill(&world);
	for (int i = 0; i < MANY; i++) {
		struct stream *stream = &streams[i];

		while (stream->at_guest < stream->to_guest) {
			guest_consume(&world, stream);
			while (guest_read(&world, streams, MANY))
				;
		}
		while (host_read(stream, BUFFER))
			run(&world);
		ck_assert_uint_eq(stream->at_host, stream->to_host);
		ck_assert_uint_gt(stream->to_host, 100000);
		ck_assert_uint_gt(stream->to_guest, 100000);
		close(stream->fd);
	}
	world_fini(&world);
}
END_TEST

RUN_TESTS("vsock_stream", ONCE(a_hundred_connections_echo_at_once),
	  ONCE(connections_take_turns),
	  ONCE(a_host_that_does_not_read_stops_the_guest),
	  ONCE(more_than_the_credit_ends_the_connection),
	  ONCE(credit_that_the_guest_was_not_told_of_is_none),
	  ONCE(a_guest_that_does_not_take_stops_the_host),
	  TIMES(a_guest_that_lies_about_its_room_harms_nobody, 4),
	  TIMES(every_byte_arrives_whatever_the_order_of_things, 20))
