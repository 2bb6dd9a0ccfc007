/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/property.h>

#include "internal.h"

/* Why no property can be added now, or not one of this length. */
static uint8_t *refuse(struct vm_fdt_writer *w, const char *name)
{
	if (w->accepting)
		vmfdt_fail(w, -EOVERFLOW, "the tree is larger than 2 GiB",
			   name);
	else if (w->depth)
		vmfdt_fail(w, -EINVAL, "a property after a child", name);
	else
		vmfdt_fail(w, -EINVAL, "a property outside any node", name);
	return NULL;
}

/*
 * Writes the head of a property and returns where its @len bytes of value go,
 * the last cell already padded; NULL on failure, which is then recorded.
 */
uint8_t *vmfdt_begin_prop(struct vm_fdt_writer *w, const char *name, size_t len)
{
	struct vmfdt_name *known;
	uint32_t size;
	uint8_t *at;

	if (!w->accepting || len > VMFDT_MAX_SIZE)
		return refuse(w, name);
	size = VMFDT_PROP_SIZE + (((uint32_t)len + 3) & ~3u);
	known = vmfdt_intern(w, name);
	if (known && !vmfdt_has_room(w, size))
		known = vmfdt_grow(w, size) ? NULL : vmfdt_intern(w, name);
	if (!known)
		return NULL;
	if (known->user == w->node) {
		vmfdt_fail(w, -EEXIST, "two properties have this name", name);
		return NULL;
	}
	known->user = w->node;
	at = w->buffer + w->head;
	if (known->kind) {
		w->seen |= 1u << known->kind;
		w->values[known->kind].offset = w->head + VMFDT_PROP_SIZE;
		w->values[known->kind].length = (uint32_t)len;
	}
	w->head += size;
	/* The padding first: it is part of the head when there is no value. */
	vmfdt_put32(at + size - 4, 0);
	vmfdt_put32(at, VMFDT_PROP);
	vmfdt_put32(at + 4, (uint32_t)len);
	vmfdt_put32(at + 8, known->offset);
	return at + VMFDT_PROP_SIZE;
}

int vm_fdt_add_prop(struct vm_fdt_writer *w, const char *name,
		    const void *value, size_t len)
{
	uint8_t *at = vmfdt_begin_prop(w, name, len);

	if (at && len)
		memcpy(at, value, len);
	return w->failure.error;
}

int vm_fdt_add_empty(struct vm_fdt_writer *w, const char *name)
{
	vmfdt_begin_prop(w, name, 0);
	return w->failure.error;
}

int vm_fdt_add_string(struct vm_fdt_writer *w, const char *name,
		      const char *value)
{
	return vm_fdt_add_prop(w, name, value, strlen(value) + 1);
}

int vm_fdt_add_strings(struct vm_fdt_writer *w, const char *name,
		       const char *const *values, size_t count)
{
	size_t total = 0, len;
	uint8_t *at;

	if (!count)
		return vmfdt_fail(w, -EINVAL, "an empty list of strings", name);
	for (size_t i = 0; i < count; i++)
		total += strlen(values[i]) + 1;
	at = vmfdt_begin_prop(w, name, total);
	for (size_t i = 0; at && i < count; i++, at += len) {
		len = strlen(values[i]) + 1;
		memcpy(at, values[i], len);
	}
	return w->failure.error;
}

int vm_fdt_add_u32(struct vm_fdt_writer *w, const char *name, uint32_t value)
{
	uint8_t *at = vmfdt_begin_prop(w, name, sizeof(value));

	if (at)
		vmfdt_put32(at, value);
	return w->failure.error;
}

int vm_fdt_add_u64(struct vm_fdt_writer *w, const char *name, uint64_t value)
{
	uint8_t *at = vmfdt_begin_prop(w, name, sizeof(value));

	if (at)
		vmfdt_put64(at, value);
	return w->failure.error;
}

/* The length of an array, or one that vmfdt_begin_prop() refuses. */
static size_t array_size(size_t count, size_t each)
{
	return count > VMFDT_MAX_SIZE / 16 ? SIZE_MAX : count * each;
}

int vm_fdt_add_cells(struct vm_fdt_writer *w, const char *name,
		     const uint32_t *cells, size_t count)
{
	uint8_t *at = vmfdt_begin_prop(w, name, array_size(count, 4));

	for (size_t i = 0; at && i < count; i++)
		vmfdt_put32(at + 4 * i, cells[i]);
	return w->failure.error;
}

int vm_fdt_add_u64s(struct vm_fdt_writer *w, const char *name,
		    const uint64_t *values, size_t count)
{
	uint8_t *at = vmfdt_begin_prop(w, name, array_size(count, 8));

	for (size_t i = 0; at && i < count; i++)
		vmfdt_put64(at + 8 * i, values[i]);
	return w->failure.error;
}

static bool fits(uint64_t value, int cells)
{
	return cells == 2 || value >> 32 * cells == 0;
}

/* Stores @value in @cells cells, 0 to 2, and returns what follows them. */
static uint8_t *put_cells(uint8_t *at, uint64_t value, int cells)
{
	if (cells == 2) {
		vmfdt_put64(at, value);
		return at + 8;
	}
	if (cells == 1) {
		vmfdt_put32(at, (uint32_t)value);
		return at + 4;
	}
	return at;
}

int vm_fdt_add_reg(struct vm_fdt_writer *w, const struct vm_fdt_range *ranges,
		   size_t count)
{
	const struct vm_fdt_writer_frame *parent;
	int address_cells, size_cells;
	uint8_t *at;

	if (w->failure.error)
		return w->failure.error;
	if (w->depth < 2 || !count)
		return vmfdt_fail(w, -EINVAL,
				  count ? "reg outside a node with a parent"
					: "reg without a range",
				  "reg");
	parent = &w->frames[w->depth - 2];
	address_cells = parent->cells[VMFDT_CELLS_ADDRESS];
	size_cells = parent->cells[VMFDT_CELLS_SIZE];
	if (address_cells < 1 || address_cells > 2 || size_cells < 0 ||
	    size_cells > 2)
		return vmfdt_fail(w, -EINVAL,
				  "the parent's cells do not hold a range",
				  "reg");
	at = vmfdt_begin_prop(
		w, "reg",
		array_size(count,
			   4u * (unsigned int)(address_cells + size_cells)));
	for (size_t i = 0; at && i < count; i++) {
		if (!fits(ranges[i].address, address_cells) ||
		    !fits(ranges[i].size, size_cells))
			return vmfdt_fail(w, -EINVAL,
					  "the range does not fit the cells",
					  "reg");
		at = put_cells(at, ranges[i].address, address_cells);
		at = put_cells(at, ranges[i].size, size_cells);
	}
	return w->failure.error;
}

int vm_fdt_add_phandle(struct vm_fdt_writer *w, uint32_t phandle)
{
	return vm_fdt_add_u32(w, "phandle", phandle);
}

int vm_fdt_add_reference(struct vm_fdt_writer *w, const char *name,
			 uint32_t phandle)
{
	struct vmfdt_reference ref = { .kind = VMFDT_KIND_REFERENCE };

	if (vm_fdt_add_u32(w, name, phandle))
		return w->failure.error;
	ref.node = w->node;
	ref.offset = w->head - 4;
	ref.length = 4;
	return vmfdt_refer(w, &ref);
}
