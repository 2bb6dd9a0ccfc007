/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <check.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void put_le(uint8_t *p, uint32_t width, uint64_t value)
{
	for (uint32_t i = 0; i < width; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get_le(const uint8_t *p, uint32_t width)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < width; i++)
		value |= (uint64_t)p[i] << 8 * i;
	return value;
}

uint16_t le16(const uint8_t *p)
{
	return (uint16_t)get_le(p, 2);
}

uint32_t le32(const uint8_t *p)
{
	return (uint32_t)get_le(p, 4);
}

uint64_t le64(const uint8_t *p)
{
	return get_le(p, 8);
}

void poke_all(uint8_t *file, const struct poke *pokes, size_t count)
{
	for (size_t i = 0; i < count && pokes[i].width; i++)
		put_le(file + pokes[i].at, pokes[i].width, pokes[i].value);
}

int file_of(const void *data, size_t len)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, data, len, 0), (ssize_t)len);
	return fd;
}

void bzimage_make(uint8_t *file)
{
	static const struct poke header[] = {
		{ 0x1f1, 1, 1 }, /* setup_sects */
		{ 0x1f4, 4, BZ_CODE / 16 }, /* syssize */
		{ 0x1fe, 2, 0xaa55 }, /* boot_flag */
		{ 0x200, 2, 0x6aeb }, /* jump */
		{ 0x202, 4, 0x53726448 }, /* HdrS */
		{ 0x206, 2, 0x020f }, /* version */
		{ 0x211, 1, 0x01 }, /* loadflags */
		{ 0x214, 4, 0x100000 }, /* code32_start */
		{ 0x22c, 4, 0x7fffffff }, /* initrd_addr_max */
		{ 0x230, 4, 0x200000 }, /* kernel_alignment */
		{ 0x234, 1, 1 }, /* relocatable_kernel */
		{ 0x236, 2, 0x7f }, /* xloadflags */
		{ 0x238, 4, 2047 }, /* cmdline_size */
		{ 0x248, 4, BZ_PAYLOAD }, /* payload_offset */
		{ 0x24c, 4, 0x1000 }, /* payload_length */
		{ 0x258, 8, 0x1000000 }, /* pref_address */
		{ 0x260, 4, 0x3378000 }, /* init_size */
		{ BZ_START + BZ_PAYLOAD, 4, 0x00088b1f }, /* gzip */
		{ BZ_START + BZ_PAYLOAD + 0xffc, 4, BZ_PAYLOAD_SIZE },
	};

	for (uint32_t i = 0; i < BZ_SIZE; i++)
		file[i] = i < BZ_START ? 0 : (uint8_t)(i * 7);
	poke_all(file, header, sizeof(header) / sizeof(*header));
}

static void put_ph64(uint8_t *p, const struct elf_ph *ph)
{
	put_le(p, 4, ph->type);
	put_le(p + 8, 8, ph->offset);
	put_le(p + 16, 8, ph->vaddr);
	put_le(p + 24, 8, ph->paddr);
	put_le(p + 32, 8, ph->filesz);
	put_le(p + 40, 8, ph->memsz);
	put_le(p + 48, 8, ph->align);
}

static void put_ph32(uint8_t *p, const struct elf_ph *ph)
{
	put_le(p, 4, ph->type);
	put_le(p + 4, 4, ph->offset);
	put_le(p + 8, 4, ph->vaddr);
	put_le(p + 12, 4, ph->paddr);
	put_le(p + 16, 4, ph->filesz);
	put_le(p + 20, 4, ph->memsz);
	put_le(p + 28, 4, ph->align);
}

void elf_make(uint8_t *file, const struct elf_spec *spec)
{
	uint32_t width = spec->is32 ? 4 : 8;
	uint32_t ehsize = spec->is32 ? 52 : 64, phsize = spec->is32 ? 32 : 56;

	memset(file, 0, 0x1000);
	for (uint32_t i = 0x1000; i < ELF_SIZE; i++)
		file[i] = (uint8_t)(i * 13 + 1);
	memcpy(file, ELFMAG, SELFMAG);
	file[EI_CLASS] = spec->is32 ? ELFCLASS32 : ELFCLASS64;
	file[EI_DATA] = ELFDATA2LSB;
	file[EI_VERSION] = EV_CURRENT;
	file[EI_OSABI] = spec->osabi;
	put_le(file + 16, 2, spec->type ? spec->type : ET_EXEC);
	put_le(file + 18, 2, spec->machine ? spec->machine : EM_X86_64);
	put_le(file + 20, 4, EV_CURRENT);
	put_le(file + 24, width, spec->entry);
	put_le(file + (spec->is32 ? 28 : 32), width, ehsize);
	put_le(file + (spec->is32 ? 40 : 52), 2, ehsize);
	put_le(file + (spec->is32 ? 42 : 54), 2, phsize);
	put_le(file + (spec->is32 ? 44 : 56), 2, spec->phnum);
	for (size_t i = 0; i < spec->phnum; i++) {
		if (spec->is32)
			put_ph32(file + ehsize + i * phsize, &spec->ph[i]);
		else
			put_ph64(file + ehsize + i * phsize, &spec->ph[i]);
	}
}

size_t note_make(uint8_t *to, const char *name, uint32_t type, const void *desc,
		 uint32_t desc_size, size_t align)
{
	size_t name_size = strlen(name) + 1;
	size_t at = (12 + name_size + align - 1) / align * align;
	size_t end = (at + desc_size + align - 1) / align * align;

	memset(to, 0, end);
	put_le(to, 4, name_size);
	put_le(to + 4, 4, desc_size);
	put_le(to + 8, 4, type);
	memcpy(to + 12, name, name_size);
	memcpy(to + at, desc, desc_size);
	return end;
}

void image_make(uint8_t *file, enum vm_load_arch arch, uint64_t text_offset,
		uint64_t image_size, uint64_t flags)
{
	for (uint32_t i = 0; i < IMAGE_FILE; i++)
		file[i] = i < 64 ? 0 : (uint8_t)(i * 3);
	put_le(file + 8, 8, text_offset);
	put_le(file + 16, 8, image_size);
	put_le(file + 24, 8, flags);
	if (arch == VM_LOAD_ARCH_RISCV64) {
		put_le(file + 32, 4, 2); /* version 0.2 */
		memcpy(file + 48, "RISCV\0\0\0", 8);
		memcpy(file + 56, "RSC\x05", 4);
	} else {
		memcpy(file + 56, "ARM\x64", 4);
	}
}

void pe_make(uint8_t *file, uint16_t machine, uint32_t size)
{
	memcpy(file, "MZ", 2);
	put_le(file + 0x3c, 4, PE_AT);
	memset(file + PE_AT, 0, PE_SECTION + 40 - PE_AT);
	memcpy(file + PE_AT, "PE\0", 4);
	put_le(file + PE_AT + 4, 2, machine);
	put_le(file + PE_AT + 6, 2, 1);
	put_le(file + PE_AT + 20, 2, 16);
	put_le(file + PE_SECTION + 16, 4, size);
}

struct vm_mem *memory_make(uint64_t gpa, uint64_t size)
{
	struct vm_mem_range range = { .gpa = gpa, .size = size };
	struct vm_mem *mem = NULL;

	ck_assert_int_eq(vm_mem_new(&range, 1, &mem), 0);
	return mem;
}

int run_suite(struct Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
