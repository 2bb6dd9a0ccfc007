/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include <vm-allocator/layout.h>
#include <vm-allocator/range_info.h>

#include "limited_memory.h"
#include "run.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct vm_layout_entry virt_entries[] = {
	{ "flash", 0x00000000, 0x08000000, VM_LAYOUT_NO_IRQ },
	{ "gic-dist", 0x08000000, 0x10000, VM_LAYOUT_NO_IRQ },
	{ "gic-redist", 0x080a0000, 0xf60000, VM_LAYOUT_NO_IRQ },
	{ "uart", 0x09000000, 0x1000, 33 },
	{ "rtc", 0x09010000, 0x1000, 34 },
	{ "virtio-mmio", 0x0a000000, 0x4000, VM_LAYOUT_NO_IRQ },
};

static const struct vm_layout virt = { virt_entries, LENGTH(virt_entries) };

static struct vm_range_allocator *ranges;
static struct vm_id_allocator *irqs;

static void open_allocators(void)
{
	ck_assert_int_eq(vm_range_new(0, 0x40000000, NULL, &ranges), 0);
	ck_assert_int_eq(vm_id_new(32, 63, NULL, &irqs), 0);
}

static void close_allocators(void)
{
	vm_id_free(irqs);
	vm_range_free(ranges);
}

START_TEST(load_reserves_every_range_and_line)
{
	struct vm_range_request request = { .size = 0x1000, .align = 0x1000 };
	struct vm_range_info info;
	uint64_t base;
	uint32_t irq;

	open_allocators();
	ck_assert_int_eq(vm_layout_load(&virt, ranges, irqs, NULL), 0);
	ck_assert_uint_eq(vm_range_get_stats(ranges).count,
			  LENGTH(virt_entries));
	ck_assert_int_eq(vm_range_find(ranges, 0x09000fff, &info), 0);
	ck_assert_str_eq(info.name, "uart");
	ck_assert_int_eq(vm_range_alloc(ranges, &request, &base), 0);
	ck_assert_uint_eq(base, 0x08010000);
	ck_assert_int_eq(vm_id_alloc(irqs, &irq), 0);
	ck_assert_uint_eq(irq, 32);
	ck_assert_int_eq(vm_id_alloc(irqs, &irq), 0);
	ck_assert_uint_eq(irq, 35);
	close_allocators();
}
END_TEST

START_TEST(load_without_an_id_allocator_leaves_lines_out)
{
	static const struct vm_layout_entry entries[] = {
		{ "com1", 0x3f8, 8, 4 },
		{ "com3", 0x3e8, 8, 4 },
	};
	const struct vm_layout ports = { entries, LENGTH(entries) };

	open_allocators();
	ck_assert_int_eq(vm_layout_load(&ports, ranges, NULL, NULL), 0);
	ck_assert_uint_eq(vm_range_get_stats(ranges).used, 16);
	close_allocators();
}
END_TEST

START_TEST(entry_that_cannot_be_loaded_is_named_and_nothing_stays)
{
	static const struct {
		struct vm_layout_entry entries[3];
		size_t bad;
		int error;
	} cases[] = {
		{ { { "a", 0, 1, 40 }, { NULL, 2, 1, 41 } }, 1, -EINVAL },
		{ { { "", 0, 1, 40 }, { "b", 2, 1, 41 } }, 0, -EINVAL },
		{ { { "a", 0, 1, 40 },
		    { "0123456789abcdef0123456789abcdef", 2, 1, 41 } },
		  1,
		  -EINVAL },
		{ { { "a", 0, 1, 40 }, { "b", 2, 0, 41 } }, 1, -EINVAL },
		{ { { "a", 0, 1, 40 }, { "b", UINT64_MAX, 2, 41 } },
		  1,
		  -EOVERFLOW },
		{ { { "a", 0, 1, 40 }, { "b", 2, 1, 41 }, { "a", 4, 1, 42 } },
		  2,
		  -EEXIST },
		{ { { "a", 0, 3, 40 }, { "b", 2, 2, 41 } }, 1, -EEXIST },
		{ { { "a", 0, 1, 40 }, { "b", 0x1fff, 2, 41 } }, 1, -EEXIST },
		{ { { "a", 0, 1, 40 }, { "b", 2, 1, 40 } }, 1, -EEXIST },
		{ { { "a", 0, 1, 40 }, { "b", 2, 1, 63 } }, 1, -EEXIST },
		{ { { "a", 0, 1, VM_LAYOUT_NO_IRQ }, { "b", 2, 1, 63 } },
		  1,
		  -EEXIST },
		{ { { "a", 0, 1, 40 }, { "b", 0x40000000, 1, 41 } },
		  1,
		  -ENOSPC },
		{ { { "a", 0, 1, 40 }, { "b", 2, 1, 64 } }, 1, -ENOSPC },
	};
	struct vm_layout layout = { NULL, 0 };
	size_t index;

	open_allocators();
	ck_assert_int_eq(vm_range_reserve(ranges, 0x2000, 1, "there"), 0);
	ck_assert_int_eq(vm_id_reserve(irqs, 63), 0);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		layout.entries = cases[i].entries;
		layout.count = cases[i].bad + 1;
		index = 42;
		ck_assert_int_eq(vm_layout_load(&layout, ranges, irqs, &index),
				 cases[i].error);
		ck_assert_uint_eq(index, cases[i].bad);
		ck_assert_uint_eq(vm_range_get_stats(ranges).count, 1);
		ck_assert_uint_eq(vm_id_get_count(irqs), 1);
	}
	close_allocators();
}
END_TEST

START_TEST(load_without_memory_changes_nothing)
{
	struct vm_layout_entry entries[40];
	struct vm_layout layout = { entries, LENGTH(entries) };
	struct limited_memory limits = { 1000, 0 };
	struct vm_allocator_memory memory = limited_memory(&limits);
	char names[40][3] = { { 0 } };
	size_t index = 0;

	for (unsigned int i = 0; i < LENGTH(entries); i++) {
		names[i][0] = (char)('0' + i / 10);
		names[i][1] = (char)('0' + i % 10);
		entries[i] = (struct vm_layout_entry){
			names[i],
			i,
			1,
			VM_LAYOUT_NO_IRQ,
		};
	}
	ck_assert_int_eq(vm_range_new(0, 100, &memory, &ranges), 0);
	limits.left = 0;
	ck_assert_int_eq(vm_layout_load(&layout, ranges, NULL, &index),
			 -ENOMEM);
	ck_assert_uint_gt(index, 0);
	ck_assert_uint_eq(vm_range_get_stats(ranges).count, 0);
	limits.left = 1000;
	ck_assert_int_eq(vm_layout_load(&layout, ranges, NULL, &index), 0);
	vm_range_free(ranges);
	ck_assert_int_eq(limits.live, 0);
}
END_TEST

START_TEST(layout_loaded_twice_collides_with_itself)
{
	size_t index = 42;

	open_allocators();
	ck_assert_int_eq(vm_layout_load(&virt, ranges, irqs, NULL), 0);
	ck_assert_int_eq(vm_layout_load(&virt, ranges, irqs, NULL), -EEXIST);
	ck_assert_int_eq(vm_layout_load(&virt, ranges, irqs, &index), -EEXIST);
	ck_assert_uint_eq(index, 0);
	ck_assert_uint_eq(vm_range_get_stats(ranges).count,
			  LENGTH(virt_entries));
	ck_assert_uint_eq(vm_id_get_count(irqs), 2);
	close_allocators();
}
END_TEST

START_TEST(empty_layout_loads)
{
	const struct vm_layout nothing = { NULL, 0 };

	open_allocators();
	ck_assert_int_eq(vm_layout_load(&nothing, ranges, irqs, NULL), 0);
	close_allocators();
}
END_TEST

START_TEST(find_gives_the_entry_of_a_name)
{
	ck_assert_ptr_eq(vm_layout_find(&virt, "rtc"), &virt_entries[4]);
	ck_assert_ptr_eq(vm_layout_find(&virt, "flash"), &virt_entries[0]);
	ck_assert_ptr_null(vm_layout_find(&virt, "rt"));
}
END_TEST

START_TEST(window_of_a_layout_is_a_space_of_its_own)
{
	const struct vm_layout_entry *window =
		vm_layout_find(&virt, "virtio-mmio");
	struct vm_range_request request = { .size = 0x200 };
	uint64_t base;

	ck_assert_int_eq(
		vm_range_new(window->base, window->size, NULL, &ranges), 0);
	for (unsigned int i = 0; i < 32; i++) {
		ck_assert_int_eq(vm_range_alloc(ranges, &request, &base), 0);
		ck_assert_uint_eq(base, 0x0a000000 + 0x200 * i);
	}
	ck_assert_int_eq(vm_range_alloc(ranges, &request, &base), -ENOSPC);
	vm_range_free(ranges);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		load_reserves_every_range_and_line,
		load_without_an_id_allocator_leaves_lines_out,
		entry_that_cannot_be_loaded_is_named_and_nothing_stays,
		load_without_memory_changes_nothing,
		layout_loaded_twice_collides_with_itself,
		empty_layout_loads,
		find_gives_the_entry_of_a_name,
		window_of_a_layout_is_a_space_of_its_own,
	};

	return run_tests("layout", tests, LENGTH(tests));
}
