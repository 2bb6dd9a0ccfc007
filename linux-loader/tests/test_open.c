/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"
#include "pack.h"

#include <linux-loader/open.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LIMIT (1u << 20)

static uint8_t image[IMAGE_FILE], file[1u << 17];
static struct vm_load_kernel k;
static struct vm_load_why why;
static int opened;

static void setup(void)
{
	image_make(image, VM_LOAD_ARCH_AARCH64, 0, 0x800000, 0xa);
	opened = -1;
}

static int open_file(const void *data, size_t size, unsigned int flags,
		     uint64_t limit)
{
	int fd = file_of(data, size);
	int r = vm_load_open(fd, flags, limit, &opened, &k, &why);

	close(fd);
	return r;
}

/* What was opened reads as these bytes, by itself. */
static void check_opened(const uint8_t *data, size_t size)
{
	static uint8_t seen[IMAGE_FILE + 1];

	ck_assert_int_ge(opened, 0);
	ck_assert_int_ne(fcntl(opened, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_eq(pread(opened, seen, sizeof(seen), 0), (ssize_t)size);
	ck_assert_mem_eq(seen, data, size);
	close(opened);
}

START_TEST(a_bare_kernel_is_opened_as_it_is)
{
	ck_assert_int_eq(open_file(image, IMAGE_FILE, 0, 0), 0);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_IMAGE);
	check_opened(image, IMAGE_FILE);
}
END_TEST

START_TEST(a_compressed_kernel_is_unpacked)
{
	size_t len = packings[_i].make(image, IMAGE_FILE, file, sizeof(file));

	ck_assert_msg(!open_file(file, len, 0, LIMIT), "%s", why.text);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_IMAGE);
	ck_assert_int_eq(k.arch, VM_LOAD_ARCH_AARCH64);
	check_opened(image, IMAGE_FILE);
}
END_TEST

START_TEST(a_zboot_kernel_is_unpacked)
{
	size_t len = packings[_i].make(image, IMAGE_FILE, file + 0x200,
				       sizeof(file) - 0x200);

	memset(file, 0, 0x200);
	pe_make(file, 0xaa64, 0x200);
	memcpy(file + 4, "zimg", 4);
	put_le(file + 8, 4, 0x200);
	put_le(file + 12, 4, len);
	ck_assert_msg(!open_file(file, 0x200 + len, 0, LIMIT), "%s", why.text);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_IMAGE);
	check_opened(image, IMAGE_FILE);
}
END_TEST

/* A bzImage whose payload is not compressed holds this ELF file. */
static void wrap_in_bzimage(void)
{
	static const struct elf_spec spec = {
		.entry = 0x100000,
		.phnum = 1,
		.ph = { { 1, 0x100, 0x100000, 0x100000, 64, 64, 0x1000 } },
	};
	static uint8_t elf[ELF_SIZE];

	elf_make(elf, &spec);
	bzimage_make(file);
	memcpy(file + BZ_START + BZ_PAYLOAD, elf, 0x1000);
}

START_TEST(a_bzimage_is_unwrapped_on_request_only)
{
	wrap_in_bzimage();
	ck_assert_int_eq(open_file(file, BZ_SIZE, 0, LIMIT), 0);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_BZIMAGE);
	close(opened);
	ck_assert_int_eq(
		open_file(file, BZ_SIZE, VM_LOAD_UNWRAP_BZIMAGE, LIMIT), 0);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_ELF);
	check_opened(file + BZ_START + BZ_PAYLOAD, 0x1000);
}
END_TEST

START_TEST(a_bzimage_without_a_payload_cannot_be_unwrapped)
{
	wrap_in_bzimage();
	put_le(file + 0x248, 4, 0);
	ck_assert_int_eq(open_file(file, BZ_SIZE, VM_LOAD_UNWRAP_BZIMAGE,
				   LIMIT),
			 -ENOTSUP);
	ck_assert_str_eq(why.text, "kernel is compressed in an unknown way");
	ck_assert_int_eq(opened, -1);
}
END_TEST

START_TEST(what_is_wrapped_twice_is_refused)
{
	static uint8_t twice[sizeof(file)];
	size_t len;

	len = packings[_i].make(image, IMAGE_FILE, file, sizeof(file));
	len = packings[_i].make(file, len, twice, sizeof(twice));
	ck_assert_int_eq(open_file(twice, len, 0, LIMIT), -EBADMSG);
	ck_assert_str_eq(why.text, "what is inside is wrapped again, a "
				   "compressed file");
}
END_TEST

START_TEST(no_more_is_unpacked_than_the_limit)
{
	size_t len = packings[_i].make(image, IMAGE_FILE, file, sizeof(file));

	ck_assert_int_eq(open_file(file, len, 0, IMAGE_FILE), 0);
	close(opened);
	ck_assert_int_eq(open_file(file, len, 0, IMAGE_FILE - 1), -ENOSPC);
}
END_TEST

START_TEST(what_is_no_kernel_is_refused)
{
	ck_assert_int_eq(open_file("nothing", 7, 0, LIMIT), -EBADMSG);
	ck_assert_int_eq(opened, -1);
	ck_assert_int_eq(open_file(image, IMAGE_FILE, 2, LIMIT), -EINVAL);
	ck_assert_str_eq(why.text, "there is no flag 0x2");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("open");
	TCase *tc = tcase_create("open");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_bare_kernel_is_opened_as_it_is);
	tcase_add_loop_test(tc, a_compressed_kernel_is_unpacked, 0,
			    packing_count);
	tcase_add_loop_test(tc, a_zboot_kernel_is_unpacked, 0, packing_count);
	tcase_add_test(tc, a_bzimage_is_unwrapped_on_request_only);
	tcase_add_test(tc, a_bzimage_without_a_payload_cannot_be_unwrapped);
	tcase_add_loop_test(tc, what_is_wrapped_twice_is_refused, 0,
			    packing_count);
	tcase_add_loop_test(tc, no_more_is_unpacked_than_the_limit, 0,
			    packing_count);
	tcase_add_test(tc, what_is_no_kernel_is_refused);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
