/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <vm-allocator/layout.h>

/* Returns: 0, or why the entry at an index cannot be told from the others. */
static int check_name(const struct vm_layout *layout, size_t index)
{
	struct vm_layout earlier = { layout->entries, index };
	const char *name = layout->entries[index].name;

	if (!name || !name[0])
		return -EINVAL;
	return vm_layout_find(&earlier, name) ? -EEXIST : 0;
}

/* To release what was reserved a moment ago cannot fail. */
static void unload(const struct vm_layout_entry *entry,
		   struct vm_range_allocator *ranges,
		   struct vm_id_allocator *irqs)
{
	int r;

	r = vm_range_release(ranges, entry->base, entry->size);
	if (irqs && entry->irq != VM_LAYOUT_NO_IRQ)
		r = vm_id_release(irqs, entry->irq);
	(void)r;
}

static int load(const struct vm_layout_entry *entry,
		struct vm_range_allocator *ranges, struct vm_id_allocator *irqs)
{
	int r;

	r = vm_range_reserve(ranges, entry->base, entry->size, entry->name);
	if (r || !irqs || entry->irq == VM_LAYOUT_NO_IRQ)
		return r;
	r = vm_id_reserve(irqs, entry->irq);
	if (r)
		unload(entry, ranges, NULL);
	return r;
}

int vm_layout_load(const struct vm_layout *layout,
		   struct vm_range_allocator *ranges,
		   struct vm_id_allocator *irqs, size_t *index)
{
	size_t loaded;
	int r = 0;

	for (loaded = 0; loaded < layout->count; loaded++) {
		r = check_name(layout, loaded);
		if (!r)
			r = load(&layout->entries[loaded], ranges, irqs);
		if (r)
			break;
	}
	if (!r)
		return 0;
	if (index)
		*index = loaded;
	while (loaded-- > 0)
		unload(&layout->entries[loaded], ranges, irqs);
	return r;
}

const struct vm_layout_entry *vm_layout_find(const struct vm_layout *layout,
					     const char *name)
{
	for (size_t i = 0; i < layout->count; i++) {
		if (!strcmp(layout->entries[i].name, name))
			return &layout->entries[i];
	}
	return NULL;
}
