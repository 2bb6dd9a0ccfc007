/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* For a build without liburing. */
#include <errno.h>

#include <virtio-devices/block_engine.h>

int vm_block_uring_new(const struct vm_block_image *image,
		       struct vm_block_engine *ret_engine)
{
	(void)image;
	(void)ret_engine;
	return -ENOTSUP;
}
