/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Adding properties, and a label, to the innermost open node of a tree.
 *
 * Every function here can fail as vm_fdt_add_prop() says, and as it says
 * further.  Numbers are stored big-endian, as the format wants it.
 *
 * Threading: as the writer.
 */
#ifndef VM_FDT_PROPERTY_H
#define VM_FDT_PROPERTY_H

#include <vm-fdt/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * vm_fdt_add_prop - add a property of any value
 * @w: writer
 * @name: 1 to 31 characters out of [0-9A-Za-z,._+?#-]
 * @value: @len bytes; may be NULL when @len is 0
 * @len: length of the value
 *
 * When all properties of the node are there, that is when its first child
 * begins or it ends, they are checked against each other (specification
 * chapters 2 and 3).  What is wrong then is the error of that call:
 *
 * - #address-cells, #size-cells, #interrupt-cells, #clock-cells, #msi-cells,
 *   phandle and interrupt-parent are one cell;
 * - compatible, model, status and device_type are strings;
 * - reg is there if and only if the name has a unit address (ranges will do
 *   for it), is whole entries of the parent's #address-cells + #size-cells,
 *   which the parent states, and its first address is the unit address;
 * - ranges and dma-ranges are empty or whole entries;
 * - what has interrupt-controller or interrupt-map has #interrupt-cells;
 * - interrupts has an interrupt parent, and is whole specifiers of it;
 * - interrupts-extended, interrupt-map, msi-parent, msi-map and clocks are
 *   whole entries, each phandle in them is defined in the end;
 * - the root has #address-cells, #size-cells, model and compatible.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, no node is open, a child has already begun, or @name is not as
 *	above
 *	-EEXIST, the node has a property of this name
 *	-ENOSPC or -ENOMEM, no room
 *	-EOVERFLOW, the tree would exceed 2 GiB
 */
VM_FDT_API int vm_fdt_add_prop(struct vm_fdt_writer *w, const char *name,
			       const void *value, size_t len);

/**
 * vm_fdt_add_empty - add a property that says all by being there
 * @w: writer
 * @name: as in vm_fdt_add_prop()
 *
 * Returns: as vm_fdt_add_prop().
 */
VM_FDT_API int vm_fdt_add_empty(struct vm_fdt_writer *w, const char *name);

/**
 * vm_fdt_add_string - add a property that is a string
 * @w: writer
 * @name: as in vm_fdt_add_prop()
 * @value: stored with its NUL
 *
 * Returns: as vm_fdt_add_prop().
 */
VM_FDT_API int vm_fdt_add_string(struct vm_fdt_writer *w, const char *name,
				 const char *value);

/**
 * vm_fdt_add_strings - add a property that is a list of strings
 * @w: writer
 * @name: as in vm_fdt_add_prop()
 * @values: @count strings, each stored with its NUL
 * @count: how many; not 0
 *
 * Returns: as vm_fdt_add_prop(); also -EINVAL, @count is 0.
 */
VM_FDT_API int vm_fdt_add_strings(struct vm_fdt_writer *w, const char *name,
				  const char *const *values, size_t count);

/**
 * vm_fdt_add_u32 - add a property of one cell
 * @w: writer
 * @name: as in vm_fdt_add_prop()
 * @value: in the byte order of the host
 *
 * Returns: as vm_fdt_add_prop().
 */
VM_FDT_API int vm_fdt_add_u32(struct vm_fdt_writer *w, const char *name,
			      uint32_t value);

/**
 * vm_fdt_add_u64 - add a property of two cells
 * @w: writer
 * @name: as in vm_fdt_add_prop()
 * @value: in the byte order of the host
 *
 * Returns: as vm_fdt_add_prop().
 */
VM_FDT_API int vm_fdt_add_u64(struct vm_fdt_writer *w, const char *name,
			      uint64_t value);

/**
 * vm_fdt_add_cells - add a property of any number of cells
 * @w: writer
 * @name: as in vm_fdt_add_prop()
 * @cells: @count numbers in the byte order of the host
 * @count: how many; 0 makes an empty property
 *
 * Returns: as vm_fdt_add_prop().
 */
VM_FDT_API int vm_fdt_add_cells(struct vm_fdt_writer *w, const char *name,
				const uint32_t *cells, size_t count);

/**
 * vm_fdt_add_u64s - add a property of 64-bit numbers
 * @w: writer
 * @name: as in vm_fdt_add_prop()
 * @values: @count numbers in the byte order of the host
 * @count: how many; 0 makes an empty property
 *
 * Returns: as vm_fdt_add_prop().
 */
VM_FDT_API int vm_fdt_add_u64s(struct vm_fdt_writer *w, const char *name,
			       const uint64_t *values, size_t count);

/**
 * vm_fdt_add_reg - add reg, in the cells of the parent
 * @w: writer
 * @ranges: @count ranges
 * @count: how many; not 0
 *
 * Returns: as vm_fdt_add_prop(); also -EINVAL, @count is 0, the parent's
 * #address-cells is not 1 or 2 or its #size-cells more than 2, or a number does
 * not fit those cells (with #size-cells 0 each size must be 0).
 */
VM_FDT_API int vm_fdt_add_reg(struct vm_fdt_writer *w,
			      const struct vm_fdt_range *ranges, size_t count);

/**
 * vm_fdt_add_phandle - define the phandle of the node
 * @w: writer
 * @phandle: not 0 and not 0xffffffff
 *
 * Returns: as vm_fdt_add_prop(); also, when the properties are complete,
 * -EINVAL for those two values and -EEXIST for a phandle of another node.
 */
VM_FDT_API int vm_fdt_add_phandle(struct vm_fdt_writer *w, uint32_t phandle);

/**
 * vm_fdt_add_reference - add a property that is a phandle of another node
 * @w: writer
 * @name: as in vm_fdt_add_prop()
 * @phandle: defined before or later
 *
 * Where vm_fdt_add_prop() knows a property to hold phandles (interrupt-parent
 * and those like it), it checks them by itself; this is for all the others.
 *
 * Returns: as vm_fdt_add_prop().  That @phandle is defined is the matter of
 * vm_fdt_writer_finish().
 */
VM_FDT_API int vm_fdt_add_reference(struct vm_fdt_writer *w, const char *name,
				    uint32_t phandle);

/**
 * vm_fdt_add_label - give the innermost node a label for overlays
 * @w: writer
 * @label: 1 to 31 characters out of [0-9A-Za-z_] that do not start with a digit
 *
 * The labels become the properties of /__symbols__, which is where the
 * application of an overlay looks them up.  The node must have a phandle to be
 * referred to.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, no node is open, or @label is not as above
 *	-EEXIST, another node has this label (from vm_fdt_end_node() of the
 *	root)
 *	-ENOSPC or -ENOMEM, no room
 */
VM_FDT_API int vm_fdt_add_label(struct vm_fdt_writer *w, const char *label);

/**
 * vm_fdt_alloc_phandles - take phandles that nothing uses
 * @w: writer
 * @count: how many
 *
 * They can be referred to at once and defined later, with vm_fdt_add_phandle().
 *
 * Returns: the first of @count consecutive phandles; 0 when none is left, and
 * then the error of @w is -ENOSPC.
 */
VM_FDT_API uint32_t vm_fdt_alloc_phandles(struct vm_fdt_writer *w,
					  uint32_t count);

#ifdef __cplusplus
}
#endif

#endif
