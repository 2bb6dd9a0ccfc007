/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Socket device, VIRTIO 1.2 section 5.10: stream sockets of the guest's
 * AF_VSOCK meet Unix sockets of the host.
 *
 *	config.cid = 3;
 *	config.path = "/run/vm/vsock";
 *	r = vm_virtio_vsock_new(&config, &vsock);
 *
 * From the host: connect to the Unix socket at the path and write
 * "CONNECT 1024\n".  When a program in the guest accepts the connection on port
 * 1024, the answer is "OK 1073741824\n", with the port that the guest sees at
 * the other end, and what follows is the stream.  If none does, the socket is
 * closed.
 *
 * From the guest: connect to port 52 of CID 2.  A program of the host listens
 * on the Unix socket at the path with "_52" behind it.  If none does, the
 * connection is refused.
 *
 * Whoever may write to the Unix socket reaches every port of the guest, and
 * whoever may make files beside it can pose as a service of the host: the
 * directory belongs to those whom VMM and guest trust.  The umask decides who
 * may connect.
 *
 * A half of a connection can be shut down from either side.  Bytes go between
 * guest memory and the Unix socket by one system call; only what the socket
 * does not take at once is kept in between, VM_VIRTIO_VSOCK_BUFFER bytes of
 * each connection, and the guest is never allowed to send more.
 *
 * A reset ends all connections.  None survives a save: the guest is told to
 * close them when the device is restored, and then learns the device's CID,
 * which may be another one.
 *
 * Threading: see device.h.
 */
#ifndef VIRTIO_DEVICES_VSOCK_H
#define VIRTIO_DEVICES_VSOCK_H

#include <stdint.h>

#include <virtio-devices/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Feature bits (5.10.3), as bit numbers; guarded, as <linux/virtio_vsock.h>
 * has some of them. */
#ifndef VIRTIO_VSOCK_F_STREAM
#define VIRTIO_VSOCK_F_STREAM 0
#endif

/* The CIDs that a guest may have. */
#define VM_VIRTIO_VSOCK_MIN_CID UINT64_C(3)
#define VM_VIRTIO_VSOCK_MAX_CID UINT64_C(0xfffffffe)

/* Connections at a time: without a number in the configuration, and the most
 * that it may have. */
#define VM_VIRTIO_VSOCK_CONNECTIONS	1023
#define VM_VIRTIO_VSOCK_MAX_CONNECTIONS 4096

/* Those among them that the host has opened and not said "CONNECT" on; others
 * wait in the queue of the listening socket meanwhile. */
#define VM_VIRTIO_VSOCK_HANDSHAKES 64

/* How long a connection of the host may take until the guest has answered, and
 * how long the guest is waited for to confirm an end, without a number in the
 * configuration.  A person may have to type the line with CONNECT. */
#define VM_VIRTIO_VSOCK_PATIENCE_MS 30000

/* Bytes of a connection that the guest may send ahead. */
#define VM_VIRTIO_VSOCK_BUFFER 65536

/* Packets that are moved at a time in each direction. */
#define VM_VIRTIO_VSOCK_BUDGET 64

struct vm_virtio_vsock;

/**
 * struct vm_virtio_vsock_config - a socket device
 * @host: what the VMM provides
 * @cid: the guest's address
 * @path: of the Unix socket; copied.  A relative one is looked up whenever it
 *	is used.
 * @max_connections: 0 for VM_VIRTIO_VSOCK_CONNECTIONS.  Each takes a
 *	descriptor, and VM_VIRTIO_VSOCK_BUFFER bytes if it needs them.
 * @patience_ms: 0 for VM_VIRTIO_VSOCK_PATIENCE_MS
 */
struct vm_virtio_vsock_config {
	struct vm_virtio_host host;
	uint64_t cid;
	const char *path;
	uint32_t max_connections;
	uint32_t patience_ms;
};

/**
 * struct vm_virtio_vsock_stats - counters besides those of every device
 * @from_host: connections that the guest accepted
 * @from_guest: connections that a program of the host listened for
 * @refused: connections that the guest asked for in vain
 * @rejected: connections of the host that began with anything but CONNECT
 * @expired: connections that were ended because a side kept the other waiting
 * @malformed: packets that the guest should not have sent at all; also counted
 *	as VM_VIRTIO_ERROR_REQUEST
 * @violations: connections that were reset because the guest sent what was
 *	not its turn, or more than it may; also counted as
 *	VM_VIRTIO_ERROR_REQUEST
 */
struct vm_virtio_vsock_stats {
	uint64_t from_host;
	uint64_t from_guest;
	uint64_t refused;
	uint64_t rejected;
	uint64_t expired;
	uint64_t malformed;
	uint64_t violations;
};

/**
 * vm_virtio_vsock_new - make a socket device
 * @config: copied
 * @ret_vsock: the device; free it with vm_virtio_vsock_free()
 *
 * Makes the Unix socket.  A file that is there already is never removed: of a
 * socket that somebody else's end has left behind, it cannot be known that
 * nobody is about to listen on it.  Remove it before, if you know.
 *
 * Connections of the host wait until the driver has started the device.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the CID is a reserved one, there is no path, too many
 *		connections, or as vm_virtio_device_init()
 *	-ENAMETOOLONG, the path has no room for "_4294967295" in a Unix address
 *	-EADDRINUSE, there is a file of this name
 *	-ENOMEM
 *	another negative errno, from socket(2), bind(2), epoll_create1(2) or
 *		timerfd_create(2)
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_vsock_new(
	const struct vm_virtio_vsock_config *config,
	struct vm_virtio_vsock **ret_vsock);

/**
 * vm_virtio_vsock_free - free a device, which no transport uses any more
 * @vsock: a socket device, or NULL
 *
 * Removes the Unix socket, unless it was replaced.
 */
VM_VIRTIO_API void vm_virtio_vsock_free(struct vm_virtio_vsock *vsock);

/** vm_virtio_vsock_device - the device, for a transport */
VM_VIRTIO_API struct vm_virtio_device *vm_virtio_vsock_device(
	struct vm_virtio_vsock *vsock);

/** vm_virtio_vsock_stats - the counters, valid as long as the device */
VM_VIRTIO_API const struct vm_virtio_vsock_stats *vm_virtio_vsock_stats(
	const struct vm_virtio_vsock *vsock);

#ifdef __cplusplus
}
#endif

#endif
