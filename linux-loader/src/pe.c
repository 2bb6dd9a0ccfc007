/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The PE header that makes a kernel an EFI program as well (Microsoft, "PE
 * Format").  It says for what machine the file is and how long it ought to be,
 * which the header of an Image does not.
 */
#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define DOS_PE_OFFSET	    0x3cu
#define COFF_MACHINE	    4u
#define COFF_SECTIONS	    6u
#define COFF_OPTIONAL_SIZE  20u
#define COFF_SIZE	    24u /* with the signature in front */
#define SECTION_SIZE	    40u
#define SECTION_RAW_SIZE    16u
#define SECTION_RAW_POINTER 20u

#define MACHINE_X86_64	0x8664u
#define MACHINE_ARM64	0xaa64u
#define MACHINE_RISCV64 0x5064u

/* More than any kernel has; it bounds what is read. */
#define SECTION_MAX 32u

static int read_sections(int fd, uint64_t at, const uint8_t *coff,
			 uint64_t *ret_end, struct vm_load_why *why)
{
	size_t count = get_le16(coff + COFF_SECTIONS);
	uint8_t sections[SECTION_MAX * SECTION_SIZE];
	const uint8_t *s = sections;
	uint64_t end;
	int r;

	if (count > SECTION_MAX)
		return loader_fail(why, -EBADMSG, "PE header has %zu sections",
				   count);
	r = loader_pread(fd, sections, count * SECTION_SIZE, at, why);
	if (r)
		return r;
	for (size_t i = 0; i < count; i++, s += SECTION_SIZE) {
		end = (uint64_t)get_le32(s + SECTION_RAW_POINTER) +
		      get_le32(s + SECTION_RAW_SIZE);
		*ret_end = end > *ret_end ? end : *ret_end;
	}
	return 0;
}

static int truncated(uint64_t promised, uint64_t size, struct vm_load_why *why)
{
	return loader_fail(why, -EBADMSG,
			   "kernel truncated: its PE header promises %" PRIu64
			   " bytes, the file has %" PRIu64,
			   promised, size);
}

static int find_arch(uint16_t machine, enum vm_load_arch *ret_arch,
		     struct vm_load_why *why)
{
	switch (machine) {
	case MACHINE_X86_64:
		*ret_arch = VM_LOAD_ARCH_X86_64;
		return 0;
	case MACHINE_ARM64:
		*ret_arch = VM_LOAD_ARCH_AARCH64;
		return 0;
	case MACHINE_RISCV64:
		*ret_arch = VM_LOAD_ARCH_RISCV64;
		return 0;
	}
	return loader_fail(why, -ENOTSUP, "kernel is for PE machine 0x%x",
			   machine);
}

int loader_pe_check(int fd, const struct loader_head *head,
		    enum vm_load_arch *ret_arch, struct vm_load_why *why)
{
	uint64_t at, sections, promised;
	uint8_t coff[COFF_SIZE];
	int r;

	at = get_le32(head->data + DOS_PE_OFFSET);
	if (at + sizeof(coff) > head->file_size)
		return truncated(at + sizeof(coff), head->file_size, why);
	r = loader_pread(fd, coff, sizeof(coff), at, why);
	if (r)
		return r;
	if (memcmp(coff, "PE\0", 4))
		return loader_fail(why, -EBADMSG,
				   "kernel has no PE header at %" PRIu64, at);
	sections = at + sizeof(coff) + get_le16(coff + COFF_OPTIONAL_SIZE);
	promised = sections +
		   (uint64_t)get_le16(coff + COFF_SECTIONS) * SECTION_SIZE;
	if (promised > head->file_size)
		return truncated(promised, head->file_size, why);
	r = read_sections(fd, sections, coff, &promised, why);
	if (r)
		return r;
	if (promised > head->file_size)
		return truncated(promised, head->file_size, why);
	return find_arch(get_le16(coff + COFF_MACHINE), ret_arch, why);
}
