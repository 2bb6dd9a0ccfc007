/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Copies between host and guest memory.  Objects that a processor can access
 * at once are not torn, so that a guest that writes one atomically is read
 * atomically, and the other way round.
 */
#ifndef VM_MEMORY_COPY_H
#define VM_MEMORY_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <vm-memory/word.h>

static inline bool mem_is_aligned(const void *hva, size_t size)
{
	return !((uintptr_t)hva & (size - 1));
}

/* Reads an aligned object at once; false if it is none. */
static inline bool mem_word_out(void *dst, const void *hva, size_t len)
{
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;

	switch (len) {
	case 8:
		if (!mem_is_aligned(hva, 8))
			return false;
		v64 = __atomic_load_n((const vm_mem_word64 *)hva,
				      __ATOMIC_RELAXED);
		memcpy(dst, &v64, 8);
		return true;
	case 4:
		if (!mem_is_aligned(hva, 4))
			return false;
		v32 = __atomic_load_n((const vm_mem_word32 *)hva,
				      __ATOMIC_RELAXED);
		memcpy(dst, &v32, 4);
		return true;
	case 2:
		if (!mem_is_aligned(hva, 2))
			return false;
		v16 = __atomic_load_n((const vm_mem_word16 *)hva,
				      __ATOMIC_RELAXED);
		memcpy(dst, &v16, 2);
		return true;
	case 1:
		*(uint8_t *)dst =
			__atomic_load_n((const uint8_t *)hva, __ATOMIC_RELAXED);
		return true;
	}
	return false;
}

/* Writes an aligned object at once; false if it is none. */
static inline bool mem_word_in(void *hva, const void *src, size_t len)
{
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;

	switch (len) {
	case 8:
		if (!mem_is_aligned(hva, 8))
			return false;
		memcpy(&v64, src, 8);
		__atomic_store_n((vm_mem_word64 *)hva, v64, __ATOMIC_RELAXED);
		return true;
	case 4:
		if (!mem_is_aligned(hva, 4))
			return false;
		memcpy(&v32, src, 4);
		__atomic_store_n((vm_mem_word32 *)hva, v32, __ATOMIC_RELAXED);
		return true;
	case 2:
		if (!mem_is_aligned(hva, 2))
			return false;
		memcpy(&v16, src, 2);
		__atomic_store_n((vm_mem_word16 *)hva, v16, __ATOMIC_RELAXED);
		return true;
	case 1:
		__atomic_store_n((uint8_t *)hva, *(const uint8_t *)src,
				 __ATOMIC_RELAXED);
		return true;
	}
	return false;
}

static inline void mem_copy_out(void *dst, const void *hva, size_t len)
{
	if (!mem_word_out(dst, hva, len) && len)
		memcpy(dst, hva, len);
}

static inline void mem_copy_in(void *hva, const void *src, size_t len)
{
	if (!mem_word_in(hva, src, len) && len)
		memcpy(hva, src, len);
}

#endif
