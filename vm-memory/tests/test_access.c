/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <pthread.h>

#include "support.h"

/* Two adjacent regions, a hole of one page, one more region. */
static struct vm_mem *split_map(void)
{
	return MAP_OF({ PAGE, PAGE, NULL }, { 2 * PAGE, PAGE, NULL },
		      { 4 * PAGE, PAGE, NULL });
}

START_TEST(what_is_written_is_read)
{
	struct vm_mem *mem = split_map();
	uint8_t in[64], out[64];

	for (size_t len = 0; len <= sizeof(in); len++) {
		for (uint64_t off = 0; off < 16; off++) {
			memset(in, (int)(len + off), sizeof(in));
			memset(out, 0xee, sizeof(out));
			ck_assert_int_eq(vm_mem_write(mem, PAGE + off, in, len),
					 0);
			ck_assert_int_eq(vm_mem_read(mem, PAGE + off, out, len),
					 0);
			ck_assert_mem_eq(in, out, len);
			ck_assert(len == 64 || out[len] == 0xee);
		}
	}
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_access_may_span_adjacent_regions)
{
	struct vm_mem *mem = split_map();
	uint8_t in[2 * PAGE], out[2 * PAGE];

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 13 + i / 256);
	ck_assert_int_eq(vm_mem_write(mem, PAGE, in, sizeof(in)), 0);
	ck_assert_int_eq(vm_mem_read(mem, PAGE, out, sizeof(out)), 0);
	ck_assert_mem_eq(in, out, sizeof(in));
	ck_assert_int_eq(vm_mem_read(mem, 2 * PAGE - 3, out, 8), 0);
	ck_assert_mem_eq(in + PAGE - 3, out, 8);
	ck_assert_int_eq(vm_mem_write(mem, 2 * PAGE - 5, in, 8), 0);
	ck_assert_int_eq(vm_mem_read(mem, 2 * PAGE - 5, out, 8), 0);
	ck_assert_mem_eq(in, out, 8);
	vm_mem_free(mem);
}
END_TEST

struct bad_range {
	vm_gpa gpa;
	uint64_t len;
	int error;
};

static const struct bad_range bad_ranges[] = {
	{ 0, 1, -EFAULT },
	{ PAGE - 1, 1, -EFAULT },
	{ PAGE - 1, 2, -EFAULT },
	{ 3 * PAGE - 1, 2, -EFAULT },
	{ 3 * PAGE, 1, -EFAULT },
	{ 2 * PAGE, 2 * PAGE, -EFAULT },
	{ 2 * PAGE, 3 * PAGE, -EFAULT },
	{ 5 * PAGE, 1, -EFAULT },
	{ 5 * PAGE - 1, 2, -EFAULT },
	{ PAGE, UINT64_MAX, -EOVERFLOW },
	{ UINT64_MAX, 1, -EFAULT },
	{ UINT64_MAX, 2, -EOVERFLOW },
	{ UINT64_MAX - 7, 9, -EOVERFLOW },
	{ 5 * PAGE - 1, UINT64_MAX, -EOVERFLOW },
};

/* An access that must not touch its buffer can be given a bad one. */
START_TEST(a_bad_range_fails_and_moves_nothing)
{
	const struct bad_range *bad = &bad_ranges[_i];
	struct vm_mem *mem = split_map();
	void *nowhere =
		mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t all[2 * PAGE], ff[2 * PAGE];

	memset(ff, 0xff, sizeof(ff));
	ck_assert_int_eq(vm_mem_write(mem, PAGE, ff, sizeof(ff)), 0);
	ck_assert_int_eq(vm_mem_check_range(mem, bad->gpa, bad->len),
			 bad->error);
	ck_assert_int_eq(vm_mem_read(mem, bad->gpa, nowhere, bad->len),
			 bad->error);
	ck_assert_int_eq(vm_mem_write(mem, bad->gpa, nowhere, bad->len),
			 bad->error);
	ck_assert_int_eq(vm_mem_fill(mem, bad->gpa, 0, bad->len), bad->error);
	ck_assert_int_eq(vm_mem_read(mem, PAGE, all, sizeof(all)), 0);
	ck_assert_mem_eq(all, ff, sizeof(all));
	munmap(nowhere, PAGE);
	vm_mem_free(mem);
}
END_TEST

START_TEST(zero_bytes_are_accessible_everywhere)
{
	static const vm_gpa anywhere[] = { 0, PAGE, 3 * PAGE, UINT64_MAX };
	struct vm_mem *mem = split_map();

	for (size_t i = 0; i < 4; i++) {
		vm_gpa gpa = anywhere[i];

		ck_assert_int_eq(vm_mem_check_range(mem, gpa, 0), 0);
		ck_assert_int_eq(vm_mem_read(mem, gpa, NULL, 0), 0);
		ck_assert_int_eq(vm_mem_write(mem, gpa, NULL, 0), 0);
		ck_assert_int_eq(vm_mem_fill(mem, gpa, 1, 0), 0);
	}
	vm_mem_free(mem);
}
END_TEST

START_TEST(fill_spans_and_stops_where_it_should)
{
	struct vm_mem *mem = split_map();
	uint8_t out[2 * PAGE];

	ck_assert_int_eq(vm_mem_fill(mem, PAGE + 10, 0xa5, PAGE), 0);
	ck_assert_int_eq(vm_mem_read(mem, PAGE, out, sizeof(out)), 0);
	for (size_t i = 0; i < sizeof(out); i++)
		ck_assert_uint_eq(out[i], i >= 10 && i < PAGE + 10 ? 0xa5 : 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(copy_moves_bytes_whatever_overlaps)
{
	struct vm_mem *mem = split_map();
	uint8_t model[2 * PAGE], out[2 * PAGE];
	static const struct {
		uint64_t dst, src, len;
	} moves[] = {
		{ 0, PAGE, PAGE },
		{ PAGE, 0, PAGE },
		{ 100, 0, 2 * PAGE - 100 },
		{ 0, 100, 2 * PAGE - 100 },
		{ PAGE - 1, PAGE, 7 },
		{ PAGE, PAGE - 1, 7 },
		{ 5, 5, PAGE },
		{ PAGE - 50, PAGE - 20, 60 },
		{ PAGE - 20, PAGE - 50, 60 },
		{ 1, 0, 2 * PAGE - 1 },
		{ 3, 9, 0 },
	};

	for (size_t i = 0; i < sizeof(model); i++)
		model[i] = (uint8_t)(i * 31 + i / 256);
	ck_assert_int_eq(vm_mem_write(mem, PAGE, model, sizeof(model)), 0);
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		memmove(model + moves[i].dst, model + moves[i].src,
			moves[i].len);
		ck_assert_int_eq(vm_mem_copy(mem, PAGE + moves[i].dst,
					     PAGE + moves[i].src, moves[i].len),
				 0);
		ck_assert_int_eq(vm_mem_read(mem, PAGE, out, sizeof(out)), 0);
		ck_assert_mem_eq(out, model, sizeof(out));
	}
	vm_mem_free(mem);
}
END_TEST

START_TEST(copy_checks_both_ranges)
{
	struct vm_mem *mem = split_map();

	ck_assert_int_eq(vm_mem_copy(mem, 0, PAGE, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_copy(mem, PAGE, 0, 1), -EFAULT);
	ck_assert_int_eq(vm_mem_copy(mem, PAGE, 2 * PAGE, PAGE + 1), -EFAULT);
	ck_assert_int_eq(vm_mem_copy(mem, UINT64_MAX, PAGE, 2), -EOVERFLOW);
	ck_assert_int_eq(vm_mem_copy(mem, PAGE, UINT64_MAX, 2), -EOVERFLOW);
	ck_assert_int_eq(vm_mem_copy(mem, 0, 0, 0), 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(compare_orders_like_memcmp)
{
	struct vm_mem *mem = split_map();
	uint8_t bytes[16] = { 0 };
	int order = 77;

	ck_assert_int_eq(vm_mem_compare(mem, 2 * PAGE - 8, bytes, 16, &order),
			 0);
	ck_assert_int_eq(order, 0);
	bytes[15] = 1;
	ck_assert_int_eq(vm_mem_compare(mem, 2 * PAGE - 8, bytes, 16, &order),
			 0);
	ck_assert_int_lt(order, 0);
	ck_assert_int_eq(vm_mem_fill(mem, 2 * PAGE - 1, 5, 1), 0);
	ck_assert_int_eq(vm_mem_compare(mem, 2 * PAGE - 8, bytes, 16, &order),
			 0);
	ck_assert_int_gt(order, 0);
	ck_assert_int_eq(vm_mem_compare(mem, 0, NULL, 0, &order), 0);
	ck_assert_int_eq(order, 0);
	order = 77;
	ck_assert_int_eq(vm_mem_compare(mem, 3 * PAGE - 8, bytes, 16, &order),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_compare(mem, UINT64_MAX, bytes, 16, &order),
			 -EOVERFLOW);
	ck_assert_int_eq(order, 77);
	vm_mem_free(mem);
}
END_TEST

START_TEST(permissions_of_a_plain_map_are_all_there)
{
	struct vm_mem *mem = split_map();

	for (unsigned int perm = 0; perm <= VM_MEM_PERM_RW; perm++) {
		ck_assert_int_eq(
			vm_mem_check_range_perm(mem, PAGE, 2 * PAGE, perm), 0);
		ck_assert_int_eq(vm_mem_check_range_perm(mem, PAGE,
							 2 * PAGE + 1, perm),
				 -EFAULT);
		ck_assert_int_eq(vm_mem_check_range_perm(mem, PAGE, UINT64_MAX,
							 perm),
				 -EOVERFLOW);
	}
	vm_mem_free(mem);
}
END_TEST

/* One thread writes two values in turn, another must never see a third. */
static void *write_in_turn(void *arg)
{
	const struct vm_mem *mem = arg;
	const uint64_t values[2] = { 0, UINT64_MAX };
	int r = 0;

	for (int i = 0; i < 200000 && !r; i++) {
		r |= vm_mem_write(mem, PAGE, &values[i & 1], 8);
		r |= vm_mem_write(mem, PAGE + 12, &values[i & 1], 4);
		r |= vm_mem_write(mem, PAGE + 18, &values[i & 1], 2);
	}
	return r ? NULL : arg;
}

START_TEST(aligned_objects_are_not_torn)
{
	struct vm_mem *mem = split_map();
	pthread_t thread;
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;
	void *done;

	ck_assert_int_eq(pthread_create(&thread, NULL, write_in_turn, mem), 0);
	for (int i = 0; i < 200000; i++) {
		ck_assert_int_eq(vm_mem_read(mem, PAGE, &v64, 8), 0);
		ck_assert_int_eq(vm_mem_read(mem, PAGE + 12, &v32, 4), 0);
		ck_assert_int_eq(vm_mem_read(mem, PAGE + 18, &v16, 2), 0);
		ck_assert(!v64 || !~v64);
		ck_assert(!v32 || !~v32);
		ck_assert(!v16 || v16 == UINT16_MAX);
	}
	pthread_join(thread, &done);
	ck_assert_ptr_nonnull(done);
	vm_mem_free(mem);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("access");
	TCase *tcase = tcase_create("access");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, what_is_written_is_read);
	tcase_add_test(tcase, an_access_may_span_adjacent_regions);
	tcase_add_loop_test(tcase, a_bad_range_fails_and_moves_nothing, 0,
			    sizeof(bad_ranges) / sizeof(bad_ranges[0]));
	tcase_add_test(tcase, zero_bytes_are_accessible_everywhere);
	tcase_add_test(tcase, fill_spans_and_stops_where_it_should);
	tcase_add_test(tcase, copy_moves_bytes_whatever_overlaps);
	tcase_add_test(tcase, copy_checks_both_ranges);
	tcase_add_test(tcase, compare_orders_like_memcmp);
	tcase_add_test(tcase, permissions_of_a_plain_map_are_all_there);
	tcase_add_test(tcase, aligned_objects_are_not_torn);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
