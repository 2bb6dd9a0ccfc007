/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Atomic access to the words of a slice, inline: for rings, which are
 * translated once and then polled.
 *
 * It is the address in the host that has to be aligned.  A slice begins as
 * its guest-physical address does, but one of an I/O view may begin anywhere,
 * whatever its IOVA: who takes it checks @hva once.
 *
 * The order is not checked: another one than those that are named is undefined
 * behaviour, of which compilers warn when it is a constant.
 *
 * Threading: may run on any thread, concurrently with the guest.
 */
#ifndef VM_MEMORY_SLICE_WORD_H
#define VM_MEMORY_SLICE_WORD_H

#include <errno.h>
#include <stdint.h>

#include <vm-memory/api.h>
#include <vm-memory/slice.h>
#include <vm-memory/word.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * vm_mem_slice_find_word - where a naturally aligned word of a slice is
 * @slice: a slice
 * @off: where the word lies in the slice
 * @size: bytes of the word: 1, 2, 4 or 8
 * @ret_hva: the word's address in this process
 *
 * What the functions below have in common.  For an operation that is not
 * among them: use one atomic access, and mark dirty what it has written.
 *
 * Returns:
 *	0 on success
 *	-EFAULT, the word does not lie within the slice
 *	-EINVAL, the word is not naturally aligned
 */
static inline VM_MEM_CHECK int vm_mem_slice_find_word(
	const struct vm_mem_slice *slice, uint64_t off, uint64_t size,
	void **ret_hva)
{
	if (off > slice->len || size > slice->len - off)
		return -EFAULT;
	if (((uintptr_t)slice->hva + off) & (size - 1))
		return -EINVAL;
	*ret_hva = (uint8_t *)slice->hva + off;
	return 0;
}

/**
 * vm_mem_slice_load16 - load a 16-bit word
 * @slice: a slice
 * @off: where the word lies in the slice
 * @order: VM_MEM_RELAXED, _ACQUIRE or _SEQ_CST; a constant, so that the
 *	compiler can make one instruction of it
 * @ret: the word
 *
 * Returns:
 *	0 on success
 *	-EFAULT, the word does not lie within the slice
 *	-EINVAL, the word is not naturally aligned
 */
static inline VM_MEM_CHECK int vm_mem_slice_load16(
	const struct vm_mem_slice *slice, uint64_t off, enum vm_mem_order order,
	uint16_t *ret)
{
	void *hva;
	int r = vm_mem_slice_find_word(slice, off, sizeof(*ret), &hva);

	if (!r)
		*ret = __atomic_load_n((vm_mem_word16 *)hva, (int)order);
	return r;
}

/** vm_mem_slice_load32 - as vm_mem_slice_load16(), for a 32-bit word */
static inline VM_MEM_CHECK int vm_mem_slice_load32(
	const struct vm_mem_slice *slice, uint64_t off, enum vm_mem_order order,
	uint32_t *ret)
{
	void *hva;
	int r = vm_mem_slice_find_word(slice, off, sizeof(*ret), &hva);

	if (!r)
		*ret = __atomic_load_n((vm_mem_word32 *)hva, (int)order);
	return r;
}

/** vm_mem_slice_load64 - as vm_mem_slice_load16(), for a 64-bit word */
static inline VM_MEM_CHECK int vm_mem_slice_load64(
	const struct vm_mem_slice *slice, uint64_t off, enum vm_mem_order order,
	uint64_t *ret)
{
	void *hva;
	int r = vm_mem_slice_find_word(slice, off, sizeof(*ret), &hva);

	if (!r)
		*ret = __atomic_load_n((vm_mem_word64 *)hva, (int)order);
	return r;
}

/**
 * vm_mem_slice_store16 - store a 16-bit word
 * @slice: a slice
 * @off: where the word lies in the slice
 * @order: VM_MEM_RELAXED, _RELEASE or _SEQ_CST; a constant
 * @value: the word
 *
 * Marks dirty.
 *
 * Returns:
 *	0 on success
 *	-EFAULT, the word does not lie within the slice
 *	-EINVAL, the word is not naturally aligned
 */
static inline VM_MEM_CHECK int vm_mem_slice_store16(
	const struct vm_mem_slice *slice, uint64_t off, enum vm_mem_order order,
	uint16_t value)
{
	void *hva;
	int r = vm_mem_slice_find_word(slice, off, sizeof(value), &hva);

	if (r < 0)
		return r;
	__atomic_store_n((vm_mem_word16 *)hva, value, (int)order);
	vm_mem_slice_mark_dirty(slice, off, sizeof(value));
	return 0;
}

/** vm_mem_slice_store32 - as vm_mem_slice_store16(), for a 32-bit word */
static inline VM_MEM_CHECK int vm_mem_slice_store32(
	const struct vm_mem_slice *slice, uint64_t off, enum vm_mem_order order,
	uint32_t value)
{
	void *hva;
	int r = vm_mem_slice_find_word(slice, off, sizeof(value), &hva);

	if (r < 0)
		return r;
	__atomic_store_n((vm_mem_word32 *)hva, value, (int)order);
	vm_mem_slice_mark_dirty(slice, off, sizeof(value));
	return 0;
}

/** vm_mem_slice_store64 - as vm_mem_slice_store16(), for a 64-bit word */
static inline VM_MEM_CHECK int vm_mem_slice_store64(
	const struct vm_mem_slice *slice, uint64_t off, enum vm_mem_order order,
	uint64_t value)
{
	void *hva;
	int r = vm_mem_slice_find_word(slice, off, sizeof(value), &hva);

	if (r < 0)
		return r;
	__atomic_store_n((vm_mem_word64 *)hva, value, (int)order);
	vm_mem_slice_mark_dirty(slice, off, sizeof(value));
	return 0;
}

#ifdef __cplusplus
}
#endif

#endif
