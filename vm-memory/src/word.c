/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include "internal.h"

/*
 * Finds a word of which an access may use limit bytes of the entry.  An
 * aligned word lies wholly in one region.  In an I/O view an IOVA may be
 * aligned where its memory is not: whoever mapped it so, the guest perhaps,
 * has left no word there.
 */
static inline int find_word(const struct mem_entry *entry, uint64_t limit,
			    vm_gpa gpa, uint64_t size, void **ret_hva)
{
	uint64_t off = gpa - entry->gpa;

	if (gpa & (size - 1))
		return -EINVAL;
	if (off >= limit || size > limit - off)
		return -EFAULT;
	if ((uintptr_t)(entry->hva + off) & (size - 1))
		return -EFAULT;
	*ret_hva = entry->hva + off;
	return 0;
}

static inline void mark_word(const struct mem_entry *entry, void *hva,
			     uint64_t size)
{
	const struct mem_part word = { entry, hva, size };

	mem_mark(&word);
}

/* An exchange is as strong as the strongest order, whichever is asked for. */
static bool is_order(enum vm_mem_order order)
{
	switch ((int)order) {
	case VM_MEM_RELAXED:
	case VM_MEM_ACQUIRE:
	case VM_MEM_RELEASE:
	case VM_MEM_ACQ_REL:
	case VM_MEM_SEQ_CST:
		return true;
	}
	return false;
}

/*
 * One set of functions for each width.  The order is spelt out in each call
 * of a built-in because a compiler takes one that it does not know for the
 * strongest, which on x86 makes a bus lock of every store.
 */
#define DEFINE_WORD(bits)                                                      \
	int vm_mem_load##bits(const struct vm_mem *mem, vm_gpa gpa,            \
			      enum vm_mem_order order, uint##bits##_t *ret)    \
	{                                                                      \
		const struct mem_entry *entry = mem_find(mem, gpa);            \
		void *hva;                                                     \
		int r = find_word(entry, entry->limit[VM_MEM_PERM_READ], gpa,  \
				  bits / 8, &hva);                             \
                                                                               \
		if (r < 0)                                                     \
			return r;                                              \
		switch ((int)order) {                                          \
		case VM_MEM_RELAXED:                                           \
			*ret = __atomic_load_n((const vm_mem_word##bits *)hva, \
					       __ATOMIC_RELAXED);              \
			return 0;                                              \
		case VM_MEM_ACQUIRE:                                           \
			*ret = __atomic_load_n((const vm_mem_word##bits *)hva, \
					       __ATOMIC_ACQUIRE);              \
			return 0;                                              \
		case VM_MEM_SEQ_CST:                                           \
			*ret = __atomic_load_n((const vm_mem_word##bits *)hva, \
					       __ATOMIC_SEQ_CST);              \
			return 0;                                              \
		}                                                              \
		return -EINVAL;                                                \
	}                                                                      \
                                                                               \
	int vm_mem_store##bits(const struct vm_mem *mem, vm_gpa gpa,           \
			       enum vm_mem_order order, uint##bits##_t value)  \
	{                                                                      \
		const struct mem_entry *entry = mem_find(mem, gpa);            \
		void *hva;                                                     \
		int r = find_word(entry, entry->limit[VM_MEM_PERM_WRITE], gpa, \
				  bits / 8, &hva);                             \
                                                                               \
		if (r < 0)                                                     \
			return r;                                              \
		switch ((int)order) {                                          \
		case VM_MEM_RELAXED:                                           \
			__atomic_store_n((vm_mem_word##bits *)hva, value,      \
					 __ATOMIC_RELAXED);                    \
			break;                                                 \
		case VM_MEM_RELEASE:                                           \
			__atomic_store_n((vm_mem_word##bits *)hva, value,      \
					 __ATOMIC_RELEASE);                    \
			break;                                                 \
		case VM_MEM_SEQ_CST:                                           \
			__atomic_store_n((vm_mem_word##bits *)hva, value,      \
					 __ATOMIC_SEQ_CST);                    \
			break;                                                 \
		default:                                                       \
			return -EINVAL;                                        \
		}                                                              \
		mark_word(entry, hva, bits / 8);                               \
		return 0;                                                      \
	}

DEFINE_WORD(16)
DEFINE_WORD(32)
DEFINE_WORD(64)

#define DEFINE_CAS(bits)                                                       \
	int vm_mem_cas##bits(const struct vm_mem *mem, vm_gpa gpa,             \
			     enum vm_mem_order order,                          \
			     uint##bits##_t *expected, uint##bits##_t desired) \
	{                                                                      \
		const struct mem_entry *entry = mem_find(mem, gpa);            \
		void *hva;                                                     \
		int r = find_word(entry, entry->limit[VM_MEM_PERM_RW], gpa,    \
				  bits / 8, &hva);                             \
                                                                               \
		if (r < 0)                                                     \
			return r;                                              \
		if (!is_order(order))                                          \
			return -EINVAL;                                        \
		if (!__atomic_compare_exchange_n(                              \
			    (vm_mem_word##bits *)hva, expected, desired,       \
			    false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))        \
			return 0;                                              \
		mark_word(entry, hva, bits / 8);                               \
		return 1;                                                      \
	}

DEFINE_CAS(32)
DEFINE_CAS(64)
