/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * usage: sockets serve vsock PORT	echo whatever comes to this port of a guest
 *        sockets serve PATH		or to a Unix socket
 *        sockets call vsock PORT COUNT BYTES
 *					open COUNT connections to this port of the
 *					host at once, and have BYTES echoed by each
 *        sockets call PATH PORT COUNT BYTES
 *					the same to a port of the guest whose
 *					reference-vmm has the Unix socket PATH
 *
 * What a busybox has no command for, on either side of --vsock.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Older ones want <sys/socket.h> before. */
#include <linux/vm_sockets.h>

#define PIECE 4096

struct call {
	int fd;
	uint64_t sent;
	uint64_t received;
	bool has_failed;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* The same byte at the same place on either side, but not in each stream. */
static uint8_t byte_at(size_t stream, uint64_t at)
{
	return (uint8_t)((at * 2654435761u >> 16) + stream);
}

static int vsock_socket(unsigned int cid, unsigned int port,
			struct sockaddr_vm *ret_address)
{
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);

	*ret_address = (struct sockaddr_vm){ .svm_family = AF_VSOCK,
					     .svm_cid = cid,
					     .svm_port = port };
	if (fd < 0)
		die("vsock");
	return fd;
}

static int unix_socket(const char *path, struct sockaddr_un *ret_address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strncpy(ret_address->sun_path, path, sizeof(ret_address->sun_path) - 1);
	if (fd < 0)
		die("socket");
	return fd;
}

static void echo(int fd)
{
	char data[PIECE];
	ssize_t len, done, n;

	while ((len = read(fd, data, sizeof(data))) > 0) {
		for (done = 0; done < len; done += n) {
			n = write(fd, data + done, (size_t)(len - done));
			if (n < 0)
				return;
		}
	}
}

static int serve(const char *where, const char *port)
{
	struct sockaddr_vm vsock;
	struct sockaddr_un local;
	int listener, fd, r;

	if (port) {
		listener = vsock_socket(VMADDR_CID_ANY,
					(unsigned int)atoi(port), &vsock);
		r = bind(listener, (struct sockaddr *)&vsock, sizeof(vsock));
	} else {
		listener = unix_socket(where, &local);
		r = bind(listener, (struct sockaddr *)&local, sizeof(local));
	}
	if (r || listen(listener, 256))
		die("listen");
	signal(SIGCHLD, SIG_IGN);
	puts("serving");
	fflush(stdout);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (!fork()) {
			echo(fd);
			_exit(0);
		}
		close(fd);
	}
	die("accept");
	return 1;
}

static int call_vsock(const char *port)
{
	struct sockaddr_vm address;
	int fd = vsock_socket(VMADDR_CID_HOST, (unsigned int)atoi(port),
			      &address);

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die("connect");
	return fd;
}

/* Firecracker's way of asking for a port of the guest. */
static void ask(int fd, const char *port)
{
	if (dprintf(fd, "CONNECT %s\n", port) < 0)
		die("CONNECT");
}

static void read_answer(int fd)
{
	char line[32] = "";
	size_t len = 0;

	while (len < sizeof(line) - 1 && read(fd, line + len, 1) == 1 &&
	       line[len] != '\n')
		len++;
	if (strncmp(line, "OK ", 3)) {
		fprintf(stderr, "no OK: %s\n", line);
		exit(1);
	}
}

static int call_unix(const char *path)
{
	struct sockaddr_un address;
	int fd = unix_socket(path, &address);

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die("connect");
	return fd;
}

static void send_some(struct call *call, size_t stream, uint64_t bytes)
{
	uint8_t data[PIECE];
	size_t len = sizeof(data);
	ssize_t n;

	if (bytes - call->sent < len)
		len = (size_t)(bytes - call->sent);
	for (size_t i = 0; i < len; i++)
		data[i] = byte_at(stream, call->sent + i);
	n = send(call->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN)
		die("send");
	if (n > 0)
		call->sent += (uint64_t)n;
}

static void receive_some(struct call *call, size_t stream)
{
	uint8_t data[PIECE];
	ssize_t n = recv(call->fd, data, sizeof(data), MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("recv");
	for (ssize_t i = 0; i < n; i++)
		call->has_failed |=
			data[i] != byte_at(stream, call->received + (size_t)i);
	call->received += (uint64_t)n;
}

static void exchange(struct call *calls, size_t count, uint64_t bytes)
{
	struct pollfd *fds = calloc(count, sizeof(*fds));
	size_t open = count;

	while (open) {
		open = 0;
		for (size_t i = 0; i < count; i++) {
			bool sends = calls[i].sent < bytes;
			bool receives = calls[i].received < bytes;

			fds[i].fd = receives ? calls[i].fd : -1;
			fds[i].events = (short)(POLLIN | (sends ? POLLOUT : 0));
			open += receives;
		}
		if (open && poll(fds, count, 60000) <= 0)
			die("nothing moves");
		for (size_t i = 0; i < count; i++) {
			if (fds[i].fd >= 0 && fds[i].revents & POLLOUT)
				send_some(&calls[i], i, bytes);
			if (fds[i].fd >= 0 && fds[i].revents & ~POLLOUT)
				receive_some(&calls[i], i);
		}
	}
	free(fds);
}

static int call(const char *where, const char *port, size_t count,
		uint64_t bytes)
{
	struct call *calls = calloc(count, sizeof(*calls));
	bool is_vsock = !strcmp(where, "vsock"), has_failed = false;

	for (size_t i = 0; i < count; i++)
		calls[i].fd = is_vsock ? call_vsock(port) : call_unix(where);
	for (size_t i = 0; i < count && !is_vsock; i++)
		ask(calls[i].fd, port);
	for (size_t i = 0; i < count && !is_vsock; i++)
		read_answer(calls[i].fd);
	exchange(calls, count, bytes);
	for (size_t i = 0; i < count; i++)
		has_failed |= calls[i].has_failed;
	printf("%zu connections, %llu bytes each: %s\n", count,
	       (unsigned long long)bytes, has_failed ? "damaged" : "equal");
	return has_failed;
}

int main(int argc, char **argv)
{
	if (argc >= 3 && !strcmp(argv[1], "serve"))
		return serve(argv[2], argv[3]);
	if (argc == 6 && !strcmp(argv[1], "call"))
		return call(argv[2], argv[3], (size_t)atoi(argv[4]),
			    strtoull(argv[5], NULL, 10));
	fprintf(stderr, "usage: sockets serve|call ...\n");
	return 2;
}
