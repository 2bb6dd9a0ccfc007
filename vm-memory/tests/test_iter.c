/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <sys/uio.h>

#include "support.h"

static struct vm_mem *three_regions(void)
{
	return MAP_OF({ PAGE, PAGE, NULL }, { 2 * PAGE, PAGE, NULL },
		      { 3 * PAGE, PAGE, NULL });
}

START_TEST(pieces_come_in_order_and_add_up)
{
	struct vm_mem *mem = three_regions();
	struct vm_mem_slice slice;
	struct vm_mem_iter iter;
	uint8_t byte;

	ck_assert_int_eq(vm_mem_iter_init(&iter, mem, 2 * PAGE - 10, PAGE + 30,
					  VM_MEM_PERM_RW),
			 0);
	ck_assert(vm_mem_iter_next(&iter, &slice));
	ck_assert_uint_eq(slice.len, 10);
	memset(slice.hva, 1, slice.len);
	ck_assert(vm_mem_iter_next(&iter, &slice));
	ck_assert_uint_eq(slice.len, PAGE);
	memset(slice.hva, 2, slice.len);
	ck_assert(vm_mem_iter_next(&iter, &slice));
	ck_assert_uint_eq(slice.len, 20);
	memset(slice.hva, 3, slice.len);
	ck_assert(!vm_mem_iter_next(&iter, &slice));
	ck_assert(!vm_mem_iter_next(&iter, &slice));
	ck_assert_uint_eq(slice.len, 20);
	for (uint64_t i = 0; i < PAGE + 31; i++) {
		ck_assert_int_eq(vm_mem_read(mem, 2 * PAGE - 10 + i, &byte, 1),
				 0);
		ck_assert_uint_eq(byte, i < 10		? 1
					: i < PAGE + 10 ? 2
					: i < PAGE + 30 ? 3
							: 0);
	}
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_empty_range_has_no_pieces)
{
	struct vm_mem *mem = three_regions();
	struct vm_mem_slice slice;
	struct vm_mem_iter iter;

	ck_assert_int_eq(vm_mem_iter_init(&iter, mem, 0, 0, VM_MEM_PERM_RW), 0);
	ck_assert(!vm_mem_iter_next(&iter, &slice));
	ck_assert_int_eq(vm_mem_get_iovec(mem, 0, 0, VM_MEM_PERM_RW, NULL, 0),
			 0);
	vm_mem_free(mem);
}
END_TEST

START_TEST(the_last_byte_of_the_address_space_is_a_piece)
{
	struct vm_mem *mem = MAP_OF({ -PAGE, PAGE, NULL });
	struct vm_mem_slice slice;
	struct vm_mem_iter iter;

	ck_assert_int_eq(vm_mem_iter_init(&iter, mem, UINT64_MAX, 1,
					  VM_MEM_PERM_READ),
			 0);
	ck_assert(vm_mem_iter_next(&iter, &slice));
	ck_assert_uint_eq(slice.len, 1);
	ck_assert(!vm_mem_iter_next(&iter, &slice));
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_bad_range_has_no_iterator)
{
	struct vm_mem *mem = three_regions();
	struct vm_mem_iter iter = { .left = 77 };

	ck_assert_int_eq(vm_mem_iter_init(&iter, mem, PAGE, 4 * PAGE,
					  VM_MEM_PERM_RW),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_iter_init(&iter, mem, PAGE, UINT64_MAX,
					  VM_MEM_PERM_RW),
			 -EOVERFLOW);
	ck_assert_uint_eq(iter.left, 77);
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_iovec_serves_a_system_call)
{
	struct vm_mem *mem = three_regions();
	int fd = patterned_file(3 * PAGE);
	struct iovec iov[3];
	uint8_t byte;
	int n;

	n = vm_mem_get_iovec(mem, PAGE + 1, 3 * PAGE - 2, VM_MEM_PERM_WRITE,
			     iov, 3);
	ck_assert_int_eq(n, 3);
	ck_assert_uint_eq(iov[0].iov_len, PAGE - 1);
	ck_assert_uint_eq(iov[1].iov_len, PAGE);
	ck_assert_uint_eq(iov[2].iov_len, PAGE - 1);
	ck_assert_int_eq(readv(fd, iov, n), 3 * PAGE - 2);
	for (uint64_t i = 0; i < 3 * PAGE - 2; i++) {
		ck_assert_int_eq(vm_mem_read(mem, PAGE + 1 + i, &byte, 1), 0);
		ck_assert_uint_eq(byte, (uint8_t)(i * 7 + 1));
	}
	close(fd);
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_iovec_that_is_too_short_is_refused)
{
	struct vm_mem *mem = three_regions();
	struct iovec iov[2] = { { NULL, 77 }, { NULL, 77 } };

	ck_assert_int_eq(vm_mem_get_iovec(mem, PAGE, 3 * PAGE, VM_MEM_PERM_RW,
					  iov, 2),
			 -ENOSPC);
	ck_assert_int_eq(vm_mem_get_iovec(mem, PAGE, 1, VM_MEM_PERM_RW, iov, 0),
			 -ENOSPC);
	ck_assert_int_eq(vm_mem_get_iovec(mem, PAGE, 4 * PAGE, VM_MEM_PERM_RW,
					  iov, 2),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_get_iovec(mem, PAGE, UINT64_MAX, VM_MEM_PERM_RW,
					  iov, 2),
			 -EOVERFLOW);
	ck_assert_uint_eq(iov[0].iov_len, 77);
	vm_mem_free(mem);
}
END_TEST

RUN_TESTS("iter", pieces_come_in_order_and_add_up, an_empty_range_has_no_pieces,
	  the_last_byte_of_the_address_space_is_a_piece,
	  a_bad_range_has_no_iterator, an_iovec_serves_a_system_call,
	  an_iovec_that_is_too_short_is_refused)
