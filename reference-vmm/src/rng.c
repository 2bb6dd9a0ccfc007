/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* --rng: random bytes. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <virtio-devices/rng.h>

#include "keys.h"
#include "message.h"
#include "vmm.h"

struct rng {
	int source;
	struct vm_virtio_rng *rng;
};

static void rng_free(void *impl)
{
	struct rng *rng = impl;

	vm_virtio_rng_free(rng->rng);
	if (rng->source >= 0)
		close(rng->source);
	free(rng);
}

int rng_new(struct virtio *virtio, char *value)
{
	struct vm_virtio_rng_config config = { .host = virtio_host(virtio) };
	const char *src = NULL;
	const struct key keys[] = { { "src", KEY_TEXT, &src } };
	struct rng *rng;
	int r;

	r = keys_parse("--rng", value, keys, 1);
	if (r != OPTIONS_RUN)
		return r;
	if (!src)
		return fail(EXIT_BAD_USAGE, "--rng: src= is missing, such as "
					    "src=/dev/urandom");
	rng = calloc(1, sizeof(*rng));
	if (!rng)
		return host_error(virtio->name, -ENOMEM);
	virtio->impl = rng;
	virtio->free = rng_free;
	rng->source = open(src, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (rng->source < 0)
		return fail(EXIT_BAD_CONFIG, "--rng %s: cannot open: %s", src,
			    strerror(errno));
	config.source = rng->source;
	r = vm_virtio_rng_new(&config, &rng->rng);
	if (r)
		return host_error(virtio->name, r);
	virtio->device = vm_virtio_rng_device(rng->rng);
	return OPTIONS_RUN;
}
