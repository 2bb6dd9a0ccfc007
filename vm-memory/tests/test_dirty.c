/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <sys/uio.h>

#include <vm-memory/dirty.h>
#include <vm-memory/endian.h>
#include <vm-memory/iotlb.h>

#include "support.h"

/* Two adjacent regions of 4 pages each, tracked by page. */
static struct vm_mem *tracked(void)
{
	struct vm_mem *plain = MAP_OF({ 4 * PAGE, 4 * PAGE, NULL },
				      { 8 * PAGE, 4 * PAGE, NULL });
	struct vm_mem *mem = NULL;

	ck_assert_int_eq(vm_mem_set_tracking(plain, PAGE, &mem), 0);
	vm_mem_free(plain);
	return mem;
}

/* Marks of both regions, region 0 in bits 0-3, region 1 in bits 4-7. */
static uint64_t fetch(const struct vm_mem *mem)
{
	uint64_t low, high;

	ck_assert_uint_eq(vm_mem_dirty_words(mem, 0), 1);
	ck_assert_int_eq(vm_mem_fetch_dirty(mem, 0, &low, 1), 0);
	ck_assert_int_eq(vm_mem_fetch_dirty(mem, 1, &high, 1), 0);
	return low | high << 4;
}

START_TEST(every_write_path_marks_what_it_wrote)
{
	struct vm_mem *mem = tracked();
	const vm_gpa edge = 8 * PAGE;
	struct vm_mem_slice slice, other;
	int fd = patterned_file(2 * PAGE);
	uint8_t bytes[16] = { 0 };
	uint64_t v64 = 0;
	uint32_t v32 = 0;
	int fds[2];

	ck_assert_int_eq(vm_mem_write(mem, edge - 1, bytes, 2), 0);
	ck_assert_uint_eq(fetch(mem), 0x18);
	ck_assert_int_eq(vm_mem_write(mem, 5 * PAGE, bytes, 8), 0);
	ck_assert_uint_eq(fetch(mem), 0x02);
	ck_assert_int_eq(vm_mem_fill(mem, edge - 1, 1, PAGE + 2), 0);
	ck_assert_uint_eq(fetch(mem), 0x38);
	ck_assert_int_eq(vm_mem_copy(mem, edge - 4, 4 * PAGE, 8), 0);
	ck_assert_uint_eq(fetch(mem), 0x18);
	ck_assert_int_eq(vm_mem_copy(mem, edge - 4, edge - 8, 8), 0);
	ck_assert_uint_eq(fetch(mem), 0x18);
	ck_assert_int_eq(vm_mem_write_le16(mem, 6 * PAGE, 1), 0);
	ck_assert_uint_eq(fetch(mem), 0x04);

	ck_assert_int_eq(vm_mem_store16(mem, 4 * PAGE, VM_MEM_RELAXED, 1), 0);
	ck_assert_int_eq(vm_mem_store32(mem, 5 * PAGE, VM_MEM_RELEASE, 1), 0);
	ck_assert_int_eq(vm_mem_store64(mem, edge, VM_MEM_SEQ_CST, 1), 0);
	ck_assert_uint_eq(fetch(mem), 0x13);
	v32 = 1;
	v64 = 7;
	ck_assert_int_eq(vm_mem_store16(mem, 4 * PAGE, VM_MEM_RELAXED, 2), 0);
	ck_assert_int_eq(vm_mem_cas32(mem, 5 * PAGE, VM_MEM_RELAXED, &v32, 2),
			 1);
	ck_assert_int_eq(vm_mem_cas64(mem, edge, VM_MEM_RELAXED, &v64, 2), 0);
	ck_assert_uint_eq(fetch(mem), 0x03);

	ck_assert_int_eq(vm_mem_pread_fd(mem, edge - 4, fd, 0, 8), 8);
	ck_assert_uint_eq(fetch(mem), 0x18);
	ck_assert_int_eq(
		vm_mem_pread_fd(mem, 7 * PAGE, fd, 2 * PAGE - 3, 2 * PAGE), 3);
	ck_assert_uint_eq(fetch(mem), 0x08);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], bytes, 4), 4);
	ck_assert_int_eq(vm_mem_read_fd(mem, 6 * PAGE, fds[0], 4 * PAGE), 4);
	ck_assert_uint_eq(fetch(mem), 0x04);
	ck_assert_int_eq(vm_mem_map_file(mem, 9 * PAGE, 2 * PAGE, fd, 0), 0);
	ck_assert_uint_eq(fetch(mem), 0x60);
	ck_assert_int_eq(vm_mem_discard(mem, 7 * PAGE, 2 * PAGE), 0);
	ck_assert_uint_eq(fetch(mem), 0x18);

	ck_assert_int_eq(vm_mem_get_slice(mem, 5 * PAGE, 3 * PAGE, &slice), 0);
	ck_assert_int_eq(vm_mem_slice_write(&slice, PAGE, bytes, 3), 0);
	ck_assert_uint_eq(fetch(mem), 0x04);
	ck_assert_int_eq(vm_mem_slice_store16(&slice, 0, VM_MEM_RELAXED, 1), 0);
	ck_assert_int_eq(vm_mem_slice_store32(&slice, PAGE, VM_MEM_RELAXED, 1),
			 0);
	ck_assert_int_eq(
		vm_mem_slice_store64(&slice, 2 * PAGE, VM_MEM_RELAXED, 1), 0);
	ck_assert_uint_eq(fetch(mem), 0x0e);
	ck_assert_int_eq(vm_mem_slice_sub(&slice, PAGE, 2 * PAGE, &other), 0);
	vm_mem_slice_mark_dirty(&other, PAGE, 1);
	ck_assert_uint_eq(fetch(mem), 0x08);
	ck_assert_int_eq(vm_mem_get_slice(mem, edge, PAGE, &slice), 0);
	ck_assert_uint_eq(vm_mem_slice_copy(&slice, &other), PAGE);
	ck_assert_uint_eq(fetch(mem), 0x10);
	close(fds[0]);
	close(fds[1]);
	close(fd);
	vm_mem_free(mem);
}
END_TEST

START_TEST(reading_marks_nothing)
{
	struct vm_mem *mem = tracked();
	struct vm_mem_slice slice;
	int fd = patterned_file(0);
	uint8_t bytes[64];
	uint64_t v64;
	int order;

	ck_assert_int_eq(vm_mem_read(mem, 8 * PAGE - 8, bytes, 64), 0);
	ck_assert_int_eq(vm_mem_compare(mem, 8 * PAGE - 8, bytes, 64, &order),
			 0);
	ck_assert_int_eq(vm_mem_load64(mem, 8 * PAGE, VM_MEM_ACQUIRE, &v64), 0);
	ck_assert_int_eq(vm_mem_pwrite_fd(mem, 4 * PAGE, fd, 0, 8 * PAGE),
			 8 * PAGE);
	ck_assert_int_eq(vm_mem_get_slice(mem, 4 * PAGE, 64, &slice), 0);
	ck_assert_int_eq(vm_mem_slice_read(&slice, 0, bytes, 64), 0);
	ck_assert_uint_eq(fetch(mem), 0);
	close(fd);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_failed_write_marks_nothing)
{
	struct vm_mem *mem = tracked();
	uint8_t bytes[64] = { 0 };

	ck_assert_int_eq(vm_mem_write(mem, 12 * PAGE - 8, bytes, 64), -EFAULT);
	ck_assert_int_eq(vm_mem_fill(mem, 4 * PAGE, 0, 9 * PAGE), -EFAULT);
	ck_assert_int_eq(vm_mem_copy(mem, 4 * PAGE, 0, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_read_fd(mem, 4 * PAGE, -1, 1), -EBADF);
	ck_assert_uint_eq(fetch(mem), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(without_tracking_there_are_no_marks)
{
	struct vm_mem *mem = MAP_OF({ 0, PAGE, NULL });
	struct vm_mem_slice slice;
	uint64_t word = 7;

	ck_assert_uint_eq(vm_mem_get_tracking(mem), 0);
	ck_assert_uint_eq(vm_mem_dirty_words(mem, 0), 0);
	ck_assert_int_eq(vm_mem_mark_dirty(mem, 0, PAGE), 0);
	ck_assert_int_eq(vm_mem_clear_dirty(mem, 0, PAGE), 0);
	ck_assert_int_eq(vm_mem_merge_dirty_log(mem, 0, PAGE, &word, 1), 0);
	ck_assert_int_eq(vm_mem_is_dirty(mem, 0, PAGE), -EINVAL);
	ck_assert_int_eq(vm_mem_fetch_dirty(mem, 0, &word, 1), -EINVAL);
	ck_assert_uint_eq(word, 7);
	ck_assert_int_eq(vm_mem_get_slice(mem, 0, PAGE, &slice), 0);
	ck_assert_ptr_null(slice.dirty);
	vm_mem_free(mem);
}
END_TEST

START_TEST(tracking_refuses_odd_page_sizes)
{
	static const uint64_t sizes[] = {
		1, 32, 63, 65, 4095, 6144, UINT64_MAX
	};
	struct vm_mem *mem = MAP_OF({ 0, PAGE, NULL });
	struct vm_mem *tracked = NULL;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		ck_assert_int_eq(vm_mem_set_tracking(mem, sizes[i], &tracked),
				 -EINVAL);
	ck_assert_ptr_null(tracked);
	vm_mem_free(mem);
}
END_TEST

START_TEST(maps_of_one_page_size_share_their_marks)
{
	struct vm_mem *mem = tracked();
	struct vm_mem *same, *finer, *off;

	ck_assert_int_eq(vm_mem_mark_dirty(mem, 5 * PAGE, 1), 0);
	ck_assert_int_eq(vm_mem_set_tracking(mem, PAGE, &same), 0);
	ck_assert_int_eq(vm_mem_set_tracking(mem, PAGE / 2, &finer), 0);
	ck_assert_int_eq(vm_mem_set_tracking(mem, 0, &off), 0);
	ck_assert_uint_eq(vm_mem_get_tracking(finer), PAGE / 2);
	ck_assert_int_eq(vm_mem_is_dirty(same, 5 * PAGE, 1), 1);
	ck_assert_int_eq(vm_mem_is_dirty(finer, 5 * PAGE, 1), 0);
	ck_assert_int_eq(vm_mem_fill(off, 6 * PAGE, 0, 1), 0);
	ck_assert_uint_eq(fetch(same), 0x02);
	ck_assert_uint_eq(fetch(mem), 0);
	vm_mem_free(mem);
	vm_mem_free(same);
	vm_mem_free(finer);
	vm_mem_free(off);
}
END_TEST

START_TEST(marks_survive_a_change_of_the_map)
{
	struct vm_mem *mem = tracked();
	struct vm_mem *more, *less;

	ck_assert_int_eq(vm_mem_mark_dirty(mem, 9 * PAGE, 1), 0);
	ck_assert_int_eq(vm_mem_add_region(
				 mem, &(struct vm_mem_range){ GIB, PAGE, NULL },
				 &more),
			 0);
	vm_mem_free(mem);
	ck_assert_int_eq(vm_mem_is_dirty(more, GIB, PAGE), 0);
	ck_assert_int_eq(vm_mem_fill(more, GIB, 0, 1), 0);
	ck_assert_int_eq(vm_mem_is_dirty(more, GIB, PAGE), 1);
	ck_assert_uint_eq(fetch(more), 0x20);
	ck_assert_int_eq(vm_mem_mark_dirty(more, 9 * PAGE, 1), 0);
	ck_assert_int_eq(vm_mem_remove_region(more, 4 * PAGE, 4 * PAGE, &less),
			 0);
	vm_mem_free(more);
	ck_assert_int_eq(vm_mem_is_dirty(less, 8 * PAGE, PAGE), 0);
	ck_assert_int_eq(vm_mem_is_dirty(less, 9 * PAGE, PAGE), 1);
	vm_mem_free(less);
}
END_TEST

START_TEST(a_slice_lives_on_with_a_map_that_shares_its_marks)
{
	struct vm_mem *mem = tracked();
	struct vm_mem_slice slice;
	struct vm_mem *more, *same;

	ck_assert_int_eq(vm_mem_get_slice(mem, 8 * PAGE, PAGE, &slice), 0);
	ck_assert_int_eq(vm_mem_add_region(
				 mem, &(struct vm_mem_range){ GIB, PAGE, NULL },
				 &more),
			 0);
	vm_mem_free(mem);
	ck_assert_int_eq(vm_mem_slice_write(&slice, 0, "a", 1), 0);
	ck_assert_uint_eq(fetch(more), 0x10);
	ck_assert_int_eq(vm_mem_set_tracking(more, PAGE, &same), 0);
	vm_mem_free(more);
	ck_assert_int_eq(vm_mem_slice_write(&slice, 0, "b", 1), 0);
	ck_assert_uint_eq(fetch(same), 0x10);
	vm_mem_free(same);
}
END_TEST

START_TEST(a_fetch_takes_only_what_the_map_has_of_a_region)
{
	const struct vm_mem_backing backing = { .capacity = 128 * PAGE };
	struct vm_mem *plain = MAP_OF({ 0, 70 * PAGE, &backing });
	struct vm_mem *large, *small;
	uint64_t words[2];

	ck_assert_int_eq(vm_mem_set_tracking(plain, PAGE, &large), 0);
	ck_assert_int_eq(vm_mem_resize_region(large, 0, 66 * PAGE, &small), 0);
	ck_assert_int_eq(vm_mem_mark_dirty(large, 0, 70 * PAGE), 0);
	ck_assert_int_eq(vm_mem_fetch_dirty(small, 0, words, 2), 0);
	ck_assert_uint_eq(words[0], UINT64_MAX);
	ck_assert_uint_eq(words[1], 3);
	ck_assert_int_eq(vm_mem_fetch_dirty(large, 0, words, 2), 0);
	ck_assert_uint_eq(words[0], 0);
	ck_assert_uint_eq(words[1], 0x3c);
	vm_mem_free(plain);
	vm_mem_free(large);
	vm_mem_free(small);
}
END_TEST

START_TEST(fetch_refuses_what_it_cannot_do)
{
	struct vm_mem *mem = tracked();
	uint64_t word = 7;

	ck_assert_int_eq(vm_mem_fetch_dirty(mem, 2, &word, 1), -ENOENT);
	ck_assert_int_eq(vm_mem_fetch_dirty(mem, 0, &word, 0), -ENOSPC);
	ck_assert_uint_eq(vm_mem_dirty_words(mem, 2), 0);
	ck_assert_uint_eq(word, 7);
	vm_mem_free(mem);
}
END_TEST

START_TEST(ranges_outside_memory_are_refused)
{
	struct vm_mem *mem = tracked();

	ck_assert_int_eq(vm_mem_mark_dirty(mem, 0, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_mark_dirty(mem, 4 * PAGE, UINT64_MAX),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_mem_is_dirty(mem, 12 * PAGE, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_is_dirty(mem, 4 * PAGE, UINT64_MAX),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_mem_is_dirty(mem, 0, 0), 0);
	ck_assert_uint_eq(fetch(mem), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(clear_forgets_whole_pages_only)
{
	struct vm_mem *mem = tracked();
	struct vm_mem *coarse;

	ck_assert_int_eq(vm_mem_mark_dirty(mem, 4 * PAGE, 8 * PAGE), 0);
	ck_assert_int_eq(vm_mem_clear_dirty(mem, 5 * PAGE - 1, 4 * PAGE + 2),
			 0);
	ck_assert_uint_eq(fetch(mem), 0xe1);
	ck_assert_int_eq(vm_mem_mark_dirty(mem, 4 * PAGE, 8 * PAGE), 0);
	ck_assert_int_eq(vm_mem_clear_dirty(mem, 6 * PAGE + 1, PAGE - 1), 0);
	ck_assert_int_eq(vm_mem_clear_dirty(mem, 6 * PAGE, PAGE - 1), 0);
	ck_assert_int_eq(vm_mem_clear_dirty(mem, 0, 0), 0);
	ck_assert_uint_eq(fetch(mem), 0xff);
	ck_assert_int_eq(vm_mem_clear_dirty(mem, 11 * PAGE, 2 * PAGE), -EFAULT);
	ck_assert_int_eq(vm_mem_clear_dirty(mem, PAGE, UINT64_MAX), -EOVERFLOW);
	/* The one page of a region that is shorter than the page. */
	ck_assert_int_eq(vm_mem_set_tracking(mem, 64 * PAGE, &coarse), 0);
	ck_assert_int_eq(vm_mem_mark_dirty(coarse, 4 * PAGE, 8 * PAGE), 0);
	ck_assert_int_eq(vm_mem_clear_dirty(coarse, 4 * PAGE, 3 * PAGE), 0);
	ck_assert_int_eq(vm_mem_is_dirty(coarse, 4 * PAGE, 1), 1);
	ck_assert_int_eq(vm_mem_clear_dirty(coarse, 4 * PAGE, 4 * PAGE), 0);
	ck_assert_int_eq(vm_mem_is_dirty(coarse, 4 * PAGE, 4 * PAGE), 0);
	ck_assert_int_eq(vm_mem_is_dirty(coarse, 8 * PAGE, 1), 1);
	vm_mem_free(coarse);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_log_is_merged_across_regions)
{
	const uint64_t words[2] = { 0x8000000000000001, 0x3 };
	const uint64_t sparse[5] = { 0, 0, 1, 0, 1 };
	struct vm_mem *mem = tracked();

	/* 64 bytes a bit: bit 0, the last of a word, and both of the next. */
	ck_assert_int_eq(vm_mem_merge_dirty_log(mem, 7 * PAGE, 64, words, 65),
			 0);
	ck_assert_uint_eq(fetch(mem), 0x18);
	/* Bits at and beyond the number of pages do not count. */
	ck_assert_int_eq(vm_mem_merge_dirty_log(mem, 7 * PAGE, 64, words, 64),
			 0);
	ck_assert_uint_eq(fetch(mem), 0x08);
	ck_assert_int_eq(vm_mem_merge_dirty_log(mem, 4 * PAGE, PAGE,
						&(uint64_t){ 0xa5 }, 8),
			 0);
	ck_assert_uint_eq(fetch(mem), 0xa5);
	ck_assert_int_eq(vm_mem_merge_dirty_log(mem, 0, PAGE, NULL, 0), 0);
	ck_assert_int_eq(vm_mem_merge_dirty_log(mem, 4 * PAGE, 64, sparse, 320),
			 0);
	ck_assert_uint_eq(fetch(mem), 0x14);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_log_that_does_not_fit_is_refused)
{
	struct vm_mem *mem = tracked();
	const uint64_t ones = UINT64_MAX;

	ck_assert_int_eq(vm_mem_merge_dirty_log(mem, 4 * PAGE, PAGE, &ones, 9),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_merge_dirty_log(mem, 4 * PAGE, 0, &ones, 1),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_merge_dirty_log(mem, 4 * PAGE, 100, &ones, 1),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_merge_dirty_log(mem, 4 * PAGE, PAGE, &ones,
						UINT64_MAX / 2),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_mem_merge_dirty_log(mem, -PAGE, PAGE, &ones, 2),
			 -EOVERFLOW);
	ck_assert_uint_eq(fetch(mem), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_bad_ring_entry_does_not_cost_the_others)
{
	static const uint64_t faulty[] = { 0, 9, 3, 5 };
	static const uint64_t wrapping[] = { 1, UINT64_MAX, 2 };
	static const uint64_t beyond[] = { UINT64_MAX / PAGE, 4 };
	struct vm_mem *mem = tracked();

	ck_assert_int_eq(vm_mem_merge_dirty_ring(mem, 4 * PAGE, PAGE, faulty,
						 4),
			 -EFAULT);
	ck_assert_uint_eq(fetch(mem), 0x29);
	ck_assert_int_eq(vm_mem_merge_dirty_ring(mem, 4 * PAGE, PAGE, wrapping,
						 3),
			 -EOVERFLOW);
	ck_assert_uint_eq(fetch(mem), 0x06);
	ck_assert_int_eq(vm_mem_merge_dirty_ring(mem, 4 * PAGE, PAGE, beyond,
						 2),
			 -EOVERFLOW);
	ck_assert_uint_eq(fetch(mem), 0x10);
	ck_assert_int_eq(
		vm_mem_merge_dirty_ring(mem, 4 * PAGE, PAGE, beyond, 0), 0);
	ck_assert_int_eq(vm_mem_merge_dirty_ring(mem, 4 * PAGE, 3, faulty, 1),
			 -EINVAL);
	ck_assert_int_eq(
		vm_mem_merge_dirty_ring(mem, 4 * PAGE, PAGE, faulty, 1), 0);
	ck_assert_uint_eq(fetch(mem), 0x01);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_view_marks_guest_physical_pages)
{
	const struct vm_iotlb_mapping mapping = { 0x100000, 2 * PAGE, 7 * PAGE,
						  VM_MEM_PERM_RW };
	struct vm_mem *mem = tracked();
	struct vm_iotlb *iotlb;
	struct vm_mem *view, *other = NULL;
	uint64_t word = 7;

	ck_assert_int_eq(vm_iotlb_new(1, &iotlb), 0);
	ck_assert_int_eq(vm_iotlb_map(iotlb, &mapping), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, mem, &view), 0);
	ck_assert_int_eq(vm_mem_fill(view, 0x100000 + PAGE, 1, 1), 0);
	ck_assert_int_eq(vm_mem_is_dirty(view, 0x100000 + PAGE, 1), 1);
	ck_assert_uint_eq(fetch(mem), 0x10);
	ck_assert_int_eq(vm_mem_mark_dirty(view, 0x100000, 1), 0);
	ck_assert_uint_eq(fetch(mem), 0x08);
	ck_assert_int_eq(vm_mem_fetch_dirty(view, 0, &word, 1), -EINVAL);
	ck_assert_int_eq(vm_mem_clear_dirty(view, 0x100000, PAGE), -EINVAL);
	ck_assert_int_eq(vm_mem_set_tracking(view, 0, &other), -EINVAL);
	ck_assert_ptr_null(other);
	vm_iotlb_free(iotlb);
	vm_mem_free(view);
	vm_mem_free(mem);
}
END_TEST

RUN_TESTS("dirty", every_write_path_marks_what_it_wrote, reading_marks_nothing,
	  a_failed_write_marks_nothing,
	  a_slice_lives_on_with_a_map_that_shares_its_marks,
	  without_tracking_there_are_no_marks, tracking_refuses_odd_page_sizes,
	  maps_of_one_page_size_share_their_marks,
	  marks_survive_a_change_of_the_map,
	  a_fetch_takes_only_what_the_map_has_of_a_region,
	  fetch_refuses_what_it_cannot_do, ranges_outside_memory_are_refused,
	  clear_forgets_whole_pages_only, a_log_is_merged_across_regions,
	  a_log_that_does_not_fit_is_refused,
	  a_bad_ring_entry_does_not_cost_the_others,
	  a_view_marks_guest_physical_pages)
