/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kvm-ioctls/cpuid.h>

#include "starve.h"

static struct kvm_cpuid2 *cpuid;

static void add(uint32_t function, uint32_t index, uint32_t eax)
{
	struct kvm_cpuid_entry2 entry = { .function = function,
					  .index = index,
					  .eax = eax };

	if (function == 0x4 || function == 0xb || function == 0x8000001d)
		entry.flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
	entry.ebx = entry.ecx = entry.edx = 0xffffffff;
	ck_assert_int_eq(kvm_cpuid_add(&cpuid, &entry), 0);
}

/* A host with 16 threads whose topology must not show through. */
static void setup(void)
{
	cpuid = calloc(1, sizeof(*cpuid));
	add(0x1, 0, 0);
	add(0x4, 0, 7u << 26 | 1u << 14 | 1u << 5 | 1);
	add(0x4, 1, 7u << 26 | 15u << 14 | 3u << 5 | 3);
	add(0x4, 2, 0);
	add(0xb, 0, 0x1234);
	add(0xb, 1, 0x1234);
	add(0xb, 2, 0x1234);
	add(0x1f, 0, 0x1234);
	add(0x80000008, 0, 0);
	add(0x8000001d, 0, 15u << 14 | 3u << 5 | 3);
	add(0x8000001e, 0, 0x1234);
}

static void teardown(void)
{
	free(cpuid);
}

static const struct kvm_cpuid_entry2 *get(uint32_t function, uint32_t index)
{
	struct kvm_cpuid_entry2 *entry = kvm_cpuid_find(cpuid, function, index);

	ck_assert_ptr_nonnull(entry);
	return entry;
}

START_TEST(find_looks_at_the_index_only_where_it_counts)
{
	ck_assert_uint_eq(get(0x4, 1)->index, 1);
	ck_assert_uint_eq(get(0x1, 77)->function, 0x1);
	ck_assert_ptr_null(kvm_cpuid_find(cpuid, 0x4, 3));
	ck_assert_ptr_null(kvm_cpuid_find(cpuid, 0x5, 0));
}
END_TEST

START_TEST(remove_drops_every_entry_of_a_function_and_no_other)
{
	uint32_t before = cpuid->nent;

	kvm_cpuid_remove(cpuid, 0xb);
	ck_assert_uint_eq(cpuid->nent, before - 3);
	ck_assert_ptr_null(kvm_cpuid_find(cpuid, 0xb, 0));
	ck_assert_uint_eq(get(0x8000001e, 0)->eax, 0x1234);
}
END_TEST

START_TEST(topology_of_the_third_of_six_cores)
{
	ck_assert_int_eq(kvm_cpuid_set_topology(&cpuid, 2, 6), 0);
	ck_assert_uint_eq(get(0x1, 0)->ebx >> 24, 2);
	ck_assert_uint_eq(get(0x1, 0)->ebx >> 16 & 0xff, 6);
	ck_assert_uint_eq(get(0x1, 0)->ebx & 0xffff, 0xffff);
	ck_assert_uint_eq(get(0x1, 0)->edx >> 28 & 1, 1);

	/* SDM, leaf 0xb: one thread a core, six cores in three bits. */
	ck_assert_uint_eq(get(0xb, 0)->eax, 0);
	ck_assert_uint_eq(get(0xb, 0)->ebx, 1);
	ck_assert_uint_eq(get(0xb, 0)->ecx, 0x100);
	ck_assert_uint_eq(get(0xb, 0)->edx, 2);
	ck_assert_uint_eq(get(0xb, 1)->eax, 3);
	ck_assert_uint_eq(get(0xb, 1)->ebx, 6);
	ck_assert_uint_eq(get(0xb, 1)->ecx, 0x201);
	ck_assert_uint_eq(get(0xb, 1)->edx, 2);
	ck_assert_ptr_null(kvm_cpuid_find(cpuid, 0xb, 2));
	ck_assert_ptr_null(kvm_cpuid_find(cpuid, 0x1f, 0));

	ck_assert_uint_eq(get(0x80000008, 0)->ecx, 0xffff3f05);
	ck_assert_uint_eq(get(0x8000001e, 0)->eax, 2);
	ck_assert_uint_eq(get(0x8000001e, 0)->ebx, 0xffff0002);
	ck_assert_uint_eq(get(0x8000001e, 0)->ecx, 0xfffff800);
}
END_TEST

START_TEST(first_two_cache_levels_belong_to_a_core)
{
	ck_assert_int_eq(kvm_cpuid_set_topology(&cpuid, 0, 4), 0);
	ck_assert_uint_eq(get(0x4, 0)->eax, 3u << 26 | 0u << 14 | 1u << 5 | 1);
	ck_assert_uint_eq(get(0x4, 1)->eax, 3u << 26 | 3u << 14 | 3u << 5 | 3);
	ck_assert_uint_eq(get(0x4, 2)->eax, 0);
	ck_assert_uint_eq(get(0x8000001d, 0)->eax, 3u << 14 | 3u << 5 | 3);
}
END_TEST

START_TEST(single_core_has_no_hyper_threading_flag)
{
	ck_assert_int_eq(kvm_cpuid_set_topology(&cpuid, 0, 1), 0);
	ck_assert_uint_eq(get(0x1, 0)->edx >> 28 & 1, 0);
	ck_assert_uint_eq(get(0xb, 1)->eax, 0);
}
END_TEST

START_TEST(topology_can_be_set_again_for_the_next_core)
{
	uint32_t nent;

	ck_assert_int_eq(kvm_cpuid_set_topology(&cpuid, 0, 64), 0);
	nent = cpuid->nent;
	ck_assert_int_eq(kvm_cpuid_set_topology(&cpuid, 63, 64), 0);
	ck_assert_uint_eq(cpuid->nent, nent);
	ck_assert_uint_eq(get(0xb, 0)->edx, 63);
	ck_assert_uint_eq(get(0x1, 0)->ebx >> 24, 63);
	ck_assert_uint_eq(get(0x4, 1)->eax >> 26, 63);
}
END_TEST

START_TEST(impossible_topology_is_refused)
{
	ck_assert_int_eq(kvm_cpuid_set_topology(&cpuid, 0, 0), -EINVAL);
	ck_assert_int_eq(kvm_cpuid_set_topology(&cpuid, 0, 65), -EINVAL);
	ck_assert_int_eq(kvm_cpuid_set_topology(&cpuid, 4, 4), -EINVAL);
	ck_assert_uint_eq(get(0x8000001e, 0)->eax, 0x1234);
}
END_TEST

/* A table that grows moves, and the heap writes over what it leaves. */
START_TEST(an_entry_of_the_table_can_be_added_again)
{
	const struct kvm_cpuid_entry2 *last;
	void *behind[100];

	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(kvm_cpuid_add(&cpuid, &cpuid->entries[0]), 0);
		/* What lies right behind the table keeps it from growing. */
		behind[i] = malloc(40);
		last = &cpuid->entries[cpuid->nent - 1];
		ck_assert_mem_eq(last, &cpuid->entries[0], sizeof(*last));
	}
	for (int i = 0; i < 100; i++)
		free(behind[i]);
}
END_TEST

#if CAN_STARVE
/* Larger than anything that the heap keeps in reserve. */
#define MANY (1u << 16)

static void make_table_large(void)
{
	struct kvm_cpuid2 *larger = realloc(
		cpuid, sizeof(*cpuid) + MANY * sizeof(cpuid->entries[0]));

	ck_assert_ptr_nonnull(larger);
	cpuid = larger;
	memset(&cpuid->entries[cpuid->nent], 0,
	       (MANY - cpuid->nent) * sizeof(cpuid->entries[0]));
	cpuid->nent = MANY;
}

START_TEST(add_without_memory_returns_enomem)
{
	const struct kvm_cpuid_entry2 entry = { .function = 0x40000000 };
	struct kvm_cpuid2 *before;
	int r = 0;

	make_table_large();
	before = cpuid;
	starve(true);
	/* A mapping has up to a page of room behind the table. */
	while (r == 0 && cpuid->nent < MANY + 1000)
		r = kvm_cpuid_add(&cpuid, &entry);
	starve(false);
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_ptr_eq(cpuid, before);
	ck_assert_uint_eq(get(0x1, 0)->function, 0x1);
}
END_TEST

START_TEST(topology_without_memory_returns_enomem)
{
	int r = 0;

	make_table_large();
	starve(true);
	/* Each round leaves one more entry that is none of the topology's. */
	while (r == 0 && cpuid->nent < MANY + 1000) {
		r = kvm_cpuid_set_topology(&cpuid, 0, 2);
		if (r == 0)
			cpuid->entries[cpuid->nent - 1].function = 0;
	}
	starve(false);
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_int_eq(kvm_cpuid_set_topology(&cpuid, 1, 2), 0);
	ck_assert_uint_eq(get(0xb, 1)->edx, 1);
}
END_TEST
#endif

int main(void)
{
	Suite *suite = suite_create("x86_cpuid_edit");
	TCase *tcase = tcase_create("x86_cpuid_edit");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, find_looks_at_the_index_only_where_it_counts);
	tcase_add_test(tcase,
		       remove_drops_every_entry_of_a_function_and_no_other);
	tcase_add_test(tcase, topology_of_the_third_of_six_cores);
	tcase_add_test(tcase, first_two_cache_levels_belong_to_a_core);
	tcase_add_test(tcase, single_core_has_no_hyper_threading_flag);
	tcase_add_test(tcase, topology_can_be_set_again_for_the_next_core);
	tcase_add_test(tcase, impossible_topology_is_refused);
	tcase_add_test(tcase, an_entry_of_the_table_can_be_added_again);
#if CAN_STARVE
	tcase_add_test(tcase, add_without_memory_returns_enomem);
	tcase_add_test(tcase, topology_without_memory_returns_enomem);
#endif
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
