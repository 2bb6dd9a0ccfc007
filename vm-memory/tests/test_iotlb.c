/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-memory/iotlb.h>

#include "support.h"

#define R  VM_MEM_PERM_READ
#define W  VM_MEM_PERM_WRITE
#define RW VM_MEM_PERM_RW

static struct vm_iotlb *table(size_t max)
{
	struct vm_iotlb *iotlb = NULL;

	ck_assert_int_eq(vm_iotlb_new(max, &iotlb), 0);
	return iotlb;
}

static int map(struct vm_iotlb *iotlb, uint64_t iova, uint64_t len, vm_gpa gpa,
	       unsigned int perm)
{
	return vm_iotlb_map(iotlb,
			    &(struct vm_iotlb_mapping){ iova, len, gpa, perm });
}

static void check_piece(const struct vm_iotlb *iotlb, uint64_t iova,
			uint64_t len, enum vm_iotlb_answer answer,
			uint64_t piece_len, vm_gpa gpa)
{
	struct vm_iotlb_piece piece;

	ck_assert_int_eq(vm_iotlb_lookup(iotlb, iova, len, R, &piece), 0);
	ck_assert_int_eq(piece.answer, answer);
	ck_assert_uint_eq(piece.iova, iova);
	ck_assert_uint_eq(piece.len, piece_len);
	ck_assert_uint_eq(piece.gpa, gpa);
}

START_TEST(a_lookup_tells_hits_misses_and_denials)
{
	struct vm_iotlb *iotlb = table(8);

	ck_assert_int_eq(map(iotlb, 0x1000, 0x1000, 0x9000, RW), 0);
	ck_assert_int_eq(map(iotlb, 0x3000, 0x1000, 0x5000, W), 0);
	ck_assert_int_eq(map(iotlb, 0x4000, 0x1000, 0x7000, R), 0);
	ck_assert_uint_eq(vm_iotlb_count(iotlb), 3);
	check_piece(iotlb, 0, 0x10000, VM_IOTLB_MISS, 0x1000, 0);
	check_piece(iotlb, 0x1000, 0xf000, VM_IOTLB_HIT, 0x1000, 0x9000);
	check_piece(iotlb, 0x1800, 0xf000, VM_IOTLB_HIT, 0x800, 0x9800);
	check_piece(iotlb, 0x1800, 0x10, VM_IOTLB_HIT, 0x10, 0x9800);
	check_piece(iotlb, 0x2000, 0xf000, VM_IOTLB_MISS, 0x1000, 0);
	check_piece(iotlb, 0x2000, 0x10, VM_IOTLB_MISS, 0x10, 0);
	check_piece(iotlb, 0x3000, 0xf000, VM_IOTLB_DENIED, 0x1000, 0x5000);
	check_piece(iotlb, 0x4000, 0xf000, VM_IOTLB_HIT, 0x1000, 0x7000);
	check_piece(iotlb, 0x5000, 0xf000, VM_IOTLB_MISS, 0xf000, 0);
	vm_iotlb_clear(iotlb);
	ck_assert_uint_eq(vm_iotlb_count(iotlb), 0);
	check_piece(iotlb, 0x1000, 0x1000, VM_IOTLB_MISS, 0x1000, 0);
	vm_iotlb_free(iotlb);
	vm_iotlb_free(NULL);
}
END_TEST

START_TEST(a_lookup_refuses_an_impossible_range)
{
	struct vm_iotlb *iotlb = table(1);
	struct vm_iotlb_piece piece = { .len = 77 };

	ck_assert_int_eq(vm_iotlb_lookup(iotlb, 0, 0, R, &piece), -EINVAL);
	ck_assert_int_eq(vm_iotlb_lookup(iotlb, UINT64_MAX, 2, R, &piece),
			 -EOVERFLOW);
	ck_assert_uint_eq(piece.len, 77);
	ck_assert_int_eq(map(iotlb, UINT64_MAX, 1, UINT64_MAX, RW), 0);
	check_piece(iotlb, UINT64_MAX, 1, VM_IOTLB_HIT, 1, UINT64_MAX);
	vm_iotlb_free(iotlb);
}
END_TEST

START_TEST(an_impossible_mapping_is_refused)
{
	struct vm_iotlb *iotlb = NULL;

	ck_assert_int_eq(vm_iotlb_new(0, &iotlb), -EINVAL);
	ck_assert_int_eq(vm_iotlb_new(SIZE_MAX, &iotlb), -ENOMEM);
	ck_assert_ptr_null(iotlb);
	iotlb = table(8);
	ck_assert_int_eq(map(iotlb, 0, 0, 0, RW), -EINVAL);
	ck_assert_int_eq(map(iotlb, 0, 1, 0, 4), -EINVAL);
	ck_assert_int_eq(map(iotlb, UINT64_MAX, 2, 0, RW), -EOVERFLOW);
	ck_assert_int_eq(map(iotlb, 0, 2, UINT64_MAX, RW), -EOVERFLOW);
	ck_assert_int_eq(vm_iotlb_unmap(iotlb, UINT64_MAX, 2), -EOVERFLOW);
	ck_assert_int_eq(vm_iotlb_unmap(iotlb, UINT64_MAX, 0), 0);
	ck_assert_uint_eq(vm_iotlb_count(iotlb), 0);
	vm_iotlb_free(iotlb);
}
END_TEST

START_TEST(a_new_mapping_replaces_what_it_overlaps)
{
	struct vm_iotlb *iotlb = table(8);

	ck_assert_int_eq(map(iotlb, 0x1000, 0x4000, 0x10000, RW), 0);
	ck_assert_int_eq(map(iotlb, 0x2000, 0x1000, 0x90000, RW), 0);
	ck_assert_uint_eq(vm_iotlb_count(iotlb), 3);
	check_piece(iotlb, 0x1000, 0x9000, VM_IOTLB_HIT, 0x1000, 0x10000);
	check_piece(iotlb, 0x2000, 0x9000, VM_IOTLB_HIT, 0x1000, 0x90000);
	check_piece(iotlb, 0x3000, 0x9000, VM_IOTLB_HIT, 0x2000, 0x12000);
	ck_assert_int_eq(map(iotlb, 0x1800, 0x2000, 0x50000, RW), 0);
	ck_assert_uint_eq(vm_iotlb_count(iotlb), 3);
	check_piece(iotlb, 0x1000, 0x9000, VM_IOTLB_HIT, 0x800, 0x10000);
	check_piece(iotlb, 0x1800, 0x9000, VM_IOTLB_HIT, 0x2000, 0x50000);
	check_piece(iotlb, 0x3800, 0x9000, VM_IOTLB_HIT, 0x1800, 0x12800);
	ck_assert_int_eq(map(iotlb, 0, 0x10000, 0, RW), 0);
	ck_assert_uint_eq(vm_iotlb_count(iotlb), 1);
	vm_iotlb_free(iotlb);
}
END_TEST

START_TEST(unmap_cuts_mappings)
{
	struct vm_iotlb *iotlb = table(3);

	ck_assert_int_eq(map(iotlb, 0x1000, 0x1000, 0x1000, RW), 0);
	ck_assert_int_eq(map(iotlb, 0x2000, 0x1000, 0x5000, RW), 0);
	ck_assert_int_eq(vm_iotlb_unmap(iotlb, 0x1800, 0x1000), 0);
	check_piece(iotlb, 0x1000, 0x9000, VM_IOTLB_HIT, 0x800, 0x1000);
	check_piece(iotlb, 0x1800, 0x9000, VM_IOTLB_MISS, 0x1000, 0);
	check_piece(iotlb, 0x2800, 0x9000, VM_IOTLB_HIT, 0x800, 0x5800);
	ck_assert_int_eq(vm_iotlb_unmap(iotlb, 0x1200, 0x100), 0);
	ck_assert_uint_eq(vm_iotlb_count(iotlb), 3);
	check_piece(iotlb, 0x1000, 0x9000, VM_IOTLB_HIT, 0x200, 0x1000);
	check_piece(iotlb, 0x1300, 0x9000, VM_IOTLB_HIT, 0x500, 0x1300);
	ck_assert_int_eq(vm_iotlb_unmap(iotlb, 0, UINT64_MAX), 0);
	ck_assert_uint_eq(vm_iotlb_count(iotlb), 0);
	vm_iotlb_free(iotlb);
}
END_TEST

START_TEST(a_full_table_still_unmaps)
{
	struct vm_iotlb *iotlb = table(2);

	ck_assert_int_eq(map(iotlb, 0x1000, 0x3000, 0x1000, RW), 0);
	ck_assert_int_eq(map(iotlb, 0x8000, 0x1000, 0x8000, RW), 0);
	ck_assert_int_eq(map(iotlb, 0xa000, 0x1000, 0x8000, RW), -ENOSPC);
	ck_assert_int_eq(map(iotlb, 0x2000, 0x1000, 0x8000, RW), -ENOSPC);
	check_piece(iotlb, 0x1000, 0x9000, VM_IOTLB_HIT, 0x3000, 0x1000);
	ck_assert_int_eq(vm_iotlb_unmap(iotlb, 0x2000, 0x1000), 1);
	check_piece(iotlb, 0x1000, 0x1000, VM_IOTLB_HIT, 0x1000, 0x1000);
	check_piece(iotlb, 0x2000, 0x9000, VM_IOTLB_MISS, 0x6000, 0);
	check_piece(iotlb, 0x8000, 0x1000, VM_IOTLB_HIT, 0x1000, 0x8000);
	vm_iotlb_free(iotlb);
}
END_TEST

/* Two adjacent regions at 16 pages and one behind a hole. */
static struct vm_mem *memory(void)
{
	return MAP_OF({ 16 * PAGE, 4 * PAGE, NULL },
		      { 20 * PAGE, 4 * PAGE, NULL },
		      { 32 * PAGE, 4 * PAGE, NULL });
}

START_TEST(a_view_shows_memory_where_it_is_mapped)
{
	struct vm_iotlb *iotlb = table(8);
	struct vm_mem *mem = memory();
	struct vm_mem *view;
	uint8_t in[3 * PAGE], out[3 * PAGE];

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 11 + i / 256);
	/* The mapping spans the two regions. */
	ck_assert_int_eq(map(iotlb, 0x100000, 3 * PAGE, 19 * PAGE, RW), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, mem, &view), 0);
	vm_iotlb_free(iotlb);
	ck_assert_int_eq(vm_mem_write(view, 0x100000, in, sizeof(in)), 0);
	ck_assert_int_eq(vm_mem_read(mem, 19 * PAGE, out, sizeof(out)), 0);
	ck_assert_mem_eq(in, out, sizeof(in));
	ck_assert_int_eq(vm_mem_read(view, 0x100000 - 1, out, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_read(view, 19 * PAGE, out, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_read(view, 0x100000 + 3 * PAGE, out, 1),
			 -EFAULT);
	vm_mem_free(mem);
	ck_assert_int_eq(vm_mem_read(view, 0x100000, out, sizeof(out)), 0);
	ck_assert_mem_eq(in, out, sizeof(in));
	vm_mem_free(view);
}
END_TEST

START_TEST(a_view_enforces_permissions_on_every_path)
{
	struct vm_iotlb *iotlb = table(8);
	struct vm_mem *mem = memory();
	struct vm_mem_region_info info;
	struct vm_mem_slice slice;
	struct vm_mem_iter iter;
	struct vm_mem *view;
	int fd = patterned_file(PAGE);
	uint64_t value = 0;
	int order;

	/* Pages 0: read, 1: write, 2: neither, 3: both. */
	ck_assert_int_eq(map(iotlb, 0, PAGE, 16 * PAGE, R), 0);
	ck_assert_int_eq(map(iotlb, PAGE, PAGE, 17 * PAGE, W), 0);
	ck_assert_int_eq(map(iotlb, 2 * PAGE, PAGE, 18 * PAGE, 0), 0);
	ck_assert_int_eq(map(iotlb, 3 * PAGE, PAGE, 19 * PAGE, RW), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, mem, &view), 0);
	ck_assert_uint_eq(vm_mem_region_count(view), 3);
	ck_assert_int_eq(vm_mem_get_region(view, 1, &info), 0);
	ck_assert_uint_eq(info.perm, W);
	for (vm_gpa page = 0; page < 4; page++) {
		vm_gpa gpa = page * PAGE;
		int r = page == 0 || page == 3 ? 0 : -EFAULT;
		int w = page == 1 || page == 3 ? 0 : -EFAULT;
		int rw = page == 3 ? 0 : -EFAULT;

		ck_assert_int_eq(vm_mem_read(view, gpa, &value, 8), r);
		ck_assert_int_eq(vm_mem_compare(view, gpa, &value, 8, &order),
				 r);
		ck_assert_int_eq(
			vm_mem_load64(view, gpa, VM_MEM_RELAXED, &value), r);
		ck_assert_int_eq(vm_mem_copy(view, 3 * PAGE, gpa, 8), r);
		ck_assert_int_eq(vm_mem_pwrite_fd(view, gpa, fd, 0, 8),
				 r ? r : 8);
		ck_assert_int_eq(vm_mem_check_range_perm(view, gpa, 8, R), r);
		ck_assert_int_eq(vm_mem_get_slice_perm(view, gpa, 8, R, &slice),
				 r);
		ck_assert_int_eq(vm_mem_iter_init(&iter, view, gpa, 8, R), r);

		ck_assert_int_eq(vm_mem_write(view, gpa, &value, 8), w);
		ck_assert_int_eq(vm_mem_fill(view, gpa, 0, 8), w);
		ck_assert_int_eq(vm_mem_store64(view, gpa, VM_MEM_RELAXED, 0),
				 w);
		ck_assert_int_eq(vm_mem_copy(view, gpa, 3 * PAGE, 8), w);
		ck_assert_int_eq(vm_mem_pread_fd(view, gpa, fd, 0, 8),
				 w ? w : 8);
		ck_assert_int_eq(vm_mem_check_range_perm(view, gpa, 8, W), w);
		ck_assert_int_eq(vm_mem_get_slice_perm(view, gpa, 8, W, &slice),
				 w);
		ck_assert_int_eq(vm_mem_iter_init(&iter, view, gpa, 8, W), w);
		ck_assert_int_eq(vm_mem_discard(view, gpa, PAGE), w);

		ck_assert_int_eq(vm_mem_check_range(view, gpa, 8), rw);
		ck_assert_int_eq(vm_mem_get_slice(view, gpa, 8, &slice), rw);
		ck_assert_int_eq(vm_mem_iter_init(&iter, view, gpa, 8, RW), rw);
		value = 1;
		ck_assert_int_eq(
			vm_mem_cas64(view, gpa, VM_MEM_RELAXED, &value, 1), rw);
		ck_assert_int_eq(vm_mem_map_file(view, gpa, PAGE, fd, 0), rw);
	}
	close(fd);
	vm_iotlb_free(iotlb);
	vm_mem_free(view);
	vm_mem_free(mem);
}
END_TEST

START_TEST(pieces_that_continue_each_other_become_one)
{
	struct vm_iotlb *iotlb = table(16);
	struct vm_mem *mem = memory();
	struct vm_mem_slice slice;
	struct vm_mem *view;

	for (vm_gpa i = 0; i < 4; i++)
		ck_assert_int_eq(
			map(iotlb, i * PAGE, PAGE, (16 + i) * PAGE, RW), 0);
	/* Not these: another permission, another place. */
	ck_assert_int_eq(map(iotlb, 4 * PAGE, PAGE, 20 * PAGE, R), 0);
	ck_assert_int_eq(map(iotlb, 5 * PAGE, PAGE, 22 * PAGE, R), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, mem, &view), 0);
	ck_assert_uint_eq(vm_mem_region_count(view), 3);
	ck_assert_int_eq(vm_mem_get_slice(view, 0, 4 * PAGE, &slice), 0);
	ck_assert_int_eq(vm_mem_get_slice(view, 1, 4 * PAGE, &slice), -EFAULT);
	vm_iotlb_free(iotlb);
	vm_mem_free(view);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_mapping_without_memory_behind_it_shows_nothing)
{
	struct vm_iotlb *iotlb = table(8);
	struct vm_mem *mem = memory();
	struct vm_mem_region_info info;
	struct vm_mem *view;

	ck_assert_int_eq(map(iotlb, 0, PAGE, 0, RW), 0);
	ck_assert_int_eq(map(iotlb, PAGE, PAGE, 24 * PAGE, RW), 0);
	ck_assert_int_eq(map(iotlb, 2 * PAGE, PAGE, 36 * PAGE, RW), 0);
	ck_assert_int_eq(map(iotlb, 3 * PAGE, PAGE, -PAGE, RW), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, mem, &view), 0);
	ck_assert_uint_eq(vm_mem_region_count(view), 0);
	vm_mem_free(view);
	/* Everything at once: the regions, and the hole between them. */
	ck_assert_int_eq(map(iotlb, 0, 40 * PAGE, 0, RW), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, mem, &view), 0);
	ck_assert_uint_eq(vm_mem_region_count(view), 3);
	ck_assert_int_eq(vm_mem_get_region(view, 2, &info), 0);
	ck_assert_uint_eq(info.gpa, 32 * PAGE);
	ck_assert_uint_eq(info.size, 4 * PAGE);
	ck_assert_int_eq(vm_mem_check_range(view, 16 * PAGE, 8 * PAGE), 0);
	ck_assert_int_eq(vm_mem_check_range(view, 24 * PAGE, 1), -EFAULT);
	vm_mem_free(view);
	vm_iotlb_free(iotlb);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_word_that_is_not_aligned_in_memory_is_a_fault)
{
	struct vm_iotlb *iotlb = table(8);
	struct vm_mem *mem = memory();
	struct vm_mem *view;
	uint64_t value = 0x1122334455667788;

	ck_assert_int_eq(map(iotlb, 0x1000, 64, 16 * PAGE + 1, RW), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, mem, &view), 0);
	ck_assert_int_eq(vm_mem_load64(view, 0x1000, VM_MEM_RELAXED, &value),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_store64(view, 0x1000, VM_MEM_RELAXED, value),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_cas64(view, 0x1000, VM_MEM_RELAXED, &value, 0),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_write(view, 0x1000, &value, 8), 0);
	value = 0;
	ck_assert_int_eq(vm_mem_read(mem, 16 * PAGE + 1, &value, 8), 0);
	ck_assert_uint_eq(value, 0x1122334455667788);
	vm_iotlb_free(iotlb);
	vm_mem_free(view);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_view_is_not_a_map_to_change)
{
	const struct vm_mem_range range = { GIB, PAGE, NULL };
	struct vm_iotlb *iotlb = table(8);
	struct vm_mem *mem = memory();
	struct vm_mem *view, *other = NULL;

	ck_assert_int_eq(map(iotlb, 0, PAGE, 16 * PAGE, RW), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, mem, &view), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, view, &other), -EINVAL);
	ck_assert_int_eq(vm_mem_add_region(view, &range, &other), -EINVAL);
	ck_assert_int_eq(vm_mem_remove_region(view, 0, PAGE, &other), -EINVAL);
	ck_assert_int_eq(vm_mem_resize_region(view, 0, 2 * PAGE, &other),
			 -EINVAL);
	ck_assert_ptr_null(other);
	vm_iotlb_free(iotlb);
	vm_mem_free(view);
	vm_mem_free(mem);
}
END_TEST

RUN_TESTS("iotlb", a_lookup_tells_hits_misses_and_denials,
	  a_lookup_refuses_an_impossible_range,
	  an_impossible_mapping_is_refused,
	  a_new_mapping_replaces_what_it_overlaps, unmap_cuts_mappings,
	  a_full_table_still_unmaps, a_view_shows_memory_where_it_is_mapped,
	  a_view_enforces_permissions_on_every_path,
	  pieces_that_continue_each_other_become_one,
	  a_mapping_without_memory_behind_it_shows_nothing,
	  a_word_that_is_not_aligned_in_memory_is_a_fault,
	  a_view_is_not_a_map_to_change)
