/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include "support.h"

static struct vm_mem *two_regions(void)
{
	return MAP_OF({ PAGE, 2 * PAGE, NULL }, { 3 * PAGE, 2 * PAGE, NULL });
}

static void check_pattern(const struct vm_mem *mem, vm_gpa gpa, uint64_t from,
			  uint64_t len)
{
	uint8_t byte;

	for (uint64_t i = 0; i < len; i++) {
		ck_assert_int_eq(vm_mem_read(mem, gpa + i, &byte, 1), 0);
		ck_assert_uint_eq(byte, (uint8_t)((from + i) * 7 + 1));
	}
}

START_TEST(pread_fills_across_regions)
{
	struct vm_mem *mem = two_regions();
	int fd = patterned_file(4 * PAGE);

	ck_assert_int_eq(vm_mem_pread_fd(mem, 2 * PAGE, fd, 10, 2 * PAGE),
			 2 * PAGE);
	check_pattern(mem, 2 * PAGE, 10, 2 * PAGE);
	close(fd);
	vm_mem_free(mem);
}
END_TEST

START_TEST(pread_tells_how_much_of_a_short_file_there_was)
{
	struct vm_mem *mem = two_regions();
	int fd = patterned_file(100);

	ck_assert_int_eq(vm_mem_pread_fd(mem, PAGE, fd, 90, 50), 10);
	check_pattern(mem, PAGE, 90, 10);
	ck_assert_int_eq(vm_mem_pread_fd(mem, PAGE, fd, 100, 50), 0);
	ck_assert_int_eq(vm_mem_pread_fd(mem, PAGE, fd, 0, 0), 0);
	close(fd);
	vm_mem_free(mem);
}
END_TEST

START_TEST(pwrite_writes_across_regions)
{
	struct vm_mem *mem = two_regions();
	int in = patterned_file(4 * PAGE);
	int out = memfd_create("out", 0);
	uint8_t bytes[2 * PAGE];

	ck_assert_int_eq(vm_mem_pread_fd(mem, PAGE, in, 0, 4 * PAGE), 4 * PAGE);
	ck_assert_int_eq(vm_mem_pwrite_fd(mem, 2 * PAGE, out, 5, 2 * PAGE),
			 2 * PAGE);
	ck_assert_int_eq(pread(out, bytes, sizeof(bytes), 5), 2 * PAGE);
	for (uint64_t i = 0; i < sizeof(bytes); i++)
		ck_assert_uint_eq(bytes[i], (uint8_t)((PAGE + i) * 7 + 1));
	close(in);
	close(out);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_stream_gives_what_it_has)
{
	struct vm_mem *mem = two_regions();
	uint8_t byte = 0;
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
	ck_assert_int_eq(vm_mem_read_fd(mem, PAGE, fds[0], 8), -EAGAIN);
	ck_assert_int_eq(write(fds[1], "hello", 5), 5);
	ck_assert_int_eq(vm_mem_read_fd(mem, 3 * PAGE - 2, fds[0], 8), 5);
	ck_assert_int_eq(vm_mem_read(mem, 3 * PAGE, &byte, 1), 0);
	ck_assert_uint_eq(byte, 'l');
	ck_assert_int_eq(vm_mem_write_fd(mem, 3 * PAGE - 2, fds[1], 5), 5);
	ck_assert_int_eq(vm_mem_read_fd(mem, PAGE, fds[0], 3), 3);
	ck_assert_int_eq(vm_mem_read(mem, PAGE, &byte, 1), 0);
	ck_assert_uint_eq(byte, 'h');
	ck_assert_int_eq(vm_mem_read_fd(mem, PAGE, fds[0], 0), 0);
	close(fds[1]);
	ck_assert_int_eq(vm_mem_read_fd(mem, PAGE, fds[0], 3), 2);
	ck_assert_int_eq(vm_mem_read_fd(mem, PAGE, fds[0], 3), 0);
	close(fds[0]);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_full_stream_takes_a_part)
{
	struct vm_mem *mem = MAP_OF({ 0, 4 * MIB, NULL });
	int64_t taken;
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
	taken = vm_mem_write_fd(mem, 0, fds[1], 4 * MIB);
	ck_assert_int_gt(taken, 0);
	ck_assert_int_lt(taken, 4 * MIB);
	ck_assert_int_eq(vm_mem_write_fd(mem, 0, fds[1], 4 * MIB), -EAGAIN);
	close(fds[0]);
	close(fds[1]);
	vm_mem_free(mem);
}
END_TEST

static void on_signal(int signal)
{
	(void)signal;
}

/* Interrupts the reader until it has been seen to sleep, then feeds it. */
struct interrupter {
	pthread_t reader;
	int fd;
};

static void *interrupt_then_feed(void *arg)
{
	const struct interrupter *job = arg;

	for (int i = 0; i < 20; i++) {
		usleep(5000);
		pthread_kill(job->reader, SIGUSR1);
	}
	usleep(5000);
	return write(job->fd, "x", 1) == 1 ? arg : NULL;
}

START_TEST(an_interrupted_transfer_is_retried)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct vm_mem *mem = two_regions();
	struct interrupter job = { .reader = pthread_self() };
	pthread_t thread;
	void *fed;
	int fds[2];

	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	ck_assert_int_eq(pipe(fds), 0);
	job.fd = fds[1];
	ck_assert_int_eq(
		pthread_create(&thread, NULL, interrupt_then_feed, &job), 0);
	ck_assert_int_eq(vm_mem_read_fd(mem, PAGE, fds[0], 1), 1);
	pthread_join(thread, &fed);
	ck_assert_ptr_nonnull(fed);
	close(fds[0]);
	close(fds[1]);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_bad_range_is_refused_before_any_transfer)
{
	struct vm_mem *mem = two_regions();
	int fd = patterned_file(PAGE);

	ck_assert_int_eq(vm_mem_read_fd(mem, 4 * PAGE, fd, 2 * PAGE), -EFAULT);
	ck_assert_int_eq(vm_mem_pread_fd(mem, 0, fd, 0, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_write_fd(mem, 5 * PAGE, fd, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_pwrite_fd(mem, 5 * PAGE, fd, 0, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_read_fd(mem, PAGE, fd, UINT64_MAX), -EOVERFLOW);
	ck_assert_int_eq(vm_mem_pread_fd(mem, PAGE, fd, 0, UINT64_MAX),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_mem_write_fd(mem, PAGE, fd, UINT64_MAX),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_mem_pwrite_fd(mem, PAGE, fd, 0, UINT64_MAX),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_mem_pread_fd(mem, PAGE, fd, INT64_MAX, 1),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_mem_pwrite_fd(mem, PAGE, fd, UINT64_MAX, 1),
			 -EOVERFLOW);
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 0);
	close(fd);
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_error_of_the_system_call_is_told)
{
	struct vm_mem *mem = two_regions();
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(vm_mem_pread_fd(mem, PAGE, fds[0], 0, 1), -ESPIPE);
	ck_assert_int_eq(vm_mem_pwrite_fd(mem, PAGE, fds[1], 0, 1), -ESPIPE);
	ck_assert_int_eq(vm_mem_read_fd(mem, PAGE, -1, 1), -EBADF);
	ck_assert_int_eq(vm_mem_pread_fd(mem, PAGE, -1, 0, 1), -EBADF);
	ck_assert_int_eq(vm_mem_write_fd(mem, PAGE, -1, 1), -EBADF);
	ck_assert_int_eq(vm_mem_pwrite_fd(mem, PAGE, -1, 0, 1), -EBADF);
	close(fds[0]);
	close(fds[1]);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_mapped_file_is_seen_and_not_changed)
{
	struct vm_mem *mem = MAP_OF({ PAGE, 8 * PAGE, NULL });
	int fd = patterned_file(2 * PAGE + 100);
	uint64_t value = 0;
	uint8_t byte;

	ck_assert_int_eq(vm_mem_map_file(mem, 3 * PAGE, 2 * PAGE, fd, PAGE), 0);
	check_pattern(mem, 3 * PAGE, PAGE, PAGE + 100);
	for (vm_gpa gpa = 4 * PAGE + 100; gpa < 5 * PAGE; gpa++) {
		ck_assert_int_eq(vm_mem_read(mem, gpa, &byte, 1), 0);
		ck_assert_uint_eq(byte, 0);
	}
	ck_assert_int_eq(vm_mem_write(mem, 3 * PAGE, &value, 8), 0);
	ck_assert_int_eq(pread(fd, &value, 8, PAGE), 8);
	ck_assert_uint_ne(value, 0);
	close(fd);
	check_pattern(mem, 3 * PAGE + 8, PAGE + 8, 8);
	vm_mem_free(mem);
}
END_TEST

START_TEST(map_file_refuses_what_it_cannot_map)
{
	struct vm_mem *mem = two_regions();
	int fd = patterned_file(2 * PAGE);
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(vm_mem_map_file(mem, PAGE, 0, fd, 0), -EINVAL);
	ck_assert_int_eq(vm_mem_map_file(mem, PAGE + 1, PAGE, fd, 0), -EINVAL);
	ck_assert_int_eq(vm_mem_map_file(mem, PAGE, PAGE - 1, fd, 0), -EINVAL);
	ck_assert_int_eq(vm_mem_map_file(mem, PAGE, PAGE, fd, 1), -EINVAL);
	ck_assert_int_eq(vm_mem_map_file(mem, PAGE, 2 * PAGE, fd, PAGE),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_map_file(mem, 2 * PAGE, 2 * PAGE, fd, 0),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_map_file(mem, 2 * PAGE, -PAGE, fd, 0),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_mem_map_file(mem, PAGE, PAGE, fd, -PAGE),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_mem_map_file(mem, PAGE, PAGE, -1, 0), -EBADF);
	ck_assert_int_eq(vm_mem_map_file(mem, PAGE, PAGE, fds[0], 0), -ENODEV);
	close(fd);
	close(fds[0]);
	close(fds[1]);
	vm_mem_free(mem);
}
END_TEST

START_TEST(map_file_leaves_memory_of_the_caller_alone)
{
	uint8_t *hva = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct vm_mem_backing backing = { .kind = VM_MEM_CALLER,
						.hva = hva };
	struct vm_mem *mem = MAP_OF({ PAGE, PAGE, &backing });
	int fd = patterned_file(PAGE);

	hva[0] = 0x33;
	ck_assert_int_eq(vm_mem_map_file(mem, PAGE, PAGE, fd, 0), -ENOTSUP);
	ck_assert_uint_eq(hva[0], 0x33);
	close(fd);
	vm_mem_free(mem);
	munmap(hva, PAGE);
}
END_TEST

/* How many bytes of a region are in memory. */
static uint64_t resident(const struct vm_mem *mem)
{
	struct vm_mem_region_info info;
	unsigned char in[64];
	uint64_t n = 0;

	ck_assert_int_eq(vm_mem_get_region(mem, 0, &info), 0);
	ck_assert_uint_le(info.size, sizeof(in) * PAGE);
	ck_assert_int_eq(mincore(info.hva, info.size, in), 0);
	for (uint64_t i = 0; i < info.size / PAGE; i++)
		n += in[i] & 1 ? PAGE : 0;
	return n;
}

START_TEST(discarded_pages_go_back_to_the_host)
{
	static const enum vm_mem_kind kinds[] = { VM_MEM_ANON, VM_MEM_MEMFD };
	uint8_t byte;

	for (size_t i = 0; i < 2; i++) {
		const struct vm_mem_backing backing = { .kind = kinds[i] };
		struct vm_mem *mem = MAP_OF({ 0, 16 * PAGE, &backing });

		ck_assert_int_eq(vm_mem_fill(mem, 0, 0xff, 16 * PAGE), 0);
		ck_assert_uint_eq(resident(mem), 16 * PAGE);
		ck_assert_int_eq(vm_mem_discard(mem, PAGE, 14 * PAGE), 0);
		ck_assert_uint_eq(resident(mem), 2 * PAGE);
		ck_assert_int_eq(vm_mem_read(mem, 15 * PAGE - 1, &byte, 1), 0);
		ck_assert_uint_eq(byte, 0);
		ck_assert_int_eq(vm_mem_read(mem, 15 * PAGE, &byte, 1), 0);
		ck_assert_uint_eq(byte, 0xff);
		vm_mem_free(mem);
	}
}
END_TEST

START_TEST(a_discarded_file_page_is_a_hole_or_the_file_again)
{
	struct vm_mem_backing backing = { .kind = VM_MEM_FILE_PRIVATE,
					  .fd = patterned_file(2 * PAGE) };
	struct vm_mem *mem = MAP_OF({ 0, 2 * PAGE, &backing });
	uint8_t byte;

	ck_assert_int_eq(vm_mem_fill(mem, 0, 0xff, 2 * PAGE), 0);
	ck_assert_int_eq(vm_mem_discard(mem, 0, 2 * PAGE), 0);
	check_pattern(mem, 0, 0, 2 * PAGE);
	vm_mem_free(mem);
	backing.kind = VM_MEM_FILE_SHARED;
	mem = MAP_OF({ 0, 2 * PAGE, &backing });
	ck_assert_int_eq(vm_mem_discard(mem, PAGE, PAGE), 0);
	ck_assert_int_eq(pread(backing.fd, &byte, 1, 2 * PAGE - 1), 1);
	ck_assert_uint_eq(byte, 0);
	check_pattern(mem, 0, 0, PAGE);
	vm_mem_free(mem);
	close(backing.fd);
}
END_TEST

START_TEST(discard_refuses_what_it_cannot_give_back)
{
	void *hva = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct vm_mem_backing backing = { .kind = VM_MEM_CALLER,
						.hva = hva };
	struct vm_mem *mem =
		MAP_OF({ PAGE, PAGE, NULL }, { 2 * PAGE, PAGE, &backing });

	uint8_t byte;

	ck_assert_int_eq(vm_mem_fill(mem, PAGE, 0x33, 2 * PAGE), 0);
	ck_assert_int_eq(vm_mem_discard(mem, 2 * PAGE, PAGE), -ENOTSUP);
	ck_assert_int_eq(vm_mem_discard(mem, PAGE, 2 * PAGE), -ENOTSUP);
	ck_assert_int_eq(vm_mem_read(mem, PAGE, &byte, 1), 0);
	ck_assert_uint_eq(byte, 0x33);
	ck_assert_int_eq(vm_mem_discard(mem, PAGE + 1, PAGE - 1), -EINVAL);
	ck_assert_int_eq(vm_mem_discard(mem, PAGE, PAGE - 1), -EINVAL);
	ck_assert_int_eq(vm_mem_discard(mem, 3 * PAGE, PAGE), -EFAULT);
	ck_assert_int_eq(vm_mem_discard(mem, 2 * PAGE, -PAGE), -EOVERFLOW);
	ck_assert_int_eq(vm_mem_discard(mem, 0, 0), 0);
	vm_mem_free(mem);
	munmap(hva, PAGE);
}
END_TEST

/* A sanitizer would look at every byte of it. */
#ifdef SANITIZED
#define MUCH (16 * MIB)
#else
#define MUCH (5 * GIB)
#endif

START_TEST(more_is_written_than_one_system_call_takes)
{
	struct vm_mem *mem = MAP_OF({ 0, MUCH, NULL });
	int fd = open("/dev/null", O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(vm_mem_pwrite_fd(mem, 0, fd, 0, MUCH), MUCH);
	close(fd);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_range_of_very_many_pieces_is_transferred)
{
	struct vm_mem_range ranges[100];
	struct vm_mem *mem;
	int fd = patterned_file(100 * PAGE);

	for (uint64_t i = 0; i < 100; i++)
		ranges[i] = (struct vm_mem_range){ i * PAGE, PAGE, NULL };
	mem = map_of(ranges, 100);
	ck_assert_int_eq(vm_mem_pread_fd(mem, 0, fd, 0, 100 * PAGE),
			 100 * PAGE);
	check_pattern(mem, 0, 0, 100 * PAGE);
	ck_assert_int_eq(vm_mem_read_fd(mem, 0, fd, 100 * PAGE), 64 * PAGE);
	ck_assert_int_eq(vm_mem_pwrite_fd(mem, 0, fd, 0, 100 * PAGE),
			 100 * PAGE);
	close(fd);
	vm_mem_free(mem);
}
END_TEST

RUN_TESTS("io", pread_fills_across_regions,
	  pread_tells_how_much_of_a_short_file_there_was,
	  pwrite_writes_across_regions, a_stream_gives_what_it_has,
	  a_full_stream_takes_a_part, an_interrupted_transfer_is_retried,
	  a_bad_range_is_refused_before_any_transfer,
	  an_error_of_the_system_call_is_told,
	  a_mapped_file_is_seen_and_not_changed,
	  map_file_refuses_what_it_cannot_map,
	  map_file_leaves_memory_of_the_caller_alone,
	  discarded_pages_go_back_to_the_host,
	  a_discarded_file_page_is_a_hole_or_the_file_again,
	  discard_refuses_what_it_cannot_give_back,
	  more_is_written_than_one_system_call_takes,
	  a_range_of_very_many_pieces_is_transferred)
