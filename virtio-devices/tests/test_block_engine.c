/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "block_support.h"

START_TEST(the_best_engine_is_io_uring_if_there_is_one)
{
	struct vm_block_engine best, uring = { 0 }, sync;
	struct vm_block_image image;
	struct file file;
	int r;

	file_init(&file, DISK_SIZE);
	ck_assert_int_eq(vm_block_image_open(&image, file.path, 0), 0);
	ck_assert_int_eq(vm_block_engine_new(&image, &best), 0);
	ck_assert_int_eq(vm_block_sync_new(&image, &sync), 0);
	r = vm_block_uring_new(&image, &uring);
	if (r)
		ck_assert_int_eq(r, -ENOTSUP);
	ck_assert_ptr_eq(best.ops, r ? sync.ops : uring.ops);
	vm_block_engine_free(&best);
	vm_block_engine_free(&sync);
	vm_block_engine_free(&uring);
	vm_block_image_close(&image);
	file_fini(&file);
}
END_TEST

START_TEST(a_zeroed_engine_can_be_freed)
{
	struct vm_block_engine engine = { 0 };

	vm_block_engine_free(&engine);
	ck_assert_ptr_null(engine.ops);
}
END_TEST

RUN_TESTS("block_engine", ONCE(the_best_engine_is_io_uring_if_there_is_one),
	  ONCE(a_zeroed_engine_can_be_freed))
