/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Reading a flattened device tree that may come from anywhere.
 *
 * vm_fdt_reader_init() looks at every byte of the blob before anything is read
 * from it; what it accepts cannot lead a later call outside the blob, into an
 * endless loop or below VM_FDT_MAX_DEPTH.  What the tree says may still be
 * nonsense: each function that interprets a property checks it and says so.
 *
 * A node is an int, 0 for the root.  A function that finds a node returns it or
 * a negative errno.  Nodes and pointers stay valid while the blob stays as it
 * is; so a blob in guest memory is copied first and the copy is read.
 *
 * Built on libfdt.  Each function takes time in proportion to the size of the
 * blob at most, but for those that say otherwise.
 *
 * Threading: any number of threads may read one blob.
 */
#ifndef VM_FDT_READER_H
#define VM_FDT_READER_H

#include <vm-fdt/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_fdt_reader - a tree that has been checked
 * @blob: its first byte; private
 */
struct vm_fdt_reader {
	const void *blob;
};

/**
 * struct vm_fdt_prop - a property of a node
 * @name: its name
 * @value: @len bytes inside the blob
 * @len: may be 0
 */
struct vm_fdt_prop {
	const char *name;
	const void *value;
	size_t len;
};

/**
 * vm_fdt_reader_init - check a blob and prepare to read it
 * @reader: reader to prepare
 * @blob: aligned to 8; must outlive @reader and not change
 * @size: bytes that may be read at @blob; the tree may be shorter
 *
 * Accepts format versions 16 and 17 as dtc writes them: names of its character
 * set and at most 255 characters.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @blob is NULL or not aligned to 8
 *	-EBADMSG, it is not a tree, or one that breaks the format
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_reader_init(struct vm_fdt_reader *reader,
					       const void *blob, size_t size);

/**
 * vm_fdt_reader_get_size - how long the tree is
 * @reader: tree
 *
 * Returns: its length in bytes, not more than what vm_fdt_reader_init() got.
 */
VM_FDT_API size_t vm_fdt_reader_get_size(const struct vm_fdt_reader *reader);

/**
 * vm_fdt_reader_get_boot_cpu - which CPU boots
 * @reader: tree
 *
 * Returns: the value of its reg.
 */
VM_FDT_API uint32_t
vm_fdt_reader_get_boot_cpu(const struct vm_fdt_reader *reader);

/**
 * vm_fdt_find_node - find a node by its path
 * @reader: tree
 * @path: from the root, such as "/soc/serial@9000000"; the unit address may be
 *	left out where that is not ambiguous; or an alias, such as "serial0",
 *	and the rest of a path after it
 *
 * Returns:
 *	the node on success
 *	-ENOENT, there is none
 */
VM_FDT_API int vm_fdt_find_node(const struct vm_fdt_reader *reader,
				const char *path);

/**
 * vm_fdt_find_compatible - find the next node of a kind
 * @reader: tree
 * @after: node after which to look, in the order of the blob; -1 for all
 * @compatible: one of the strings of its property compatible
 *
 * Returns:
 *	the node on success
 *	-ENOENT, there is no more
 *	-EINVAL, @after is not a node
 */
VM_FDT_API int vm_fdt_find_compatible(const struct vm_fdt_reader *reader,
				      int after, const char *compatible);

/**
 * vm_fdt_find_phandle - find a node by its phandle
 * @reader: tree
 * @phandle: what another node refers to it by
 *
 * Returns:
 *	the node on success
 *	-ENOENT, no node has it
 */
VM_FDT_API int vm_fdt_find_phandle(const struct vm_fdt_reader *reader,
				   uint32_t phandle);

/**
 * vm_fdt_get_parent - the node around a node
 * @reader: tree
 * @node: where to start
 *
 * Returns:
 *	the node on success
 *	-ENOENT, @node is the root
 *	-EINVAL, @node is not a node
 */
VM_FDT_API int vm_fdt_get_parent(const struct vm_fdt_reader *reader, int node);

/**
 * vm_fdt_get_child - the first node inside a node
 * @reader: tree
 * @node: where to look
 *
 * Returns:
 *	the node on success
 *	-ENOENT, there is none
 *	-EINVAL, @node is not a node
 */
VM_FDT_API int vm_fdt_get_child(const struct vm_fdt_reader *reader, int node);

/**
 * vm_fdt_get_sibling - the node after a node inside the same one
 * @reader: tree
 * @node: where to start
 *
 * Returns:
 *	the node on success
 *	-ENOENT, @node is the last one
 *	-EINVAL, @node is not a node
 */
VM_FDT_API int vm_fdt_get_sibling(const struct vm_fdt_reader *reader, int node);

/**
 * vm_fdt_get_name - the name of a node
 * @reader: tree
 * @node: whose name
 *
 * Returns: the name, with its unit address, inside the blob; NULL if @node is
 * not a node.
 */
VM_FDT_API const char *vm_fdt_get_name(const struct vm_fdt_reader *reader,
				       int node);

/**
 * vm_fdt_get_path - the path of a node
 * @reader: tree
 * @node: whose path
 * @path: where to store it, with its NUL
 * @size: room at @path
 *
 * Returns:
 *	0 on success
 *	-ENOSPC, @path is too small
 *	-EINVAL, @node is not a node
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_get_path(const struct vm_fdt_reader *reader,
					    int node, char *path, size_t size);

/**
 * vm_fdt_is_compatible - whether a node is of a kind
 * @reader: tree
 * @node: node to look at
 * @compatible: one of the strings of its property compatible
 *
 * Returns: true if it is; false also if @node is not a node.
 */
VM_FDT_API bool vm_fdt_is_compatible(const struct vm_fdt_reader *reader,
				     int node, const char *compatible);

/**
 * vm_fdt_is_enabled - whether a device is there to be used
 * @reader: tree
 * @node: node to look at
 *
 * Returns: true if it has no status, or the status "okay" or "ok".
 */
VM_FDT_API bool vm_fdt_is_enabled(const struct vm_fdt_reader *reader, int node);

/**
 * vm_fdt_get_reservation - a reservation of memory
 * @reader: tree
 * @index: which, from 0
 * @ret_range: where to store it
 *
 * Returns:
 *	0 on success
 *	-ENOENT, there are not so many
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_get_reservation(
	const struct vm_fdt_reader *reader, size_t index,
	struct vm_fdt_range *ret_range);

#ifdef __cplusplus
}
#endif

#endif
