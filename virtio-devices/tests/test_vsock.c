/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The device as a whole: its making, reset, save and restore, attacks. */
#include "vsock_support.h"

START_TEST(a_socket_device_says_what_it_is)
{
	struct world world;

	world_init(&world);
	ck_assert_uint_eq(
		vm_virtio_rig_read(&world.rig, VM_VIRTIO_MMIO_DEVICE_ID), 19);
	ck_assert_uint_eq(vm_virtio_rig_read(&world.rig, VM_VIRTIO_MMIO_CONFIG),
			  CID);
	ck_assert_uint_eq(
		vm_virtio_rig_read(&world.rig, VM_VIRTIO_MMIO_CONFIG + 4), 0);
	ck_assert_uint_eq(world.device->queue_count, 3);
	ck_assert_uint_eq(world.device->offered,
			  VM_VIRTIO_FEATURES |
				  VIRTQ_BIT(VIRTIO_VSOCK_F_STREAM));
	expect_rest(&world);
	world_fini(&world);
}
END_TEST

/* A configuration that only a host and a path of its own are missing in. */
static struct vm_virtio_vsock_config good_config(struct world *world)
{
	return (struct vm_virtio_vsock_config){
		.host = vm_virtio_rig_host(&world->rig),
		.cid = 3,
		.path = "/nonexistent/v",
	};
}

START_TEST(a_configuration_that_cannot_be_is_refused)
{
	struct vm_virtio_vsock *vsock = NULL;
	struct vm_virtio_vsock_config config;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct world world;

	world_init(&world);
	for (int i = 0; i < 8; i++) {
		int expected = -EINVAL;

		config = good_config(&world);
		memset(path, 'p', sizeof(path));
		switch (i) {
		case 0:
			config.cid = 2;
			break;
		case 1:
			config.cid = UINT32_MAX;
			break;
		case 2:
			config.cid = (UINT64_C(1) << 32) + 3;
			break;
		case 3:
			config.path = NULL;
			break;
		case 4:
			config.path = "";
			break;
		case 5:
			config.max_connections =
				VM_VIRTIO_VSOCK_MAX_CONNECTIONS + 1;
			break;
		case 6:
			config.host.kick = NULL;
			break;
		default:
			path[sizeof(path) - sizeof("_4294967295") + 1] = '\0';
			config.path = path;
			expected = -ENAMETOOLONG;
		}
		ck_assert_int_eq(vm_virtio_vsock_new(&config, &vsock),
				 expected);
	}
	ck_assert_ptr_null(vsock);
	vm_virtio_vsock_free(NULL);
	world_fini(&world);
}
END_TEST

START_TEST(the_longest_path_serves_the_longest_port)
{
	const size_t room = sizeof(((struct sockaddr_un *)0)->sun_path);
	const struct conn conn = { 1, UINT32_MAX, GUEST_BUFFER, 0 };
	struct vm_virtio_vsock_config config = { 0 };
	char name[128] = { 0 };
	struct world world;
	int listener;

	memset(name, 'p', room - sizeof("_4294967295") - sizeof(TEST_DIR));
	config.path = name;
	world_init_with(&world, config);
	ck_assert_uint_eq(strlen(world.path) + sizeof("_4294967295"), room);
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	listener = host_listen(&world, conn.host_port);
	close(open_by_guest(&world, listener, &conn));
	host_unlisten(&world, conn.host_port, listener);
	world_fini(&world);
}
END_TEST

START_TEST(a_path_that_cannot_be_used_is_refused)
{
	struct vm_virtio_vsock *vsock = NULL;
	struct vm_virtio_vsock_config config;
	struct world world;

	world_init(&world);
	config = good_config(&world);
	ck_assert_int_eq(vm_virtio_vsock_new(&config, &vsock), -ENOENT);
	config.path = world.path;
	ck_assert_int_eq(vm_virtio_vsock_new(&config, &vsock), -EADDRINUSE);
	ck_assert_ptr_null(vsock);
	/* The one that is there goes on. */
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	expect_traffic(&world);
	world_fini(&world);
}
END_TEST

START_TEST(a_socket_that_took_the_place_is_not_removed)
{
	struct sockaddr_un address;
	struct world world;
	int fd = new_socket();

	world_init(&world);
	ck_assert_int_eq(unlink(world.path), 0);
	address = make_address(world.path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	vm_virtio_rig_fini(&world.rig);
	vm_virtio_vsock_free(world.vsock);
	ck_assert_int_eq(unlink(world.path), 0);
	ck_assert_int_eq(rmdir(world.dir), 0);
	close(fd);
}
END_TEST

/* Two connections, one from each side, with bytes on the way both ways. */
struct pair {
	struct conn by_guest, by_host;
	int listener, fds[2];
};

static void pair_open(struct world *world, struct pair *pair)
{
	pair->by_guest = (struct conn){ 1000, 52, GUEST_BUFFER, 0 };
	pair->by_host = (struct conn){ 1001, 0, GUEST_BUFFER, 0 };
	pair->listener = host_listen(world, 52);
	pair->fds[0] = open_by_guest(world, pair->listener, &pair->by_guest);
	pair->fds[1] = open_by_host(world, &pair->by_host);
	put_data(world, &pair->by_guest, "abc", 3);
	host_say(pair->fds[1], "defg");
}

static void pair_close(struct world *world, struct pair *pair)
{
	host_unlisten(world, 52, pair->listener);
	close(pair->fds[0]);
	close(pair->fds[1]);
}

START_TEST(a_reset_closes_all_connections)
{
	struct world world;
	struct pair pair;
	int fd;

	world_start(&world);
	pair_open(&world, &pair);
	fd = host_connect(&world);
	run(&world);
	vm_virtio_rig_write(&world.rig, VM_VIRTIO_MMIO_STATUS, 0);
	host_expect(pair.fds[0], "abc", 3);
	host_expect_end(pair.fds[0]);
	host_expect_gone(pair.fds[1]);
	host_expect_end(fd);
	expect_rest(&world);
	world_restart(&world, VM_VIRTIO_RIG_PACKED);
	put(&world, &pair.by_guest, OP_CREDIT_REQUEST);
	expect_op(&world, &pair.by_guest, OP_RST);
	expect_traffic(&world);
	pair_close(&world, &pair);
	close(fd);
	world_fini(&world);
}
END_TEST

START_TEST(a_device_that_stops_closes_all_connections)
{
	struct world world;
	struct pair pair;

	world_start(&world);
	pair_open(&world, &pair);
	/* The avail index is far beyond what the ring can hold. */
	ck_assert_int_eq(vm_mem_write_le16(world.rig.mem,
					   world.rig.configs[TX].driver + 2,
					   0x8000),
			 0);
	vm_virtio_device_notify(world.device, TX);
	ck_assert(!vm_virtio_device_is_running(world.device));
	host_expect(pair.fds[0], "abc", 3);
	host_expect_end(pair.fds[0]);
	host_expect_gone(pair.fds[1]);
	run(&world);
	/* Whoever comes now waits for the driver to start again. */
	close(host_connect(&world));
	run(&world);
	expect_rest(&world);
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	expect_traffic(&world);
	pair_close(&world, &pair);
	world_fini(&world);
}
END_TEST

START_TEST(a_queue_can_be_reset_under_connections)
{
	struct world world;
	struct packet packet;
	struct pair pair;

	world_start(&world);
	pair_open(&world, &pair);
	vm_virtio_rig_write(&world.rig, VM_VIRTIO_MMIO_QUEUE_SEL, RX);
	vm_virtio_rig_write(&world.rig, VM_VIRTIO_MMIO_QUEUE_RESET, 1);
	world.given = 0;
	run(&world);
	expect_rest(&world);
	ck_assert_int_eq(vm_virtio_rig_set_queue(&world.rig, RX, RING), 0);
	refill(&world);
	packet = expect_op(&world, &pair.by_host, OP_RW);
	ck_assert_mem_eq(packet.data, "defg", 4);
	expect_no_packet(&world);
	pair_close(&world, &pair);
	world_fini(&world);
}
END_TEST

/* The driver's next event, or -1. */
static int64_t next_event(struct world *world, uint32_t len)
{
	const struct virtq_buf buf = { EVENT_AREA, len, true };
	struct virtq_driver_used used;
	uint32_t id;

	ck_assert_int_eq(vm_virtio_rig_send(&world->rig, EVENT, &buf, 1, 1), 0);
	run(world);
	if (!virtq_driver_get(world->rig.drivers[EVENT], &used))
		return -1;
	if (used.len != sizeof(id))
		return -2;
	ck_assert_int_eq(vm_mem_read_le32(world->rig.mem, EVENT_AREA, &id), 0);
	return id;
}

START_TEST(a_restored_guest_is_told_that_its_connections_are_gone)
{
	static struct vm_virtio_state state, again;
	struct world world;
	struct pair pair;

	world_init(&world);
	world.buffers = 0;
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	world.buffers = RING - 1;
	refill(&world);
	pair_open(&world, &pair);
	/* No event was told before, so the buffer stays. */
	ck_assert_int_eq(next_event(&world, 8), -1);
	vm_virtio_device_save(world.device, &state);
	ck_assert_uint_eq(state.type_len, 0);
	vm_virtio_mmio_reset(&world.rig.mmio);
	host_expect_gone(pair.fds[1]);
	ck_assert_int_eq(vm_virtio_device_restore(world.device, &state), 0);
	vm_virtio_device_save(world.device, &again);
	ck_assert_mem_eq(&state, &again, sizeof(state));
	run(&world);
	/* Once by the buffer that was there, and never again. */
	ck_assert_int_eq(next_event(&world, 8), 0);
	ck_assert_int_eq(next_event(&world, 8), -1);
	expect_op(&world, &pair.by_host, OP_RW);
	put(&world, &pair.by_guest, OP_CREDIT_UPDATE);
	expect_op(&world, &pair.by_guest, OP_RST);
	expect_traffic(&world);
	pair_close(&world, &pair);
	world_fini(&world);
}
END_TEST

START_TEST(connections_of_the_host_come_after_the_event)
{
	static struct vm_virtio_state state;
	struct conn conn = { .guest_port = 7 };
	struct world world;
	int fd;

	world_start(&world);
	vm_virtio_device_save(world.device, &state);
	vm_virtio_mmio_reset(&world.rig.mmio);
	ck_assert_int_eq(vm_virtio_device_restore(world.device, &state), 0);
	fd = host_connect(&world);
	host_say(fd, "CONNECT 7\n");
	expect_no_packet(&world);
	ck_assert_int_eq(next_event(&world, 8), 0);
	expect_request(&world, &conn);
	close(fd);
	world_fini(&world);
}
END_TEST

START_TEST(an_event_waits_for_a_good_buffer)
{
	static struct vm_virtio_state state;
	struct virtq_driver_used used;
	const struct virtq_buf readable = { EVENT_AREA, 8, false };
	const struct virtq_buf hole = { VM_VIRTIO_RIG_HOLE, 8, true };
	struct world world;

	world_start(&world);
	vm_virtio_device_save(world.device, &state);
	vm_virtio_mmio_reset(&world.rig.mmio);
	ck_assert_int_eq(vm_virtio_device_restore(world.device, &state), 0);
	run(&world);
	ck_assert_int_eq(next_event(&world, 3), -2);
	ck_assert_int_eq(vm_virtio_rig_send(&world.rig, EVENT, &readable, 1, 1),
			 0);
	ck_assert_int_eq(vm_virtio_rig_send(&world.rig, EVENT, &hole, 1, 1), 0);
	run(&world);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(
			virtq_driver_get(world.rig.drivers[EVENT], &used), 1);
		ck_assert_uint_eq(used.len, 0);
	}
	ck_assert_uint_eq(errors(world.device, VM_VIRTIO_ERROR_REQUEST), 3);
	ck_assert_int_eq(next_event(&world, 4), 0);
	world_fini(&world);
}
END_TEST

START_TEST(a_state_of_another_shape_is_refused)
{
	static struct vm_virtio_state state;
	struct world world;

	world_start(&world);
	vm_virtio_device_save(world.device, &state);
	vm_virtio_mmio_reset(&world.rig.mmio);
	state.type_len = 8;
	ck_assert_int_eq(vm_virtio_device_restore(world.device, &state),
			 -EBADMSG);
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	ck_assert_int_eq(next_event(&world, 8), -1);
	expect_traffic(&world);
	world_fini(&world);
}
END_TEST

START_TEST(every_attack_is_survived)
{
	enum virtq_attack attack = (enum virtq_attack)(_i / 6);
	uint16_t queue = (uint16_t)(_i % 3);
	uint64_t wanted =
		_i / 3 % 2 ? VM_VIRTIO_RIG_PACKED : VM_VIRTIO_RIG_SPLIT;
	struct world world;
	struct pair pair;
	int fd;

	world_start(&world);
	pair_open(&world, &pair);
	ck_assert_msg(!vm_virtio_rig_attack(&world.rig, queue, attack, wanted),
		      "%s", virtq_attack_name(attack));
	/* Something to be sent, so that the attacked buffers are used. */
	fd = host_connect(&world);
	host_say(fd, "CONNECT 1\n");
	run(&world);
	close(fd);
	world_restart(&world, wanted);
	expect_traffic(&world);
	pair_close(&world, &pair);
	world_fini(&world);
}
END_TEST

START_TEST(any_order_of_register_accesses_is_survived)
{
	struct world world;
	struct pair pair;

	world_start(&world);
	if (_i & 1)
		pair_open(&world, &pair);
	ck_assert_int_eq(vm_virtio_rig_poke(&world.rig, (uint64_t)_i, 2000), 0);
	world_restart(&world, VM_VIRTIO_RIG_SPLIT);
	expect_traffic(&world);
	if (_i & 1)
		pair_close(&world, &pair);
	world_fini(&world);
}
END_TEST

RUN_TESTS("vsock", ONCE(a_socket_device_says_what_it_is),
	  ONCE(a_configuration_that_cannot_be_is_refused),
	  ONCE(the_longest_path_serves_the_longest_port),
	  ONCE(a_path_that_cannot_be_used_is_refused),
	  ONCE(a_socket_that_took_the_place_is_not_removed),
	  ONCE(a_reset_closes_all_connections),
	  ONCE(a_device_that_stops_closes_all_connections),
	  ONCE(a_queue_can_be_reset_under_connections),
	  ONCE(a_restored_guest_is_told_that_its_connections_are_gone),
	  ONCE(connections_of_the_host_come_after_the_event),
	  ONCE(an_event_waits_for_a_good_buffer),
	  ONCE(a_state_of_another_shape_is_refused),
	  TIMES(every_attack_is_survived, 6 * VIRTQ_ATTACK_COUNT),
	  TIMES(any_order_of_register_accesses_is_survived, 30))
