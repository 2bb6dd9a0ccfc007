/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/image.h>

#include <check.h>
#include <errno.h>
#include <unistd.h>

static uint8_t file[IMAGE_FILE];
static struct vm_load_kernel k;
static struct vm_load_why why;

/* A PE header that one value has been changed in, and the answer. */
static const struct refused {
	struct poke poke;
	const char *why;
} refused[] = {
	{ { 0x3c, 4, IMAGE_FILE - 23 },
	  "kernel truncated: its PE header promises 4097 bytes, the file has "
	  "4096" },
	{ { 0x3c, 4, UINT32_MAX },
	  "kernel truncated: its PE header promises 4294967319 bytes, the "
	  "file has 4096" },
	{ { 0x3c, 4, 0x50 }, "kernel has no PE header at 80" },
	{ { PE_AT + 2, 1, 1 }, "kernel has no PE header at 64" },
	{ { PE_AT + 6, 2, 33 }, "PE header has 33 sections" },
	{ { PE_AT + 6, 2, 0xffff },
	  "kernel truncated: its PE header promises 2621504 bytes, the file "
	  "has 4096" },
	{ { PE_AT + 20, 2, 0xffff },
	  "kernel truncated: its PE header promises 65663 bytes, the file has "
	  "4096" },
	{ { PE_SECTION + 16, 4, IMAGE_FILE + 1 },
	  "kernel truncated: its PE header promises 4097 bytes, the file has "
	  "4096" },
	{ { PE_SECTION + 20, 4, UINT32_MAX },
	  "kernel truncated: its PE header promises 4294971391 bytes, the "
	  "file has 4096" },
};

static int probe(void)
{
	int fd = file_of(file, IMAGE_FILE);
	int r = vm_load_probe_image(fd, &k, &why);

	close(fd);
	return r;
}

static void make(void)
{
	image_make(file, VM_LOAD_ARCH_AARCH64, 0, 0x800000, 0xa);
	pe_make(file, 0xaa64, IMAGE_FILE);
}

START_TEST(a_header_that_contradicts_the_file_is_refused)
{
	make();
	poke_all(file, &refused[_i].poke, 1);
	ck_assert_int_eq(probe(), -EBADMSG);
	ck_assert_str_eq(why.text, refused[_i].why);
}
END_TEST

START_TEST(the_longest_section_counts)
{
	make();
	put_le(file + PE_AT + 6, 2, 2);
	put_le(file + PE_SECTION + 40 + 16, 4, 16);
	put_le(file + PE_SECTION + 40 + 20, 4, IMAGE_FILE - 16);
	ck_assert_msg(probe() == 0, "%s", why.text);
	put_le(file + PE_SECTION + 40 + 16, 4, 17);
	ck_assert_int_eq(probe(), -EBADMSG);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pe");
	TCase *tc = tcase_create("pe");

	tcase_add_loop_test(tc, a_header_that_contradicts_the_file_is_refused,
			    0, sizeof(refused) / sizeof(*refused));
	tcase_add_test(tc, the_longest_section_counts);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
