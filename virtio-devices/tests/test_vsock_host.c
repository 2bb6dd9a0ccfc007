/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Connections that the host opens, well or badly. */
#include <sys/resource.h>

#include "vsock_support.h"

START_TEST(the_host_connects_to_a_port_of_the_guest)
{
	struct conn conn = { .guest_port = 1024, .buf_alloc = GUEST_BUFFER };
	struct packet packet;
	struct world world;
	int fd;

	world_start(&world);
	fd = open_by_host(&world, &conn);
	ck_assert_uint_eq(conn.host_port, 0x40000000);
	host_say(fd, "hello");
	packet = expect_op(&world, &conn, OP_RW);
	ck_assert_uint_eq(packet.header.len, 5);
	ck_assert_mem_eq(packet.data, "hello", 5);
	put_data(&world, &conn, "world", 5);
	host_expect(fd, "world", 5);
	ck_assert_uint_eq(world.stats->from_host, 1);
	ck_assert_uint_eq(world.device->stats.bytes_to_driver, 5);
	ck_assert_uint_eq(world.device->stats.bytes_from_driver, 5);
	close(fd);
	world_fini(&world);
}
END_TEST

START_TEST(what_follows_the_line_is_the_stream)
{
	struct conn conn = { .guest_port = 80, .buf_alloc = GUEST_BUFFER };
	struct packet packet;
	struct world world;
	int fd;

	world_start(&world);
	fd = host_connect(&world);
	host_say(fd, "CONNECT 80\nGET /\n");
	expect_request(&world, &conn);
	expect_no_packet(&world);
	host_expect_nothing(fd);
	put(&world, &conn, OP_RESPONSE);
	packet = expect_op(&world, &conn, OP_RW);
	ck_assert_uint_eq(packet.header.len, 6);
	ck_assert_mem_eq(packet.data, "GET /\n", 6);
	close(fd);
	world_fini(&world);
}
END_TEST

START_TEST(the_line_may_come_byte_by_byte)
{
	const char line[] = "CONNECT 4294967295\n";
	struct conn conn = { .guest_port = UINT32_MAX };
	struct world world;
	int fd;

	world_start(&world);
	fd = host_connect(&world);
	for (const char *c = line; *c; c++) {
		expect_no_packet(&world);
		host_write(fd, c, 1);
	}
	expect_request(&world, &conn);
	close(fd);
	world_fini(&world);
}
END_TEST

START_TEST(the_guest_refuses_the_host)
{
	struct conn conn = { .guest_port = 1024 };
	struct world world;
	int fd;

	world_start(&world);
	fd = host_connect(&world);
	host_say(fd, "CONNECT 1024\n");
	expect_request(&world, &conn);
	put(&world, &conn, OP_RST);
	host_expect_end(fd);
	expect_no_packet(&world);
	ck_assert_uint_eq(world.stats->from_host, 0);
	close(fd);
	expect_traffic(&world);
	world_fini(&world);
}
END_TEST

static const char *const garbage[] = {
	"\n",
	"CONNECT\n",
	"CONNECT \n",
	"CONNECT  1\n",
	"CONNECT 1 \n",
	"CONNECT -1\n",
	"CONNECT 1a\n",
	"CONNECT 0x10\n",
	"connect 10\n",
	"CONNECT 4294967296\n",
	"CONNECT 18446744073709551617\n",
	"GET / HTTP/1.0\r\n",
	"CONNECT 000000000000000000000001\n",
	"0123456789012345678901234567890123456789",
};

START_TEST(any_other_line_is_rejected)
{
	struct world world;
	int fd;

	world_start(&world);
	fd = host_connect(&world);
	host_say(fd, garbage[_i]);
	expect_no_packet(&world);
	ck_assert_uint_eq(world.stats->rejected, 1);
	host_expect_gone(fd);
	close(fd);
	expect_traffic(&world);
	world_fini(&world);
}
END_TEST

START_TEST(a_host_that_leaves_before_its_line_is_forgotten)
{
	struct world world;
	int fd;

	world_start(&world);
	fd = host_connect(&world);
	host_say(fd, _i ? "CONNECT 1" : "");
	run(&world);
	if (_i == 2)
		shutdown(fd, SHUT_WR);
	else
		close(fd);
	expect_no_packet(&world);
	ck_assert_uint_eq(world.stats->rejected, 1);
	if (_i == 2)
		close(fd);
	expect_traffic(&world);
	world_fini(&world);
}
END_TEST

START_TEST(a_host_that_leaves_before_the_answer_is_forgotten)
{
	struct conn conn = { .guest_port = 9 };
	struct world world;
	int fd;

	world_init(&world);
	world.buffers = _i ? RING : 0;
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	fd = host_connect(&world);
	host_say(fd, "CONNECT 9\n");
	if (_i)
		expect_request(&world, &conn);
	run(&world);
	close(fd);
	run(&world);
	world.buffers = RING;
	refill(&world);
	/* A guest that has not heard of the connection does not hear now. */
	if (_i)
		expect_op(&world, &conn, OP_RST);
	expect_no_packet(&world);
	/* The guest's late answer is one to nobody. */
	if (_i) {
		put(&world, &conn, OP_RESPONSE);
		expect_op(&world, &conn, OP_RST);
	}
	expect_traffic(&world);
	world_fini(&world);
}
END_TEST

START_TEST(an_answer_to_a_host_that_has_just_left_is_survived)
{
	struct conn conn = { .guest_port = 9 };
	struct header header;
	struct world world;
	int fd;

	world_start(&world);
	fd = host_connect(&world);
	host_say(fd, "CONNECT 9\n");
	expect_request(&world, &conn);
	close(fd);
	/* The queue is served before the device looks at its sockets. */
	header = make_header(&conn, OP_RESPONSE);
	put_raw(&world, &header, "", 0);
	expect_op(&world, &conn, OP_RST);
	expect_no_packet(&world);
	ck_assert_uint_eq(world.stats->from_host, 0);
	world_fini(&world);
}
END_TEST

START_TEST(connections_wait_for_the_driver)
{
	struct conn conn = { .guest_port = 7 };
	struct world world;
	int fd;

	world_init(&world);
	fd = host_connect(&world);
	host_say(fd, "CONNECT 7\n");
	run(&world);
	expect_rest(&world);
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	expect_request(&world, &conn);
	close(fd);
	world_fini(&world);
}
END_TEST

START_TEST(a_driver_may_give_its_buffers_before_it_starts)
{
	const struct virtq_buf buf = { RX_AREA(0), RX_LEN, true };
	struct conn conn = { .guest_port = 7 };
	struct world world;
	struct vm_virtio_rig *rig = &world.rig;
	int fd;

	world_init(&world);
	fd = host_connect(&world);
	host_say(fd, "CONNECT 7\n");
	run(&world);
	ck_assert_int_eq(vm_virtio_rig_negotiate(rig, VM_VIRTIO_RIG_SPLIT), 0);
	for (uint16_t i = RX; i <= EVENT; i++)
		ck_assert_int_eq(vm_virtio_rig_set_queue(rig, i, RING), 0);
	ck_assert_int_eq(virtq_driver_add(rig->drivers[RX], &buf, 1,
					  VIRTQ_DRIVER_DIRECT, 0),
			 0);
	virtq_driver_publish(rig->drivers[RX]);
	/* It must not notify before it has started, and need not after. */
	vm_virtio_rig_write(rig, VM_VIRTIO_MMIO_STATUS, ALIVE);
	world.buffers = 0;
	expect_request(&world, &conn);
	close(fd);
	world_fini(&world);
}
END_TEST

/* Lets time pass until so many connections have expired. */
static void expire(struct world *world, uint64_t count)
{
	struct pollfd wait = { .fd = vm_virtio_device_fd(world->device),
			       .events = POLLIN };

	while (world->stats->expired < count) {
		ck_assert_int_eq(poll(&wait, 1, -1), 1);
		run(world);
	}
}

START_TEST(slow_connectors_are_not_waited_for)
{
	struct vm_virtio_vsock_config config = { .patience_ms = 20 };
	int fds[VM_VIRTIO_VSOCK_HANDSHAKES + 5];
	const int count = VM_VIRTIO_VSOCK_HANDSHAKES + 5;
	struct world world;

	world_init_with(&world, config);
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	for (int i = 0; i < count; i++)
		fds[i] = host_connect(&world);
	run(&world);
	/* The last ones get their turn when others have had theirs. */
	expire(&world, (uint64_t)count);
	for (int i = 0; i < count; i++) {
		host_expect_end(fds[i]);
		close(fds[i]);
	}
	expect_no_packet(&world);
	world_fini(&world);
}
END_TEST

START_TEST(no_more_slow_connectors_are_taken_than_agreed)
{
	int fds[VM_VIRTIO_VSOCK_HANDSHAKES + 1];
	const int last = VM_VIRTIO_VSOCK_HANDSHAKES;
	struct conn conn = { .guest_port = 7 };
	struct world world;

	world_start(&world);
	for (int i = 0; i < last; i++)
		fds[i] = host_connect(&world);
	run(&world);
	fds[last] = host_connect(&world);
	host_say(fds[last], "CONNECT 7\n");
	expect_no_packet(&world);
	/* One that gives up makes room. */
	close(fds[0]);
	expect_request(&world, &conn);
	for (int i = 1; i <= last; i++)
		close(fds[i]);
	world_fini(&world);
}
END_TEST

/* The host connects and the guest is asked, at once unless the machine is so
 * busy that the connection expires before. */
static int ask_in_time(struct world *world, struct conn *conn)
{
	struct packet packet;

	for (;;) {
		int fd = host_connect(world);

		host_say(fd, "CONNECT 7\n");
		if (next_packet(world, &packet)) {
			ck_assert_uint_eq(packet.header.op, OP_REQUEST);
			conn->host_port = packet.header.src_port;
			return fd;
		}
		close(fd);
	}
}

START_TEST(a_guest_that_does_not_answer_is_not_waited_for)
{
	struct vm_virtio_vsock_config config = { .patience_ms = 100 };
	struct conn conn = { .guest_port = 7 };
	struct world world;
	int fd;

	world_init_with(&world, config);
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	fd = ask_in_time(&world, &conn);
	expire(&world, 1);
	expect_op(&world, &conn, OP_RST);
	host_expect_end(fd);
	expect_no_packet(&world);
	close(fd);
	world_fini(&world);
}
END_TEST

/* As ask_in_time(), and the guest answers in time. */
static int open_in_time(struct world *world, struct conn *conn)
{
	struct packet packet;
	char line[32];

	for (;;) {
		int fd = ask_in_time(world, conn);

		put(world, conn, OP_RESPONSE);
		if (recv(fd, line, sizeof(line), 0) > 0)
			return fd;
		while (next_packet(world, &packet))
			;
		close(fd);
	}
}

START_TEST(a_connection_that_was_answered_does_not_expire)
{
	struct vm_virtio_vsock_config config = { .patience_ms = 100 };
	struct conn conn = { 7, 0, GUEST_BUFFER, 0 };
	struct world world;
	int fds[2];

	world_init_with(&world, config);
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	fds[0] = open_in_time(&world, &conn);
	/* One that came later does. */
	fds[1] = host_connect(&world);
	run(&world);
	expire(&world, world.stats->expired + 1);
	host_expect_end(fds[1]);
	put_data(&world, &conn, "fine", 4);
	host_expect(fds[0], "fine", 4);
	close(fds[0]);
	close(fds[1]);
	world_fini(&world);
}
END_TEST

START_TEST(connections_beyond_the_limit_wait)
{
	struct vm_virtio_vsock_config config = { .max_connections = 3 };
	struct conn conns[4];
	struct world world;
	int listener, fds[4];

	world_init_with(&world, config);
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	for (uint32_t i = 0; i < 3; i++) {
		conns[i] = (struct conn){ i, 0, GUEST_BUFFER, 0 };
		fds[i] = open_by_host(&world, &conns[i]);
	}
	conns[3] = (struct conn){ .guest_port = 3 };
	fds[3] = host_connect(&world);
	host_say(fds[3], "CONNECT 3\n");
	expect_no_packet(&world);
	/* The guest cannot have more either. */
	listener = host_listen(&world, 5);
	put(&world, &(struct conn){ 5, 5, 0, 0 }, OP_REQUEST);
	expect_op(&world, &(struct conn){ 5, 5, 0, 0 }, OP_RST);
	ck_assert_uint_eq(world.stats->refused, 1);
	host_unlisten(&world, 5, listener);
	put(&world, &conns[1], OP_RST);
	expect_request(&world, &conns[3]);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	world_fini(&world);
}
END_TEST

/* No more descriptors can be opened; returns what was the limit. */
static struct rlimit exhaust(int last)
{
	struct rlimit limit, low;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = limit;
	low.rlim_cur = (rlim_t)last + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
	return limit;
}

START_TEST(want_of_descriptors_is_survived)
{
	struct conn first = { 6, 0, GUEST_BUFFER, 0 }, conn = { 7, 0, 0, 0 };
	struct rlimit limit;
	struct world world;
	int fds[2];

	world_start(&world);
	fds[0] = open_by_host(&world, &first);
	fds[1] = host_connect(&world);
	limit = exhaust(fds[1]);
	host_say(fds[1], "CONNECT 7\n");
	expect_no_packet(&world);
	ck_assert_uint_eq(errors(world.device, VM_VIRTIO_ERROR_IO), 1);
	put(&world, &(struct conn){ 5, 5, 0, 0 }, OP_REQUEST);
	expect_op(&world, &(struct conn){ 5, 5, 0, 0 }, OP_RST);
	if (_i) {
		/* A connection that ends makes room. */
		put(&world, &first, OP_RST);
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	} else {
		/* Whoever comes next brings those along who wait. */
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
		close(host_connect(&world));
	}
	expect_request(&world, &conn);
	close(fds[0]);
	close(fds[1]);
	world_fini(&world);
}
END_TEST

START_TEST(a_port_of_the_host_is_not_given_twice)
{
	const struct conn taken = { 7, 0x40000001, GUEST_BUFFER, 0 };
	struct conn first = { 7, 0, GUEST_BUFFER, 0 }, second = first;
	struct world world;
	int listener, fds[3];

	world_start(&world);
	listener = host_listen(&world, taken.host_port);
	fds[0] = open_by_guest(&world, listener, &taken);
	fds[1] = open_by_host(&world, &first);
	fds[2] = open_by_host(&world, &second);
	ck_assert_uint_eq(first.host_port, 0x40000000);
	ck_assert_uint_eq(second.host_port, 0x40000002);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	host_unlisten(&world, taken.host_port, listener);
	world_fini(&world);
}
END_TEST

RUN_TESTS("vsock_host", ONCE(the_host_connects_to_a_port_of_the_guest),
	  ONCE(what_follows_the_line_is_the_stream),
	  ONCE(the_line_may_come_byte_by_byte),
	  ONCE(the_guest_refuses_the_host),
	  TIMES(any_other_line_is_rejected,
		sizeof(garbage) / sizeof(garbage[0])),
	  TIMES(a_host_that_leaves_before_its_line_is_forgotten, 3),
	  TIMES(a_host_that_leaves_before_the_answer_is_forgotten, 2),
	  ONCE(an_answer_to_a_host_that_has_just_left_is_survived),
	  ONCE(connections_wait_for_the_driver),
	  ONCE(a_driver_may_give_its_buffers_before_it_starts),
	  ONCE(slow_connectors_are_not_waited_for),
	  ONCE(no_more_slow_connectors_are_taken_than_agreed),
	  ONCE(a_guest_that_does_not_answer_is_not_waited_for),
	  ONCE(connections_beyond_the_limit_wait),
	  TIMES(want_of_descriptors_is_survived, 2),
	  ONCE(a_connection_that_was_answered_does_not_expire),
	  ONCE(a_port_of_the_host_is_not_given_twice))
