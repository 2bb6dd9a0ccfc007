/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/elf.h>

#include "elf_file.h"
#include "internal.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* No machine has physical addresses from here on: these are virtual ones. */
#define PHYSICAL_END (UINT64_C(1) << 52)
#define ALIGNMENT_2M (2 * LOADER_MIB)

/* What x86 kernels without a header take: COMMAND_LINE_SIZE is 2048. */
#define X86_CMDLINE_MAX 2047u
#define X86_INITRD_MAX	0x7fffffffu
/* arm64 has 2048 as well, riscv64 1024. */
#define ARM64_CMDLINE_MAX 2047u
#define RISCV_CMDLINE_MAX 1023u

bool loader_is_elf(const uint8_t *head, size_t len)
{
	return len >= SELFMAG && !memcmp(head, ELFMAG, SELFMAG);
}

const char *vm_load_machine_name(uint16_t machine)
{
	switch (machine) {
	case EM_386:
		return "i386";
	case EM_X86_64:
		return "x86_64";
	case EM_ARM:
		return "arm";
	case EM_AARCH64:
		return "aarch64";
	case EM_RISCV:
		return "riscv";
	case EM_MIPS:
		return "mips";
	case EM_PPC:
		return "powerpc";
	case EM_PPC64:
		return "powerpc64";
	case EM_S390:
		return "s390x";
	case EM_SPARC:
		return "sparc";
	case EM_SPARCV9:
		return "sparc64";
	case EM_IA_64:
		return "ia64";
	case EM_PARISC:
		return "parisc";
	case EM_68K:
		return "m68k";
	case EM_SH:
		return "sh";
	case EM_XTENSA:
		return "xtensa";
	case EM_ARCV2:
		return "arc";
	case EM_CSKY:
		return "csky";
	case 258: /* EM_LOONGARCH, which older headers lack */
		return "loongarch64";
	}
	return "an unknown machine";
}

static int check_ident(const struct loader_head *head, struct vm_load_why *why)
{
	const uint8_t *data = head->data;
	uint32_t version;
	size_t size;

	size = head->len > EI_CLASS && data[EI_CLASS] == ELFCLASS64
		       ? sizeof(Elf64_Ehdr)
		       : sizeof(Elf32_Ehdr);
	if (head->len < size)
		return loader_fail(why, -EBADMSG,
				   "kernel truncated: an ELF header has %zu "
				   "bytes, the file has %" PRIu64,
				   size, head->file_size);
	if (data[EI_CLASS] != ELFCLASS64 && data[EI_CLASS] != ELFCLASS32)
		return loader_fail(why, -EBADMSG, "ELF header has class %u",
				   data[EI_CLASS]);
	if (data[EI_DATA] == ELFDATA2MSB)
		return loader_fail(
			why, -ENOTSUP, "kernel is for %s (big-endian ELF)",
			vm_load_machine_name(
				(uint16_t)(data[18] << 8 | data[19])));
	if (data[EI_DATA] != ELFDATA2LSB)
		return loader_fail(why, -EBADMSG,
				   "ELF header has byte order %u",
				   data[EI_DATA]);
	version = data[EI_VERSION];
	if (version == EV_CURRENT)
		version = get_le32(data + 20);
	if (version != EV_CURRENT)
		return loader_fail(why, -EBADMSG,
				   "ELF header has version %" PRIu32, version);
	return 0;
}

static int check_type(uint16_t type, struct vm_load_why *why)
{
	switch (type) {
	case ET_EXEC:
	case ET_DYN:
		return 0;
	case ET_REL:
		return loader_fail(why, -EBADMSG,
				   "it is an object file or a kernel module, "
				   "not a kernel");
	case ET_CORE:
		return loader_fail(why, -EBADMSG,
				   "it is a core dump, not a kernel");
	}
	return loader_fail(why, -EBADMSG, "ELF header has type %u", type);
}

static int find_arch(const struct elf *elf, struct vm_load_kernel *k,
		     struct vm_load_why *why)
{
	if (elf->machine == EM_X86_64 && elf->is64)
		k->arch = VM_LOAD_ARCH_X86_64;
	else if (elf->machine == EM_386 && !elf->is64)
		k->arch = VM_LOAD_ARCH_I386;
	else if (elf->machine == EM_AARCH64 && elf->is64)
		k->arch = VM_LOAD_ARCH_AARCH64;
	else if (elf->machine == EM_RISCV && elf->is64)
		k->arch = VM_LOAD_ARCH_RISCV64;
	else
		return loader_fail(why, -ENOTSUP, "kernel is for %s (ELF-%d)",
				   vm_load_machine_name(elf->machine),
				   elf->is64 ? 64 : 32);
	return 0;
}

static void decode_header(const uint8_t *data, struct elf *elf)
{
	elf->machine = get_le16(data + 18);
	elf->is64 = data[EI_CLASS] == ELFCLASS64;
	elf->entry = elf->is64 ? get_le64(data + 24) : get_le32(data + 24);
	elf->phoff = elf->is64 ? get_le64(data + 32) : get_le32(data + 28);
	elf->phnum = get_le16(data + (elf->is64 ? 56 : 44));
}

static void decode_program_header(const uint8_t *p, bool is64,
				  struct program_header *ret)
{
	ret->type = get_le32(p);
	if (is64) {
		ret->offset = get_le64(p + 8);
		ret->vaddr = get_le64(p + 16);
		ret->paddr = get_le64(p + 24);
		ret->filesz = get_le64(p + 32);
		ret->memsz = get_le64(p + 40);
		ret->align = get_le64(p + 48);
	} else {
		ret->offset = get_le32(p + 4);
		ret->vaddr = get_le32(p + 8);
		ret->paddr = get_le32(p + 12);
		ret->filesz = get_le32(p + 16);
		ret->memsz = get_le32(p + 20);
		ret->align = get_le32(p + 28);
	}
}

static int read_program_headers(struct elf *elf, const uint8_t *data,
				struct vm_load_why *why)
{
	size_t size = elf->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	uint16_t entsize = get_le16(data + (elf->is64 ? 54 : 42));
	uint8_t raw[PHDR_MAX * sizeof(Elf64_Phdr)];
	uint64_t end;
	int r;

	if (!elf->phnum)
		return loader_fail(why, -EBADMSG,
				   "it has no program headers: not a kernel");
	if (entsize != size)
		return loader_fail(why, -EBADMSG,
				   "ELF program headers have %u bytes, not %zu",
				   entsize, size);
	if (elf->phnum > PHDR_MAX)
		return loader_fail(why, -ENOTSUP,
				   "kernel has %zu program headers, more than "
				   "%u",
				   elf->phnum, PHDR_MAX);
	if (__builtin_add_overflow(elf->phoff, elf->phnum * size, &end))
		return loader_fail(why, -EBADMSG,
				   "kernel truncated: its program headers end "
				   "past any file");
	if (end > elf->file_size)
		return loader_fail(why, -EBADMSG,
				   "kernel truncated: its program headers end "
				   "at %" PRIu64 ", the file has %" PRIu64
				   " bytes",
				   end, elf->file_size);
	r = loader_pread(elf->fd, raw, elf->phnum * size, elf->phoff, why);
	if (r)
		return r;
	for (size_t i = 0; i < elf->phnum; i++)
		decode_program_header(raw + i * size, elf->is64, &elf->ph[i]);
	return 0;
}

/* A file that was cut off is told before anything else is found wrong. */
static int check_file_size(const struct elf *elf, struct vm_load_why *why)
{
	uint64_t promised = 0, end;

	for (size_t i = 0; i < elf->phnum; i++) {
		if (elf->ph[i].type != PT_LOAD && elf->ph[i].type != PT_NOTE)
			continue;
		if (__builtin_add_overflow(elf->ph[i].offset, elf->ph[i].filesz,
					   &end))
			return loader_fail(why, -EBADMSG,
					   "ELF segment at 0x%" PRIx64
					   " wraps in the file",
					   elf->ph[i].paddr);
		promised = end > promised ? end : promised;
	}
	if (promised > elf->file_size)
		return loader_fail(why, -EBADMSG,
				   "kernel truncated: its headers promise "
				   "%" PRIu64 " bytes, the file has %" PRIu64,
				   promised, elf->file_size);
	return 0;
}

static int check_load(const struct program_header *ph, struct vm_load_why *why)
{
	uint64_t end;

	if (ph->filesz > ph->memsz)
		return loader_fail(why, -EBADMSG,
				   "ELF segment has %" PRIu64
				   " bytes in the file and %" PRIu64
				   " in memory",
				   ph->filesz, ph->memsz);
	if (__builtin_add_overflow(ph->paddr, ph->memsz, &end) ||
	    __builtin_add_overflow(ph->vaddr, ph->memsz, &end))
		return loader_fail(why, -EBADMSG,
				   "ELF segment at 0x%" PRIx64
				   " wraps in memory",
				   ph->paddr);
	return 0;
}

/* Segments by physical address for now; rebase() makes them offsets. */
static int collect_segments(const struct elf *elf, struct vm_load_kernel *k,
			    struct vm_load_why *why)
{
	const struct program_header *ph = elf->ph;
	int r;

	for (size_t i = 0; i < elf->phnum; i++, ph++) {
		if (ph->type != PT_LOAD || !ph->memsz)
			continue;
		r = check_load(ph, why);
		if (r)
			return r;
		if (k->segment_count == VM_LOAD_SEGMENT_MAX)
			return loader_fail(why, -ENOTSUP,
					   "kernel has more than %d segments",
					   VM_LOAD_SEGMENT_MAX);
		k->segments[k->segment_count++] =
			(struct vm_load_segment){ ph->offset, ph->filesz,
						  ph->paddr, ph->memsz };
	}
	if (!k->segment_count)
		return loader_fail(why, -EBADMSG,
				   "it is not a kernel: nothing in it is to be "
				   "loaded");
	return 0;
}

static int check_overlap(const struct vm_load_kernel *k,
			 struct vm_load_why *why)
{
	const struct vm_load_segment *a, *b;

	for (size_t i = 0; i < k->segment_count; i++) {
		a = &k->segments[i];
		for (size_t j = i + 1; j < k->segment_count; j++) {
			b = &k->segments[j];
			if (a->offset < b->offset + b->mem_size &&
			    b->offset < a->offset + a->mem_size)
				return loader_fail(why, -EBADMSG,
						   "ELF segments at 0x%" PRIx64
						   " and 0x%" PRIx64 " overlap",
						   a->offset, b->offset);
		}
	}
	return 0;
}

static uint64_t rebase(struct vm_load_kernel *k)
{
	struct vm_load_segment *s = k->segments;
	uint64_t base = UINT64_MAX, end = 0;

	for (size_t i = 0; i < k->segment_count; i++) {
		base = s[i].offset < base ? s[i].offset : base;
		if (s[i].offset + s[i].mem_size > end)
			end = s[i].offset + s[i].mem_size;
	}
	for (size_t i = 0; i < k->segment_count; i++)
		s[i].offset -= base;
	k->address = base;
	k->mem_size = end - base;
	return base;
}

/* Whether the kernel is fixed there, now that its addresses are known. */
static int find_address(struct vm_load_kernel *k, struct vm_load_why *why)
{
	uint64_t base = k->address;

	if (base + k->mem_size <= PHYSICAL_END)
		return 0;
	if (k->arch == VM_LOAD_ARCH_X86_64)
		return loader_fail(why, -EBADMSG,
				   "ELF segments end at 0x%" PRIx64
				   ", which is no physical address",
				   base + k->mem_size);
	k->relocatable = true;
	k->address = 0;
	k->alignment = ALIGNMENT_2M;
	k->text_offset = base & (ALIGNMENT_2M - 1);
	return 0;
}

/* The offset in the kernel of a physical, else of a virtual address. */
static bool find_offset(const struct elf *elf, uint64_t base, uint64_t addr,
			uint64_t *ret)
{
	const struct program_header *ph = elf->ph;

	for (size_t i = 0; i < elf->phnum; i++) {
		if (ph[i].type == PT_LOAD && addr - ph[i].paddr < ph[i].memsz) {
			*ret = addr - base;
			return true;
		}
	}
	for (size_t i = 0; i < elf->phnum; i++) {
		if (ph[i].type == PT_LOAD && addr - ph[i].vaddr < ph[i].memsz) {
			*ret = addr - ph[i].vaddr + ph[i].paddr - base;
			return true;
		}
	}
	return false;
}

static void add_entry(struct vm_load_kernel *k, enum vm_load_entry entry,
		      uint64_t offset)
{
	k->entries |= 1u << entry;
	k->entry[entry] = offset;
}

static int find_entries(const struct elf *elf, uint64_t base,
			struct vm_load_kernel *k, struct vm_load_why *why)
{
	uint64_t offset;

	if (!find_offset(elf, base, elf->entry, &offset))
		return loader_fail(why, -EBADMSG,
				   "ELF entry 0x%" PRIx64 " is in no segment",
				   elf->entry);
	if (k->arch == VM_LOAD_ARCH_X86_64)
		add_entry(k, VM_LOAD_ENTRY_LINUX64, offset);
	else if (k->arch == VM_LOAD_ARCH_I386)
		add_entry(k, VM_LOAD_ENTRY_LINUX32, offset);
	else
		add_entry(k, VM_LOAD_ENTRY_NATIVE, offset);
	if (!elf->has_pvh)
		return 0;
	if (!find_offset(elf, base, elf->pvh, &offset))
		return loader_fail(why, -EBADMSG,
				   "PVH entry 0x%" PRIx64 " is in no segment",
				   elf->pvh);
	add_entry(k, VM_LOAD_ENTRY_PVH, offset);
	return 0;
}

/*
 * A static program looks much like a kernel, but its C library marks it as
 * GNU; a kernel has that mark only by accident, and not with a PVH note.
 */
static int check_not_a_program(const struct elf *elf, uint8_t osabi,
			       struct vm_load_why *why)
{
	for (size_t i = 0; i < elf->phnum; i++) {
		if (elf->ph[i].type == PT_INTERP)
			return loader_fail(why, -EBADMSG,
					   "it is a program, not a kernel: it "
					   "needs an ELF interpreter");
	}
	if (osabi == ELFOSABI_GNU && !elf->has_pvh)
		return loader_fail(why, -EBADMSG,
				   "it is a program, not a kernel: its ABI is "
				   "that of the GNU C library");
	return 0;
}

static void set_limits(struct vm_load_kernel *k)
{
	switch (k->arch) {
	case VM_LOAD_ARCH_X86_64:
	case VM_LOAD_ARCH_I386:
		k->cmdline_max = X86_CMDLINE_MAX;
		k->initrd_max = X86_INITRD_MAX;
		break;
	case VM_LOAD_ARCH_AARCH64:
		k->cmdline_max = ARM64_CMDLINE_MAX;
		break;
	case VM_LOAD_ARCH_RISCV64:
		k->cmdline_max = RISCV_CMDLINE_MAX;
		break;
	case VM_LOAD_ARCH_UNKNOWN:
		break;
	}
}

static int build_kernel(const struct elf *elf, struct vm_load_kernel *k,
			struct vm_load_why *why)
{
	uint64_t base;
	int r;

	r = collect_segments(elf, k, why);
	if (r)
		return r;
	r = check_overlap(k, why);
	if (r)
		return r;
	base = rebase(k);
	r = find_address(k, why);
	if (r)
		return r;
	return find_entries(elf, base, k, why);
}

int loader_parse_elf(int fd, const struct loader_head *head,
		     struct vm_load_kernel *k, struct vm_load_why *why)
{
	struct elf elf = { .fd = fd, .file_size = head->file_size };
	int r;

	loader_kernel_init(k, VM_LOAD_FORMAT_ELF, head->file_size);
	r = check_ident(head, why);
	if (r)
		return r;
	decode_header(head->data, &elf);
	r = check_type(get_le16(head->data + 16), why);
	if (r)
		return r;
	r = find_arch(&elf, k, why);
	if (r)
		return r;
	r = read_program_headers(&elf, head->data, why);
	if (r)
		return r;
	r = check_file_size(&elf, why);
	if (r)
		return r;
	r = loader_find_pvh_note(&elf, why);
	if (r)
		return r;
	r = check_not_a_program(&elf, head->data[EI_OSABI], why);
	if (r)
		return r;
	set_limits(k);
	return build_kernel(&elf, k, why);
}
