/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux/loop.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "block_support.h"

START_TEST(an_image_is_as_large_as_its_whole_sectors)
{
	static const struct {
		size_t size;
		uint64_t seen;
	} sizes[] = { { 0, 0 },	      { 1, 0 },	      { 511, 0 },
		      { 512, 512 },   { 513, 512 },   { 1023, 512 },
		      { 1024, 1024 }, { 4096, 4096 }, { 100001, 99840 } };
	struct vm_block_image image;
	struct file file;

	file_init(&file, sizes[_i].size);
	ck_assert_int_eq(vm_block_image_open(&image, file.path, 0), 0);
	ck_assert_uint_eq(image.size, sizes[_i].seen);
	ck_assert_uint_eq(image.block_size, SECTOR);
	ck_assert_uint_eq(image.physical_size % image.block_size, 0);
	ck_assert(!image.is_read_only && !image.is_direct);
	vm_block_image_close(&image);
	ck_assert_int_eq(image.fd, -1);
	vm_block_image_close(&image);
	file_fini(&file);
}
END_TEST

/* Another open file, as another process would have. */
START_TEST(an_image_has_one_writer_or_many_readers)
{
	struct vm_block_image first, second, third;
	struct file file;

	file_init(&file, SECTOR);
	ck_assert_int_eq(vm_block_image_open(&first, file.path, 0), 0);
	second.fd = 77;
	ck_assert_int_eq(vm_block_image_open(&second, file.path, 0), -EBUSY);
	ck_assert_int_eq(vm_block_image_open(&second, file.path,
					     VM_BLOCK_READ_ONLY),
			 -EBUSY);
	ck_assert_int_eq(second.fd, 77);
	ck_assert_int_eq(
		vm_block_image_open(&second, file.path, VM_BLOCK_UNLOCKED), 0);
	vm_block_image_close(&second);
	vm_block_image_close(&first);

	ck_assert_int_eq(
		vm_block_image_open(&first, file.path, VM_BLOCK_READ_ONLY), 0);
	ck_assert_int_eq(
		vm_block_image_open(&second, file.path, VM_BLOCK_READ_ONLY), 0);
	ck_assert_int_eq(vm_block_image_open(&third, file.path, 0), -EBUSY);
	vm_block_image_close(&second);
	vm_block_image_close(&first);
	ck_assert_int_eq(vm_block_image_open(&third, file.path, 0), 0);
	vm_block_image_close(&third);
	file_fini(&file);
}
END_TEST

START_TEST(a_lock_ends_with_its_process)
{
	struct vm_block_image image;
	struct file file;
	int status;
	pid_t child;

	file_init(&file, SECTOR);
	child = fork();
	if (!child)
		_exit(vm_block_image_open(&image, file.path, 0) ? 1 : 0);
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(vm_block_image_open(&image, file.path, 0), 0);
	vm_block_image_close(&image);
	file_fini(&file);
}
END_TEST

START_TEST(what_is_no_disk_is_refused)
{
	char fifo[] = "test-fifo-XXXXXX";
	struct vm_block_image image;

	ck_assert_int_eq(vm_block_image_open(&image, "/nowhere/at/all", 0),
			 -ENOENT);
	ck_assert_int_eq(vm_block_image_open(&image, ".", 0), -EISDIR);
	ck_assert_int_eq(vm_block_image_open(&image, ".", VM_BLOCK_READ_ONLY),
			 -ENOTBLK);
	ck_assert_int_eq(vm_block_image_open(&image, "/dev/null", 0), -ENOTBLK);
	ck_assert_int_eq(vm_block_image_open(&image, "/dev/null", 8), -EINVAL);

	/* Nobody is at the other end, and nobody waits for one. */
	close(mkstemp(fifo));
	unlink(fifo);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_assert_int_eq(vm_block_image_open(&image, fifo, VM_BLOCK_READ_ONLY),
			 -ENOTBLK);
	unlink(fifo);
}
END_TEST

START_TEST(a_descriptor_is_duplicated)
{
	struct vm_block_image image;
	struct file file;
	uint8_t byte;

	file_init(&file, SECTOR);
	ck_assert_int_eq(vm_block_image_open_fd(&image, file.fd, 0), 0);
	ck_assert_int_ne(image.fd, file.fd);
	ck_assert_int_ne(fcntl(image.fd, F_GETFD) & FD_CLOEXEC, 0);
	close(file.fd);
	ck_assert_int_eq(pread(image.fd, &byte, 1, 0), 1);
	vm_block_image_close(&image);
	file.fd = open(file.path, O_RDWR | O_CLOEXEC);
	file_fini(&file);
}
END_TEST

START_TEST(a_descriptor_has_to_be_open_in_the_right_way)
{
	static const struct {
		int how;
		unsigned int flags;
		int result;
	} cases[] = {
		{ O_RDONLY, 0, -EBADF },
		{ O_WRONLY, 0, -EBADF },
		{ O_WRONLY, VM_BLOCK_READ_ONLY, -EBADF },
		{ O_PATH, VM_BLOCK_READ_ONLY, -EBADF },
		{ O_RDWR, VM_BLOCK_DIRECT, -EINVAL },
		{ O_RDWR, 0x80, -EINVAL },
		{ O_RDONLY, VM_BLOCK_READ_ONLY, 0 },
		{ O_RDWR, VM_BLOCK_READ_ONLY, 0 },
		{ O_RDWR, 0, 0 },
	};
	struct vm_block_image image;
	struct file file;
	rlim_t before;
	int fd;

	file_init(&file, SECTOR);
	fd = open(file.path, cases[_i].how | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(vm_block_image_open_fd(&image, fd, cases[_i].flags),
			 cases[_i].result);
	if (!cases[_i].result)
		vm_block_image_close(&image);
	close(fd);
	ck_assert_int_eq(vm_block_image_open_fd(&image, fd, 0), -EBADF);
	/* As many as are open anyhow. */
	before = limit_fds(3);
	ck_assert_int_eq(vm_block_image_open_fd(&image, file.fd, 0), -EMFILE);
	limit_fds(before);
	file_fini(&file);
}
END_TEST

START_TEST(another_size_is_seen_when_asked_for)
{
	struct vm_block_image image;
	struct file file;

	file_init(&file, SECTOR);
	ck_assert_int_eq(vm_block_image_open(&image, file.path, 0), 0);
	ck_assert_int_eq(ftruncate(file.fd, 10 * SECTOR), 0);
	ck_assert_uint_eq(image.size, SECTOR);
	ck_assert_int_eq(vm_block_image_update(&image), 0);
	ck_assert_uint_eq(image.size, 10 * SECTOR);
	close(image.fd);
	ck_assert_int_eq(vm_block_image_update(&image), -EBADF);
	ck_assert_uint_eq(image.size, 10 * SECTOR);
	file_fini(&file);
}
END_TEST

/* On file systems that have no O_DIRECT this says so. */
START_TEST(direct_images_know_their_alignment)
{
	struct vm_block_image image;
	struct file file;
	int r, fd;

	file_init(&file, DISK_SIZE);
	r = vm_block_image_open(&image, file.path, VM_BLOCK_DIRECT);
	fd = open(file.path, O_RDWR | O_DIRECT | O_CLOEXEC);
	ck_assert_int_eq(r, fd < 0 ? -EINVAL : 0);
	if (!r) {
		ck_assert(image.is_direct);
		ck_assert_uint_ge(image.buffer_align, SECTOR);
		ck_assert_uint_eq(image.block_size & (image.block_size - 1), 0);
		vm_block_image_close(&image);
		ck_assert_int_eq(vm_block_image_open_fd(&image, fd, 0),
				 -EINVAL);
		ck_assert_int_eq(
			vm_block_image_open_fd(&image, fd, VM_BLOCK_DIRECT), 0);
		vm_block_image_close(&image);
	}
	if (fd >= 0)
		close(fd);
	file_fini(&file);
}
END_TEST

/*
 * Makes a block device of a file, with blocks of 4096 bytes.  Its number, or
 * below 0 where that needs more privilege than there is.
 */
static int loop_attach(int fd)
{
	struct loop_config config = { .fd = (uint32_t)fd, .block_size = 4096 };
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	char path[32];
	int loop;

	if (control >= 0)
		close(control);
	if (number < 0)
		return -1;
	snprintf(path, sizeof(path), "/dev/loop%d", number);
	loop = open(path, O_RDWR | O_CLOEXEC);
	if (loop < 0)
		return -1;
	if (ioctl(loop, LOOP_CONFIGURE, &config))
		number = -1;
	close(loop);
	return number;
}

START_TEST(a_block_device_tells_its_blocks)
{
	struct vm_block_image image, second;
	struct file file;
	char path[32];
	uint8_t byte;
	int number, loop;

	file_init(&file, 0x100000);
	number = loop_attach(file.fd);
	if (number < 0) {
		file_fini(&file);
		return;
	}
	snprintf(path, sizeof(path), "/dev/loop%d", number);
	ck_assert_int_eq(
		vm_block_image_open(&image, path, _i ? VM_BLOCK_DIRECT : 0), 0);
	ck_assert_uint_eq(image.size, 0x100000);
	ck_assert_uint_eq(image.block_size, 4096);
	ck_assert_uint_eq(image.buffer_align, 4096);
	ck_assert_uint_ge(image.physical_size, 4096);
	ck_assert_int_eq(vm_block_image_open(&second, path, 0), -EBUSY);
	ck_assert_int_eq(vm_block_image_update(&image), 0);
	ck_assert_uint_eq(image.size, 0x100000);
	if (!_i) {
		ck_assert_int_eq(pread(image.fd, &byte, 1, 0x12345), 1);
		ck_assert_uint_eq(byte, pattern(0x12345));
	}
	vm_block_image_close(&image);
	loop = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(ioctl(loop, LOOP_CLR_FD), 0);
	close(loop);
	file_fini(&file);
}
END_TEST

RUN_TESTS("block_image", TIMES(a_block_device_tells_its_blocks, 2),
	  TIMES(an_image_is_as_large_as_its_whole_sectors, 9),
	  ONCE(an_image_has_one_writer_or_many_readers),
	  ONCE(a_lock_ends_with_its_process), ONCE(what_is_no_disk_is_refused),
	  ONCE(a_descriptor_is_duplicated),
	  TIMES(a_descriptor_has_to_be_open_in_the_right_way, 9),
	  ONCE(another_size_is_seen_when_asked_for),
	  ONCE(direct_images_know_their_alignment))
