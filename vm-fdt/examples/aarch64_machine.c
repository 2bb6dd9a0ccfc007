/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The device tree of a small aarch64 machine, written to the file named on the
 * command line, or else only looked at.
 */
#include <stdio.h>
#include <string.h>

#include <vm-fdt/arm.h>
#include <vm-fdt/devices.h>
#include <vm-fdt/value.h>

static const uint64_t mpidr[] = { 0, 1 };
static const struct vm_fdt_range ram = { 0x40000000, 0x20000000 };
static const struct vm_fdt_range redistributors = { 0x080a0000, 0x40000 };

static int write_tree(struct vm_fdt_writer *w, const char *cmdline)
{
	uint32_t phandle = vm_fdt_alloc_phandles(w, 1);
	const struct vm_fdt_chosen chosen = {
		.bootargs = cmdline,
		.stdout_path = "/serial@9000000",
	};
	const struct vm_fdt_arm_cpus cpus = { .mpidr = mpidr, .count = 2 };
	const struct vm_fdt_gicv3 gic = {
		.phandle = phandle,
		.distributor = { 0x08000000, 0x10000 },
		.redistributors = &redistributors,
		.redistributor_count = 1,
	};
	const struct vm_fdt_uart uart = {
		.reg = { 0x09000000, 0x1000 },
		.irq = vm_fdt_gic_spi(4, VM_FDT_IRQ_EDGE_RISING),
		.clock_frequency = 1843200,
	};

	vm_fdt_begin_root(w, "example", "linux,dummy-virt", phandle);
	vm_fdt_add_memory(w, &ram, 1);
	vm_fdt_add_chosen(w, &chosen);
	vm_fdt_add_arm_cpus(w, &cpus);
	vm_fdt_add_psci(w, VM_FDT_PSCI_HVC);
	vm_fdt_add_gicv3(w, &gic);
	vm_fdt_add_ns16550a(w, &uart);
	return vm_fdt_end_node(w);
}

/* What a kernel would do with it: find the console. */
static int show_console(const void *blob, size_t size)
{
	struct vm_fdt_reader reader;
	struct vm_fdt_range reg;
	const char *path;
	int node, r;

	r = vm_fdt_reader_init(&reader, blob, size);
	if (r)
		return r;
	node = vm_fdt_find_node(&reader, "/chosen");
	r = vm_fdt_get_string(&reader, node, "stdout-path", 0, &path);
	if (!r)
		r = vm_fdt_get_reg(&reader, vm_fdt_find_node(&reader, path), 0,
				   &reg);
	if (!r)
		printf("%zu bytes, console %s at 0x%llx\n", size, path,
		       (unsigned long long)reg.address);
	return r;
}

static int save(const char *path, const void *blob, size_t size)
{
	FILE *file = fopen(path, "wb");
	size_t written;

	if (!file)
		return -1;
	written = fwrite(blob, 1, size, file);
	return fclose(file) || written != size ? -1 : 0;
}

int main(int argc, char **argv)
{
	const struct vm_fdt_failure *failure;
	struct vm_fdt_writer w;
	const void *blob;
	size_t size;
	int r;

	vm_fdt_writer_init_heap(&w, 0);
	write_tree(&w, "console=ttyS0");
	r = vm_fdt_writer_finish(&w, &blob, &size);
	if (r) {
		failure = vm_fdt_writer_get_failure(&w);
		fprintf(stderr, "%s: %s\n", failure->where, failure->reason);
	} else {
		r = show_console(blob, size);
	}
	if (!r && argc > 1) {
		r = save(argv[1], blob, size);
		if (r)
			perror(argv[1]);
	}
	vm_fdt_writer_fini(&w);
	return r ? 1 : 0;
}
