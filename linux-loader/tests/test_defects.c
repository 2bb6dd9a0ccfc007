/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Nine defects that a reading of rust-vmm's linux-loader 0.14 found, each as
 * a test that the same cannot happen here.
 */
#include "make.h"

#include <linux-loader/fdt.h>
#include <linux-loader/load.h>
#include <linux-loader/place.h>
#include <linux-loader/x86_boot.h>

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MIB UINT64_C(0x100000)
#define GIB (UINT64_C(1) << 30)

static uint8_t file[ELF_SIZE], seen[ELF_SIZE];
static struct vm_load_kernel k;
static struct vm_load_placement place;
static struct vm_load_why why;

static int probe(size_t size)
{
	int fd = file_of(file, size);
	int r = vm_load_probe(fd, &k, &why);

	close(fd);
	return r;
}

/* Places k, an initrd of 4 KiB and a tree into one piece of memory. */
static int place_in(uint64_t base, uint64_t size, uint64_t cmdline_len)
{
	struct vm_load_memmap map = { .count = 0 };
	struct vm_load_request request = { .memmap = &map,
					   .arch = k.arch,
					   .cmdline_len = cmdline_len,
					   .initrd_size = 4096,
					   .fdt_size = 4096 };

	ck_assert_int_eq(vm_load_memmap_add(&map, base, size, VM_LOAD_MEM_RAM),
			 0);
	return vm_load_place(&k, &request, &place, &why);
}

START_TEST(an_image_owns_image_size_bytes_and_not_only_its_file)
{
	enum vm_load_arch arch =
		_i ? VM_LOAD_ARCH_RISCV64 : VM_LOAD_ARCH_AARCH64;

	image_make(file, arch, 0, 30 * MIB, _i ? 0 : 0xa);
	ck_assert_int_eq(probe(IMAGE_FILE), 0);
	ck_assert_int_eq(place_in(GIB, 34 * MIB, 0), 0);
	ck_assert_uint_eq(place.kernel_end, GIB + 30 * MIB);
	ck_assert_uint_ge(place.initrd, place.kernel_end);
	ck_assert_uint_ge(place.fdt, place.kernel_end);
	ck_assert_int_eq(place_in(GIB, 30 * MIB, 0), -ENOSPC);
}
END_TEST

START_TEST(a_bzimage_owns_init_size_bytes_from_its_preferred_address)
{
	bzimage_make(file);
	ck_assert_int_eq(probe(BZ_SIZE), 0);
	ck_assert_int_eq(place_in(16 * MIB, 0x3378000 + 4 * MIB, 0), 0);
	ck_assert_uint_eq(place.kernel, 16 * MIB);
	ck_assert_uint_eq(place.kernel % k.alignment, 0);
	ck_assert_uint_eq(place.kernel_end, 16 * MIB + 0x3378000);
	ck_assert_uint_ge(place.initrd, place.kernel_end);
	ck_assert_int_eq(place_in(16 * MIB, 0x3378000, 0), -ENOSPC);
}
END_TEST

START_TEST(a_segment_of_bss_alone_is_counted_and_zeroed)
{
	static const struct elf_spec spec = {
		.entry = 0x100000,
		.phnum = 2,
		.ph = { { PT_LOAD, 0x1000, 0x100000, 0x100000, 64, 128, 4 },
			{ PT_LOAD, 0x1000, 0x102000, 0x102000, 0, 512, 4 } },
	};
	struct vm_mem *mem = memory_make(0x100000, 0x10000);
	int fd;

	elf_make(file, &spec);
	fd = file_of(file, ELF_SIZE);
	ck_assert_int_eq(vm_load_probe(fd, &k, &why), 0);
	ck_assert_uint_eq(k.mem_size, 0x2200);
	ck_assert_int_eq(vm_mem_fill(mem, 0x100000, 0xee, 0x10000), 0);
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &k, 0x100000, 0, &why),
			 0);
	ck_assert_int_eq(vm_mem_read(mem, 0x100000, seen, 0x2201), 0);
	for (size_t i = 64; i < 128; i++)
		ck_assert_uint_eq(seen[i], 0);
	ck_assert_uint_eq(seen[128], 0xee);
	for (size_t i = 0x2000; i < 0x2200; i++)
		ck_assert_uint_eq(seen[i], 0);
	ck_assert_uint_eq(seen[0x2200], 0xee);
	close(fd);
	vm_mem_free(mem);
}
END_TEST

/* The kernel of the tests about notes: the note segments at 0x2000. */
static void noted_make(size_t segments)
{
	struct elf_spec spec = {
		.entry = 0x100000,
		.phnum = 1 + segments,
		.ph = { { PT_LOAD, 0x1000, 0x100000, 0x100000, 64, 64, 4 } },
	};

	for (size_t i = 0; i < segments; i++)
		spec.ph[1 + i] = (struct elf_ph){
			PT_NOTE, 0x2000 + 0x40 * i, 0, 0, 24, 24, 4
		};
	elf_make(file, &spec);
	memset(file + 0x2000, 0, 0x80);
}

START_TEST(a_pvh_entry_is_not_lost_to_a_second_note_segment)
{
	static const uint8_t entry[8] = { 0x10, 0x00, 0x10, 0x00 };

	noted_make(2);
	note_make(file + 0x2000, "Xen", 18, entry, 8, 4);
	note_make(file + 0x2040, "GNU", 3, entry, 8, 4);
	ck_assert_int_eq(probe(ELF_SIZE), 0);
	ck_assert_uint_ne(k.entries & 1u << VM_LOAD_ENTRY_PVH, 0);
	ck_assert_uint_eq(k.entry[VM_LOAD_ENTRY_PVH], 0x10);
}
END_TEST

/* Class, machine, type, more in the file than in memory, e_phnum. */
static const struct poke unchecked[] = {
	{ 4, 1, 0 },   { 18, 2, 0 },	  { 16, 2, ET_REL },
	{ 96, 8, 65 }, { 56, 2, 0xfffe }, { 54, 2, 57 },
};

START_TEST(an_elf_header_is_checked_in_every_field_that_is_used)
{
	noted_make(0);
	ck_assert_int_eq(probe(ELF_SIZE), 0);
	poke_all(file, &unchecked[_i], 1);
	ck_assert_int_ne(probe(ELF_SIZE), 0);
}
END_TEST

START_TEST(a_bzimage_header_is_checked_and_copied_to_its_real_end)
{
	static const struct poke no_flag = { 0x1fe, 2, 0 };
	static const struct poke no_64 = { 0x236, 2, 0 };
	struct vm_load_memmap map = { .count = 0 };
	struct vm_load_x86_info info = { .memmap = &map };
	struct vm_mem *mem = memory_make(0, 0x1000);
	uint64_t entry;

	bzimage_make(file);
	ck_assert_int_eq(probe(0x230), -EBADMSG); /* a short read */
	poke_all(file, &no_flag, 1);
	ck_assert_int_eq(probe(BZ_SIZE), -EBADMSG);

	bzimage_make(file);
	memset(file + 0x26c, 0xee, 0x24); /* behind its end */
	ck_assert_int_eq(probe(BZ_SIZE), 0);
	ck_assert_int_eq(
		vm_load_zero_page_write(mem, 0, &k, 16 * MIB, &info, &why), 0);
	ck_assert_int_eq(vm_mem_read(mem, 0x26c, seen, 0x24), 0);
	for (size_t i = 0; i < 0x24; i++)
		ck_assert_uint_eq(seen[i], 0);
	vm_mem_free(mem);

	/* cmdline_size, xloadflags, and no base above 4 GiB by truncation */
	ck_assert_int_eq(place_in(16 * MIB, 256 * MIB, 2048), -ENOSPC);
	ck_assert_int_eq(place_in(4 * GIB, 256 * MIB, 0), -ENOSPC);
	poke_all(file, &no_64, 1);
	ck_assert_int_eq(probe(BZ_SIZE), 0);
	ck_assert_int_eq(vm_load_get_entry(&k, 0, VM_LOAD_ENTRY_LINUX64, &entry,
					   &why),
			 -ENOENT);
}
END_TEST

START_TEST(a_device_tree_is_checked_for_magic_size_and_alignment)
{
	static const uint8_t tree[48] = { 0xd0, 0x0d, 0xfe, 0xed, 0, 0, 0, 48,
					  0,	0,    0,    48,	  0, 0, 0, 48 };
	struct vm_mem *mem = memory_make(0, 0x1000);
	uint8_t other[48];

	ck_assert_int_eq(vm_load_fdt_into(mem, 0, tree, 48, &why), 0);
	ck_assert_int_eq(vm_load_fdt_into(mem, 4, tree, 48, &why), -EINVAL);
	ck_assert_int_eq(vm_load_fdt_into(mem, 0, tree, 47, &why), -EBADMSG);
	memcpy(other, tree, 48);
	other[0] = 0;
	ck_assert_int_eq(vm_load_fdt_into(mem, 0, other, 48, &why), -EBADMSG);
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_entry_is_judged_where_the_kernel_was_loaded)
{
	static const struct elf_spec spec = {
		.machine = EM_AARCH64,
		.entry = UINT64_C(0xffff800008000040),
		.phnum = 1,
		.ph = { { PT_LOAD, 0x1000, UINT64_C(0xffff800008000000),
			  UINT64_C(0xffff800008000000), 64, 128, 4 } },
	};
	uint64_t entry = 0;

	elf_make(file, &spec);
	ck_assert_int_eq(probe(ELF_SIZE), 0);
	ck_assert_int_eq(place_in(GIB, 16 * MIB, 0), 0);
	ck_assert_uint_eq(place.kernel, GIB);
	ck_assert_int_eq(vm_load_get_entry(&k, place.kernel,
					   VM_LOAD_ENTRY_NATIVE, &entry, &why),
			 0);
	ck_assert_uint_eq(entry, GIB + 0x40);
	put_le(file + 24, 8, UINT64_C(0xffff800008000080));
	ck_assert_int_eq(probe(ELF_SIZE), -EBADMSG);
}
END_TEST

START_TEST(a_pvh_entry_of_eight_bytes_is_not_cut_to_four)
{
	static const uint8_t entry[8] = { 0x10, 0x00, 0x10, 0x00, 1 };

	noted_make(1);
	note_make(file + 0x2000, "Xen", 18, entry, 8, 4);
	ck_assert_int_eq(probe(ELF_SIZE), -EBADMSG);
	ck_assert_str_eq(why.text,
			 "PVH entry 0x100100010 is not a 32-bit address");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("defects");
	TCase *tc = tcase_create("defects");

	tcase_add_loop_test(
		tc, an_image_owns_image_size_bytes_and_not_only_its_file, 0, 2);
	tcase_add_test(
		tc, a_bzimage_owns_init_size_bytes_from_its_preferred_address);
	tcase_add_test(tc, a_segment_of_bss_alone_is_counted_and_zeroed);
	tcase_add_test(tc, a_pvh_entry_is_not_lost_to_a_second_note_segment);
	tcase_add_loop_test(
		tc, an_elf_header_is_checked_in_every_field_that_is_used, 0,
		sizeof(unchecked) / sizeof(*unchecked));
	tcase_add_test(tc,
		       a_bzimage_header_is_checked_and_copied_to_its_real_end);
	tcase_add_test(tc,
		       a_device_tree_is_checked_for_magic_size_and_alignment);
	tcase_add_test(tc, an_entry_is_judged_where_the_kernel_was_loaded);
	tcase_add_test(tc, a_pvh_entry_of_eight_bytes_is_not_cut_to_four);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
