/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* How connections end: by halves, cleanly, or suddenly. */
#include "vsock_support.h"

/* A connection, and by whom it was opened: the host with 0, else the guest. */
struct link {
	struct world world;
	struct conn conn;
	int listener, fd;
};

static void link_init_with(struct link *link, int by_guest,
			   struct vm_virtio_vsock_config config)
{
	world_init_with(&link->world, config);
	world_restart(&link->world, VM_VIRTIO_RIG_SPLIT);
	link->listener = host_listen(&link->world, 52);
	link->conn = (struct conn){ 1000, 52, GUEST_BUFFER, 0 };
	link->fd = by_guest ? open_by_guest(&link->world, link->listener,
					    &link->conn)
			    : open_by_host(&link->world, &link->conn);
}

static void link_init(struct link *link, int by_guest)
{
	link_init_with(link, by_guest, (struct vm_virtio_vsock_config){ 0 });
}

static void link_fini(struct link *link)
{
	expect_no_packet(&link->world);
	expect_traffic(&link->world);
	host_unlisten(&link->world, 52, link->listener);
	if (link->fd >= 0)
		close(link->fd);
	world_fini(&link->world);
}

static void link_close_host(struct link *link)
{
	close(link->fd);
	link->fd = -1;
}

/* The guest is told of so many flags. */
static void expect_shutdown(struct link *link, uint32_t flags)
{
	struct packet packet =
		expect_op(&link->world, &link->conn, OP_SHUTDOWN);

	ck_assert_uint_eq(packet.header.flags, flags);
}

/* The guest sends until the host's socket and the device's buffer are full;
 * returns how many bytes went. */
static uint32_t stuff(struct link *link)
{
	static const uint8_t bytes[BUFFER];
	uint32_t sent = BUFFER / 2, told;
	struct packet packet;

	put_data(&link->world, &link->conn, bytes, sent);
	while (next_packet(&link->world, &packet)) {
		told = packet.header.fwd_cnt;
		put_data(&link->world, &link->conn, bytes,
			 BUFFER - (sent - told));
		sent = told + BUFFER;
	}
	return sent;
}

/* The host reads so many bytes, and then the end. */
static void unstuff(struct link *link, uint32_t sent)
{
	static uint8_t bytes[BUFFER];
	ssize_t len;

	while (sent) {
		len = recv(link->fd, bytes, sizeof(bytes), 0);
		ck_assert_int_gt(len, 0);
		ck_assert_uint_le((uint32_t)len, sent);
		sent -= (uint32_t)len;
		run(&link->world);
	}
	host_expect_end(link->fd);
}

/* Uses up a receive buffer of the guest by an answer. */
static bool put_and_get(struct link *link)
{
	struct packet packet;

	put(&link->world, &link->conn, OP_CREDIT_REQUEST);
	return next_packet(&link->world, &packet);
}

START_TEST(the_guest_closes_and_gets_a_reset)
{
	struct link link;

	link_init(&link, _i);
	put_data(&link.world, &link.conn, "bye", 3);
	put_shutdown(&link.world, &link.conn, NO_RECEIVE | NO_SEND);
	expect_op(&link.world, &link.conn, OP_RST);
	host_expect(link.fd, "bye", 3);
	host_expect_end(link.fd);
	link_fini(&link);
}
END_TEST

START_TEST(the_host_closes_and_is_confirmed)
{
	struct link link;

	link_init(&link, _i);
	host_say(link.fd, "bye");
	link_close_host(&link);
	expect_op(&link.world, &link.conn, OP_RW);
	expect_shutdown(&link, NO_RECEIVE | NO_SEND);
	/* What crosses it is dropped. */
	put_data(&link.world, &link.conn, "late", 4);
	expect_no_packet(&link.world);
	put(&link.world, &link.conn, OP_RST);
	put_data(&link.world, &link.conn, "later", 5);
	expect_op(&link.world, &link.conn, OP_RST);
	link_fini(&link);
}
END_TEST

START_TEST(what_the_host_sent_before_closing_arrives)
{
	struct link link;

	link_init(&link, _i);
	link.conn.buf_alloc = 4;
	put(&link.world, &link.conn, OP_CREDIT_UPDATE);
	host_say(link.fd, "goodbye");
	link_close_host(&link);
	expect_op(&link.world, &link.conn, OP_RW);
	expect_op(&link.world, &link.conn, OP_CREDIT_REQUEST);
	expect_no_packet(&link.world);
	link.conn.fwd_cnt = 4;
	put(&link.world, &link.conn, OP_CREDIT_UPDATE);
	expect_op(&link.world, &link.conn, OP_RW);
	expect_shutdown(&link, NO_RECEIVE | NO_SEND);
	put(&link.world, &link.conn, OP_RST);
	link_fini(&link);
}
END_TEST

START_TEST(both_sides_close_at_once)
{
	struct link link;

	link_init(&link, _i);
	link_close_host(&link);
	put_shutdown(&link.world, &link.conn, NO_RECEIVE | NO_SEND);
	expect_op(&link.world, &link.conn, OP_RST);
	link_fini(&link);
}
END_TEST

START_TEST(the_guest_stops_sending_and_goes_on_receiving)
{
	struct packet packet;
	struct link link;

	link_init(&link, _i);
	put_data(&link.world, &link.conn, "question", 8);
	put_shutdown(&link.world, &link.conn, NO_SEND);
	host_expect(link.fd, "question", 8);
	host_expect_end(link.fd);
	host_say(link.fd, "answer");
	packet = expect_op(&link.world, &link.conn, OP_RW);
	ck_assert_mem_eq(packet.data, "answer", 6);
	link_close_host(&link);
	expect_shutdown(&link, NO_RECEIVE | NO_SEND);
	put(&link.world, &link.conn, OP_RST);
	link_fini(&link);
}
END_TEST

START_TEST(the_host_stops_sending_and_goes_on_receiving)
{
	struct link link;

	link_init(&link, _i);
	host_say(link.fd, "question");
	ck_assert_int_eq(shutdown(link.fd, SHUT_WR), 0);
	expect_op(&link.world, &link.conn, OP_RW);
	expect_shutdown(&link, NO_SEND);
	expect_no_packet(&link.world);
	put_data(&link.world, &link.conn, "answer", 6);
	host_expect(link.fd, "answer", 6);
	link_close_host(&link);
	expect_shutdown(&link, NO_RECEIVE | NO_SEND);
	put(&link.world, &link.conn, OP_RST);
	link_fini(&link);
}
END_TEST

START_TEST(the_halves_of_both_sides_make_an_end)
{
	struct link link;

	link_init(&link, _i);
	ck_assert_int_eq(shutdown(link.fd, SHUT_WR), 0);
	expect_shutdown(&link, NO_SEND);
	put_shutdown(&link.world, &link.conn, NO_SEND);
	expect_shutdown(&link, NO_RECEIVE | NO_SEND);
	put(&link.world, &link.conn, OP_RST);
	host_expect_end(link.fd);
	link_fini(&link);
}
END_TEST

START_TEST(the_guest_stops_receiving)
{
	struct link link;

	link_init(&link, _i);
	put_shutdown(&link.world, &link.conn, NO_RECEIVE);
	ck_assert_int_eq(send(link.fd, "x", 1, MSG_NOSIGNAL), -1);
	ck_assert_int_eq(errno, EPIPE);
	expect_no_packet(&link.world);
	put_data(&link.world, &link.conn, "still", 5);
	host_expect(link.fd, "still", 5);
	link_close_host(&link);
	expect_shutdown(&link, NO_RECEIVE | NO_SEND);
	/* Flags are permanent: the other one makes it an end. */
	put_shutdown(&link.world, &link.conn, NO_SEND);
	expect_op(&link.world, &link.conn, OP_RST);
	link_fini(&link);
}
END_TEST

START_TEST(the_host_stops_receiving)
{
	static const uint8_t bytes[BUFFER];
	struct link link;

	link_init(&link, _i);
	ck_assert_int_eq(shutdown(link.fd, SHUT_RD), 0);
	run(&link.world);
	/* It shows when something is written, which is lost then. */
	put_data(&link.world, &link.conn, bytes, 1000);
	expect_shutdown(&link, NO_RECEIVE);
	put_data(&link.world, &link.conn, bytes, BUFFER);
	expect_op(&link.world, &link.conn, OP_CREDIT_UPDATE);
	host_say(link.fd, "but sends");
	expect_op(&link.world, &link.conn, OP_RW);
	link_close_host(&link);
	expect_shutdown(&link, NO_RECEIVE | NO_SEND);
	put(&link.world, &link.conn, OP_RST);
	link_fini(&link);
}
END_TEST

START_TEST(data_after_its_end_ends_the_connection)
{
	struct link link;

	link_init(&link, _i);
	put_shutdown(&link.world, &link.conn, NO_SEND);
	put_data(&link.world, &link.conn, "x", 1);
	expect_op(&link.world, &link.conn, OP_RST);
	host_expect_end(link.fd);
	link_fini(&link);
}
END_TEST

START_TEST(a_reset_by_the_guest_closes_the_socket)
{
	struct link link;

	link_init(&link, _i);
	put(&link.world, &link.conn, OP_RST);
	host_expect_end(link.fd);
	link_fini(&link);
}
END_TEST

START_TEST(a_host_that_dies_with_unread_data_resets_the_guest)
{
	struct link link;

	link_init(&link, _i);
	put_data(&link.world, &link.conn, "unread", 6);
	link_close_host(&link);
	expect_op(&link.world, &link.conn, OP_RST);
	link_fini(&link);
}
END_TEST

START_TEST(a_host_that_dies_under_a_full_buffer_raises_no_signal)
{
	struct packet packet;
	struct link link;

	link_init(&link, _i);
	stuff(&link);
	link_close_host(&link);
	do {
		ck_assert(next_packet(&link.world, &packet));
	} while (packet.header.op == OP_CREDIT_UPDATE);
	/* Whether it was reset or shut down, it is over. */
	if (packet.header.op == OP_SHUTDOWN) {
		ck_assert_uint_eq(packet.header.flags, NO_RECEIVE | NO_SEND);
		put(&link.world, &link.conn, OP_RST);
	} else {
		ck_assert_uint_eq(packet.header.op, OP_RST);
	}
	link_fini(&link);
}
END_TEST

START_TEST(what_the_guest_sent_before_closing_arrives)
{
	struct vm_virtio_vsock_config config = { .max_connections = 1 };
	struct link link;
	uint32_t sent;

	link_init_with(&link, _i, config);
	sent = stuff(&link);
	put_shutdown(&link.world, &link.conn, NO_RECEIVE | NO_SEND);
	/* The guest does not wait for the host to read, nor can it spoil it. */
	expect_op(&link.world, &link.conn, OP_RST);
	expect_no_packet(&link.world);
	put(&link.world, &link.conn, OP_RST);
	unstuff(&link, sent);
	/* Its place is free for another one. */
	link_fini(&link);
}
END_TEST

START_TEST(a_guest_that_ends_twice_spoils_nothing)
{
	struct link link;
	uint32_t sent;

	link_init(&link, _i);
	sent = stuff(&link);
	/* Its own reset overtakes the one that it gets. */
	link.world.buffers = 0;
	while (link.world.given)
		ck_assert(put_and_get(&link));
	put_shutdown(&link.world, &link.conn, NO_RECEIVE | NO_SEND);
	put(&link.world, &link.conn, OP_RST);
	link.world.buffers = RING;
	refill(&link.world);
	expect_no_packet(&link.world);
	unstuff(&link, sent);
	link_fini(&link);
}
END_TEST

START_TEST(what_the_guest_sent_before_its_half_ended_arrives)
{
	struct link link;
	uint32_t sent;

	link_init(&link, _i);
	sent = stuff(&link);
	put_shutdown(&link.world, &link.conn, NO_SEND);
	unstuff(&link, sent);
	host_say(link.fd, "thanks");
	expect_op(&link.world, &link.conn, OP_CREDIT_UPDATE);
	link_close_host(&link);
	expect_op(&link.world, &link.conn, OP_RW);
	expect_shutdown(&link, NO_RECEIVE | NO_SEND);
	put(&link.world, &link.conn, OP_RST);
	link_fini(&link);
}
END_TEST

START_TEST(a_reset_of_the_device_drops_what_lingers)
{
	struct link link;

	link_init(&link, _i);
	stuff(&link);
	put_shutdown(&link.world, &link.conn, NO_RECEIVE | NO_SEND);
	expect_op(&link.world, &link.conn, OP_RST);
	vm_virtio_rig_write(&link.world.rig, VM_VIRTIO_MMIO_STATUS, 0);
	expect_rest(&link.world);
	world_restart(&link.world, VM_VIRTIO_RIG_SPLIT);
	link_fini(&link);
}
END_TEST

START_TEST(a_guest_that_does_not_confirm_an_end_is_reset)
{
	struct vm_virtio_vsock_config config = { .patience_ms = 20 };
	struct pollfd wait;
	struct link link;

	link_init_with(&link, 1, config);
	link_close_host(&link);
	expect_shutdown(&link, NO_RECEIVE | NO_SEND);
	wait = (struct pollfd){ vm_virtio_device_fd(link.world.device), POLLIN,
				0 };
	while (!link.world.stats->expired) {
		ck_assert_int_eq(poll(&wait, 1, -1), 1);
		run(&link.world);
	}
	expect_op(&link.world, &link.conn, OP_RST);
	expect_no_packet(&link.world);
	host_unlisten(&link.world, 52, link.listener);
	world_fini(&link.world);
}
END_TEST

RUN_TESTS("vsock_conn", TIMES(the_guest_closes_and_gets_a_reset, 2),
	  TIMES(the_host_closes_and_is_confirmed, 2),
	  TIMES(what_the_host_sent_before_closing_arrives, 2),
	  TIMES(both_sides_close_at_once, 2),
	  TIMES(the_guest_stops_sending_and_goes_on_receiving, 2),
	  TIMES(the_host_stops_sending_and_goes_on_receiving, 2),
	  TIMES(the_halves_of_both_sides_make_an_end, 2),
	  TIMES(the_guest_stops_receiving, 2),
	  TIMES(the_host_stops_receiving, 2),
	  TIMES(data_after_its_end_ends_the_connection, 2),
	  TIMES(a_reset_by_the_guest_closes_the_socket, 2),
	  TIMES(a_host_that_dies_with_unread_data_resets_the_guest, 2),
	  TIMES(a_host_that_dies_under_a_full_buffer_raises_no_signal, 2),
	  TIMES(what_the_guest_sent_before_closing_arrives, 2),
	  TIMES(a_guest_that_ends_twice_spoils_nothing, 2),
	  TIMES(what_the_guest_sent_before_its_half_ended_arrives, 2),
	  TIMES(a_reset_of_the_device_drops_what_lingers, 2),
	  ONCE(a_guest_that_does_not_confirm_an_end_is_reset))
