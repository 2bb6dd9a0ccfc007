/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Memory that runs out when a test wants it to and knows what was not freed.
 */
#ifndef VM_ALLOCATOR_TESTS_LIMITED_MEMORY_H
#define VM_ALLOCATOR_TESTS_LIMITED_MEMORY_H

#include <stdlib.h>

#include <vm-allocator/memory.h>

struct limited_memory {
	unsigned long left; /* calls that will still succeed */
	long live; /* blocks not freed */
};

static inline void *limited_resize(void *context, void *block, size_t size)
{
	struct limited_memory *limits = context;
	void *result;

	if (!size) {
		limits->live--;
		free(block);
		return NULL;
	}
	if (!limits->left)
		return NULL;
	limits->left--;
	result = realloc(block, size);
	if (result && !block)
		limits->live++;
	return result;
}

static inline struct vm_allocator_memory limited_memory(
	struct limited_memory *limits)
{
	return (struct vm_allocator_memory){ limited_resize, limits };
}

#endif
