/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Whether a blob is a tree that can be read without looking out. */
#include <vm-fdt/reader.h>

#include "internal.h"
#include "tree.h"

/* What a negative result of libfdt means here; others stay as they are. */
int vmfdt_errno(int error)
{
	switch (error >= 0 ? 0 : -error) {
	case 0:
		return error;
	case FDT_ERR_NOTFOUND:
	case FDT_ERR_BADPATH:
		return -ENOENT;
	case FDT_ERR_EXISTS:
		return -EEXIST;
	case FDT_ERR_NOSPACE:
		return -ENOSPC;
	case FDT_ERR_BADOFFSET:
		return -EINVAL;
	default:
		return -EBADMSG;
	}
}

/* libfdt takes some numbers that are no nodes for a place to start from. */
int vmfdt_check_node(const void *blob, int node)
{
	int len;

	if (node < 0)
		return -EINVAL;
	return fdt_get_name(blob, node, &len) ? 0 : vmfdt_errno(len);
}

/*
 * libfdt looks for the end of a property's name whenever it meets one: names
 * without end would make its time the square of the size.
 */
static bool names_are_short(const void *blob)
{
	const char *at = (const char *)blob + fdt_off_dt_strings(blob);
	uint32_t left = fdt_size_dt_strings(blob), run = 0;

	for (; left; left--, at++) {
		run = *at ? run + 1 : 0;
		if (run > VMFDT_MAX_RELAXED_NAME)
			return false;
	}
	return true;
}

static bool check_node(const void *blob, int node, int depth)
{
	const char *name = fdt_get_name(blob, node, NULL);

	if (!name || depth > VM_FDT_MAX_DEPTH)
		return false;
	return depth == 1 ? !*name : vmfdt_is_node_name(name);
}

/* libfdt 1.6 takes a length of more than INT_MAX for a step backwards. */
static bool check_prop(const void *blob, int prop, int next)
{
	const char *name;
	int len;

	return fdt_getprop_by_offset(blob, prop, &name, &len) && len >= 0 &&
	       (uint32_t)(next - prop) ==
		       VMFDT_PROP_SIZE + (((uint32_t)len + 3) & ~3u) &&
	       vmfdt_is_prop_name(name);
}

/*
 * Walks all tokens: names, depth, one root, properties only before children.
 * Each step is forwards, which fdt_check_full() alone does not make sure of.
 */
static bool check_structure(const void *blob)
{
	uint32_t tag, last = FDT_END;
	int at = 0, next = 0, depth = 0;

	for (;; at = next) {
		tag = fdt_next_tag(blob, at, &next);
		if (next < 0)
			return false;
		switch (tag) {
		case FDT_NOP:
			continue;
		case FDT_BEGIN_NODE:
			if ((!depth && at) || !check_node(blob, at, ++depth))
				return false;
			break;
		case FDT_END_NODE:
			if (--depth < 0)
				return false;
			break;
		case FDT_PROP:
			if (!depth || last == FDT_END_NODE ||
			    !check_prop(blob, at, next))
				return false;
			break;
		default:
			return !depth && last == FDT_END_NODE;
		}
		last = tag;
	}
}

int vm_fdt_reader_init(struct vm_fdt_reader *reader, const void *blob,
		       size_t size)
{
	if (!blob || (uintptr_t)blob % 8)
		return -EINVAL;
	if (size < FDT_V17_SIZE || fdt_check_header(blob) ||
	    fdt_version(blob) < 16 || fdt_totalsize(blob) > size ||
	    fdt_totalsize(blob) > INT_MAX || !names_are_short(blob) ||
	    !check_structure(blob) || fdt_check_full(blob, size))
		return -EBADMSG;
	reader->blob = blob;
	return 0;
}
