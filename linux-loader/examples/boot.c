/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * From a kernel file to the registers of the first CPU.
 *
 * usage: boot KERNEL
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux-loader/load.h>
#include <linux-loader/place.h>
#include <linux-loader/x86_boot.h>
#include <linux-loader/x86_cpu.h>

#define RAM_SIZE (UINT64_C(256) << 20)

/* example */
static int load_linux(const struct vm_mem *mem, int fd, const char *cmdline,
		      struct vm_load_x86_cpu *cpu, struct vm_load_why *why)
{
	struct vm_load_memmap map = { .count = 0 };
	struct vm_load_x86_info info = { .memmap = &map, .cmdline = 0x20000 };
	struct vm_load_request request = { .memmap = &map,
					   .arch = VM_LOAD_ARCH_X86_64,
					   .cmdline_len = strlen(cmdline) };
	struct vm_load_placement place;
	struct vm_load_kernel kernel;
	uint64_t entry;
	int r;

	r = vm_load_memmap_add(&map, 0, 0x9fc00, VM_LOAD_MEM_RAM);
	if (!r)
		r = vm_load_memmap_add(&map, 0x100000, RAM_SIZE - 0x100000,
				       VM_LOAD_MEM_RAM);
	if (!r)
		r = vm_load_probe(fd, &kernel, why);
	if (!r)
		r = vm_load_place(&kernel, &request, &place, why);
	if (!r)
		r = vm_load_kernel_into(mem, fd, &kernel, place.kernel, 0, why);
	if (!r)
		r = vm_load_cmdline_into(mem, info.cmdline, cmdline, why);
	if (!r)
		r = vm_load_zero_page_write(mem, 0x7000, &kernel, place.kernel,
					    &info, why);
	if (!r)
		r = vm_load_get_entry(&kernel, place.kernel,
				      VM_LOAD_ENTRY_LINUX64, &entry, why);
	if (!r)
		r = vm_load_x86_enter_linux64(mem, 0x500, 0x9000, entry, 0x7000,
					      cpu);
	return r;
}
/* end of example */

int main(int argc, char **argv)
{
	const struct vm_mem_range ram = { .gpa = 0, .size = RAM_SIZE };
	struct vm_load_why why = { "cannot set up the CPU" };
	struct vm_load_x86_cpu cpu;
	struct vm_mem *mem;
	int fd, r;

	if (argc != 2) {
		fprintf(stderr, "usage: boot KERNEL\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	r = vm_mem_new(&ram, 1, &mem);
	if (!r) {
		r = load_linux(mem, fd, "console=ttyS0", &cpu, &why);
		vm_mem_free(mem);
	}
	close(fd);
	if (r) {
		fprintf(stderr, "%s: %s\n", argv[1], why.text);
		return 1;
	}
	printf("rip 0x%" PRIx64 " rsi 0x%" PRIx64 " cr3 0x%" PRIx64 "\n",
	       cpu.rip, cpu.rsi, cpu.cr3);
	return 0;
}
