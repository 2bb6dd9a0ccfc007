/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What happens when the host refuses.  The program is linked with --wrap for
 * what opening a kernel can fail in, so that each call in turn can be made to.
 * Its errno has to come out, with a reason, and no descriptor may stay behind.
 */
#include "make.h"
#include "pack.h"

#include <linux-loader/fdt.h>
#include <linux-loader/open.h>

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLAIN 200000u

/* The call that is to fail, counted down to it, and what it fails with. */
static int fail_at, fail_with;
/* What the caller is to see of it; 0 if nothing that matters has failed. */
static int failure;

static uint8_t plain[PLAIN], packed[2 * PLAIN];
static struct vm_load_why why;
static struct vm_mem *mem;

static bool fails(int told_as)
{
	if (!fail_at || --fail_at)
		return false;
	errno = fail_with;
	failure = told_as;
	return true;
}

#define WRAP(type, name, parameters, arguments, on_failure, told_as) \
	type __real_##name parameters;                               \
	type __wrap_##name parameters;                               \
	type __wrap_##name parameters                                \
	{                                                            \
		if (fails(told_as))                                  \
			return on_failure;                           \
		return __real_##name arguments;                      \
	}

/* An interrupted transfer goes on. */
#define TRANSFER (fail_with == EINTR ? 0 : -fail_with)

WRAP(void *, malloc, (size_t size), (size), NULL, -ENOMEM)
WRAP(int, fstat64, (int fd, struct stat64 *st), (fd, st), -1, -fail_with)
WRAP(int, memfd_create, (const char *name, unsigned int flags), (name, flags),
     -1, -fail_with)
WRAP(int, ftruncate64, (int fd, off_t len), (fd, len), -1, -fail_with)
WRAP(ssize_t, pread64, (int fd, void *buf, size_t len, off_t off),
     (fd, buf, len, off), -1, TRANSFER)
WRAP(ssize_t, pwrite64, (int fd, const void *buf, size_t len, off_t off),
     (fd, buf, len, off), -1, TRANSFER)

int __real_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...)
{
	va_list arguments;
	int argument;

	va_start(arguments, command);
	argument = va_arg(arguments, int);
	va_end(arguments);
	return fails(-fail_with) ? -1 : __real_fcntl64(fd, command, argument);
}

static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

typedef int (*job_fn)(int fd);

static int open_kernel(int fd)
{
	struct vm_load_kernel kernel;
	int inner = -1;
	int r = vm_load_open(fd, 0, PLAIN, &inner, &kernel, &why);

	if (!r)
		close(inner);
	return r;
}

static int load_tree(int fd)
{
	return vm_load_fdt_file_into(mem, 0, fd, &why);
}

/* Runs a job until every call in it has failed once; returns how many did. */
static int fail_each(job_fn job, int fd, int with)
{
	int descriptors = count_descriptors(), n = 0, r, left;

	do {
		n++;
		why.text[0] = '\0';
		failure = 0;
		fail_with = with;
		fail_at = n;
		r = job(fd);
		left = fail_at;
		fail_at = 0;
		ck_assert_int_eq(r, failure);
		ck_assert_int_eq(why.text[0] != '\0', r != 0);
		ck_assert_int_eq(count_descriptors(), descriptors);
	} while (!left);
	return n - 1;
}

static void setup(void)
{
	mem = memory_make(0, 0x10000);
	memset(plain, 0x90, sizeof(plain));
	bzimage_make(plain);
}

static void teardown(void)
{
	vm_mem_free(mem);
}

static const int errors[] = { EIO, EINTR };

START_TEST(a_kernel_that_cannot_be_opened_is_told)
{
	int fd = file_of(plain, BZ_SIZE);

	ck_assert_int_ge(fail_each(open_kernel, fd, errors[_i]), 3);
	close(fd);
}
END_TEST

START_TEST(a_kernel_that_cannot_be_extracted_is_told)
{
	const struct packing *p = &packings[_i / 2];
	size_t len = p->make(plain, BZ_SIZE, packed, sizeof(packed));
	int fd = file_of(packed, len);

	ck_assert_uint_gt(len, 0);
	ck_assert_int_ge(fail_each(open_kernel, fd, errors[_i % 2]), 6);
	close(fd);
}
END_TEST

START_TEST(a_tree_that_cannot_be_read_is_told)
{
	static const uint8_t tree[] = {
		0xd0, 0x0d, 0xfe, 0xed, 0,  0, 0, 72, 0,  0,  0, 56, 0,	 0, 0,
		72,   0,    0,	  0,	40, 0, 0, 0,  17, 0,  0, 0,  16, 0, 0,
		0,    0,    0,	  0,	0,  0, 0, 0,  0,  16, 0, 0,  0,	 0, 0,
		0,    0,    0,	  0,	0,  0, 0, 0,  0,  0,  0, 0,  0,	 0, 1,
		0,    0,    0,	  0,	0,  0, 0, 2,  0,  0,  0, 9,
	};
	int fd = file_of(tree, sizeof(tree));

	ck_assert_int_eq(fail_each(load_tree, fd, errors[_i]), 3);
	close(fd);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("errors");
	TCase *tc = tcase_create("errors");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_kernel_that_cannot_be_opened_is_told, 0, 2);
	tcase_add_loop_test(tc, a_kernel_that_cannot_be_extracted_is_told, 0,
			    2 * packing_count);
	tcase_add_loop_test(tc, a_tree_that_cannot_be_read_is_told, 0, 2);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
