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
	close(fd);
	expect_no_packet(&world);
	ck_assert_uint_eq(world.stats->rejected, 1);
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

START_TEST(slow_connectors_are_bounded_and_expire)
{
	struct vm_virtio_vsock_config config = { .patience_ms = 20 };
	int fds[VM_VIRTIO_VSOCK_HANDSHAKES + 5];
	const int count = VM_VIRTIO_VSOCK_HANDSHAKES + 5;
	struct conn conn = { .guest_port = 7 };
	struct pollfd wait;
	struct world world;

	world_init_with(&world, config);
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	for (int i = 0; i < count; i++)
		fds[i] = host_connect(&world);
	host_say(fds[count - 1], "CONNECT 7\n");
	run(&world);
	/* The last one gets its turn when those before it have had theirs. */
	wait = (struct pollfd){ vm_virtio_device_fd(world.device), POLLIN, 0 };
	while (world.stats->expired < VM_VIRTIO_VSOCK_HANDSHAKES) {
		ck_assert_int_eq(poll(&wait, 1, 10000), 1);
		run(&world);
	}
	expect_request(&world, &conn);
	for (int i = 0; i < VM_VIRTIO_VSOCK_HANDSHAKES; i++)
		host_expect_end(fds[i]);
	for (int i = 0; i < count; i++)
		close(fds[i]);
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

START_TEST(a_guest_that_does_not_answer_is_not_waited_for)
{
	struct vm_virtio_vsock_config config = { .patience_ms = 20 };
	struct conn conn = { .guest_port = 7 };
	struct pollfd wait;
	struct world world;
	int fd;

	world_init_with(&world, config);
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	fd = host_connect(&world);
	host_say(fd, "CONNECT 7\n");
	expect_request(&world, &conn);
	wait = (struct pollfd){ fd, POLLIN, 0 };
	while (!world.stats->expired) {
		struct pollfd device = { vm_virtio_device_fd(world.device),
					 POLLIN, 0 };

		ck_assert_int_eq(poll(&device, 1, 10000), 1);
		run(&world);
	}
	ck_assert_int_eq(poll(&wait, 1, 0), 1);
	host_expect_end(fd);
	expect_op(&world, &conn, OP_RST);
	expect_no_packet(&world);
	close(fd);
	world_fini(&world);
}
END_TEST

START_TEST(connections_beyond_the_limit_wait)
{
	struct vm_virtio_vsock_config config = { .max_connections = 3 };
	struct conn conns[4];
	struct world world;
	int fds[4];

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
	put(&world, &(struct conn){ 5, 5, 0, 0 }, OP_REQUEST);
	expect_op(&world, &(struct conn){ 5, 5, 0, 0 }, OP_RST);
	ck_assert_uint_eq(world.stats->refused, 1);
	put(&world, &conns[1], OP_RST);
	expect_request(&world, &conns[3]);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	world_fini(&world);
}
END_TEST

START_TEST(want_of_descriptors_is_survived)
{
	struct rlimit limit, low;
	struct conn conn = { .guest_port = 7 };
	struct world world;
	int fds[2];

	world_start(&world);
	fds[0] = host_connect(&world);
	fds[1] = host_connect(&world);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = limit;
	low.rlim_cur = (rlim_t)fds[1] + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
	host_say(fds[0], "CONNECT 7\n");
	expect_no_packet(&world);
	ck_assert_uint_eq(errors(world.device, VM_VIRTIO_ERROR_IO), 1);
	put(&world, &(struct conn){ 5, 5, 0, 0 }, OP_REQUEST);
	expect_op(&world, &(struct conn){ 5, 5, 0, 0 }, OP_RST);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	/* Whoever comes next brings those along who wait. */
	close(host_connect(&world));
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
	  TIMES(a_host_that_leaves_before_its_line_is_forgotten, 2),
	  TIMES(a_host_that_leaves_before_the_answer_is_forgotten, 2),
	  ONCE(an_answer_to_a_host_that_has_just_left_is_survived),
	  ONCE(connections_wait_for_the_driver),
	  ONCE(slow_connectors_are_bounded_and_expire),
	  ONCE(no_more_slow_connectors_are_taken_than_agreed),
	  ONCE(a_guest_that_does_not_answer_is_not_waited_for),
	  ONCE(connections_beyond_the_limit_wait),
	  ONCE(want_of_descriptors_is_survived),
	  ONCE(a_port_of_the_host_is_not_given_twice))
