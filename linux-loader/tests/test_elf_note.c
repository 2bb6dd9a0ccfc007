/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/elf.h>

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define NOTES 0x2000u

static uint8_t file[ELF_SIZE];
static struct vm_load_kernel k;
static struct vm_load_why why;

static const uint8_t entry4[4] = { 0x10, 0x00, 0x10, 0x00 };
static const uint8_t entry8[8] = { 0x10, 0x00, 0x10, 0x00 };
static const uint8_t other4[4] = { 0x20, 0x00, 0x10, 0x00 };

static int probe(void)
{
	int fd = file_of(file, sizeof(file));
	int r = vm_load_probe_elf(fd, &k, &why);

	close(fd);
	return r;
}

/* A kernel with one note segment of size bytes at NOTES. */
static void kernel_make(uint64_t size, uint64_t align)
{
	struct elf_spec spec = {
		.entry = 0x100000,
		.phnum = 2,
		.ph = { { PT_LOAD, 0x1000, 0x100000, 0x100000, 0x800, 0x800,
			  0x1000 },
			{ PT_NOTE, NOTES, 0, 0, size, size, align } },
	};

	elf_make(file, &spec);
}

static void finds(uint64_t offset)
{
	ck_assert_msg(probe() == 0, "%s", why.text);
	ck_assert_uint_ne(k.entries & 1u << VM_LOAD_ENTRY_PVH, 0);
	ck_assert_uint_eq(k.entry[VM_LOAD_ENTRY_PVH], offset);
}

static void finds_none(void)
{
	ck_assert_msg(probe() == 0, "%s", why.text);
	ck_assert_uint_eq(k.entries & 1u << VM_LOAD_ENTRY_PVH, 0);
}

static void refuses(const char *text)
{
	ck_assert_int_eq(probe(), -EBADMSG);
	ck_assert_str_eq(why.text, text);
}

START_TEST(an_entry_of_four_bytes_is_found)
{
	kernel_make(20, 4);
	note_make(file + NOTES, "Xen", 18, entry4, 4, 4);
	finds(0x10);
}
END_TEST

START_TEST(an_entry_of_eight_bytes_is_found)
{
	kernel_make(24, 4);
	note_make(file + NOTES, "Xen", 18, entry8, 8, 4);
	finds(0x10);
}
END_TEST

START_TEST(a_note_is_found_behind_others)
{
	size_t at = NOTES;

	kernel_make(0x100, 4);
	memset(file + NOTES, 0, 0x100);
	at += note_make(file + at, "GNU", 3, "abcdefghijklmnopqrst", 20, 4);
	at += note_make(file + at, "Xen", 6, "linux", 6, 4);
	at += note_make(file + at, "L", 18, entry4, 4, 4);
	note_make(file + at, "Xen", 18, entry4, 4, 4);
	finds(0x10);
}
END_TEST

START_TEST(notes_padded_to_eight_bytes_are_followed)
{
	size_t at = NOTES;

	kernel_make(0x100, 8);
	memset(file + NOTES, 0, 0x100);
	at += note_make(file + at, "Linux", 1, "abcde", 5, 8);
	note_make(file + at, "Xen", 18, entry4, 4, 8);
	finds(0x10);
}
END_TEST

START_TEST(the_first_of_two_entries_counts)
{
	size_t at = NOTES;

	kernel_make(40, 4);
	at += note_make(file + at, "Xen", 18, entry4, 4, 4);
	note_make(file + at, "Xen", 18, other4, 4, 4);
	finds(0x10);
}
END_TEST

START_TEST(an_entry_in_the_second_note_segment_is_found)
{
	kernel_make(20, 4);
	note_make(file + NOTES, "GNU", 3, entry4, 4, 4);
	note_make(file + NOTES + 0x100, "Xen", 18, entry4, 4, 4);
	put_le(file + 56, 2, 3);
	memcpy(file + 64 + 112, file + 64 + 56, 56);
	put_le(file + 64 + 112 + 8, 8, NOTES + 0x100);
	finds(0x10);
}
END_TEST

START_TEST(the_note_of_another_owner_is_not_the_entry)
{
	kernel_make(20, 4);
	note_make(file + NOTES, "Xan", 18, entry4, 4, 4);
	finds_none();
}
END_TEST

START_TEST(less_than_a_note_header_at_the_end_is_padding)
{
	kernel_make(20 + 11, 4);
	memset(file + NOTES, 0xff, 64);
	note_make(file + NOTES, "GNU", 3, entry4, 4, 4);
	finds_none();
}
END_TEST

START_TEST(a_last_note_without_padding_is_whole)
{
	kernel_make(20 + 12 + 4 + 1, 4);
	note_make(file + NOTES, "GNU", 3, entry4, 4, 4);
	note_make(file + NOTES + 20, "Abc", 3, "x", 1, 4);
	finds_none();
}
END_TEST

START_TEST(a_note_whose_descriptor_sticks_out_is_refused)
{
	kernel_make(19, 4);
	note_make(file + NOTES, "Xen", 18, entry4, 4, 4);
	refuses("ELF note at 8192 does not fit its segment");
}
END_TEST

START_TEST(a_note_whose_name_sticks_out_is_refused)
{
	kernel_make(15, 4);
	note_make(file + NOTES, "Xen", 18, entry4, 4, 4);
	put_le(file + NOTES + 4, 4, 0);
	refuses("ELF note at 8192 does not fit its segment");
}
END_TEST

START_TEST(huge_sizes_do_not_wrap_around)
{
	kernel_make(20, 4);
	note_make(file + NOTES, "Xen", 18, entry4, 4, 4);
	put_le(file + NOTES + (_i ? 4 : 0), 4, UINT32_MAX);
	refuses("ELF note at 8192 does not fit its segment");
}
END_TEST

START_TEST(an_entry_of_another_size_is_refused)
{
	kernel_make(0x40, 4);
	memset(file + NOTES, 0, 0x40);
	note_make(file + NOTES, "Xen", 18, entry8, _i ? 5 : 0, 4);
	refuses(_i ? "PVH note has 5 bytes instead of 4 or 8"
		   : "PVH note has 0 bytes instead of 4 or 8");
}
END_TEST

START_TEST(an_entry_above_4_gib_is_refused)
{
	static const uint8_t high[8] = { 0x10, 0x00, 0x10, 0x00, 1 };

	kernel_make(24, 4);
	note_make(file + NOTES, "Xen", 18, high, 8, 4);
	refuses("PVH entry 0x100100010 is not a 32-bit address");
}
END_TEST

START_TEST(an_entry_outside_of_the_kernel_is_refused)
{
	static const uint8_t outside[4] = { 0x00, 0x08, 0x10, 0x00 };

	kernel_make(20, 4);
	note_make(file + NOTES, "Xen", 18, outside, 4, 4);
	refuses("PVH entry 0x100800 is in no segment");
}
END_TEST

START_TEST(more_notes_than_sense_are_refused)
{
	static uint8_t large[NOTES + 0x10001];
	int fd;

	kernel_make(0x10001, 4);
	memcpy(large, file, sizeof(file));
	fd = file_of(large, sizeof(large));
	ck_assert_int_eq(vm_load_probe_elf(fd, &k, &why), -EBADMSG);
	ck_assert_str_eq(why.text, "ELF notes take 65537 bytes");
	close(fd);
}
END_TEST

START_TEST(a_static_program_with_a_pvh_note_is_a_kernel)
{
	kernel_make(20, 4);
	note_make(file + NOTES, "Xen", 18, entry4, 4, 4);
	file[EI_OSABI] = ELFOSABI_GNU;
	finds(0x10);
}
END_TEST

START_TEST(other_architectures_have_no_pvh)
{
	kernel_make(20, 4);
	note_make(file + NOTES, "Xen", 18, entry4, 4, 4);
	put_le(file + 18, 2, EM_AARCH64);
	finds_none();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("elf_note");
	TCase *tc = tcase_create("elf_note");

	tcase_add_test(tc, an_entry_of_four_bytes_is_found);
	tcase_add_test(tc, an_entry_of_eight_bytes_is_found);
	tcase_add_test(tc, a_note_is_found_behind_others);
	tcase_add_test(tc, notes_padded_to_eight_bytes_are_followed);
	tcase_add_test(tc, the_first_of_two_entries_counts);
	tcase_add_test(tc, an_entry_in_the_second_note_segment_is_found);
	tcase_add_test(tc, the_note_of_another_owner_is_not_the_entry);
	tcase_add_test(tc, less_than_a_note_header_at_the_end_is_padding);
	tcase_add_test(tc, a_last_note_without_padding_is_whole);
	tcase_add_test(tc, a_note_whose_descriptor_sticks_out_is_refused);
	tcase_add_test(tc, a_note_whose_name_sticks_out_is_refused);
	tcase_add_loop_test(tc, huge_sizes_do_not_wrap_around, 0, 2);
	tcase_add_loop_test(tc, an_entry_of_another_size_is_refused, 0, 2);
	tcase_add_test(tc, an_entry_above_4_gib_is_refused);
	tcase_add_test(tc, an_entry_outside_of_the_kernel_is_refused);
	tcase_add_test(tc, more_notes_than_sense_are_refused);
	tcase_add_test(tc, a_static_program_with_a_pvh_note_is_a_kernel);
	tcase_add_test(tc, other_architectures_have_no_pvh);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
