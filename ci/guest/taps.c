/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * usage: taps UID NAME... -- PROGRAM ARG...
 *
 * Opens these taps as descriptors 3, 4 and so on, becomes user and group UID, and
 * is PROGRAM from then on: who may configure the network starts a machine monitor
 * that may not.
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Returns 0 if the tap is open as this descriptor. */
static int open_tap(const char *name, int expected_fd)
{
	struct ifreq ifreq = {
		.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR,
	};
	int fd = open("/dev/net/tun", O_RDWR);

	strncpy(ifreq.ifr_name, name, IFNAMSIZ - 1);
	if (fd != expected_fd || ioctl(fd, TUNSETIFF, &ifreq)) {
		perror(name);
		return -1;
	}
	return 0;
}

static int become(unsigned int id)
{
	if (setgroups(0, NULL) || setgid(id) || setuid(id)) {
		perror("setuid");
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int arg = 2, fd = 3;

	for (; arg < argc && strcmp(argv[arg], "--"); arg++) {
		if (open_tap(argv[arg], fd++))
			return 1;
	}
	if (arg + 1 >= argc || become((unsigned int)atoi(argv[1])))
		return 1;
	execv(argv[arg + 1], argv + arg + 1);
	perror(argv[arg + 1]);
	return 1;
}
