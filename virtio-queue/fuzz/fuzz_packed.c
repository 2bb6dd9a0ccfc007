/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_ring(VIRTQ_BIT(VIRTIO_F_VERSION_1) |
				 VIRTQ_BIT(VIRTIO_F_RING_PACKED),
			 data, size);
}
