/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* An ELF file under examination: shared by elf.c and elf_note.c. */
#ifndef LINUX_LOADER_ELF_FILE_H
#define LINUX_LOADER_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux-loader/kernel.h>

/* More than any kernel has; it bounds what is read. */
#define PHDR_MAX 64u

struct program_header {
	uint32_t type;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
};

/* An ELF file, decoded: the two classes differ in offsets only. */
struct elf {
	int fd;
	uint64_t file_size;
	bool is64;
	uint16_t machine;
	uint64_t entry;
	uint64_t phoff;
	size_t phnum;
	struct program_header ph[PHDR_MAX];
	bool has_pvh;
	uint64_t pvh;
};

/* Looks for a PVH entry in every PT_NOTE and fills has_pvh and pvh. */
int loader_find_pvh_note(struct elf *elf, struct vm_load_why *why);

#endif
