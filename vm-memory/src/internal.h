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
	unsigned int shift;
	uint64_t pages;
	_Atomic uint64_t words[];
};

struct vm_mem_bitmap *mem_bitmap_new(uint64_t bytes, unsigned int shift);
struct vm_mem_bitmap *mem_bitmap_ref(struct vm_mem_bitmap *bitmap);
void mem_bitmap_put(struct vm_mem_bitmap *bitmap);
bool mem_bitmap_set_page(struct vm_mem_bitmap *bitmap, uint64_t page);
void mem_bitmap_clear_page(struct vm_mem_bitmap *bitmap, uint64_t page);
bool mem_bitmap_any(const struct vm_mem_bitmap *bitmap, uint64_t off,
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
 * access is allowed when its offset and length fit into read_len or
 * write_len, each of which is size or 0.
 */
struct mem_entry {
	vm_gpa gpa;
	uint64_t read_len;
	uint64_t write_len;
	uint8_t *hva;
	struct vm_mem_bitmap *dirty;
	uint64_t off; /* of hva in the region, and so in the bitmaps */
	uint64_t size;
	struct mem_region *region;
};

/*
 * Entries are sorted and do not overlap.  There is always at least one: the
 * entry of an empty map has size 0, so that a lookup needs no special case.
 * starts[] repeats their addresses densely for the binary search.
 */
struct vm_mem {
	size_t slots; /* entries, of which an empty map has one */
	vm_gpa *starts;
	size_t count; /* regions */
	uint64_t tracking; /* page size of the dirty bitmaps, or 0 */
	bool is_view; /* made from an IOTLB */
	atomic_size_t refs;
	struct mem_entry entries[];
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
	const vm_gpa *base = mem->starts;
	size_t left = mem->slots;

	while (left > 1) {
		size_t half = left / 2;

		base = base[half] <= gpa ? base + half : base;
		left -= half;
	}
	return &mem->entries[base - mem->starts];
}

/* How far an access with the permissions perm may reach into an entry. */
static inline uint64_t mem_limit(const struct mem_entry *entry,
				 unsigned int perm)
{
	uint64_t limit = entry->size;

	if (perm & VM_MEM_PERM_READ)
		limit = entry->read_len;
	if (perm & VM_MEM_PERM_WRITE && entry->write_len < limit)
		limit = entry->write_len;
	return limit;
}

int mem_check(const struct vm_mem *mem, vm_gpa gpa, uint64_t len,
	      unsigned int perm);

/* A part of a range that lies in one entry. */
struct mem_part {
	const struct mem_entry *entry;
	uint8_t *hva;
	uint64_t off; /* of hva in the entry */
	uint64_t len;
};

/* The first part of a range that mem_check() has passed. */
static inline struct mem_part mem_first_part(const struct vm_mem *mem,
					     vm_gpa gpa, uint64_t len)
{
	const struct mem_entry *entry = mem_find(mem, gpa);
	uint64_t off = gpa - entry->gpa;
	uint64_t room = entry->size - off;

	return (struct mem_part){
		.entry = entry,
		.hva = entry->hva + off,
		.off = off,
		.len = len < room ? len : room,
	};
}

/* Called after the bytes are written: see vm_mem_slice_mark_dirty(). */
static inline void mem_mark(const struct mem_entry *entry, uint64_t off,
			    uint64_t len)
{
	if (entry->dirty)
		vm_mem_bitmap_mark(entry->dirty, entry->off + off, len);
}

void mem_mark_range(const struct vm_mem *mem, vm_gpa gpa, uint64_t len);

#endif
