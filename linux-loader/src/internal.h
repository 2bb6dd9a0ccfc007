/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What the sources of linux-loader share. */
#ifndef LINUX_LOADER_INTERNAL_H
#define LINUX_LOADER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux-loader/kernel.h>

#define LOADER_MIB  UINT64_C(0x100000)
#define LOADER_4GIB (UINT64_C(1) << 32)

/* Little-endian fields at any alignment, on a host of any byte order. */
static inline uint16_t get_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get_le32(const uint8_t *p)
{
	return get_le16(p) | (uint32_t)get_le16(p + 2) << 16;
}

static inline uint64_t get_le64(const uint8_t *p)
{
	return get_le32(p) | (uint64_t)get_le32(p + 4) << 32;
}

static inline void put_le16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

static inline void put_le32(uint8_t *p, uint32_t value)
{
	put_le16(p, (uint16_t)value);
	put_le16(p + 2, (uint16_t)(value >> 16));
}

static inline void put_le64(uint8_t *p, uint64_t value)
{
	put_le32(p, (uint32_t)value);
	put_le32(p + 4, (uint32_t)(value >> 32));
}

static inline bool is_power_of_two(uint64_t value)
{
	return value && !(value & (value - 1));
}

/* Fills in the reason, if anybody wants it, and returns error. */
__attribute__((format(printf, 3, 4))) int loader_fail(struct vm_load_why *why,
						      int error,
						      const char *format, ...);

/* The size of a file that can hold an image: regular and not empty. */
int loader_file_size(int fd, uint64_t *ret_size, struct vm_load_why *why);

/* Reads len bytes, or fails; a file that ends before is -EBADMSG. */
int loader_pread(int fd, void *buf, size_t len, uint64_t offset,
		 struct vm_load_why *why);

/* A kernel with what all formats have in common. */
void loader_kernel_init(struct vm_load_kernel *kernel,
			enum vm_load_format format, uint64_t file_size);

/* The beginning of a regular file and its size. */
#define LOADER_HEAD_MAX 1024u

struct loader_head {
	uint64_t file_size;
	size_t len;
	uint8_t data[LOADER_HEAD_MAX];
};

int loader_head_read(int fd, struct loader_head *ret, struct vm_load_why *why);

/* The formats by their magic numbers, and what each file says. */
bool loader_is_bzimage(const uint8_t *head, size_t len);
bool loader_is_elf(const uint8_t *head, size_t len);
bool loader_is_image(const uint8_t *head, size_t len);
bool loader_is_zboot(const uint8_t *head, size_t len);
enum vm_load_compression loader_compression(const uint8_t *data, size_t len);

int loader_parse_bzimage(int fd, const struct loader_head *head,
			 struct vm_load_kernel *ret, struct vm_load_why *why);
int loader_parse_elf(int fd, const struct loader_head *head,
		     struct vm_load_kernel *ret, struct vm_load_why *why);
int loader_parse_image(int fd, const struct loader_head *head,
		       struct vm_load_kernel *ret, struct vm_load_why *why);
int loader_parse_zboot(int fd, const struct loader_head *head,
		       struct vm_load_kernel *ret, struct vm_load_why *why);
void loader_parse_compressed(const struct loader_head *head,
			     struct vm_load_kernel *ret);

/*
 * The PE header of a file that begins with "MZ" and has 64 bytes: that the
 * file is as long as its sections say, and what CPU it is for.
 */
int loader_pe_check(int fd, const struct loader_head *head,
		    enum vm_load_arch *ret_arch, struct vm_load_why *why);

#endif
