/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Guest-physical addresses and checked arithmetic on them.
 *
 * A guest chooses most of the numbers that a monitor adds to an address, so
 * every sum that could wrap goes through one of these functions.  On failure
 * the result is left untouched.
 *
 * Threading: pure functions.
 */
#ifndef VM_MEMORY_ADDRESS_H
#define VM_MEMORY_ADDRESS_H

#include <errno.h>
#include <stdint.h>

#include <vm-memory/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A guest-physical address, in bytes.  In an I/O view it is an IOVA. */
typedef uint64_t vm_gpa;

/**
 * vm_gpa_add - the address @off bytes above @gpa
 * @gpa: where to start
 * @off: bytes to add
 * @ret_gpa: the sum
 *
 * Returns:
 *	0 on success
 *	-EOVERFLOW, the sum is 2^64 or more
 */
static inline VM_MEM_CHECK int vm_gpa_add(vm_gpa gpa, uint64_t off,
					  vm_gpa *ret_gpa)
{
	vm_gpa sum;

	if (__builtin_add_overflow(gpa, off, &sum))
		return -EOVERFLOW;
	*ret_gpa = sum;
	return 0;
}

/**
 * vm_gpa_sub - the address @off bytes below @gpa
 * @gpa: where to start
 * @off: bytes to subtract
 * @ret_gpa: the difference
 *
 * Returns:
 *	0 on success
 *	-EOVERFLOW, the difference is below zero
 */
static inline VM_MEM_CHECK int vm_gpa_sub(vm_gpa gpa, uint64_t off,
					  vm_gpa *ret_gpa)
{
	vm_gpa difference;

	if (__builtin_sub_overflow(gpa, off, &difference))
		return -EOVERFLOW;
	*ret_gpa = difference;
	return 0;
}

/**
 * vm_gpa_offset_from - how far @gpa lies above @base
 * @gpa: an address
 * @base: an address at or below @gpa
 * @ret_off: bytes from @base to @gpa
 *
 * Returns:
 *	0 on success
 *	-EOVERFLOW, @gpa lies below @base
 */
static inline VM_MEM_CHECK int vm_gpa_offset_from(vm_gpa gpa, vm_gpa base,
						  uint64_t *ret_off)
{
	return vm_gpa_sub(gpa, base, ret_off);
}

/**
 * vm_gpa_last - the last byte of a range
 * @gpa: first byte of the range
 * @len: bytes in the range, at least one
 * @ret_gpa: @gpa + @len - 1
 *
 * The last byte exists where the end does not: a range may reach to the very
 * top of the address space.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @len is 0
 *	-EOVERFLOW, the range reaches past 2^64
 */
static inline VM_MEM_CHECK int vm_gpa_last(vm_gpa gpa, uint64_t len,
					   vm_gpa *ret_gpa)
{
	if (!len)
		return -EINVAL;
	return vm_gpa_add(gpa, len - 1, ret_gpa);
}

/**
 * vm_gpa_align_down - the nearest multiple of @align at or below @gpa
 * @gpa: an address
 * @align: a power of two
 * @ret_gpa: the aligned address
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @align is not a power of two
 */
static inline VM_MEM_CHECK int vm_gpa_align_down(vm_gpa gpa, uint64_t align,
						 vm_gpa *ret_gpa)
{
	if (!align || (align & (align - 1)))
		return -EINVAL;
	*ret_gpa = gpa & ~(align - 1);
	return 0;
}

/**
 * vm_gpa_align_up - the nearest multiple of @align at or above @gpa
 * @gpa: an address
 * @align: a power of two
 * @ret_gpa: the aligned address
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @align is not a power of two
 *	-EOVERFLOW, the aligned address is 2^64
 */
static inline VM_MEM_CHECK int vm_gpa_align_up(vm_gpa gpa, uint64_t align,
					       vm_gpa *ret_gpa)
{
	vm_gpa sum;

	if (!align || (align & (align - 1)))
		return -EINVAL;
	if (__builtin_add_overflow(gpa, align - 1, &sum))
		return -EOVERFLOW;
	*ret_gpa = sum & ~(align - 1);
	return 0;
}

#ifdef __cplusplus
}
#endif

#endif
