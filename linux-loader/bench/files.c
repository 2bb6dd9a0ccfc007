/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "files.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BZIMAGE_SIZE 14186432u
#define VMLINUX_SIZE 53443444u
#define VMLINUX_LOAD 46294580u
#define VMLINUX_AT   0x200000u

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Not a hole: reading one is another matter than reading a file. */
static int make_file(size_t size)
{
	uint8_t block[65536];
	int fd = memfd_create("kernel", MFD_CLOEXEC);
	ssize_t n;

	memset(block, 0x90, sizeof(block));
	for (size_t at = 0; fd >= 0 && at < size; at += (size_t)n) {
		n = pwrite(fd, block,
			   size - at < sizeof(block) ? size - at
						     : sizeof(block),
			   (off_t)at);
		if (n <= 0)
			fail("pwrite");
	}
	if (fd < 0)
		fail("memfd_create");
	return fd;
}

static void put(int fd, off_t at, const void *data, size_t size)
{
	if (pwrite(fd, data, size, at) != (ssize_t)size)
		fail("pwrite");
}

static void probe(struct kernel_file *file)
{
	struct vm_load_why why;

	if (vm_load_probe(file->fd, &file->kernel, &why)) {
		fprintf(stderr, "%s\n", why.text);
		exit(1);
	}
}

const struct kernel_file *bzimage_file(void)
{
	static const uint32_t words[][2] = {
		{ 0x1f4, (BZIMAGE_SIZE - 20480) / 16 }, /* syssize */
		{ 0x1fc, 0xaa550000 }, /* boot_flag */
		{ 0x200, 0x64486aeb }, /* jump, "Hd" */
		{ 0x202, 0x53726448 }, /* HdrS */
		{ 0x206, 0x0000020f }, /* version */
		{ 0x210, 0x00000100 }, /* loadflags */
		{ 0x22c, 0x7fffffff }, /* initrd_addr_max */
		{ 0x230, 0x00200000 }, /* kernel_alignment */
		{ 0x234, 0x007f0001 }, /* relocatable, xloadflags */
		{ 0x238, 2047 }, /* cmdline_size */
		{ 0x248, 0 }, /* payload_offset */
		{ 0x258, 0x01000000 }, /* pref_address */
		{ 0x25c, 0 },
		{ 0x260, 0x03378000 }, /* init_size */
	};
	static struct kernel_file file;
	const uint8_t sectors = 39;

	if (file.kernel.file_size)
		return &file;
	file.fd = make_file(BZIMAGE_SIZE);
	put(file.fd, 0x1f1, &sectors, 1);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		put(file.fd, words[i][0], &words[i][1], 4);
	probe(&file);
	return &file;
}

static void put_elf(int fd, const Elf64_Phdr *ph, size_t count)
{
	Elf64_Ehdr header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64,
					   ELFDATA2LSB, EV_CURRENT },
			      .e_type = ET_EXEC,
			      .e_machine = EM_X86_64,
			      .e_version = EV_CURRENT,
			      .e_entry = ph[0].p_paddr,
			      .e_phoff = sizeof(header),
			      .e_ehsize = sizeof(header),
			      .e_phentsize = sizeof(*ph),
			      .e_phnum = (uint16_t)count };

	put(fd, 0, &header, sizeof(header));
	put(fd, sizeof(header), ph, count * sizeof(*ph));
}

const struct kernel_file *vmlinux_file(void)
{
	const Elf64_Phdr ph = { .p_type = PT_LOAD,
				.p_offset = VMLINUX_AT,
				.p_paddr = 0x1000000,
				.p_filesz = VMLINUX_LOAD,
				.p_memsz = VMLINUX_LOAD };
	static struct kernel_file file;

	if (file.kernel.file_size)
		return &file;
	file.fd = make_file(VMLINUX_SIZE);
	put_elf(file.fd, &ph, 1);
	probe(&file);
	return &file;
}

const struct kernel_file *pvh_file(void)
{
	static const uint32_t note[] = { 4, 4, 18, 0x006e6558, 0x100000 };
	const Elf64_Phdr ph[] = {
		{ .p_type = PT_LOAD,
		  .p_offset = 512,
		  .p_paddr = 0x100000,
		  .p_filesz = 64,
		  .p_memsz = 64 },
		{ .p_type = PT_NOTE, .p_offset = 1024, .p_filesz = 20 },
	};
	static struct kernel_file file;

	if (file.kernel.file_size)
		return &file;
	file.fd = make_file(2048);
	put_elf(file.fd, ph, 2);
	put(file.fd, 1024, note, sizeof(note));
	probe(&file);
	return &file;
}

struct vm_mem *memory(void)
{
	const struct vm_mem_range range = { 0, RAM_SIZE, NULL };
	struct vm_mem *mem;

	if (vm_mem_new(&range, 1, &mem))
		fail("vm_mem_new");
	return mem;
}
