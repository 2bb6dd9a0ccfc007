/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static struct vm_load_kernel kernel;
static struct vm_load_why why;

static void refuses(int fd, int error, const char *text)
{
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(vm_load_probe(fd, &kernel, &why), error);
	ck_assert_str_eq(why.text, text);
	close(fd);
}

START_TEST(a_directory_is_named_as_one)
{
	refuses(open("/", O_RDONLY | O_DIRECTORY), -EISDIR,
		"it is a directory");
}
END_TEST

START_TEST(a_device_without_end_is_not_read)
{
	refuses(open("/dev/zero", O_RDONLY), -EBADMSG,
		"it is not a regular file");
}
END_TEST

START_TEST(a_pipe_is_not_read)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	refuses(ends[0], -EBADMSG, "it is not a regular file");
	close(ends[1]);
}
END_TEST

START_TEST(an_empty_file_is_named_as_one)
{
	refuses(file_of("", 0), -EBADMSG, "it is empty");
}
END_TEST

START_TEST(a_closed_descriptor_is_told_with_its_errno)
{
	ck_assert_int_eq(vm_load_probe(-1, &kernel, &why), -EBADF);
	ck_assert_str_eq(why.text, "cannot read its attributes");
}
END_TEST

START_TEST(a_descriptor_without_read_permission_is_told_with_its_errno)
{
	int readable = file_of("0123456789", 10), fd;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", readable);
	fd = open(path, O_WRONLY);
	close(readable);
	refuses(fd, -EBADF, "cannot read it");
}
END_TEST

START_TEST(a_reason_is_not_needed)
{
	int fd = file_of("", 0);

	ck_assert_int_eq(vm_load_probe(fd, &kernel, NULL), -EBADMSG);
	close(fd);
}
END_TEST

START_TEST(the_file_offset_is_not_moved)
{
	uint8_t file[BZ_SIZE];
	int fd;

	bzimage_make(file);
	fd = file_of(file, sizeof(file));
	ck_assert_int_eq(lseek(fd, 77, SEEK_SET), 77);
	ck_assert_int_eq(vm_load_probe(fd, &kernel, &why), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 77);
	close(fd);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("file");
	TCase *tc = tcase_create("file");

	tcase_add_test(tc, a_directory_is_named_as_one);
	tcase_add_test(tc, a_device_without_end_is_not_read);
	tcase_add_test(tc, a_pipe_is_not_read);
	tcase_add_test(tc, an_empty_file_is_named_as_one);
	tcase_add_test(tc, a_closed_descriptor_is_told_with_its_errno);
	tcase_add_test(
		tc,
		a_descriptor_without_read_permission_is_told_with_its_errno);
	tcase_add_test(tc, a_reason_is_not_needed);
	tcase_add_test(tc, the_file_offset_is_not_moved);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
