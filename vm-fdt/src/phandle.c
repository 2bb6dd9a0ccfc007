/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Phandles, and the properties that hold them.
 *
 * A property with phandles is checked as soon as its node is complete if all
 * that it refers to is defined by then, and else when the tree is finished.
 */
#include <vm-fdt/property.h>

#include "internal.h"

#define BUCKETS 64u

uint32_t vm_fdt_alloc_phandles(struct vm_fdt_writer *w, uint32_t count)
{
	uint32_t first = w->last_phandle + 1;

	if (count > UINT32_MAX - 1 - w->last_phandle) {
		vmfdt_fail(w, -ENOSPC, "no phandle is left", NULL);
		return 0;
	}
	w->last_phandle += count;
	return first;
}

const struct vmfdt_phandle *vmfdt_find_phandle(const struct vm_fdt_writer *w,
					       uint32_t phandle)
{
	uint32_t record = w->phandle_buckets[phandle % BUCKETS];
	const struct vmfdt_phandle *entry;

	for (; record; record = entry->next) {
		entry = vmfdt_record(w, record);
		if (entry->phandle == phandle)
			return entry;
	}
	return NULL;
}

int vmfdt_define_phandle(struct vm_fdt_writer *w, uint32_t phandle,
			 const int8_t *cells)
{
	struct vmfdt_phandle *entry;
	uint32_t record;

	if (phandle == 0 || phandle == UINT32_MAX)
		return vmfdt_fail(w, -EINVAL, "0 and -1 are not phandles",
				  "phandle");
	if (vmfdt_find_phandle(w, phandle))
		return vmfdt_fail(w, -EEXIST, "two nodes have this phandle",
				  "phandle");
	record = vmfdt_new_record(w, sizeof(*entry));
	if (!record)
		return w->failure.error;
	entry = vmfdt_record(w, record);
	entry->next = w->phandle_buckets[phandle % BUCKETS];
	entry->phandle = phandle;
	memcpy(entry->cells, cells, sizeof(entry->cells));
	w->phandle_buckets[phandle % BUCKETS] = record;
	if (phandle > w->last_phandle)
		w->last_phandle = phandle;
	return 0;
}

/* Cell counts that a phandle's node lacks count as @missing. */
static int cells_of(const struct vmfdt_phandle *entry, enum vmfdt_cells which,
		    int missing)
{
	return entry->cells[which] < 0 ? missing : entry->cells[which];
}

/* interrupts whose parent's cells were not known when the node ended. */
static int check_interrupts(const struct vm_fdt_writer *w,
			    const struct vmfdt_reference *ref,
			    const char **reason)
{
	const struct vmfdt_phandle *entry = vmfdt_find_phandle(w, ref->parent);
	uint32_t size;

	if (!entry)
		return -ENOENT;
	size = 4u * (unsigned int)cells_of(entry, VMFDT_CELLS_INTERRUPT, 0);
	*reason = "not whole specifiers of its parent";
	if (!size || !ref->length || ref->length % size)
		return -EINVAL;
	return 0;
}

/* A list of phandles, each followed by as many cells as its node says. */
static int check_list(const struct vm_fdt_writer *w,
		      const struct vmfdt_reference *ref, enum vmfdt_cells which,
		      int missing, const char **reason)
{
	const uint8_t *value = w->buffer + ref->offset;
	const struct vmfdt_phandle *entry;
	uint32_t at = 0, phandle, args;
	int cells;

	*reason = "not whole entries of phandle and arguments";
	if (!ref->length || ref->length % 4)
		return -EINVAL;
	while (at < ref->length) {
		phandle = vmfdt_get32(value + at);
		at += 4;
		/* A hole in the list, by convention. */
		if (phandle == 0 || phandle == UINT32_MAX)
			continue;
		entry = vmfdt_find_phandle(w, phandle);
		if (!entry)
			return -ENOENT;
		cells = cells_of(entry, which, missing);
		args = 4u * (unsigned int)cells;
		if (cells < 0 || args > ref->length - at)
			return -EINVAL;
		at += args;
	}
	return 0;
}

/*
 * interrupt-map (specification 2.4.3.1): a child's unit address and specifier,
 * the phandle of a parent, the parent's unit address and specifier.
 */
static int check_interrupt_map(const struct vm_fdt_writer *w,
			       const struct vmfdt_reference *ref,
			       const char **reason)
{
	int address = ref->cells[VMFDT_CELLS_ADDRESS];
	uint32_t child = 4u * (unsigned int)((address < 0 ? 2 : address) +
					     ref->cells[VMFDT_CELLS_INTERRUPT]);
	const uint8_t *value = w->buffer + ref->offset;
	const struct vmfdt_phandle *entry;
	uint32_t at = 0, parent;

	*reason = "not whole entries of an interrupt map";
	if (!ref->length)
		return -EINVAL;
	while (at < ref->length) {
		if (child + 4 > ref->length - at)
			return -EINVAL;
		at += child + 4;
		entry = vmfdt_find_phandle(w, vmfdt_get32(value + at - 4));
		if (!entry)
			return -ENOENT;
		parent =
			4u *
			(unsigned int)(cells_of(entry, VMFDT_CELLS_ADDRESS, 0) +
				       cells_of(entry, VMFDT_CELLS_INTERRUPT,
						0));
		if (parent > ref->length - at)
			return -EINVAL;
		at += parent;
	}
	return 0;
}

/* msi-map: entries of requester id, phandle, MSI base, length. */
static int check_msi_map(const struct vm_fdt_writer *w,
			 const struct vmfdt_reference *ref, const char **reason)
{
	const uint8_t *value = w->buffer + ref->offset;

	*reason = "not whole entries of an MSI map";
	if (!ref->length || ref->length % 16)
		return -EINVAL;
	for (uint32_t at = 0; at < ref->length; at += 16) {
		if (!vmfdt_find_phandle(w, vmfdt_get32(value + at + 4)))
			return -ENOENT;
	}
	return 0;
}

static int check_reference(const struct vm_fdt_writer *w,
			   const struct vmfdt_reference *ref)
{
	uint32_t phandle = vmfdt_get32(w->buffer + ref->offset);

	return vmfdt_find_phandle(w, phandle) ? 0 : -ENOENT;
}

/* -ENOENT if some phandle is not defined, perhaps not yet. */
static int check(const struct vm_fdt_writer *w,
		 const struct vmfdt_reference *ref, const char **reason)
{
	switch (ref->kind) {
	case VMFDT_KIND_INTERRUPTS:
		return check_interrupts(w, ref, reason);
	case VMFDT_KIND_INTERRUPTS_EXTENDED:
		return check_list(w, ref, VMFDT_CELLS_INTERRUPT, -1, reason);
	case VMFDT_KIND_INTERRUPT_MAP:
		return check_interrupt_map(w, ref, reason);
	case VMFDT_KIND_MSI_PARENT:
		return check_list(w, ref, VMFDT_CELLS_MSI, 0, reason);
	case VMFDT_KIND_MSI_MAP:
		return check_msi_map(w, ref, reason);
	case VMFDT_KIND_CLOCKS:
		return check_list(w, ref, VMFDT_CELLS_CLOCK, -1, reason);
	default:
		return check_reference(w, ref);
	}
}

static int fail(struct vm_fdt_writer *w, const struct vmfdt_reference *ref,
		int error, const char *reason)
{
	uint32_t offset = vmfdt_get32(w->buffer + ref->offset - 4);
	const struct vmfdt_name *name = vmfdt_record(w, w->names);

	while (name->offset != offset)
		name = vmfdt_record(w, name->list);
	return vmfdt_fail_at(w, ref->node, error, reason, name->text);
}

/* Checks a property now or, where it refers to what is yet to come, later. */
int vmfdt_refer(struct vm_fdt_writer *w, const struct vmfdt_reference *ref)
{
	const char *reason = NULL;
	struct vmfdt_reference *later;
	uint32_t record;
	int r = check(w, ref, &reason);

	if (!r)
		return 0;
	if (r != -ENOENT)
		return fail(w, ref, r, reason);
	record = vmfdt_new_record(w, sizeof(*later));
	if (!record)
		return w->failure.error;
	later = vmfdt_record(w, record);
	*later = *ref;
	later->next = w->references;
	w->references = record;
	return 0;
}

int vmfdt_check_references(struct vm_fdt_writer *w)
{
	const struct vmfdt_reference *ref;
	const char *reason;
	int r;

	for (uint32_t at = w->references; at; at = ref->next) {
		ref = vmfdt_record(w, at);
		r = check(w, ref, &reason);
		if (r == -ENOENT) {
			if (w->flags & VM_FDT_FRAGMENT)
				continue;
			reason = "it refers to a phandle that no node has";
		}
		if (r)
			return fail(w, ref, r, reason);
	}
	return 0;
}
