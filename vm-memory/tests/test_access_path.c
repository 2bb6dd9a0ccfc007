/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * No access path allocates, locks or makes a system call: each is run in a
 * child process that a seccomp filter kills at its first system call, and in
 * which malloc(3), the locks of pthreads and their kin end the process.  A
 * transfer from or to a file may make the one system call that it is for.
 *
 * Each of the three traps is also shown to work.
 */
#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <vm-memory/atomic.h>
#include <vm-memory/dirty.h>
#include <vm-memory/endian.h>
#include <vm-memory/iotlb.h>

#include "support.h"

#define SKIPPED	  77
#define ALLOCATED 90
#define LOCKED	  91
#define WRONG	  92

static bool armed;

/* A sanitizer has an allocator of its own, which this would break. */
#ifndef SANITIZED
static void trap(int status)
{
	if (armed)
		syscall(SYS_exit_group, status);
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t align, size_t size);
void __libc_free(void *old);

void *malloc(size_t size)
{
	trap(ALLOCATED);
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	trap(ALLOCATED);
	return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	trap(ALLOCATED);
	return __libc_realloc(old, size);
}

void *aligned_alloc(size_t align, size_t size)
{
	trap(ALLOCATED);
	return __libc_memalign(align, size);
}

void free(void *old)
{
	trap(ALLOCATED);
	__libc_free(old);
}

#define TRAP_LOCK(name, type)                          \
	int name(type *lock)                           \
	{                                              \
		union {                                \
			void *symbol;                  \
			int (*function)(type *);       \
		} next;                                \
                                                       \
		trap(LOCKED);                          \
		next.symbol = dlsym(RTLD_NEXT, #name); \
		return next.function(lock);            \
	}

TRAP_LOCK(pthread_mutex_lock, pthread_mutex_t)
TRAP_LOCK(pthread_mutex_trylock, pthread_mutex_t)
TRAP_LOCK(pthread_rwlock_rdlock, pthread_rwlock_t)
TRAP_LOCK(pthread_rwlock_wrlock, pthread_rwlock_t)
TRAP_LOCK(pthread_spin_lock, pthread_spinlock_t)
#endif

/* Kills the process at any system call but its end and the one allowed. */
static void allow_only(unsigned int number)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(SKIPPED);
	armed = true;
}

/* What the paths work on, made before the traps are set. */
static struct {
	struct vm_mem *mem; /* two adjacent regions, tracked */
	struct vm_mem *view; /* of the same, through an IOTLB */
	struct vm_mem_slice slice;
	struct vm_mem_atomic atomic;
	struct vm_iotlb *iotlb;
	int fd;
	int pipe[2];
} on;

typedef bool access_path(void);

static bool bytes(void)
{
	static uint8_t buffer[PAGE];
	int order;
	bool ok = true;

	for (size_t len = 0; len <= sizeof(buffer); len += len / 2 + 1) {
		vm_gpa gpa = PAGE - len / 2;

		ok &= !vm_mem_write(on.mem, gpa, buffer, len);
		ok &= !vm_mem_read(on.mem, gpa, buffer, len);
		ok &= !vm_mem_fill(on.mem, gpa, 0, len);
		ok &= !vm_mem_copy(on.mem, gpa, gpa + 1, len);
		ok &= !vm_mem_copy(on.mem, gpa + 1, gpa, len);
		ok &= !vm_mem_compare(on.mem, gpa, buffer, len, &order);
		ok &= !vm_mem_check_range(on.mem, gpa, len);
		ok &= vm_mem_read(on.mem, gpa + 2 * PAGE, buffer, len + 1) ==
		      -EFAULT;
		ok &= !vm_mem_write(on.view, gpa, buffer, len);
		ok &= !vm_mem_read(on.view, gpa, buffer, len);
	}
	return ok;
}

static bool words(void)
{
	uint64_t v64 = 0;
	uint32_t v32 = 0;
	uint16_t v16 = 0;
	bool ok = true;

	ok &= !vm_mem_store16(on.mem, 0, VM_MEM_SEQ_CST, 1);
	ok &= !vm_mem_store32(on.mem, 8, VM_MEM_SEQ_CST, 1);
	ok &= !vm_mem_store64(on.mem, 16, VM_MEM_SEQ_CST, 1);
	ok &= !vm_mem_load16(on.mem, 0, VM_MEM_SEQ_CST, &v16);
	ok &= !vm_mem_load32(on.mem, 8, VM_MEM_SEQ_CST, &v32);
	ok &= !vm_mem_load64(on.mem, 16, VM_MEM_SEQ_CST, &v64);
	ok &= vm_mem_cas32(on.mem, 8, VM_MEM_SEQ_CST, &v32, 2) == 1;
	ok &= vm_mem_cas64(on.mem, 16, VM_MEM_SEQ_CST, &v64, 2) == 1;
	ok &= !vm_mem_write_le16(on.mem, 1, 1);
	ok &= !vm_mem_read_le64(on.mem, 1, &v64);
	return ok;
}

static bool slices(void)
{
	struct vm_mem_slice slice, part;
	struct vm_mem_iter iter;
	struct iovec iov[2];
	uint64_t v64;
	bool ok = true;

	ok &= !vm_mem_get_slice(on.mem, 0, PAGE, &slice);
	ok &= !vm_mem_slice_sub(&slice, 8, 64, &part);
	ok &= !vm_mem_slice_write(&part, 1, "abc", 3);
	ok &= !vm_mem_slice_read(&part, 0, &v64, 8);
	ok &= !vm_mem_slice_store64(&part, 0, VM_MEM_RELEASE, 1);
	ok &= !vm_mem_slice_load64(&part, 0, VM_MEM_ACQUIRE, &v64);
	ok &= vm_mem_slice_copy(&on.slice, &slice) == PAGE;
	ok &= !vm_mem_iter_init(&iter, on.mem, 0, 2 * PAGE, VM_MEM_PERM_RW);
	while (vm_mem_iter_next(&iter, &slice))
		vm_mem_slice_mark_dirty(&slice, 0, slice.len);
	ok &= vm_mem_get_iovec(on.mem, 0, 2 * PAGE, VM_MEM_PERM_RW, iov, 2) ==
	      2;
	return ok;
}

static bool marks(void)
{
	const uint64_t log = 5;
	uint64_t word;
	bool ok = true;

	ok &= !vm_mem_mark_dirty(on.mem, 0, 2 * PAGE);
	ok &= vm_mem_is_dirty(on.mem, 0, 1) == 1;
	ok &= !vm_mem_clear_dirty(on.mem, 0, PAGE);
	ok &= !vm_mem_fetch_dirty(on.mem, 0, &word, 1);
	ok &= !vm_mem_merge_dirty_log(on.mem, 0, PAGE / 2, &log, 3);
	ok &= !vm_mem_merge_dirty_ring(on.mem, 0, PAGE / 2, &(uint64_t){ 1 },
				       1);
	return ok;
}

static bool lookups(void)
{
	struct vm_mem_region_info info;
	struct vm_iotlb_piece piece;
	size_t index;
	bool ok = true;

	ok &= !vm_mem_find_region(on.mem, PAGE, &index) && index == 1;
	ok &= !vm_mem_get_region(on.mem, index, &info);
	ok &= vm_mem_last_addr(on.mem) == 2 * PAGE - 1;
	ok &= !vm_iotlb_lookup(on.iotlb, 0, PAGE, VM_MEM_PERM_RW, &piece);
	return ok;
}

static bool snapshots(void)
{
	struct vm_mem *mem = vm_mem_atomic_get(&on.atomic);
	bool ok = !vm_mem_atomic_refresh(&on.atomic, &mem);

	ok &= vm_mem_is_shared(mem);
	vm_mem_free(vm_mem_ref(mem));
	vm_mem_free(mem);
	return ok;
}

static bool read_stream(void)
{
	return vm_mem_read_fd(on.mem, PAGE - 2, on.pipe[0], 4) == 4;
}

static bool write_stream(void)
{
	return vm_mem_write_fd(on.mem, PAGE - 2, on.pipe[1], 4) == 4;
}

static bool read_file(void)
{
	return vm_mem_pread_fd(on.mem, PAGE - 2, on.fd, 0, 4) == 4;
}

static bool write_file(void)
{
	return vm_mem_pwrite_fd(on.mem, PAGE - 2, on.fd, 0, 4) == 4;
}

static bool make_a_system_call(void)
{
	return syscall(SYS_getpid) > 0;
}

/* Two that are not access paths, to show that the library can be caught. */
static bool allocate(void)
{
	struct vm_iotlb *iotlb;

	return !vm_iotlb_new(1, &iotlb);
}

static bool lock(void)
{
	vm_mem_atomic_set(&on.atomic, vm_mem_ref(on.mem));
	return true;
}

/* The exit status of a child that takes a path, or minus its signal. */
static int take(access_path *path, unsigned int allowed)
{
	pid_t child = fork();
	int status;

	if (!child) {
		allow_only(allowed);
		syscall(SYS_exit_group, path() ? 0 : WRONG);
	}
	if (waitpid(child, &status, 0) != child)
		return WRONG;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void make_all(void)
{
	const struct vm_iotlb_mapping all = { 0, 2 * PAGE, 0, VM_MEM_PERM_RW };
	struct vm_mem *plain = MAP_OF({ 0, PAGE, NULL }, { PAGE, PAGE, NULL });

	ck_assert_int_eq(vm_mem_set_tracking(plain, PAGE, &on.mem), 0);
	vm_mem_free(plain);
	ck_assert_int_eq(vm_mem_get_slice(on.mem, PAGE, PAGE, &on.slice), 0);
	ck_assert_int_eq(vm_iotlb_new(4, &on.iotlb), 0);
	ck_assert_int_eq(vm_iotlb_map(on.iotlb, &all), 0);
	ck_assert_int_eq(vm_iotlb_new_view(on.iotlb, on.mem, &on.view), 0);
	vm_mem_atomic_init(&on.atomic, vm_mem_ref(on.mem));
	on.fd = patterned_file(PAGE);
	ck_assert_int_eq(pipe(on.pipe), 0);
	ck_assert_int_eq(write(on.pipe[1], "1234", 4), 4);
}

START_TEST(the_traps_work)
{
	make_all();
	ck_assert_int_eq(take(make_a_system_call, SYS_getpid), 0);
	ck_assert_int_eq(take(make_a_system_call, SYS_exit_group), -SIGSYS);
	ck_assert_int_eq(take(allocate, SYS_exit_group), ALLOCATED);
	ck_assert_int_eq(take(lock, SYS_exit_group), LOCKED);
}
END_TEST

static const struct {
	access_path *path;
	unsigned int allowed;
} paths[] = {
	{ bytes, SYS_exit_group },   { words, SYS_exit_group },
	{ slices, SYS_exit_group },  { marks, SYS_exit_group },
	{ lookups, SYS_exit_group }, { snapshots, SYS_exit_group },
	{ read_stream, SYS_readv },  { write_stream, SYS_writev },
	{ read_file, SYS_preadv },   { write_file, SYS_pwritev },
};

START_TEST(no_access_path_allocates_locks_or_makes_a_system_call)
{
	make_all();
	ck_assert_int_eq(take(paths[_i].path, paths[_i].allowed), 0);
}
END_TEST

static bool do_nothing(void)
{
	return true;
}

static const char *why_to_skip(void)
{
#ifdef SANITIZED
	return "a sanitizer has its own allocator and system calls";
#endif
	if (take(do_nothing, SYS_exit_group) == SKIPPED)
		return "there are no seccomp filters here";
	return NULL;
}

static int run_all(void)
{
	Suite *suite = suite_create("access_path");
	TCase *tcase = tcase_create("access_path");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, the_traps_work);
	tcase_add_loop_test(
		tcase, no_access_path_allocates_locks_or_makes_a_system_call, 0,
		sizeof(paths) / sizeof(paths[0]));
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(void)
{
	const char *why = why_to_skip();

	if (!why)
		return run_all();
	printf("skipped: %s\n", why);
	return SKIPPED;
}
