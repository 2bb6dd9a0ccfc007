/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <virtio-devices/tap.h>

/* Since Linux 6.2, which accepts only both of them together. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

#define KIND  (IFF_TAP | IFF_VNET_HDR)
#define FLAGS (KIND | IFF_NO_PI)

static int set_name(struct ifreq *ifreq, const char *name)
{
	size_t len = strlen(name);

	_Static_assert(VM_TAP_NAME == IFNAMSIZ, "names of interfaces");
	if (!len || len >= sizeof(ifreq->ifr_name))
		return -EINVAL;
	memset(ifreq, 0, sizeof(*ifreq));
	memcpy(ifreq->ifr_name, name, len);
	return 0;
}

/* Every frame gets the header of VIRTIO 1.0 and later. */
static int set_header(int fd)
{
	int len = sizeof(struct virtio_net_hdr_mrg_rxbuf);
	int is_little = 1;

	if (ioctl(fd, TUNSETVNETHDRSZ, &len) < 0 ||
	    ioctl(fd, TUNSETVNETLE, &is_little) < 0)
		return -errno;
	return 0;
}

static int connect_to(const char *name, bool is_multi_queue, int *ret_fd)
{
	struct ifreq ifreq;
	int fd, r;

	r = set_name(&ifreq, name);
	if (r)
		return r;
	ifreq.ifr_flags = FLAGS;
	if (is_multi_queue)
		ifreq.ifr_flags |= IFF_MULTI_QUEUE;
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = ioctl(fd, TUNSETIFF, &ifreq) < 0 ? -errno : set_header(fd);
	if (r) {
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

int vm_tap_open(const char *name, bool is_multi_queue, int *ret_fd)
{
	struct ifreq ifreq;
	int r = set_name(&ifreq, name);

	if (r)
		return r;
	if (!if_nametoindex(name))
		return -errno;
	return connect_to(name, is_multi_queue, ret_fd);
}

int vm_tap_create(const char *name, bool is_multi_queue, int *ret_fd)
{
	struct ifreq ifreq;
	int r = set_name(&ifreq, name);

	if (r)
		return r;
	if (if_nametoindex(name))
		return -EEXIST;
	return connect_to(name, is_multi_queue, ret_fd);
}

int vm_tap_adopt(int fd, struct vm_tap_info *ret_info)
{
	struct ifreq ifreq = { 0 };
	int flags, r;

	if (ioctl(fd, TUNGETIFF, &ifreq) < 0)
		return -errno;
	/* The bit of IFF_NO_PI means something else in this direction. */
	if ((ifreq.ifr_flags & (KIND | IFF_TUN)) != KIND)
		return -EINVAL;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	r = set_header(fd);
	if (r || !ret_info)
		return r;
	memcpy(ret_info->name, ifreq.ifr_name, sizeof(ret_info->name));
	ret_info->is_multi_queue = ifreq.ifr_flags & IFF_MULTI_QUEUE;
	return 0;
}

int vm_tap_is_up(const char *name)
{
	struct ifreq ifreq;
	int fd, r;

	r = set_name(&ifreq, name);
	if (r)
		return r;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	r = ioctl(fd, SIOCGIFFLAGS, &ifreq) < 0 ? -errno
						: !!(ifreq.ifr_flags & IFF_UP);
	close(fd);
	return r;
}

int vm_tap_set_offloads(int fd, unsigned int offloads)
{
	return ioctl(fd, TUNSETOFFLOAD, (unsigned long)offloads) < 0 ? -errno
								     : 0;
}

int vm_tap_find_offloads(int fd, unsigned int *ret_offloads)
{
	static const unsigned int candidates[] = {
		TUN_F_CSUM,    TUN_F_TSO4, TUN_F_TSO6,
		TUN_F_TSO_ECN, TUN_F_UFO,  TUN_F_USO4 | TUN_F_USO6,
	};
	unsigned int found = 0;

	for (size_t i = 0; i < sizeof(candidates) / sizeof(*candidates); i++) {
		if (!vm_tap_set_offloads(fd, found | candidates[i]))
			found |= candidates[i];
	}
	*ret_offloads = found;
	return vm_tap_set_offloads(fd, 0);
}

int vm_tap_set_queue(int fd, bool is_used)
{
	struct ifreq ifreq = { 0 };

	ifreq.ifr_flags = is_used ? IFF_ATTACH_QUEUE : IFF_DETACH_QUEUE;
	return ioctl(fd, TUNSETQUEUE, &ifreq) < 0 ? -errno : 0;
}
