/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/load.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE	   0x1000u
#define RAM	   0x100000u
#define SIZE	   0x6234u
#define PATTERN(i) ((uint8_t)((i)*31 + ((i) >> 8)))

static uint8_t bytes[SIZE], seen[0x20000];
static struct vm_load_kernel kernel;
static struct vm_load_why why;
static struct vm_mem *mem;
static int fd;

static void setup(void)
{
	for (uint32_t i = 0; i < SIZE; i++)
		bytes[i] = PATTERN(i);
	mem = memory_make(RAM, 0x40000);
	ck_assert_int_eq(vm_mem_fill(mem, RAM, 0xee, 0x40000), 0);
	fd = file_of(bytes, SIZE);
	memset(&kernel, 0, sizeof(kernel));
	kernel.file_size = SIZE;
}

static void teardown(void)
{
	close(fd);
	vm_mem_free(mem);
}

static void add_segment(uint64_t file_offset, uint64_t file_size,
			uint64_t offset, uint64_t mem_size)
{
	kernel.segments[kernel.segment_count++] =
		(struct vm_load_segment){ file_offset, file_size, offset,
					  mem_size };
}

/* Guest memory from gpa on: the file's bytes, zeroes, and 0xee around. */
static void check_memory(uint64_t gpa, uint64_t file_offset, uint64_t file_size,
			 uint64_t mem_size)
{
	ck_assert_int_eq(vm_mem_read(mem, gpa - 1, seen, mem_size + 2), 0);
	ck_assert_uint_eq(seen[0], 0xee);
	ck_assert_mem_eq(seen + 1, bytes + file_offset, file_size);
	for (uint64_t i = file_size; i < mem_size; i++)
		ck_assert_uint_eq(seen[1 + i], 0);
	ck_assert_uint_eq(seen[1 + mem_size], 0xee);
}

/* Alignments for mapping whole pages, for a head and a tail, for reading. */
static const struct {
	uint64_t file_offset;
	uint64_t file_size;
	uint64_t gpa;
	uint64_t mem_size;
} pieces[] = {
	{ 0, 0x3000, RAM + 0x2000, 0x3000 },
	{ 0x1000, 0x3000, RAM + 0x2000, 0x5000 },
	{ 0x1000, 0x3001, RAM + 0x2000, 0x3001 },
	{ 0x1000, 0x3001, RAM + 0x2000, 0x3800 },
	{ 0x0ff0, 0x3000, RAM + 0x2ff0, 0x3000 },
	{ 0x0ff0, 0x0010, RAM + 0x2ff0, 0x0010 },
	{ 0x0ff0, 0x0020, RAM + 0x2ff0, 0x0020 },
	{ 0x0ff0, 0x100f, RAM + 0x2ff0, 0x100f },
	{ 0x0ff0, 0x1010, RAM + 0x2ff0, 0x2000 },
	{ 0x0001, 0x3000, RAM + 0x2000, 0x3000 },
	{ 0x0000, SIZE, RAM + 0x2000, SIZE },
	{ 0x0234, SIZE - 0x234, RAM + 0x2234, 0x9000 },
	{ 0x0000, 0, RAM + 0x2000, 0x123 },
};

static void load_piece(int i, unsigned int flags)
{
	add_segment(pieces[i].file_offset, pieces[i].file_size, 0x100,
		    pieces[i].mem_size);
	ck_assert_msg(!vm_load_kernel_into(mem, fd, &kernel,
					   pieces[i].gpa - 0x100, flags, &why),
		      "%s", why.text);
	check_memory(pieces[i].gpa, pieces[i].file_offset, pieces[i].file_size,
		     pieces[i].mem_size);
}

START_TEST(a_segment_arrives_whole_and_alone)
{
	load_piece(_i, 0);
}
END_TEST

START_TEST(a_segment_that_is_read_arrives_whole_and_alone)
{
	load_piece(_i, VM_LOAD_READ);
}
END_TEST

/* Whether the page at gpa comes from the file: then it follows the file. */
static bool is_mapped(uint64_t gpa, uint64_t file_offset)
{
	uint8_t changed = (uint8_t)~bytes[file_offset], now;

	ck_assert_int_eq(pwrite(fd, &changed, 1, (off_t)file_offset), 1);
	ck_assert_int_eq(vm_mem_read(mem, gpa, &now, 1), 0);
	return now == changed;
}

START_TEST(aligned_pages_are_mapped_and_not_copied)
{
	add_segment(0x1000, 0x3000, 0, 0x3000);
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel, RAM + 0x2000, 0,
					     &why),
			 0);
	ck_assert(is_mapped(RAM + 0x2000, 0x1000));
	ck_assert(is_mapped(RAM + 0x4fff, 0x3fff));
}
END_TEST

START_TEST(pages_are_copied_on_request)
{
	add_segment(0x1000, 0x3000, 0, 0x3000);
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel, RAM + 0x2000,
					     VM_LOAD_READ, &why),
			 0);
	ck_assert(!is_mapped(RAM + 0x2000, 0x1000));
}
END_TEST

START_TEST(the_guest_writes_to_its_own_copy)
{
	uint8_t byte = 0x77, seen_byte;

	add_segment(0x1000, 0x3000, 0, 0x3000);
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel, RAM + 0x2000, 0,
					     &why),
			 0);
	ck_assert_int_eq(vm_mem_write(mem, RAM + 0x2000, &byte, 1), 0);
	ck_assert_int_eq(pread(fd, &seen_byte, 1, 0x1000), 1);
	ck_assert_uint_eq(seen_byte, bytes[0x1000]);
}
END_TEST

START_TEST(memory_that_others_share_is_written_and_not_mapped)
{
	struct vm_mem_backing shared = { .kind = VM_MEM_MEMFD };
	struct vm_mem_range range = { RAM, 0x40000, &shared };

	vm_mem_free(mem);
	ck_assert_int_eq(vm_mem_new(&range, 1, &mem), 0);
	add_segment(0x1000, 0x3000, 0, 0x3000);
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel, RAM + 0x2000, 0,
					     &why),
			 0);
	ck_assert_int_eq(vm_mem_read(mem, RAM + 0x2000, seen, 0x3000), 0);
	ck_assert_mem_eq(seen, bytes + 0x1000, 0x3000);
	ck_assert(!is_mapped(RAM + 0x2000, 0x1000));
}
END_TEST

START_TEST(a_segment_may_span_regions)
{
	struct vm_mem_range ranges[] = { { RAM, 0x3000, NULL },
					 { RAM + 0x3000, 0x20000, NULL } };

	vm_mem_free(mem);
	ck_assert_int_eq(vm_mem_new(ranges, 2, &mem), 0);
	add_segment(0x1000, 0x4000, 0, 0x9000);
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel, RAM + 0x1000, 0,
					     &why),
			 0);
	ck_assert_int_eq(vm_mem_read(mem, RAM + 0x1000, seen, 0x4000), 0);
	ck_assert_mem_eq(seen, bytes + 0x1000, 0x4000);
}
END_TEST

START_TEST(a_segment_outside_of_memory_is_refused)
{
	add_segment(0, 0x1000, 0, 0x1001);
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel, RAM + 0x3f000, 0,
					     &why),
			 -EFAULT);
	ck_assert_str_eq(why.text, "kernel segment of 4097 bytes at 0x13f000 "
				   "is not in guest memory");
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel,
					     UINT64_MAX - 0xfff, 0, &why),
			 -EOVERFLOW);
	kernel.segments[0].offset = UINT64_MAX;
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel, RAM, 0, &why),
			 -EOVERFLOW);
}
END_TEST

START_TEST(a_file_that_changed_is_told)
{
	add_segment(0, SIZE, 0, SIZE);
	ck_assert_int_eq(ftruncate(fd, SIZE - 1), 0);
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel, RAM, 0, &why),
			 -EBADMSG);
	ck_assert_str_eq(why.text, "kernel changed from 25140 to 25139 bytes");
	ck_assert_int_eq(ftruncate(fd, SIZE + 1), 0);
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel, RAM, 0, &why),
			 -EBADMSG);
}
END_TEST

START_TEST(a_file_that_becomes_shorter_meanwhile_is_told)
{
	add_segment(0, SIZE + 0x1000, 0, SIZE + 0x1000);
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel, RAM,
					     (unsigned int)_i, &why),
			 -EBADMSG);
	ck_assert_str_eq(why.text, "it became shorter while it was loaded");
}
END_TEST

START_TEST(an_error_of_the_file_is_told)
{
	char path[64];
	int write_only;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	write_only = open(path, O_WRONLY);
	add_segment(0, 16, 0, 16);
	ck_assert_int_eq(vm_load_kernel_into(mem, -1, &kernel, RAM, 0, &why),
			 -EBADF);
	ck_assert_str_eq(why.text, "cannot read its attributes");
	ck_assert_int_eq(vm_load_kernel_into(mem, write_only, &kernel, RAM, 0,
					     &why),
			 -EBADF);
	ck_assert_str_eq(why.text, "cannot read it");
	close(write_only);
}
END_TEST

START_TEST(a_directory_is_no_kernel)
{
	int directory = open("/", O_RDONLY | O_DIRECTORY);

	add_segment(0, 16, 0, 16);
	ck_assert_int_eq(vm_load_kernel_into(mem, directory, &kernel, RAM, 0,
					     &why),
			 -EISDIR);
	ck_assert_int_eq(vm_load_initrd_into(mem, &directory, 1, RAM, 16, 0,
					     &why),
			 -EISDIR);
	close(directory);
}
END_TEST

START_TEST(a_wrong_call_is_refused)
{
	uint64_t size = SIZE;

	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel, RAM, 0, &why),
			 -EINVAL);
	ck_assert_str_eq(why.text, "kernel has to be extracted");
	add_segment(0, 16, 0, 16);
	ck_assert_int_eq(vm_load_kernel_into(mem, fd, &kernel, RAM, 2, &why),
			 -EINVAL);
	ck_assert_str_eq(why.text, "there is no flag 0x2");
	ck_assert_int_eq(vm_load_initrd_into(mem, &fd, 1, RAM, size, 2, &why),
			 -EINVAL);
}
END_TEST

START_TEST(initrds_begin_on_pages_with_zeroes_between)
{
	int fds[3] = { file_of("first", 5), fd, file_of("third", 5) };
	uint64_t size;

	ck_assert_int_eq(vm_load_initrd_size(fds, 3, &size, &why), 0);
	ck_assert_uint_eq(size, 0x1000 + 0x7000 + 5);
	ck_assert_int_eq(vm_load_initrd_into(mem, fds, 3, RAM + 0x1000, size, 0,
					     &why),
			 0);
	ck_assert_int_eq(vm_mem_read(mem, RAM + 0x1000, seen, size + 1), 0);
	ck_assert_mem_eq(seen, "first\0\0\0", 8);
	ck_assert_uint_eq(seen[0xfff], 0);
	ck_assert_mem_eq(seen + 0x1000, bytes, SIZE);
	for (size_t i = 0x1000 + SIZE; i < 0x8000; i++)
		ck_assert_uint_eq(seen[i], 0);
	ck_assert_mem_eq(seen + 0x8000, "third\xee", 6);
	close(fds[0]);
	close(fds[2]);
}
END_TEST

START_TEST(no_initrd_takes_no_room)
{
	uint64_t size = 1;

	ck_assert_int_eq(vm_load_initrd_size(NULL, 0, &size, &why), 0);
	ck_assert_uint_eq(size, 0);
	ck_assert_int_eq(vm_load_initrd_into(mem, NULL, 0, 0, 0, 0, &why), 0);
}
END_TEST

START_TEST(an_initrd_that_cannot_be_one_is_refused)
{
	int empty = file_of("", 0), ends[2];
	uint64_t size;

	ck_assert_int_eq(vm_load_initrd_size(&empty, 1, &size, &why), -EBADMSG);
	ck_assert_str_eq(why.text, "it is empty");
	ck_assert_int_eq(vm_load_initrd_into(mem, &empty, 1, RAM, 1, 0, &why),
			 -EBADMSG);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(vm_load_initrd_size(ends, 1, &size, &why), -EBADMSG);
	close(empty);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(initrds_that_are_too_large_together_are_refused)
{
	int large = file_of("", 0), fds[3] = { large, large, large };
	uint64_t size;

	if (ftruncate(large, INT64_MAX))
		ck_assert_int_eq(ftruncate(large, INT64_MAX / 2 + 1), 0);
	ck_assert_int_eq(vm_load_initrd_size(fds, 3, &size, &why), -EOVERFLOW);
	ck_assert_str_eq(why.text, "initramfs files are too large");
	close(large);
}
END_TEST

START_TEST(an_initrd_that_changed_is_told)
{
	int fds[2] = { fd, fd };

	ck_assert_int_eq(vm_load_initrd_into(mem, fds, 1, RAM, SIZE + 1, 0,
					     &why),
			 -EBADMSG);
	ck_assert_str_eq(why.text, "initramfs no longer has 25141 bytes");
	ck_assert_int_eq(vm_load_initrd_into(mem, fds, 1, RAM, SIZE - 1, 0,
					     &why),
			 -EBADMSG);
	ck_assert_int_eq(vm_load_initrd_into(mem, fds, 2, RAM, SIZE, 0, &why),
			 -EBADMSG);
	ck_assert_int_eq(vm_load_initrd_into(mem, fds, 2, RAM, SIZE + 0x2000, 0,
					     &why),
			 -EBADMSG);
}
END_TEST

START_TEST(an_initrd_outside_of_memory_is_refused)
{
	ck_assert_int_eq(vm_load_initrd_into(mem, &fd, 1, RAM + 0x3f000, SIZE,
					     0, &why),
			 -EFAULT);
	ck_assert_str_eq(why.text, "initramfs of 25140 bytes at 0x13f000 is "
				   "not in guest memory");
	ck_assert_int_eq(vm_load_initrd_into(mem, &fd, 1, UINT64_MAX, SIZE, 0,
					     &why),
			 -EOVERFLOW);
}
END_TEST

START_TEST(a_command_line_is_written_with_its_zero)
{
	ck_assert_int_eq(vm_load_cmdline_into(mem, RAM + 1, "quiet", &why), 0);
	ck_assert_int_eq(vm_mem_read(mem, RAM, seen, 8), 0);
	ck_assert_mem_eq(seen, "\xeequiet\0\xee", 8);
}
END_TEST

START_TEST(a_command_line_has_to_fit_with_its_zero)
{
	ck_assert_int_eq(
		vm_load_cmdline_into(mem, RAM + 0x3fffa, "quiet", &why), 0);
	ck_assert_int_eq(vm_load_cmdline_into(mem, RAM + 0x3fffb, "quiet",
					      &why),
			 -EFAULT);
	ck_assert_str_eq(why.text, "command line of 6 bytes at 0x13fffb is "
				   "not in guest memory");
	ck_assert_int_eq(vm_load_cmdline_into(mem, UINT64_MAX, "quiet", &why),
			 -EOVERFLOW);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("load");
	TCase *tc = tcase_create("load");
	int count = sizeof(pieces) / sizeof(*pieces);

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_segment_arrives_whole_and_alone, 0, count);
	tcase_add_loop_test(tc, a_segment_that_is_read_arrives_whole_and_alone,
			    0, count);
	tcase_add_test(tc, aligned_pages_are_mapped_and_not_copied);
	tcase_add_test(tc, pages_are_copied_on_request);
	tcase_add_test(tc, the_guest_writes_to_its_own_copy);
	tcase_add_test(tc, memory_that_others_share_is_written_and_not_mapped);
	tcase_add_test(tc, a_segment_may_span_regions);
	tcase_add_test(tc, a_segment_outside_of_memory_is_refused);
	tcase_add_test(tc, a_file_that_changed_is_told);
	tcase_add_loop_test(tc, a_file_that_becomes_shorter_meanwhile_is_told,
			    0, 2);
	tcase_add_test(tc, a_directory_is_no_kernel);
	tcase_add_test(tc, an_error_of_the_file_is_told);
	tcase_add_test(tc, a_wrong_call_is_refused);
	tcase_add_test(tc, initrds_begin_on_pages_with_zeroes_between);
	tcase_add_test(tc, no_initrd_takes_no_room);
	tcase_add_test(tc, an_initrd_that_cannot_be_one_is_refused);
	tcase_add_test(tc, initrds_that_are_too_large_together_are_refused);
	tcase_add_test(tc, an_initrd_that_changed_is_told);
	tcase_add_test(tc, an_initrd_outside_of_memory_is_refused);
	tcase_add_test(tc, a_command_line_is_written_with_its_zero);
	tcase_add_test(tc, a_command_line_has_to_fit_with_its_zero);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
