/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "elf_file.h"
#include "internal.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define NOTE_SEGMENT_MAX (64u * 1024)
#define NOTE_HEADER	 12u

/* XEN_ELFNOTE_PHYS32_ENTRY: Xen, xen/include/public/elfnote.h */
#define PVH_NOTE_TYPE 18u
#define PVH_NOTE_NAME "Xen"

struct note {
	uint32_t name_size;
	uint32_t desc_size;
	uint32_t type;
	uint64_t name; /* offsets in the file */
	uint64_t desc;
	uint64_t next;
};

/*
 * Names and descriptors are padded to 4 bytes, in 64-bit files too, unless
 * the segment says 8 (gABI, "Note Section", and what became of it).
 */
static uint64_t note_align(const struct program_header *ph, uint64_t offset)
{
	uint64_t mask = ph->align == 8 ? 7 : 3;

	return (offset + mask) & ~mask;
}

static int note_read(const struct elf *elf, const struct program_header *ph,
		     uint64_t at, struct note *ret, struct vm_load_why *why)
{
	uint64_t start = ph->offset, end = start + ph->filesz;
	uint8_t header[NOTE_HEADER];
	int r;

	r = loader_pread(elf->fd, header, sizeof(header), at, why);
	if (r)
		return r;
	ret->name_size = get_le32(header);
	ret->desc_size = get_le32(header + 4);
	ret->type = get_le32(header + 8);
	ret->name = at + NOTE_HEADER;
	/* All of these stay far from 2^64: end is at most the file's size. */
	ret->desc = start + note_align(ph, ret->name + ret->name_size - start);
	ret->next = start + note_align(ph, ret->desc + ret->desc_size - start);
	if (ret->name + ret->name_size > end ||
	    (ret->desc_size && ret->desc + ret->desc_size > end))
		return loader_fail(why, -EBADMSG,
				   "ELF note at %" PRIu64
				   " does not fit its segment",
				   at);
	return 0;
}

static int read_pvh(struct elf *elf, const struct note *note,
		    struct vm_load_why *why)
{
	uint8_t desc[8] = { 0 };
	int r;

	if (note->desc_size != 4 && note->desc_size != 8)
		return loader_fail(why, -EBADMSG,
				   "PVH note has %" PRIu32
				   " bytes instead of 4 or 8",
				   note->desc_size);
	r = loader_pread(elf->fd, desc, note->desc_size, note->desc, why);
	if (r)
		return r;
	elf->pvh = get_le64(desc);
	if (elf->pvh >= LOADER_4GIB)
		return loader_fail(why, -EBADMSG,
				   "PVH entry 0x%" PRIx64 " is not a 32-bit "
				   "address",
				   elf->pvh);
	elf->has_pvh = true;
	return 0;
}

static int is_pvh(const struct elf *elf, const struct note *note, bool *ret,
		  struct vm_load_why *why)
{
	char name[sizeof(PVH_NOTE_NAME)];
	int r;

	*ret = false;
	if (note->type != PVH_NOTE_TYPE || note->name_size != sizeof(name))
		return 0;
	r = loader_pread(elf->fd, name, sizeof(name), note->name, why);
	if (!r)
		*ret = !memcmp(name, PVH_NOTE_NAME, sizeof(name));
	return r;
}

static int search_segment(struct elf *elf, const struct program_header *ph,
			  struct vm_load_why *why)
{
	uint64_t at = ph->offset, end = at + ph->filesz;
	struct note note;
	bool found;
	int r;

	if (ph->filesz > NOTE_SEGMENT_MAX)
		return loader_fail(why, -EBADMSG,
				   "ELF notes take %" PRIu64 " bytes",
				   ph->filesz);
	for (; at < end && end - at >= NOTE_HEADER; at = note.next) {
		r = note_read(elf, ph, at, &note, why);
		if (r)
			return r;
		r = is_pvh(elf, &note, &found, why);
		if (r)
			return r;
		if (found)
			return read_pvh(elf, &note, why);
	}
	return 0;
}

int loader_find_pvh_note(struct elf *elf, struct vm_load_why *why)
{
	int r;

	if (elf->machine != EM_X86_64 && elf->machine != EM_386)
		return 0;
	for (size_t i = 0; i < elf->phnum && !elf->has_pvh; i++) {
		if (elf->ph[i].type != PT_NOTE)
			continue;
		r = search_segment(elf, &elf->ph[i], why);
		if (r)
			return r;
	}
	return 0;
}
