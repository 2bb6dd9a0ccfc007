/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/image.h>

#include <check.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define ARM64	VM_LOAD_ARCH_AARCH64
#define RISCV64 VM_LOAD_ARCH_RISCV64

static uint8_t file[IMAGE_FILE];
static struct vm_load_kernel k;
static struct vm_load_why why;

static int probe(size_t size)
{
	int fd = file_of(file, size);
	int r = vm_load_probe_image(fd, &k, &why);

	close(fd);
	return r;
}

/* Headers that are accepted, and what they come to. */
static const struct accepted {
	const char *what;
	enum vm_load_arch arch;
	uint64_t text_offset;
	uint64_t image_size;
	uint64_t flags;
	uint64_t want_text_offset;
	uint64_t want_mem_size;
} accepted[] = {
	{ "stock arm64", ARM64, 0, 0x1ab0000, 0xa, 0, 0x1ab0000 },
	{ "arm64 of 3.17", ARM64, 0x80000, 0x800000, 0, 0x80000, 0x800000 },
	{ "arm64 with 16 KiB pages", ARM64, 0, 0x800000, 0xc, 0, 0x800000 },
	{ "arm64 with 64 KiB pages", ARM64, 0, 0x800000, 0xe, 0, 0x800000 },
	{ "arm64 with unknown flags", ARM64, 0, 0x800000, ~UINT64_C(1), 0,
	  0x800000 },
	{ "arm64 from before image_size", ARM64, UINT64_C(0x80000) << 24, 0, 1,
	  0x80000, IMAGE_FILE + 0x1000000 },
	{ "arm64 with an image_size below its file", ARM64, 0, 64, 0, 0,
	  IMAGE_FILE },
	{ "stock riscv64", RISCV64, 0x200000, 0x1e6b000, 0, 0x200000,
	  0x1e6b000 },
	{ "riscv64 at its base", RISCV64, 0, 0x800000, 0, 0, 0x800000 },
	{ "riscv64 with an image_size below its file", RISCV64, 0x200000, 64, 0,
	  0x200000, IMAGE_FILE },
};

START_TEST(a_valid_header_gives_its_answer)
{
	const struct accepted *a = &accepted[_i];

	image_make(file, a->arch, a->text_offset, a->image_size, a->flags);
	ck_assert_msg(probe(IMAGE_FILE) == 0, "%s: %s", a->what, why.text);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_IMAGE);
	ck_assert_int_eq(k.arch, a->arch);
	ck_assert_uint_eq(k.text_offset, a->want_text_offset);
	ck_assert_uint_eq(k.mem_size, a->want_mem_size);
	ck_assert_uint_eq(k.alignment, 0x200000);
	ck_assert(k.relocatable);
	ck_assert_uint_eq(k.entries, 1u << VM_LOAD_ENTRY_NATIVE);
	ck_assert_uint_eq(k.entry[VM_LOAD_ENTRY_NATIVE], 0);
	ck_assert_uint_eq(k.segments[0].file_size, IMAGE_FILE);
	ck_assert_uint_eq(k.cmdline_max, a->arch == ARM64 ? 2047 : 1023);
	ck_assert_uint_eq(k.initrd_max, UINT64_MAX);
}
END_TEST

/* Headers that are refused, and why. */
static const struct refused {
	enum vm_load_arch arch;
	struct poke pokes[3];
	int error;
	const char *why;
} refused[] = {
	{ ARM64,
	  { { 56, 4, 0 } },
	  -EBADMSG,
	  "it is not an arm64 or riscv64 Image" },
	{ ARM64,
	  { { 24, 8, 0xb } },
	  -ENOTSUP,
	  "kernel is for big-endian aarch64" },
	{ RISCV64,
	  { { 24, 8, 1 } },
	  -ENOTSUP,
	  "kernel is for big-endian riscv64" },
	{ RISCV64,
	  { { 16, 8, 0 } },
	  -EBADMSG,
	  "Image header has image_size 0" },
	{ ARM64,
	  { { 8, 8, UINT64_MAX }, { 16, 8, 1 } },
	  -EBADMSG,
	  "Image header wants 0x1 bytes at 0xffffffffffffffff" },
	{ RISCV64,
	  { { 8, 8, 0x200000 }, { 16, 8, UINT64_MAX } },
	  -EBADMSG,
	  "Image header wants 0xffffffffffffffff bytes at 0x200000" },
};

START_TEST(an_invalid_header_is_refused_with_its_reason)
{
	const struct refused *c = &refused[_i];

	image_make(file, c->arch, 0, 0x800000, 0);
	poke_all(file, c->pokes, 3);
	ck_assert_int_eq(probe(IMAGE_FILE), c->error);
	ck_assert_str_eq(why.text, c->why);
}
END_TEST

START_TEST(a_header_truncated_at_any_byte_is_refused)
{
	image_make(file, _i & 1 ? RISCV64 : ARM64, 0, 0x800000, 0xa);
	ck_assert_int_eq(probe((size_t)_i / 2), -EBADMSG);
}
END_TEST

START_TEST(an_efi_header_truncated_at_any_byte_is_refused)
{
	image_make(file, _i & 1 ? RISCV64 : ARM64, 0, 0x800000, 0);
	pe_make(file, _i & 1 ? 0x5064 : 0xaa64, IMAGE_FILE);
	ck_assert_int_eq(probe((size_t)_i / 2), -EBADMSG);
}
END_TEST

START_TEST(an_image_that_is_an_efi_program_is_understood)
{
	image_make(file, ARM64, 0, 0x800000, 0xa);
	pe_make(file, 0xaa64, IMAGE_FILE);
	ck_assert_msg(probe(IMAGE_FILE) == 0, "%s", why.text);
	ck_assert_uint_eq(k.mem_size, 0x800000);
}
END_TEST

START_TEST(an_image_for_one_cpu_in_an_efi_program_for_another_is_refused)
{
	image_make(file, RISCV64, 0, 0x800000, 0);
	pe_make(file, 0xaa64, IMAGE_FILE);
	ck_assert_int_eq(probe(IMAGE_FILE), -EBADMSG);
	ck_assert_str_eq(why.text, "Image header is for riscv64, its PE header "
				   "for aarch64");
}
END_TEST

/* Its header looks like that of riscv64; only the PE header tells. */
START_TEST(an_image_for_riscv32_is_refused)
{
	image_make(file, RISCV64, 0, 0x800000, 0);
	pe_make(file, 0x5032, IMAGE_FILE);
	ck_assert_int_eq(probe(IMAGE_FILE), -ENOTSUP);
	ck_assert_str_eq(why.text, "kernel is for PE machine 0x5032");
}
END_TEST

START_TEST(an_efi_image_truncated_at_any_quarter_is_refused)
{
	image_make(file, RISCV64, 0, 0x800000, 0);
	pe_make(file, 0x5064, IMAGE_FILE);
	ck_assert_int_eq(probe(IMAGE_FILE / 4 * (size_t)_i - 1), -EBADMSG);
	ck_assert_ptr_eq(strstr(why.text, "kernel truncated"), why.text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("image");
	TCase *tc = tcase_create("image");

	tcase_add_loop_test(tc, a_valid_header_gives_its_answer, 0,
			    sizeof(accepted) / sizeof(*accepted));
	tcase_add_loop_test(tc, an_invalid_header_is_refused_with_its_reason, 0,
			    sizeof(refused) / sizeof(*refused));
	tcase_add_loop_test(tc, a_header_truncated_at_any_byte_is_refused, 0,
			    2 * 64);
	tcase_add_loop_test(tc, an_efi_header_truncated_at_any_byte_is_refused,
			    0, 2 * (PE_SECTION + 40));
	tcase_add_test(tc, an_image_that_is_an_efi_program_is_understood);
	tcase_add_test(
		tc,
		an_image_for_one_cpu_in_an_efi_program_for_another_is_refused);
	tcase_add_test(tc, an_image_for_riscv32_is_refused);
	tcase_add_loop_test(
		tc, an_efi_image_truncated_at_any_quarter_is_refused, 1, 5);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
