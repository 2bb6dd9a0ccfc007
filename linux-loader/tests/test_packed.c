/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <check.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static uint8_t file[IMAGE_FILE];
static struct vm_load_kernel k;
static struct vm_load_why why;

static int probe(size_t size)
{
	int fd = file_of(file, size);
	int r = vm_load_probe(fd, &k, &why);

	close(fd);
	return r;
}

/* An EFI zboot file with a zstd payload at 0x200. */
static void zboot_make(uint16_t machine)
{
	memset(file, 0, sizeof(file));
	pe_make(file, machine, IMAGE_FILE);
	memcpy(file + 4, "zimg", 4);
	put_le(file + 8, 4, 0x200);
	put_le(file + 12, 4, 0x800);
	memcpy(file + 24, "zstd", 4);
	put_le(file + 0x200, 4, 0xfd2fb528);
}

static const struct {
	uint16_t machine;
	enum vm_load_arch arch;
} machines[] = {
	{ 0x8664, VM_LOAD_ARCH_X86_64 },
	{ 0xaa64, VM_LOAD_ARCH_AARCH64 },
	{ 0x5064, VM_LOAD_ARCH_RISCV64 },
};

START_TEST(a_zboot_file_tells_its_architecture_and_payload)
{
	zboot_make(machines[_i].machine);
	ck_assert_msg(probe(IMAGE_FILE) == 0, "%s", why.text);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_ZBOOT);
	ck_assert_int_eq(k.arch, machines[_i].arch);
	ck_assert_int_eq(k.payload.compression, VM_LOAD_COMPRESSION_ZSTD);
	ck_assert_uint_eq(k.payload.offset, 0x200);
	ck_assert_uint_eq(k.payload.length, 0x800);
	ck_assert_uint_eq(k.payload.size, 0);
	ck_assert_uint_eq(k.segment_count, 0);
	ck_assert_uint_eq(k.entries, 0);
}
END_TEST

static const struct refused {
	struct poke poke;
	int error;
	const char *why;
} refused[] = {
	{ { PE_AT + 4, 2, 0x6264 },
	  -ENOTSUP,
	  "kernel is for PE machine 0x6264" },
	{ { PE_AT, 1, 0 }, -EBADMSG, "kernel has no PE header at 64" },
	{ { 12, 4, 0xe01 },
	  -EBADMSG,
	  "kernel truncated: its payload ends at 4097, the file has 4096 "
	  "bytes" },
	{ { 8, 4, UINT32_MAX },
	  -EBADMSG,
	  "kernel truncated: its payload ends at 4294969343, the file has "
	  "4096 bytes" },
	{ { 12, 4, 7 }, -EBADMSG, "EFI zboot payload has only 7 bytes" },
	{ { 0x200, 4, 0 },
	  -ENOTSUP,
	  "EFI zboot payload is compressed in an unknown way" },
	{ { 4, 4, 0 },
	  -EBADMSG,
	  "it is an EFI program without a kernel header" },
};

START_TEST(an_invalid_zboot_file_is_refused_with_its_reason)
{
	zboot_make(0xaa64);
	poke_all(file, &refused[_i].poke, 1);
	ck_assert_int_eq(probe(IMAGE_FILE), refused[_i].error);
	ck_assert_str_eq(why.text, refused[_i].why);
}
END_TEST

START_TEST(a_zboot_header_truncated_at_any_byte_is_refused)
{
	zboot_make(0xaa64);
	ck_assert_int_eq(probe((size_t)_i), -EBADMSG);
}
END_TEST

START_TEST(a_zboot_file_truncated_at_any_quarter_is_refused)
{
	zboot_make(0xaa64);
	ck_assert_int_eq(probe(IMAGE_FILE / 4 * (size_t)_i - 1), -EBADMSG);
	ck_assert_ptr_eq(strstr(why.text, "kernel truncated"), why.text);
}
END_TEST

static const struct {
	const char *magic;
	size_t len;
	enum vm_load_compression compression;
} compressions[] = {
	{ "\x1f\x8b\x08", 3, VM_LOAD_COMPRESSION_GZIP },
	{ "BZh9", 4, VM_LOAD_COMPRESSION_BZIP2 },
	{ "\x5d\x00\x00\x80", 4, VM_LOAD_COMPRESSION_LZMA },
	{ "\xfd\x37zXZ\x00", 6, VM_LOAD_COMPRESSION_XZ },
	{ "\x89LZO", 4, VM_LOAD_COMPRESSION_LZO },
	{ "\x02\x21\x4c\x18", 4, VM_LOAD_COMPRESSION_LZ4 },
	{ "\x28\xb5\x2f\xfd", 4, VM_LOAD_COMPRESSION_ZSTD },
};

START_TEST(a_compressed_file_is_known_by_its_magic)
{
	memset(file, 0xaa, sizeof(file));
	memcpy(file, compressions[_i].magic, compressions[_i].len);
	ck_assert_msg(probe(99) == 0, "%s", why.text);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_COMPRESSED);
	ck_assert_int_eq(k.arch, VM_LOAD_ARCH_UNKNOWN);
	ck_assert_int_eq(k.payload.compression, compressions[_i].compression);
	ck_assert_uint_eq(k.payload.offset, 0);
	ck_assert_uint_eq(k.payload.length, 99);
	ck_assert_uint_eq(k.segment_count, 0);
}
END_TEST

START_TEST(a_magic_that_is_cut_off_is_none)
{
	memcpy(file, compressions[_i].magic, compressions[_i].len);
	ck_assert_int_eq(probe(2), -EBADMSG);
	ck_assert_str_eq(why.text, "its 2 bytes are too few for a kernel");
}
END_TEST

int main(void)
{
	size_t count = sizeof(compressions) / sizeof(*compressions);
	Suite *suite = suite_create("packed");
	TCase *tc = tcase_create("packed");

	tcase_add_loop_test(tc, a_zboot_file_tells_its_architecture_and_payload,
			    0, sizeof(machines) / sizeof(*machines));
	tcase_add_loop_test(tc,
			    an_invalid_zboot_file_is_refused_with_its_reason, 0,
			    sizeof(refused) / sizeof(*refused));
	tcase_add_loop_test(tc, a_zboot_header_truncated_at_any_byte_is_refused,
			    0, PE_SECTION + 40);
	tcase_add_loop_test(
		tc, a_zboot_file_truncated_at_any_quarter_is_refused, 1, 5);
	tcase_add_loop_test(tc, a_compressed_file_is_known_by_its_magic, 0,
			    (int)count);
	tcase_add_loop_test(tc, a_magic_that_is_cut_off_is_none, 0, (int)count);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
