/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "copy.h"
#include "internal.h"

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

int vm_mem_check_range_perm(const struct vm_mem *mem, vm_gpa gpa, uint64_t len,
			    unsigned int perm)
{
	return mem_check(mem, gpa, len, perm);
}

static int read_spanning(const struct vm_mem *mem, vm_gpa gpa, uint8_t *dst,
			 size_t len)
{
	int r = mem_check(mem, gpa, len, VM_MEM_PERM_READ);

	while (!r && len) {
		struct mem_part part = mem_first_part(mem, gpa, len);

		mem_copy_out(dst, part.hva, part.len);
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
	mem_copy_out(dst, entry->hva + off, len);
	return 0;
}

static int write_spanning(const struct vm_mem *mem, vm_gpa gpa,
			  const uint8_t *src, size_t len)
{
	int r = mem_check(mem, gpa, len, VM_MEM_PERM_WRITE);

	while (!r && len) {
		struct mem_part part = mem_first_part(mem, gpa, len);

		mem_copy_in(part.hva, src, part.len);
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
	mem_copy_in(entry->hva + off, src, len);
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

/* The last part of a range that mem_check() has passed. */
static struct mem_part last_part(const struct vm_mem *mem, vm_gpa gpa,
				 uint64_t len)
{
	const struct mem_entry *entry = mem_find(mem, gpa + (len - 1));
	uint64_t room = gpa + (len - 1) - entry->gpa + 1;
	uint64_t part_len = len < room ? len : room;

	return (struct mem_part){
		.entry = entry,
		.hva = entry->hva + (room - part_len),
		.off = room - part_len,
		.len = part_len,
	};
}

static void copy_up(const struct vm_mem *mem, vm_gpa dst, vm_gpa src,
		    uint64_t len)
{
	while (len) {
		struct mem_part to = mem_first_part(mem, dst, len);
		struct mem_part from = mem_first_part(mem, src, to.len);

		memmove(to.hva, from.hva, from.len);
		mem_mark(to.entry, to.off, from.len);
		dst += from.len;
		src += from.len;
		len -= from.len;
	}
}

static void copy_down(const struct vm_mem *mem, vm_gpa dst, vm_gpa src,
		      uint64_t len)
{
	while (len) {
		struct mem_part to = last_part(mem, dst, len);
		struct mem_part from =
			last_part(mem, src + (len - to.len), to.len);
		uint64_t skip = to.len - from.len;

		memmove(to.hva + skip, from.hva, from.len);
		mem_mark(to.entry, to.off + skip, from.len);
		len -= from.len;
	}
}

int vm_mem_copy(const struct vm_mem *mem, vm_gpa dst, vm_gpa src, uint64_t len)
{
	int r = mem_check(mem, src, len, VM_MEM_PERM_READ);

	if (r < 0)
		return r;
	r = mem_check(mem, dst, len, VM_MEM_PERM_WRITE);
	if (r < 0)
		return r;
	/* Like memmove(): what is yet to be read is not to be written. */
	if (dst - src < len)
		copy_down(mem, dst, src, len);
	else
		copy_up(mem, dst, src, len);
	return 0;
}

int vm_mem_compare(const struct vm_mem *mem, vm_gpa gpa, const void *buf,
		   size_t len, int *ret_order)
{
	const uint8_t *bytes = buf;
	int order = 0;
	int r = mem_check(mem, gpa, len, VM_MEM_PERM_READ);

	if (r < 0)
		return r;
	while (len && !order) {
		struct mem_part part = mem_first_part(mem, gpa, len);

		order = memcmp(part.hva, bytes, part.len);
		bytes += part.len;
		gpa += part.len;
		len -= part.len;
	}
	*ret_order = order;
	return 0;
}
