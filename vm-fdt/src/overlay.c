/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Overlays (dtc, Documentation/dt-object-internal.txt).
 *
 * libfdt 1.6 applies an overlay with less suspicion than it reads a tree with:
 * it takes paths to end in a NUL, follows aliases in them, and reads at the
 * offsets that the overlay gives.  So what it will use is checked here first.
 */
#include <vm-fdt/editor.h>

#include "internal.h"
#include "tree.h"

/* Offsets of more digits than this would wrap in libfdt's sums. */
#define MAX_DIGITS 9

static bool is_path(const char *value, size_t len)
{
	return len && value[0] == '/' && !value[len - 1];
}

/* Each fragment may name its target by a path. */
static bool check_targets(const struct vm_fdt_reader *overlay)
{
	struct vm_fdt_prop path;
	int fragment;

	for (fragment = vm_fdt_get_child(overlay, 0); fragment >= 0;
	     fragment = vm_fdt_get_sibling(overlay, fragment)) {
		if (!vm_fdt_get_prop(overlay, fragment, "target-path", &path) &&
		    !is_path(path.value, path.len))
			return false;
	}
	return true;
}

/* A label of the tree is the path of a node. */
static bool check_symbols(const struct vm_fdt_reader *base)
{
	int symbols = vm_fdt_find_node(base, "/__symbols__"), position = 0;
	struct vm_fdt_prop path;

	while (symbols >= 0 &&
	       !vm_fdt_next_prop(base, symbols, &position, &path)) {
		if (!is_path(path.value, path.len))
			return false;
	}
	return true;
}

/* A place to patch: path of a node, name of a property, offset in it. */
static bool is_fixup(const char *text)
{
	const char *name = strchr(text, ':'), *digits;
	size_t len;

	if (text[0] != '/' || !name)
		return false;
	digits = strchr(name + 1, ':');
	if (!digits)
		return false;
	len = strspn(digits + 1, "0123456789");
	return len && len <= MAX_DIGITS && !digits[1 + len];
}

/* For each label that the overlay uses, the places to patch. */
static bool check_fixups(const struct vm_fdt_reader *overlay)
{
	int fixups = vm_fdt_find_node(overlay, "/__fixups__"), position = 0;
	struct vm_fdt_prop places;
	const char *at, *end;

	while (fixups >= 0 &&
	       !vm_fdt_next_prop(overlay, fixups, &position, &places)) {
		at = places.value;
		end = at + places.len;
		if (at == end || end[-1])
			return false;
		for (; at < end; at += strlen(at) + 1) {
			if (!is_fixup(at))
				return false;
		}
	}
	return true;
}

/*
 * __local_fixups__ mirrors the overlay; the value of a property there is the
 * offsets at which that of the overlay has phandles of its own.
 */
static bool check_local_prop(const struct vm_fdt_reader *overlay, int node,
			     const struct vm_fdt_prop *offsets)
{
	const uint8_t *at = offsets->value;
	struct vm_fdt_prop prop;

	if (offsets->len % 4 ||
	    vm_fdt_get_prop(overlay, node, offsets->name, &prop))
		return false;
	for (size_t i = 0; i < offsets->len; i += 4) {
		if (prop.len < 4 || vmfdt_get32(at + i) > prop.len - 4)
			return false;
	}
	return true;
}

/* Recursion ends where the tree does, at VM_FDT_MAX_DEPTH. */
static bool check_local_fixups(const struct vm_fdt_reader *overlay, int node,
			       int fixups)
{
	struct vm_fdt_prop offsets;
	int position = 0, child;

	while (!vm_fdt_next_prop(overlay, fixups, &position, &offsets)) {
		if (!check_local_prop(overlay, node, &offsets))
			return false;
	}
	for (fixups = vm_fdt_get_child(overlay, fixups); fixups >= 0;
	     fixups = vm_fdt_get_sibling(overlay, fixups)) {
		child = fdt_subnode_offset(overlay->blob, node,
					   vm_fdt_get_name(overlay, fixups));
		if (child < 0 || !check_local_fixups(overlay, child, fixups))
			return false;
	}
	return true;
}

int vm_fdt_apply_overlay(struct vm_fdt_editor *editor, void *overlay,
			 size_t size)
{
	struct vm_fdt_reader reader;
	int r = vm_fdt_reader_init(&reader, overlay, size), local;

	if (r)
		return r;
	local = vm_fdt_find_node(&reader, "/__local_fixups__");
	if (!check_targets(&reader) || !check_symbols(&editor->reader) ||
	    !check_fixups(&reader) ||
	    (local >= 0 && !check_local_fixups(&reader, 0, local)))
		return -EBADMSG;
	r = vmfdt_errno(fdt_overlay_apply(editor->blob, overlay));
	if (r)
		return r;
	/* Together the two may nest deeper than either. */
	return vm_fdt_reader_init(&reader, editor->blob,
				  fdt_totalsize(editor->blob));
}
