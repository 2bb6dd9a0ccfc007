/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What holds for every engine.  ENGINE_NEW is the function that makes it.
 */
#ifndef VIRTIO_DEVICES_TESTS_ENGINE_TESTS_H
#define VIRTIO_DEVICES_TESTS_ENGINE_TESTS_H

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "block_support.h"

/* A file, its image and an engine, with buffers that are page-aligned. */
struct rack {
	struct file file;
	struct vm_block_image image;
	struct vm_block_engine engine;
	uint8_t *bytes;
};

static void rack_init(struct rack *rack, size_t size)
{
	file_init(&rack->file, size);
	ck_assert_int_eq(vm_block_image_open_fd(&rack->image, rack->file.fd, 0),
			 0);
	ck_assert_int_eq(ENGINE_NEW(&rack->image, &rack->engine), 0);
	rack->bytes = aligned_alloc(4096, 0x200000);
	ck_assert_ptr_nonnull(rack->bytes);
	memset(rack->bytes, 0, 0x200000);
}

static void rack_fini(struct rack *rack)
{
	free(rack->bytes);
	vm_block_engine_free(&rack->engine);
	vm_block_image_close(&rack->image);
	file_fini(&rack->file);
}

/* Has a request done, at once or later; returns its result. */
static int complete(struct vm_block_engine *engine, struct vm_block_io *io)
{
	io->result = 1;
	if (engine->ops->submit(engine->impl, io))
		return io->result;
	engine->ops->start(engine->impl);
	ck_assert_ptr_eq(engine->ops->reap(engine->impl, true), io);
	ck_assert_ptr_null(engine->ops->reap(engine->impl, false));
	return io->result;
}

static int perform(struct rack *rack, enum vm_block_op op,
		   const struct iovec *iov, int count, uint64_t off)
{
	struct vm_block_io io = { .op = op,
				  .iov = iov,
				  .iov_count = count,
				  .off = off,
				  .is_durable = true };

	for (int i = 0; i < count; i++)
		io.len += iov[i].iov_len;
	return complete(&rack->engine, &io);
}

static int range(struct rack *rack, enum vm_block_op op, uint64_t off,
		 uint64_t len, bool may_unmap)
{
	struct vm_block_io io = { .op = op,
				  .off = off,
				  .len = len,
				  .may_unmap = may_unmap,
				  .is_durable = true };

	return complete(&rack->engine, &io);
}

START_TEST(a_transfer_scatters_and_gathers)
{
	struct rack rack;
	struct iovec iov[3];

	rack_init(&rack, DISK_SIZE);
	iov[0] = (struct iovec){ rack.bytes + 1, 100 };
	iov[1] = (struct iovec){ rack.bytes + 500, 1000 };
	iov[2] = (struct iovec){ rack.bytes + 5000, 436 };
	ck_assert_int_eq(perform(&rack, VM_BLOCK_READ, iov, 3, 2 * SECTOR), 0);
	for (uint32_t i = 0; i < 1536; i++) {
		const uint8_t *at = i < 100    ? rack.bytes + 1 + i
				    : i < 1100 ? rack.bytes + 400 + i
					       : rack.bytes + 3900 + i;

		ck_assert_uint_eq(*at, pattern(2 * SECTOR + i));
	}
	ck_assert_int_eq(perform(&rack, VM_BLOCK_WRITE, iov, 3, 20 * SECTOR),
			 0);
	for (uint32_t i = 0; i < 1536; i++) {
		uint8_t byte;

		ck_assert_int_eq(pread(rack.file.fd, &byte, 1, 20 * SECTOR + i),
				 1);
		ck_assert_uint_eq(byte, pattern(2 * SECTOR + i));
	}
	rack_fini(&rack);
}
END_TEST

START_TEST(a_request_of_no_bytes_succeeds)
{
	struct rack rack;

	rack_init(&rack, SECTOR);
	ck_assert_int_eq(perform(&rack, VM_BLOCK_READ, NULL, 0, 0), 0);
	ck_assert_int_eq(perform(&rack, VM_BLOCK_WRITE, NULL, 0, 0), 0);
	ck_assert_int_eq(range(&rack, VM_BLOCK_DISCARD, 0, 0, false), 0);
	ck_assert_int_eq(range(&rack, VM_BLOCK_WRITE_ZEROES, 0, 0, false), 0);
	ck_assert_int_eq(range(&rack, VM_BLOCK_FLUSH, 0, 0, false), 0);
	rack_fini(&rack);
}
END_TEST

START_TEST(an_image_that_was_truncated_gives_an_error)
{
	struct rack rack;
	struct iovec iov;

	rack_init(&rack, DISK_SIZE);
	iov = (struct iovec){ rack.bytes, 8 * SECTOR };
	ck_assert_int_eq(ftruncate(rack.file.fd, 4 * SECTOR + 7), 0);
	ck_assert_int_eq(perform(&rack, VM_BLOCK_READ, &iov, 1, 0), -EIO);
	/* What was there had come before the end was seen. */
	ck_assert_uint_eq(rack.bytes[4 * SECTOR + 6], pattern(4 * SECTOR + 6));
	ck_assert_uint_eq(rack.bytes[4 * SECTOR + 7], 0);
	ck_assert_int_eq(perform(&rack, VM_BLOCK_READ, &iov, 1, 8 * SECTOR),
			 -EIO);
	iov.iov_len = 4 * SECTOR;
	ck_assert_int_eq(perform(&rack, VM_BLOCK_READ, &iov, 1, 0), 0);
	rack_fini(&rack);
}
END_TEST

/* The limit cuts a write in two, like a disk that becomes full. */
START_TEST(a_write_that_is_cut_short_goes_on_to_its_error)
{
	const struct rlimit limit = { 5 * SECTOR + 100, RLIM_INFINITY };
	struct rack rack;
	struct iovec iov[2];
	struct stat st;

	rack_init(&rack, SECTOR);
	memset(rack.bytes, 0x21, 8 * SECTOR);
	iov[0] = (struct iovec){ rack.bytes, 3 * SECTOR };
	iov[1] = (struct iovec){ rack.bytes, 5 * SECTOR };
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(perform(&rack, VM_BLOCK_WRITE, iov, 2, 0), -EFBIG);
	ck_assert_int_eq(fstat(rack.file.fd, &st), 0);
	ck_assert_int_eq(st.st_size, 5 * SECTOR + 100);
	rack_fini(&rack);
}
END_TEST

/* Where mounts are not allowed there is the test above. */
START_TEST(a_full_host_disk_is_told)
{
	char dir[] = "test-tmpfs-XXXXXX";
	struct vm_block_engine engine;
	struct vm_block_image image;
	struct vm_block_io io;
	struct iovec iov;
	uint8_t *bytes = calloc(1, 0x20000);

	ck_assert_ptr_nonnull(bytes);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNS : CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", dir, "tmpfs", 0, "size=65536")) {
		rmdir(dir);
		free(bytes);
		return;
	}
	ck_assert_int_eq(chdir(dir), 0);
	close(open("image", O_CREAT | O_RDWR | O_CLOEXEC, 0600));
	ck_assert_int_eq(truncate("image", 0x100000), 0);
	ck_assert_int_eq(vm_block_image_open(&image, "image", 0), 0);
	ck_assert_int_eq(ENGINE_NEW(&image, &engine), 0);
	iov = (struct iovec){ bytes, 0x20000 };
	io = (struct vm_block_io){ .op = VM_BLOCK_WRITE,
				   .iov = &iov,
				   .iov_count = 1,
				   .len = 0x20000 };
	ck_assert_int_eq(complete(&engine, &io), -ENOSPC);
	/* Space that is discarded can be written again. */
	io = (struct vm_block_io){ .op = VM_BLOCK_DISCARD, .len = 0x20000 };
	ck_assert_int_eq(complete(&engine, &io), 0);
	iov.iov_len = 0x8000;
	io = (struct vm_block_io){
		.op = VM_BLOCK_WRITE, .iov = &iov, .iov_count = 1, .len = 0x8000
	};
	ck_assert_int_eq(complete(&engine, &io), 0);
	vm_block_engine_free(&engine);
	vm_block_image_close(&image);
	free(bytes);
	ck_assert_int_eq(chdir(".."), 0);
	umount(dir);
	rmdir(dir);
}
END_TEST

START_TEST(ranges_of_a_real_file_are_cleared)
{
	struct rack rack;
	uint8_t byte;

	rack_init(&rack, DISK_SIZE);
	ck_assert_int_eq(range(&rack, VM_BLOCK_WRITE_ZEROES, 4096, 8192, _i),
			 0);
	ck_assert_int_eq(range(&rack, VM_BLOCK_DISCARD, 16384, 4096, false), 0);
	ck_assert_int_eq(range(&rack, VM_BLOCK_FLUSH, 0, 0, false), 0);
	for (off_t off = 0; off < 24576; off += 7) {
		bool is_clear = (off >= 4096 && off < 12288) ||
				(off >= 16384 && off < 20480);

		ck_assert_int_eq(pread(rack.file.fd, &byte, 1, off), 1);
		ck_assert_uint_eq(byte, is_clear ? 0 : pattern((uint64_t)off));
	}
	rack_fini(&rack);
}
END_TEST

/* Linux moves 2 GiB less a page at a time.  All the buffers are one. */
START_TEST(what_the_kernel_does_in_parts_is_done_whole)
{
	const size_t size = 0x2000000;
	const int count = 66;
	struct vm_block_engine engine;
	struct vm_block_image image;
	struct iovec iov[66];
	struct vm_block_io io = { .op = VM_BLOCK_READ,
				  .iov = iov,
				  .iov_count = count,
				  .len = size * (size_t)count };
	uint8_t *bytes = malloc(size);
	int fd = memfd_create("disk", MFD_CLOEXEC);
	const uint8_t last = 0x42;

	ck_assert_ptr_nonnull(bytes);
	bytes[size - 1] = 0;
	ck_assert_int_eq(ftruncate(fd, (off_t)io.len), 0);
	ck_assert_int_eq(pwrite(fd, &last, 1, (off_t)io.len - 1), 1);
	ck_assert_int_eq(vm_block_image_open_fd(&image, fd, 0), 0);
	ck_assert_int_eq(ENGINE_NEW(&image, &engine), 0);
	for (int i = 0; i < count; i++)
		iov[i] = (struct iovec){ bytes, size };
	ck_assert_int_eq(complete(&engine, &io), 0);
	ck_assert_uint_eq(bytes[size - 1], last);
	vm_block_engine_free(&engine);
	vm_block_image_close(&image);
	close(fd);
	free(bytes);
}
END_TEST

/* tmpfs, which a memfd is on, has holes but cannot write zeros. */
START_TEST(zeroes_are_written_where_the_host_has_no_call)
{
	struct vm_block_engine engine;
	struct vm_block_image image;
	struct vm_block_io io = { .op = VM_BLOCK_WRITE_ZEROES,
				  .off = 3 * SECTOR,
				  .len = 0x30000,
				  .may_unmap = _i };
	int fd = memfd_create("disk", MFD_CLOEXEC);
	uint8_t bytes[0x40000];

	memset(bytes, 0x99, sizeof(bytes));
	ck_assert_int_eq(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	ck_assert_int_eq(vm_block_image_open_fd(&image, fd, 0), 0);
	ck_assert_int_eq(ENGINE_NEW(&image, &engine), 0);
	ck_assert_int_eq(complete(&engine, &io), 0);
	ck_assert_int_eq(pread(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		ck_assert_uint_eq(
			bytes[i],
			i >= 3 * SECTOR && i < 3 * SECTOR + 0x30000 ? 0 : 0x99);
	vm_block_engine_free(&engine);
	vm_block_image_close(&image);
	close(fd);
}
END_TEST

START_TEST(errors_of_the_host_are_told_as_they_are)
{
	struct rack rack;
	struct iovec iov;

	rack_init(&rack, SECTOR);
	iov = (struct iovec){ rack.bytes, SECTOR };
	close(rack.image.fd);
	rack.image.fd = open(rack.file.path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(perform(&rack, VM_BLOCK_WRITE, &iov, 1, 0), -EBADF);
	ck_assert_int_eq(range(&rack, VM_BLOCK_DISCARD, 0, SECTOR, false),
			 -EBADF);
	ck_assert_int_eq(range(&rack, VM_BLOCK_WRITE_ZEROES, 0, SECTOR, true),
			 -EBADF);
	close(rack.image.fd);
	ck_assert_int_eq(perform(&rack, VM_BLOCK_READ, &iov, 1, 0), -EBADF);
	ck_assert_int_eq(range(&rack, VM_BLOCK_FLUSH, 0, 0, false), -EBADF);
	rack.image.fd = open(rack.file.path, O_RDWR | O_CLOEXEC);
	rack_fini(&rack);
}
END_TEST

/*
 * An image as with O_DIRECT, on a file system that may not have it: what is
 * aligned and what goes through the bounce buffer is the same.
 */
static void direct_init(struct rack *rack, size_t size)
{
	rack_init(rack, size);
	vm_block_engine_free(&rack->engine);
	rack->image.is_direct = true;
	rack->image.buffer_align = 512;
	ck_assert_int_eq(ENGINE_NEW(&rack->image, &rack->engine), 0);
}

START_TEST(unaligned_buffers_bounce)
{
	static const struct {
		size_t at;
		size_t cut;
	} layouts[] = { { 0, 512 }, { 1, 512 }, { 0, 511 }, { 3, 0x7ffff } };
	const size_t size = 0x100000;
	size_t at = layouts[_i].at, cut = layouts[_i].cut;
	struct rack rack;
	struct iovec iov[2];
	uint8_t *bytes;

	direct_init(&rack, 2 * size);
	bytes = rack.bytes + at;
	iov[0] = (struct iovec){ bytes, cut };
	iov[1] = (struct iovec){ bytes + cut, size - cut };
	ck_assert_int_eq(perform(&rack, VM_BLOCK_READ, iov, 2, SECTOR), 0);
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != pattern(SECTOR + i))
			ck_abort_msg("byte %zu", i);
		bytes[i]++;
	}
	ck_assert_int_eq(perform(&rack, VM_BLOCK_WRITE, iov, 2, 2 * SECTOR), 0);
	memset(rack.bytes, 0, 0x200000);
	ck_assert_int_eq(pread(rack.file.fd, rack.bytes, size, 2 * SECTOR),
			 (ssize_t)size);
	for (size_t i = 0; i < size; i++) {
		if (rack.bytes[i] != (uint8_t)(pattern(SECTOR + i) + 1))
			ck_abort_msg("byte %zu", i);
	}
	rack_fini(&rack);
}
END_TEST

START_TEST(a_bounced_request_fails_as_a_whole)
{
	struct rack rack;
	struct iovec iov;

	direct_init(&rack, DISK_SIZE);
	iov = (struct iovec){ rack.bytes + 1, 8 * SECTOR };
	ck_assert_int_eq(ftruncate(rack.file.fd, 4 * SECTOR), 0);
	ck_assert_int_eq(perform(&rack, VM_BLOCK_READ, &iov, 1, 0), -EIO);
	rack_fini(&rack);
}
END_TEST

START_TEST(direct_requests_are_whole_blocks)
{
	struct rack rack;
	struct iovec iov;

	direct_init(&rack, DISK_SIZE);
	rack.image.block_size = 4096;
	iov = (struct iovec){ rack.bytes, 4096 };
	ck_assert_int_eq(perform(&rack, VM_BLOCK_READ, &iov, 1, 4096), 0);
	ck_assert_int_eq(perform(&rack, VM_BLOCK_READ, &iov, 1, 512), -EINVAL);
	iov.iov_len = 512;
	ck_assert_int_eq(perform(&rack, VM_BLOCK_READ, &iov, 1, 0), -EINVAL);
	rack_fini(&rack);
}
END_TEST

START_TEST(a_real_direct_image_is_read_and_written)
{
	struct vm_block_engine engine;
	struct vm_block_image image;
	struct file file;
	uint8_t bytes[8 * SECTOR + 1];
	struct iovec iov = { bytes + 1, 8 * SECTOR };
	struct vm_block_io io = { .op = VM_BLOCK_READ,
				  .iov = &iov,
				  .iov_count = 1,
				  .len = 8 * SECTOR };

	file_init(&file, DISK_SIZE);
	/* File systems without O_DIRECT say so: test_block_image.c. */
	if (vm_block_image_open(&image, file.path, VM_BLOCK_DIRECT)) {
		file_fini(&file);
		return;
	}
	ck_assert_int_eq(ENGINE_NEW(&image, &engine), 0);
	ck_assert_int_eq(complete(&engine, &io), 0);
	ck_assert_uint_eq(bytes[1 + SECTOR], pattern(SECTOR));
	io.op = VM_BLOCK_WRITE;
	io.off = 16 * SECTOR;
	ck_assert_int_eq(complete(&engine, &io), 0);
	ck_assert_int_eq(pread(file.fd, bytes, 1, 17 * SECTOR), 1);
	ck_assert_uint_eq(bytes[0], pattern(SECTOR));
	vm_block_engine_free(&engine);
	vm_block_image_close(&image);
	file_fini(&file);
}
END_TEST

/* What RUN_TESTS() takes. */
#define ENGINE_TESTS                                                     \
	ONCE(a_transfer_scatters_and_gathers),                           \
		TIMES(ranges_of_a_real_file_are_cleared, 2),             \
		ONCE(what_the_kernel_does_in_parts_is_done_whole),       \
		ONCE(a_request_of_no_bytes_succeeds),                    \
		ONCE(an_image_that_was_truncated_gives_an_error),        \
		ONCE(a_write_that_is_cut_short_goes_on_to_its_error),    \
		ONCE(a_full_host_disk_is_told),                          \
		TIMES(zeroes_are_written_where_the_host_has_no_call, 2), \
		ONCE(errors_of_the_host_are_told_as_they_are),           \
		TIMES(unaligned_buffers_bounce, 4),                      \
		ONCE(a_bounced_request_fails_as_a_whole),                \
		ONCE(direct_requests_are_whole_blocks),                  \
		ONCE(a_real_direct_image_is_read_and_written)

#endif
