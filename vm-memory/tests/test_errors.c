/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What happens when the host refuses.  The program is linked with --wrap for
 * everything that can fail, so that each call in turn can be made to.  After
 * every failure there must be as many mappings and descriptors as before.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>

#include <vm-memory/dirty.h>
#include <vm-memory/iotlb.h>
#include <vm-memory/sigbus.h>

#include "support.h"

/* The call that is to fail, counted down to it, and what it fails with. */
static int fail_at, fail_with;
/* What the caller is to see of it; 0 if nothing has failed. */
static int failure;

static bool fails(int told_as)
{
	if (!fail_at || --fail_at)
		return false;
	errno = fail_with;
	failure = told_as ? told_as : -fail_with;
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

WRAP(void *, calloc, (size_t n, size_t size), (n, size), NULL, -ENOMEM)
WRAP(void *, aligned_alloc, (size_t align, size_t size), (align, size), NULL,
     -ENOMEM)
WRAP(void *, mmap64,
     (void *hva, size_t len, int prot, int flags, int fd, off_t off),
     (hva, len, prot, flags, fd, off), MAP_FAILED, 0)
WRAP(int, madvise, (void *hva, size_t len, int advice), (hva, len, advice), -1,
     fail_with == EINVAL || fail_with == EOPNOTSUPP ? -ENOTSUP : 0)
WRAP(int, mlock2, (const void *hva, size_t len, unsigned int flags),
     (hva, len, flags), -1, 0)
WRAP(int, memfd_create, (const char *name, unsigned int flags), (name, flags),
     -1, 0)
WRAP(int, ftruncate64, (int fd, off_t len), (fd, len), -1, 0)
WRAP(int, fstat64, (int fd, struct stat64 *st), (fd, st), -1, 0)
WRAP(int, fstatfs64, (int fd, struct statfs64 *fs), (fd, fs), -1, 0)
WRAP(ssize_t, preadv64, (int fd, const struct iovec *iov, int n, off_t off),
     (fd, iov, n, off), -1, 0)

int __real_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...)
{
	va_list arguments;
	int argument;

	va_start(arguments, command);
	argument = va_arg(arguments, int);
	va_end(arguments);
	return fails(0) ? -1 : __real_fcntl64(fd, command, argument);
}

/* Only sigbus.c calls this, and nothing but the mmap there may fail it. */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
	va_list arguments;
	long a[6];

	va_start(arguments, number);
	for (size_t i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_mmap && fails(0))
		return -1;
	return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static size_t count_fds(void)
{
	DIR *fds = opendir("/proc/self/fd");
	size_t n = 0;

	ck_assert_ptr_nonnull(fds);
	while (readdir(fds))
		n++;
	closedir(fds);
	return n;
}

/*
 * The size of the address space, of which a leaked mapping would be part.  A
 * sanitizer maps memory of its own, but finds leaks in its own way.
 */
static size_t count_pages(void)
{
#ifdef SANITIZED
	return 0;
#else
	FILE *statm = fopen("/proc/self/statm", "r");
	size_t pages = 0;

	ck_assert_ptr_nonnull(statm);
	ck_assert_int_eq(fscanf(statm, "%zu", &pages), 1);
	fclose(statm);
	return pages;
#endif
}

/* Makes something out of a map, which is to be left as it is. */
typedef int scenario(const struct vm_mem *mem, struct vm_mem **ret_mem);

static int file_fd;

static int new_with(const struct vm_mem_backing *backing,
		    struct vm_mem **ret_mem)
{
	const struct vm_mem_range ranges[] = { { GIB, 4 * MIB, NULL },
					       { 0, 64 * KIB, backing } };

	return vm_mem_new(ranges, 2, ret_mem);
}

static int new_anonymous(const struct vm_mem *mem, struct vm_mem **ret_mem)
{
	const struct vm_mem_backing backing = {
		.flags = VM_MEM_PREFAULT | VM_MEM_LOCK | VM_MEM_NODUMP,
	};

	(void)mem;
	return new_with(&backing, ret_mem);
}

static int new_memfd(const struct vm_mem *mem, struct vm_mem **ret_mem)
{
	const struct vm_mem_backing backing = {
		.kind = VM_MEM_MEMFD,
		.flags = VM_MEM_GUEST_MEMFD,
		.guest_memfd = file_fd,
	};

	(void)mem;
	return new_with(&backing, ret_mem);
}

static int new_file(const struct vm_mem *mem, struct vm_mem **ret_mem)
{
	const struct vm_mem_backing backing = {
		.kind = VM_MEM_FILE_PRIVATE,
		.fd = file_fd,
	};

	(void)mem;
	return new_with(&backing, ret_mem);
}

static int add(const struct vm_mem *mem, struct vm_mem **ret_mem)
{
	const struct vm_mem_range range = { 2 * GIB, PAGE, NULL };

	return vm_mem_add_region(mem, &range, ret_mem);
}

static int remove_one(const struct vm_mem *mem, struct vm_mem **ret_mem)
{
	return vm_mem_remove_region(mem, GIB, 64 * KIB, ret_mem);
}

static int resize(const struct vm_mem *mem, struct vm_mem **ret_mem)
{
	return vm_mem_resize_region(mem, 0, 128 * KIB, ret_mem);
}

static int track(const struct vm_mem *mem, struct vm_mem **ret_mem)
{
	return vm_mem_set_tracking(mem, PAGE / 2, ret_mem);
}

static int view(const struct vm_mem *mem, struct vm_mem **ret_mem)
{
	const struct vm_iotlb_mapping mapping = { 0, PAGE, PAGE,
						  VM_MEM_PERM_RW };
	struct vm_iotlb *iotlb;
	int r = vm_iotlb_new(4, &iotlb);

	if (r < 0)
		return r;
	r = vm_iotlb_map(iotlb, &mapping);
	if (!r)
		r = vm_iotlb_new_view(iotlb, mem, ret_mem);
	vm_iotlb_free(iotlb);
	return r;
}

static int map_a_file(const struct vm_mem *mem, struct vm_mem **ret_mem)
{
	int r = vm_mem_map_file(mem, PAGE, PAGE, file_fd, 0);

	if (!r)
		*ret_mem = NULL;
	return r;
}

static int discard(const struct vm_mem *mem, struct vm_mem **ret_mem)
{
	int r = vm_mem_discard(mem, 0, 2 * PAGE);

	if (!r)
		*ret_mem = NULL;
	return r;
}

static int recover(const struct vm_mem *mem, struct vm_mem **ret_mem)
{
	struct vm_mem_region_info region;
	vm_gpa gpa;
	int r;

	ck_assert_int_eq(vm_mem_get_region(mem, 0, &region), 0);
	r = vm_mem_recover(mem, BUS_ADRERR, region.hva, &gpa);
	if (!r)
		*ret_mem = NULL;
	else
		ck_assert_int_eq(vm_mem_is_lost(mem, 0, PAGE), 0);
	return r;
}

static scenario *const scenarios[] = {
	new_anonymous, new_memfd, new_file, add,	remove_one, resize,
	track,	       view,	  discard,  map_a_file, recover,
};

#define SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

/* A tracked map of a region that can grow and another. */
static struct vm_mem *fixture(void)
{
	const struct vm_mem_backing growing = {
		.flags = VM_MEM_NODUMP | VM_MEM_LOCK,
		.capacity = 128 * KIB,
	};
	struct vm_mem *plain =
		MAP_OF({ 0, 64 * KIB, &growing }, { GIB, 64 * KIB, NULL });
	struct vm_mem *mem;

	ck_assert_int_eq(vm_mem_set_tracking(plain, PAGE, &mem), 0);
	vm_mem_free(plain);
	return mem;
}

/* Returns how many calls there were that could be made to fail. */
static int fail_each_call(scenario *run, int with)
{
	struct vm_mem *mem = fixture();
	const size_t fds = count_fds();
	size_t pages = count_pages();
	struct vm_mem *made;
	int r, i;

	for (i = 1;; i++) {
		made = mem;
		failure = 0;
		fail_with = with;
		fail_at = i;
		r = run(mem, &made);
		fail_at = 0;
		ck_assert_int_eq(r, failure);
		if (!failure)
			break;
		ck_assert_ptr_eq(made, mem);
		ck_assert_uint_eq(count_fds(), fds);
		/* The allocator may keep what it has been given back once. */
		if (i > 1)
			ck_assert_uint_le(count_pages(), pages);
		pages = count_pages();
	}
	vm_mem_free(made);
	ck_assert_int_eq(vm_mem_fill(mem, 0, 1, 64 * KIB), 0);
	vm_mem_free(mem);
	return i - 1;
}

START_TEST(a_failing_call_is_told_and_leaks_nothing)
{
	file_fd = patterned_file(64 * KIB);
	ck_assert_int_gt(fail_each_call(scenarios[_i], EIO), 0);
	close(file_fd);
}
END_TEST

static int new_huge(const struct vm_mem *mem, struct vm_mem **ret_mem)
{
	const struct vm_mem_backing backing = { .kind = VM_MEM_MEMFD,
						.flags = VM_MEM_HUGE_2M };

	(void)mem;
	return vm_mem_new(&(struct vm_mem_range){ 0, 2 * MIB, &backing }, 1,
			  ret_mem);
}

START_TEST(what_the_kernel_lacks_is_not_supported)
{
	static scenario *const asking[] = { new_anonymous, resize, discard,
					    new_huge };
	struct vm_mem *mem, *made;
	bool seen = false;

	for (size_t i = 0; i < 4; i++) {
		mem = fixture();
		for (int at = 1; at < 20; at++) {
			fail_with = i == 2 ? EOPNOTSUPP : EINVAL;
			failure = 0;
			fail_at = at;
			made = NULL;
			seen |= asking[i](mem, &made) == -ENOTSUP;
			fail_at = 0;
			vm_mem_free(made);
		}
		ck_assert(seen);
		seen = false;
		vm_mem_free(mem);
	}
}
END_TEST

START_TEST(no_memory_is_told_by_recover)
{
	struct vm_mem *mem = fixture();
	struct vm_mem *made;

	fail_with = ENOMEM;
	fail_at = 1;
	ck_assert_int_eq(recover(mem, &made), -ENOMEM);
	/* The next signal tries again. */
	ck_assert_int_eq(recover(mem, &made), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_error_after_some_bytes_is_a_short_count)
{
	struct vm_mem_range ranges[66];
	int fd = patterned_file(66 * PAGE);
	struct vm_mem *mem;

	/* More pieces than one system call takes. */
	for (uint64_t i = 0; i < 66; i++)
		ranges[i] = (struct vm_mem_range){ i * PAGE, PAGE, NULL };
	mem = map_of(ranges, 66);
	fail_with = EIO;
	fail_at = 2;
	ck_assert_int_eq(vm_mem_pread_fd(mem, 0, fd, 0, 66 * PAGE), 64 * PAGE);
	fail_at = 1;
	ck_assert_int_eq(vm_mem_pread_fd(mem, 0, fd, 0, 66 * PAGE), -EIO);
	fail_with = EINTR;
	fail_at = 2;
	ck_assert_int_eq(vm_mem_pread_fd(mem, 0, fd, 0, 66 * PAGE), 66 * PAGE);
	close(fd);
	vm_mem_free(mem);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("errors");
	TCase *tcase = tcase_create("errors");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, a_failing_call_is_told_and_leaks_nothing, 0,
			    SCENARIOS);
	tcase_add_test(tcase, what_the_kernel_lacks_is_not_supported);
	tcase_add_test(tcase, no_memory_is_told_by_recover);
	tcase_add_test(tcase, an_error_after_some_bytes_is_a_short_count);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
