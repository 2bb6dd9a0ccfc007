/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Labels, and the node /__symbols__ in which an overlay finds them. */
#include <vm-fdt/property.h>

#include "internal.h"

int vm_fdt_add_label(struct vm_fdt_writer *w, const char *label)
{
	struct vmfdt_label *entry;
	uint32_t record;

	if (w->failure.error)
		return w->failure.error;
	if (!w->depth)
		return vmfdt_fail(w, -EINVAL, "a label outside any node",
				  label);
	if (!vmfdt_is_label(label))
		return vmfdt_fail(w, -EINVAL, "not a label", label);
	record = vmfdt_new_record(w, sizeof(*entry));
	if (!record)
		return w->failure.error;
	entry = vmfdt_record(w, record);
	entry->next = w->labels;
	entry->node = vmfdt_innermost(w)->node;
	memcpy(entry->text, label, strlen(label) + 1);
	w->labels = record;
	return 0;
}

/*
 * Writes /__symbols__, if there are labels, as the last child of the root.  The
 * name is no node name by the specification: dtc and the kernel agreed on it.
 */
int vmfdt_add_symbols(struct vm_fdt_writer *w)
{
	static const char name[] = "__symbols__";
	uint32_t hash = VMFDT_HASH_SEED, name_len;
	struct vmfdt_label label;
	size_t len;
	uint8_t *at;

	if (!w->labels)
		return 0;
	name_len = vmfdt_scan_base(name, VM_FDT_RELAXED_NAMES, &hash);
	w->unit = 0;
	if (vmfdt_open_node(w, name, name_len, hash))
		return w->failure.error;
	for (uint32_t record = w->labels; record; record = label.next) {
		/* A copy: the buffer moves when it grows. */
		memcpy(&label, vmfdt_record(w, record), sizeof(label));
		len = vmfdt_path(w, label.node, NULL, 0) + 1;
		at = vmfdt_begin_prop(w, label.text, len);
		if (!at)
			return w->failure.error;
		vmfdt_path(w, label.node, (char *)at, len);
	}
	return vm_fdt_end_node(w);
}
