/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Any bytes as a blob: what is accepted is read in every way there is. */
#include <stdlib.h>
#include <string.h>

#include <vm-fdt/value.h>

#define MAX_NODES 200

/* Every byte is looked at, for the sanitizer to see. */
static void touch(const void *bytes, size_t len)
{
	static uint8_t copy[1 << 16];

	memcpy(copy, bytes, len < sizeof(copy) ? len : sizeof(copy));
	__asm__ volatile("" : : "r"(copy) : "memory");
}

static void read_prop(const struct vm_fdt_reader *reader, int node,
		      const struct vm_fdt_prop *prop)
{
	const char *text;
	uint64_t wide;
	uint32_t cells[4];
	int count;

	touch(prop->name, strlen(prop->name));
	touch(prop->value, prop->len);
	if (!vm_fdt_get_u32(reader, node, prop->name, cells))
		vm_fdt_find_phandle(reader, cells[0]);
	count = vm_fdt_get_cells(reader, node, prop->name, cells, 4);
	if (!vm_fdt_get_u64(reader, node, prop->name, &wide) && count != 2)
		abort();
	for (size_t i = 0;
	     !vm_fdt_get_string(reader, node, prop->name, i, &text); i++)
		touch(text, strlen(text));
}

static void read_node(const struct vm_fdt_reader *reader, int node)
{
	struct vm_fdt_range range;
	struct vm_fdt_prop prop;
	char path[128];
	int position = 0, found;

	while (!vm_fdt_next_prop(reader, node, &position, &prop))
		read_prop(reader, node, &prop);
	for (size_t i = 0; i < 4; i++) {
		if (vm_fdt_get_reg(reader, node, i, &range) &&
		    !vm_fdt_get_address(reader, node, i, &range))
			abort();
	}
	vm_fdt_is_enabled(reader, node);
	vm_fdt_is_compatible(reader, node, "virtio,mmio");
	vm_fdt_get_parent(reader, node);
	/* Siblings may share a name: then the path may lead elsewhere. */
	if (!vm_fdt_get_path(reader, node, path, sizeof(path))) {
		found = vm_fdt_find_node(reader, path);
		if (found >= 0 && strcmp(vm_fdt_get_name(reader, found),
					 vm_fdt_get_name(reader, node)))
			abort();
	}
}

static void walk(const struct vm_fdt_reader *reader, int node, int *budget)
{
	if (--*budget < 0)
		return;
	read_node(reader, node);
	for (int child = vm_fdt_get_child(reader, node); child >= 0;
	     child = vm_fdt_get_sibling(reader, child))
		walk(reader, child, budget);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vm_fdt_reader reader;
	struct vm_fdt_range range;
	int budget = MAX_NODES;
	void *blob;

	/* An exact, aligned copy. */
	blob = malloc(size ? size : 1);
	if (!blob)
		return 0;
	memcpy(blob, data, size);
	if (!vm_fdt_reader_init(&reader, blob, size)) {
		walk(&reader, 0, &budget);
		vm_fdt_find_node(&reader, "serial0/child");
		vm_fdt_find_compatible(&reader, -1, "virtio,mmio");
		for (size_t i = 0;
		     !vm_fdt_get_reservation(&reader, i, &range) && i < 100;)
			i++;
	}
	free(blob);
	return 0;
}
