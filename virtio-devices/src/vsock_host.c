/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The host's side: who connects, what epoll tells of the sockets, and the time
 * after which nobody is waited for any more.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "vsock_internal.h"

/* Events that are looked at, and connections that are accepted, at a time. */
#define MAX_EVENTS  32
#define MAX_ACCEPTS 16

/* Connections that wait to be accepted. */
#define BACKLOG 128

/* Nobody is at the other end any more. */
#define OVER ((uint32_t)(EPOLLHUP | EPOLLERR))

/* The line "CONNECT 4294967295\n", and what is certainly none. */
#define MAX_LINE 32

uint64_t vsock_host_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

int vsock_host_poll(const struct vm_virtio_vsock *vsock, int operation, int fd,
		    uint32_t events, void *who)
{
	struct epoll_event event = { .events = events | EPOLLET,
				     .data.ptr = who };

	return epoll_ctl(vsock->epoll_fd, operation, fd, &event) ? -errno : 0;
}

void vsock_host_set_alarm(struct vm_virtio_vsock *vsock)
{
	const struct vsock_conn *next = TAILQ_FIRST(&vsock->waiting);
	struct itimerspec timer = { 0 };

	vsock->has_alarm = next != NULL;
	if (!next)
		return;
	/* Rounded up, so that the time has come when it rings. */
	timer.it_value.tv_sec = (time_t)((next->deadline + 1) / 1000);
	timer.it_value.tv_nsec = (long)((next->deadline + 1) % 1000 * 1000000);
	timerfd_settime(vsock->timer_fd, TFD_TIMER_ABSTIME, &timer, NULL);
}

static void expire(struct vm_virtio_vsock *vsock)
{
	uint64_t now = vsock_host_now_ms();
	struct vsock_conn *conn;

	for (int i = 0; i < MAX_EVENTS; i++) {
		conn = TAILQ_FIRST(&vsock->waiting);
		if (!conn || conn->deadline > now)
			break;
		vsock->stats.expired++;
		vsock_conn_unwait(conn);
		vsock_conn_reset(conn);
	}
	vsock_host_set_alarm(vsock);
}

static int new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int vsock_host_connect(const struct vm_virtio_vsock *vsock, uint32_t port)
{
	struct sockaddr_un to = vsock->address;
	size_t len = strlen(to.sun_path);
	int fd = new_socket();

	if (fd < 0)
		return -1;
	snprintf(to.sun_path + len, sizeof(to.sun_path) - len, "_%u", port);
	/* One that listens takes the connection at once, or not at all. */
	if (!connect(fd, (const struct sockaddr *)&to, sizeof(to)))
		return fd;
	close(fd);
	return -1;
}

/* Reads "CONNECT 1024\n"; false if it is anything else. */
static bool parse_line(const char *line, size_t len, uint32_t *ret_port)
{
	static const char command[] = "CONNECT ";
	const size_t start = sizeof(command) - 1;
	uint64_t port = 0;

	if (len < start + 2 || memcmp(line, command, start) != 0)
		return false;
	for (size_t i = start; i < len - 1; i++) {
		if (line[i] < '0' || line[i] > '9')
			return false;
		port = port * 10 + (uint64_t)(line[i] - '0');
		if (port > UINT32_MAX)
			return false;
	}
	*ret_port = (uint32_t)port;
	return true;
}

/* A port of the host that has no connection to this one of the guest. */
static uint32_t next_port(struct vm_virtio_vsock *vsock, uint32_t guest_port)
{
	uint32_t port;

	/* There are more ports than connections. */
	do {
		port = vsock->next_port;
		vsock->next_port =
			port == VSOCK_LAST_PORT ? VSOCK_FIRST_PORT : port + 1;
	} while (vsock_table_find(&vsock->table, guest_port, port));
	return port;
}

static void request(struct vsock_conn *conn, uint32_t port)
{
	struct vm_virtio_vsock *vsock = conn->vsock;

	vsock->handshakes--;
	conn->state = VSOCK_REQUESTED;
	conn->wants = VSOCK_WANT_REQUEST;
	vsock_conn_name(conn, port, next_port(vsock, port));
	vsock_conn_wake(conn);
}

static void reject(struct vsock_conn *conn)
{
	conn->vsock->stats.rejected++;
	vsock_conn_free(conn);
}

/* The first line is taken out of the socket once all of it is there. */
static void shake_hands(struct vsock_conn *conn, uint32_t events)
{
	char line[MAX_LINE];
	ssize_t len = recv(conn->fd, line, sizeof(line), MSG_PEEK);
	const char *end = len > 0 ? memchr(line, '\n', (size_t)len) : NULL;
	bool is_over = events & (end ? OVER : OVER | EPOLLRDHUP);
	uint32_t port;

	if (is_over || len == 0 || (!end && len == MAX_LINE)) {
		reject(conn);
		return;
	}
	if (!end)
		return;
	len = end - line + 1;
	if (parse_line(line, (size_t)len, &port) &&
	    recv(conn->fd, line, (size_t)len, 0) == len)
		request(conn, port);
	else
		reject(conn);
}

/* Touches no other connection: epoll may have told of that one, too. */
static void on_socket(struct vsock_conn *conn, uint32_t events)
{
	if (conn->state == VSOCK_HANDSHAKE) {
		shake_hands(conn, events);
		return;
	}
	if (conn->state == VSOCK_REQUESTED && events & OVER) {
		vsock_conn_reset(conn);
		return;
	}
	if (events & EPOLLHUP)
		conn->is_hung_up = true;
	if (events & (EPOLLIN | EPOLLRDHUP | OVER))
		conn->has_data = true;
	vsock_conn_wake(conn);
	if (conn->is_blocked && events & (EPOLLOUT | OVER))
		vsock_stream_flush(conn);
}

void vsock_host_handle(struct vm_virtio_vsock *vsock)
{
	struct epoll_event events[MAX_EVENTS];
	int count = epoll_wait(vsock->epoll_fd, events, MAX_EVENTS, 0);
	bool is_time = false;

	for (int i = 0; i < count; i++) {
		if (events[i].data.ptr == &vsock->listen_fd)
			vsock->has_connectors = true;
		else if (events[i].data.ptr == &vsock->timer_fd)
			is_time = true;
		else
			on_socket(events[i].data.ptr, events[i].events);
	}
	if (is_time)
		expire(vsock);
}

bool vsock_host_has_connectors(const struct vm_virtio_vsock *vsock)
{
	/* The event ends connections, so those that follow come after it. */
	return vsock->has_connectors && !vsock->has_event &&
	       vsock->handshakes < VM_VIRTIO_VSOCK_HANDSHAKES &&
	       vsock->conn_count < vsock->max_connections;
}

void vsock_host_accept(struct vm_virtio_vsock *vsock)
{
	struct vsock_conn *conn;
	int fd;

	for (int i = 0; i < MAX_ACCEPTS && vsock_host_has_connectors(vsock);
	     i++) {
		fd = accept4(vsock->listen_fd, NULL, NULL,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			vsock->has_connectors = false;
			if (errno != EAGAIN)
				vm_virtio_device_count_error(
					&vsock->device, VM_VIRTIO_ERROR_IO);
			return;
		}
		conn = vsock_conn_new(vsock, fd);
		if (!conn) {
			vm_virtio_device_count_error(&vsock->device,
						     VM_VIRTIO_ERROR_IO);
			continue;
		}
		vsock->handshakes++;
		vsock_conn_wait(conn);
	}
}

static int listen_at(struct vm_virtio_vsock *vsock)
{
	const struct sockaddr_un *address = &vsock->address;
	struct stat stat;

	vsock->listen_fd = new_socket();
	if (vsock->listen_fd < 0 ||
	    bind(vsock->listen_fd, (const struct sockaddr *)address,
		 sizeof(*address)))
		return -errno;
	if (lstat(address->sun_path, &stat))
		return -errno;
	vsock->socket_dev = stat.st_dev;
	vsock->socket_ino = stat.st_ino;
	return listen(vsock->listen_fd, BACKLOG) ? -errno : 0;
}

int vsock_host_init(struct vm_virtio_vsock *vsock, const char *path)
{
	int r;

	if (strlen(path) + sizeof("_4294967295") >
	    sizeof(vsock->address.sun_path))
		return -ENAMETOOLONG;
	vsock->address.sun_family = AF_UNIX;
	strcpy(vsock->address.sun_path, path);
	vsock->next_port = VSOCK_FIRST_PORT;
	vsock->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (vsock->epoll_fd < 0)
		return -errno;
	vsock->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (vsock->timer_fd < 0)
		return -errno;
	r = listen_at(vsock);
	if (!r)
		r = vsock_host_poll(vsock, EPOLL_CTL_ADD, vsock->listen_fd,
				    EPOLLIN, &vsock->listen_fd);
	if (!r)
		r = vsock_host_poll(vsock, EPOLL_CTL_ADD, vsock->timer_fd,
				    EPOLLIN, &vsock->timer_fd);
	return r;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void vsock_host_fini(struct vm_virtio_vsock *vsock)
{
	const char *path = vsock->address.sun_path;
	struct stat stat;

	/* Only the file that was made here. */
	if (vsock->socket_ino && !lstat(path, &stat) &&
	    stat.st_dev == vsock->socket_dev &&
	    stat.st_ino == vsock->socket_ino)
		unlink(path);
	close_fd(vsock->listen_fd);
	close_fd(vsock->timer_fd);
	close_fd(vsock->epoll_fd);
}
