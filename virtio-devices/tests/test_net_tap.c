/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The card on a real tap; a packet socket is the host behind it. */
#include <arpa/inet.h>
#include <linux/if_packet.h>

#include "net_support.h"
#include "tap_support.h"

/* IEEE 802: for experiments. */
#define EXPERIMENT 0x88b5
#define IPV4	   0x0800

/* The header that a packet socket wants, which is shorter. */
#define SOCKET_HEADER 10

/* A TCP segment of this much payload, which takes several frames. */
#define HEADERS 54
#define PAYLOAD 4000
#define MSS	1400

static uint8_t packet[SOCKET_HEADER + HEADERS + PAYLOAD];

struct tap {
	struct vm_virtio_rig rig;
	struct vm_virtio_net *net;
	struct vm_virtio_device *device;
	int fds[2];
	int host;
};

static int open_host(const char *name, uint16_t protocol)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(protocol),
				       .sll_ifindex =
					       (int)if_nametoindex(name) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on,
				    sizeof(on)),
			 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	return fd;
}

static void tap_init(struct tap *tap, uint16_t pairs, uint16_t protocol)
{
	struct vm_virtio_net_config config = { .mac = CARD_MAC };

	memset(tap, 0, sizeof(*tap));
	ck_assert_int_eq(vm_tap_create("tap0", pairs > 1, &tap->fds[0]), 0);
	if (pairs > 1)
		ck_assert_int_eq(vm_tap_open("tap0", true, &tap->fds[1]), 0);
	ck_assert_int_eq(set_up("tap0", true), 0);
	tap->host = open_host("tap0", protocol);
	ck_assert_int_eq(vm_virtio_rig_init(&tap->rig), 0);
	config.host = vm_virtio_rig_host(&tap->rig);
	config.fds = tap->fds;
	config.pairs = pairs;
	ck_assert_int_eq(vm_virtio_net_new(&config, &tap->net), 0);
	tap->device = vm_virtio_net_device(tap->net);
	ck_assert_int_eq(vm_virtio_rig_attach(&tap->rig, tap->device), 0);
}

static void tap_start(struct tap *tap, uint64_t wanted)
{
	ck_assert_int_eq(vm_virtio_rig_start(&tap->rig, wanted, RING), 0);
	ck_assert_int_eq(vm_virtio_rig_run(&tap->rig), 0);
}

static void tap_fini(struct tap *tap)
{
	vm_virtio_rig_fini(&tap->rig);
	vm_virtio_net_free(tap->net);
	close(tap->host);
	close(tap->fds[0]);
	if (tap->fds[1])
		close(tap->fds[1]);
}

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* The sum of RFC 1071, not yet inverted. */
static uint16_t sum(const uint8_t *data, size_t len, uint32_t start)
{
	for (size_t i = 0; i < len; i++)
		start += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return (uint16_t)start;
}

/* What TCP adds to the sum of its segment: addresses, protocol, length. */
static uint16_t pseudo_sum(const uint8_t *ip, size_t len)
{
	return sum(ip + 12, 8, 6 + (uint32_t)len);
}

/* An unfinished TCP segment, as a host hands it to a card with offloads. */
static void make_segment(uint8_t *frame)
{
	const uint8_t own[] = CARD_MAC;
	const uint8_t addresses[] = { 10, 0, 0, 1, 10, 0, 0, 2 };
	uint8_t *ip = frame + 14, *tcp = ip + 20;

	memset(frame, 0, HEADERS);
	memcpy(frame, own, 6);
	memset(frame + 6, 2, 6);
	put16(frame + 12, IPV4);
	ip[0] = 0x45;
	put16(ip + 2, 40 + PAYLOAD);
	ip[8] = 64;
	ip[9] = 6;
	memcpy(ip + 12, addresses, 8);
	put16(ip + 10, (uint16_t)~sum(ip, 20, 0));
	put16(tcp, 1000);
	put16(tcp + 2, 2000);
	tcp[12] = 5 << 4;
	tcp[13] = 0x10;
	put16(tcp + 14, 1000);
	put16(tcp + 16, pseudo_sum(ip, 20 + PAYLOAD));
	for (int i = 0; i < PAYLOAD; i++)
		tcp[20 + i] = (uint8_t)(i * 3);
}

static struct header segment_header(void)
{
	return (struct header){ .flags = NEEDS_CSUM,
				.gso_type = GSO_TCPV4,
				.hdr_len = HEADERS,
				.gso_size = MSS,
				.csum_start = 34,
				.csum_offset = 16 };
}

START_TEST(a_tap_offers_what_the_kernel_can)
{
	struct tap tap;
	unsigned int offloads;
	int probe;
	bool has_uso;

	ck_assert_int_eq(vm_tap_create("tap1", false, &probe), 0);
	ck_assert_int_eq(vm_tap_find_offloads(probe, &offloads), 0);
	close(probe);
	has_uso = offloads & 0x60;
	tap_init(&tap, 1, EXPERIMENT);
	ck_assert_uint_eq(tap.device->offered & (BIT(CSUM) | BIT(GUEST_CSUM)),
			  BIT(CSUM) | BIT(GUEST_CSUM));
	ck_assert_uint_eq(!!(tap.device->offered & BIT(HOST_TSO4)),
			  !!(offloads & TUN_F_TSO4));
	ck_assert_uint_eq(!!(tap.device->offered & BIT(GUEST_TSO6)),
			  !!(offloads & TUN_F_TSO6));
	ck_assert_uint_eq(!!(tap.device->offered & BIT(GUEST_UFO)),
			  !!(offloads & TUN_F_UFO));
	ck_assert_uint_eq(!!(tap.device->offered & BIT(GUEST_ECN)),
			  !!(offloads & TUN_F_TSO_ECN));
	ck_assert_uint_eq(!!(tap.device->offered & BIT(HOST_USO)), has_uso);
	ck_assert_uint_eq(!!(tap.device->offered & BIT(GUEST_USO4)), has_uso);
	tap_fini(&tap);
}
END_TEST

START_TEST(frames_go_both_ways)
{
	const struct virtq_buf out = { DATA, HEADER + 60, false };
	const struct virtq_buf in = { DATA + 0x1000, 2000, true };
	struct virtq_driver_used used;
	static struct frame frame;
	uint8_t back[100];
	struct tap tap;

	tap_init(&tap, 1, EXPERIMENT);
	tap_start(&tap, ALL);
	frame_init(&frame, 60, 1);
	put16(frame.data + 12, EXPERIMENT);
	ck_assert_int_eq(vm_mem_write(tap.rig.mem, DATA, &frame, HEADER + 60),
			 0);
	ck_assert_int_eq(vm_virtio_rig_send(&tap.rig, TX, &out, 1, 1), 0);
	ck_assert_int_eq(vm_virtio_rig_receive(&tap.rig, TX, &used), 0);
	ck_assert_int_eq(recv(tap.host, packet, sizeof(packet), 0),
			 SOCKET_HEADER + 60);
	ck_assert_mem_eq(packet + SOCKET_HEADER, frame.data, 60);
	ck_assert_int_eq(vm_virtio_rig_send(&tap.rig, RX, &in, 1, 2), 0);
	memset(packet, 0, SOCKET_HEADER);
	ck_assert_int_eq(send(tap.host, packet, SOCKET_HEADER + 60, 0),
			 SOCKET_HEADER + 60);
	ck_assert_int_eq(vm_virtio_rig_receive(&tap.rig, RX, &used), 0);
	ck_assert_uint_eq(used.len, HEADER + 60);
	ck_assert_int_eq(
		vm_mem_read(tap.rig.mem, DATA + 0x1000 + HEADER, back, 60), 0);
	ck_assert_mem_eq(back, frame.data, 60);
	tap_fini(&tap);
}
END_TEST

/* Reads what the host sends; returns the payload bytes in all. */
static unsigned int check_pieces(struct tap *tap, bool has_gso, bool has_csum)
{
	unsigned int payload = 0;
	struct virtq_driver_used used;
	struct header header;
	uint8_t piece[HEADERS + PAYLOAD];

	while (vm_virtio_rig_receive(&tap->rig, RX, &used) == 0) {
		vm_gpa gpa = DATA + used.token * 0x2000;
		size_t len = used.len - HEADER;

		ck_assert_uint_le(len,
				  has_gso ? HEADERS + PAYLOAD : HEADERS + MSS);
		ck_assert_int_eq(
			vm_mem_read(tap->rig.mem, gpa, &header, HEADER), 0);
		ck_assert_int_eq(
			vm_mem_read(tap->rig.mem, gpa + HEADER, piece, len), 0);
		ck_assert_uint_eq(header.gso_type, has_gso ? GSO_TCPV4 : 0);
		ck_assert_uint_eq(header.num_buffers, 1);
		if (!has_csum) {
			ck_assert_uint_eq(header.flags, 0);
			ck_assert_uint_eq(sum(piece + 34, len - 34,
					      pseudo_sum(piece + 14, len - 34)),
					  0xffff);
		}
		payload += (unsigned int)len - HEADERS;
		if (payload == PAYLOAD)
			break;
	}
	return payload;
}

START_TEST(a_segment_arrives_as_the_driver_can_take_it)
{
	bool has_gso = _i == 0, has_csum = _i < 2;
	const uint64_t declined[] = {
		0,
		BIT(GUEST_TSO4) | BIT(GUEST_TSO6) | BIT(GUEST_ECN),
		BIT(GUEST_CSUM) | BIT(GUEST_TSO4) | BIT(GUEST_TSO6) |
			BIT(GUEST_UFO) | BIT(GUEST_USO4) | BIT(GUEST_USO6) |
			BIT(GUEST_ECN),
	};
	struct header header = segment_header();
	struct tap tap;

	tap_init(&tap, 1, IPV4);
	tap_start(&tap, ALL & ~declined[_i]);
	for (uint64_t i = 0; i < 8; i++) {
		const struct virtq_buf in = { DATA + i * 0x2000, 0x2000, true };

		ck_assert_int_eq(vm_virtio_rig_send(&tap.rig, RX, &in, 1, i),
				 0);
	}
	memcpy(packet, &header, SOCKET_HEADER);
	make_segment(packet + SOCKET_HEADER);
	ck_assert_int_eq(send(tap.host, packet, sizeof(packet), 0),
			 sizeof(packet));
	ck_assert_uint_eq(check_pieces(&tap, has_gso, has_csum), PAYLOAD);
	tap_fini(&tap);
}
END_TEST

START_TEST(a_segment_is_sent_in_one_piece)
{
	const struct virtq_buf out = { DATA, HEADER + HEADERS + PAYLOAD,
				       false };
	struct header header = segment_header();
	struct virtq_driver_used used;
	struct tap tap;
	uint8_t segment[HEADERS + PAYLOAD];

	tap_init(&tap, 1, IPV4);
	tap_start(&tap, ALL);
	make_segment(segment);
	ck_assert_int_eq(vm_mem_write(tap.rig.mem, DATA, &header, HEADER), 0);
	ck_assert_int_eq(vm_mem_write(tap.rig.mem, DATA + HEADER, segment,
				      sizeof(segment)),
			 0);
	ck_assert_int_eq(vm_virtio_rig_send(&tap.rig, TX, &out, 1, 1), 0);
	ck_assert_int_eq(vm_virtio_rig_receive(&tap.rig, TX, &used), 0);
	ck_assert_int_eq(recv(tap.host, packet, sizeof(packet), 0),
			 sizeof(packet));
	ck_assert_uint_eq(packet[1], GSO_TCPV4);
	ck_assert_mem_eq(packet + SOCKET_HEADER, segment, sizeof(segment));
	tap_fini(&tap);
}
END_TEST

START_TEST(what_the_kernel_refuses_is_counted)
{
	const struct virtq_buf out = { DATA, HEADER + 60, false };
	struct header header = { .flags = NEEDS_CSUM,
				 .csum_start = 1000,
				 .csum_offset = 16 };
	const struct vm_virtio_net_stats *stats;
	struct virtq_driver_used used;
	struct tap tap;

	tap_init(&tap, 1, EXPERIMENT);
	tap_start(&tap, ALL);
	stats = vm_virtio_net_stats(tap.net);
	if (_i)
		ck_assert_int_eq(set_up("tap0", false), 0);
	else
		ck_assert_int_eq(
			vm_mem_write(tap.rig.mem, DATA, &header, HEADER), 0);
	ck_assert_int_eq(vm_virtio_rig_send(&tap.rig, TX, &out, 1, 1), 0);
	ck_assert_int_eq(vm_virtio_rig_receive(&tap.rig, TX, &used), 0);
	ck_assert_uint_eq(stats->tx_failed, 1);
	ck_assert_uint_eq(errors(tap.device, VM_VIRTIO_ERROR_IO), 1);
	tap_fini(&tap);
}
END_TEST

START_TEST(pairs_in_use_are_queues_of_the_tap)
{
	const uint8_t use_two[] = { 4, 0, 2, 0 };
	const struct virtq_buf bufs[] = { { DATA, 4, false },
					  { DATA + 8, 1, true } };
	struct virtq_driver_used used;
	struct tap tap;

	tap_init(&tap, 2, EXPERIMENT);
	ck_assert(is_queue_used(tap.fds[0]));
	ck_assert(!is_queue_used(tap.fds[1]));
	tap_start(&tap, ALL);
	ck_assert_int_eq(vm_mem_write(tap.rig.mem, DATA, use_two, 4), 0);
	ck_assert_int_eq(vm_virtio_rig_send(&tap.rig, 4, bufs, 2, 1), 0);
	ck_assert_int_eq(vm_virtio_rig_receive(&tap.rig, 4, &used), 0);
	ck_assert(is_queue_used(tap.fds[1]));
	tap_start(&tap, ALL);
	ck_assert(is_queue_used(tap.fds[0]));
	ck_assert(!is_queue_used(tap.fds[1]));
	/* They are given back as they came. */
	vm_virtio_rig_fini(&tap.rig);
	vm_virtio_net_free(tap.net);
	tap.net = NULL;
	ck_assert(is_queue_used(tap.fds[1]));
	tap_fini(&tap);
}
END_TEST

START_TEST(a_queue_that_the_kernel_refuses_is_an_error)
{
	static struct vm_virtio_state state;
	const uint8_t use_two[] = { 4, 0, 2, 0 };
	const struct virtq_buf bufs[] = { { DATA, 4, false },
					  { DATA + 8, 1, true } };
	struct virtq_driver_used used;
	struct tap tap;
	uint8_t ack;

	tap_init(&tap, 2, EXPERIMENT);
	tap_start(&tap, ALL);
	ck_assert_int_eq(vm_mem_write(tap.rig.mem, DATA, use_two, 4), 0);
	/* Somebody else was faster. */
	ck_assert_int_eq(vm_tap_set_queue(tap.fds[1], true), 0);
	for (uint8_t i = 0; i < 2; i++) {
		ck_assert_int_eq(vm_virtio_rig_send(&tap.rig, 4, bufs, 2, 1),
				 0);
		ck_assert_int_eq(vm_virtio_rig_receive(&tap.rig, 4, &used), 0);
		ck_assert_int_eq(vm_mem_read(tap.rig.mem, DATA + 8, &ack, 1),
				 0);
		ck_assert_uint_eq(ack, !i);
		if (!i)
			ck_assert_int_eq(vm_tap_set_queue(tap.fds[1], false),
					 0);
	}
	vm_virtio_device_save(tap.device, &state);
	vm_virtio_device_set_status(tap.device, 0);
	ck_assert_int_eq(vm_tap_set_queue(tap.fds[1], true), 0);
	ck_assert_int_eq(vm_virtio_device_restore(tap.device, &state), 0);
	ck_assert_uint_eq(tap.device->status, ALIVE | NEEDS_RESET);
	tap_start(&tap, ALL);
	tap_fini(&tap);
}
END_TEST

START_TEST(a_card_takes_no_tun)
{
	struct vm_virtio_net_config config = { .mac = CARD_MAC };
	struct ifreq ifreq = { .ifr_name = "tun0" };
	struct vm_virtio_net *net = NULL;
	struct vm_virtio_rig rig;
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	ifreq.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
	ck_assert_int_eq(ioctl(fd, TUNSETIFF, &ifreq), 0);
	ck_assert_int_eq(vm_virtio_rig_init(&rig), 0);
	config.host = vm_virtio_rig_host(&rig);
	config.fds = &fd;
	ck_assert_int_eq(vm_virtio_net_new(&config, &net), -EINVAL);
	ck_assert_ptr_null(net);
	vm_virtio_rig_fini(&rig);
	close(fd);
}
END_TEST

START_TEST(a_tap_that_cannot_do_it_is_refused)
{
	struct vm_virtio_net_config config = { .mac = CARD_MAC };
	struct vm_virtio_net *net = NULL;
	struct vm_virtio_rig rig;
	int fds[2], sockets[2];

	ck_assert_int_eq(vm_virtio_rig_init(&rig), 0);
	ck_assert_int_eq(vm_tap_create("tap0", false, &fds[0]), 0);
	ck_assert_int_eq(vm_tap_create("tap1", false, &fds[1]), 0);
	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, sockets), 0);
	if (_i) {
		/* A tap and a socket do not go together. */
		close(fds[1]);
		fds[1] = sockets[1];
	}
	config.host = vm_virtio_rig_host(&rig);
	config.fds = fds;
	config.pairs = 2;
	ck_assert_int_eq(vm_virtio_net_new(&config, &net), -EINVAL);
	ck_assert_ptr_null(net);
	vm_virtio_rig_fini(&rig);
	close(fds[0]);
	close(fds[1]);
	close(sockets[0]);
	if (!_i)
		close(sockets[1]);
}
END_TEST

int main(void)
{
	const struct loop_test tests[] = {
		ONCE(a_tap_offers_what_the_kernel_can),
		ONCE(frames_go_both_ways),
		TIMES(a_segment_arrives_as_the_driver_can_take_it, 3),
		ONCE(a_segment_is_sent_in_one_piece),
		TIMES(what_the_kernel_refuses_is_counted, 2),
		ONCE(pairs_in_use_are_queues_of_the_tap),
		ONCE(a_queue_that_the_kernel_refuses_is_an_error),
		ONCE(a_card_takes_no_tun),
		TIMES(a_tap_that_cannot_do_it_is_refused, 2),
	};

	if (!enter_network())
		return SKIP;
	return run_tests("net_tap", tests, sizeof(tests) / sizeof(tests[0]));
}
