/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/nodes.h>

#include "builder.h"

/* @second may be NULL. */
void vmfdt_add_compatible(struct vm_fdt_writer *w, const char *first,
			  const char *second)
{
	const char *const both[] = { first, second };

	vm_fdt_add_strings(w, "compatible", both, second ? 2 : 1);
}

void vmfdt_begin_device(struct vm_fdt_writer *w, const char *name,
			const char *first, const char *second,
			const struct vm_fdt_range *reg)
{
	vm_fdt_begin_node_at(w, name, reg->address);
	vmfdt_add_compatible(w, first, second);
	vm_fdt_add_reg(w, reg, 1);
}

/* Begins a node whose name ends in a decimal number. */
void vmfdt_begin_numbered(struct vm_fdt_writer *w, const char *name,
			  uint32_t number)
{
	char whole[32], *at = whole + sizeof(whole);
	size_t len = strlen(name);

	*--at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	at -= len;
	memcpy(at, name, len);
	vm_fdt_begin_node(w, at);
}

static void add_cells(struct vm_fdt_writer *w)
{
	vm_fdt_add_u32(w, "#address-cells", 2);
	vm_fdt_add_u32(w, "#size-cells", 2);
}

int vm_fdt_begin_root(struct vm_fdt_writer *w, const char *model,
		      const char *compatible, uint32_t interrupt_parent)
{
	vm_fdt_begin_node(w, "");
	add_cells(w);
	vm_fdt_add_string(w, "model", model);
	vm_fdt_add_string(w, "compatible", compatible);
	vmfdt_add_nonzero(w, "interrupt-parent", interrupt_parent);
	return w->failure.error;
}

int vm_fdt_begin_bus(struct vm_fdt_writer *w, const char *name)
{
	vm_fdt_begin_node(w, name);
	add_cells(w);
	vm_fdt_add_string(w, "compatible", "simple-bus");
	return vm_fdt_add_empty(w, "ranges");
}

int vm_fdt_add_memory(struct vm_fdt_writer *w,
		      const struct vm_fdt_range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vm_fdt_begin_node_at(w, "memory", ranges[i].address);
		vm_fdt_add_string(w, "device_type", "memory");
		vm_fdt_add_reg(w, &ranges[i], 1);
		vm_fdt_end_node(w);
	}
	return w->failure.error;
}

int vm_fdt_add_reserved_memory(struct vm_fdt_writer *w,
			       const struct vm_fdt_reserved *reserved,
			       size_t count)
{
	vm_fdt_begin_node(w, "reserved-memory");
	add_cells(w);
	vm_fdt_add_empty(w, "ranges");
	for (size_t i = 0; i < count; i++, reserved++) {
		vm_fdt_begin_node_at(w, reserved->name,
				     reserved->range.address);
		if (reserved->compatible)
			vm_fdt_add_string(w, "compatible",
					  reserved->compatible);
		vm_fdt_add_reg(w, &reserved->range, 1);
		vmfdt_add_nonzero(w, "phandle", reserved->phandle);
		if (reserved->no_map)
			vm_fdt_add_empty(w, "no-map");
		vm_fdt_end_node(w);
	}
	return vm_fdt_end_node(w);
}

int vm_fdt_add_chosen(struct vm_fdt_writer *w,
		      const struct vm_fdt_chosen *chosen)
{
	const struct vm_fdt_range *initrd = &chosen->initrd;
	uint64_t end;

	vm_fdt_begin_node(w, "chosen");
	if (chosen->bootargs)
		vm_fdt_add_string(w, "bootargs", chosen->bootargs);
	if (chosen->stdout_path)
		vm_fdt_add_string(w, "stdout-path", chosen->stdout_path);
	if (initrd->size) {
		if (__builtin_add_overflow(initrd->address, initrd->size, &end))
			return vmfdt_fail(w, -EOVERFLOW,
					  "the initial RAM disk wraps",
					  "linux,initrd-end");
		vm_fdt_add_u64(w, "linux,initrd-start", initrd->address);
		vm_fdt_add_u64(w, "linux,initrd-end", end);
	}
	if (chosen->kaslr_seed)
		vm_fdt_add_u64(w, "kaslr-seed", chosen->kaslr_seed);
	if (chosen->rng_seed_size)
		vm_fdt_add_prop(w, "rng-seed", chosen->rng_seed,
				chosen->rng_seed_size);
	if (chosen->pci_probe_only)
		vm_fdt_add_u32(w, "linux,pci-probe-only", 1);
	return vm_fdt_end_node(w);
}

int vm_fdt_add_aliases(struct vm_fdt_writer *w,
		       const struct vm_fdt_alias *aliases, size_t count)
{
	vm_fdt_begin_node(w, "aliases");
	for (size_t i = 0; i < count; i++)
		vm_fdt_add_string(w, aliases[i].name, aliases[i].path);
	return vm_fdt_end_node(w);
}
