/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The checks of a node whose properties are complete.
 *
 * Each known property that the node has gets one look, in the order of enum
 * vmfdt_kind, so that the cell counts are there before what depends on them.
 */
#include "internal.h"

static struct vm_fdt_writer_frame *parent_of(struct vm_fdt_writer *w)
{
	return w->depth > 1 ? &w->frames[w->depth - 2] : NULL;
}

static int fail(struct vm_fdt_writer *w, enum vmfdt_kind kind,
		const char *reason)
{
	return vmfdt_fail(w, -EINVAL, reason, vmfdt_known_names[kind]);
}

static const uint8_t *value(const struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	return w->buffer + w->values[kind].offset;
}

static bool has(const struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	return w->seen & 1u << kind;
}

static int check_cells(struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	uint32_t cells;

	if (w->values[kind].length != 4)
		return fail(w, kind, "not one cell");
	cells = vmfdt_get32(value(w, kind));
	if (cells > VMFDT_MAX_CELLS)
		return fail(w, kind, "more than 16 cells");
	vmfdt_innermost(w)->cells[kind - VMFDT_KIND_ADDRESS_CELLS] =
		(int8_t)cells;
	return 0;
}

static int check_phandle(struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	if (w->values[kind].length != 4)
		return fail(w, kind, "not one cell");
	return vmfdt_define_phandle(w, vmfdt_get32(value(w, kind)),
				    vmfdt_innermost(w)->cells);
}

static int check_strings(struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	uint32_t length = w->values[kind].length;

	if (!length || value(w, kind)[length - 1])
		return fail(w, kind, "not a string");
	return 0;
}

static int check_string(struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	uint32_t length = w->values[kind].length;

	if (!length ||
	    memchr(value(w, kind), '\0', length) != value(w, kind) + length - 1)
		return fail(w, kind, "not one string");
	return 0;
}

/* PCI: device, or device,function, out of the first cell (IEEE 1275 PCI). */
static bool is_pci_unit(const char *unit, uint32_t cell)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t device = cell >> 11 & 0x1f, function = cell >> 8 & 7;

	if (device >= 16 && *unit++ != '1')
		return false;
	if (*unit++ != digits[device & 15])
		return false;
	if (!*unit)
		return !function;
	return unit[0] == ',' && unit[1] == digits[function] && !unit[2];
}

/*
 * A unit address that is no hexadecimal number follows rules of its bus that
 * are not known here.
 */
static bool unit_matches(const struct vm_fdt_writer *w, const uint8_t *reg,
			 int address_cells)
{
	if (address_cells == 3)
		return is_pci_unit((const char *)w->buffer + w->unit,
				   vmfdt_get32(reg));
	if (!w->unit_is_number || address_cells > 3)
		return true;
	return w->unit_address ==
	       (address_cells == 2 ? vmfdt_get64(reg) : vmfdt_get32(reg));
}

static int check_reg(struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	const struct vm_fdt_writer_frame *parent = parent_of(w);
	int address_cells, size_cells;
	uint32_t entry;

	if (!parent)
		return fail(w, kind, "the root has no address");
	if (!w->unit)
		return fail(w, kind, "the name has no unit address");
	address_cells = parent->cells[VMFDT_CELLS_ADDRESS];
	size_cells = parent->cells[VMFDT_CELLS_SIZE];
	if (address_cells < 0 || size_cells < 0) {
		if (w->flags & VM_FDT_FRAGMENT)
			return 0;
		return fail(w, kind, "the parent does not state its cells");
	}
	entry = 4u * (unsigned int)(address_cells + size_cells);
	if (!address_cells || !w->values[kind].length ||
	    w->values[kind].length % entry)
		return fail(w, kind, "not whole entries of the parent's cells");
	if (!unit_matches(w, value(w, kind), address_cells))
		return fail(w, kind,
			    "the unit address is not the first of reg");
	return 0;
}

static int check_ranges(struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	const struct vm_fdt_writer_frame *parent = parent_of(w);
	const int8_t *own = vmfdt_innermost(w)->cells;
	uint32_t length = w->values[kind].length, entry;

	if (!parent)
		return fail(w, kind, "the root has no parent bus");
	if (own[VMFDT_CELLS_ADDRESS] < 0 || own[VMFDT_CELLS_SIZE] < 0 ||
	    parent->cells[VMFDT_CELLS_ADDRESS] < 0) {
		if (w->flags & VM_FDT_FRAGMENT)
			return 0;
		return fail(w, kind, "the node does not state its cells");
	}
	if (!length) {
		if (memcmp(own, parent->cells, 2))
			return fail(w, kind,
				    "empty, but the parent's cells differ");
		return 0;
	}
	entry = 4u * (unsigned int)(own[VMFDT_CELLS_ADDRESS] +
				    own[VMFDT_CELLS_SIZE] +
				    parent->cells[VMFDT_CELLS_ADDRESS]);
	if (!entry || length % entry)
		return fail(w, kind, "not whole entries of the cells");
	return 0;
}

static int check_provider(struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	if (!has(w, VMFDT_KIND_INTERRUPT_CELLS))
		return fail(w, kind, "the node has no #interrupt-cells");
	return 0;
}

static struct vmfdt_reference reference(struct vm_fdt_writer *w,
					enum vmfdt_kind kind)
{
	struct vmfdt_reference ref = {
		.kind = kind,
		.node = w->node,
		.offset = w->values[kind].offset,
		.length = w->values[kind].length,
	};

	memcpy(ref.cells, vmfdt_innermost(w)->cells, sizeof(ref.cells));
	return ref;
}

static int refer(struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	struct vmfdt_reference ref = reference(w, kind);

	return vmfdt_refer(w, &ref);
}

/* Where the node is known, so is what an interrupt specifier of it takes. */
static int check_interrupt_parent(struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	struct vm_fdt_writer_frame *frame = vmfdt_innermost(w);
	const struct vmfdt_phandle *entry;

	if (w->values[kind].length != 4)
		return fail(w, kind, "not one cell");
	frame->interrupt_parent = vmfdt_get32(value(w, kind));
	frame->interrupt_cells = -1;
	entry = vmfdt_find_phandle(w, frame->interrupt_parent);
	if (!entry)
		return refer(w, kind);
	frame->interrupt_cells = entry->cells[VMFDT_CELLS_INTERRUPT];
	return 0;
}

static int check_interrupt_map(struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	int r = check_provider(w, kind);

	return r ? r : refer(w, kind);
}

/*
 * The interrupt parent is that of the node's own interrupt-parent, else what
 * its parent hands down (specification 2.4.1).
 */
static int check_interrupts(struct vm_fdt_writer *w, enum vmfdt_kind kind)
{
	const struct vm_fdt_writer_frame *from = vmfdt_innermost(w);
	struct vmfdt_reference ref;
	uint32_t size;

	if (!has(w, VMFDT_KIND_INTERRUPT_PARENT))
		from = parent_of(w);
	if (!from || (from->interrupt_cells < 0 && !from->interrupt_parent)) {
		if (w->flags & VM_FDT_FRAGMENT)
			return 0;
		return fail(w, kind, "the node has no interrupt parent");
	}
	if (from->interrupt_cells < 0) {
		ref = reference(w, kind);
		ref.parent = from->interrupt_parent;
		return vmfdt_refer(w, &ref);
	}
	size = 4u * (unsigned int)from->interrupt_cells;
	if (!size || !w->values[kind].length || w->values[kind].length % size)
		return fail(w, kind, "not whole specifiers of its parent");
	return 0;
}

static int (*const checks[VMFDT_KIND_COUNT])(struct vm_fdt_writer *w,
					     enum vmfdt_kind kind) = {
	[VMFDT_KIND_ADDRESS_CELLS] = check_cells,
	[VMFDT_KIND_SIZE_CELLS] = check_cells,
	[VMFDT_KIND_INTERRUPT_CELLS] = check_cells,
	[VMFDT_KIND_CLOCK_CELLS] = check_cells,
	[VMFDT_KIND_MSI_CELLS] = check_cells,
	[VMFDT_KIND_INTERRUPT_PARENT] = check_interrupt_parent,
	[VMFDT_KIND_PHANDLE] = check_phandle,
	[VMFDT_KIND_COMPATIBLE] = check_strings,
	[VMFDT_KIND_MODEL] = check_string,
	[VMFDT_KIND_STATUS] = check_string,
	[VMFDT_KIND_DEVICE_TYPE] = check_string,
	[VMFDT_KIND_REG] = check_reg,
	[VMFDT_KIND_RANGES] = check_ranges,
	[VMFDT_KIND_DMA_RANGES] = check_ranges,
	[VMFDT_KIND_INTERRUPT_CONTROLLER] = check_provider,
	[VMFDT_KIND_INTERRUPT_MAP] = check_interrupt_map,
	[VMFDT_KIND_INTERRUPTS] = check_interrupts,
	[VMFDT_KIND_INTERRUPTS_EXTENDED] = refer,
	[VMFDT_KIND_MSI_PARENT] = refer,
	[VMFDT_KIND_MSI_MAP] = refer,
	[VMFDT_KIND_CLOCKS] = refer,
};

/* What must be there, as against what must be right if it is there. */
static int check_presence(struct vm_fdt_writer *w)
{
	static const enum vmfdt_kind of_root[] = {
		VMFDT_KIND_ADDRESS_CELLS,
		VMFDT_KIND_SIZE_CELLS,
		VMFDT_KIND_MODEL,
		VMFDT_KIND_COMPATIBLE,
	};

	if (w->flags & VM_FDT_FRAGMENT)
		return 0;
	if (w->unit && !has(w, VMFDT_KIND_REG) &&
	    (!has(w, VMFDT_KIND_RANGES) ||
	     !w->values[VMFDT_KIND_RANGES].length))
		return vmfdt_fail(w, -EINVAL, "a unit address but no reg",
				  NULL);
	if (w->depth > 1)
		return 0;
	for (size_t i = 0; i < sizeof(of_root) / sizeof(of_root[0]); i++) {
		if (!has(w, of_root[i]))
			return fail(w, of_root[i], "the root must have this");
	}
	return 0;
}

/* The innermost node has all its properties. */
int vmfdt_seal(struct vm_fdt_writer *w)
{
	struct vm_fdt_writer_frame *frame = vmfdt_innermost(w);
	enum vmfdt_kind kind;
	int r;

	w->accepting = false;
	for (uint32_t left = w->seen; left; left &= left - 1) {
		kind = (enum vmfdt_kind)__builtin_ctz(left);
		r = checks[kind](w, kind);
		if (r)
			return r;
	}
	/* Not before its own interrupts are checked: it is not its parent. */
	if (frame->cells[VMFDT_CELLS_INTERRUPT] >= 0)
		frame->interrupt_cells = frame->cells[VMFDT_CELLS_INTERRUPT];
	return check_presence(w);
}
