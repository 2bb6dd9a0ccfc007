/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static void *heap_resize(void *context, void *block, size_t size)
{
	(void)context;
	if (size)
		return realloc(block, size);
	free(block);
	return NULL;
}

int vm_memory_init(struct vm_allocator_memory *memory,
		   const struct vm_allocator_memory *wanted)
{
	if (wanted && !wanted->resize)
		return -EINVAL;
	if (wanted)
		*memory = *wanted;
	else
		*memory = (struct vm_allocator_memory){ heap_resize, NULL };
	return 0;
}

void *vm_memory_resize(const struct vm_allocator_memory *memory, void *array,
		       size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return memory->resize(memory->context, array, bytes);
}

void *vm_memory_zalloc(const struct vm_allocator_memory *memory, size_t size)
{
	void *block;

	/* Fresh pages are zero already, and calloc() leaves them untouched. */
	if (memory->resize == heap_resize)
		return calloc(1, size);
	block = memory->resize(memory->context, NULL, size);
	if (block)
		memset(block, 0, size);
	return block;
}

void vm_memory_free(const struct vm_allocator_memory *memory, void *block)
{
	if (block)
		memory->resize(memory->context, block, 0);
}
