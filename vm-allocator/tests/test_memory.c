/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "../src/memory.h"
#include "limited_memory.h"
#include "run.h"

static struct vm_allocator_memory memory;

START_TEST(struct_without_a_function_is_refused)
{
	const struct vm_allocator_memory wanted = { NULL, NULL };

	ck_assert_int_eq(vm_memory_init(&memory, &wanted), -EINVAL);
}
END_TEST

START_TEST(heap_is_taken_where_nothing_is_wanted)
{
	uint8_t *bytes;

	ck_assert_int_eq(vm_memory_init(&memory, NULL), 0);
	bytes = vm_memory_zalloc(&memory, 100);
	ck_assert_ptr_nonnull(bytes);
	for (unsigned int i = 0; i < 100; i++)
		ck_assert_uint_eq(bytes[i], 0);
	memset(bytes, 1, 100);
	bytes = vm_memory_resize(&memory, bytes, 1000, 2);
	ck_assert_ptr_nonnull(bytes);
	ck_assert_uint_eq(bytes[99], 1);
	vm_memory_free(&memory, bytes);
	vm_memory_free(&memory, NULL);
}
END_TEST

START_TEST(array_whose_size_wraps_is_refused)
{
	ck_assert_int_eq(vm_memory_init(&memory, NULL), 0);
	ck_assert_ptr_null(
		vm_memory_resize(&memory, NULL, SIZE_MAX / 2 + 2, 2));
}
END_TEST

/* Hands out memory that is not zero. */
static void *dirty_resize(void *context, void *block, size_t size)
{
	void *result = limited_resize(context, block, size);

	if (result && !block)
		memset(result, 0xa5, size);
	return result;
}

START_TEST(memory_of_the_caller_is_made_zero_where_it_has_to_be)
{
	struct limited_memory limits = { 1, 0 };
	const struct vm_allocator_memory wanted = { dirty_resize, &limits };
	uint8_t *bytes;

	ck_assert_int_eq(vm_memory_init(&memory, &wanted), 0);
	bytes = vm_memory_zalloc(&memory, 100);
	ck_assert_ptr_nonnull(bytes);
	for (unsigned int i = 0; i < 100; i++)
		ck_assert_uint_eq(bytes[i], 0);
	ck_assert_ptr_null(vm_memory_zalloc(&memory, 1));
	ck_assert_int_eq(limits.live, 1);
	vm_memory_free(&memory, bytes);
	ck_assert_int_eq(limits.live, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		struct_without_a_function_is_refused,
		heap_is_taken_where_nothing_is_wanted,
		array_whose_size_wraps_is_refused,
		memory_of_the_caller_is_made_zero_where_it_has_to_be,
	};

	return run_tests("memory", tests, sizeof(tests) / sizeof(tests[0]));
}
