/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VM_MEMORY_INTERNAL_H
#define VM_MEMORY_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vm-memory/guest_memory.h>

/* One bit per page of a region, for as far as the region can grow. */
struct vm_mem_bitmap {
	atomic_size_t refs;
	const uint8_t *base; /* host address of the region */
	unsigned int shift;
	uint64_t pages;
	_Atomic uint64_t words[];
};

struct vm_mem_bitmap *mem_bitmap_new(const uint8_t *base, uint64_t bytes,
				     uint64_t page_size);
struct vm_mem_bitmap *mem_bitmap_ref(struct vm_mem_bitmap *bitmap);
void mem_bitmap_put(struct vm_mem_bitmap *bitmap);
bool mem_bitmap_set_page(struct vm_mem_bitmap *bitmap, uint64_t page);
void mem_bitmap_clear_page(struct vm_mem_bitmap *bitmap, uint64_t page);
bool mem_bitmap_any(const struct vm_mem_bitmap *bitmap, const uint8_t *hva,
		    uint64_t len);

/*
 * A region is the mapping itself.  Maps share it by reference; what may
 * differ between maps (the size, once it has grown) is in the entry.
 */
struct mem_region {
	atomic_size_t refs;
	uint8_t *hva;
	uint64_t capacity;
	uint64_t page_size;
	struct vm_mem_backing backing; /* its fds are duplicates, or -1 */
	void *reserved; /* guard page, capacity, guard page */
	size_t reserved_len;
	pthread_mutex_t grow; /* protects mapped */
	uint64_t mapped; /* bytes from hva on that are accessible */
	struct vm_mem_bitmap *lost; /* replaced pages; NULL for VM_MEM_CALLER */
	_Atomic uint64_t lost_bytes;
};

int mem_region_new(const struct vm_mem_range *range,
		   struct mem_region **ret_region);
struct mem_region *mem_region_ref(struct mem_region *region);
void mem_region_put(struct mem_region *region);
int mem_region_grow(struct mem_region *region, uint64_t size);
uint64_t mem_host_page_size(void);
int mem_check_file(int fd, uint64_t off, uint64_t len);

/*
 * What a map maps: guest [gpa, gpa + size) to host [hva, hva + size).  An
 * access with the permissions perm is allowed when its offset and length fit
 * into limit[perm], which is the size or 0; limit[0] is the size itself.
 */
struct mem_entry {
	vm_gpa gpa;
	uint64_t limit[4];
	uint8_t *hva;
	struct vm_mem_bitmap *dirty;
	struct mem_region *region;
};

static inline uint64_t mem_size(const struct mem_entry *entry)
{
	return entry->limit[VM_MEM_PERM_NONE];
}

static inline uint64_t mem_limit(const struct mem_entry *entry,
				 unsigned int perm)
{
	return entry->limit[perm & VM_MEM_PERM_RW];
}

/* Sets the size of an entry and what may be done to it. */
static inline void mem_set_size(struct mem_entry *entry, uint64_t size,
				unsigned int perm)
{
	for (unsigned int i = 0; i < 4; i++)
		entry->limit[i] = i & ~perm ? 0 : size;
}

/* Where the entry lies in its region; not 0 only in an I/O view. */
static inline uint64_t mem_region_off(const struct mem_entry *entry)
{
	return (uint64_t)(entry->hva - entry->region->hva);
}

/*
 * Entries are sorted and do not overlap.  There is always at least one: the
 * entry of an empty map has size 0, so that a lookup needs no special case.
 * starts[] repeats their addresses densely for the binary search.
 */
struct vm_mem {
	size_t slots; /* entries, of which an empty map has one */
	struct mem_entry *entries;
	size_t count; /* regions */
	uint64_t tracking; /* page size of the dirty bitmaps, or 0 */
	bool is_view; /* made from an IOTLB */
	atomic_size_t refs;
	vm_gpa starts[];
};

struct vm_mem *mem_map_alloc(size_t count);
void mem_map_push(struct vm_mem *mem, const struct mem_entry *entry);
int mem_map_push_region(struct vm_mem *mem, struct mem_region *region,
			vm_gpa gpa, uint64_t size);
int mem_map_finish(struct vm_mem *mem, int r, struct vm_mem **ret_mem);

/* The last entry at or below gpa, or the first one when there is none. */
static inline const struct mem_entry *mem_find(const struct vm_mem *mem,
					       vm_gpa gpa)
{
	size_t slot = 0;
	size_t left = mem->slots;

	while (left > 1) {
		size_t half = left / 2;

		slot = mem->starts[slot + half] <= gpa ? slot + half : slot;
		left -= half;
	}
	return &mem->entries[slot];
}

/*
 * What is left of a range that has been checked.  Its parts lie in entries
 * that follow each other, because the range has no holes.
 */
struct mem_walk {
	const struct mem_entry *entry;
	uint64_t off; /* in the entry */
	uint64_t left;
};

/* A part of a range that lies in one entry. */
struct mem_part {
	const struct mem_entry *entry;
	uint8_t *hva;
	uint64_t len;
};

int mem_check(const struct vm_mem *mem, const struct mem_entry *entry,
	      vm_gpa gpa, uint64_t len, unsigned int perm);

/* Starts to walk a range, of which mem_find() has given the first entry. */
static inline int mem_walk_from(const struct vm_mem *mem,
				const struct mem_entry *entry, vm_gpa gpa,
				uint64_t len, unsigned int perm,
				struct mem_walk *ret_walk)
{
	*ret_walk = (struct mem_walk){ entry, gpa - entry->gpa, len };
	return mem_check(mem, entry, gpa, len, perm);
}

static inline int mem_walk(const struct vm_mem *mem, vm_gpa gpa, uint64_t len,
			   unsigned int perm, struct mem_walk *ret_walk)
{
	return mem_walk_from(mem, mem_find(mem, gpa), gpa, len, perm, ret_walk);
}

/* How long the next part can be, if anything is left. */
static inline uint64_t mem_room(const struct mem_walk *walk)
{
	uint64_t room = mem_size(walk->entry) - walk->off;

	return room < walk->left ? room : walk->left;
}

/* Walks over the next len bytes, which lie in one entry. */
static inline struct mem_part mem_take(struct mem_walk *walk, uint64_t len)
{
	struct mem_part part = {
		.entry = walk->entry,
		.hva = walk->entry->hva + walk->off,
		.len = len,
	};

	walk->left -= len;
	walk->off += len;
	if (walk->off == mem_size(walk->entry)) {
		walk->entry++;
		walk->off = 0;
	}
	return part;
}

/* Called after the bytes are written: see vm_mem_slice_mark_dirty(). */
static inline void mem_mark(const struct mem_part *part)
{
	if (part->entry->dirty)
		vm_mem_bitmap_mark(part->entry->dirty, part->hva, part->len);
}

/* The next part, as long as it can be; false at the end. */
static inline bool mem_next(struct mem_walk *walk, struct mem_part *ret_part)
{
	const struct mem_entry *entry = walk->entry;
	uint64_t len;

	if (!walk->left)
		return false;
	len = mem_size(entry) - walk->off;
	if (len > walk->left)
		len = walk->left;
	*ret_part = (struct mem_part){ entry, entry->hva + walk->off, len };
	walk->entry++;
	walk->off = 0;
	walk->left -= len;
	return true;
}

#endif
