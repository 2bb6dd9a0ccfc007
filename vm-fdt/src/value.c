/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/value.h>

#include "internal.h"
#include "tree.h"

/* Stores a property of @reader at @at if there is one. */
static int read_prop(const struct vm_fdt_reader *reader, int at,
		     struct vm_fdt_prop *ret_prop)
{
	struct vm_fdt_prop prop;
	int len;

	if (at < 0)
		return vmfdt_errno(at);
	prop.value = fdt_getprop_by_offset(reader->blob, at, &prop.name, &len);
	prop.len = (size_t)len;
	if (prop.value)
		*ret_prop = prop;
	return prop.value ? 0 : vmfdt_errno(len);
}

int vm_fdt_get_prop(const struct vm_fdt_reader *reader, int node,
		    const char *name, struct vm_fdt_prop *ret_prop)
{
	const struct fdt_property *found;
	int len, r = vmfdt_check_node(reader->blob, node);

	if (r)
		return r;
	found = fdt_get_property(reader->blob, node, name, &len);
	if (!found)
		return vmfdt_errno(len);
	ret_prop->name =
		fdt_string(reader->blob, (int)fdt32_ld(&found->nameoff));
	ret_prop->value = found->data;
	ret_prop->len = (size_t)len;
	return 0;
}

int vm_fdt_next_prop(const struct vm_fdt_reader *reader, int node,
		     int *position, struct vm_fdt_prop *ret_prop)
{
	int at, r = vmfdt_check_node(reader->blob, node);

	if (r)
		return r;
	at = *position ? fdt_next_property_offset(reader->blob, *position)
		       : fdt_first_property_offset(reader->blob, node);
	r = read_prop(reader, at, ret_prop);
	if (!r)
		*position = at;
	return r;
}

int vm_fdt_get_u32(const struct vm_fdt_reader *reader, int node,
		   const char *name, uint32_t *ret_value)
{
	struct vm_fdt_prop prop;
	int r = vm_fdt_get_prop(reader, node, name, &prop);

	if (r)
		return r;
	if (prop.len != 4)
		return -EBADMSG;
	*ret_value = vmfdt_get32(prop.value);
	return 0;
}

int vm_fdt_get_u64(const struct vm_fdt_reader *reader, int node,
		   const char *name, uint64_t *ret_value)
{
	struct vm_fdt_prop prop;
	int r = vm_fdt_get_prop(reader, node, name, &prop);

	if (r)
		return r;
	if (prop.len != 8)
		return -EBADMSG;
	*ret_value = vmfdt_get64(prop.value);
	return 0;
}

int vm_fdt_get_cells(const struct vm_fdt_reader *reader, int node,
		     const char *name, uint32_t *cells, size_t max)
{
	struct vm_fdt_prop prop;
	int r = vm_fdt_get_prop(reader, node, name, &prop);

	if (r)
		return r;
	if (prop.len % 4)
		return -EBADMSG;
	for (size_t i = 0; i < max && i < prop.len / 4; i++)
		cells[i] = vmfdt_get32((const uint8_t *)prop.value + 4 * i);
	return (int)(prop.len / 4);
}

int vm_fdt_get_string(const struct vm_fdt_reader *reader, int node,
		      const char *name, size_t index, const char **ret_string)
{
	struct vm_fdt_prop prop;
	const char *at, *end;
	int r = vm_fdt_get_prop(reader, node, name, &prop);

	if (r)
		return r;
	at = prop.value;
	end = at + prop.len;
	if (at == end || end[-1])
		return -EBADMSG;
	for (; index && at < end; index--)
		at += strlen(at) + 1;
	if (at == end)
		return -ENOENT;
	*ret_string = at;
	return 0;
}
