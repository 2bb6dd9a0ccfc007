/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Packets of the guest that the device must not be led astray by. */
#include "vsock_support.h"

#define PORT 52

/* A connection that the guest has opened. */
struct open {
	struct world world;
	struct conn conn;
	int listener, fd;
};

static void open_init(struct open *open)
{
	world_start(&open->world);
	open->conn = (struct conn){ 1000, PORT, GUEST_BUFFER, 0 };
	open->listener = host_listen(&open->world, PORT);
	open->fd = open_by_guest(&open->world, open->listener, &open->conn);
}

static void open_fini(struct open *open)
{
	host_unlisten(&open->world, PORT, open->listener);
	close(open->fd);
	world_fini(&open->world);
}

START_TEST(the_guest_connects_to_a_program_of_the_host)
{
	struct packet packet;
	struct open open;

	open_init(&open);
	put_data(&open.world, &open.conn, "hello", 5);
	host_expect(open.fd, "hello", 5);
	host_say(open.fd, "world");
	packet = expect_op(&open.world, &open.conn, OP_RW);
	ck_assert_uint_eq(packet.header.len, 5);
	ck_assert_mem_eq(packet.data, "world", 5);
	ck_assert_uint_eq(packet.header.fwd_cnt, 5);
	ck_assert_uint_eq(packet.header.buf_alloc, BUFFER);
	expect_no_packet(&open.world);
	ck_assert_uint_eq(open.world.stats->from_guest, 1);
	open_fini(&open);
}
END_TEST

START_TEST(a_port_that_nobody_listens_on_is_refused)
{
	const struct conn conn = { 1000, PORT, GUEST_BUFFER, 0 };
	struct packet packet;
	struct world world;
	int listener;

	world_start(&world);
	put(&world, &conn, OP_REQUEST);
	packet = expect_op(&world, &conn, OP_RST);
	ck_assert_uint_eq(packet.header.type, STREAM);
	/* A socket without a program behind it is no better than none. */
	listener = host_listen(&world, PORT);
	close(listener);
	put(&world, &conn, OP_REQUEST);
	expect_op(&world, &conn, OP_RST);
	expect_no_packet(&world);
	ck_assert_uint_eq(world.stats->refused, 2);
	host_unlisten(&world, PORT, -1);
	world_fini(&world);
}
END_TEST

START_TEST(a_program_with_a_full_backlog_refuses)
{
	const struct conn conn = { 1000, PORT, GUEST_BUFFER, 0 };
	struct world world;
	uint32_t opened = 0;
	int listener;

	world_start(&world);
	listener = host_listen(&world, PORT);
	ck_assert_int_eq(listen(listener, 1), 0);
	for (; !world.stats->refused; opened++) {
		struct conn next = conn;

		ck_assert_uint_lt(opened, 10);
		next.guest_port += opened;
		put(&world, &next, OP_REQUEST);
		expect_op(&world, &next,
			  world.stats->refused ? OP_RST : OP_RESPONSE);
	}
	expect_no_packet(&world);
	host_unlisten(&world, PORT, listener);
	world_fini(&world);
}
END_TEST

/* Headers that are dropped, each for one field. */
enum bad_field {
	BAD_SRC_CID,
	BAD_SRC_HIGH,
	BAD_DST_CID,
	BAD_DST_HIGH,
	BAD_LEN,
	BAD_LEN_HUGE,
	BAD_FIELDS,
};

START_TEST(a_malformed_packet_is_dropped)
{
	struct header header;
	struct open open;

	open_init(&open);
	header = make_header(&open.conn, OP_RW);
	header.len = 4;
	switch ((enum bad_field)_i) {
	case BAD_SRC_CID:
		header.src_cid++;
		break;
	case BAD_SRC_HIGH:
		header.src_cid_high = 1;
		break;
	case BAD_DST_CID:
		header.dst_cid = 1;
		break;
	case BAD_DST_HIGH:
		header.dst_cid_high = 0x80000000;
		break;
	case BAD_LEN:
		header.len = 5;
		break;
	case BAD_LEN_HUGE:
		header.len = UINT32_MAX;
		break;
	case BAD_FIELDS:
		break;
	}
	put_raw(&open.world, &header, "abcd", 4);
	expect_no_packet(&open.world);
	host_expect_nothing(open.fd);
	ck_assert_uint_eq(open.world.stats->malformed, 1);
	ck_assert_uint_eq(errors(open.world.device, VM_VIRTIO_ERROR_REQUEST),
			  1);
	put_data(&open.world, &open.conn, "fine", 4);
	host_expect(open.fd, "fine", 4);
	open_fini(&open);
}
END_TEST

START_TEST(a_packet_with_the_wrong_buffers_is_dropped)
{
	const struct virtq_buf shapes[][2] = {
		{ { TX_AREA, HEADER - 1, false }, { 0, 0, false } },
		{ { TX_AREA, HEADER, false }, { DATA, 8, true } },
		{ { TX_AREA, HEADER, true }, { 0, 0, false } },
		{ { VM_VIRTIO_RIG_HOLE - 20, HEADER, false }, { 0, 0, false } },
	};
	struct virtq_driver_used used;
	struct header header;
	struct open open;

	open_init(&open);
	header = make_header(&open.conn, OP_CREDIT_REQUEST);
	ck_assert_int_eq(
		vm_mem_write(open.world.rig.mem, TX_AREA, &header, HEADER), 0);
	ck_assert_int_eq(vm_virtio_rig_send(&open.world.rig, TX, shapes[_i],
					    shapes[_i][1].len ? 2 : 1, 7),
			 0);
	run(&open.world);
	ck_assert_int_eq(virtq_driver_get(open.world.rig.drivers[TX], &used),
			 1);
	ck_assert_uint_eq(used.len, 0);
	expect_no_packet(&open.world);
	ck_assert_uint_eq(open.world.stats->malformed, 1);
	open_fini(&open);
}
END_TEST

START_TEST(data_outside_of_memory_ends_the_connection)
{
	const struct virtq_buf bufs[] = {
		{ TX_AREA, HEADER, false },
		{ VM_VIRTIO_RIG_HOLE, 8, false },
	};
	struct header header;
	struct open open;

	open_init(&open);
	header = make_header(&open.conn, OP_RW);
	header.len = 8;
	ck_assert_int_eq(
		vm_mem_write(open.world.rig.mem, TX_AREA, &header, HEADER), 0);
	ck_assert_int_eq(vm_virtio_rig_send(&open.world.rig, TX, bufs, 2, 7),
			 0);
	run(&open.world);
	expect_op(&open.world, &open.conn, OP_RST);
	host_expect_end(open.fd);
	ck_assert_uint_eq(open.world.stats->violations, 1);
	open_fini(&open);
}
END_TEST

START_TEST(a_payload_may_be_cut_and_be_shorter_than_its_buffers)
{
	struct virtq_buf bufs[RING];
	struct header header;
	struct packet packet;
	struct open open;

	open_init(&open);
	header = make_header(&open.conn, OP_RW);
	header.len = RING - 10;
	memset(packet.data, 'x', RING);
	for (uint32_t i = 0; i < RING - 10; i++)
		packet.data[i] = (uint8_t)('0' + i % 10);
	/* The header in two parts, and the data byte by byte. */
	ck_assert_int_eq(
		vm_mem_write(open.world.rig.mem, TX_AREA, &header, HEADER), 0);
	ck_assert_int_eq(vm_mem_write(open.world.rig.mem, TX_AREA + HEADER,
				      packet.data, RING),
			 0);
	bufs[0] = (struct virtq_buf){ TX_AREA, 20, false };
	bufs[1] = (struct virtq_buf){ TX_AREA + 20, HEADER - 20, false };
	for (uint32_t i = 2; i < RING; i++)
		bufs[i] = (struct virtq_buf){ TX_AREA + HEADER + i - 2, 1,
					      false };
	ck_assert_int_eq(vm_virtio_rig_send(&open.world.rig, TX, bufs, RING, 7),
			 0);
	run(&open.world);
	host_expect(open.fd, packet.data, RING - 10);
	open_fini(&open);
}
END_TEST

START_TEST(a_payload_may_be_in_more_pieces_than_a_call_takes)
{
	const uint32_t len = 2 * (RING - 1);
	struct virtq_buf bufs[RING];
	char bytes[2 * RING];
	struct header header;
	struct open open;

	open_init(&open);
	header = make_header(&open.conn, OP_RW);
	header.len = len;
	/* Each piece straddles two regions of memory, so it is two. */
	for (uint32_t i = 0; i < len; i++)
		bytes[i] = i % 2 ? 'b' : 'a';
	ck_assert_int_eq(vm_mem_write(open.world.rig.mem,
				      VM_VIRTIO_RIG_EDGE - 1, "ab", 2),
			 0);
	ck_assert_int_eq(
		vm_mem_write(open.world.rig.mem, TX_AREA, &header, HEADER), 0);
	bufs[0] = (struct virtq_buf){ TX_AREA, HEADER, false };
	for (uint32_t i = 1; i < RING; i++)
		bufs[i] =
			(struct virtq_buf){ VM_VIRTIO_RIG_EDGE - 1, 2, false };
	if (_i)
		bufs[RING - 1].gpa = VM_VIRTIO_RIG_HOLE;
	ck_assert_int_eq(vm_virtio_rig_send(&open.world.rig, TX, bufs, RING, 7),
			 0);
	run(&open.world);
	/* The last one is found missing when the first ones are on their way.
	 */
	if (_i)
		expect_op(&open.world, &open.conn, OP_RST);
	else
		host_expect(open.fd, bytes, len);
	expect_no_packet(&open.world);
	open_fini(&open);
}
END_TEST

START_TEST(a_packet_of_no_connection_is_refused)
{
	const struct conn conn = { 77, 88, 0, 0 };
	struct world world;

	world_start(&world);
	put(&world, &conn, (uint16_t)_i);
	/* 0 and 8 are no operations, and a reset is never answered. */
	if (_i != OP_RST)
		expect_op(&world, &conn, OP_RST);
	expect_no_packet(&world);
	world_fini(&world);
}
END_TEST

START_TEST(a_type_that_is_not_known_is_refused)
{
	const uint16_t types[] = { 0, 2, 3, UINT16_MAX };
	struct header header;
	struct packet packet;
	struct open open;

	open_init(&open);
	header = make_header(&open.conn, OP_REQUEST);
	header.type = types[_i];
	put_raw(&open.world, &header, "", 0);
	packet = expect_op(&open.world, &open.conn, OP_RST);
	ck_assert_uint_eq(packet.header.type, types[_i]);
	header.op = OP_RST;
	put_raw(&open.world, &header, "", 0);
	/* The stream between the same ports has nothing to do with it. */
	put_data(&open.world, &open.conn, "fine", 4);
	host_expect(open.fd, "fine", 4);
	expect_no_packet(&open.world);
	open_fini(&open);
}
END_TEST

START_TEST(what_is_out_of_place_ends_the_connection)
{
	const uint16_t ops[] = { 0, OP_REQUEST, OP_RESPONSE, 8, UINT16_MAX };
	struct open open;

	open_init(&open);
	put(&open.world, &open.conn, ops[_i]);
	expect_op(&open.world, &open.conn, OP_RST);
	host_expect_end(open.fd);
	expect_no_packet(&open.world);
	ck_assert_uint_eq(open.world.stats->violations, 1);
	ck_assert_uint_eq(errors(open.world.device, VM_VIRTIO_ERROR_REQUEST),
			  1);
	open_fini(&open);
}
END_TEST

START_TEST(an_answer_that_is_no_answer_ends_the_connection)
{
	const uint16_t ops[] = { OP_REQUEST, OP_SHUTDOWN, OP_RW,
				 OP_CREDIT_UPDATE, OP_CREDIT_REQUEST };
	struct conn conn = { .guest_port = 7 };
	struct world world;
	int fd;

	world_start(&world);
	fd = host_connect(&world);
	host_say(fd, "CONNECT 7\n");
	expect_request(&world, &conn);
	put(&world, &conn, ops[_i]);
	expect_op(&world, &conn, OP_RST);
	host_expect_end(fd);
	close(fd);
	world_fini(&world);
}
END_TEST

START_TEST(an_answer_to_what_was_not_asked_yet_is_none)
{
	const struct conn conn = { 7, 0x40000000, 0, 0 };
	struct world world;
	int fd;

	world_init(&world);
	world.buffers = 0;
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	fd = host_connect(&world);
	host_say(fd, "CONNECT 7\n");
	run(&world);
	put(&world, &conn, OP_RESPONSE);
	host_expect_end(fd);
	world.buffers = RING;
	refill(&world);
	expect_no_packet(&world);
	close(fd);
	world_fini(&world);
}
END_TEST

START_TEST(data_before_the_response_ends_the_connection)
{
	const struct conn conn = { 1000, PORT, GUEST_BUFFER, 0 };
	struct world world;
	int listener;

	world_init(&world);
	world.buffers = 0;
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	listener = host_listen(&world, PORT);
	put(&world, &conn, OP_REQUEST);
	put_data(&world, &conn, "early", 5);
	ck_assert_uint_eq(world.stats->violations, 1);
	/* The reset is on its way, and until then all is ignored. */
	put_data(&world, &conn, "again", 5);
	put(&world, &conn, OP_REQUEST);
	ck_assert_uint_eq(world.stats->violations, 1);
	world.buffers = RING;
	refill(&world);
	expect_op(&world, &conn, OP_RST);
	expect_no_packet(&world);
	host_unlisten(&world, PORT, listener);
	world_fini(&world);
}
END_TEST

START_TEST(refusals_are_bounded_and_none_is_lost)
{
	const unsigned int count = 150;
	struct virtq_driver_used used;
	unsigned int taken = 0;
	struct packet packet;
	struct world world;

	world_init(&world);
	world.buffers = 0;
	world_restart(&world, _i ? VM_VIRTIO_RIG_PACKED : VM_VIRTIO_RIG_SPLIT);
	for (uint32_t i = 0; i < count; i++) {
		struct header header =
			make_header(&(struct conn){ i, 1, 0, 0 }, OP_RW);
		struct virtq_buf buf = { TX_AREA + i * 64, HEADER, false };

		ck_assert_int_eq(vm_mem_write(world.rig.mem, buf.gpa, &header,
					      HEADER),
				 0);
		if (vm_virtio_rig_send(&world.rig, TX, &buf, 1, i))
			break;
		run(&world);
		if (virtq_driver_get(world.rig.drivers[TX], &used))
			taken++;
	}
	/* The device takes no more packets than it can answer. */
	ck_assert_uint_eq(taken, RING);
	expect_rest(&world);
	world.buffers = RING;
	refill(&world);
	for (uint32_t i = 0; next_packet(&world, &packet); i++) {
		ck_assert_uint_eq(packet.header.op, OP_RST);
		ck_assert_uint_eq(packet.header.dst_port, i);
		taken += virtq_driver_get(world.rig.drivers[TX], &used) == 1;
	}
	ck_assert_uint_eq(taken, 2 * RING);
	expect_traffic(&world);
	world_fini(&world);
}
END_TEST

/* As open_init(), with a guest that has given no buffer since. */
static void open_init_short(struct open *open)
{
	struct world *world = &open->world;

	world_init(world);
	world->buffers = 1;
	world_restart(world, VM_VIRTIO_RIG_SPLIT);
	open->conn = (struct conn){ 1000, PORT, GUEST_BUFFER, 0 };
	open->listener = host_listen(world, PORT);
	put(world, &open->conn, OP_REQUEST);
	world->buffers = 0;
	expect_op(world, &open->conn, OP_RESPONSE);
	open->fd = accept4(open->listener, NULL, NULL,
			   SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* The guest gives a buffer that comes back empty. */
static void give_bad(struct world *world, const struct virtq_buf *bufs,
		     uint16_t count)
{
	struct virtq_driver_used used;

	ck_assert_int_eq(vm_virtio_rig_send(&world->rig, RX, bufs, count, 0),
			 0);
	run(world);
	ck_assert_int_eq(virtq_driver_get(world->rig.drivers[RX], &used), 1);
	ck_assert_uint_eq(used.len, 0);
	ck_assert_uint_eq(errors(world->device, VM_VIRTIO_ERROR_REQUEST), 1);
	world->buffers = RING;
	refill(world);
}

START_TEST(a_refusal_is_for_the_driver_that_asked)
{
	struct world world;

	world_init(&world);
	world.buffers = 0;
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	put(&world, &(struct conn){ 5, 6, 0, 0 }, OP_RW);
	world.buffers = RING;
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	expect_no_packet(&world);
	expect_traffic(&world);
	world_fini(&world);
}
END_TEST

START_TEST(a_bad_receive_buffer_costs_nothing_but_itself)
{
	const struct virtq_buf shapes[][2] = {
		{ { DATA, HEADER, true }, { 0, 0, true } },
		{ { DATA, 4, true }, { 0, 0, true } },
		{ { DATA, 4096, false }, { 0, 0, true } },
		{ { DATA, 8, false }, { DATA, 4096, true } },
		{ { VM_VIRTIO_RIG_HOLE, 4096, true }, { 0, 0, true } },
		{ { DATA, HEADER, true }, { VM_VIRTIO_RIG_HOLE, 64, true } },
	};
	struct packet packet;
	struct open open;

	open_init_short(&open);
	host_say(open.fd, "data");
	give_bad(&open.world, shapes[_i], shapes[_i][1].len ? 2 : 1);
	packet = expect_op(&open.world, &open.conn, OP_RW);
	ck_assert_uint_eq(packet.header.len, 4);
	ck_assert_mem_eq(packet.data, "data", 4);
	open_fini(&open);
}
END_TEST

START_TEST(a_bad_buffer_for_a_refusal_costs_nothing_but_itself)
{
	const struct virtq_buf hole = { VM_VIRTIO_RIG_HOLE, 64, true };
	const struct conn conn = { 5, 6, 0, 0 };
	struct open open;

	open_init_short(&open);
	put(&open.world, &conn, OP_RW);
	give_bad(&open.world, &hole, 1);
	expect_op(&open.world, &conn, OP_RST);
	expect_no_packet(&open.world);
	open_fini(&open);
}
END_TEST

START_TEST(a_header_that_cannot_be_written_ends_a_stream_with_a_gap)
{
	const struct virtq_buf bufs[] = {
		{ VM_VIRTIO_RIG_HOLE, HEADER, true },
		{ DATA, 64, true },
	};
	struct open open;

	open_init_short(&open);
	host_say(open.fd, "lost");
	give_bad(&open.world, bufs, 2);
	host_expect_end(open.fd);
	expect_op(&open.world, &open.conn, OP_RST);
	expect_no_packet(&open.world);
	open_fini(&open);
}
END_TEST

RUN_TESTS("vsock_guest", ONCE(the_guest_connects_to_a_program_of_the_host),
	  ONCE(a_port_that_nobody_listens_on_is_refused),
	  ONCE(a_program_with_a_full_backlog_refuses),
	  TIMES(a_malformed_packet_is_dropped, BAD_FIELDS),
	  TIMES(a_packet_with_the_wrong_buffers_is_dropped, 4),
	  ONCE(data_outside_of_memory_ends_the_connection),
	  ONCE(a_payload_may_be_cut_and_be_shorter_than_its_buffers),
	  TIMES(a_payload_may_be_in_more_pieces_than_a_call_takes, 2),
	  TIMES(a_packet_of_no_connection_is_refused, 9),
	  TIMES(a_type_that_is_not_known_is_refused, 4),
	  TIMES(what_is_out_of_place_ends_the_connection, 5),
	  TIMES(an_answer_that_is_no_answer_ends_the_connection, 5),
	  ONCE(an_answer_to_what_was_not_asked_yet_is_none),
	  ONCE(data_before_the_response_ends_the_connection),
	  TIMES(refusals_are_bounded_and_none_is_lost, 2),
	  ONCE(a_refusal_is_for_the_driver_that_asked),
	  TIMES(a_bad_receive_buffer_costs_nothing_but_itself, 6),
	  ONCE(a_bad_buffer_for_a_refusal_costs_nothing_but_itself),
	  ONCE(a_header_that_cannot_be_written_ends_a_stream_with_a_gap))
