/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A socket device.  The input has memory for all of its queues in the place of
 * guest_fuzz()'s first KiB, and between the steps of the guest programs of the
 * host connect, accept, write, read and leave.
 */
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <virtio-devices/vsock.h>

#include "guest.h"

#define QUEUES 3
#define RINGS  (0x400 * QUEUES)
#define CID    3

/* The port of the host that a program listens on. */
#define PORT 1

/* Sockets of the host's programs. */
#define SOCKETS 8

struct host {
	struct guest guest;
	struct vm_virtio_vsock *vsock;
	char dir[32];
	int listener;
	int fds[SOCKETS];
};

static struct host host = { .dir = "/tmp/vsock-fuzz-XXXXXX" };

static int new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	MUST(fd >= 0);
	return fd;
}

static struct sockaddr_un make_address(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", host.dir,
		 name);
	return address;
}

static void remove_files(void)
{
	struct sockaddr_un address = make_address("v_1");

	unlink(address.sun_path);
	rmdir(host.dir);
}

static void make_files(void)
{
	struct sockaddr_un address;

	MUST(mkdtemp(host.dir));
	atexit(remove_files);
	address = make_address("v_1");
	host.listener = new_socket();
	MUST(!bind(host.listener, (struct sockaddr *)&address,
		   sizeof(address)));
	MUST(!listen(host.listener, 4));
	for (int i = 0; i < SOCKETS; i++)
		host.fds[i] = -1;
}

/* Whoever had this place leaves; returns the place for another one. */
static int *leave(uint8_t which)
{
	int *fd = &host.fds[which % SOCKETS];

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return fd;
}

static void step_connect(uint8_t how)
{
	struct sockaddr_un address = make_address("v");
	int *fd = leave(how);
	char line[40];
	int len;

	*fd = new_socket();
	if (connect(*fd, (struct sockaddr *)&address, sizeof(address)))
		return;
	len = snprintf(line, sizeof(line), "CONNECT %u\n",
		       next_byte(&host.guest));
	if (how & 8)
		line[next_byte(&host.guest) % sizeof(line)] =
			(char)next_byte(&host.guest);
	(void)!send(*fd, line, (size_t)len, MSG_NOSIGNAL);
}

static void step_move_bytes(uint8_t how)
{
	static uint8_t bytes[255 * 256];
	int fd = host.fds[how % SOCKETS];
	size_t len = next_byte(&host.guest) * (how & 8 ? 256u : 1u);

	if (how & 16)
		(void)!send(fd, bytes, len, MSG_NOSIGNAL);
	else
		(void)!recv(fd, bytes, len, 0);
}

/* A header of the guest that is right but for what the input says. */
static void step_packet(uint8_t how)
{
	struct guest *guest = &host.guest;
	uint8_t header[44] = { [0] = CID, [8] = 2, [28] = 1 };
	vm_gpa gpa = 0x1000 + next_byte(guest) * 4u;

	header[16] = next_byte(guest);
	header[20] = how & 1 ? PORT : 0;
	header[23] = how & 1 ? 0 : 0x40;
	header[24] = next_byte(guest);
	header[30] = next_byte(guest) % 9;
	header[32] = next_byte(guest);
	header[37] = next_byte(guest);
	header[40] = next_byte(guest);
	if (how & 2)
		header[next_byte(guest) % sizeof(header)] = next_byte(guest);
	MUST(!vm_mem_write(guest->mem, gpa, header, sizeof(header)));
}

static void step(void)
{
	uint8_t what = next_byte(&host.guest), how = what >> 3;

	switch (what & 7) {
	case 0:
		step_connect(how);
		break;
	case 1:
		step_move_bytes(how);
		break;
	case 2:
		step_packet(how);
		break;
	case 3:
		if (how & 8)
			shutdown(host.fds[how % SOCKETS], how >> 4 & 1);
		else
			*leave(how) = accept4(host.listener, NULL, NULL,
					      SOCK_NONBLOCK | SOCK_CLOEXEC);
		break;
	case 4:
		vm_virtio_device_handle(host.guest.device);
		guest_run(&host.guest);
		break;
	default:
		guest_step(&host.guest);
	}
}

static void run(const uint8_t *data, size_t size)
{
	struct guest *guest = &host.guest;

	guest_begin(guest, data, size, RINGS);
	while (guest->left)
		step();
	guest_end(guest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vm_virtio_host vmm;
	struct sockaddr_un address;
	struct vm_virtio_vsock_config config = { .cid = CID,
						 .max_connections = 6,
						 .patience_ms = UINT32_MAX };
	int left;

	if (!host.guest.mem) {
		make_files();
		vmm = guest_init(&host.guest);
	}
	address = make_address("v");
	config.host = vmm;
	config.path = address.sun_path;
	MUST(!vm_virtio_vsock_new(&config, &host.vsock));
	guest_attach(&host.guest, vm_virtio_vsock_device(host.vsock));
	run(data, size);
	vm_virtio_mmio_fini(&host.guest.mmio);
	vm_virtio_vsock_free(host.vsock);
	for (uint8_t i = 0; i < SOCKETS; i++)
		leave(i);
	while ((left = accept(host.listener, NULL, NULL)) >= 0)
		close(left);
	return 0;
}
