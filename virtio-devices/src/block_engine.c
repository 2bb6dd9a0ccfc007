/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <virtio-devices/block_engine.h>

int vm_block_engine_new(const struct vm_block_image *image,
			struct vm_block_engine *ret_engine)
{
	int r = vm_block_uring_new(image, ret_engine);

	return r == -ENOTSUP ? vm_block_sync_new(image, ret_engine) : r;
}

void vm_block_engine_free(struct vm_block_engine *engine)
{
	if (engine->ops)
		engine->ops->free(engine->impl);
	*engine = (struct vm_block_engine){ 0 };
}
