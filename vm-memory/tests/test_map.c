/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

START_TEST(regions_are_sorted_by_address)
{
	struct vm_mem *mem = MAP_OF({ 4 * GIB, MIB, NULL }, { 0, MIB, NULL },
				    { 2 * GIB, PAGE, NULL });
	struct vm_mem_region_info info;

	ck_assert_uint_eq(vm_mem_region_count(mem), 3);
	ck_assert_int_eq(vm_mem_get_region(mem, 1, &info), 0);
	ck_assert_uint_eq(info.gpa, 2 * GIB);
	ck_assert_uint_eq(info.size, PAGE);
	ck_assert_ptr_nonnull(info.hva);
	ck_assert_int_eq(vm_mem_get_region(mem, 2, &info), 0);
	ck_assert_uint_eq(info.gpa, 4 * GIB);
	ck_assert_uint_eq(vm_mem_last_addr(mem), 4 * GIB + MIB - 1);
	ck_assert_int_eq(vm_mem_get_region(mem, 3, &info), -ENOENT);
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_empty_map_backs_nothing)
{
	struct vm_mem *mem = map_of(NULL, 0);
	struct vm_mem_region_info info;
	size_t index;

	ck_assert_uint_eq(vm_mem_region_count(mem), 0);
	ck_assert_uint_eq(vm_mem_last_addr(mem), 0);
	ck_assert_int_eq(vm_mem_get_region(mem, 0, &info), -ENOENT);
	ck_assert_int_eq(vm_mem_find_region(mem, 0, &index), -EFAULT);
	ck_assert_int_eq(vm_mem_check_range(mem, 0, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_check_range(mem, 0, 0), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(more_regions_than_memory_could_describe_are_refused)
{
	struct vm_mem *mem = NULL;

	ck_assert_int_eq(vm_mem_new(NULL, SIZE_MAX, &mem), -ENOMEM);
	ck_assert_ptr_null(mem);
}
END_TEST

START_TEST(find_region_knows_first_and_last_byte)
{
	struct vm_mem *mem =
		MAP_OF({ 2 * PAGE, PAGE, NULL }, { 4 * PAGE, PAGE, NULL });
	size_t index = 9;

	ck_assert_int_eq(vm_mem_find_region(mem, 0, &index), -EFAULT);
	ck_assert_int_eq(vm_mem_find_region(mem, 2 * PAGE - 1, &index),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_find_region(mem, 3 * PAGE, &index), -EFAULT);
	ck_assert_int_eq(vm_mem_find_region(mem, UINT64_MAX, &index), -EFAULT);
	ck_assert_uint_eq(index, 9);
	ck_assert_int_eq(vm_mem_find_region(mem, 2 * PAGE, &index), 0);
	ck_assert_uint_eq(index, 0);
	ck_assert_int_eq(vm_mem_find_region(mem, 5 * PAGE - 1, &index), 0);
	ck_assert_uint_eq(index, 1);
	vm_mem_free(mem);
}
END_TEST

START_TEST(the_right_region_is_found_among_any_number)
{
	struct vm_mem_range ranges[70];
	struct vm_mem *mem;
	size_t index;

	for (size_t n = 1; n <= 70; n++) {
		for (size_t i = 0; i < n; i++)
			ranges[i] = (struct vm_mem_range){ 2 * i * PAGE, PAGE,
							   NULL };
		mem = map_of(ranges, n);
		for (size_t i = 0; i < n; i++) {
			ck_assert_int_eq(vm_mem_find_region(mem, 2 * i * PAGE,
							    &index),
					 0);
			ck_assert_uint_eq(index, i);
			ck_assert_int_eq(vm_mem_find_region(mem,
							    (2 * i + 1) * PAGE,
							    &index),
					 -EFAULT);
		}
		vm_mem_free(mem);
	}
}
END_TEST

START_TEST(overlapping_ranges_are_refused)
{
	static const struct vm_mem_range overlaps[][2] = {
		{ { 0, 2 * PAGE, NULL }, { PAGE, PAGE, NULL } },
		{ { PAGE, PAGE, NULL }, { 0, 2 * PAGE, NULL } },
		{ { PAGE, PAGE, NULL }, { PAGE, PAGE, NULL } },
		{ { 0, 8 * PAGE, NULL }, { PAGE, PAGE, NULL } },
	};
	struct vm_mem *mem = NULL;

	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(vm_mem_new(overlaps[i], 2, &mem), -EEXIST);
	ck_assert_ptr_null(mem);
}
END_TEST

START_TEST(a_region_may_end_at_the_last_address)
{
	struct vm_mem *mem = MAP_OF({ -PAGE, PAGE, NULL });
	uint64_t value = 0x1122334455667788;
	uint64_t back = 0;

	ck_assert_uint_eq(vm_mem_last_addr(mem), UINT64_MAX);
	ck_assert_int_eq(vm_mem_check_range(mem, -PAGE, PAGE), 0);
	ck_assert_int_eq(vm_mem_check_range(mem, -PAGE, PAGE + 1), -EOVERFLOW);
	ck_assert_int_eq(vm_mem_write(mem, UINT64_MAX - 7, &value, 8), 0);
	ck_assert_int_eq(vm_mem_read(mem, UINT64_MAX - 7, &back, 8), 0);
	ck_assert_uint_eq(back, value);
	ck_assert_int_eq(vm_mem_read(mem, UINT64_MAX - 6, &back, 8),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_mem_read(mem, UINT64_MAX, &back, 1), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_reference_keeps_the_map)
{
	struct vm_mem *mem = MAP_OF({ 0, PAGE, NULL });
	struct vm_mem *ref = vm_mem_ref(mem);
	uint8_t byte = 0xff;

	ck_assert_ptr_eq(ref, mem);
	vm_mem_free(mem);
	ck_assert_int_eq(vm_mem_read(ref, 0, &byte, 1), 0);
	ck_assert_uint_eq(byte, 0);
	vm_mem_free(ref);
	vm_mem_free(NULL);
}
END_TEST

START_TEST(a_region_is_added_to_a_new_map)
{
	const struct vm_mem_range more = { 2 * PAGE, PAGE, NULL };
	struct vm_mem *mem =
		MAP_OF({ PAGE, PAGE, NULL }, { 3 * PAGE, PAGE, NULL });
	uint8_t bytes[PAGE] = { 1, 2, 3 };
	struct vm_mem *larger;

	ck_assert_int_eq(vm_mem_write(mem, PAGE, bytes, 3), 0);
	ck_assert_int_eq(vm_mem_add_region(mem, &more, &larger), 0);
	ck_assert_int_eq(vm_mem_check_range(mem, PAGE, 3 * PAGE), -EFAULT);
	ck_assert_int_eq(vm_mem_check_range(larger, PAGE, 3 * PAGE), 0);
	vm_mem_free(mem);
	ck_assert_int_eq(vm_mem_read(larger, PAGE + 1, bytes, 1), 0);
	ck_assert_uint_eq(bytes[0], 2);
	vm_mem_free(larger);
}
END_TEST

START_TEST(a_region_that_cannot_be_added_leaves_the_map)
{
	const struct vm_mem_range overlapping = { PAGE, 2 * PAGE, NULL };
	const struct vm_mem_range unaligned = { 4 * PAGE, 100, NULL };
	struct vm_mem *mem = MAP_OF({ 2 * PAGE, PAGE, NULL });
	struct vm_mem *larger = NULL;

	ck_assert_int_eq(vm_mem_add_region(mem, &overlapping, &larger),
			 -EEXIST);
	ck_assert_int_eq(vm_mem_add_region(mem, &unaligned, &larger), -EINVAL);
	ck_assert_ptr_null(larger);
	ck_assert_uint_eq(vm_mem_region_count(mem), 1);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_removed_region_lives_as_long_as_an_old_map)
{
	struct vm_mem *mem =
		MAP_OF({ PAGE, PAGE, NULL }, { 2 * PAGE, PAGE, NULL });
	struct vm_mem *smaller, *empty;
	uint64_t value = 42;

	ck_assert_int_eq(vm_mem_remove_region(mem, PAGE, PAGE, &smaller), 0);
	ck_assert_uint_eq(vm_mem_region_count(smaller), 1);
	ck_assert_int_eq(vm_mem_check_range(smaller, PAGE, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_write(mem, PAGE, &value, 8), 0);
	ck_assert_int_eq(vm_mem_remove_region(smaller, 2 * PAGE, PAGE, &empty),
			 0);
	ck_assert_uint_eq(vm_mem_region_count(empty), 0);
	ck_assert_int_eq(vm_mem_check_range(empty, 2 * PAGE, 1), -EFAULT);
	vm_mem_free(smaller);
	vm_mem_free(empty);
	value = 0;
	ck_assert_int_eq(vm_mem_read(mem, PAGE, &value, 8), 0);
	ck_assert_uint_eq(value, 42);
	vm_mem_free(mem);
}
END_TEST

START_TEST(only_a_whole_region_is_removed)
{
	struct vm_mem *mem = MAP_OF({ PAGE, 2 * PAGE, NULL });
	struct vm_mem *empty = map_of(NULL, 0);
	struct vm_mem *smaller = NULL;

	ck_assert_int_eq(vm_mem_remove_region(mem, PAGE, PAGE, &smaller),
			 -ENOENT);
	ck_assert_int_eq(vm_mem_remove_region(mem, 2 * PAGE, PAGE, &smaller),
			 -ENOENT);
	ck_assert_int_eq(vm_mem_remove_region(mem, 0, 2 * PAGE, &smaller),
			 -ENOENT);
	ck_assert_int_eq(vm_mem_remove_region(empty, 0, 0, &smaller), -ENOENT);
	ck_assert_ptr_null(smaller);
	vm_mem_free(empty);
	vm_mem_free(mem);
}
END_TEST

static void resize_and_check(const struct vm_mem_backing *backing)
{
	struct vm_mem *mem = MAP_OF({ PAGE, PAGE, backing });
	struct vm_mem_region_info old, new;
	struct vm_mem *larger, *smaller;
	uint64_t value = 42;

	ck_assert_int_eq(vm_mem_resize_region(mem, PAGE, 8 * PAGE, &larger), 0);
	ck_assert_int_eq(vm_mem_check_range(mem, 2 * PAGE, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_write(larger, 9 * PAGE - 8, &value, 8), 0);
	ck_assert_int_eq(vm_mem_get_region(mem, 0, &old), 0);
	ck_assert_int_eq(vm_mem_get_region(larger, 0, &new), 0);
	ck_assert_ptr_eq(old.hva, new.hva);
	ck_assert_uint_eq(old.capacity, 8 * PAGE);
	ck_assert_uint_eq(new.size, 8 * PAGE);
	ck_assert_int_eq(vm_mem_resize_region(larger, PAGE, 2 * PAGE, &smaller),
			 0);
	vm_mem_free(larger);
	ck_assert_int_eq(vm_mem_check_range(smaller, 3 * PAGE, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_resize_region(smaller, PAGE, 8 * PAGE, &larger),
			 0);
	value = 0;
	ck_assert_int_eq(vm_mem_read(larger, 9 * PAGE - 8, &value, 8), 0);
	ck_assert_uint_eq(value, 42);
	vm_mem_free(larger);
	vm_mem_free(smaller);
	vm_mem_free(mem);
}

START_TEST(a_region_grows_and_shrinks_in_place)
{
	struct vm_mem_backing backing = { .capacity = 8 * PAGE };

	resize_and_check(&backing);
	backing.kind = VM_MEM_MEMFD;
	resize_and_check(&backing);
	backing.kind = VM_MEM_FILE_SHARED;
	backing.fd = patterned_file(8 * PAGE);
	resize_and_check(&backing);
	close(backing.fd);
	backing.kind = VM_MEM_CALLER;
	backing.hva = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	resize_and_check(&backing);
	munmap(backing.hva, 8 * PAGE);
}
END_TEST

START_TEST(resize_refuses_what_it_cannot_do)
{
	const struct vm_mem_backing file = {
		.kind = VM_MEM_FILE_SHARED,
		.fd = patterned_file(2 * PAGE),
		.capacity = 4 * PAGE,
	};
	const struct vm_mem_backing growing = { .capacity = 4 * PAGE };
	struct vm_mem *mem =
		MAP_OF({ PAGE, PAGE, &growing }, { 3 * PAGE, PAGE, &file });
	struct vm_mem *empty = map_of(NULL, 0);
	struct vm_mem *other = NULL;

	ck_assert_int_eq(vm_mem_resize_region(mem, PAGE, 0, &other), -EINVAL);
	ck_assert_int_eq(vm_mem_resize_region(mem, PAGE, PAGE + 1, &other),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_resize_region(mem, 3 * PAGE, 3 * PAGE, &other),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_resize_region(mem, PAGE, 5 * PAGE, &other),
			 -ENOSPC);
	ck_assert_int_eq(vm_mem_resize_region(mem, PAGE, 3 * PAGE, &other),
			 -EEXIST);
	ck_assert_int_eq(vm_mem_resize_region(mem, 0, PAGE, &other), -ENOENT);
	ck_assert_int_eq(vm_mem_resize_region(mem, 2 * PAGE, PAGE, &other),
			 -ENOENT);
	ck_assert_int_eq(vm_mem_resize_region(empty, 0, PAGE, &other), -ENOENT);
	ck_assert_ptr_null(other);
	ck_assert_int_eq(vm_mem_resize_region(mem, PAGE, 2 * PAGE, &other), 0);
	ck_assert_int_eq(vm_mem_check_range(other, PAGE, 3 * PAGE), 0);
	vm_mem_free(other);
	vm_mem_free(empty);
	vm_mem_free(mem);
	close(file.fd);
}
END_TEST

RUN_TESTS("map", regions_are_sorted_by_address, an_empty_map_backs_nothing,
	  more_regions_than_memory_could_describe_are_refused,
	  find_region_knows_first_and_last_byte,
	  the_right_region_is_found_among_any_number,
	  overlapping_ranges_are_refused, a_region_may_end_at_the_last_address,
	  a_reference_keeps_the_map, a_region_is_added_to_a_new_map,
	  a_region_that_cannot_be_added_leaves_the_map,
	  a_removed_region_lives_as_long_as_an_old_map,
	  only_a_whole_region_is_removed, a_region_grows_and_shrinks_in_place,
	  resize_refuses_what_it_cannot_do)
