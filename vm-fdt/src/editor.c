/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/editor.h>

#include "internal.h"
#include "tree.h"

int vm_fdt_editor_init(struct vm_fdt_editor *editor, void *buffer, size_t size,
		       const void *blob, size_t blob_size)
{
	int room = size > INT_MAX ? INT_MAX : (int)size;
	struct vm_fdt_reader reader;
	int r;

	if (!buffer || (uintptr_t)buffer % 8)
		return -EINVAL;
	r = vm_fdt_reader_init(&reader, blob, blob_size);
	if (r)
		return r;
	r = vmfdt_errno(fdt_open_into(blob, buffer, room));
	if (r)
		return r;
	editor->blob = buffer;
	editor->reader.blob = buffer;
	return 0;
}

int vm_fdt_editor_finish(struct vm_fdt_editor *editor, size_t *ret_size)
{
	int r = vmfdt_errno(fdt_pack(editor->blob));

	if (!r)
		*ret_size = fdt_totalsize(editor->blob);
	return r;
}

int vm_fdt_set_prop(struct vm_fdt_editor *editor, int node, const char *name,
		    const void *value, size_t len)
{
	int r = vmfdt_check_node(editor->blob, node);

	if (r)
		return r;
	if (!vmfdt_is_prop_name(name))
		return -EINVAL;
	if (len > VMFDT_MAX_SIZE)
		return -ENOSPC;
	return vmfdt_errno(
		fdt_setprop(editor->blob, node, name, value, (int)len));
}

int vm_fdt_set_u32(struct vm_fdt_editor *editor, int node, const char *name,
		   uint32_t value)
{
	uint8_t cell[4];

	vmfdt_put32(cell, value);
	return vm_fdt_set_prop(editor, node, name, cell, sizeof(cell));
}

int vm_fdt_set_u64(struct vm_fdt_editor *editor, int node, const char *name,
		   uint64_t value)
{
	uint8_t cells[8];

	vmfdt_put64(cells, value);
	return vm_fdt_set_prop(editor, node, name, cells, sizeof(cells));
}

int vm_fdt_set_string(struct vm_fdt_editor *editor, int node, const char *name,
		      const char *value)
{
	return vm_fdt_set_prop(editor, node, name, value, strlen(value) + 1);
}

int vm_fdt_remove_prop(struct vm_fdt_editor *editor, int node, const char *name)
{
	int r = vmfdt_check_node(editor->blob, node);

	return r ? r : vmfdt_errno(fdt_delprop(editor->blob, node, name));
}

int vm_fdt_add_node(struct vm_fdt_editor *editor, int parent, const char *name)
{
	int r = vmfdt_check_node(editor->blob, parent);

	if (r)
		return r;
	if (!vmfdt_is_node_name(name))
		return -EINVAL;
	return vmfdt_errno(fdt_add_subnode(editor->blob, parent, name));
}

int vm_fdt_remove_node(struct vm_fdt_editor *editor, int node)
{
	int r = vmfdt_check_node(editor->blob, node);

	if (r)
		return r;
	return node ? vmfdt_errno(fdt_del_node(editor->blob, node)) : -EINVAL;
}

int vm_fdt_disable_node(struct vm_fdt_editor *editor, int node)
{
	return vm_fdt_set_string(editor, node, "status", "disabled");
}
