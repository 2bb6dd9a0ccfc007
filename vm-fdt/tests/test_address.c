/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/value.h>

#include "raw.h"
#include "tree.h"

static struct raw raw;
static struct vm_fdt_reader reader;

#define STRINGS "#address-cells\0#size-cells\0reg\0ranges\0"
#define ADDRESS 0
#define SIZE	15
#define REG	27
#define RANGES	31

static void put_cells(uint32_t name, const uint32_t *cells, size_t count)
{
	uint8_t value[128];

	for (size_t i = 0; i < count; i++)
		fdt32_st(value + 4 * i, cells[i]);
	raw_prop(&raw, name, value, (uint32_t)(4 * count));
}

static void put_cell(uint32_t name, uint32_t cell)
{
	put_cells(name, &cell, 1);
}

static void begin_bus(const char *name, uint32_t address, uint32_t size)
{
	raw_begin(&raw, name);
	put_cell(ADDRESS, address);
	put_cell(SIZE, size);
}

static void finish(void)
{
	raw_finish(&raw, STRINGS, sizeof(STRINGS) - 1);
	ck_assert_int_eq(vm_fdt_reader_init(&reader, raw.space, raw.size), 0);
}

/* A root of 2 + 2 cells with a bus of @address + @size and a device in it. */
static int make_device(uint32_t address, uint32_t size, const uint32_t *reg,
		       size_t reg_count, const uint32_t *ranges,
		       size_t ranges_count)
{
	raw_start(&raw);
	begin_bus("", 2, 2);
	begin_bus("bus", address, size);
	put_cells(RANGES, ranges, ranges_count);
	raw_begin(&raw, "device");
	put_cells(REG, reg, reg_count);
	raw_end(&raw);
	raw_end(&raw);
	raw_end(&raw);
	finish();
	return vm_fdt_find_node(&reader, "/bus/device");
}

static const struct {
	uint32_t address, size;
	uint32_t reg[12];
	size_t count, index;
	int error;
	struct vm_fdt_range range;
} regs[] = {
	{ 1, 1, { 0x10, 0x20 }, 2, 0, 0, { 0x10, 0x20 } },
	{ 1, 1, { 0x10, 0x20 }, 2, 1, -ENOENT, { 0, 0 } },
	{ 1, 1, { 1, 2, 3, 4 }, 4, 1, 0, { 3, 4 } },
	{ 2, 2, { 1, 2, 3, 4 }, 4, 0, 0, { 0x100000002, 0x300000004 } },
	{ 2, 1, { 1, 2, 3 }, 3, 0, 0, { 0x100000002, 3 } },
	{ 1, 0, { 7 }, 1, 0, 0, { 7, 0 } },
	{ 2, 2, { 1, 2, 3 }, 3, 0, -EBADMSG, { 0, 0 } },
	{ 0, 0, { 1 }, 1, 0, -EBADMSG, { 0, 0 } },
	{ 0, 1, { 1 }, 1, 0, 0, { 0, 1 } },
	{ 3, 2, { 0, 0, 0, 0, 1 }, 5, 0, -ENOTSUP, { 0, 0 } },
	{ 1, 3, { 0, 0, 0, 1 }, 4, 0, -ENOTSUP, { 0, 0 } },
	{ 17, 1, { 0 }, 1, 0, -EBADMSG, { 0, 0 } },
	{ 1, 0xffffffff, { 0 }, 1, 0, -EBADMSG, { 0, 0 } },
	{ 1, 1, { 0 }, 0, 0, -ENOENT, { 0, 0 } },
};

START_TEST(an_entry_of_reg_is_read_in_the_cells_of_the_parent)
{
	struct vm_fdt_range range = { 0, 0 };
	int node = make_device(regs[_i].address, regs[_i].size, regs[_i].reg,
			       regs[_i].count, NULL, 0);

	ck_assert_int_eq(vm_fdt_get_reg(&reader, node, regs[_i].index, &range),
			 regs[_i].error);
	ck_assert_uint_eq(range.address, regs[_i].range.address);
	ck_assert_uint_eq(range.size, regs[_i].range.size);
}
END_TEST

START_TEST(a_parent_without_cells_has_two_and_one)
{
	static const uint32_t reg[] = { 1, 2, 3 };
	struct vm_fdt_range range;

	raw_start(&raw);
	raw_begin(&raw, "");
	raw_begin(&raw, "device");
	put_cells(REG, reg, 3);
	raw_end(&raw);
	raw_end(&raw);
	finish();
	ck_assert_int_eq(vm_fdt_get_reg(&reader, vm_fdt_get_child(&reader, 0),
					0, &range),
			 0);
	ck_assert_uint_eq(range.address, 0x100000002);
	ck_assert_uint_eq(range.size, 3);
}
END_TEST

START_TEST(cells_that_are_not_one_cell_are_refused)
{
	static const uint32_t two[] = { 1, 1 };
	struct vm_fdt_range range;

	raw_start(&raw);
	raw_begin(&raw, "");
	put_cells(ADDRESS, two, 2);
	raw_begin(&raw, "device");
	put_cells(REG, two, 2);
	raw_end(&raw);
	raw_end(&raw);
	finish();
	ck_assert_int_eq(vm_fdt_get_reg(&reader, vm_fdt_get_child(&reader, 0),
					0, &range),
			 -EBADMSG);
}
END_TEST

START_TEST(a_root_or_a_node_without_reg_has_no_address)
{
	static const uint32_t reg[] = { 1, 2, 3, 4 };
	struct vm_fdt_range range;
	int node = make_device(1, 1, reg, 2, NULL, 0);
	int bus = vm_fdt_get_parent(&reader, node);

	ck_assert_int_eq(vm_fdt_get_reg(&reader, bus, 0, &range), -ENOENT);
	ck_assert_int_eq(vm_fdt_get_address(&reader, bus, 0, &range), -ENOENT);
	ck_assert_int_eq(vm_fdt_get_reg(&reader, 3, 0, &range), -EINVAL);
	ck_assert_int_eq(vm_fdt_get_address(&reader, 3, 0, &range), -EINVAL);
	raw_start(&raw);
	begin_bus("", 2, 2);
	put_cells(REG, reg, 4);
	raw_end(&raw);
	finish();
	ck_assert_int_eq(vm_fdt_get_reg(&reader, 0, 0, &range), -EBADMSG);
	ck_assert_int_eq(vm_fdt_get_address(&reader, 0, 0, &range), -EBADMSG);
}
END_TEST

/* A device at 0x100, 0x10 long, on a bus of one and one cell. */
static const struct {
	uint32_t ranges[16];
	size_t count;
	int error;
	uint64_t address;
} buses[] = {
	{ { 0x0, 1, 0x80000000, 0x1000 }, 4, 0, 0x180000100 },
	{ { 0x100, 0, 0x5000, 0x10 }, 4, 0, 0x5000 },
	{ { 0x0, 0, 0, 0x100, 0x100, 0, 0x7000, 0x100 }, 8, 0, 0x7000 },
	{ { 0x100, 0, 0x5000, 0xf }, 4, -ENOENT, 0 },
	{ { 0x101, 0, 0x5000, 0x1000 }, 4, -ENOENT, 0 },
	{ { 0x0, 0, 0x5000, 0x100 }, 4, -ENOENT, 0 },
	{ { 0x100, 0, 0x5000 }, 3, -EBADMSG, 0 },
	{ { 0xff, 0xffffffff, 0xffffffff, 0x1000 }, 4, -EBADMSG, 0 },
};

START_TEST(an_address_is_followed_through_the_bus)
{
	static const uint32_t reg[] = { 0x100, 0x10 };
	struct vm_fdt_range range = { 0, 0 };
	int node = make_device(1, 1, reg, 2, buses[_i].ranges, buses[_i].count);

	ck_assert_int_eq(vm_fdt_get_address(&reader, node, 0, &range),
			 buses[_i].error);
	ck_assert_uint_eq(range.address, buses[_i].address);
	ck_assert_uint_eq(range.size, buses[_i].error ? 0 : 0x10);
}
END_TEST

START_TEST(empty_ranges_hand_addresses_on_as_they_are)
{
	static const uint32_t reg[] = { 0, 0x100, 0, 0x10 };
	struct vm_fdt_range range;
	int node = make_device(2, 2, reg, 4, NULL, 0);

	ck_assert_int_eq(vm_fdt_get_address(&reader, node, 0, &range), 0);
	ck_assert_uint_eq(range.address, 0x100);
}
END_TEST

START_TEST(a_bus_without_ranges_hands_nothing_on)
{
	static const uint32_t reg[] = { 1, 1 };
	struct vm_fdt_range range;

	raw_start(&raw);
	begin_bus("", 1, 1);
	begin_bus("bus", 1, 1);
	raw_begin(&raw, "device");
	put_cells(REG, reg, 2);
	raw_end(&raw);
	raw_end(&raw);
	raw_end(&raw);
	finish();
	ck_assert_int_eq(
		vm_fdt_get_address(&reader,
				   vm_fdt_find_node(&reader, "/bus/device"), 0,
				   &range),
		-ENOENT);
}
END_TEST

/* As deep as a tree may be: every bus moves the address up by one. */
START_TEST(an_address_is_followed_through_sixty_two_buses)
{
	static const uint32_t ranges[] = { 0, 1, 0x10000 };
	static const uint32_t reg[] = { 5, 1 };
	struct vm_fdt_range range;
	int node;

	raw_start(&raw);
	begin_bus("", 1, 1);
	for (int i = 0; i < VM_FDT_MAX_DEPTH - 2; i++) {
		begin_bus("bus", 1, 1);
		put_cells(RANGES, ranges, 3);
	}
	raw_begin(&raw, "device");
	put_cells(REG, reg, 2);
	for (int i = 0; i < VM_FDT_MAX_DEPTH; i++)
		raw_end(&raw);
	finish();
	for (node = 0; vm_fdt_get_child(&reader, node) >= 0;)
		node = vm_fdt_get_child(&reader, node);
	ck_assert_int_eq(vm_fdt_get_address(&reader, node, 0, &range), 0);
	ck_assert_uint_eq(range.address, 5 + VM_FDT_MAX_DEPTH - 2);
}
END_TEST

START_TEST(a_bus_on_a_bus_of_three_cells_is_not_supported)
{
	static const uint32_t ranges[] = { 0, 0, 0, 0, 0x1000 };
	static const uint32_t reg[] = { 5, 1 };
	struct vm_fdt_range range;

	raw_start(&raw);
	begin_bus("", 3, 2);
	begin_bus("bus", 1, 1);
	put_cells(RANGES, ranges, 5);
	raw_begin(&raw, "device");
	put_cells(REG, reg, 2);
	raw_end(&raw);
	raw_end(&raw);
	raw_end(&raw);
	finish();
	ck_assert_int_eq(
		vm_fdt_get_address(&reader,
				   vm_fdt_find_node(&reader, "/bus/device"), 0,
				   &range),
		-ENOTSUP);
}
END_TEST

#define LOOP(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("address");
	TCase *tc = tcase_create("addresses");

	LOOP(tc, an_entry_of_reg_is_read_in_the_cells_of_the_parent, regs);
	tcase_add_test(tc, a_parent_without_cells_has_two_and_one);
	tcase_add_test(tc, cells_that_are_not_one_cell_are_refused);
	tcase_add_test(tc, a_root_or_a_node_without_reg_has_no_address);
	LOOP(tc, an_address_is_followed_through_the_bus, buses);
	tcase_add_test(tc, empty_ranges_hand_addresses_on_as_they_are);
	tcase_add_test(tc, a_bus_without_ranges_hands_nothing_on);
	tcase_add_test(tc, an_address_is_followed_through_sixty_two_buses);
	tcase_add_test(tc, a_bus_on_a_bus_of_three_cells_is_not_supported);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
