/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "copy.h"
#include "internal.h"

/* Keeps what the long way needs (a stack frame) out of the short one. */
#define LONG_WAY __attribute__((noinline))

/* Checks a range as a whole, of which mem_find() has given the first entry. */
int mem_check(const struct vm_mem *mem, const struct mem_entry *entry,
	      vm_gpa gpa, uint64_t len, unsigned int perm)
{
	const struct mem_entry *end = mem->entries + mem->slots;
	vm_gpa last;

	if (!len)
		return 0;
	if (vm_gpa_last(gpa, len, &last))
		return -EOVERFLOW;
	for (; entry < end; entry++) {
		if (gpa - entry->gpa >= mem_limit(entry, perm))
			return -EFAULT;
		if (last - entry->gpa < mem_size(entry))
			return 0;
		gpa = entry->gpa + mem_size(entry);
	}
	return -EFAULT;
}

int vm_mem_check_range_perm(const struct vm_mem *mem, vm_gpa gpa, uint64_t len,
			    unsigned int perm)
{
	return mem_check(mem, mem_find(mem, gpa), gpa, len, perm);
}

LONG_WAY static int read_spanning(const struct vm_mem *mem, vm_gpa gpa,
				  uint8_t *dst, size_t len,
				  const struct mem_entry *entry)
{
	struct mem_part part;
	struct mem_walk walk;
	int r = mem_walk_from(mem, entry, gpa, len, VM_MEM_PERM_READ, &walk);

	while (!r && mem_next(&walk, &part)) {
		mem_copy_out(dst, part.hva, part.len);
		dst += part.len;
	}
	return r;
}

LONG_WAY static int read_bytes(void *dst, const uint8_t *hva, size_t len)
{
	if (len)
		memcpy(dst, hva, len);
	return 0;
}

int vm_mem_read(const struct vm_mem *mem, vm_gpa gpa, void *dst, size_t len)
{
	const struct mem_entry *entry = mem_find(mem, gpa);
	uint64_t limit = entry->limit[VM_MEM_PERM_READ];
	uint64_t off = gpa - entry->gpa;

	if (off >= limit || len > limit - off)
		return read_spanning(mem, gpa, dst, len, entry);
	if (!mem_word_out(dst, entry->hva + off, len))
		return read_bytes(dst, entry->hva + off, len);
	return 0;
}

LONG_WAY static int write_spanning(const struct vm_mem *mem, vm_gpa gpa,
				   const uint8_t *src, size_t len,
				   const struct mem_entry *entry)
{
	struct mem_part part;
	struct mem_walk walk;
	int r = mem_walk_from(mem, entry, gpa, len, VM_MEM_PERM_WRITE, &walk);

	while (!r && mem_next(&walk, &part)) {
		mem_copy_in(part.hva, src, part.len);
		mem_mark(&part);
		src += part.len;
	}
	return r;
}

/* For bytes that are not a word, or have to be marked. */
LONG_WAY static int write_bytes(const struct mem_entry *entry, uint8_t *hva,
				const void *src, size_t len)
{
	const struct mem_part part = { entry, hva, len };

	mem_copy_in(hva, src, len);
	mem_mark(&part);
	return 0;
}

int vm_mem_write(const struct vm_mem *mem, vm_gpa gpa, const void *src,
		 size_t len)
{
	const struct mem_entry *entry = mem_find(mem, gpa);
	uint64_t limit = entry->limit[VM_MEM_PERM_WRITE];
	uint64_t off = gpa - entry->gpa;

	if (off >= limit || len > limit - off)
		return write_spanning(mem, gpa, src, len, entry);
	if (entry->dirty || !mem_word_in(entry->hva + off, src, len))
		return write_bytes(entry, entry->hva + off, src, len);
	return 0;
}

int vm_mem_fill(const struct vm_mem *mem, vm_gpa gpa, uint8_t byte,
		uint64_t len)
{
	struct mem_part part;
	struct mem_walk walk;
	int r = mem_walk(mem, gpa, len, VM_MEM_PERM_WRITE, &walk);

	while (!r && mem_next(&walk, &part)) {
		memset(part.hva, byte, part.len);
		mem_mark(&part);
	}
	return r;
}

/* The shorter of what can be read and written at once. */
static uint64_t common_room(const struct mem_walk *a, const struct mem_walk *b)
{
	uint64_t room = mem_room(a);

	return mem_room(b) < room ? mem_room(b) : room;
}

static void copy_up(struct mem_walk *dst, struct mem_walk *src)
{
	while (dst->left) {
		uint64_t len = common_room(dst, src);
		struct mem_part to = mem_take(dst, len);
		struct mem_part from = mem_take(src, len);

		memmove(to.hva, from.hva, len);
		mem_mark(&to);
	}
}

/* The last part of a range that has been checked. */
static struct mem_part last_part(const struct vm_mem *mem, vm_gpa gpa,
				 uint64_t len)
{
	const struct mem_entry *entry = mem_find(mem, gpa + (len - 1));
	uint64_t room = gpa + (len - 1) - entry->gpa + 1;
	uint64_t part_len = len < room ? len : room;

	return (struct mem_part){
		.entry = entry,
		.hva = entry->hva + (room - part_len),
		.len = part_len,
	};
}

static void copy_down(const struct vm_mem *mem, vm_gpa dst, vm_gpa src,
		      uint64_t len)
{
	while (len) {
		struct mem_part to = last_part(mem, dst, len);
		struct mem_part from =
			last_part(mem, src + (len - to.len), to.len);

		to.hva += to.len - from.len;
		to.len = from.len;
		memmove(to.hva, from.hva, to.len);
		mem_mark(&to);
		len -= to.len;
	}
}

int vm_mem_copy(const struct vm_mem *mem, vm_gpa dst, vm_gpa src, uint64_t len)
{
	struct mem_walk from, to;
	int r = mem_walk(mem, src, len, VM_MEM_PERM_READ, &from);

	if (r < 0)
		return r;
	r = mem_walk(mem, dst, len, VM_MEM_PERM_WRITE, &to);
	if (r < 0)
		return r;
	/* Like memmove(): what is yet to be read is not to be written. */
	if (dst - src < len)
		copy_down(mem, dst, src, len);
	else
		copy_up(&to, &from);
	return 0;
}

int vm_mem_compare(const struct vm_mem *mem, vm_gpa gpa, const void *buf,
		   size_t len, int *ret_order)
{
	const uint8_t *bytes = buf;
	struct mem_part part;
	struct mem_walk walk;
	int order = 0;
	int r = mem_walk(mem, gpa, len, VM_MEM_PERM_READ, &walk);

	if (r < 0)
		return r;
	while (!order && mem_next(&walk, &part)) {
		order = memcmp(part.hva, bytes, part.len);
		bytes += part.len;
	}
	*ret_order = order;
	return 0;
}
