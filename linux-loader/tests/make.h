/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Kernel files for the tests, made to order: no binary is kept in the tree. */
#ifndef TESTS_MAKE_H
#define TESTS_MAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux-loader/kernel.h>
#include <vm-memory/guest_memory.h>

/* A value to overwrite in a file; the first of width 0 ends a list. */
struct poke {
	uint32_t at;
	uint32_t width;
	uint64_t value;
};

void poke_all(uint8_t *file, const struct poke *pokes, size_t count);

/* A memfd with these bytes. */
int file_of(const void *data, size_t len);

/*
 * A bzImage of protocol 2.15 as a distribution would build it: one setup
 * sector, BZ_CODE bytes of code that hold a gzip magic as the payload, whose
 * size is said to be BZ_PAYLOAD_SIZE.
 */
#define BZ_START	0x400u
#define BZ_CODE		0x2000u
#define BZ_SIZE		(BZ_START + BZ_CODE)
#define BZ_PAYLOAD	0x300u
#define BZ_PAYLOAD_SIZE 0x12345u

void bzimage_make(uint8_t *file);

struct elf_ph {
	uint32_t type;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
};

struct elf_spec {
	bool is32;
	uint8_t osabi;
	uint16_t type;
	uint16_t machine;
	uint64_t entry;
	size_t phnum;
	struct elf_ph ph[8];
};

/* ELF_SIZE bytes, a counting pattern behind the headers. */
#define ELF_SIZE 0x3000u

void elf_make(uint8_t *file, const struct elf_spec *spec);

/* Writes a note and returns its size, padded to align. */
size_t note_make(uint8_t *to, const char *name, uint32_t type, const void *desc,
		 uint32_t desc_size, size_t align);

/* A 64-byte header and IMAGE_FILE - 64 bytes of code, without PE headers. */
#define IMAGE_FILE 0x1000u

void image_make(uint8_t *file, enum vm_load_arch arch, uint64_t text_offset,
		uint64_t image_size, uint64_t flags);

/*
 * Makes an Image or a zboot file an EFI program: "MZ", a PE header with an
 * optional header of 16 bytes and one section from 0 to size.
 */
#define PE_AT	   0x40u
#define PE_SECTION (PE_AT + 24 + 16)

void pe_make(uint8_t *file, uint16_t machine, uint32_t size);

/* Guest memory of one region, or the test fails. */
struct vm_mem *memory_make(uint64_t gpa, uint64_t size);

uint16_t le16(const uint8_t *p);
uint32_t le32(const uint8_t *p);
uint64_t le64(const uint8_t *p);
void put_le(uint8_t *p, uint32_t width, uint64_t value);

/* Runs a suite; what main() returns. */
struct Suite;
int run_suite(struct Suite *suite);

#endif
