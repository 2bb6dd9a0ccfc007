/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A growing writer on malloc(): hosted programs only. */
#include <stdlib.h>

#include <vm-fdt/writer.h>

static void *heap_resize(void *context, void *block, size_t old_size,
			 size_t size)
{
	(void)context;
	(void)old_size;
	if (size)
		return realloc(block, size);
	free(block);
	return NULL;
}

void vm_fdt_writer_init_heap(struct vm_fdt_writer *w, uint32_t flags)
{
	static const struct vm_fdt_allocator heap = { .resize = heap_resize };

	vm_fdt_writer_init_growing(w, &heap, flags);
}
