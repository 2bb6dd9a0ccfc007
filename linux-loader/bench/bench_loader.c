/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What the steps of a boot cost. */
#include "bench.h"
#include "files.h"

#include <unistd.h>

#include <linux-loader/cmdline.h>
#include <linux-loader/load.h>
#include <linux-loader/place.h>
#include <linux-loader/x86_boot.h>
#include <linux-loader/x86_cpu.h>

static void must(int r)
{
	if (!r)
		return;
	fprintf(stderr, "error %d\n", r);
	exit(1);
}

/* 16 parameters and 4 devices, written to the guest. */
static void cmdline_20(uint64_t n)
{
	static const char *const keys[] = { "console",	  "root", "panic",
					    "reboot",	  "pci",  "loglevel",
					    "rootfstype", "init" };
	struct vm_mem *mem = memory();
	struct vm_cmdline line;
	char buf[2048];

	while (n--) {
		must(vm_cmdline_init(&line, buf, sizeof(buf)));
		for (size_t i = 0; i < 16; i++)
			must(vm_cmdline_add(&line, keys[i % 8], "value"));
		for (int i = 0; i < 4; i++)
			must(vm_cmdline_add_virtio_mmio(
				&line, 4096, 0xd0000000u + 4096u * (unsigned)i,
				5u + (unsigned)i, i));
		must(vm_load_cmdline_into(mem, 0x20000, line.text, NULL));
	}
	vm_mem_free(mem);
}

static void probe(const struct kernel_file *file, uint64_t n)
{
	struct vm_load_kernel k;

	while (n--) {
		must(vm_load_probe(file->fd, &k, NULL));
		BENCH_KEEP(&k);
	}
}

static void probe_bzimage(uint64_t n)
{
	probe(bzimage_file(), n);
}

static void probe_elf_pvh(uint64_t n)
{
	probe(pvh_file(), n);
}

static void make_memmap(struct vm_load_memmap *map)
{
	map->count = 0;
	must(vm_load_memmap_add(map, 0, RAM_SIZE, VM_LOAD_MEM_RAM));
	must(vm_load_memmap_add(map, 0x9fc00, 0x60400, VM_LOAD_MEM_RESERVED));
}

static void place(uint64_t n)
{
	struct vm_load_memmap map;
	struct vm_load_request request = { &map, VM_LOAD_ARCH_X86_64, 80,
					   10 << 20, 0 };
	struct vm_load_placement where;

	make_memmap(&map);
	while (n--) {
		must(vm_load_place(&bzimage_file()->kernel, &request, &where,
				   NULL));
		BENCH_KEEP(&where);
	}
}

/* Zero page, GDT, page tables and registers. */
static void enter_linux64(uint64_t n)
{
	const struct vm_load_kernel *k = &bzimage_file()->kernel;
	struct vm_load_memmap map;
	struct vm_load_x86_info info = { .memmap = &map, .cmdline = 0x20000 };
	struct vm_mem *mem = memory();
	struct vm_load_x86_cpu cpu;

	make_memmap(&map);
	while (n--) {
		must(vm_load_zero_page_write(mem, 0x7000, k, k->address, &info,
					     NULL));
		must(vm_load_x86_enter_linux64(mem, 0x500, 0x9000, k->address,
					       0x7000, &cpu));
		BENCH_KEEP(&cpu);
	}
	vm_mem_free(mem);
}

static void load(const struct kernel_file *file, unsigned int flags, uint64_t n)
{
	struct vm_mem *mem = memory();

	while (n--)
		must(vm_load_kernel_into(mem, file->fd, &file->kernel,
					 file->kernel.address, flags, NULL));
	vm_mem_free(mem);
}

static void load_bzimage(uint64_t n)
{
	load(bzimage_file(), VM_LOAD_READ, n);
}

static void load_vmlinux(uint64_t n)
{
	load(vmlinux_file(), VM_LOAD_READ, n);
}

static void map_bzimage(uint64_t n)
{
	load(bzimage_file(), 0, n);
}

static void map_vmlinux(uint64_t n)
{
	load(vmlinux_file(), 0, n);
}

static const struct bench_op ops[] = {
	{ "cmdline_20", cmdline_20 },	    { "probe_bzimage", probe_bzimage },
	{ "probe_elf_pvh", probe_elf_pvh }, { "place", place },
	{ "enter_linux64", enter_linux64 }, { "load_bzimage", load_bzimage },
	{ "load_vmlinux", load_vmlinux },   { "map_bzimage", map_bzimage },
	{ "map_vmlinux", map_vmlinux },
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(*ops));
}
