/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <vm-allocator/id.h>

#include "id_model.h"

/* Enough for three levels of summary, the top one more than a bit. */
#define COUNT_MAX 8300u

struct model {
	struct vm_id_allocator *real;
	uint32_t first;
	uint32_t count;
	uint32_t used;
	bool taken[COUNT_MAX];
};

struct step {
	uint16_t kind;
	uint16_t id;
	uint16_t length;
};

static bool is_managed(const struct model *model, uint32_t id)
{
	return id >= model->first && id - model->first < model->count;
}

static bool is_taken(const struct model *model, uint32_t id)
{
	return is_managed(model, id) && model->taken[id - model->first];
}

static void take(struct model *model, uint32_t id)
{
	model->taken[id - model->first] = true;
	model->used++;
}

static int model_alloc(struct model *model, uint32_t first, uint32_t last,
		       uint32_t *ret_id)
{
	uint32_t id;

	if (last < first)
		return -EINVAL;
	for (uint32_t i = 0; i < model->count; i++) {
		id = model->first + i;
		if (id >= first && id <= last && !model->taken[i]) {
			take(model, id);
			*ret_id = id;
			return 0;
		}
	}
	return -ENOSPC;
}

static int model_reserve(struct model *model, uint32_t id)
{
	if (!is_managed(model, id))
		return -ENOSPC;
	if (is_taken(model, id))
		return -EEXIST;
	take(model, id);
	return 0;
}

static int model_release(struct model *model, uint32_t id)
{
	if (!is_taken(model, id))
		return -ENOENT;
	model->taken[id - model->first] = false;
	model->used--;
	return 0;
}

static const char *compare_alloc(int expected, uint32_t expected_id, int r,
				 uint32_t id)
{
	if (r != expected)
		return "result of alloc";
	return !r && id != expected_id ? "id of alloc" : NULL;
}

static const char *step_alloc(struct model *model)
{
	uint32_t expected_id = 0;
	uint32_t id = 0;
	int expected = model_alloc(model, 0, UINT32_MAX, &expected_id);
	int r = vm_id_alloc(model->real, &id);

	return compare_alloc(expected, expected_id, r, id);
}

static const char *step_alloc_within(struct model *model, uint32_t first,
				     uint32_t last)
{
	uint32_t expected_id = 0;
	uint32_t id = 0;
	int expected = model_alloc(model, first, last, &expected_id);
	int r = vm_id_alloc_within(model->real, first, last, &id);

	return compare_alloc(expected, expected_id, r, id);
}

/* Reserves or releases a run of ids, so that whole words fill and empty. */
static const char *step_run(struct model *model, uint32_t id, uint32_t length,
			    bool reserve)
{
	for (; length; length--, id++) {
		if (reserve &&
		    vm_id_reserve(model->real, id) != model_reserve(model, id))
			return "result of reserve";
		if (!reserve &&
		    vm_id_release(model->real, id) != model_release(model, id))
			return "result of release";
	}
	return NULL;
}

static const char *compare(const struct model *model)
{
	int64_t cursor = -1;

	for (uint32_t i = 0; i < model->count; i++) {
		if (!model->taken[i])
			continue;
		if (vm_id_next(model->real, &cursor) ||
		    cursor != (int64_t)model->first + i)
			return "walk";
	}
	if (vm_id_next(model->real, &cursor) != -ENOENT)
		return "end of a walk";
	return vm_id_get_count(model->real) != model->used ? "count" : NULL;
}

static const char *do_step(struct model *model, const struct step *step)
{
	uint32_t id = model->first - 8 + step->id % (model->count + 16);
	uint32_t length = step->length % 4 ? 1 : step->length % 256;

	switch (step->kind % 8) {
	case 0:
	case 1:
		return step_run(model, id, length, false);
	case 2:
		return step_run(model, id, length, true);
	case 3:
		return step_alloc_within(model, id, id + step->length % 256);
	case 4:
		return vm_id_is_allocated(model->real, id) ==
				       is_taken(model, id)
			       ? NULL
			       : "is_allocated";
	default:
		return step_alloc(model);
	}
}

static const char *run(struct model *model, const uint8_t *data, size_t size)
{
	const char *difference = NULL;
	struct step step;

	_Static_assert(sizeof(step) == ID_MODEL_STEP, "steps are packed");
	for (size_t i = 0; !difference && size >= sizeof(step); i++) {
		memcpy(&step, data, sizeof(step));
		data += sizeof(step);
		size -= sizeof(step);
		difference = do_step(model, &step);
		if (!difference && i % 64 == 0)
			difference = compare(model);
	}
	return difference ? difference : compare(model);
}

const char *id_model_run(const uint8_t *data, size_t size)
{
	struct model model = { .used = 0 };
	const char *difference;
	uint16_t wanted;

	if (size < ID_MODEL_HEADER)
		return NULL;
	memcpy(&wanted, data + 1, sizeof(wanted));
	/* Half of the allocators have no more than a few words. */
	model.count = 1u + wanted % (data[3] % 2 ? COUNT_MAX : 200);
	switch (data[0] % 3) {
	case 0:
		model.first = 0;
		break;
	case 1:
		model.first = 5;
		break;
	case 2:
		model.first = UINT32_MAX - (model.count - 1);
	}
	if (vm_id_new(model.first, model.first + (model.count - 1), NULL,
		      &model.real))
		return "no memory";
	difference =
		run(&model, data + ID_MODEL_HEADER, size - ID_MODEL_HEADER);
	vm_id_free(model.real);
	return difference;
}
