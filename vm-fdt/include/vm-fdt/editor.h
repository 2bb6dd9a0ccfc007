/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Changing a tree that exists: overlays, disabling a device, a property more.
 *
 * The tree is copied into a buffer with room for what is to be added, and is
 * changed there.  Every change may move what comes after it in the blob: nodes
 * and pointers that were found before are stale afterwards.
 *
 * Built on libfdt.  A change takes time in proportion to the size of the blob.
 *
 * Threading: an editor belongs to one thread at a time.
 */
#ifndef VM_FDT_EDITOR_H
#define VM_FDT_EDITOR_H

#include <vm-fdt/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_fdt_editor - a tree that is being changed
 * @reader: to read it with between changes
 * @blob: private
 */
struct vm_fdt_editor {
	struct vm_fdt_reader reader;
	void *blob;
};

/**
 * vm_fdt_editor_init - copy a tree into a buffer to change it
 * @editor: editor to prepare
 * @buffer: aligned to 8; borrowed as long as the editor is used
 * @size: its length in bytes; what the tree does not take is room to grow
 * @blob: the tree, aligned to 8; may not overlap @buffer
 * @blob_size: bytes that may be read at @blob
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @buffer or @blob is NULL or not aligned
 *	-EBADMSG, @blob is not a tree that vm_fdt_reader_init() accepts
 *	-ENOSPC, @buffer is too small
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_editor_init(struct vm_fdt_editor *editor,
					       void *buffer, size_t size,
					       const void *blob,
					       size_t blob_size);

/**
 * vm_fdt_editor_finish - give up the room that is left
 * @editor: editor
 * @ret_size: where to store the length of the tree, which starts at the first
 *	byte of the buffer
 *
 * More changes find no room after this.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, an overlay could not be applied before and took the tree with
 *	it
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_editor_finish(struct vm_fdt_editor *editor,
						 size_t *ret_size);

/**
 * vm_fdt_set_prop - add a property to a node, or give it another value
 * @editor: editor
 * @node: whose property
 * @name: its name, of at most 255 characters
 * @value: @len bytes; not inside the buffer of @editor
 * @len: may be 0
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @node is not a node or @name not a property name
 *	-ENOSPC, no room, and nothing changed
 *	-EBADMSG, as vm_fdt_editor_finish()
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_set_prop(struct vm_fdt_editor *editor,
					    int node, const char *name,
					    const void *value, size_t len);

/**
 * vm_fdt_set_u32 - set a property of one cell
 * @editor: editor
 * @node: whose property
 * @name: its name
 * @value: in the byte order of the host
 *
 * Returns: as vm_fdt_set_prop().
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_set_u32(struct vm_fdt_editor *editor,
					   int node, const char *name,
					   uint32_t value);

/**
 * vm_fdt_set_u64 - set a property of one 64-bit number
 * @editor: editor
 * @node: whose property
 * @name: its name
 * @value: in the byte order of the host
 *
 * Returns: as vm_fdt_set_prop().
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_set_u64(struct vm_fdt_editor *editor,
					   int node, const char *name,
					   uint64_t value);

/**
 * vm_fdt_set_string - set a property that is a string
 * @editor: editor
 * @node: whose property
 * @name: its name
 * @value: stored with its NUL
 *
 * Returns: as vm_fdt_set_prop().
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_set_string(struct vm_fdt_editor *editor,
					      int node, const char *name,
					      const char *value);

/**
 * vm_fdt_remove_prop - take a property away from a node
 * @editor: editor
 * @node: whose property
 * @name: its name
 *
 * Returns:
 *	0 on success
 *	-ENOENT, the node has none of this name
 *	-EINVAL, @node is not a node
 *	-EBADMSG, as vm_fdt_editor_finish()
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_remove_prop(struct vm_fdt_editor *editor,
					       int node, const char *name);

/**
 * vm_fdt_add_node - add a node inside a node
 * @editor: editor
 * @parent: where to add it
 * @name: with its unit address if it has one, each of at most 255 characters
 *
 * Returns:
 *	the node on success
 *	-EEXIST, @parent has a node of this name, or of this name and a unit
 *	address
 *	-EINVAL, @parent is not a node or @name not a node name
 *	-ENOSPC, no room, and nothing changed
 *	-EBADMSG, as vm_fdt_editor_finish()
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_add_node(struct vm_fdt_editor *editor,
					    int parent, const char *name);

/**
 * vm_fdt_remove_node - take a node and all inside it away
 * @editor: editor
 * @node: node to remove; not the root
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @node is not a node, or is the root
 *	-EBADMSG, as vm_fdt_editor_finish()
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_remove_node(struct vm_fdt_editor *editor,
					       int node);

/**
 * vm_fdt_disable_node - tell the kernel to leave a device alone
 * @editor: editor
 * @node: the device; its status becomes "disabled"
 *
 * Returns: as vm_fdt_set_prop().
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_disable_node(struct vm_fdt_editor *editor,
						int node);

/**
 * vm_fdt_apply_overlay - apply an overlay, as dtc -@ makes them
 * @editor: editor; its tree needs symbols where the overlay uses labels
 * @overlay: aligned to 8; of no use any more afterwards, whatever the result
 * @size: bytes at @overlay
 *
 * The phandles of the overlay are renumbered to follow those of the tree.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @overlay is NULL or not aligned, and nothing changed
 *	-EBADMSG, it is not a tree, or not an overlay, or the result is nested
 *	too deep
 *	-ENOENT, it refers to what the tree does not have
 *	-ENOSPC, no room
 *
 * After a failure other than -EINVAL the tree of @editor may be lost, and only
 * vm_fdt_editor_init() is of use.
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_apply_overlay(struct vm_fdt_editor *editor,
						 void *overlay, size_t size);

#ifdef __cplusplus
}
#endif

#endif
