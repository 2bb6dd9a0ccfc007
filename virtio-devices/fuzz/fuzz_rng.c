/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* An entropy device, and with it the transport and what all devices share. */
#include <virtio-devices/rng.h>

#include "guest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct guest guest;

	if (!guest.mem) {
		struct vm_virtio_rng_config config = { .source = -1 };
		struct vm_virtio_rng *rng;

		config.host = guest_init(&guest);
		MUST(!vm_virtio_rng_new(&config, &rng));
		guest_attach(&guest, vm_virtio_rng_device(rng));
	}
	guest_fuzz(&guest, data, size);
	return 0;
}
