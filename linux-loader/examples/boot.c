/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * From a kernel file to the registers of the first CPU.
 *
 * usage: boot KERNEL
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux-loader/open.h>
#include <linux-loader/x86_start.h>

#define RAM_SIZE (UINT64_C(256) << 20)

static int boot(const struct vm_mem *mem, int file, const char *cmdline,
		struct vm_load_x86_cpu *cpu, struct vm_load_why *why)
{
	struct vm_load_memmap map = { .count = 0 };
	struct vm_load_kernel kernel;
	struct vm_load_x86_start start = {
		.kernel = &kernel,
		.cmdline = cmdline,
		.memmap = &map,
		.layout = { .gdt = 0x500,
			    .info = 0x7000,
			    .page_tables = 0x9000,
			    .cmdline = 0x20000 },
	};
	int r;

	r = vm_load_open(file, 0, RAM_SIZE, &start.kernel_fd, &kernel, why);
	if (r)
		return r;
	start.entry = vm_load_x86_default_entry(&kernel);
	r = vm_load_memmap_add(&map, 0, RAM_SIZE, VM_LOAD_MEM_RAM);
	if (!r)
		r = vm_load_memmap_add(&map, 0xa0000, 0x60000,
				       VM_LOAD_MEM_RESERVED);
	if (!r)
		r = vm_load_x86_start(mem, &start, cpu, why);
	close(start.kernel_fd);
	return r;
}

int main(int argc, char **argv)
{
	const struct vm_mem_range ram = { .gpa = 0, .size = RAM_SIZE };
	struct vm_load_why why = { "no guest memory" };
	struct vm_load_x86_cpu cpu;
	struct vm_mem *mem;
	int file, r;

	if (argc != 2) {
		fprintf(stderr, "usage: boot KERNEL\n");
		return 2;
	}
	file = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (file < 0) {
		fprintf(stderr, "boot: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	r = vm_mem_new(&ram, 1, &mem);
	if (!r) {
		r = boot(mem, file, "console=ttyS0", &cpu, &why);
		vm_mem_free(mem);
	}
	close(file);
	if (r) {
		fprintf(stderr, "boot: %s: %s\n", argv[1], why.text);
		return 1;
	}
	printf("rip 0x%" PRIx64 " rsi 0x%" PRIx64 " cr3 0x%" PRIx64 "\n",
	       cpu.rip, cpu.rsi, cpu.cr3);
	return 0;
}
