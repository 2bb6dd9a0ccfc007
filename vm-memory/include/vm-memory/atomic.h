/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Changing the map under running devices: readers take consistent snapshots
 * while another thread puts a new map in place.
 *
 *	struct vm_mem *mem = vm_mem_atomic_get(&shared);
 *
 *	while (wait_for_a_kick()) {
 *		vm_mem_atomic_refresh(&shared, &mem);
 *		serve_the_queue(mem);
 *	}
 *	vm_mem_free(mem);
 *
 * Readers neither lock nor wait.  A snapshot that a thread still holds stays
 * as it was: the memory of a removed region goes when its last holder lets go.
 *
 * Threading: every function but init and fini may run on any thread.
 */
#ifndef VM_MEMORY_ATOMIC_H
#define VM_MEMORY_ATOMIC_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <vm-memory/api.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vm_mem;

/**
 * struct vm_mem_atomic - a place that holds the current map; all of it private
 * @current: the map, of which the holder has a reference
 * @epoch: which of @readers those that come next use
 * @readers: readers between loading @current and taking their reference
 * @writers: serialises the writers
 */
struct vm_mem_atomic {
	struct vm_mem *current __attribute__((aligned(64)));
	unsigned int epoch;
	uint64_t readers[2] __attribute__((aligned(64)));
	pthread_mutex_t writers;
};

/**
 * vm_mem_atomic_init - hold a map
 * @atomic: caller-allocated, aligned to 64 bytes as its type says: a variable
 *	is, memory of malloc(3) need not be, so use aligned_alloc(3)
 * @mem: the first map; takes ownership of the reference
 */
VM_MEM_API void vm_mem_atomic_init(struct vm_mem_atomic *atomic,
				   struct vm_mem *mem);

/**
 * vm_mem_atomic_fini - drop the map that is held
 * @atomic: initialised, or zeroed; no other thread uses it any more
 */
VM_MEM_API void vm_mem_atomic_fini(struct vm_mem_atomic *atomic);

/**
 * vm_mem_atomic_get - take a snapshot
 * @atomic: holder
 *
 * Wait-free.
 *
 * Returns: the current map; drop it with vm_mem_free().
 */
VM_MEM_API struct vm_mem *vm_mem_atomic_get(struct vm_mem_atomic *atomic);

/**
 * vm_mem_atomic_refresh - renew a snapshot if there is a newer one
 * @atomic: holder
 * @mem: the caller's snapshot, replaced and dropped if it is out of date
 *
 * Costs one load if the map has not changed.
 *
 * Returns: true if @mem is another map now: slices are to be taken anew.
 */
VM_MEM_API bool vm_mem_atomic_refresh(struct vm_mem_atomic *atomic,
				      struct vm_mem **mem);

/**
 * vm_mem_atomic_set - put another map in place
 * @atomic: holder
 * @mem: the new map; takes ownership of the reference
 *
 * Waits for readers that are just taking their reference, a few instructions
 * each, and for other writers; never for a reader that holds a snapshot.
 */
VM_MEM_API void vm_mem_atomic_set(struct vm_mem_atomic *atomic,
				  struct vm_mem *mem);

/**
 * vm_mem_atomic_replace - put another map in place of a known one
 * @atomic: holder
 * @old_mem: the map that @mem has been made from; the caller holds it
 * @mem: the new map; takes ownership of the reference on success
 *
 * With several writers, this keeps one from undoing another's change.
 *
 * Returns:
 *	0 on success
 *	-EAGAIN, the current map is not @old_mem any more: start over
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_atomic_replace(struct vm_mem_atomic *atomic,
						  const struct vm_mem *old_mem,
						  struct vm_mem *mem);

/**
 * vm_mem_is_shared - does anybody else hold a map?
 * @mem: a map that the caller holds
 *
 * After a map has been replaced, this tells when the last snapshot of it has
 * been dropped: only then is an IOMMU invalidation complete, or a removed
 * region out of the devices' reach.
 *
 * Returns: true while there is a reference beside the caller's.
 */
VM_MEM_API bool vm_mem_is_shared(const struct vm_mem *mem);

#ifdef __cplusplus
}
#endif

#endif
