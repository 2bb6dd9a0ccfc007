/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A network of the tests' own, for real tap interfaces. */
#ifndef VIRTIO_DEVICES_TESTS_TAP_SUPPORT_H
#define VIRTIO_DEVICES_TESTS_TAP_SUPPORT_H

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <virtio-devices/tap.h>

/* What a test program returns that cannot run here. */
#define SKIP 77

/* Leaves the machine's network; false if that, or a tap, is not permitted. */
static inline bool enter_network(void)
{
	int fd, r;

	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return false;
	/* Without it no frames come that no test has sent. */
	fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY);
	if (fd >= 0) {
		(void)!write(fd, "1", 1);
		close(fd);
	}
	r = vm_tap_create("probe%d", false, &fd);
	if (r)
		return false;
	close(fd);
	return true;
}

static inline int set_up(const char *name, bool is_up)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct ifreq ifreq = { 0 };
	int r;

	strcpy(ifreq.ifr_name, name);
	ifreq.ifr_flags = is_up ? IFF_UP : 0;
	r = ioctl(fd, SIOCSIFFLAGS, &ifreq);
	close(fd);
	return r;
}

/* Does the kernel put frames into this queue? */
static inline bool is_queue_used(int fd)
{
	struct ifreq ifreq = { 0 };

	return !ioctl(fd, TUNGETIFF, &ifreq) &&
	       !(ifreq.ifr_flags & IFF_DETACH_QUEUE);
}

#endif
