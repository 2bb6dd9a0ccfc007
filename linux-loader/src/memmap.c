/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/memmap.h>

#include <errno.h>
#include <string.h>

/* A map that is being put together: one entry of slack for each cut. */
struct draft {
	size_t count;
	struct vm_load_mem_entry entries[VM_LOAD_MEMMAP_MAX + 2];
};

static void append(struct draft *draft, uint64_t gpa, uint64_t end,
		   enum vm_load_mem_type type)
{
	struct vm_load_mem_entry *last;

	if (gpa >= end)
		return;
	if (draft->count) {
		last = &draft->entries[draft->count - 1];
		if (last->type == type && last->gpa + last->size == gpa) {
			last->size += end - gpa;
			return;
		}
	}
	draft->entries[draft->count++] =
		(struct vm_load_mem_entry){ gpa, end - gpa, type };
}

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

int vm_load_memmap_add(struct vm_load_memmap *map, uint64_t gpa, uint64_t size,
		       enum vm_load_mem_type type)
{
	const struct vm_load_mem_entry *e = map->entries;
	struct draft draft = { .count = 0 };
	uint64_t end;
	size_t i;

	if (__builtin_add_overflow(gpa, size, &end))
		return -EOVERFLOW;
	if (!size)
		return 0;
	for (i = 0; i < map->count && e[i].gpa < gpa; i++)
		append(&draft, e[i].gpa, min(e[i].gpa + e[i].size, gpa),
		       e[i].type);
	append(&draft, gpa, end, type);
	/* The entry that was cut in front may stick out behind as well. */
	for (i = i ? i - 1 : 0; i < map->count; i++)
		append(&draft, max(e[i].gpa, end), e[i].gpa + e[i].size,
		       e[i].type);
	if (draft.count > VM_LOAD_MEMMAP_MAX)
		return -ENOSPC;
	map->count = draft.count;
	memcpy(map->entries, draft.entries,
	       draft.count * sizeof(*draft.entries));
	return 0;
}

int vm_load_memmap_has_ram(const struct vm_load_memmap *map, uint64_t gpa,
			   uint64_t size)
{
	const struct vm_load_mem_entry *e = map->entries;
	uint64_t end;

	if (__builtin_add_overflow(gpa, size, &end))
		return 0;
	/* Touching entries of one type are one entry. */
	for (size_t i = 0; i < map->count; i++) {
		if (e[i].type == VM_LOAD_MEM_RAM && gpa >= e[i].gpa &&
		    end <= e[i].gpa + e[i].size)
			return 1;
	}
	return 0;
}

int vm_load_memmap_add_memory(struct vm_load_memmap *map,
			      const struct vm_mem *mem)
{
	size_t count = vm_mem_region_count(mem);
	struct vm_mem_region_info info;
	int r = 0;

	for (size_t i = 0; i < count && !r; i++) {
		r = vm_mem_get_region(mem, i, &info);
		if (!r)
			r = vm_load_memmap_add(map, info.gpa, info.size,
					       VM_LOAD_MEM_RAM);
	}
	return r;
}
