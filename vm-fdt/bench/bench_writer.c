/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Whole trees, from an empty heap writer to the finished blob, in the shapes
 * that the Rust crate vm-fdt and libfdt were measured with.
 */
#include <vm-fdt/property.h>

#include "bench.h"

#define GIC 1

static void begin_tree(struct vm_fdt_writer *w)
{
	vm_fdt_writer_init_heap(w, 0);
	vm_fdt_begin_node(w, "");
	vm_fdt_add_string(w, "compatible", "linux,dummy-virt");
	vm_fdt_add_string(w, "model", "bench");
	vm_fdt_add_u32(w, "#address-cells", 2);
	vm_fdt_add_u32(w, "#size-cells", 2);
}

static void end_tree(struct vm_fdt_writer *w)
{
	const void *blob;
	size_t size;

	vm_fdt_end_node(w);
	if (vm_fdt_writer_finish(w, &blob, &size)) {
		fprintf(stderr, "bench: %s: %s\n", w->failure.where,
			w->failure.reason);
		exit(1);
	}
	BENCH_KEEP(blob);
	vm_fdt_writer_fini(w);
}

/* One operation is a whole tree: a root, /cpus and 100 CPUs of 4 properties. */
static void run_cpus100(uint64_t n)
{
	struct vm_fdt_writer w;

	while (n--) {
		begin_tree(&w);
		vm_fdt_begin_node(&w, "cpus");
		vm_fdt_add_u32(&w, "#address-cells", 1);
		vm_fdt_add_u32(&w, "#size-cells", 0);
		for (uint32_t i = 0; i < 100; i++) {
			vm_fdt_begin_node_at(&w, "cpu", i);
			vm_fdt_add_string(&w, "device_type", "cpu");
			vm_fdt_add_string(&w, "compatible", "arm,armv8");
			vm_fdt_add_string(&w, "enable-method", "psci");
			vm_fdt_add_u32(&w, "reg", i);
			vm_fdt_end_node(&w);
		}
		vm_fdt_end_node(&w);
		end_tree(&w);
	}
}

static void add_device(struct vm_fdt_writer *w, uint32_t i)
{
	const struct vm_fdt_range reg = {
		.address = 0x0a000000 + 0x200 * (uint64_t)i,
		.size = 0x200,
	};
	const uint32_t interrupts[] = { 0, i, 4 };

	vm_fdt_begin_node_at(w, "virtio_mmio", reg.address);
	vm_fdt_add_string(w, "compatible", "virtio,mmio");
	vm_fdt_add_reg(w, &reg, 1);
	vm_fdt_add_cells(w, "interrupts", interrupts, 3);
	vm_fdt_add_u32(w, "interrupt-parent", GIC);
	vm_fdt_add_empty(w, "dma-coherent");
	vm_fdt_end_node(w);
}

/* One operation is one device of a tree that has @count of them. */
static void run_nodes(uint64_t n, uint32_t count)
{
	struct vm_fdt_writer w;

	for (; n >= count; n -= count) {
		begin_tree(&w);
		vm_fdt_begin_node(&w, "interrupt-controller");
		vm_fdt_add_u32(&w, "#interrupt-cells", 3);
		vm_fdt_add_empty(&w, "interrupt-controller");
		vm_fdt_add_phandle(&w, GIC);
		vm_fdt_end_node(&w);
		for (uint32_t i = 0; i < count; i++)
			add_device(&w, i);
		end_tree(&w);
	}
}

static void run_nodes100(uint64_t n)
{
	run_nodes(n, 100);
}

static void run_nodes1000(uint64_t n)
{
	run_nodes(n, 1000);
}

static void run_nodes10000(uint64_t n)
{
	run_nodes(n, 10000);
}

int main(int argc, char **argv)
{
	static const struct bench_op ops[] = {
		{ "cpus100", run_cpus100 },
		{ "nodes100", run_nodes100 },
		{ "nodes1000", run_nodes1000 },
		{ "nodes10000", run_nodes10000 },
	};

	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(ops[0]));
}
