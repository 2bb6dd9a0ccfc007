/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/memmap.h>

#include <check.h>
#include <errno.h>
#include <string.h>

#define RAM	 VM_LOAD_MEM_RAM
#define RESERVED VM_LOAD_MEM_RESERVED
#define ACPI	 VM_LOAD_MEM_ACPI

/* Ranges that are added one after the other, and the map that results. */
static const struct example {
	const char *what;
	struct vm_load_mem_entry add[4];
	struct vm_load_mem_entry want[5];
} examples[] = {
	{ "nothing", { { 0x1000, 0, RAM } }, { { 0 } } },
	{ "one", { { 0x1000, 0x1000, RAM } }, { { 0x1000, 0x1000, RAM } } },
	{ "sorted",
	  { { 0x3000, 0x1000, RAM }, { 0x1000, 0x1000, RAM } },
	  { { 0x1000, 0x1000, RAM }, { 0x3000, 0x1000, RAM } } },
	{ "merged in front",
	  { { 0x1000, 0x1000, RAM }, { 0x2000, 0x1000, RAM } },
	  { { 0x1000, 0x2000, RAM } } },
	{ "merged behind",
	  { { 0x2000, 0x1000, RAM }, { 0x1000, 0x1000, RAM } },
	  { { 0x1000, 0x2000, RAM } } },
	{ "merged on both sides",
	  { { 0x1000, 0x1000, RAM },
	    { 0x3000, 0x1000, RAM },
	    { 0x2000, 0x1000, RAM } },
	  { { 0x1000, 0x3000, RAM } } },
	{ "another type is not merged",
	  { { 0x1000, 0x1000, RAM }, { 0x2000, 0x1000, RESERVED } },
	  { { 0x1000, 0x1000, RAM }, { 0x2000, 0x1000, RESERVED } } },
	{ "cut in the middle",
	  { { 0x0000, 0x10000, RAM }, { 0x4000, 0x1000, RESERVED } },
	  { { 0x0000, 0x4000, RAM },
	    { 0x4000, 0x1000, RESERVED },
	    { 0x5000, 0xb000, RAM } } },
	{ "cut at the start",
	  { { 0x1000, 0x2000, RAM }, { 0x1000, 0x1000, ACPI } },
	  { { 0x1000, 0x1000, ACPI }, { 0x2000, 0x1000, RAM } } },
	{ "cut at the end",
	  { { 0x1000, 0x2000, RAM }, { 0x2000, 0x1000, ACPI } },
	  { { 0x1000, 0x1000, RAM }, { 0x2000, 0x1000, ACPI } } },
	{ "covered",
	  { { 0x2000, 0x1000, RAM },
	    { 0x4000, 0x1000, ACPI },
	    { 0x1000, 0x9000, RESERVED } },
	  { { 0x1000, 0x9000, RESERVED } } },
	{ "over a boundary",
	  { { 0x1000, 0x1000, RAM },
	    { 0x3000, 0x1000, RAM },
	    { 0x1800, 0x2000, RESERVED } },
	  { { 0x1000, 0x0800, RAM },
	    { 0x1800, 0x2000, RESERVED },
	    { 0x3800, 0x0800, RAM } } },
	{ "the same again",
	  { { 0x1000, 0x3000, RAM }, { 0x2000, 0x1000, RAM } },
	  { { 0x1000, 0x3000, RAM } } },
	{ "the end of the address space",
	  { { UINT64_MAX - 0xfff, 0xfff, RAM } },
	  { { UINT64_MAX - 0xfff, 0xfff, RAM } } },
};

START_TEST(adding_a_range_gives_a_sorted_and_merged_map)
{
	const struct example *e = &examples[_i];
	struct vm_load_memmap map = { .count = 0 };
	size_t count = 0;

	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(vm_load_memmap_add(&map, e->add[i].gpa,
						    e->add[i].size,
						    e->add[i].type),
				 0);
	while (count < 5 && e->want[count].size)
		count++;
	ck_assert_msg(map.count == count, "%s: %zu entries", e->what,
		      map.count);
	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_eq(map.entries[i].gpa, e->want[i].gpa);
		ck_assert_uint_eq(map.entries[i].size, e->want[i].size);
		ck_assert_int_eq(map.entries[i].type, e->want[i].type);
	}
}
END_TEST

/* The naive model: what each of 64 pages is. */
START_TEST(random_additions_agree_with_a_table_of_pages)
{
	enum vm_load_mem_type types[3] = { RAM, RESERVED, ACPI };
	struct vm_load_memmap map = { .count = 0 };
	int pages[64] = { 0 }, now[64];
	uint32_t x = 88172645u + (uint32_t)_i;
	unsigned int first, count;
	enum vm_load_mem_type type;

	for (int step = 0; step < 200; step++) {
		x = x * 1664525u + 1013904223u;
		first = x >> 8 & 63;
		count = (x >> 16 & 63) % (65 - first);
		type = types[(x >> 24) % 3];
		ck_assert_int_eq(vm_load_memmap_add(&map, first * 4096u,
						    count * 4096u, type),
				 0);
		for (unsigned int i = first; i < first + count; i++)
			pages[i] = (int)type;
		memset(now, 0, sizeof(now));
		for (size_t i = 0; i < map.count; i++) {
			const struct vm_load_mem_entry *e = &map.entries[i];

			ck_assert(!i || e[-1].gpa + e[-1].size < e->gpa ||
				  (e[-1].gpa + e[-1].size == e->gpa &&
				   e[-1].type != e->type));
			for (uint64_t a = e->gpa; a < e->gpa + e->size;
			     a += 4096)
				now[a / 4096] = (int)e->type;
		}
		ck_assert_mem_eq(pages, now, sizeof(now));
	}
}
END_TEST

START_TEST(a_range_that_wraps_is_refused)
{
	struct vm_load_memmap map = { .count = 0 };

	ck_assert_int_eq(vm_load_memmap_add(&map, UINT64_MAX, 2, RAM),
			 -EOVERFLOW);
	ck_assert_uint_eq(map.count, 0);
}
END_TEST

START_TEST(a_full_map_refuses_another_entry_and_stays)
{
	struct vm_load_memmap map = { .count = 0 }, before;

	for (uint64_t i = 0; i < VM_LOAD_MEMMAP_MAX; i++)
		ck_assert_int_eq(
			vm_load_memmap_add(&map, i * 0x2000, 0x1000, RAM), 0);
	before = map;
	ck_assert_int_eq(vm_load_memmap_add(&map, 0x800, 0x100, RESERVED),
			 -ENOSPC);
	ck_assert_int_eq(vm_load_memmap_add(&map, 0x1200, 0x100, RESERVED),
			 -ENOSPC);
	ck_assert_mem_eq(&map, &before, sizeof(map));
	ck_assert_int_eq(vm_load_memmap_add(&map, 0x1000, 0x1000, RAM), 0);
	ck_assert_uint_eq(map.count, VM_LOAD_MEMMAP_MAX - 1);
}
END_TEST

START_TEST(ram_is_asked_for_from_end_to_end)
{
	struct vm_load_memmap map = { .count = 0 };

	ck_assert_int_eq(vm_load_memmap_add(&map, 0x1000, 0x2000, RAM), 0);
	ck_assert_int_eq(vm_load_memmap_add(&map, 0x3000, 0x1000, ACPI), 0);
	ck_assert_int_eq(vm_load_memmap_has_ram(&map, 0x1000, 0x2000), 1);
	ck_assert_int_eq(vm_load_memmap_has_ram(&map, 0x2fff, 1), 1);
	ck_assert_int_eq(vm_load_memmap_has_ram(&map, 0x0fff, 2), 0);
	ck_assert_int_eq(vm_load_memmap_has_ram(&map, 0x2fff, 2), 0);
	ck_assert_int_eq(vm_load_memmap_has_ram(&map, 0x3000, 1), 0);
	ck_assert_int_eq(vm_load_memmap_has_ram(&map, UINT64_MAX, 2), 0);
}
END_TEST

START_TEST(guest_memory_becomes_ram)
{
	const struct vm_mem_range ranges[] = {
		{ .gpa = 0, .size = 0x10000 },
		{ .gpa = UINT64_C(1) << 32, .size = 0x2000 },
	};
	struct vm_load_memmap map = { .count = 0 };
	struct vm_mem *mem;

	ck_assert_int_eq(vm_mem_new(ranges, 2, &mem), 0);
	ck_assert_int_eq(vm_load_memmap_add_memory(&map, mem), 0);
	ck_assert_uint_eq(map.count, 2);
	ck_assert_int_eq(vm_load_memmap_has_ram(&map, 0, 0x10000), 1);
	ck_assert_int_eq(
		vm_load_memmap_has_ram(&map, UINT64_C(1) << 32, 0x2000), 1);
	vm_mem_free(mem);
}
END_TEST

START_TEST(full_map_refuses_guest_memory)
{
	struct vm_load_memmap map = { .count = 0 };
	struct vm_mem *mem = memory_make(UINT64_C(1) << 40, 0x1000);

	for (uint64_t i = 0; i < VM_LOAD_MEMMAP_MAX; i++)
		ck_assert_int_eq(vm_load_memmap_add(&map, i * 0x2000, 0x1000,
						    RESERVED),
				 0);
	ck_assert_int_eq(vm_load_memmap_add_memory(&map, mem), -ENOSPC);
	vm_mem_free(mem);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("memmap");
	TCase *tc = tcase_create("memmap");

	tcase_add_loop_test(tc, adding_a_range_gives_a_sorted_and_merged_map, 0,
			    sizeof(examples) / sizeof(*examples));
	tcase_add_loop_test(tc, random_additions_agree_with_a_table_of_pages, 0,
			    10);
	tcase_add_test(tc, a_range_that_wraps_is_refused);
	tcase_add_test(tc, a_full_map_refuses_another_entry_and_stays);
	tcase_add_test(tc, ram_is_asked_for_from_end_to_end);
	tcase_add_test(tc, guest_memory_becomes_ram);
	tcase_add_test(tc, full_map_refuses_guest_memory);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
