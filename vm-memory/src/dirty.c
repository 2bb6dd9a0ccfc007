/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <vm-memory/dirty.h>

#include "internal.h"

#define MIN_PAGE 64u

static bool is_power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

int vm_mem_set_tracking(const struct vm_mem *mem, uint64_t page_size,
			struct vm_mem **ret_mem)
{
	struct vm_mem *tracked;
	int r = 0;

	if (mem->is_view)
		return -EINVAL;
	if (page_size && (page_size < MIN_PAGE || !is_power_of_two(page_size)))
		return -EINVAL;
	tracked = mem_map_alloc(mem->count);
	if (!tracked)
		return -ENOMEM;
	tracked->tracking = page_size;
	for (size_t i = 0; i < mem->count && !r; i++) {
		const struct mem_entry *entry = &mem->entries[i];

		if (page_size == mem->tracking)
			mem_map_push(tracked, entry);
		else
			r = mem_map_push_region(tracked, entry->region,
						entry->gpa, mem_size(entry));
	}
	return mem_map_finish(tracked, r, ret_mem);
}

uint64_t vm_mem_get_tracking(const struct vm_mem *mem)
{
	return mem->tracking;
}

int vm_mem_mark_dirty(const struct vm_mem *mem, vm_gpa gpa, uint64_t len)
{
	struct mem_part part;
	struct mem_walk walk;
	int r = mem_walk(mem, gpa, len, VM_MEM_PERM_NONE, &walk);

	while (!r && mem_next(&walk, &part))
		mem_mark(&part);
	return r;
}

int vm_mem_is_dirty(const struct vm_mem *mem, vm_gpa gpa, uint64_t len)
{
	struct mem_part part;
	struct mem_walk walk;
	int r = mem_walk(mem, gpa, len, VM_MEM_PERM_NONE, &walk);

	if (r < 0)
		return r;
	if (!mem->tracking)
		return -EINVAL;
	while (mem_next(&walk, &part)) {
		if (mem_bitmap_any(part.entry->dirty, part.hva, part.len))
			return 1;
	}
	return 0;
}

/* The end of a region may cut its last page short. */
static void clear_part(const struct mem_part *part)
{
	const struct mem_entry *entry = part->entry;
	uint64_t page = UINT64_C(1) << entry->dirty->shift;
	uint64_t off = (uint64_t)(part->hva - entry->hva);
	uint64_t first = off / page + !!(off % page);
	uint64_t end = (off + part->len) / page;

	if (off + part->len == mem_size(entry))
		end += !!(mem_size(entry) % page);
	for (; first < end; first++)
		mem_bitmap_clear_page(entry->dirty, first);
}

int vm_mem_clear_dirty(const struct vm_mem *mem, vm_gpa gpa, uint64_t len)
{
	struct mem_part part;
	struct mem_walk walk;
	int r = mem_walk(mem, gpa, len, VM_MEM_PERM_NONE, &walk);

	if (mem->is_view)
		return -EINVAL;
	while (!r && mem->tracking && mem_next(&walk, &part))
		clear_part(&part);
	return r;
}

/* Pages of the region that lie within the map's size of it. */
static uint64_t entry_pages(const struct mem_entry *entry)
{
	return ((mem_size(entry) - 1) >> entry->dirty->shift) + 1;
}

size_t vm_mem_dirty_words(const struct vm_mem *mem, size_t index)
{
	if (!mem->tracking || index >= mem->count)
		return 0;
	return (entry_pages(&mem->entries[index]) - 1) / 64 + 1;
}

int vm_mem_fetch_dirty(const struct vm_mem *mem, size_t index, uint64_t *words,
		       size_t count)
{
	size_t needed = vm_mem_dirty_words(mem, index);
	const struct mem_entry *entry = &mem->entries[index];
	uint64_t keep;

	if (index >= mem->count)
		return -ENOENT;
	if (!mem->tracking || mem->is_view)
		return -EINVAL;
	if (count < needed)
		return -ENOSPC;
	for (size_t i = 0; i < needed; i++) {
		/* The last word may hold pages that only larger maps have. */
		keep = i + 1 < needed || !(entry_pages(entry) % 64)
			       ? 0
			       : UINT64_MAX << entry_pages(entry) % 64;
		/* Acquire: what was marked is visible to whoever copies it. */
		words[i] =
			atomic_fetch_and_explicit(&entry->dirty->words[i], keep,
						  memory_order_acquire) &
			~keep;
	}
	return 0;
}

int vm_mem_merge_dirty_log(const struct vm_mem *mem, vm_gpa gpa,
			   uint64_t page_size, const uint64_t *words,
			   uint64_t pages)
{
	struct mem_walk walk;
	uint64_t len;
	int r;

	if (!is_power_of_two(page_size))
		return -EINVAL;
	if (__builtin_mul_overflow(pages, page_size, &len))
		return -EOVERFLOW;
	r = mem_walk(mem, gpa, len, VM_MEM_PERM_NONE, &walk);
	for (uint64_t i = 0; i < pages && !r; i++) {
		uint64_t rest = words[i / 64] >> i % 64;

		if (rest & 1)
			r = vm_mem_mark_dirty(mem, gpa + i * page_size,
					      page_size);
		else if (!rest)
			i |= 63;
	}
	return r;
}

int vm_mem_merge_dirty_ring(const struct vm_mem *mem, vm_gpa gpa,
			    uint64_t page_size, const uint64_t *offsets,
			    size_t count)
{
	uint64_t off;
	vm_gpa page;
	int first_error = 0;
	int r;

	if (!is_power_of_two(page_size))
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (__builtin_mul_overflow(offsets[i], page_size, &off) ||
		    vm_gpa_add(gpa, off, &page))
			r = -EOVERFLOW;
		else
			r = vm_mem_mark_dirty(mem, page, page_size);
		if (r < 0 && !first_error)
			first_error = r;
	}
	return first_error;
}
