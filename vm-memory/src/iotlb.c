/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <vm-memory/iotlb.h>

#include "internal.h"

/* Sorted by iova and without overlap. */
struct vm_iotlb {
	size_t max;
	size_t count;
	struct vm_iotlb_mapping mappings[];
};

static uint64_t last_iova(const struct vm_iotlb_mapping *mapping)
{
	return mapping->iova + (mapping->len - 1);
}

/* The first mapping that ends at or above iova. */
static size_t find_mapping(const struct vm_iotlb *iotlb, uint64_t iova)
{
	size_t low = 0;
	size_t high = iotlb->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (last_iova(&iotlb->mappings[middle]) < iova)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int vm_iotlb_new(size_t max, struct vm_iotlb **ret_iotlb)
{
	struct vm_iotlb *iotlb;
	size_t size;

	if (!max)
		return -EINVAL;
	if (__builtin_mul_overflow(max, sizeof(iotlb->mappings[0]), &size) ||
	    __builtin_add_overflow(size, sizeof(*iotlb), &size))
		return -ENOMEM;
	iotlb = calloc(1, size);
	if (!iotlb)
		return -ENOMEM;
	iotlb->max = max;
	*ret_iotlb = iotlb;
	return 0;
}

void vm_iotlb_free(struct vm_iotlb *iotlb)
{
	free(iotlb);
}

size_t vm_iotlb_count(const struct vm_iotlb *iotlb)
{
	return iotlb->count;
}

void vm_iotlb_clear(struct vm_iotlb *iotlb)
{
	iotlb->count = 0;
}

/* What of a mapping lies below a range, and what above; either may be empty. */
static bool part_below(const struct vm_iotlb_mapping *mapping, uint64_t iova,
		       struct vm_iotlb_mapping *ret_part)
{
	if (mapping->iova >= iova)
		return false;
	*ret_part = *mapping;
	ret_part->len = iova - mapping->iova;
	return true;
}

static bool part_above(const struct vm_iotlb_mapping *mapping, uint64_t last,
		       struct vm_iotlb_mapping *ret_part)
{
	uint64_t skip = last + 1 - mapping->iova;

	if (last_iova(mapping) <= last)
		return false;
	*ret_part = *mapping;
	ret_part->iova += skip;
	ret_part->gpa += skip;
	ret_part->len -= skip;
	return true;
}

/* What stands in a range and is to be replaced by other mappings. */
struct replacement {
	size_t first, end; /* mappings that overlap the range */
	struct vm_iotlb_mapping parts[3];
	size_t count;
};

static void plan(const struct vm_iotlb *iotlb, uint64_t iova, uint64_t last,
		 const struct vm_iotlb_mapping *insert,
		 struct replacement *ret_plan)
{
	const struct vm_iotlb_mapping *mappings = iotlb->mappings;
	struct vm_iotlb_mapping *parts = ret_plan->parts;
	size_t first = find_mapping(iotlb, iova);
	size_t end = first;
	size_t n = 0;

	while (end < iotlb->count && mappings[end].iova <= last)
		end++;
	if (first < end && part_below(&mappings[first], iova, &parts[n]))
		n++;
	if (insert)
		parts[n++] = *insert;
	if (first < end && part_above(&mappings[end - 1], last, &parts[n]))
		n++;
	ret_plan->first = first;
	ret_plan->end = end;
	ret_plan->count = n;
}

static bool fits(const struct vm_iotlb *iotlb, const struct replacement *plan)
{
	return iotlb->count - (plan->end - plan->first) + plan->count <=
	       iotlb->max;
}

static void apply(struct vm_iotlb *iotlb, const struct replacement *plan)
{
	struct vm_iotlb_mapping *at = &iotlb->mappings[plan->first];

	memmove(at + plan->count, &iotlb->mappings[plan->end],
		(iotlb->count - plan->end) * sizeof(*at));
	memcpy(at, plan->parts, plan->count * sizeof(*at));
	iotlb->count -= plan->end - plan->first;
	iotlb->count += plan->count;
}

int vm_iotlb_map(struct vm_iotlb *iotlb, const struct vm_iotlb_mapping *mapping)
{
	struct replacement replacement;
	uint64_t last, last_gpa;

	if (!mapping->len || mapping->perm & ~(unsigned int)VM_MEM_PERM_RW)
		return -EINVAL;
	if (vm_gpa_last(mapping->iova, mapping->len, &last) ||
	    vm_gpa_last(mapping->gpa, mapping->len, &last_gpa))
		return -EOVERFLOW;
	plan(iotlb, mapping->iova, last, mapping, &replacement);
	if (!fits(iotlb, &replacement))
		return -ENOSPC;
	apply(iotlb, &replacement);
	return 0;
}

int vm_iotlb_unmap(struct vm_iotlb *iotlb, uint64_t iova, uint64_t len)
{
	struct replacement replacement;
	uint64_t last;
	int r = 0;

	if (!len)
		return 0;
	if (vm_gpa_last(iova, len, &last))
		return -EOVERFLOW;
	plan(iotlb, iova, last, NULL, &replacement);
	if (!fits(iotlb, &replacement)) {
		replacement.count--;
		r = 1;
	}
	apply(iotlb, &replacement);
	return r;
}

int vm_iotlb_lookup(const struct vm_iotlb *iotlb, uint64_t iova, uint64_t len,
		    unsigned int perm, struct vm_iotlb_piece *ret_piece)
{
	size_t i = find_mapping(iotlb, iova);
	const struct vm_iotlb_mapping *mapping = &iotlb->mappings[i];
	struct vm_iotlb_piece piece = { VM_IOTLB_MISS, iova, len, 0, 0 };
	uint64_t last;

	if (!len)
		return -EINVAL;
	if (vm_gpa_last(iova, len, &last))
		return -EOVERFLOW;
	if (i < iotlb->count && mapping->iova <= iova) {
		piece.answer =
			perm & ~mapping->perm ? VM_IOTLB_DENIED : VM_IOTLB_HIT;
		piece.gpa = mapping->gpa + (iova - mapping->iova);
		piece.perm = mapping->perm;
		if (last_iova(mapping) < last)
			piece.len = last_iova(mapping) - iova + 1;
	} else if (i < iotlb->count && mapping->iova <= last) {
		piece.len = mapping->iova - iova;
	}
	*ret_piece = piece;
	return 0;
}

/* Does b continue a, in the device's address space and in memory? */
static bool is_continued(const struct mem_entry *a, const struct mem_entry *b)
{
	for (unsigned int perm = 0; perm <= VM_MEM_PERM_RW; perm++) {
		if (!a->limit[perm] != !b->limit[perm])
			return false;
	}
	return a->gpa + mem_size(a) == b->gpa && a->region == b->region &&
	       a->hva + mem_size(a) == b->hva;
}

static void push_piece(struct vm_mem *view, const struct mem_entry *piece)
{
	struct mem_entry *last = &view->entries[view->count - !!view->count];

	if (!view->count || !is_continued(last, piece)) {
		mem_map_push(view, piece);
		return;
	}
	for (unsigned int perm = 0; perm <= VM_MEM_PERM_RW; perm++)
		last->limit[perm] += piece->limit[perm];
}

/* What a mapping shows of a region, if anything. */
static bool show_entry(const struct vm_iotlb_mapping *mapping,
		       const struct mem_entry *entry,
		       struct mem_entry *ret_piece)
{
	vm_gpa last = mapping->gpa + (mapping->len - 1);
	vm_gpa from = entry->gpa > mapping->gpa ? entry->gpa : mapping->gpa;
	uint64_t off = from - entry->gpa;
	uint64_t len = last - from + 1;

	if (off >= mem_size(entry) || !mapping->perm)
		return false;
	if (len > mem_size(entry) - off)
		len = mem_size(entry) - off;
	*ret_piece = *entry;
	ret_piece->gpa = mapping->iova + (from - mapping->gpa);
	ret_piece->hva += off;
	mem_set_size(ret_piece, len, mapping->perm);
	return true;
}

/* Adds the pieces of a mapping to a view, or counts them if there is none. */
static size_t show_mapping(struct vm_mem *view, const struct vm_mem *mem,
			   const struct vm_iotlb_mapping *mapping)
{
	vm_gpa last = mapping->gpa + (mapping->len - 1);
	const struct mem_entry *entry = mem_find(mem, mapping->gpa);
	const struct mem_entry *end = &mem->entries[mem->count];
	struct mem_entry piece;
	size_t count = 0;

	for (; entry < end && entry->gpa <= last; entry++) {
		if (!show_entry(mapping, entry, &piece))
			continue;
		count++;
		if (view)
			push_piece(view, &piece);
	}
	return count;
}

int vm_iotlb_new_view(const struct vm_iotlb *iotlb, const struct vm_mem *mem,
		      struct vm_mem **ret_view)
{
	struct vm_mem *view;
	size_t count = 0;

	if (mem->is_view)
		return -EINVAL;
	for (size_t i = 0; i < iotlb->count; i++)
		count += show_mapping(NULL, mem, &iotlb->mappings[i]);
	view = mem_map_alloc(count);
	if (!view)
		return -ENOMEM;
	view->is_view = true;
	view->tracking = mem->tracking;
	for (size_t i = 0; i < iotlb->count; i++)
		show_mapping(view, mem, &iotlb->mappings[i]);
	return mem_map_finish(view, 0, ret_view);
}
