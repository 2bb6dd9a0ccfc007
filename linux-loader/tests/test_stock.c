/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Real kernels, which this tree does not contain: the environment variable
 * VM_LOAD_KERNELS has their paths, separated by colons.  Skipped without it.
 *
 * Each is opened, extracted if it is compressed inside, placed, loaded and
 * compared with its file, whatever architecture it is for.
 */
#include "make.h"

#include <linux-loader/extract.h>
#include <linux-loader/load.h>
#include <linux-loader/open.h>
#include <linux-loader/place.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RAM	 UINT64_C(0x80000000)
#define RAM_SIZE (UINT64_C(256) << 20)
#define PATHS	 16

static char *paths[PATHS];
static int path_count;
static struct vm_load_kernel k;
static struct vm_load_why why;

static void check_segment(const struct vm_mem *mem, int fd, uint64_t base,
			  const struct vm_load_segment *s)
{
	static uint8_t want[65536], have[65536];
	size_t len;

	for (uint64_t at = 0; at < s->file_size; at += len) {
		len = s->file_size - at < sizeof(want)
			      ? (size_t)(s->file_size - at)
			      : sizeof(want);
		ck_assert_int_eq(pread(fd, want, len,
				       (off_t)(s->file_offset + at)),
				 (ssize_t)len);
		ck_assert_int_eq(
			vm_mem_read(mem, base + s->offset + at, have, len), 0);
		ck_assert_mem_eq(want, have, len);
	}
}

/* x86 kernels want low memory, the others take what the board has. */
static void load_and_compare(int fd, unsigned int flags)
{
	bool x86 = k.arch == VM_LOAD_ARCH_X86_64;
	struct vm_load_memmap map = { .count = 0 };
	struct vm_load_request request = { &map, k.arch, 80, 1 << 20,
					   x86 ? 0 : 65536 };
	struct vm_load_placement place;
	struct vm_mem *mem;

	ck_assert_int_eq(vm_load_memmap_add(&map, x86 ? 0 : RAM, RAM_SIZE,
					    VM_LOAD_MEM_RAM),
			 0);
	ck_assert_msg(!vm_load_place(&k, &request, &place, &why), "%s",
		      why.text);
	mem = memory_make(x86 ? 0 : RAM, RAM_SIZE);
	ck_assert_msg(!vm_load_kernel_into(mem, fd, &k, place.kernel, flags,
					   &why),
		      "%s", why.text);
	for (size_t i = 0; i < k.segment_count; i++)
		check_segment(mem, fd, place.kernel, &k.segments[i]);
	ck_assert_uint_ge(place.initrd, place.kernel_end);
	vm_mem_free(mem);
}

START_TEST(a_stock_kernel_is_loaded)
{
	int file = open(paths[_i / 4], O_RDONLY | O_CLOEXEC), fd;
	unsigned int unwrap = _i & 2 ? VM_LOAD_UNWRAP_BZIMAGE : 0;

	ck_assert_msg(file >= 0, "%s: %s", paths[_i / 4], strerror(errno));
	ck_assert_msg(!vm_load_open(file, unwrap, RAM_SIZE, &fd, &k, &why),
		      "%s: %s", paths[_i / 4], why.text);
	load_and_compare(fd, _i & 1 ? VM_LOAD_READ : 0);
	close(fd);
	close(file);
}
END_TEST

START_TEST(a_stock_kernel_truncated_at_any_quarter_is_refused)
{
	int file = open(paths[_i / 4], O_RDONLY | O_CLOEXEC);
	off_t size = lseek(file, 0, SEEK_END) * (_i % 4) / 4;
	int fd = file_of("", 0);
	uint8_t block[65536];
	ssize_t n;

	ck_assert_int_ge(file, 0);
	for (off_t at = 0; at < size; at += n) {
		n = pread(file, block, sizeof(block), at);
		ck_assert_int_gt(n, 0);
		ck_assert_int_eq(pwrite(fd, block, (size_t)n, at), n);
	}
	ck_assert_int_eq(ftruncate(fd, size), 0);
	ck_assert_int_eq(vm_load_probe(fd, &k, &why), -EBADMSG);
	close(fd);
	close(file);
}
END_TEST

int main(void)
{
	const char *list = getenv("VM_LOAD_KERNELS");
	Suite *suite;
	TCase *tc;
	char *copy;
	int r;

	if (!list || !*list)
		return 77;
	suite = suite_create("stock");
	tc = tcase_create("stock");
	copy = strdup(list);
	for (char *path = strtok(copy, ":"); path && path_count < PATHS;
	     path = strtok(NULL, ":"))
		paths[path_count++] = path;
	tcase_add_loop_test(tc, a_stock_kernel_is_loaded, 0, 4 * path_count);
	tcase_add_loop_test(tc,
			    a_stock_kernel_truncated_at_any_quarter_is_refused,
			    0, 4 * path_count);
	suite_add_tcase(suite, tc);
	r = run_suite(suite);
	free(copy);
	return r;
}
