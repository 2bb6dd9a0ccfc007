/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Operations that change the map. */
#include <stdlib.h>
#include <string.h>

#include "model_parts.h"

/* Puts a new map in place; the one before stays as the old one, if kept. */
static void swap_map(struct model *model, struct vm_mem *mem, bool keep)
{
	if (keep) {
		vm_mem_free(model->old);
		model->old = vm_mem_ref(model->mem);
		for (vm_gpa page = 0; page < LOW_PAGES; page++)
			model->old_pages[page] = model_find(model, page * PAGE);
	}
	vm_mem_atomic_set(&model->atomic, mem);
	vm_mem_atomic_refresh(&model->atomic, &model->mem);
}

static bool overlaps(const struct model *model, vm_gpa gpa, uint64_t size,
		     const struct model_region *except)
{
	for (size_t i = 0; i < model->count; i++) {
		const struct model_region *region = model->regions[i];

		if (region != except && gpa + (size - 1) >= region->gpa &&
		    gpa <= region->gpa + (region->size - 1))
			return true;
	}
	return false;
}

const char *model_do_add(struct model *model, struct source *source)
{
	uint64_t size = (1 + model_take(source, MAX_PAGES)) * PAGE;
	uint64_t capacity = size + model_take(source, MAX_PAGES) * PAGE;
	vm_gpa gpa = model_take(source, 4)
			     ? model_take(source, LOW_PAGES) * PAGE
			     : -(1 + model_take(source, HIGH_PAGES)) * PAGE;
	struct vm_mem_backing backing = {
		.kind = model_take(source, 2) ? VM_MEM_ANON : VM_MEM_MEMFD,
	};
	const struct vm_mem_range range = { gpa, size, &backing };
	struct model_region *region;
	struct vm_mem *mem;
	int r;

	if (capacity > MAX_PAGES * PAGE)
		capacity = MAX_PAGES * PAGE;
	backing.capacity = capacity;
	r = vm_mem_add_region(model->mem, &range, &mem);
	if (gpa + (capacity - 1) < gpa) {
		EXPECT(r == -EOVERFLOW);
		return NULL;
	}
	if (overlaps(model, gpa, size, NULL)) {
		EXPECT(r == -EEXIST);
		return NULL;
	}
	EXPECT(!r);
	swap_map(model, mem, model->count + 1 < MAX_REGIONS);
	region = calloc(1, sizeof(*region));
	if (!region)
		abort();
	region->gpa = gpa;
	region->size = size;
	region->capacity = capacity;
	model->regions[model->count++] = region;
	return NULL;
}

const char *model_do_remove(struct model *model, struct source *source)
{
	struct model_region *region;
	struct vm_mem *mem;
	size_t index;

	if (!model->count)
		return NULL;
	index = model_take(source, model->count);
	region = model->regions[index];
	EXPECT(vm_mem_remove_region(model->mem, region->gpa,
				    region->size + PAGE, &mem) == -ENOENT);
	EXPECT(!vm_mem_remove_region(model->mem, region->gpa, region->size,
				     &mem));
	swap_map(model, mem, true);
	free(region);
	model->regions[index] = model->regions[--model->count];
	return NULL;
}

const char *model_do_resize(struct model *model, struct source *source)
{
	uint64_t size = (1 + model_take(source, MAX_PAGES)) * PAGE;
	struct model_region *region;
	struct vm_mem *mem;
	int r;

	if (!model->count)
		return NULL;
	region = model->regions[model_take(source, model->count)];
	r = vm_mem_resize_region(model->mem, region->gpa, size, &mem);
	if (size > region->capacity) {
		EXPECT(r == -ENOSPC);
		return NULL;
	}
	if (overlaps(model, region->gpa, size, region)) {
		EXPECT(r == -EEXIST);
		return NULL;
	}
	EXPECT(!r);
	swap_map(model, mem, true);
	region->size = size;
	return NULL;
}

const char *model_do_track(struct model *model, struct source *source)
{
	static const uint64_t sizes[] = { 0, MIN_MARK, PAGE, 4 * PAGE };
	uint64_t tracking = sizes[model_take(source, 4)];
	struct vm_mem *mem;

	EXPECT(!vm_mem_set_tracking(model->mem, tracking, &mem));
	swap_map(model, mem, true);
	for (size_t i = 0; tracking != model->tracking && i < model->count; i++)
		memset(model->regions[i]->dirty, 0,
		       sizeof(model->regions[i]->dirty));
	model->tracking = tracking;
	EXPECT(vm_mem_get_tracking(model->mem) == tracking);
	return NULL;
}

const char *model_do_discard(struct model *model, struct source *source)
{
	vm_gpa gpa = model_take(source, LOW_PAGES) * PAGE;
	uint64_t len = (1 + model_take(source, 3)) * PAGE;
	int expected = model_status_of(model, gpa, len);

	EXPECT(vm_mem_discard(model->mem, gpa, len) == expected);
	for (uint64_t i = 0; !expected && i < len; i++)
		model_set_byte(model, gpa + i, 0);
	if (!expected)
		model_mark(model, gpa, len);
	return NULL;
}

const char *model_do_old_map(struct model *model, struct source *source)
{
	vm_gpa page = model_take(source, LOW_PAGES);

	if (!model->old)
		return NULL;
	EXPECT(vm_mem_check_range(model->old, page * PAGE, PAGE) ==
	       (model->old_pages[page] ? 0 : -EFAULT));
	return NULL;
}
