/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Little-endian numbers in guest memory, which is how VIRTIO, ACPI and the
 * boot protocols store theirs.  They need not be aligned; those that are
 * cannot be torn.
 *
 * Threading: may run on any thread, concurrently with the guest.
 */
#ifndef VM_MEMORY_ENDIAN_H
#define VM_MEMORY_ENDIAN_H

#include <stdint.h>

#include <vm-memory/guest_memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Between little-endian and native order, whichever way round. */
static inline uint16_t vm_mem_le16(uint16_t value)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		       ? value
		       : __builtin_bswap16(value);
}

static inline uint32_t vm_mem_le32(uint32_t value)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		       ? value
		       : __builtin_bswap32(value);
}

static inline uint64_t vm_mem_le64(uint64_t value)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		       ? value
		       : __builtin_bswap64(value);
}

/**
 * vm_mem_read_le16 - read a little-endian 16-bit number
 * @mem: guest memory map
 * @gpa: its first byte
 * @ret: the number
 *
 * Returns:
 *	0 on success
 *	-EFAULT, a byte of it is not backed by a region
 *	-EOVERFLOW, it reaches past 2^64
 */
static inline VM_MEM_CHECK int vm_mem_read_le16(const struct vm_mem *mem,
						vm_gpa gpa, uint16_t *ret)
{
	uint16_t raw;
	int r = vm_mem_read(mem, gpa, &raw, sizeof(raw));

	if (!r)
		*ret = vm_mem_le16(raw);
	return r;
}

/** vm_mem_read_le32 - as vm_mem_read_le16(), for 32 bits */
static inline VM_MEM_CHECK int vm_mem_read_le32(const struct vm_mem *mem,
						vm_gpa gpa, uint32_t *ret)
{
	uint32_t raw;
	int r = vm_mem_read(mem, gpa, &raw, sizeof(raw));

	if (!r)
		*ret = vm_mem_le32(raw);
	return r;
}

/** vm_mem_read_le64 - as vm_mem_read_le16(), for 64 bits */
static inline VM_MEM_CHECK int vm_mem_read_le64(const struct vm_mem *mem,
						vm_gpa gpa, uint64_t *ret)
{
	uint64_t raw;
	int r = vm_mem_read(mem, gpa, &raw, sizeof(raw));

	if (!r)
		*ret = vm_mem_le64(raw);
	return r;
}

/**
 * vm_mem_write_le16 - write a little-endian 16-bit number
 * @mem: guest memory map
 * @gpa: its first byte
 * @value: the number
 *
 * Marks dirty.
 *
 * Returns:
 *	0 on success
 *	-EFAULT, a byte of it is not backed by a region
 *	-EOVERFLOW, it reaches past 2^64
 */
static inline VM_MEM_CHECK int vm_mem_write_le16(const struct vm_mem *mem,
						 vm_gpa gpa, uint16_t value)
{
	uint16_t raw = vm_mem_le16(value);

	return vm_mem_write(mem, gpa, &raw, sizeof(raw));
}

/** vm_mem_write_le32 - as vm_mem_write_le16(), for 32 bits */
static inline VM_MEM_CHECK int vm_mem_write_le32(const struct vm_mem *mem,
						 vm_gpa gpa, uint32_t value)
{
	uint32_t raw = vm_mem_le32(value);

	return vm_mem_write(mem, gpa, &raw, sizeof(raw));
}

/** vm_mem_write_le64 - as vm_mem_write_le16(), for 64 bits */
static inline VM_MEM_CHECK int vm_mem_write_le64(const struct vm_mem *mem,
						 vm_gpa gpa, uint64_t value)
{
	uint64_t raw = vm_mem_le64(value);

	return vm_mem_write(mem, gpa, &raw, sizeof(raw));
}

#ifdef __cplusplus
}
#endif

#endif
