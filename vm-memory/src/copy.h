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

static inline bool mem_is_word(const void *hva, size_t len)
{
	return len - 1 < 8 && !(len & (len - 1)) &&
	       !((uintptr_t)hva & (len - 1));
}

static inline void mem_copy_out(void *dst, const void *hva, size_t len)
{
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;

	if (!mem_is_word(hva, len)) {
		if (len)
			memcpy(dst, hva, len);
		return;
	}
	switch (len) {
	case 8:
		v64 = __atomic_load_n((const vm_mem_word64 *)hva,
				      __ATOMIC_RELAXED);
		memcpy(dst, &v64, sizeof(v64));
		break;
	case 4:
		v32 = __atomic_load_n((const vm_mem_word32 *)hva,
				      __ATOMIC_RELAXED);
		memcpy(dst, &v32, sizeof(v32));
		break;
	case 2:
		v16 = __atomic_load_n((const vm_mem_word16 *)hva,
				      __ATOMIC_RELAXED);
		memcpy(dst, &v16, sizeof(v16));
		break;
	case 1:
		*(uint8_t *)dst =
			__atomic_load_n((const uint8_t *)hva, __ATOMIC_RELAXED);
		break;
	}
}

static inline void mem_copy_in(void *hva, const void *src, size_t len)
{
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;

	if (!mem_is_word(hva, len)) {
		if (len)
			memcpy(hva, src, len);
		return;
	}
	switch (len) {
	case 8:
		memcpy(&v64, src, sizeof(v64));
		__atomic_store_n((vm_mem_word64 *)hva, v64, __ATOMIC_RELAXED);
		break;
	case 4:
		memcpy(&v32, src, sizeof(v32));
		__atomic_store_n((vm_mem_word32 *)hva, v32, __ATOMIC_RELAXED);
		break;
	case 2:
		memcpy(&v16, src, sizeof(v16));
		__atomic_store_n((vm_mem_word16 *)hva, v16, __ATOMIC_RELAXED);
		break;
	case 1:
		__atomic_store_n((uint8_t *)hva, *(const uint8_t *)src,
				 __ATOMIC_RELAXED);
		break;
	}
}

#endif
