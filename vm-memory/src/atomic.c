/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "atomic_window.h"
#include "internal.h"

/*
 * A reader that has loaded the pointer but not yet taken its reference must
 * not see the map freed.  It counts itself in before the load and out after
 * the reference is taken, in one of two counters.  A writer exchanges the
 * pointer and then waits until it has seen each counter at zero: whoever
 * counts itself in later loads the new pointer, because all of these accesses
 * are in one total order.  Between the two waits it turns new readers to the
 * counter that has just drained, so that they cannot keep it waiting.
 */

void vm_mem_atomic_init(struct vm_mem_atomic *atomic, struct vm_mem *mem)
{
	memset(atomic, 0, sizeof(*atomic));
	pthread_mutex_init(&atomic->writers, NULL);
	atomic->current = mem;
}

void vm_mem_atomic_fini(struct vm_mem_atomic *atomic)
{
	pthread_mutex_destroy(&atomic->writers);
	vm_mem_free(atomic->current);
	atomic->current = NULL;
}

struct vm_mem *vm_mem_atomic_get(struct vm_mem_atomic *atomic)
{
	uint64_t *readers = mem_window_enter(atomic);
	struct vm_mem *mem;

	mem = vm_mem_ref(__atomic_load_n(&atomic->current, __ATOMIC_SEQ_CST));
	mem_window_leave(readers);
	return mem;
}

bool vm_mem_atomic_refresh(struct vm_mem_atomic *atomic, struct vm_mem **mem)
{
	/*
	 * The caller holds *mem, so its address cannot be that of another map.
	 * Only the address is compared: nothing to order.
	 */
	if (__atomic_load_n(&atomic->current, __ATOMIC_RELAXED) == *mem)
		return false;
	vm_mem_free(*mem);
	*mem = vm_mem_atomic_get(atomic);
	return true;
}

/* Readers are gone in no time, unless one has been preempted in the window. */
static void wait_for_readers(const uint64_t *readers)
{
	const struct timespec nap = { .tv_nsec = 50000 };

	for (int i = 0; __atomic_load_n(readers, __ATOMIC_SEQ_CST); i++) {
		if (i < 100)
			sched_yield();
		else
			nanosleep(&nap, NULL);
	}
}

/* Called with the writers' lock held. */
static void exchange(struct vm_mem_atomic *atomic, struct vm_mem *mem)
{
	struct vm_mem *old =
		__atomic_exchange_n(&atomic->current, mem, __ATOMIC_SEQ_CST);
	unsigned int epoch = atomic->epoch;

	wait_for_readers(&atomic->readers[!(epoch & 1)]);
	__atomic_store_n(&atomic->epoch, epoch + 1, __ATOMIC_SEQ_CST);
	wait_for_readers(&atomic->readers[epoch & 1]);
	vm_mem_free(old);
}

void vm_mem_atomic_set(struct vm_mem_atomic *atomic, struct vm_mem *mem)
{
	pthread_mutex_lock(&atomic->writers);
	exchange(atomic, mem);
	pthread_mutex_unlock(&atomic->writers);
}

int vm_mem_atomic_replace(struct vm_mem_atomic *atomic,
			  const struct vm_mem *old_mem, struct vm_mem *mem)
{
	int r = -EAGAIN;

	pthread_mutex_lock(&atomic->writers);
	if (atomic->current == old_mem) {
		exchange(atomic, mem);
		r = 0;
	}
	pthread_mutex_unlock(&atomic->writers);
	return r;
}
