/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/reader.h>

#include "tree.h"

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
