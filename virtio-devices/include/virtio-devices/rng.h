/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Entropy device, VIRTIO 1.2 section 5.4: random bytes for the guest.
 *
 * Threading: see device.h.
 */
#ifndef VIRTIO_DEVICES_RNG_H
#define VIRTIO_DEVICES_RNG_H

#include <virtio-devices/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most bytes that one request is given; a driver asks again (5.4.6). */
#define VM_VIRTIO_RNG_MAX_BYTES 4096

/* The most requests that one notification serves. */
#define VM_VIRTIO_RNG_BUDGET 32

struct vm_virtio_rng;

/**
 * struct vm_virtio_rng_config - an entropy device
 * @host: what the VMM provides
 * @source: where bytes come from: a descriptor that read(2) gives random bytes
 *	from, borrowed for the life of the device; -1 for getrandom(2)
 */
struct vm_virtio_rng_config {
	struct vm_virtio_host host;
	int source;
};

/**
 * vm_virtio_rng_new - make an entropy device
 * @config: copied
 * @ret_rng: the device; free it with vm_virtio_rng_free()
 *
 * Returns:
 *	0 on success
 *	-EINVAL, as vm_virtio_device_init()
 *	-ENOMEM
 */
VM_VIRTIO_API VM_VIRTIO_CHECK int vm_virtio_rng_new(
	const struct vm_virtio_rng_config *config,
	struct vm_virtio_rng **ret_rng);

/**
 * vm_virtio_rng_free - free a device, which no transport uses any more
 * @rng: an entropy device, or NULL
 */
VM_VIRTIO_API void vm_virtio_rng_free(struct vm_virtio_rng *rng);

/** vm_virtio_rng_device - the device, for a transport */
VM_VIRTIO_API struct vm_virtio_device *vm_virtio_rng_device(
	struct vm_virtio_rng *rng);

#ifdef __cplusplus
}
#endif

#endif
