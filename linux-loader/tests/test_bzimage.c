/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/bzimage.h>

#include <check.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static uint8_t file[BZ_SIZE + 0x1000];
static struct vm_load_kernel k;
static struct vm_load_why why;

static int probe(size_t size)
{
	int fd = file_of(file, size);
	int r = vm_load_probe_bzimage(fd, &k, &why);

	close(fd);
	return r;
}

START_TEST(a_stock_header_is_understood)
{
	bzimage_make(file);
	ck_assert_int_eq(probe(BZ_SIZE), 0);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_BZIMAGE);
	ck_assert_int_eq(k.arch, VM_LOAD_ARCH_X86_64);
	ck_assert_uint_eq(k.file_size, BZ_SIZE);
	ck_assert_uint_eq(k.segment_count, 1);
	ck_assert_uint_eq(k.segments[0].file_offset, BZ_START);
	ck_assert_uint_eq(k.segments[0].file_size, BZ_CODE);
	ck_assert_uint_eq(k.segments[0].offset, 0);
	ck_assert_uint_eq(k.address, 0x1000000);
	ck_assert(k.relocatable);
	ck_assert_uint_eq(k.alignment, 0x200000);
	ck_assert_uint_eq(k.mem_size, 0x3378000);
	ck_assert_uint_eq(k.entries, 1u << VM_LOAD_ENTRY_LINUX64 |
					     1u << VM_LOAD_ENTRY_LINUX32);
	ck_assert_uint_eq(k.entry[VM_LOAD_ENTRY_LINUX64], 0x200);
	ck_assert_uint_eq(k.entry[VM_LOAD_ENTRY_LINUX32], 0);
	ck_assert_uint_eq(k.cmdline_max, 2047);
	ck_assert_uint_eq(k.initrd_max, 0x7fffffff);
	ck_assert_uint_eq(k.protocol, 0x020f);
	ck_assert_uint_eq(k.xloadflags, 0x7f);
}
END_TEST

START_TEST(the_setup_header_is_kept_to_its_own_length)
{
	bzimage_make(file);
	file[0x26c] = 0xee; /* the first byte behind it */
	ck_assert_int_eq(probe(BZ_SIZE), 0);
	ck_assert_uint_eq(k.setup_header_len, 0x26c - 0x1f1);
	ck_assert_mem_eq(k.setup_header, file + 0x1f1, k.setup_header_len);
	ck_assert_uint_eq(k.setup_header[k.setup_header_len], 0);
}
END_TEST

START_TEST(a_gzip_payload_is_found_whole)
{
	bzimage_make(file);
	ck_assert_int_eq(probe(BZ_SIZE), 0);
	ck_assert_int_eq(k.payload.compression, VM_LOAD_COMPRESSION_GZIP);
	ck_assert_uint_eq(k.payload.offset, BZ_START + BZ_PAYLOAD);
	ck_assert_uint_eq(k.payload.length, 0x1000);
	ck_assert_uint_eq(k.payload.size, BZ_PAYLOAD_SIZE);
}
END_TEST

START_TEST(another_payload_ends_before_its_appended_size)
{
	bzimage_make(file);
	put_le(file + BZ_START + BZ_PAYLOAD, 4, 0x184c2102);
	ck_assert_int_eq(probe(BZ_SIZE), 0);
	ck_assert_int_eq(k.payload.compression, VM_LOAD_COMPRESSION_LZ4);
	ck_assert_uint_eq(k.payload.length, 0xffc);
	ck_assert_uint_eq(k.payload.size, BZ_PAYLOAD_SIZE);
}
END_TEST

START_TEST(a_payload_that_is_not_compressed_is_an_elf_file)
{
	bzimage_make(file);
	put_le(file + BZ_START + BZ_PAYLOAD, 4, 0x464c457f);
	ck_assert_int_eq(probe(BZ_SIZE), 0);
	ck_assert_int_eq(k.payload.compression, VM_LOAD_COMPRESSION_NONE);
	ck_assert_uint_eq(k.payload.length, 0x1000);
}
END_TEST

START_TEST(an_unknown_payload_does_not_keep_the_kernel_from_booting)
{
	bzimage_make(file);
	put_le(file + BZ_START + BZ_PAYLOAD, 4, 0x11223344);
	ck_assert_int_eq(probe(BZ_SIZE), 0);
	ck_assert_uint_eq(k.payload.length, 0);
}
END_TEST

START_TEST(what_follows_the_code_is_not_loaded)
{
	bzimage_make(file);
	ck_assert_int_eq(probe(BZ_SIZE + 0x1000), 0);
	ck_assert_uint_eq(k.file_size, BZ_SIZE + 0x1000);
	ck_assert_uint_eq(k.segments[0].file_size, BZ_CODE);
}
END_TEST

/* Headers that are accepted, and what they come to. */
static const struct accepted {
	const char *what;
	struct poke pokes[4];
	uint64_t address;
	uint64_t mem_size;
	uint64_t alignment;
	uint32_t entries;
	enum vm_load_arch arch;
} accepted[] = {
	{ "2.15", { { 0 } }, 0x1000000, 0x3378000, 0x200000, 3, 1 },
	{ "2.12",
	  { { 0x206, 2, 0x20c } },
	  0x1000000,
	  0x3378000,
	  0x200000,
	  3,
	  1 },
	{ "2.11 has no xloadflags",
	  { { 0x206, 2, 0x20b } },
	  0x1000000,
	  0x3378000,
	  0x200000,
	  2,
	  1 },
	{ "2.09 has no init_size",
	  { { 0x206, 2, 0x209 } },
	  0x100000,
	  4 * BZ_CODE,
	  0x200000,
	  2,
	  1 },
	{ "2.06 has no payload",
	  { { 0x206, 2, 0x206 } },
	  0x100000,
	  4 * BZ_CODE,
	  0x200000,
	  2,
	  1 },
	{ "2.06 with its short header",
	  { { 0x206, 2, 0x206 }, { 0x201, 1, 0x3a } },
	  0x100000,
	  4 * BZ_CODE,
	  0x200000,
	  2,
	  1 },
	{ "no 64-bit entry",
	  { { 0x236, 2, 0x00 } },
	  0x1000000,
	  0x3378000,
	  0x200000,
	  2,
	  2 },
	{ "fixed, runs at pref_address",
	  { { 0x234, 1, 0 } },
	  0x100000,
	  0x3378000 + 0xf00000,
	  1,
	  3,
	  1 },
	{ "fixed, without pref_address",
	  { { 0x234, 1, 0 }, { 0x258, 8, 0 } },
	  0x100000,
	  0x3378000,
	  1,
	  3,
	  1 },
	{ "pref_address below 1 MiB",
	  { { 0x258, 8, 0x10000 } },
	  0x100000,
	  0x3378000,
	  0x200000,
	  3,
	  1 },
	{ "init_size smaller than the code",
	  { { 0x260, 4, 16 } },
	  0x1000000,
	  BZ_CODE,
	  0x200000,
	  3,
	  1 },
	{ "alignment of a page",
	  { { 0x230, 4, 0x1000 } },
	  0x1000000,
	  0x3378000,
	  0x1000,
	  3,
	  1 },
	{ "no syssize",
	  { { 0x1f4, 4, 0 } },
	  0x1000000,
	  0x3378000,
	  0x200000,
	  3,
	  1 },
	{ "no payload",
	  { { 0x248, 4, 0 } },
	  0x1000000,
	  0x3378000,
	  0x200000,
	  3,
	  1 },
	{ "the longest header",
	  { { 0x201, 1, 0x7f } },
	  0x1000000,
	  0x3378000,
	  0x200000,
	  3,
	  1 },
};

START_TEST(a_valid_header_gives_its_answer)
{
	const struct accepted *a = &accepted[_i];

	bzimage_make(file);
	poke_all(file, a->pokes, 4);
	ck_assert_msg(probe(BZ_SIZE) == 0, "%s: %s", a->what, why.text);
	ck_assert_uint_eq(k.address, a->address);
	ck_assert_uint_eq(k.mem_size, a->mem_size);
	ck_assert_uint_eq(k.alignment, a->alignment);
	ck_assert_uint_eq(k.entries, a->entries);
	ck_assert_int_eq(k.arch, a->arch);
}
END_TEST

/* Headers that are refused, and why. */
static const struct refused {
	struct poke pokes[3];
	int error;
	const char *why;
} refused[] = {
	{ { { 0x202, 4, 0 } }, -EBADMSG, "it is not a bzImage" },
	{ { { 0x1fe, 2, 0 } },
	  -EBADMSG,
	  "bzImage header has no boot flag 0xaa55" },
	{ { { 0x206, 2, 0x205 } },
	  -ENOTSUP,
	  "kernel has boot protocol 2.05, older than 2.06" },
	{ { { 0x206, 2, 0 } },
	  -ENOTSUP,
	  "kernel has boot protocol 0.00, older than 2.06" },
	{ { { 0x211, 1, 0 } }, -ENOTSUP, "kernel is a zImage" },
	{ { { 0x201, 1, 0x61 } },
	  -EBADMSG,
	  "bzImage header of protocol 2.15 ends at 611" },
	{ { { 0x201, 1, 0x80 } },
	  -EBADMSG,
	  "bzImage header of protocol 2.15 ends at 642" },
	{ { { 0x201, 1, 0x39 }, { 0x206, 2, 0x206 } },
	  -EBADMSG,
	  "bzImage header of protocol 2.06 ends at 571" },
	{ { { 0x230, 4, 0 } }, -EBADMSG, "bzImage header has alignment 0x0" },
	{ { { 0x230, 4, 0x300000 } },
	  -EBADMSG,
	  "bzImage header has alignment 0x300000" },
	{ { { 0x258, 8, UINT64_MAX } },
	  -EBADMSG,
	  "bzImage header wants 0x3378000 bytes at 0xffffffffffffffff" },
	{ { { 0x1f4, 4, 0x201 } },
	  -EBADMSG,
	  "kernel truncated: its header promises 9232 bytes, the file has "
	  "9216" },
	{ { { 0x1f4, 4, UINT32_MAX } },
	  -EBADMSG,
	  "kernel truncated: its header promises 68719477744 bytes, the file "
	  "has 9216" },
	{ { { 0x1f1, 1, 0xff } },
	  -EBADMSG,
	  "kernel truncated: its header promises 139264 bytes, the file has "
	  "9216" },
	{ { { 0x1f1, 1, 0 } },
	  -EBADMSG,
	  "kernel truncated: its header promises 10752 bytes, the file has "
	  "9216" },
	{ { { 0x1f4, 4, 0x20 } },
	  -EBADMSG,
	  "bzImage has only 512 bytes of code" },
	{ { { 0x24c, 4, 0x1d01 } },
	  -EBADMSG,
	  "kernel truncated: its payload ends at 8193, its code at 8192" },
	{ { { 0x248, 4, UINT32_MAX }, { 0x24c, 4, UINT32_MAX } },
	  -EBADMSG,
	  "kernel truncated: its payload ends at 8589934590, its code at "
	  "8192" },
};

START_TEST(an_invalid_header_is_refused_with_its_reason)
{
	const struct refused *c = &refused[_i];

	bzimage_make(file);
	poke_all(file, c->pokes, 3);
	ck_assert_int_eq(probe(BZ_SIZE), c->error);
	ck_assert_str_eq(why.text, c->why);
}
END_TEST

START_TEST(a_header_truncated_at_any_byte_is_refused)
{
	bzimage_make(file);
	ck_assert_int_eq(probe((size_t)_i), -EBADMSG);
}
END_TEST

START_TEST(a_kernel_truncated_at_any_quarter_is_refused)
{
	bzimage_make(file);
	ck_assert_int_eq(probe(BZ_SIZE * (size_t)_i / 4 - 1), -EBADMSG);
	ck_assert_ptr_eq(strstr(why.text, "kernel truncated"), why.text);
}
END_TEST

START_TEST(a_failed_probe_leaves_the_answer_alone)
{
	struct vm_load_kernel before;

	memset(&k, 0x5a, sizeof(k));
	before = k;
	bzimage_make(file);
	ck_assert_int_eq(probe(BZ_SIZE - 1), -EBADMSG);
	ck_assert_mem_eq(&k, &before, sizeof(k));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bzimage");
	TCase *tc = tcase_create("bzimage");

	tcase_add_test(tc, a_stock_header_is_understood);
	tcase_add_test(tc, the_setup_header_is_kept_to_its_own_length);
	tcase_add_test(tc, a_gzip_payload_is_found_whole);
	tcase_add_test(tc, another_payload_ends_before_its_appended_size);
	tcase_add_test(tc, a_payload_that_is_not_compressed_is_an_elf_file);
	tcase_add_test(
		tc, an_unknown_payload_does_not_keep_the_kernel_from_booting);
	tcase_add_test(tc, what_follows_the_code_is_not_loaded);
	tcase_add_loop_test(tc, a_valid_header_gives_its_answer, 0,
			    sizeof(accepted) / sizeof(*accepted));
	tcase_add_loop_test(tc, an_invalid_header_is_refused_with_its_reason, 0,
			    sizeof(refused) / sizeof(*refused));
	tcase_add_loop_test(tc, a_header_truncated_at_any_byte_is_refused, 0,
			    0x26c);
	tcase_add_loop_test(tc, a_kernel_truncated_at_any_quarter_is_refused, 1,
			    5);
	tcase_add_test(tc, a_failed_probe_leaves_the_answer_alone);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
