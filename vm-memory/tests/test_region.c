/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <fcntl.h>

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

RUN_TESTS("region", anonymous_memory_is_zero_and_needs_no_file,
	  a_memfd_can_be_mapped_by_another_process,
	  a_shared_file_is_written_through, a_private_file_is_not_written,
	  memory_of_the_caller_is_used_and_left_alone)
