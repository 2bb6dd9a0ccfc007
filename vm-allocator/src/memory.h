/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VM_ALLOCATOR_SRC_MEMORY_H
#define VM_ALLOCATOR_SRC_MEMORY_H

#include <stddef.h>

#include <vm-allocator/memory.h>

/*
 * What the caller asked for, or the heap if it is NULL.
 *
 * Returns: 0, or -EINVAL if the caller's struct has no function
 */
int vm_memory_init(struct vm_allocator_memory *memory,
		   const struct vm_allocator_memory *wanted);

/* Returns: the array with count elements of size bytes each, or NULL. */
void *vm_memory_resize(const struct vm_allocator_memory *memory, void *array,
		       size_t count, size_t size);

/* Returns: size bytes of zeros, or NULL. */
void *vm_memory_zalloc(const struct vm_allocator_memory *memory, size_t size);

void vm_memory_free(const struct vm_allocator_memory *memory, void *block);

#endif
