/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The window in which a reader may use the current map without a reference:
 * see atomic.c.
 */
#ifndef VM_MEMORY_ATOMIC_WINDOW_H
#define VM_MEMORY_ATOMIC_WINDOW_H

#include <stdint.h>

#include <vm-memory/atomic.h>

/* Pairs with the exchange and the waits of the writer. */
static inline uint64_t *mem_window_enter(struct vm_mem_atomic *atomic)
{
	unsigned int epoch = __atomic_load_n(&atomic->epoch, __ATOMIC_SEQ_CST);
	uint64_t *readers = &atomic->readers[epoch & 1];

	__atomic_fetch_add(readers, 1, __ATOMIC_SEQ_CST);
	return readers;
}

static inline void mem_window_leave(uint64_t *readers)
{
	__atomic_fetch_sub(readers, 1, __ATOMIC_SEQ_CST);
}

#endif
