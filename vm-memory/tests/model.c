/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model_parts.h"

/* xorshift64: what matters is that a seed can be replayed. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

uint64_t model_take(struct source *source, uint64_t below)
{
	uint64_t value = 0;

	if (!source->bytes)
		return next_random(&source->seed) % below;
	for (uint64_t range = 1; range && range < below && source->left;
	     range <<= 8) {
		value = value << 8 | *source->bytes++;
		source->left--;
	}
	return value % below;
}

bool source_is_empty(const struct source *source)
{
	return source->bytes && !source->left;
}

/* An address that has a good chance of being at the edge of something. */
vm_gpa model_take_gpa(const struct model *model, struct source *source)
{
	const struct model_region *region;
	uint64_t kind = model_take(source, 16);

	if (kind < 12 && model->count) {
		region = model->regions[model_take(source, model->count)];
		if (kind < 6)
			return region->gpa + model_take(source, region->size);
		return region->gpa + (kind & 1 ? region->size : 0) +
		       model_take(source, 32) - 16;
	}
	if (kind < 14)
		return model_take(source, LOW_PAGES * PAGE);
	if (kind < 15)
		return -model_take(source, HIGH_PAGES * PAGE + 64) - 1;
	return model_take(source, UINT64_MAX);
}

uint64_t model_take_len(struct source *source)
{
	uint64_t kind = model_take(source, 16);

	if (kind < 8)
		return model_take(source, 17);
	if (kind < 12)
		return UINT64_C(1) << model_take(source, 4);
	if (kind < 15)
		return model_take(source, MAX_LEN + 1);
	return model_take(source, UINT64_MAX);
}

struct model_region *model_find(const struct model *model, vm_gpa gpa)
{
	for (size_t i = 0; i < model->count; i++) {
		if (gpa - model->regions[i]->gpa < model->regions[i]->size)
			return model->regions[i];
	}
	return NULL;
}

uint8_t *model_byte_at(const struct model *model, vm_gpa gpa)
{
	struct model_region *region = model_find(model, gpa);

	return region ? &region->bytes[gpa - region->gpa] : NULL;
}

uint8_t model_get_byte(const struct model *model, vm_gpa gpa)
{
	const uint8_t *byte = model_byte_at(model, gpa);

	return byte ? *byte : 0;
}

void model_set_byte(const struct model *model, vm_gpa gpa, uint8_t value)
{
	uint8_t *byte = model_byte_at(model, gpa);

	if (byte)
		*byte = value;
}

int model_status_of(const struct model *model, vm_gpa gpa, uint64_t len)
{
	if (len && gpa + (len - 1) < gpa)
		return -EOVERFLOW;
	for (uint64_t i = 0; i < len; i++) {
		if (!model_byte_at(model, gpa + i))
			return -EFAULT;
	}
	return 0;
}

void model_mark(const struct model *model, vm_gpa gpa, uint64_t len)
{
	struct model_region *region;

	for (uint64_t i = 0; model->tracking && i < len; i++) {
		region = model_find(model, gpa + i);
		if (region)
			region->dirty[(gpa + i - region->gpa) /
				      model->tracking] = true;
	}
}

/* Copies model bytes out of, or into, a buffer. */
void model_peek(const struct model *model, vm_gpa gpa, uint8_t *out,
		uint64_t len)
{
	for (uint64_t i = 0; i < len; i++)
		out[i] = model_get_byte(model, gpa + i);
}

void model_poke(struct model *model, vm_gpa gpa, const uint8_t *in,
		uint64_t len)
{
	for (uint64_t i = 0; i < len; i++)
		model_set_byte(model, gpa + i, in[i]);
	model_mark(model, gpa, len);
}

void model_take_bytes(struct source *source, uint8_t *bytes, size_t len)
{
	uint8_t value = (uint8_t)model_take(source, 256);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(value + i * 37);
}

struct model *model_new(void)
{
	struct model *model = calloc(1, sizeof(*model));
	struct vm_mem *mem;

	if (!model || vm_mem_new(NULL, 0, &mem) < 0 ||
	    vm_iotlb_new(4 * GRANULES, &model->iotlb) < 0)
		abort();
	vm_mem_atomic_init(&model->atomic, mem);
	model->mem = vm_mem_atomic_get(&model->atomic);
	model->fd = memfd_create("model", MFD_CLOEXEC);
	if (model->fd < 0)
		abort();
	return model;
}

void model_free(struct model *model)
{
	vm_mem_free(model->old);
	vm_mem_free(model->mem);
	vm_mem_atomic_fini(&model->atomic);
	vm_iotlb_free(model->iotlb);
	for (size_t i = 0; i < model->count; i++)
		free(model->regions[i]);
	close(model->fd);
	free(model);
}

const char *model_step(struct model *model, struct source *source)
{
	/* What changes the map is dear, so it is rarer than what uses it. */
	static model_operation *const often[] = {
		model_do_read,	model_do_write, model_do_fill,
		model_do_copy,	model_do_word,	model_do_slice,
		model_do_iovec, model_do_mark,	model_do_is_dirty,
		model_do_find,	model_do_fetch, model_do_clear,
	};
	static model_operation *const seldom[] = {
		model_do_add,	  model_do_add,	      model_do_remove,
		model_do_resize,  model_do_track,     model_do_discard,
		model_do_old_map, model_do_iotlb_map, model_do_view,
		model_do_file,
	};

	if (model->count == MAX_REGIONS || !model_take(source, 400))
		return model_do_remove(model, source);
	if (model_take(source, 16))
		return often[model_take(
			source, sizeof(often) / sizeof(often[0]))](model,
								   source);
	return seldom[model_take(source, sizeof(seldom) / sizeof(seldom[0]))](
		model, source);
}
