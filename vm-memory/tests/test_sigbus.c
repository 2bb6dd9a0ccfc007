/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include <vm-memory/dirty.h>
#include <vm-memory/iotlb.h>
#include <vm-memory/sigbus.h>

#include "support.h"

static struct vm_mem_atomic shared;
static volatile sig_atomic_t recovered, failed;
static volatile vm_gpa recovered_gpa;

static void on_sigbus(int signal, siginfo_t *info, void *context)
{
	const struct sigaction die = { .sa_handler = SIG_DFL };
	vm_gpa gpa;

	(void)signal;
	(void)context;
	if (vm_mem_atomic_recover(&shared, info->si_code, info->si_addr, &gpa) <
	    0) {
		failed++;
		sigaction(SIGBUS, &die, NULL);
		return;
	}
	recovered++;
	recovered_gpa = gpa;
}

static void catch_sigbus(struct vm_mem *mem)
{
	const struct sigaction action = { .sa_sigaction = on_sigbus,
					  .sa_flags = SA_SIGINFO };

	recovered = failed = 0;
	vm_mem_atomic_init(&shared, mem);
	ck_assert_int_eq(sigaction(SIGBUS, &action, NULL), 0);
}

/* A tracked map of a file of four pages at page 8, and the file. */
static struct vm_mem *file_map(int *ret_fd)
{
	const struct vm_mem_backing backing = {
		.kind = VM_MEM_FILE_SHARED,
		.flags = VM_MEM_NODUMP,
		.fd = patterned_file(4 * PAGE),
	};
	struct vm_mem *plain = MAP_OF({ 8 * PAGE, 4 * PAGE, &backing });
	struct vm_mem *mem;

	ck_assert_int_eq(vm_mem_set_tracking(plain, PAGE, &mem), 0);
	vm_mem_free(plain);
	*ret_fd = backing.fd;
	return mem;
}

START_TEST(an_access_survives_the_truncation_of_the_file)
{
	struct vm_mem_region_info info;
	struct vm_mem *mem;
	uint8_t byte = 1;
	int fd;

	mem = file_map(&fd);
	catch_sigbus(mem);
	ck_assert_int_eq(vm_mem_is_lost(mem, 8 * PAGE, 4 * PAGE), 0);
	ck_assert_int_eq(ftruncate(fd, PAGE), 0);
	errno = 77;
	ck_assert_int_eq(vm_mem_read(mem, 10 * PAGE + 5, &byte, 1), 0);
	ck_assert_int_eq(errno, 77);
	ck_assert_uint_eq(byte, 0);
	ck_assert_int_eq(recovered, 1);
	ck_assert_uint_eq(recovered_gpa, 10 * PAGE);
	ck_assert_int_eq(vm_mem_is_lost(mem, 8 * PAGE, 4 * PAGE), 1);
	ck_assert_int_eq(vm_mem_is_lost(mem, 10 * PAGE, 1), 1);
	ck_assert_int_eq(vm_mem_is_lost(mem, 8 * PAGE, 2 * PAGE), 0);
	ck_assert_int_eq(vm_mem_is_dirty(mem, 10 * PAGE, 1), 1);
	ck_assert_int_eq(vm_mem_get_region(mem, 0, &info), 0);
	ck_assert_uint_eq(info.lost, PAGE);
	/* The file's first page is still there, the replacement is usable. */
	ck_assert_int_eq(vm_mem_read(mem, 8 * PAGE, &byte, 1), 0);
	ck_assert_uint_eq(byte, 1);
	ck_assert_int_eq(vm_mem_fill(mem, 9 * PAGE, 5, 3 * PAGE), 0);
	ck_assert_int_eq(recovered, 3);
	ck_assert_int_eq(vm_mem_read(mem, 10 * PAGE, &byte, 1), 0);
	ck_assert_uint_eq(byte, 5);
	close(fd);
	vm_mem_atomic_fini(&shared);
}
END_TEST

START_TEST(a_mapped_kernel_file_can_be_lost_too)
{
	struct vm_mem *mem = MAP_OF({ 0, 4 * PAGE, NULL });
	int fd = patterned_file(2 * PAGE);
	uint8_t byte = 1;

	catch_sigbus(mem);
	ck_assert_int_eq(vm_mem_map_file(mem, PAGE, 2 * PAGE, fd, 0), 0);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(vm_mem_read(mem, 2 * PAGE, &byte, 1), 0);
	ck_assert_uint_eq(byte, 0);
	ck_assert_int_eq(recovered, 1);
	ck_assert_uint_eq(recovered_gpa, 2 * PAGE);
	close(fd);
	vm_mem_atomic_fini(&shared);
}
END_TEST

START_TEST(a_system_call_on_a_lost_page_fails_without_a_signal)
{
	struct vm_mem *mem;
	int fds[2];
	int fd;

	mem = file_map(&fd);
	catch_sigbus(mem);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(vm_mem_write_fd(mem, 8 * PAGE, fds[1], 1), -EFAULT);
	ck_assert_int_eq(recovered, 0);
	close(fds[0]);
	close(fds[1]);
	close(fd);
	vm_mem_atomic_fini(&shared);
}
END_TEST

START_TEST(a_page_is_replaced_once_unless_hardware_loses_it_again)
{
	struct vm_mem_region_info region;
	struct vm_mem *mem;
	uint8_t byte = 9;
	uint8_t *addr;
	vm_gpa gpa;
	int fd;

	mem = file_map(&fd);
	close(fd);
	ck_assert_int_eq(vm_mem_get_region(mem, 0, &region), 0);
	addr = (uint8_t *)region.hva + PAGE + 1;
	ck_assert_int_eq(vm_mem_recover(mem, BUS_ADRERR, addr, &gpa), 0);
	ck_assert_uint_eq(gpa, 9 * PAGE);
	/* A second thread that faulted meanwhile must not clear it again. */
	ck_assert_int_eq(vm_mem_write(mem, 9 * PAGE, &byte, 1), 0);
	ck_assert_int_eq(vm_mem_recover(mem, BUS_ADRERR, addr, &gpa), 0);
	ck_assert_int_eq(vm_mem_read(mem, 9 * PAGE, &byte, 1), 0);
	ck_assert_uint_eq(byte, 9);
	ck_assert_int_eq(vm_mem_recover(mem, BUS_MCEERR_AR, addr, &gpa), 0);
	ck_assert_int_eq(vm_mem_read(mem, 9 * PAGE, &byte, 1), 0);
	ck_assert_uint_eq(byte, 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(what_is_not_a_lost_page_is_not_recovered)
{
	static uint8_t elsewhere;
	void *hva = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct vm_mem_backing backing = { .kind = VM_MEM_CALLER,
						.hva = hva };
	struct vm_mem *mem =
		MAP_OF({ 0, PAGE, NULL }, { PAGE, PAGE, &backing });
	struct vm_mem_region_info region;
	vm_gpa gpa = 77;

	ck_assert_int_eq(vm_mem_get_region(mem, 0, &region), 0);
	ck_assert_int_eq(vm_mem_recover(mem, BUS_ADRALN, region.hva, &gpa),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_recover(mem, SI_USER, region.hva, &gpa),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_recover(mem, BUS_ADRERR, &elsewhere, &gpa),
			 -ENOENT);
	ck_assert_int_eq(vm_mem_recover(mem, BUS_ADRERR,
					(uint8_t *)region.hva + PAGE, &gpa),
			 -ENOENT);
	ck_assert_int_eq(vm_mem_recover(mem, BUS_ADRERR, hva, &gpa), -ENOENT);
	ck_assert_uint_eq(gpa, 77);
	ck_assert_int_eq(vm_mem_is_lost(mem, 0, 2 * PAGE), 0);
	vm_mem_free(mem);
	munmap(hva, PAGE);
}
END_TEST

START_TEST(a_loss_in_a_view_is_told_by_its_address)
{
	const struct vm_iotlb_mapping mapping = { 0x100000, 2 * PAGE, 9 * PAGE,
						  VM_MEM_PERM_RW };
	struct vm_iotlb *iotlb;
	struct vm_mem *mem, *view;
	uint8_t byte = 1;
	int fd;

	mem = file_map(&fd);
	ck_assert_int_eq(vm_iotlb_new(1, &iotlb), 0);
	ck_assert_int_eq(vm_iotlb_map(iotlb, &mapping), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, mem, &view), 0);
	vm_iotlb_free(iotlb);
	catch_sigbus(view);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(vm_mem_read(view, 0x100000 + PAGE, &byte, 1), 0);
	ck_assert_uint_eq(recovered_gpa, 0x100000 + PAGE);
	ck_assert_int_eq(vm_mem_is_lost(mem, 10 * PAGE, PAGE), 1);
	ck_assert_int_eq(vm_mem_is_lost(view, 0x100000 + PAGE, PAGE), 1);
	ck_assert_int_eq(vm_mem_is_lost(view, 0x100000, PAGE), 0);
	ck_assert_int_eq(vm_mem_is_dirty(mem, 10 * PAGE, PAGE), 1);
	close(fd);
	vm_mem_atomic_fini(&shared);
	vm_mem_free(mem);
}
END_TEST

START_TEST(ranges_outside_memory_are_refused)
{
	struct vm_mem *mem = MAP_OF({ 0, PAGE, NULL });

	ck_assert_int_eq(vm_mem_is_lost(mem, PAGE, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_is_lost(mem, PAGE, UINT64_MAX), -EOVERFLOW);
	ck_assert_int_eq(vm_mem_is_lost(mem, PAGE, 0), 0);
	vm_mem_free(mem);
}
END_TEST

/* Without a handler the process dies by the signal: a clean failure. */
START_TEST(without_a_handler_the_process_dies)
{
	struct vm_mem *mem;
	uint8_t byte;
	int fd, status;
	pid_t child;

	mem = file_map(&fd);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	child = fork();
	if (!child) {
		signal(SIGBUS, SIG_DFL);
		_exit(vm_mem_read(mem, 8 * PAGE, &byte, 1));
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGBUS);
	close(fd);
	vm_mem_free(mem);
}
END_TEST

#define THREADS 4

static pthread_barrier_t barrier;

/* Each thread owns one byte of every page. */
static void *write_own_bytes(void *arg)
{
	const uint64_t own = (uintptr_t)arg;
	const uint8_t byte = (uint8_t)(own + 1);
	int r = 0;

	pthread_barrier_wait(&barrier);
	for (vm_gpa page = 0; page < 4; page++)
		r |= vm_mem_write(shared.current, (8 + page) * PAGE + own,
				  &byte, 1);
	return r ? NULL : &barrier;
}

START_TEST(threads_that_fault_at_once_lose_no_write)
{
	pthread_t threads[THREADS];
	uint8_t bytes[THREADS];
	struct vm_mem *mem;
	void *done;
	int fd;

	mem = file_map(&fd);
	catch_sigbus(mem);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (uintptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
						write_own_bytes, (void *)i),
				 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &done);
		ck_assert_ptr_nonnull(done);
	}
	for (vm_gpa page = 8; page < 12; page++) {
		ck_assert_int_eq(vm_mem_read(mem, page * PAGE, bytes, THREADS),
				 0);
		for (uint8_t i = 0; i < THREADS; i++)
			ck_assert_uint_eq(bytes[i], i + 1);
	}
	ck_assert_int_eq(failed, 0);
	pthread_barrier_destroy(&barrier);
	close(fd);
	vm_mem_atomic_fini(&shared);
}
END_TEST

RUN_TESTS("sigbus", an_access_survives_the_truncation_of_the_file,
	  a_mapped_kernel_file_can_be_lost_too,
	  a_system_call_on_a_lost_page_fails_without_a_signal,
	  a_page_is_replaced_once_unless_hardware_loses_it_again,
	  what_is_not_a_lost_page_is_not_recovered,
	  a_loss_in_a_view_is_told_by_its_address,
	  ranges_outside_memory_are_refused, without_a_handler_the_process_dies,
	  threads_that_fault_at_once_lose_no_write)
