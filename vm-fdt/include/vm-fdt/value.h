/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The properties of a tree that is read, by their types.
 *
 * All functions also return -EINVAL if what they get for a node is not one, and
 * leave what they would store untouched when they fail.
 *
 * Threading: as the reader.
 */
#ifndef VM_FDT_VALUE_H
#define VM_FDT_VALUE_H

#include <vm-fdt/reader.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * vm_fdt_get_prop - a property by its name
 * @reader: tree
 * @node: whose property
 * @name: its name
 * @ret_prop: where to store it
 *
 * Returns:
 *	0 on success
 *	-ENOENT, the node has none of this name
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_get_prop(const struct vm_fdt_reader *reader,
					    int node, const char *name,
					    struct vm_fdt_prop *ret_prop);

/**
 * vm_fdt_next_prop - go through the properties of a node
 * @reader: tree
 * @node: whose properties
 * @position: 0 to begin; updated
 * @ret_prop: where to store the next one
 *
 * Returns:
 *	0 on success
 *	-ENOENT, there is no more
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_next_prop(const struct vm_fdt_reader *reader,
					     int node, int *position,
					     struct vm_fdt_prop *ret_prop);

/**
 * vm_fdt_get_u32 - a property of one cell
 * @reader: tree
 * @node: whose property
 * @name: its name
 * @ret_value: where to store it, in the byte order of the host
 *
 * Returns:
 *	0 on success
 *	-ENOENT, the node has none of this name
 *	-EBADMSG, it is not 4 bytes long
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_get_u32(const struct vm_fdt_reader *reader,
					   int node, const char *name,
					   uint32_t *ret_value);

/**
 * vm_fdt_get_u64 - a property of one 64-bit number
 * @reader: tree
 * @node: whose property
 * @name: its name
 * @ret_value: where to store it, in the byte order of the host
 *
 * Returns:
 *	0 on success
 *	-ENOENT, the node has none of this name
 *	-EBADMSG, it is not 8 bytes long
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_get_u64(const struct vm_fdt_reader *reader,
					   int node, const char *name,
					   uint64_t *ret_value);

/**
 * vm_fdt_get_cells - a property of any number of cells
 * @reader: tree
 * @node: whose property
 * @name: its name
 * @cells: where to store up to @max of them, in the byte order of the host
 * @max: room at @cells
 *
 * Returns:
 *	how many cells it has, perhaps more than were stored
 *	-ENOENT, the node has none of this name
 *	-EBADMSG, it is not whole cells
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_get_cells(const struct vm_fdt_reader *reader,
					     int node, const char *name,
					     uint32_t *cells, size_t max);

/**
 * vm_fdt_get_string - a string of a list of strings
 * @reader: tree
 * @node: whose property
 * @name: its name
 * @index: which string, from 0
 * @ret_string: where to store its address; it ends in a NUL inside the blob
 *
 * Returns:
 *	0 on success
 *	-ENOENT, the node has none of this name, or not so many strings
 *	-EBADMSG, it is empty or its last string has no NUL
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_get_string(
	const struct vm_fdt_reader *reader, int node, const char *name,
	size_t index, const char **ret_string);

/**
 * vm_fdt_get_reg - an entry of reg, as an address on the bus of the node
 * @reader: tree
 * @node: whose property
 * @index: which entry, from 0
 * @ret_range: where to store it
 *
 * Returns:
 *	0 on success
 *	-ENOENT, the node has no reg, or not so many entries
 *	-EBADMSG, reg is not whole entries of the parent's cells, or the node is
 *	the root
 *	-ENOTSUP, an address or size has more than two cells
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_get_reg(const struct vm_fdt_reader *reader,
					   int node, size_t index,
					   struct vm_fdt_range *ret_range);

/**
 * vm_fdt_get_address - an entry of reg, as an address of the CPU
 * @reader: tree
 * @node: whose property
 * @index: which entry, from 0
 * @ret_range: where to store it
 *
 * Follows the ranges of the buses around the node.  Takes time in proportion to
 * the size of the blob times the depth of the node.
 *
 * Returns: as vm_fdt_get_reg(); also
 *	-ENOENT, a bus around the node does not hand the range on
 *	-EBADMSG, the ranges of a bus are not whole entries
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_get_address(
	const struct vm_fdt_reader *reader, int node, size_t index,
	struct vm_fdt_range *ret_range);

#ifdef __cplusplus
}
#endif

#endif
