/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/elf.h>

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static uint8_t file[ELF_SIZE];
static struct vm_load_kernel k;
static struct vm_load_why why;

static int probe(size_t size)
{
	int fd = file_of(file, size);
	int r = vm_load_probe_elf(fd, &k, &why);

	close(fd);
	return r;
}

#define VIRT UINT64_C(0xffffffff80000000)

/* A loadable segment at 0x1000 of the file. */
#define LOAD(paddr, filesz, memsz)                                            \
	{                                                                     \
		PT_LOAD, 0x1000, VIRT + (paddr), paddr, filesz, memsz, 0x1000 \
	}
/* One whose virtual address is its physical one. */
#define FLAT(paddr, filesz, memsz)                                   \
	{                                                            \
		PT_LOAD, 0x1000, paddr, paddr, filesz, memsz, 0x1000 \
	}

static const struct elf_spec vmlinux = {
	.entry = 0x1000000,
	.phnum = 3,
	.ph = { LOAD(0x1000000, 0x800, 0x800),
		{ PT_LOAD, 0x1800, VIRT + 0x1200000, 0x1200000, 0x400, 0x2000,
		  0x1000 },
		{ PT_NOTE, 0x2000, 0, 0, 0x100, 0x100, 4 } },
};

static const uint32_t pvh_entry = 0x1000400;

static void vmlinux_make(void)
{
	elf_make(file, &vmlinux);
	memset(file + 0x2000, 0, 0x100);
	note_make(file + 0x2000, "Xen", 18, &pvh_entry, 4, 4);
}

START_TEST(a_vmlinux_is_understood)
{
	vmlinux_make();
	ck_assert_int_eq(probe(ELF_SIZE), 0);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_ELF);
	ck_assert_int_eq(k.arch, VM_LOAD_ARCH_X86_64);
	ck_assert_uint_eq(k.segment_count, 2);
	ck_assert_uint_eq(k.segments[0].file_offset, 0x1000);
	ck_assert_uint_eq(k.segments[0].file_size, 0x800);
	ck_assert_uint_eq(k.segments[0].offset, 0);
	ck_assert_uint_eq(k.segments[1].file_offset, 0x1800);
	ck_assert_uint_eq(k.segments[1].offset, 0x200000);
	ck_assert_uint_eq(k.segments[1].file_size, 0x400);
	ck_assert_uint_eq(k.segments[1].mem_size, 0x2000);
	ck_assert_uint_eq(k.address, 0x1000000);
	ck_assert_uint_eq(k.mem_size, 0x202000);
	ck_assert(!k.relocatable);
	ck_assert_uint_eq(k.entries, 1u << VM_LOAD_ENTRY_LINUX64 |
					     1u << VM_LOAD_ENTRY_PVH);
	ck_assert_uint_eq(k.entry[VM_LOAD_ENTRY_LINUX64], 0);
	ck_assert_uint_eq(k.entry[VM_LOAD_ENTRY_PVH], 0x400);
	ck_assert_uint_eq(k.cmdline_max, 2047);
	ck_assert_uint_eq(k.initrd_max, 0x7fffffff);
	ck_assert_uint_eq(k.setup_header_len, 0);
}
END_TEST

/* Files that are accepted, and what they come to. */
static const struct accepted {
	const char *what;
	struct elf_spec spec;
	enum vm_load_arch arch;
	uint64_t address;
	uint64_t mem_size;
	enum vm_load_entry entry;
	uint64_t offset;
	size_t segments;
	uint32_t cmdline_max;
} accepted[] = {
	{ "one segment",
	  { .entry = 0x100000,
	    .phnum = 1,
	    .ph = { FLAT(0x100000, 0x1000, 0x1000) } },
	  VM_LOAD_ARCH_X86_64,
	  0x100000,
	  0x1000,
	  VM_LOAD_ENTRY_LINUX64,
	  0,
	  1,
	  2047 },
	{ "a virtual entry",
	  { .entry = VIRT + 0x1000010,
	    .phnum = 1,
	    .ph = { LOAD(0x1000000, 0x800, 0x800) } },
	  VM_LOAD_ARCH_X86_64,
	  0x1000000,
	  0x800,
	  VM_LOAD_ENTRY_LINUX64,
	  0x10,
	  1,
	  2047 },
	{ "an entry in the last byte",
	  { .entry = 0x1007ff,
	    .phnum = 1,
	    .ph = { FLAT(0x100000, 0x800, 0x800) } },
	  VM_LOAD_ARCH_X86_64,
	  0x100000,
	  0x800,
	  VM_LOAD_ENTRY_LINUX64,
	  0x7ff,
	  1,
	  2047 },
	{ "segments in descending order",
	  { .entry = 0x200000,
	    .phnum = 2,
	    .ph = { FLAT(0x200000, 0x800, 0x800),
		    FLAT(0x100000, 0x800, 0x800) } },
	  VM_LOAD_ARCH_X86_64,
	  0x100000,
	  0x100800,
	  VM_LOAD_ENTRY_LINUX64,
	  0x100000,
	  2,
	  2047 },
	{ "segments that touch",
	  { .entry = 0x100000,
	    .phnum = 2,
	    .ph = { FLAT(0x100000, 0x800, 0x1000),
		    FLAT(0x101000, 0x800, 0x800) } },
	  VM_LOAD_ARCH_X86_64,
	  0x100000,
	  0x1800,
	  VM_LOAD_ENTRY_LINUX64,
	  0,
	  2,
	  2047 },
	{ "a segment of nothing is skipped",
	  { .entry = 0x100000,
	    .phnum = 2,
	    .ph = { FLAT(0x100000, 0x800, 0x800), FLAT(0x5000, 0, 0) } },
	  VM_LOAD_ARCH_X86_64,
	  0x100000,
	  0x800,
	  VM_LOAD_ENTRY_LINUX64,
	  0,
	  1,
	  2047 },
	{ "a segment to the last byte of the file",
	  { .entry = 0x100000,
	    .phnum = 1,
	    .ph = { FLAT(0x100000, 0x2000, 0x2000) } },
	  VM_LOAD_ARCH_X86_64,
	  0x100000,
	  0x2000,
	  VM_LOAD_ENTRY_LINUX64,
	  0,
	  1,
	  2047 },
	{ "position independent",
	  { .type = ET_DYN,
	    .entry = 0x40,
	    .phnum = 1,
	    .ph = { FLAT(0, 0x800, 0x800) } },
	  VM_LOAD_ARCH_X86_64,
	  0,
	  0x800,
	  VM_LOAD_ENTRY_LINUX64,
	  0x40,
	  1,
	  2047 },
	{ "a note of size 0",
	  { .entry = 0x100000,
	    .phnum = 2,
	    .ph = { FLAT(0x100000, 0x800, 0x800), { .type = PT_NOTE } } },
	  VM_LOAD_ARCH_X86_64,
	  0x100000,
	  0x800,
	  VM_LOAD_ENTRY_LINUX64,
	  0,
	  1,
	  2047 },
	{ "ELF-32",
	  { .is32 = true,
	    .machine = EM_386,
	    .entry = 0x100020,
	    .phnum = 1,
	    .ph = { FLAT(0x100000, 0x800, 0x1800) } },
	  VM_LOAD_ARCH_I386,
	  0x100000,
	  0x1800,
	  VM_LOAD_ENTRY_LINUX32,
	  0x20,
	  1,
	  2047 },
	{ "aarch64 at a physical address",
	  { .machine = EM_AARCH64,
	    .entry = 0x40080000,
	    .phnum = 1,
	    .ph = { FLAT(0x40080000, 0x800, 0x800) } },
	  VM_LOAD_ARCH_AARCH64,
	  0x40080000,
	  0x800,
	  VM_LOAD_ENTRY_NATIVE,
	  0,
	  1,
	  2047 },
	{ "riscv64 at a physical address",
	  { .machine = EM_RISCV,
	    .entry = 0x80200000,
	    .phnum = 1,
	    .ph = { FLAT(0x80200000, 0x800, 0x800) } },
	  VM_LOAD_ARCH_RISCV64,
	  0x80200000,
	  0x800,
	  VM_LOAD_ENTRY_NATIVE,
	  0,
	  1,
	  1023 },
};

START_TEST(a_valid_file_gives_its_answer)
{
	const struct accepted *a = &accepted[_i];

	elf_make(file, &a->spec);
	ck_assert_msg(probe(ELF_SIZE) == 0, "%s: %s", a->what, why.text);
	ck_assert_int_eq(k.arch, a->arch);
	ck_assert_uint_eq(k.address, a->address);
	ck_assert_uint_eq(k.mem_size, a->mem_size);
	ck_assert_uint_eq(k.entries, 1u << a->entry);
	ck_assert_uint_eq(k.entry[a->entry], a->offset);
	ck_assert_uint_eq(k.segment_count, a->segments);
	ck_assert_uint_eq(k.cmdline_max, a->cmdline_max);
	ck_assert(!k.relocatable);
}
END_TEST

START_TEST(a_vmlinux_with_virtual_addresses_only_can_be_anywhere)
{
	static const struct elf_spec spec = {
		.type = ET_DYN,
		.machine = EM_AARCH64,
		.entry = UINT64_C(0xffff800008010000),
		.phnum = 1,
		.ph = { FLAT(UINT64_C(0xffff800008010000), 0x800, 0x9000) },
	};

	elf_make(file, &spec);
	ck_assert_int_eq(probe(ELF_SIZE), 0);
	ck_assert(k.relocatable);
	ck_assert_uint_eq(k.address, 0);
	ck_assert_uint_eq(k.alignment, 0x200000);
	ck_assert_uint_eq(k.text_offset, 0x10000);
	ck_assert_uint_eq(k.mem_size, 0x9000);
	ck_assert_uint_eq(k.entry[VM_LOAD_ENTRY_NATIVE], 0);
}
END_TEST

static const struct elf_spec small = {
	.entry = 0x100000,
	.phnum = 1,
	.ph = { FLAT(0x100000, 0x800, 0x800) },
};

/* One thing wrong with a good file of one segment. */
static const struct refused {
	struct poke pokes[3];
	int error;
	const char *why;
} refused[] = {
	{ { { 0, 1, 0 } }, -EBADMSG, "it is not an ELF file" },
	{ { { 4, 1, 0 } }, -EBADMSG, "ELF header has class 0" },
	{ { { 4, 1, 3 } }, -EBADMSG, "ELF header has class 3" },
	{ { { 5, 1, 0 } }, -EBADMSG, "ELF header has byte order 0" },
	{ { { 5, 1, 2 }, { 18, 2, 0x1600 } },
	  -ENOTSUP,
	  "kernel is for s390x (big-endian ELF)" },
	{ { { 6, 1, 0 } }, -EBADMSG, "ELF header has version 0" },
	{ { { 20, 4, 2 } }, -EBADMSG, "ELF header has version 2" },
	{ { { 16, 2, ET_REL } },
	  -EBADMSG,
	  "it is an object file or a kernel module, not a kernel" },
	{ { { 16, 2, ET_CORE } }, -EBADMSG, "it is a core dump, not a kernel" },
	{ { { 16, 2, 99 } }, -EBADMSG, "ELF header has type 99" },
	{ { { 18, 2, EM_PPC64 } },
	  -ENOTSUP,
	  "kernel is for powerpc64 (ELF-64)" },
	{ { { 18, 2, EM_386 } }, -ENOTSUP, "kernel is for i386 (ELF-64)" },
	{ { { 18, 2, 60000 } },
	  -ENOTSUP,
	  "kernel is for an unknown machine (ELF-64)" },
	{ { { 56, 2, 0 } },
	  -EBADMSG,
	  "it has no program headers: not a kernel" },
	{ { { 56, 2, 0xffff } },
	  -ENOTSUP,
	  "kernel has 65535 program headers, more than 64" },
	{ { { 54, 2, 32 } },
	  -EBADMSG,
	  "ELF program headers have 32 bytes, not 56" },
	{ { { 32, 8, UINT64_MAX } },
	  -EBADMSG,
	  "kernel truncated: its program headers end past any file" },
	{ { { 32, 8, ELF_SIZE - 55 } },
	  -EBADMSG,
	  "kernel truncated: its program headers end at 12289, the file has "
	  "12288 bytes" },
	{ { { 64, 4, PT_DYNAMIC } },
	  -EBADMSG,
	  "it is not a kernel: nothing in it is to be loaded" },
	{ { { 64, 4, PT_INTERP } },
	  -EBADMSG,
	  "it is a program, not a kernel: it needs an ELF interpreter" },
	{ { { 7, 1, ELFOSABI_GNU } },
	  -EBADMSG,
	  "it is a program, not a kernel: its ABI is that of the GNU C "
	  "library" },
	{ { { 96, 8, 0x801 } },
	  -EBADMSG,
	  "ELF segment has 2049 bytes in the file and 2048 in memory" },
	{ { { 96, 8, 0x2001 } },
	  -EBADMSG,
	  "kernel truncated: its headers promise 12289 bytes, the file has "
	  "12288" },
	{ { { 96, 8, UINT64_MAX } },
	  -EBADMSG,
	  "ELF segment at 0x100000 wraps in the file" },
	{ { { 88, 8, UINT64_MAX - 0x7fe } },
	  -EBADMSG,
	  "ELF segment at 0xfffffffffffff801 wraps in memory" },
	{ { { 80, 8, UINT64_MAX - 0x7fe } },
	  -EBADMSG,
	  "ELF segment at 0x100000 wraps in memory" },
	{ { { 88, 8, VIRT } },
	  -EBADMSG,
	  "ELF segments end at 0xffffffff80000800, which is no physical "
	  "address" },
	{ { { 24, 8, 0x100800 } },
	  -EBADMSG,
	  "ELF entry 0x100800 is in no segment" },
	{ { { 24, 8, 0xfffff } },
	  -EBADMSG,
	  "ELF entry 0xfffff is in no segment" },
};

START_TEST(an_invalid_file_is_refused_with_its_reason)
{
	const struct refused *c = &refused[_i];

	elf_make(file, &small);
	poke_all(file, c->pokes, 3);
	ck_assert_int_eq(probe(ELF_SIZE), c->error);
	ck_assert_str_eq(why.text, c->why);
}
END_TEST

START_TEST(overlapping_segments_are_refused)
{
	static const struct elf_spec spec = {
		.entry = 0x100000,
		.phnum = 2,
		.ph = { FLAT(0x100000, 0x800, 0x1001),
			FLAT(0x101000, 0x800, 0x800) },
	};

	elf_make(file, &spec);
	ck_assert_int_eq(probe(ELF_SIZE), -EBADMSG);
	ck_assert_str_eq(why.text,
			 "ELF segments at 0x100000 and 0x101000 overlap");
}
END_TEST

START_TEST(more_segments_than_there_is_room_for_are_refused)
{
	struct elf_spec spec = { .entry = 0x100000 };

	elf_make(file, &spec);
	put_le(file + 56, 2, VM_LOAD_SEGMENT_MAX + 1);
	for (uint32_t i = 0; i <= VM_LOAD_SEGMENT_MAX; i++) {
		put_le(file + 64 + 56 * i, 4, PT_LOAD);
		put_le(file + 64 + 56 * i + 24, 8, 0x100000 + 0x1000 * i);
		put_le(file + 64 + 56 * i + 40, 8, 0x1000);
	}
	ck_assert_int_eq(probe(ELF_SIZE), -ENOTSUP);
	ck_assert_str_eq(why.text, "kernel has more than 32 segments");
	put_le(file + 56, 2, VM_LOAD_SEGMENT_MAX);
	ck_assert_int_eq(probe(ELF_SIZE), 0);
	ck_assert_uint_eq(k.segment_count, VM_LOAD_SEGMENT_MAX);
}
END_TEST

START_TEST(a_header_truncated_at_any_byte_is_refused)
{
	vmlinux_make();
	ck_assert_int_eq(probe((size_t)_i), -EBADMSG);
}
END_TEST

START_TEST(a_32_bit_header_truncated_at_any_byte_is_refused)
{
	static const struct elf_spec spec = {
		.is32 = true,
		.machine = EM_386,
		.entry = 0x100000,
		.phnum = 1,
		.ph = { FLAT(0x100000, 0x800, 0x800) },
	};

	elf_make(file, &spec);
	ck_assert_int_eq(probe((size_t)_i), -EBADMSG);
}
END_TEST

START_TEST(a_kernel_truncated_at_any_quarter_is_refused)
{
	vmlinux_make();
	ck_assert_int_eq(probe(0x2100 * (size_t)_i / 4 - 1), -EBADMSG);
	ck_assert_ptr_eq(strstr(why.text, "kernel truncated"), why.text);
}
END_TEST

START_TEST(the_programs_of_this_machine_are_not_kernels)
{
	static const char *const paths[] = { "/bin/sh", "/proc/self/exe" };
	int fd = open(paths[_i], O_RDONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(vm_load_probe(fd, &k, &why), -EBADMSG);
	close(fd);
}
END_TEST

static const struct {
	uint16_t machine;
	const char *name;
} machines[] = {
	{ EM_386, "i386" },	   { EM_X86_64, "x86_64" },
	{ EM_ARM, "arm" },	   { EM_AARCH64, "aarch64" },
	{ EM_RISCV, "riscv" },	   { EM_MIPS, "mips" },
	{ EM_PPC, "powerpc" },	   { EM_PPC64, "powerpc64" },
	{ EM_S390, "s390x" },	   { EM_SPARC, "sparc" },
	{ EM_SPARCV9, "sparc64" }, { EM_IA_64, "ia64" },
	{ EM_PARISC, "parisc" },   { EM_68K, "m68k" },
	{ EM_SH, "sh" },	   { EM_XTENSA, "xtensa" },
	{ EM_ARCV2, "arc" },	   { EM_CSKY, "csky" },
	{ 258, "loongarch64" },	   { 0, "an unknown machine" },
};

START_TEST(a_machine_has_its_name)
{
	ck_assert_str_eq(vm_load_machine_name(machines[_i].machine),
			 machines[_i].name);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("elf");
	TCase *tc = tcase_create("elf");

	tcase_add_test(tc, a_vmlinux_is_understood);
	tcase_add_loop_test(tc, a_valid_file_gives_its_answer, 0,
			    sizeof(accepted) / sizeof(*accepted));
	tcase_add_test(tc,
		       a_vmlinux_with_virtual_addresses_only_can_be_anywhere);
	tcase_add_loop_test(tc, an_invalid_file_is_refused_with_its_reason, 0,
			    sizeof(refused) / sizeof(*refused));
	tcase_add_test(tc, overlapping_segments_are_refused);
	tcase_add_test(tc, more_segments_than_there_is_room_for_are_refused);
	tcase_add_loop_test(tc, a_header_truncated_at_any_byte_is_refused, 0,
			    64 + 3 * 56);
	tcase_add_loop_test(tc,
			    a_32_bit_header_truncated_at_any_byte_is_refused, 0,
			    52 + 32);
	tcase_add_loop_test(tc, a_kernel_truncated_at_any_quarter_is_refused, 1,
			    5);
	tcase_add_loop_test(tc, the_programs_of_this_machine_are_not_kernels, 0,
			    2);
	tcase_add_loop_test(tc, a_machine_has_its_name, 0,
			    sizeof(machines) / sizeof(*machines));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
