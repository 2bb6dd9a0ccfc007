/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Guest memory holds whatever the guest says it does. */
typedef uint16_t __attribute__((may_alias)) guest16;
typedef uint32_t __attribute__((may_alias)) guest32;
typedef uint64_t __attribute__((may_alias)) guest64;

int mem_check(const struct vm_mem *mem, vm_gpa gpa, uint64_t len,
	      unsigned int perm)
{
	const struct mem_entry *entry = mem_find(mem, gpa);
	const struct mem_entry *end = &mem->entries[mem->slots];
	vm_gpa last;

	if (!len)
		return 0;
	if (vm_gpa_last(gpa, len, &last))
		return -EOVERFLOW;
	for (; entry < end; entry++) {
		if (gpa - entry->gpa >= mem_limit(entry, perm))
			return -EFAULT;
		if (last - entry->gpa < entry->size)
			return 0;
		gpa = entry->gpa + entry->size;
	}
	return -EFAULT;
}

/* Objects that a processor accesses at once are not to be torn. */
static inline bool is_word(const void *hva, size_t len)
{
	return len - 1 < 8 && !(len & (len - 1)) &&
	       !((uintptr_t)hva & (len - 1));
}

static inline void copy_out(void *dst, const uint8_t *hva, size_t len)
{
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;

	if (!is_word(hva, len)) {
		memcpy(dst, hva, len);
		return;
	}
	switch (len) {
	case 8:
		v64 = __atomic_load_n((const guest64 *)(const void *)hva,
				      __ATOMIC_RELAXED);
		memcpy(dst, &v64, sizeof(v64));
		break;
	case 4:
		v32 = __atomic_load_n((const guest32 *)(const void *)hva,
				      __ATOMIC_RELAXED);
		memcpy(dst, &v32, sizeof(v32));
		break;
	case 2:
		v16 = __atomic_load_n((const guest16 *)(const void *)hva,
				      __ATOMIC_RELAXED);
		memcpy(dst, &v16, sizeof(v16));
		break;
	case 1:
		*(uint8_t *)dst = __atomic_load_n(hva, __ATOMIC_RELAXED);
		break;
	}
}

static inline void copy_in(uint8_t *hva, const void *src, size_t len)
{
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;

	if (!is_word(hva, len)) {
		memcpy(hva, src, len);
		return;
	}
	switch (len) {
	case 8:
		memcpy(&v64, src, sizeof(v64));
		__atomic_store_n((guest64 *)(void *)hva, v64, __ATOMIC_RELAXED);
		break;
	case 4:
		memcpy(&v32, src, sizeof(v32));
		__atomic_store_n((guest32 *)(void *)hva, v32, __ATOMIC_RELAXED);
		break;
	case 2:
		memcpy(&v16, src, sizeof(v16));
		__atomic_store_n((guest16 *)(void *)hva, v16, __ATOMIC_RELAXED);
		break;
	case 1:
		__atomic_store_n(hva, *(const uint8_t *)src, __ATOMIC_RELAXED);
		break;
	}
}

int vm_mem_check_range(const struct vm_mem *mem, vm_gpa gpa, uint64_t len)
{
	return mem_check(mem, gpa, len, VM_MEM_PERM_NONE);
}

static int read_spanning(const struct vm_mem *mem, vm_gpa gpa, uint8_t *dst,
			 size_t len)
{
	int r = mem_check(mem, gpa, len, VM_MEM_PERM_READ);

	while (!r && len) {
		struct mem_part part = mem_first_part(mem, gpa, len);

		copy_out(dst, part.hva, part.len);
		dst += part.len;
		gpa += part.len;
		len -= part.len;
	}
	return r;
}

int vm_mem_read(const struct vm_mem *mem, vm_gpa gpa, void *dst, size_t len)
{
	const struct mem_entry *entry = mem_find(mem, gpa);
	uint64_t off = gpa - entry->gpa;

	if (off >= entry->read_len || len > entry->read_len - off)
		return read_spanning(mem, gpa, dst, len);
	copy_out(dst, entry->hva + off, len);
	return 0;
}

static int write_spanning(const struct vm_mem *mem, vm_gpa gpa,
			  const uint8_t *src, size_t len)
{
	int r = mem_check(mem, gpa, len, VM_MEM_PERM_WRITE);

	while (!r && len) {
		struct mem_part part = mem_first_part(mem, gpa, len);

		copy_in(part.hva, src, part.len);
		mem_mark(part.entry, part.off, part.len);
		src += part.len;
		gpa += part.len;
		len -= part.len;
	}
	return r;
}

int vm_mem_write(const struct vm_mem *mem, vm_gpa gpa, const void *src,
		 size_t len)
{
	const struct mem_entry *entry = mem_find(mem, gpa);
	uint64_t off = gpa - entry->gpa;

	if (off >= entry->write_len || len > entry->write_len - off)
		return write_spanning(mem, gpa, src, len);
	copy_in(entry->hva + off, src, len);
	mem_mark(entry, off, len);
	return 0;
}

int vm_mem_fill(const struct vm_mem *mem, vm_gpa gpa, uint8_t byte,
		uint64_t len)
{
	int r = mem_check(mem, gpa, len, VM_MEM_PERM_WRITE);

	while (!r && len) {
		struct mem_part part = mem_first_part(mem, gpa, len);

		memset(part.hva, byte, part.len);
		mem_mark(part.entry, part.off, part.len);
		gpa += part.len;
		len -= part.len;
	}
	return r;
}
