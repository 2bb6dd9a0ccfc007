/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Tap interfaces of Linux, as the other side of a network device.
 *
 * Either the VMM opens an interface by its name, which takes CAP_NET_ADMIN
 * unless the interface belongs to this user or to nobody, or somebody else has
 * opened it and hands the descriptor over: then no privilege is needed.
 * The descriptors that result are ready for a network device (net.h).
 *
 * Threading: every function may run on any thread.
 */
#ifndef VIRTIO_DEVICES_TAP_H
#define VIRTIO_DEVICES_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include <virtio-devices/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest name of an interface, with its end. */
#define VM_TAP_NAME 16

/**
 * struct vm_tap_info - what a descriptor is connected to
 * @name: of the interface, in the network namespace where it was opened
 * @is_multi_queue: further descriptors may be opened, one for each queue
 */
struct vm_tap_info {
	char name[VM_TAP_NAME];
	bool is_multi_queue;
};

/**
 * vm_tap_open - open a queue of a tap interface
 * @name: of an interface that exists; none is ever created by a typing error
 * @is_multi_queue: the interface was made with several queues.  Each call then
 *	opens one more.
 * @ret_fd: the descriptor, non-blocking and close-on-exec; the caller's to
 *	close
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the name is empty or too long, or the interface is not a tap,
 *		or not made for so many queues
 *	-ENODEV, there is no such interface
 *	-EBUSY, somebody else uses it
 *	-EPERM, it belongs to somebody else
 *	another negative errno, from opening or setting up /dev/net/tun
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_tap_open(const char *name,
					      bool is_multi_queue, int *ret_fd);

/**
 * vm_tap_create - make a tap interface
 * @name: of the new interface; a %d in it becomes a free number
 * @is_multi_queue: with several queues; vm_tap_open() opens the others
 * @ret_fd: the descriptor of its first queue, as from vm_tap_open().  The
 *	interface, which is down at first, goes when its last one is closed.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the name is empty or too long
 *	-EEXIST, there is such an interface
 *	-EPERM, without CAP_NET_ADMIN
 *	another negative errno, from opening or setting up /dev/net/tun
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_tap_create(const char *name,
						bool is_multi_queue,
						int *ret_fd);

/**
 * vm_tap_adopt - make a descriptor ready that somebody else has opened
 * @fd: stays the caller's.  The file becomes non-blocking, and so does every
 *	other descriptor of it.  It has to have been opened with IFF_NO_PI,
 *	which the kernel does not tell.
 * @ret_info: what it is connected to; may be NULL
 *
 * Returns:
 *	0 on success
 *	-ENOTTY, it is no descriptor of /dev/net/tun
 *	-EBADFD, it is not connected to an interface
 *	-EINVAL, the interface is not a tap, or was opened without IFF_VNET_HDR
 *	another negative errno, from ioctl(2) or fcntl(2)
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_tap_adopt(int fd,
					       struct vm_tap_info *ret_info);

/**
 * vm_tap_is_up - has the administrator enabled an interface?
 * @name: of an interface
 *
 * One that is down refuses every frame, so who finds it down should say so.
 *
 * Returns:
 *	1 if it is up, 0 if it is down
 *	-EINVAL, the name is empty or too long
 *	-ENODEV, there is no such interface
 *	another negative errno, from socket(2)
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_tap_is_up(const char *name);

/**
 * vm_tap_find_offloads - what the kernel could hand over unfinished
 * @fd: ready for use.  No offload is enabled afterwards.
 * @ret_offloads: TUN_F_* bits of <linux/if_tun.h>, which go together
 *
 * Returns:
 *	0 on success
 *	a negative errno, from ioctl(2)
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_tap_find_offloads(
	int fd, unsigned int *ret_offloads);

/**
 * vm_tap_set_offloads - which frames the kernel may hand over unfinished
 * @fd: ready for use
 * @offloads: TUN_F_* bits: frames without checksum, and longer ones than fit
 *	through the interface
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the kernel does not know one of them, or they do not go
 *		together
 *	another negative errno, from ioctl(2)
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_tap_set_offloads(int fd,
						      unsigned int offloads);

/**
 * vm_tap_set_queue - have a queue of the interface take part, or not
 * @fd: one of several queues
 * @is_used: false: the kernel puts no frame into it any more, and drops those
 *	that are there
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the queue is in this state already, or the only one
 *	another negative errno, from ioctl(2)
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_tap_set_queue(int fd, bool is_used);

#ifdef __cplusplus
}
#endif

#endif
