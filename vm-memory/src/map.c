/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define CACHE_LINE 64u

/* A map with room for count entries, which the caller fills in order. */
static struct vm_mem *alloc_map(size_t count)
{
	size_t slots = count ? count : 1;
	size_t size, all;
	struct vm_mem *mem;

	if (__builtin_mul_overflow(
		    slots, sizeof(struct mem_entry) + sizeof(vm_gpa), &size) ||
	    __builtin_add_overflow(size, sizeof(*mem) + CACHE_LINE - 1, &all))
		return NULL;
	mem = aligned_alloc(CACHE_LINE, all & ~(size_t)(CACHE_LINE - 1));
	if (!mem)
		return NULL;
	memset(mem, 0, all & ~(size_t)(CACHE_LINE - 1));
	mem->slots = slots;
	mem->starts = (vm_gpa *)(void *)&mem->entries[slots];
	atomic_init(&mem->refs, 1);
	return mem;
}

static int compare_entries(const void *a, const void *b)
{
	const struct mem_entry *x = a;
	const struct mem_entry *y = b;

	return x->gpa < y->gpa ? -1 : x->gpa > y->gpa;
}

/* Sorts what has been filled in and makes it ready for lookups. */
static int seal_map(struct vm_mem *mem)
{
	vm_gpa *starts = (vm_gpa *)(void *)&mem->entries[mem->slots];
	struct mem_entry *entries = mem->entries;

	qsort(entries, mem->count, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < mem->slots; i++) {
		starts[i] = entries[i].gpa;
		if (i &&
		    entries[i].gpa - entries[i - 1].gpa < entries[i - 1].size)
			return -EEXIST;
	}
	return 0;
}

/* Adds an entry for a whole region; the map takes over the reference. */
static void push_region(struct vm_mem *mem, struct mem_region *region,
			vm_gpa gpa, uint64_t size)
{
	mem->entries[mem->count++] = (struct mem_entry){
		.gpa = gpa,
		.read_len = size,
		.write_len = size,
		.hva = region->hva,
		.size = size,
		.region = region,
	};
}

int vm_mem_new(const struct vm_mem_range *ranges, size_t count,
	       struct vm_mem **ret_mem)
{
	struct vm_mem *mem = alloc_map(count);
	struct mem_region *region;
	int r = 0;

	if (!mem)
		return -ENOMEM;
	for (size_t i = 0; i < count && !r; i++) {
		r = mem_region_new(&ranges[i], &region);
		if (!r)
			push_region(mem, region, ranges[i].gpa, ranges[i].size);
	}
	if (!r)
		r = seal_map(mem);
	if (r < 0) {
		vm_mem_free(mem);
		return r;
	}
	*ret_mem = mem;
	return 0;
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
	for (size_t i = 0; i < mem->count; i++)
		mem_region_put(mem->entries[i].region);
	free(mem);
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

	if (index >= mem->count)
		return -ENOENT;
	entry = &mem->entries[index];
	backing = &entry->region->backing;
	*ret_info = (struct vm_mem_region_info){
		.gpa = entry->gpa,
		.size = entry->size,
		.hva = entry->hva,
		.capacity = entry->region->capacity - entry->off,
		.page_size = entry->region->page_size,
		.kind = backing->kind,
		.flags = backing->flags,
		.perm = (entry->read_len ? VM_MEM_PERM_READ : 0u) |
			(entry->write_len ? VM_MEM_PERM_WRITE : 0u),
		.fd = backing->fd,
		.offset = backing->offset + entry->off,
		.guest_memfd = backing->guest_memfd,
		.guest_memfd_offset = backing->guest_memfd_offset + entry->off,
	};
	return 0;
}

int vm_mem_find_region(const struct vm_mem *mem, vm_gpa gpa, size_t *ret_index)
{
	const struct mem_entry *entry = mem_find(mem, gpa);

	if (gpa - entry->gpa >= entry->size)
		return -EFAULT;
	*ret_index = (size_t)(entry - mem->entries);
	return 0;
}

vm_gpa vm_mem_last_addr(const struct vm_mem *mem)
{
	const struct mem_entry *last = &mem->entries[mem->slots - 1];

	return mem->count ? last->gpa + (last->size - 1) : 0;
}
