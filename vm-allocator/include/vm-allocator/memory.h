/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Where an allocator keeps its own records.
 *
 * vm_range_new() and vm_id_new() take a pointer to this struct; NULL means
 * the C library's heap.  A program with an arena, a memory limit or a fault
 * injector of its own passes a function instead.
 *
 * Threading: an allocator calls its function only from inside a call that
 * takes the allocator by a pointer to non-const, on the thread of that call.
 */
#ifndef VM_ALLOCATOR_MEMORY_H
#define VM_ALLOCATOR_MEMORY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_allocator_memory - a source of memory
 * @resize: realloc(3) with a context.  With @block NULL it returns a new
 *	block; with @size 0 it frees @block, and what it returns is ignored;
 *	else it moves the contents to a block of @size bytes.  It returns NULL
 *	when there is no memory, and then @block is as it was.  Blocks are
 *	aligned for any type.
 * @context: handed to every call of @resize; never looked at
 *
 * The struct is copied; what @context points at must outlive the allocator.
 */
struct vm_allocator_memory {
	void *(*resize)(void *context, void *block, size_t size);
	void *context;
};

#ifdef __cplusplus
}
#endif

#endif
