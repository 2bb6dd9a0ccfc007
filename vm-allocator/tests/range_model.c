/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <vm-allocator/range.h>
#include <vm-allocator/range_info.h>

#include "range_model.h"

#define SPACE_MAX  1024u
#define NAME_COUNT 8u

/* Wide enough for every sum of two addresses. */
__extension__ typedef unsigned __int128 wide;

struct model {
	struct vm_range_allocator *real;
	struct vm_range space;
	uint32_t next_owner;
	uint32_t owners[SPACE_MAX]; /* 0 for none; the name is in the rest */
};

/* One operation, as the bytes have it. */
struct step {
	uint8_t kind;
	uint8_t detail;
	uint8_t align;
	uint8_t policy;
	uint16_t offset;
	uint16_t size;
	uint16_t window_offset;
	uint16_t window_size;
};

static const char *const names[NAME_COUNT] = {
	NULL, "a", "serial", "virtio-blk0", "b", "c", "d", "e",
};

static const char *name_of(uint32_t owner)
{
	const char *name = names[owner % NAME_COUNT];

	return name ? name : "";
}

static uint32_t new_owner(struct model *model, uint32_t name)
{
	model->next_owner += NAME_COUNT;
	return model->next_owner + name;
}

static void fill(struct model *model, uint64_t offset, uint64_t size,
		 uint32_t owner)
{
	for (uint64_t i = 0; i < size; i++)
		model->owners[offset + i] = owner;
}

/* Whose every address of a range is; 0 if there is none, or not all have the
 * same owner. */
static uint32_t owner_of(const struct model *model, uint64_t base,
			 uint64_t size)
{
	uint64_t offset = base - model->space.base;

	if (!size || base < model->space.base ||
	    (wide)base + size > (wide)model->space.base + model->space.size)
		return 0;
	for (uint64_t i = 1; i < size; i++) {
		if (model->owners[offset + i] != model->owners[offset])
			return 0;
	}
	return model->owners[offset];
}

/* Returns: how many addresses from an offset on have the same owner. */
static uint64_t run_at(const struct model *model, uint64_t offset)
{
	uint64_t end = offset;

	while (end < model->space.size &&
	       model->owners[end] == model->owners[offset])
		end++;
	return end - offset;
}

static bool is_free(const struct model *model, uint64_t offset, uint64_t size)
{
	for (uint64_t i = 0; i < size; i++) {
		if (model->owners[offset + i])
			return false;
	}
	return true;
}

/* Whether a place is inside all that it has to be inside of. */
static bool is_inside(const struct model *model,
		      const struct vm_range_request *request, uint64_t base)
{
	const struct vm_range *within = &request->within;
	const struct vm_range *space = &model->space;
	wide end = (wide)base + request->size;

	return base >= space->base && end <= (wide)space->base + space->size &&
	       (!within->size || (base >= within->base &&
				  end <= (wide)within->base + within->size));
}

static bool fits(const struct model *model,
		 const struct vm_range_request *request, uint64_t base)
{
	return is_inside(model, request, base) &&
	       (!request->align || base % request->align == 0) &&
	       is_free(model, base - model->space.base, request->size);
}

static int search(const struct model *model,
		  const struct vm_range_request *request, uint64_t *ret_base)
{
	bool up = request->policy == VM_RANGE_FIRST;
	uint64_t base;

	for (uint64_t i = 0; i < model->space.size; i++) {
		base = model->space.base + (up ? i : model->space.size - 1 - i);
		if (fits(model, request, base)) {
			*ret_base = base;
			return 0;
		}
	}
	return -ENOSPC;
}

static int check_end(uint64_t base, uint64_t size)
{
	return (wide)base + size > (wide)1 << 64 ? -EOVERFLOW : 0;
}

static int model_alloc(struct model *model,
		       const struct vm_range_request *request, uint32_t name,
		       uint64_t *ret_base)
{
	int r;

	if (!request->size || __builtin_popcountll(request->align) > 1)
		return -EINVAL;
	r = check_end(request->within.base, request->within.size);
	if (!r && request->policy != VM_RANGE_EXACT)
		r = search(model, request, ret_base);
	if (!r && request->policy == VM_RANGE_EXACT) {
		*ret_base = request->exact;
		if (check_end(request->exact, request->size))
			r = -EOVERFLOW;
		else if (request->align && request->exact % request->align)
			r = -EINVAL;
		else if (!is_inside(model, request, request->exact))
			r = -ENOSPC;
		else if (!fits(model, request, request->exact))
			r = -EEXIST;
	}
	if (!r)
		fill(model, *ret_base - model->space.base, request->size,
		     new_owner(model, name));
	return r;
}

static int model_release(struct model *model, uint64_t base, uint64_t size,
			 bool part)
{
	uint32_t owner = owner_of(model, base, size);
	uint64_t offset = base - model->space.base;
	uint64_t rest;

	if (!size)
		return -EINVAL;
	if (check_end(base, size))
		return -EOVERFLOW;
	if (!owner)
		return -ENOENT;
	rest = run_at(model, offset) - size;
	if (!part && (rest || (offset && model->owners[offset - 1] == owner)))
		return -ENOENT;
	fill(model, offset, size, 0);
	fill(model, offset + size, rest, new_owner(model, owner % NAME_COUNT));
	return 0;
}

static int model_resize(struct model *model, uint64_t base, uint64_t size)
{
	uint32_t owner = owner_of(model, base, 1);
	uint64_t offset = base - model->space.base;
	uint64_t old;

	if (!size)
		return -EINVAL;
	if (check_end(base, size))
		return -EOVERFLOW;
	if (!owner || (offset && model->owners[offset - 1] == owner))
		return -ENOENT;
	if ((wide)offset + size > model->space.size)
		return -ENOSPC;
	old = run_at(model, offset);
	if (size > old && !is_free(model, offset + old, size - old))
		return -EEXIST;
	fill(model, offset, old, 0);
	fill(model, offset, size, owner);
	return 0;
}

/* An address from a little below the space to a little above it. */
static uint64_t address_of(const struct model *model, uint16_t offset)
{
	return model->space.base - 8 + offset % (model->space.size + 16);
}

/* Sizes that may fit, most of them small, and now and then one that wraps. */
static uint64_t size_of(const struct model *model, uint16_t size)
{
	if (size % 64 == 63)
		return UINT64_MAX - size / 64 % 16;
	if (size % 8 == 7)
		return size / 8 % (model->space.size + 2);
	return size / 8 % 20 + (size % 16 != 0);
}

static const char *step_alloc(struct model *model, const struct step *step)
{
	struct vm_range_request request = {
		.size = size_of(model, step->size),
		.align = step->align % 16 == 15
				 ? step->align
				 : UINT64_C(1) << step->align % 8,
		.policy = (enum vm_range_policy)(step->policy % 3),
		.exact = address_of(model, step->offset),
		.name = names[step->detail % NAME_COUNT],
	};
	uint64_t expected_base = 0;
	uint64_t base = 0;
	int expected, r;

	if (step->detail & 0x80)
		request.within = (struct vm_range){
			address_of(model, step->window_offset),
			size_of(model, step->window_size) * 4,
		};
	if (step->detail & 0x40)
		request.align = 0;
	expected = model_alloc(model, &request, step->detail % NAME_COUNT,
			       &expected_base);
	r = vm_range_alloc(model->real, &request, &base);
	if (r != expected)
		return "result of alloc";
	return !r && base != expected_base ? "address of alloc" : NULL;
}

/* Aims at an allocation, and misses it now and then. */
static void aim(const struct model *model, const struct step *step,
		uint64_t *ret_base, uint64_t *ret_size)
{
	uint64_t offset = step->offset % model->space.size;

	while (offset < model->space.size && !model->owners[offset])
		offset++;
	while (offset && offset < model->space.size &&
	       model->owners[offset - 1] == model->owners[offset])
		offset--;
	*ret_base = model->space.base + offset;
	*ret_size = offset < model->space.size ? run_at(model, offset) : 1;
	if (step->detail % 8 == 0) {
		*ret_base += step->align % 3 - UINT64_C(1);
		*ret_size += step->policy % 3 - UINT64_C(1);
	}
}

static const char *step_release(struct model *model, const struct step *step)
{
	uint64_t base, size;

	aim(model, step, &base, &size);
	return vm_range_release(model->real, base, size) ==
			       model_release(model, base, size, false)
		       ? NULL
		       : "result of release";
}

static const char *step_release_part(struct model *model,
				     const struct step *step)
{
	uint64_t base = address_of(model, step->offset);
	uint64_t size = size_of(model, step->size);

	if (step->detail % 2) {
		aim(model, step, &base, &size);
		base += step->policy % (size + 1);
		size = size_of(model, step->size);
	}
	return vm_range_release_part(model->real, base, size) ==
			       model_release(model, base, size, true)
		       ? NULL
		       : "result of partial release";
}

static const char *step_resize(struct model *model, const struct step *step)
{
	uint64_t base, size;

	aim(model, step, &base, &size);
	size = size_of(model, step->size);
	return vm_range_resize(model->real, base, size) ==
			       model_resize(model, base, size)
		       ? NULL
		       : "result of resize";
}

static const char *step_find(const struct model *model, const struct step *step)
{
	uint64_t address = address_of(model, step->offset);
	uint32_t owner = owner_of(model, address, 1);
	struct vm_range_info info;
	struct vm_range range;
	int r;

	r = vm_range_find(model->real, address, &info);
	if (r != (owner ? 0 : -ENOENT))
		return "result of find";
	if (r)
		return NULL;
	range = (struct vm_range){ info.base, info.size };
	if (!vm_range_has(range, address) ||
	    owner_of(model, info.base, info.size) != owner ||
	    strcmp(info.name, name_of(owner)) != 0)
		return "allocation of find";
	return NULL;
}

static const char *compare_stats(const struct model *model,
				 const struct vm_range_stats *expected)
{
	struct vm_range_stats stats = vm_range_get_stats(model->real);

	if (stats.used != expected->used || stats.unused != expected->unused ||
	    stats.largest_gap != expected->largest_gap ||
	    stats.count != expected->count)
		return "figures";
	return NULL;
}

/* Walks over all allocations and gaps and compares them with the model. */
static const char *compare(const struct model *model)
{
	struct vm_range_stats expected = { 0 };
	struct vm_range_info info = { 0 };
	struct vm_range gap = { 0 };
	uint64_t offset, run, base;
	uint32_t owner;

	for (offset = 0; offset < model->space.size; offset += run) {
		owner = model->owners[offset];
		run = run_at(model, offset);
		base = model->space.base + offset;
		if (owner) {
			if (vm_range_next(model->real, &info) ||
			    info.base != base || info.size != run ||
			    strcmp(info.name, name_of(owner)) != 0)
				return "walk over allocations";
			expected.used += run;
			expected.count++;
			continue;
		}
		if (vm_range_next_gap(model->real, &gap) || gap.base != base ||
		    gap.size != run)
			return "walk over gaps";
		expected.unused += run;
		if (run > expected.largest_gap)
			expected.largest_gap = run;
	}
	if (vm_range_next(model->real, &info) != -ENOENT ||
	    vm_range_next_gap(model->real, &gap) != -ENOENT)
		return "end of a walk";
	return compare_stats(model, &expected);
}

static const char *do_step(struct model *model, const struct step *step)
{
	switch (step->kind % 16) {
	case 0:
	case 1:
	case 2:
	case 3:
		return step_release(model, step);
	case 4:
		return step_release_part(model, step);
	case 5:
	case 6:
		return step_resize(model, step);
	case 7:
	case 8:
		return step_find(model, step);
	default:
		return step_alloc(model, step);
	}
}

static const char *run(struct model *model, const uint8_t *data, size_t size)
{
	const char *difference = NULL;
	struct step step;

	_Static_assert(sizeof(step) == RANGE_MODEL_STEP, "steps are packed");
	for (size_t i = 0; !difference && size >= sizeof(step); i++) {
		memcpy(&step, data, sizeof(step));
		data += sizeof(step);
		size -= sizeof(step);
		difference = do_step(model, &step);
		if (!difference && i % 16 == 0)
			difference = compare(model);
	}
	return difference ? difference : compare(model);
}

const char *range_model_run(const uint8_t *data, size_t size)
{
	static const uint64_t bases[] = {
		0, 1, 0xc0000000, 0xffffff80, UINT64_MAX - 2000,
	};
	struct model model = { .next_owner = 0 };
	const char *difference;
	uint16_t wanted;

	if (size < RANGE_MODEL_HEADER)
		return NULL;
	memcpy(&wanted, data + 1, sizeof(wanted));
	model.space.size = wanted % SPACE_MAX + 1u;
	/* The last of the bases is for the space that ends with all addresses. */
	if (data[0] % 6 == 5)
		model.space.base = UINT64_MAX - (model.space.size - 1);
	else
		model.space.base = bases[data[0] % 6];
	if (vm_range_new(model.space.base, model.space.size, NULL, &model.real))
		return "no memory";
	difference = run(&model, data + RANGE_MODEL_HEADER,
			 size - RANGE_MODEL_HEADER);
	vm_range_free(model.real);
	return difference;
}
