/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

START_TEST(a_word_is_loaded_as_it_was_stored_in_every_order)
{
	static const enum vm_mem_order loads[] = { VM_MEM_RELAXED,
						   VM_MEM_ACQUIRE,
						   VM_MEM_SEQ_CST };
	static const enum vm_mem_order stores[] = { VM_MEM_RELAXED,
						    VM_MEM_RELEASE,
						    VM_MEM_SEQ_CST };
	struct vm_mem *mem = MAP_OF({ 0, PAGE, NULL });
	uint16_t v16;
	uint32_t v32;
	uint64_t v64;

	for (unsigned int i = 0; i < 3; i++) {
		uint64_t value = 0x8877665544332211 + i;

		ck_assert_int_eq(
			vm_mem_store16(mem, 2, stores[i], (uint16_t)value), 0);
		ck_assert_int_eq(
			vm_mem_store32(mem, 4, stores[i], (uint32_t)value), 0);
		ck_assert_int_eq(vm_mem_store64(mem, 8, stores[i], value), 0);
		ck_assert_int_eq(vm_mem_load16(mem, 2, loads[i], &v16), 0);
		ck_assert_uint_eq(v16, (uint16_t)value);
		ck_assert_int_eq(vm_mem_load32(mem, 4, loads[i], &v32), 0);
		ck_assert_uint_eq(v32, (uint32_t)value);
		ck_assert_int_eq(vm_mem_load64(mem, 8, loads[i], &v64), 0);
		ck_assert_uint_eq(v64, value);
	}
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_unaligned_word_is_refused)
{
	struct vm_mem *mem = MAP_OF({ 0, PAGE, NULL });
	uint16_t v16 = 1;
	uint32_t v32 = 1;
	uint64_t v64 = 1;

	ck_assert_int_eq(vm_mem_load16(mem, 1, VM_MEM_RELAXED, &v16), -EINVAL);
	ck_assert_int_eq(vm_mem_load32(mem, 2, VM_MEM_RELAXED, &v32), -EINVAL);
	ck_assert_int_eq(vm_mem_load64(mem, 4, VM_MEM_RELAXED, &v64), -EINVAL);
	ck_assert_int_eq(vm_mem_store16(mem, 1, VM_MEM_RELAXED, 0), -EINVAL);
	ck_assert_int_eq(vm_mem_store32(mem, 2, VM_MEM_RELAXED, 0), -EINVAL);
	ck_assert_int_eq(vm_mem_store64(mem, 4, VM_MEM_RELAXED, 0), -EINVAL);
	ck_assert(v16 == 1 && v32 == 1 && v64 == 1);
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_order_that_makes_no_sense_is_refused)
{
	struct vm_mem *mem = MAP_OF({ 0, PAGE, NULL });
	uint16_t v16;
	uint32_t v32;
	uint64_t v64;

	ck_assert_int_eq(vm_mem_load16(mem, 0, VM_MEM_RELEASE, &v16), -EINVAL);
	ck_assert_int_eq(vm_mem_load32(mem, 0, VM_MEM_ACQ_REL, &v32), -EINVAL);
	ck_assert_int_eq(vm_mem_load64(mem, 0, VM_MEM_RELEASE, &v64), -EINVAL);
	ck_assert_int_eq(vm_mem_store16(mem, 0, VM_MEM_ACQUIRE, 0), -EINVAL);
	ck_assert_int_eq(vm_mem_store32(mem, 0, VM_MEM_ACQ_REL, 0), -EINVAL);
	ck_assert_int_eq(vm_mem_store64(mem, 0, VM_MEM_ACQUIRE, 0), -EINVAL);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_word_outside_memory_is_a_fault)
{
	struct vm_mem *mem = MAP_OF({ PAGE, PAGE, NULL });
	static const vm_gpa outside[] = { 0, PAGE - 8, 2 * PAGE,
					  UINT64_MAX - 7 };
	uint16_t v16;
	uint32_t v32;
	uint64_t v64;

	for (size_t i = 0; i < 4; i++) {
		vm_gpa gpa = outside[i];

		ck_assert_int_eq(vm_mem_load16(mem, gpa, VM_MEM_RELAXED, &v16),
				 -EFAULT);
		ck_assert_int_eq(vm_mem_load32(mem, gpa, VM_MEM_RELAXED, &v32),
				 -EFAULT);
		ck_assert_int_eq(vm_mem_load64(mem, gpa, VM_MEM_RELAXED, &v64),
				 -EFAULT);
		ck_assert_int_eq(vm_mem_store16(mem, gpa, VM_MEM_RELAXED, 0),
				 -EFAULT);
		ck_assert_int_eq(vm_mem_store32(mem, gpa, VM_MEM_RELAXED, 0),
				 -EFAULT);
		ck_assert_int_eq(vm_mem_store64(mem, gpa, VM_MEM_RELAXED, 0),
				 -EFAULT);
	}
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_word_is_exchanged_only_if_it_is_the_expected_one)
{
	static const enum vm_mem_order orders[] = {
		VM_MEM_RELAXED, VM_MEM_ACQUIRE, VM_MEM_RELEASE, VM_MEM_ACQ_REL,
		VM_MEM_SEQ_CST
	};
	struct vm_mem *mem = MAP_OF({ 0, PAGE, NULL });

	for (unsigned int i = 0; i < 5; i++) {
		uint32_t v32 = i;
		uint64_t v64 = i;

		ck_assert_int_eq(vm_mem_cas32(mem, 4, orders[i], &v32, i + 1),
				 1);
		ck_assert_int_eq(vm_mem_cas64(mem, 8, orders[i], &v64, i + 1),
				 1);
		ck_assert(v32 == i && v64 == i);
		ck_assert_int_eq(vm_mem_cas32(mem, 4, orders[i], &v32, 99), 0);
		ck_assert_int_eq(vm_mem_cas64(mem, 8, orders[i], &v64, 99), 0);
		ck_assert(v32 == i + 1 && v64 == i + 1);
	}
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_impossible_exchange_is_refused)
{
	struct vm_mem *mem = MAP_OF({ PAGE, PAGE, NULL });
	const enum vm_mem_order none = (enum vm_mem_order)77;
	uint32_t v32 = 1;
	uint64_t v64 = 1;

	ck_assert_int_eq(vm_mem_cas32(mem, PAGE, none, &v32, 0), -EINVAL);
	ck_assert_int_eq(vm_mem_cas64(mem, PAGE, none, &v64, 0), -EINVAL);
	ck_assert_int_eq(vm_mem_cas32(mem, PAGE + 2, VM_MEM_RELAXED, &v32, 0),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_cas64(mem, PAGE + 4, VM_MEM_RELAXED, &v64, 0),
			 -EINVAL);
	ck_assert_int_eq(vm_mem_cas32(mem, 0, VM_MEM_RELAXED, &v32, 0),
			 -EFAULT);
	ck_assert_int_eq(vm_mem_cas64(mem, 2 * PAGE, VM_MEM_RELAXED, &v64, 0),
			 -EFAULT);
	ck_assert(v32 == 1 && v64 == 1);
	vm_mem_free(mem);
}
END_TEST

START_TEST(the_last_word_of_the_address_space_is_a_word)
{
	struct vm_mem *mem = MAP_OF({ -PAGE, PAGE, NULL });
	uint64_t v64 = 0;

	ck_assert_int_eq(vm_mem_store64(mem, UINT64_MAX - 7, VM_MEM_RELEASE, 5),
			 0);
	ck_assert_int_eq(
		vm_mem_load64(mem, UINT64_MAX - 7, VM_MEM_ACQUIRE, &v64), 0);
	ck_assert_uint_eq(v64, 5);
	vm_mem_free(mem);
}
END_TEST

RUN_TESTS("word", a_word_is_loaded_as_it_was_stored_in_every_order,
	  an_unaligned_word_is_refused, an_order_that_makes_no_sense_is_refused,
	  a_word_outside_memory_is_a_fault,
	  a_word_is_exchanged_only_if_it_is_the_expected_one,
	  an_impossible_exchange_is_refused,
	  the_last_word_of_the_address_space_is_a_word)
