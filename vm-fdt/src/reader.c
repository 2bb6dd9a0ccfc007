/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/reader.h>

#include "internal.h"
#include "tree.h"

#define MAX_PROPERTY_NAME 255

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
		if (run > MAX_PROPERTY_NAME)
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

size_t vm_fdt_reader_get_size(const struct vm_fdt_reader *reader)
{
	return fdt_totalsize(reader->blob);
}

uint32_t vm_fdt_reader_get_boot_cpu(const struct vm_fdt_reader *reader)
{
	return fdt_boot_cpuid_phys(reader->blob);
}

/*
 * The child of this name; or, where @name has no unit address, the only one of
 * this name with whatever unit address.
 */
static int find_child(const void *blob, int node, const char *name, size_t len)
{
	int child, found = -ENOENT, name_len;
	const char *at;

	for (child = fdt_first_subnode(blob, node); child >= 0;
	     child = fdt_next_subnode(blob, child)) {
		at = fdt_get_name(blob, child, &name_len);
		if (!at)
			return vmfdt_errno(name_len);
		if ((size_t)name_len < len || memcmp(at, name, len))
			continue;
		if (!at[len])
			return child;
		if (at[len] == '@' && !memchr(name, '@', len))
			found = found == -ENOENT ? child : -EEXIST;
	}
	return found < 0 ? -ENOENT : found;
}

/* Walks @path, up to its NUL, down from @node. */
static int walk(const void *blob, int node, const char *path)
{
	size_t len;

	for (; node >= 0; path += len) {
		path += strspn(path, "/");
		if (!*path)
			break;
		len = strcspn(path, "/");
		node = find_child(blob, node, path, len);
	}
	return node;
}

/*
 * The node that the first component of @path is an alias for.  An alias is a
 * path from the root: libfdt 1.6 would follow one that names itself for ever.
 */
static int find_alias(const struct vm_fdt_reader *reader, const char *path,
		      size_t len)
{
	int aliases = walk(reader->blob, 0, "aliases"), value_len;
	const char *value;

	if (aliases < 0 || len > INT_MAX)
		return -ENOENT;
	value = fdt_getprop_namelen(reader->blob, aliases, path, (int)len,
				    &value_len);
	if (!value || !value_len || value[0] != '/' || value[value_len - 1])
		return -ENOENT;
	return walk(reader->blob, 0, value);
}

int vm_fdt_find_node(const struct vm_fdt_reader *reader, const char *path)
{
	size_t len;
	int node;

	if (*path == '/')
		return walk(reader->blob, 0, path);
	len = strcspn(path, "/");
	node = find_alias(reader, path, len);
	return node < 0 ? node : walk(reader->blob, node, path + len);
}

int vm_fdt_find_compatible(const struct vm_fdt_reader *reader, int after,
			   const char *compatible)
{
	return vmfdt_errno(
		fdt_node_offset_by_compatible(reader->blob, after, compatible));
}

int vm_fdt_find_phandle(const struct vm_fdt_reader *reader, uint32_t phandle)
{
	int node = fdt_node_offset_by_phandle(reader->blob, phandle);

	/* The two values that are no phandles are not those of a node. */
	return node == -FDT_ERR_BADPHANDLE ? -ENOENT : vmfdt_errno(node);
}

int vm_fdt_get_parent(const struct vm_fdt_reader *reader, int node)
{
	int r = vmfdt_check_node(reader->blob, node);

	return r ? r : vmfdt_errno(fdt_parent_offset(reader->blob, node));
}

int vm_fdt_get_child(const struct vm_fdt_reader *reader, int node)
{
	int r = vmfdt_check_node(reader->blob, node);

	return r ? r : vmfdt_errno(fdt_first_subnode(reader->blob, node));
}

int vm_fdt_get_sibling(const struct vm_fdt_reader *reader, int node)
{
	int r = vmfdt_check_node(reader->blob, node);

	return r ? r : vmfdt_errno(fdt_next_subnode(reader->blob, node));
}

const char *vm_fdt_get_name(const struct vm_fdt_reader *reader, int node)
{
	return fdt_get_name(reader->blob, node, NULL);
}

int vm_fdt_get_path(const struct vm_fdt_reader *reader, int node, char *path,
		    size_t size)
{
	int room = size > INT_MAX ? INT_MAX : (int)size;
	int r = vmfdt_check_node(reader->blob, node);

	return r ? r
		 : vmfdt_errno(fdt_get_path(reader->blob, node, path, room));
}

bool vm_fdt_is_compatible(const struct vm_fdt_reader *reader, int node,
			  const char *compatible)
{
	return !fdt_node_check_compatible(reader->blob, node, compatible);
}

bool vm_fdt_is_enabled(const struct vm_fdt_reader *reader, int node)
{
	int len;
	const char *status = fdt_getprop(reader->blob, node, "status", &len);

	if (!status)
		return len == -FDT_ERR_NOTFOUND;
	return (len == 5 && !memcmp(status, "okay", 5)) ||
	       (len == 3 && !memcmp(status, "ok", 3));
}

int vm_fdt_get_reservation(const struct vm_fdt_reader *reader, size_t index,
			   struct vm_fdt_range *ret_range)
{
	int count = fdt_num_mem_rsv(reader->blob);

	if (count < 0 || index >= (size_t)count)
		return -ENOENT;
	return vmfdt_errno(fdt_get_mem_rsv(reader->blob, (int)index,
					   &ret_range->address,
					   &ret_range->size));
}
