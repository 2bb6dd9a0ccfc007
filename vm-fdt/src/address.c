/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* reg and ranges: specification 2.3.6 and 2.3.8. */
#include <vm-fdt/value.h>

#include "internal.h"
#include "tree.h"

/* The cell counts of one bus. */
struct cells {
	uint32_t address;
	uint32_t size;
};

static int get_count(const struct vm_fdt_reader *reader, int node,
		     const char *name, uint32_t missing, uint32_t *ret)
{
	int r = vm_fdt_get_u32(reader, node, name, ret);

	if (r == -ENOENT) {
		*ret = missing;
		r = 0;
	}
	/* So that no sum or product of a few of them overflows. */
	return !r && *ret > VMFDT_MAX_CELLS ? -EBADMSG : r;
}

/* What the specification says for a node that does not: 2.3.5. */
static int get_cells(const struct vm_fdt_reader *reader, int node,
		     struct cells *ret)
{
	int r = get_count(reader, node, "#address-cells", 2, &ret->address);

	if (!r)
		r = get_count(reader, node, "#size-cells", 1, &ret->size);
	return r;
}

/* A number of 0 to 2 cells; what is after it. */
static const uint8_t *read_number(const uint8_t *at, uint32_t cells,
				  uint64_t *ret)
{
	*ret = 0;
	for (uint32_t i = 0; i < cells; i++, at += 4)
		*ret = *ret << 32 | vmfdt_get32(at);
	return at;
}

/* The entries of @prop, @size bytes each. */
static int count_entries(const struct vm_fdt_prop *prop, size_t size,
			 size_t *ret)
{
	if (!size || prop->len % size)
		return -EBADMSG;
	*ret = prop->len / size;
	return 0;
}

/* The bus that @node is on, and its cells. */
static int get_bus(const struct vm_fdt_reader *reader, int node, int *ret_bus,
		   struct cells *ret_cells)
{
	int bus = vm_fdt_get_parent(reader, node);

	if (bus < 0)
		return bus;
	*ret_bus = bus;
	return get_cells(reader, bus, ret_cells);
}

static int get_reg(const struct vm_fdt_reader *reader, int node, size_t index,
		   int *ret_bus, struct cells *ret_cells,
		   struct vm_fdt_range *ret_range)
{
	struct vm_fdt_prop prop;
	struct cells cells;
	const uint8_t *at;
	size_t count, size;
	int r;

	r = vm_fdt_get_prop(reader, node, "reg", &prop);
	if (r)
		return r;
	r = get_bus(reader, node, ret_bus, &cells);
	if (r)
		return r == -ENOENT ? -EBADMSG : r;
	size = 4 * (cells.address + cells.size);
	r = count_entries(&prop, size, &count);
	if (r)
		return r;
	if (index >= count)
		return -ENOENT;
	if (cells.address > 2 || cells.size > 2)
		return -ENOTSUP;
	at = (const uint8_t *)prop.value + index * size;
	at = read_number(at, cells.address, &ret_range->address);
	read_number(at, cells.size, &ret_range->size);
	*ret_cells = cells;
	return 0;
}

int vm_fdt_get_reg(const struct vm_fdt_reader *reader, int node, size_t index,
		   struct vm_fdt_range *ret_range)
{
	struct vm_fdt_range range;
	struct cells cells;
	int bus, r;

	r = get_reg(reader, node, index, &bus, &cells, &range);
	if (!r)
		*ret_range = range;
	return r;
}

/* Finds the entry of ranges that holds all of @range, and moves it over. */
static int translate(const struct vm_fdt_prop *ranges,
		     const struct cells *child, const struct cells *parent,
		     struct vm_fdt_range *range)
{
	size_t size = 4 * (child->address + parent->address + child->size);
	const uint8_t *at = ranges->value;
	uint64_t from, to, length, offset;
	size_t count;
	int r;

	if (!ranges->len)
		return 0;
	r = count_entries(ranges, size, &count);
	if (r)
		return r;
	for (; count; count--) {
		at = read_number(at, child->address, &from);
		at = read_number(at, parent->address, &to);
		at = read_number(at, child->size, &length);
		offset = range->address - from;
		if (range->address < from || offset >= length ||
		    range->size > length - offset)
			continue;
		if (__builtin_add_overflow(to, offset, &range->address))
			return -EBADMSG;
		return 0;
	}
	return -ENOENT;
}

int vm_fdt_get_address(const struct vm_fdt_reader *reader, int node,
		       size_t index, struct vm_fdt_range *ret_range)
{
	struct cells child, parent;
	struct vm_fdt_prop ranges;
	struct vm_fdt_range range;
	int bus, r;

	r = get_reg(reader, node, index, &bus, &child, &range);
	/* At most VM_FDT_MAX_DEPTH turns: each goes one level up. */
	while (!r && bus) {
		r = vm_fdt_get_prop(reader, bus, "ranges", &ranges);
		if (!r)
			r = get_bus(reader, bus, &bus, &parent);
		if (!r && (parent.address > 2 || parent.size > 2))
			r = -ENOTSUP;
		if (!r)
			r = translate(&ranges, &child, &parent, &range);
		child = parent;
	}
	if (!r)
		*ret_range = range;
	return r;
}
