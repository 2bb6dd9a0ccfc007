/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <vm-memory/atomic.h>

#include "internal.h"

#define CACHE_LINE 64u

/*
 * A map with room for count entries, to be filled and then finished.  One
 * block of memory holds the map, the addresses and, from a cache line on, the
 * entries.
 */
struct vm_mem *mem_map_alloc(size_t count)
{
	size_t slots = count ? count : 1;
	size_t head, size;
	struct vm_mem *mem;

	if (slots > SIZE_MAX / 4 / sizeof(struct mem_entry))
		return NULL;
	head = sizeof(*mem) + slots * sizeof(vm_gpa) + CACHE_LINE - 1;
	head &= ~(size_t)(CACHE_LINE - 1);
	size = head + slots * sizeof(struct mem_entry);
	mem = aligned_alloc(CACHE_LINE, size);
	if (!mem)
		return NULL;
	memset(mem, 0, size);
	mem->slots = slots;
	mem->entries = (struct mem_entry *)(void *)((uint8_t *)mem + head);
	atomic_init(&mem->refs, 1);
	return mem;
}

/* Adds an entry; the map takes references of its own. */
void mem_map_push(struct vm_mem *mem, const struct mem_entry *entry)
{
	mem_region_ref(entry->region);
	mem_bitmap_ref(entry->dirty);
	mem->entries[mem->count++] = *entry;
}

/* Adds an entry for the first size bytes of a region, none of them dirty. */
int mem_map_push_region(struct vm_mem *mem, struct mem_region *region,
			vm_gpa gpa, uint64_t size)
{
	struct mem_entry entry = {
		.gpa = gpa,
		.hva = region->hva,
		.region = region,
	};

	mem_set_size(&entry, size, VM_MEM_PERM_RW);
	if (mem->tracking) {
		entry.dirty = mem_bitmap_new(region->hva, region->capacity,
					     mem->tracking);
		if (!entry.dirty)
			return -ENOMEM;
	}
	mem_map_push(mem, &entry);
	mem_bitmap_put(entry.dirty);
	return 0;
}

static int compare_entries(const void *a, const void *b)
{
	const struct mem_entry *x = a;
	const struct mem_entry *y = b;

	return x->gpa < y->gpa ? -1 : x->gpa > y->gpa;
}

/* Sorts the entries and makes the map ready for lookups. */
static int seal_map(struct vm_mem *mem)
{
	struct mem_entry *entries = mem->entries;

	mem->slots = mem->count ? mem->count : 1;
	qsort(entries, mem->count, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < mem->count; i++) {
		mem->starts[i] = entries[i].gpa;
		if (i && entries[i].gpa - entries[i - 1].gpa <
				 mem_size(&entries[i - 1]))
			return -EEXIST;
	}
	return 0;
}

/* Seals a filled map and gives it to the caller, or frees it on an error. */
int mem_map_finish(struct vm_mem *mem, int r, struct vm_mem **ret_mem)
{
	if (!r)
		r = seal_map(mem);
	if (r < 0)
		vm_mem_free(mem);
	else
		*ret_mem = mem;
	return r;
}

static int push_range(struct vm_mem *mem, const struct vm_mem_range *range)
{
	struct mem_region *region;
	int r = mem_region_new(range, &region);

	if (r < 0)
		return r;
	r = mem_map_push_region(mem, region, range->gpa, range->size);
	mem_region_put(region);
	return r;
}

int vm_mem_new(const struct vm_mem_range *ranges, size_t count,
	       struct vm_mem **ret_mem)
{
	struct vm_mem *mem = mem_map_alloc(count);
	int r = 0;

	if (!mem)
		return -ENOMEM;
	for (size_t i = 0; i < count && !r; i++)
		r = push_range(mem, &ranges[i]);
	return mem_map_finish(mem, r, ret_mem);
}

struct vm_mem *vm_mem_ref(struct vm_mem *mem)
{
	/* Whoever copies a reference holds one: nothing to order. */
	atomic_fetch_add_explicit(&mem->refs, 1, memory_order_relaxed);
	return mem;
}

void vm_mem_free(struct vm_mem *mem)
{
	/* Pairs with itself: the last one out sees what the others did. */
	if (!mem ||
	    atomic_fetch_sub_explicit(&mem->refs, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < mem->count; i++) {
		mem_bitmap_put(mem->entries[i].dirty);
		mem_region_put(mem->entries[i].region);
	}
	free(mem);
}

bool vm_mem_is_shared(const struct vm_mem *mem)
{
	/* Acquire: pairs with the release in vm_mem_free(). */
	return atomic_load_explicit(&mem->refs, memory_order_acquire) > 1;
}

/* A copy of a map, without the entry drop and with room for one more. */
static struct vm_mem *clone_map(const struct vm_mem *mem,
				const struct mem_entry *drop)
{
	struct vm_mem *clone = mem_map_alloc(mem->count + 1);

	if (!clone)
		return NULL;
	clone->tracking = mem->tracking;
	for (size_t i = 0; i < mem->count; i++) {
		if (&mem->entries[i] != drop)
			mem_map_push(clone, &mem->entries[i]);
	}
	return clone;
}

int vm_mem_add_region(const struct vm_mem *mem,
		      const struct vm_mem_range *range, struct vm_mem **ret_mem)
{
	struct vm_mem *clone;

	if (mem->is_view)
		return -EINVAL;
	clone = clone_map(mem, NULL);
	if (!clone)
		return -ENOMEM;
	return mem_map_finish(clone, push_range(clone, range), ret_mem);
}

int vm_mem_remove_region(const struct vm_mem *mem, vm_gpa gpa, uint64_t size,
			 struct vm_mem **ret_mem)
{
	const struct mem_entry *entry = mem_find(mem, gpa);
	struct vm_mem *clone;

	if (mem->is_view)
		return -EINVAL;
	if (entry->gpa != gpa || mem_size(entry) != size || !size)
		return -ENOENT;
	clone = clone_map(mem, entry);
	if (!clone)
		return -ENOMEM;
	return mem_map_finish(clone, 0, ret_mem);
}

int vm_mem_resize_region(const struct vm_mem *mem, vm_gpa gpa, uint64_t size,
			 struct vm_mem **ret_mem)
{
	const struct mem_entry *entry = mem_find(mem, gpa);
	struct mem_entry resized = *entry;
	struct vm_mem *clone;
	int r;

	if (mem->is_view)
		return -EINVAL;
	if (entry->gpa != gpa || !mem_size(entry))
		return -ENOENT;
	r = mem_region_grow(entry->region, size);
	if (r < 0)
		return r;
	clone = clone_map(mem, entry);
	if (!clone)
		return -ENOMEM;
	mem_set_size(&resized, size, VM_MEM_PERM_RW);
	mem_map_push(clone, &resized);
	return mem_map_finish(clone, 0, ret_mem);
}

size_t vm_mem_region_count(const struct vm_mem *mem)
{
	return mem->count;
}

int vm_mem_get_region(const struct vm_mem *mem, size_t index,
		      struct vm_mem_region_info *ret_info)
{
	const struct vm_mem_backing *backing;
	const struct mem_entry *entry;
	uint64_t off;

	if (index >= mem->count)
		return -ENOENT;
	entry = &mem->entries[index];
	backing = &entry->region->backing;
	off = mem_region_off(entry);
	*ret_info = (struct vm_mem_region_info){
		.gpa = entry->gpa,
		.size = mem_size(entry),
		.hva = entry->hva,
		.capacity = entry->region->capacity - off,
		.page_size = entry->region->page_size,
		.kind = backing->kind,
		.flags = backing->flags,
		.perm = (entry->limit[VM_MEM_PERM_READ] ? VM_MEM_PERM_READ
							: 0u) |
			(entry->limit[VM_MEM_PERM_WRITE] ? VM_MEM_PERM_WRITE
							 : 0u),
		.fd = backing->fd,
		.offset = backing->offset + off,
		.guest_memfd = backing->guest_memfd,
		.guest_memfd_offset = backing->guest_memfd_offset + off,
		.lost = atomic_load_explicit(&entry->region->lost_bytes,
					     memory_order_relaxed),
	};
	return 0;
}

int vm_mem_find_region(const struct vm_mem *mem, vm_gpa gpa, size_t *ret_index)
{
	const struct mem_entry *entry = mem_find(mem, gpa);

	if (gpa - entry->gpa >= mem_size(entry))
		return -EFAULT;
	*ret_index = (size_t)(entry - mem->entries);
	return 0;
}

vm_gpa vm_mem_last_addr(const struct vm_mem *mem)
{
	const struct mem_entry *last = &mem->entries[mem->slots - 1];

	return mem->count ? last->gpa + (mem_size(last) - 1) : 0;
}
