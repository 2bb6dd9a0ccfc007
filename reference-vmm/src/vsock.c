/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* --vsock: the guest's stream sockets, bridged to Unix sockets. */
#include <errno.h>
#include <string.h>
#include <virtio-devices/vsock.h>

#include "keys.h"
#include "message.h"
#include "vmm.h"

static void vsock_free(void *impl)
{
	vm_virtio_vsock_free(impl);
}

static const char *why(int r)
{
	switch (r) {
	case -EADDRINUSE:
		return "there is a file of this name; remove it if nobody "
		       "listens there any more";
	case -ENAMETOOLONG:
		return "too long for the address of a socket";
	default:
		return strerror(-r);
	}
}

int vsock_new(struct virtio *virtio, char *value)
{
	struct vm_virtio_vsock_config config = { .host = virtio_host(virtio) };
	const struct key keys[] = {
		{ "cid", KEY_NUMBER, &config.cid },
		{ "socket", KEY_TEXT, &config.path },
	};
	struct vm_virtio_vsock *vsock;
	int r;

	r = keys_parse("--vsock", value, keys, sizeof(keys) / sizeof(keys[0]));
	if (r != OPTIONS_RUN)
		return r;
	if (!config.path)
		return fail(EXIT_BAD_USAGE, "--vsock: socket= is missing");
	if (config.cid < VM_VIRTIO_VSOCK_MIN_CID ||
	    config.cid > VM_VIRTIO_VSOCK_MAX_CID)
		return fail(EXIT_BAD_CONFIG,
			    "--vsock: cid= is a number from %llu to %llu",
			    (unsigned long long)VM_VIRTIO_VSOCK_MIN_CID,
			    (unsigned long long)VM_VIRTIO_VSOCK_MAX_CID);
	r = vm_virtio_vsock_new(&config, &vsock);
	if (r == -ENOMEM || r == -EMFILE || r == -ENFILE)
		return host_error(virtio->name, r);
	if (r)
		return fail(EXIT_BAD_CONFIG, "--vsock %s: %s", config.path,
			    why(r));
	virtio->impl = vsock;
	virtio->free = vsock_free;
	virtio->device = vm_virtio_vsock_device(vsock);
	return OPTIONS_RUN;
}
