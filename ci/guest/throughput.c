/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * usage: throughput random|read|write DEVICE COUNT
 *					that many requests to a disk, one at a time:
 *					4 KiB anywhere, or 64 KiB one after another
 *        throughput serve PORT		the other side of the following two
 *        throughput send ADDRESS PORT BYTES
 *        throughput receive ADDRESS PORT BYTES
 *					as many bytes by TCP
 *
 * Prints what a request or 64 KiB of a stream took, in nanoseconds: on a machine
 * with the lab's clock "icount" these are instructions.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PAGE  UINT64_C(4096)
#define PIECE (64 * UINT64_C(1024))

/* Requests before the clock starts: caches and the guest's paths are warm. */
#define WARM_UP 64

static uint8_t data[PIECE] __attribute__((aligned(PAGE)));

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void report(const char *name, uint64_t ns, uint64_t count, uint64_t len)
{
	printf("cost %s %llu instructions, %.2f per byte\n", name,
	       (unsigned long long)(ns / count),
	       (double)ns / (double)(count * len));
}

/* The same sequence on every run: xorshift64. */
static uint64_t next_random(void)
{
	static uint64_t x = UINT64_C(0x9e3779b97f4a7c15);

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

static void transfer(int fd, bool is_write, uint64_t len, uint64_t off)
{
	ssize_t n = is_write ? pwrite(fd, data, len, (off_t)off)
			     : pread(fd, data, len, (off_t)off);

	if (n != (ssize_t)len)
		die("transfer");
}

static void measure_disk(const char *name, const char *path, uint64_t count)
{
	bool is_random = !strcmp(name, "random");
	bool is_write = !strcmp(name, "write");
	uint64_t len = is_random ? PAGE : PIECE;
	int fd = open(path, O_RDWR | O_DIRECT);
	off_t size = lseek(fd, 0, SEEK_END);
	uint64_t places, start = 0;

	if (fd < 0 || size < (off_t)len)
		die(path);
	places = (uint64_t)size / len;
	for (uint64_t i = 0; i < WARM_UP + count; i++) {
		uint64_t place = is_random ? next_random() : i;

		if (i == WARM_UP)
			start = now_ns();
		transfer(fd, is_write, len, place % places * len);
	}
	report(name, now_ns() - start, count, len);
}

static void send_bytes(int fd, uint64_t bytes)
{
	while (bytes) {
		ssize_t n = send(fd, data, bytes < PIECE ? bytes : PIECE, 0);

		if (n <= 0)
			die("send");
		bytes -= (uint64_t)n;
	}
}

static uint64_t receive_bytes(int fd)
{
	uint64_t bytes = 0;
	ssize_t n;

	while ((n = recv(fd, data, PIECE, 0)) > 0)
		bytes += (uint64_t)n;
	if (n < 0)
		die("recv");
	return bytes;
}

static int tcp_socket(const char *address, const char *port,
		      struct sockaddr_in *ret_address)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*ret_address = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
	};
	if (fd < 0 || inet_pton(AF_INET, address, &ret_address->sin_addr) != 1)
		die(address);
	return fd;
}

/* A caller says how many bytes it wants, and then sends its own. */
static void serve(const char *port)
{
	struct sockaddr_in address;
	int listener = tcp_socket("0.0.0.0", port, &address), fd;
	uint64_t wanted;

	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 1))
		die("listen");
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (recv(fd, &wanted, sizeof(wanted), MSG_WAITALL) !=
		    sizeof(wanted))
			die("recv");
		send_bytes(fd, wanted);
		receive_bytes(fd);
		close(fd);
	}
	die("accept");
}

/* The other side has taken all bytes when it closes the connection. */
static void measure_stream(const char *name, const char *host, const char *port,
			   uint64_t bytes)
{
	bool is_send = !strcmp(name, "send");
	uint64_t wanted = is_send ? 0 : bytes, start;
	struct sockaddr_in address;
	int fd = tcp_socket(host, port, &address);

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die("connect");
	start = now_ns();
	if (send(fd, &wanted, sizeof(wanted), 0) != sizeof(wanted))
		die("send");
	send_bytes(fd, bytes - wanted);
	if (shutdown(fd, SHUT_WR) || receive_bytes(fd) != wanted)
		die("stream");
	report(name, now_ns() - start, bytes / PIECE, PIECE);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "serve")) {
		serve(argv[2]);
	} else if (argc == 4) {
		measure_disk(argv[1], argv[2], strtoull(argv[3], NULL, 10));
	} else if (argc == 5) {
		measure_stream(argv[1], argv[2], argv[3],
			       strtoull(argv[4], NULL, 10));
	} else {
		fprintf(stderr, "usage: throughput random|serve|send ...\n");
		return 2;
	}
	return 0;
}
