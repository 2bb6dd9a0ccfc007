/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <linux/memfd.h>

#include "support.h"

/* Makes a map of one region and describes it. */
static struct vm_mem *one_region(const struct vm_mem_backing *backing,
				 uint64_t size,
				 struct vm_mem_region_info *ret_info)
{
	struct vm_mem *mem = MAP_OF({ GIB, size, backing });

	ck_assert_int_eq(vm_mem_get_region(mem, 0, ret_info), 0);
	return mem;
}

START_TEST(anonymous_memory_is_zero_and_needs_no_file)
{
	struct vm_mem_region_info info;
	struct vm_mem *mem = one_region(NULL, MIB, &info);
	uint64_t value = 1;

	ck_assert_int_eq(vm_mem_read(mem, GIB + MIB - 8, &value, 8), 0);
	ck_assert_uint_eq(value, 0);
	ck_assert_int_eq(info.kind, VM_MEM_ANON);
	ck_assert_int_eq(info.fd, -1);
	ck_assert_int_eq(info.guest_memfd, -1);
	ck_assert_uint_eq(info.capacity, MIB);
	ck_assert_uint_eq(info.page_size, PAGE);
	ck_assert_uint_eq(info.perm, VM_MEM_PERM_RW);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_memfd_can_be_mapped_by_another_process)
{
	const struct vm_mem_backing backing = { .kind = VM_MEM_MEMFD };
	struct vm_mem_region_info info;
	struct vm_mem *mem = one_region(&backing, 2 * PAGE, &info);
	uint32_t value = 0x12345678;
	const uint32_t *other;

	ck_assert_int_ge(info.fd, 0);
	other = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, info.fd, 0);
	ck_assert(other != MAP_FAILED);
	ck_assert_int_eq(vm_mem_write(mem, GIB + 8, &value, 4), 0);
	ck_assert_uint_eq(other[2], value);
	ck_assert_int_lt(ftruncate(info.fd, PAGE), 0);
	ck_assert_int_eq(errno, EPERM);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_shared_file_is_written_through)
{
	const struct vm_mem_backing backing = {
		.kind = VM_MEM_FILE_SHARED,
		.fd = patterned_file(4 * PAGE),
		.offset = PAGE,
	};
	struct vm_mem_region_info info;
	struct vm_mem *mem = one_region(&backing, 2 * PAGE, &info);
	uint8_t byte;

	ck_assert_int_ne(info.fd, backing.fd);
	ck_assert_uint_eq(info.offset, PAGE);
	ck_assert_int_eq(vm_mem_read(mem, GIB + 3, &byte, 1), 0);
	ck_assert_uint_eq(byte, (uint8_t)((PAGE + 3) * 7 + 1));
	byte = 0xaa;
	ck_assert_int_eq(vm_mem_write(mem, GIB + 3, &byte, 1), 0);
	byte = 0;
	ck_assert_int_eq(pread(backing.fd, &byte, 1, PAGE + 3), 1);
	ck_assert_uint_eq(byte, 0xaa);
	close(backing.fd);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_private_file_is_not_written)
{
	const struct vm_mem_backing backing = {
		.kind = VM_MEM_FILE_PRIVATE,
		.fd = patterned_file(PAGE),
	};
	struct vm_mem_region_info info;
	struct vm_mem *mem = one_region(&backing, PAGE, &info);
	uint8_t byte = 0xaa;

	ck_assert_int_eq(vm_mem_write(mem, GIB, &byte, 1), 0);
	ck_assert_int_eq(pread(backing.fd, &byte, 1, 0), 1);
	ck_assert_uint_eq(byte, 1);
	close(backing.fd);
	vm_mem_free(mem);
}
END_TEST

START_TEST(memory_of_the_caller_is_used_and_left_alone)
{
	void *hva = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct vm_mem_backing backing = {
		.kind = VM_MEM_CALLER,
		.hva = hva,
	};
	struct vm_mem_region_info info;
	struct vm_mem *mem = one_region(&backing, PAGE, &info);

	ck_assert_ptr_eq(info.hva, hva);
	ck_assert_int_eq(vm_mem_fill(mem, GIB, 0x33, PAGE), 0);
	vm_mem_free(mem);
	ck_assert_uint_eq(*(uint8_t *)hva, 0x33);
	munmap(hva, PAGE);
}
END_TEST

static int make(uint64_t gpa, uint64_t size, struct vm_mem_backing backing)
{
	const struct vm_mem_range range = { gpa, size, &backing };
	struct vm_mem *mem = NULL;
	int r = vm_mem_new(&range, 1, &mem);

	if (r < 0)
		ck_assert_ptr_null(mem);
	vm_mem_free(mem);
	return r;
}

START_TEST(a_backing_that_contradicts_itself_is_refused)
{
	const int fd = patterned_file(PAGE);
	const int file = patterned_file(2 * PAGE);
	void *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static uint8_t byte;
	const struct vm_mem_backing bad[] = {
		{ .kind = (enum vm_mem_kind)99 },
		{ .flags = 1u << 31 },
		{ .flags = VM_MEM_HUGE_2M | VM_MEM_HUGE_1G },
		{ .kind = VM_MEM_FILE_SHARED,
		  .fd = fd,
		  .flags = VM_MEM_HUGE_2M },
		{ .kind = VM_MEM_FILE_PRIVATE, .fd = fd, .offset = 1 },
		{ .kind = VM_MEM_FILE_PRIVATE, .fd = fd, .offset = PAGE },
		{ .kind = VM_MEM_CALLER },
		{ .kind = VM_MEM_CALLER, .hva = &byte },
		{ .kind = VM_MEM_CALLER, .hva = &byte, .flags = VM_MEM_LOCK },
		{ .kind = VM_MEM_CALLER, .hva = pages, .offset = PAGE },
		{ .kind = VM_MEM_ANON, .offset = PAGE },
		{ .kind = VM_MEM_ANON, .hva = pages },
		{ .kind = VM_MEM_MEMFD, .offset = PAGE },
		{ .kind = VM_MEM_MEMFD, .hva = pages },
		{ .kind = VM_MEM_FILE_SHARED, .fd = file, .hva = pages },
		{ .capacity = 100 },
		{ .capacity = PAGE },
		{ .flags = VM_MEM_GUEST_MEMFD,
		  .guest_memfd = fd,
		  .guest_memfd_offset = 1 },
		{ .guest_memfd_offset = PAGE },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(make(0, 2 * PAGE, bad[i]) == -EINVAL, "%zu", i);
	close(fd);
	close(file);
	munmap(pages, 2 * PAGE);
}
END_TEST

START_TEST(an_unaligned_or_empty_range_is_refused)
{
	const struct vm_mem_backing plain = { .kind = VM_MEM_ANON };
	const struct vm_mem_backing huge = { .flags = VM_MEM_HUGE_2M };

	ck_assert_int_eq(make(0, 0, plain), -EINVAL);
	ck_assert_int_eq(make(1, PAGE, plain), -EINVAL);
	ck_assert_int_eq(make(0, PAGE + 1, plain), -EINVAL);
	ck_assert_int_eq(make(PAGE, 2 * MIB, huge), -EINVAL);
	ck_assert_int_eq(make(0, PAGE, huge), -EINVAL);
}
END_TEST

START_TEST(a_range_that_wraps_is_refused)
{
	const struct vm_mem_backing plain = { .kind = VM_MEM_ANON };
	const struct vm_mem_backing growing = { .capacity = 2 * PAGE };
	const struct vm_mem_backing file = {
		.kind = VM_MEM_FILE_SHARED,
		.fd = patterned_file(PAGE),
		.offset = -PAGE,
	};

	ck_assert_int_eq(make(-PAGE, 2 * PAGE, plain), -EOVERFLOW);
	ck_assert_int_eq(make(-PAGE, PAGE, growing), -EOVERFLOW);
	ck_assert_int_eq(make(0, PAGE, file), -EOVERFLOW);
	close(file.fd);
}
END_TEST

START_TEST(more_memory_than_there_is_room_for_is_refused)
{
	const struct vm_mem_backing plain = { .kind = VM_MEM_ANON };
	const struct vm_mem_backing memfd = { .kind = VM_MEM_MEMFD };

	ck_assert_int_eq(make(0, UINT64_C(1) << 60, plain), -ENOMEM);
	ck_assert_int_eq(make(0, -PAGE, plain), -ENOMEM);
	ck_assert_int_eq(make(0, -PAGE, memfd), -ENOMEM);
}
END_TEST

START_TEST(a_bad_descriptor_is_told)
{
	const struct vm_mem_backing file = { .kind = VM_MEM_FILE_SHARED,
					     .fd = -1 };
	const struct vm_mem_backing guest = { .flags = VM_MEM_GUEST_MEMFD,
					      .guest_memfd = -1 };

	ck_assert_int_eq(make(0, PAGE, file), -EBADF);
	ck_assert_int_eq(make(0, PAGE, guest), -EBADF);
}
END_TEST

START_TEST(a_file_that_cannot_be_mapped_is_told)
{
	struct vm_mem_backing file = { .kind = VM_MEM_FILE_PRIVATE };
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	file.fd = fds[0];
	ck_assert_int_eq(make(0, PAGE, file), -ENODEV);
	file.kind = VM_MEM_FILE_SHARED;
	file.fd = open("/proc/self/exe", O_RDONLY);
	ck_assert_int_eq(make(0, PAGE, file), -EACCES);
	close(file.fd);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* Does an access kill the process that makes it? */
static int access_is_fatal(volatile uint8_t *byte)
{
	pid_t child = fork();
	int status;

	if (!child) {
		signal(SIGSEGV, SIG_DFL);
		*byte = 1;
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status != 0;
}

START_TEST(guard_pages_stand_on_both_sides)
{
	static const enum vm_mem_kind kinds[] = { VM_MEM_ANON, VM_MEM_MEMFD,
						  VM_MEM_FILE_SHARED,
						  VM_MEM_FILE_PRIVATE };
	const int fd = patterned_file(4 * PAGE);
	struct vm_mem_region_info info;
	uint8_t *hva;

	for (size_t i = 0; i < 4; i++) {
		const struct vm_mem_backing backing = { .kind = kinds[i],
							.fd = fd,
							.capacity = 4 * PAGE };
		struct vm_mem *mem = one_region(&backing, 2 * PAGE, &info);

		hva = info.hva;
		ck_assert(access_is_fatal(hva - 1));
		ck_assert(!access_is_fatal(hva));
		ck_assert(!access_is_fatal(hva + 2 * PAGE - 1));
		ck_assert(access_is_fatal(hva + 2 * PAGE));
		ck_assert(access_is_fatal(hva + 4 * PAGE));
		vm_mem_free(mem);
	}
	close(fd);
}
END_TEST

START_TEST(large_regions_suit_huge_pages)
{
	struct vm_mem *mem = MAP_OF({ 3 * MIB + PAGE, 8 * MIB, NULL });
	struct vm_mem_region_info info;

	ck_assert_int_eq(vm_mem_get_region(mem, 0, &info), 0);
	ck_assert_uint_eq(((uintptr_t)info.hva - info.gpa) % (2 * MIB), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_guest_memfd_is_kept_and_told)
{
	/* Any file will do: it is never mapped. */
	const struct vm_mem_backing backing = {
		.flags = VM_MEM_GUEST_MEMFD,
		.guest_memfd = patterned_file(PAGE),
		.guest_memfd_offset = 8 * PAGE,
	};
	struct vm_mem_region_info info;
	struct vm_mem *mem = one_region(&backing, PAGE, &info);
	int kept;

	close(backing.guest_memfd);
	ck_assert_int_ge(info.guest_memfd, 0);
	ck_assert_uint_eq(info.guest_memfd_offset, 8 * PAGE);
	ck_assert_int_eq(fcntl(info.guest_memfd, F_GETFD), FD_CLOEXEC);
	kept = info.guest_memfd;
	vm_mem_free(mem);
	ck_assert_int_lt(fcntl(kept, F_GETFD), 0);
}
END_TEST

/* The value of a field, in KiB or as a word, of the mapping that holds hva. */
static bool smaps_has(const void *hva, const char *field, const char *value)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	unsigned long from, to;
	bool here = false, found = false;
	char line[512];

	ck_assert_ptr_nonnull(smaps);
	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			here = from <= (uintptr_t)hva && (uintptr_t)hva < to;
		if (here && !strncmp(line, field, strlen(field)))
			found |= strstr(line + strlen(field), value) != NULL;
	}
	fclose(smaps);
	return found;
}

START_TEST(flags_reach_the_mapping)
{
	const struct vm_mem_backing backing = {
		.flags = VM_MEM_PREFAULT | VM_MEM_LOCK | VM_MEM_NODUMP,
		.capacity = 64 * KIB,
	};
	struct vm_mem_region_info info;
	struct vm_mem *mem = one_region(&backing, 32 * KIB, &info);
	struct vm_mem *larger;
	uint8_t *hva = info.hva;

	ck_assert(smaps_has(hva, "Rss:", " 32 kB"));
	ck_assert(smaps_has(hva, "Locked:", " 32 kB"));
	ck_assert(smaps_has(hva, "VmFlags:", " dd"));
	ck_assert_int_eq(vm_mem_resize_region(mem, GIB, 64 * KIB, &larger), 0);
	ck_assert(smaps_has(hva + 63 * KIB, "Rss:", " 64 kB"));
	ck_assert(smaps_has(hva + 63 * KIB, "VmFlags:", " lo"));
	ck_assert(smaps_has(hva + 63 * KIB, "VmFlags:", " dd"));
	vm_mem_free(larger);
	vm_mem_free(mem);
	mem = one_region(NULL, 32 * KIB, &info);
	ck_assert(smaps_has(info.hva, "Rss:", " 0 kB"));
	ck_assert(!smaps_has(info.hva, "VmFlags:", " dd"));
	vm_mem_free(mem);
}
END_TEST

START_TEST(transparent_huge_pages_are_asked_for)
{
	const struct vm_mem_backing backing = { .flags = VM_MEM_THP };
	const struct vm_mem_range range = { 0, 2 * MIB, &backing };
	struct vm_mem_region_info info;
	struct vm_mem *mem;
	int r = vm_mem_new(&range, 1, &mem);

	/* A kernel may have been built without them. */
	if (r == -ENOTSUP)
		return;
	ck_assert_int_eq(r, 0);
	ck_assert_int_eq(vm_mem_get_region(mem, 0, &info), 0);
	ck_assert(smaps_has(info.hva, "VmFlags:", " hg"));
	vm_mem_free(mem);
}
END_TEST

START_TEST(explicit_huge_pages_are_used_or_refused)
{
	static const enum vm_mem_kind kinds[] = { VM_MEM_ANON, VM_MEM_MEMFD };
	struct vm_mem_region_info info;
	struct vm_mem *mem, *larger;
	uint8_t byte;

	for (size_t i = 0; i < 2; i++) {
		const struct vm_mem_backing backing = {
			.kind = kinds[i],
			.flags = VM_MEM_HUGE_2M,
			.capacity = 4 * MIB,
		};
		const struct vm_mem_range range = { 2 * MIB, 2 * MIB,
						    &backing };
		int r = vm_mem_new(&range, 1, &mem);

		/* The administrator decides whether there are any. */
		if (r < 0) {
			ck_assert_int_eq(r, -ENOMEM);
			continue;
		}
		ck_assert_int_eq(vm_mem_get_region(mem, 0, &info), 0);
		ck_assert_uint_eq(info.page_size, 2 * MIB);
		ck_assert(smaps_has(info.hva, "KernelPageSize:", " 2048 kB"));
		ck_assert_int_eq(vm_mem_fill(mem, 2 * MIB, 1, 2 * MIB), 0);
		ck_assert_int_eq(vm_mem_map_file(mem, 2 * MIB, PAGE, 0, 0),
				 -EINVAL);
		ck_assert_int_eq(vm_mem_discard(mem, 2 * MIB, PAGE), -EINVAL);
		ck_assert_int_eq(vm_mem_discard(mem, 2 * MIB, 2 * MIB), 0);
		ck_assert_int_eq(vm_mem_read(mem, 2 * MIB, &byte, 1), 0);
		ck_assert_uint_eq(byte, 0);
		ck_assert_int_eq(vm_mem_resize_region(mem, 2 * MIB,
						      2 * MIB + PAGE, &larger),
				 -EINVAL);
		vm_mem_free(mem);
	}
}
END_TEST

START_TEST(a_file_of_huge_pages_is_recognised)
{
	struct vm_mem_backing backing = { .kind = VM_MEM_FILE_SHARED };
	struct vm_mem_region_info info;
	struct vm_mem *mem;
	int r;

	backing.fd = memfd_create("huge", MFD_HUGETLB | MFD_HUGE_2MB);
	/* A kernel may have been built without them. */
	if (backing.fd < 0)
		return;
	ck_assert_int_eq(ftruncate(backing.fd, 2 * MIB), 0);
	ck_assert_int_eq(make(0, PAGE, backing), -EINVAL);
	ck_assert_int_eq(make(PAGE, 2 * MIB, backing), -EINVAL);
	r = vm_mem_new(&(struct vm_mem_range){ 0, 2 * MIB, &backing }, 1, &mem);
	close(backing.fd);
	if (r < 0) {
		ck_assert_int_eq(r, -ENOMEM);
		return;
	}
	ck_assert_int_eq(vm_mem_get_region(mem, 0, &info), 0);
	ck_assert_uint_eq(info.page_size, 2 * MIB);
	vm_mem_free(mem);
}
END_TEST

START_TEST(gigantic_pages_are_used_or_refused)
{
	static const enum vm_mem_kind kinds[] = { VM_MEM_ANON, VM_MEM_MEMFD };
	int r;

	for (size_t i = 0; i < 2; i++) {
		const struct vm_mem_backing backing = {
			.kind = kinds[i],
			.flags = VM_MEM_HUGE_1G,
		};

		r = make(0, GIB, backing);
		ck_assert(!r || r == -ENOMEM || r == -ENOTSUP);
		ck_assert_int_eq(make(2 * MIB, GIB, backing), -EINVAL);
	}
}
END_TEST

START_TEST(more_than_may_be_locked_is_told)
{
	const struct vm_mem_backing backing = { .flags = VM_MEM_LOCK };
	const struct rlimit none = { 0, 0 };
	pid_t child = fork();
	int status;

	if (!child) {
		struct vm_mem *mem;
		const struct vm_mem_range range = { 0, PAGE, &backing };

		if (setrlimit(RLIMIT_MEMLOCK, &none) < 0 || setuid(65534) < 0)
			_exit(99);
		_exit(-vm_mem_new(&range, 1, &mem));
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), EPERM);
}
END_TEST

RUN_TESTS("region", anonymous_memory_is_zero_and_needs_no_file,
	  a_memfd_can_be_mapped_by_another_process,
	  a_shared_file_is_written_through, a_private_file_is_not_written,
	  memory_of_the_caller_is_used_and_left_alone,
	  a_backing_that_contradicts_itself_is_refused,
	  an_unaligned_or_empty_range_is_refused, a_range_that_wraps_is_refused,
	  more_memory_than_there_is_room_for_is_refused,
	  a_bad_descriptor_is_told, a_file_that_cannot_be_mapped_is_told,
	  guard_pages_stand_on_both_sides, large_regions_suit_huge_pages,
	  a_guest_memfd_is_kept_and_told, flags_reach_the_mapping,
	  transparent_huge_pages_are_asked_for,
	  explicit_huge_pages_are_used_or_refused,
	  a_file_of_huge_pages_is_recognised,
	  gigantic_pages_are_used_or_refused, more_than_may_be_locked_is_told)
