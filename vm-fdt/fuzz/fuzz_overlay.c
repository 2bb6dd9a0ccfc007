/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A tree and an overlay.  The input starts with the length of the tree, two
 * bytes; 0 is for one that is made here, with a label to refer to.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <vm-fdt/editor.h>
#include <vm-fdt/property.h>

static uint64_t base[1024], buffer[2048];

static size_t make_base(void)
{
	struct vm_fdt_writer w;
	const void *blob;
	size_t size;

	vm_fdt_writer_init(&w, base, sizeof(base), VM_FDT_FRAGMENT);
	vm_fdt_begin_node(&w, "");
	vm_fdt_begin_node(&w, "soc");
	vm_fdt_begin_node(&w, "uart");
	vm_fdt_add_phandle(&w, 1);
	vm_fdt_add_label(&w, "uart0");
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	if (vm_fdt_writer_finish(&w, &blob, &size))
		abort();
	return size;
}

static void edit(struct vm_fdt_editor *editor)
{
	int node = vm_fdt_add_node(editor, 0, "added");
	size_t size;

	if (node >= 0 && vm_fdt_set_string(editor, node, "a", "b") == -EINVAL)
		abort();
	node = vm_fdt_get_child(&editor->reader, 0);
	if (node >= 0 && vm_fdt_disable_node(editor, node) == -EINVAL)
		abort();
	node = vm_fdt_get_child(&editor->reader, 0);
	if (node >= 0 && vm_fdt_remove_node(editor, node))
		abort();
	if (vm_fdt_editor_finish(editor, &size))
		abort();
	if (vm_fdt_reader_init(&editor->reader, buffer, size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vm_fdt_editor editor;
	size_t base_size;
	void *overlay;

	if (size < 2)
		return 0;
	base_size = data[0] | (size_t)data[1] << 8;
	data += 2;
	size -= 2;
	if (!base_size) {
		base_size = make_base();
	} else {
		if (base_size > size || base_size > sizeof(base))
			return 0;
		memcpy(base, data, base_size);
		data += base_size;
		size -= base_size;
	}
	if (vm_fdt_editor_init(&editor, buffer, sizeof(buffer), base,
			       base_size))
		return 0;
	overlay = malloc(size ? size : 1);
	if (!overlay)
		return 0;
	memcpy(overlay, data, size);
	if (!vm_fdt_apply_overlay(&editor, overlay, size))
		edit(&editor);
	free(overlay);
	return 0;
}
