/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Every rule for complete nodes: what breaks it, and what just does not. */
#include "tree.h"

static void put(struct vm_fdt_writer *w, const char *name, size_t cells)
{
	static const uint32_t zeros[32];

	vm_fdt_add_cells(w, name, zeros, cells);
}

static void begin_bus(struct vm_fdt_writer *w, uint32_t address_cells,
		      uint32_t size_cells)
{
	vm_fdt_begin_node(w, "bus");
	vm_fdt_add_u32(w, "#address-cells", address_cells);
	vm_fdt_add_u32(w, "#size-cells", size_cells);
}

static void begin_device(struct vm_fdt_writer *w, const char *name,
			 uint32_t reg)
{
	begin_bus(w, 1, 0);
	vm_fdt_begin_node(w, name);
	vm_fdt_add_u32(w, "reg", reg);
}

static void begin_pci_device(struct vm_fdt_writer *w, const char *name,
			     uint32_t first)
{
	const uint32_t reg[5] = { first };

	begin_bus(w, 3, 2);
	vm_fdt_begin_node(w, name);
	vm_fdt_add_cells(w, "reg", reg, 5);
}

static void wide_address_cells(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "bus");
	vm_fdt_add_u64(w, "#address-cells", 1);
}

static void too_many_size_cells(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "bus");
	vm_fdt_add_u32(w, "#size-cells", 17);
}

static void empty_interrupt_parent(struct vm_fdt_writer *w)
{
	vm_fdt_add_empty(w, "interrupt-parent");
}

static void empty_phandle(struct vm_fdt_writer *w)
{
	vm_fdt_add_empty(w, "phandle");
}

static void empty_compatible(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "a");
	vm_fdt_add_empty(w, "compatible");
}

static void unterminated_compatible(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "a");
	vm_fdt_add_prop(w, "compatible", "abc", 3);
}

static void empty_status(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "a");
	vm_fdt_add_empty(w, "status");
}

static void status_of_two_strings(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "a");
	vm_fdt_add_prop(w, "status", "okay\0no", 8);
}

static void unterminated_device_type(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "a");
	vm_fdt_add_prop(w, "device_type", "cpu", 3);
}

static void reg_of_the_root(struct vm_fdt_writer *w)
{
	put(w, "reg", 4);
}

static void reg_without_unit_address(struct vm_fdt_writer *w)
{
	begin_device(w, "device", 1);
}

static void unit_address_without_reg(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "device@1");
}

static void unit_address_with_empty_ranges(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "bus@1");
	vm_fdt_add_u32(w, "#address-cells", 2);
	vm_fdt_add_u32(w, "#size-cells", 2);
	vm_fdt_add_empty(w, "ranges");
}

static void reg_in_a_parent_without_cells(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "bus");
	vm_fdt_begin_node(w, "device@0");
	put(w, "reg", 3);
}

static void reg_of_half_an_entry(struct vm_fdt_writer *w)
{
	begin_bus(w, 2, 1);
	vm_fdt_begin_node(w, "device@0");
	put(w, "reg", 4);
}

static void reg_of_no_entry(struct vm_fdt_writer *w)
{
	begin_bus(w, 2, 1);
	vm_fdt_begin_node(w, "device@0");
	put(w, "reg", 0);
}

static void reg_of_odd_bytes(struct vm_fdt_writer *w)
{
	begin_bus(w, 1, 0);
	vm_fdt_begin_node(w, "device@0");
	vm_fdt_add_prop(w, "reg", "\0\0\0\0\0", 5);
}

static void reg_without_address_cells(struct vm_fdt_writer *w)
{
	begin_bus(w, 0, 1);
	vm_fdt_begin_node(w, "device@0");
	put(w, "reg", 1);
}

static void unit_address_of_another_reg(struct vm_fdt_writer *w)
{
	begin_device(w, "device@10", 0x11);
}

static void unit_address_of_another_high_cell(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "device@10");
	vm_fdt_add_reg(w, &(struct vm_fdt_range){ 0x100000010, 1 }, 1);
}

static void pci_unit_of_another_device(struct vm_fdt_writer *w)
{
	begin_pci_device(w, "net@2", 3 << 11);
}

static void pci_unit_of_another_function(struct vm_fdt_writer *w)
{
	begin_pci_device(w, "net@3,1", 3 << 11 | 2 << 8);
}

static void pci_unit_without_its_function(struct vm_fdt_writer *w)
{
	begin_pci_device(w, "net@3", 3 << 11 | 2 << 8);
}

static void pci_unit_with_a_tail(struct vm_fdt_writer *w)
{
	begin_pci_device(w, "net@3,00", 3 << 11);
}

static void pci_unit_of_one_digit(struct vm_fdt_writer *w)
{
	begin_pci_device(w, "net@2", 0x12 << 11);
}

static void ranges_of_the_root(struct vm_fdt_writer *w)
{
	vm_fdt_add_empty(w, "ranges");
}

static void ranges_without_cells(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "bus");
	vm_fdt_add_empty(w, "ranges");
}

static void ranges_in_a_parent_without_cells(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "bus");
	begin_bus(w, 1, 1);
	put(w, "ranges", 4);
}

static void empty_ranges_of_other_cells(struct vm_fdt_writer *w)
{
	begin_bus(w, 1, 2);
	vm_fdt_add_empty(w, "ranges");
}

static void ranges_of_half_an_entry(struct vm_fdt_writer *w)
{
	begin_bus(w, 1, 1);
	put(w, "ranges", 6);
}

static void dma_ranges_of_half_an_entry(struct vm_fdt_writer *w)
{
	begin_bus(w, 1, 1);
	put(w, "dma-ranges", 6);
}

static void ranges_of_no_cells(struct vm_fdt_writer *w)
{
	begin_bus(w, 0, 0);
	begin_bus(w, 0, 0);
	put(w, "ranges", 1);
}

static void controller_without_cells(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "intc");
	vm_fdt_add_empty(w, "interrupt-controller");
}

static void map_without_cells(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "pci");
	put(w, "interrupt-map", 4);
}

static void interrupts_without_parent(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "device");
	put(w, "interrupts", 1);
}

static void interrupts_of_the_root(struct vm_fdt_writer *w)
{
	put(w, "interrupts", 1);
}

static void begin_controller(struct vm_fdt_writer *w, uint32_t cells)
{
	vm_fdt_begin_node(w, "intc");
	vm_fdt_add_u32(w, "#interrupt-cells", cells);
	vm_fdt_add_empty(w, "interrupt-controller");
	vm_fdt_add_phandle(w, 1);
}

static void interrupts_of_half_a_specifier(struct vm_fdt_writer *w)
{
	begin_controller(w, 3);
	vm_fdt_end_node(w);
	vm_fdt_begin_node(w, "device");
	vm_fdt_add_u32(w, "interrupt-parent", 1);
	put(w, "interrupts", 4);
}

static void empty_interrupts(struct vm_fdt_writer *w)
{
	begin_controller(w, 3);
	vm_fdt_begin_node(w, "device");
	put(w, "interrupts", 0);
}

static void interrupts_of_a_controller_of_no_cells(struct vm_fdt_writer *w)
{
	begin_controller(w, 0);
	vm_fdt_begin_node(w, "device");
	put(w, "interrupts", 1);
}

static const struct rule {
	void (*break_it)(struct vm_fdt_writer *w);
	const char *where, *reason;
} rules[] = {
	{ wide_address_cells, "/bus:#address-cells", "not one cell" },
	{ too_many_size_cells, "/bus:#size-cells", "more than 16 cells" },
	{ empty_interrupt_parent, "/:interrupt-parent", "not one cell" },
	{ empty_phandle, "/:phandle", "not one cell" },
	{ empty_compatible, "/a:compatible", "not a string" },
	{ unterminated_compatible, "/a:compatible", "not a string" },
	{ empty_status, "/a:status", "not one string" },
	{ status_of_two_strings, "/a:status", "not one string" },
	{ unterminated_device_type, "/a:device_type", "not one string" },
	{ reg_of_the_root, "/:reg", "the root has no address" },
	{ reg_without_unit_address, "/bus/device:reg",
	  "the name has no unit address" },
	{ unit_address_without_reg, "/device@1", "a unit address but no reg" },
	{ unit_address_with_empty_ranges, "/bus@1",
	  "a unit address but no reg" },
	{ reg_in_a_parent_without_cells, "/bus/device@0:reg",
	  "the parent does not state its cells" },
	{ reg_of_half_an_entry, "/bus/device@0:reg",
	  "not whole entries of the parent's cells" },
	{ reg_of_no_entry, "/bus/device@0:reg",
	  "not whole entries of the parent's cells" },
	{ reg_of_odd_bytes, "/bus/device@0:reg",
	  "not whole entries of the parent's cells" },
	{ reg_without_address_cells, "/bus/device@0:reg",
	  "not whole entries of the parent's cells" },
	{ unit_address_of_another_reg, "/bus/device@10:reg",
	  "the unit address is not the first of reg" },
	{ unit_address_of_another_high_cell, "/device@10:reg",
	  "the unit address is not the first of reg" },
	{ pci_unit_of_another_device, "/bus/net@2:reg",
	  "the unit address is not the first of reg" },
	{ pci_unit_of_another_function, "/bus/net@3,1:reg",
	  "the unit address is not the first of reg" },
	{ pci_unit_without_its_function, "/bus/net@3:reg",
	  "the unit address is not the first of reg" },
	{ pci_unit_with_a_tail, "/bus/net@3,00:reg",
	  "the unit address is not the first of reg" },
	{ pci_unit_of_one_digit, "/bus/net@2:reg",
	  "the unit address is not the first of reg" },
	{ ranges_of_the_root, "/:ranges", "the root has no parent bus" },
	{ ranges_without_cells, "/bus:ranges",
	  "the node does not state its cells" },
	{ ranges_in_a_parent_without_cells, "/bus/bus:ranges",
	  "the node does not state its cells" },
	{ empty_ranges_of_other_cells, "/bus:ranges",
	  "empty, but the parent's cells differ" },
	{ ranges_of_half_an_entry, "/bus:ranges",
	  "not whole entries of the cells" },
	{ dma_ranges_of_half_an_entry, "/bus:dma-ranges",
	  "not whole entries of the cells" },
	{ ranges_of_no_cells, "/bus/bus:ranges",
	  "not whole entries of the cells" },
	{ controller_without_cells, "/intc:interrupt-controller",
	  "the node has no #interrupt-cells" },
	{ map_without_cells, "/pci:interrupt-map",
	  "the node has no #interrupt-cells" },
	{ interrupts_without_parent, "/device:interrupts",
	  "the node has no interrupt parent" },
	{ interrupts_of_the_root, "/:interrupts",
	  "the node has no interrupt parent" },
	{ interrupts_of_half_a_specifier, "/device:interrupts",
	  "not whole specifiers of its parent" },
	{ empty_interrupts, "/intc/device:interrupts",
	  "not whole specifiers of its parent" },
	{ interrupts_of_a_controller_of_no_cells, "/intc/device:interrupts",
	  "not whole specifiers of its parent" },
};

START_TEST(a_broken_rule_is_named_when_the_node_ends)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	rules[_i].break_it(&w);
	ck_assert_int_eq(vm_fdt_writer_get_failure(&w)->error, 0);
	ck_assert_int_eq(vm_fdt_end_node(&w), -EINVAL);
	expect_failure(&w, -EINVAL, rules[_i].where, rules[_i].reason);
}
END_TEST

START_TEST(a_broken_rule_is_named_when_a_child_begins)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	rules[_i].break_it(&w);
	ck_assert_int_eq(vm_fdt_begin_node(&w, "child"), -EINVAL);
	expect_failure(&w, -EINVAL, rules[_i].where, rules[_i].reason);
}
END_TEST

static const struct {
	const char *name;
	uint32_t reg;
} devices[] = {
	{ "device@0", 0 },
	{ "device@10", 0x10 },
	{ "device@ffffffff", 0xffffffff },
	{ "device@1,2", 5 }, /* the bus has its own rule */
	{ "device@FF", 5 }, /* not a number as it is written */
	{ "device@00", 5 }, /* nor this */
	{ "device@10000000000000000", 5 }, /* nor this */
};

START_TEST(a_unit_address_matches_or_belongs_to_the_bus)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	begin_device(&w, devices[_i].name, devices[_i].reg);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_end_node(&w), 0);
	finish_tree(&w);
	vm_fdt_writer_fini(&w);
}
END_TEST

static const struct {
	const char *name;
	uint32_t first;
} pci_devices[] = {
	{ "net@0", 0 },
	{ "net@3", 3 << 11 },
	{ "net@3,0", 3 << 11 },
	{ "net@3,7", 3 << 11 | 7 << 8 },
	{ "net@1f", 31 << 11 },
	{ "net@1f,2", 31 << 11 | 2 << 8 },
	{ "net@10", 0xff0000 | 16 << 11 },
};

START_TEST(a_pci_unit_address_is_device_and_function)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	begin_pci_device(&w, pci_devices[_i].name, pci_devices[_i].first);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_end_node(&w), 0);
	finish_tree(&w);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(a_bus_of_more_than_three_cells_has_its_own_rule)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	begin_bus(&w, 4, 0);
	vm_fdt_begin_node(&w, "device@77");
	put(&w, "reg", 4);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	finish_tree(&w);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(ranges_may_stand_in_for_reg)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_begin_node(&w, "bus@5");
	vm_fdt_add_u32(&w, "#address-cells", 1);
	vm_fdt_add_u32(&w, "#size-cells", 1);
	put(&w, "ranges", 8);
	put(&w, "dma-ranges", 4);
	ck_assert_int_eq(vm_fdt_end_node(&w), 0);
	finish_tree(&w);
	vm_fdt_writer_fini(&w);
}
END_TEST

/* Specification 2.4.1: explicit, else inherited, else a node around it. */
START_TEST(the_interrupt_parent_is_found_in_each_way)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init_heap(&w, 0);
	begin_root(&w);
	vm_fdt_add_u32(&w, "interrupt-parent", 1);
	begin_controller(&w, 3);
	put(&w, "interrupts", 3); /* its own: inherited from the root */
	vm_fdt_begin_node(&w, "inside");
	vm_fdt_begin_node(&w, "deeper");
	put(&w, "interrupts", 6);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	vm_fdt_begin_node(&w, "second");
	vm_fdt_add_u32(&w, "#interrupt-cells", 1);
	vm_fdt_add_u32(&w, "phandle", 2);
	vm_fdt_begin_node(&w, "of-second");
	put(&w, "interrupts", 5);
	vm_fdt_end_node(&w);
	vm_fdt_begin_node(&w, "back-to-first");
	vm_fdt_add_u32(&w, "interrupt-parent", 1);
	put(&w, "interrupts", 3);
	vm_fdt_begin_node(&w, "too");
	put(&w, "interrupts", 3);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	vm_fdt_begin_node(&w, "inherits");
	put(&w, "interrupts", 9);
	vm_fdt_end_node(&w);
	finish_tree(&w);
	vm_fdt_writer_fini(&w);
}
END_TEST

static const char *const of_root[] = {
	"#address-cells",
	"#size-cells",
	"model",
	"compatible",
};

START_TEST(a_root_without_a_required_property_is_refused)
{
	struct vm_fdt_writer w;
	char where[32];

	vm_fdt_writer_init_heap(&w, 0);
	vm_fdt_begin_node(&w, "");
	for (int i = 0; i < 4; i++) {
		if (i < 2 && i != _i)
			vm_fdt_add_u32(&w, of_root[i], 2);
		if (i >= 2 && i != _i)
			vm_fdt_add_string(&w, of_root[i], "x");
	}
	ck_assert_int_eq(vm_fdt_end_node(&w), -EINVAL);
	snprintf(where, sizeof(where), "/:%s", of_root[_i]);
	expect_failure(&w, -EINVAL, where, "the root must have this");
}
END_TEST

/* What only a whole tree can be asked for. */
START_TEST(a_fragment_is_asked_for_less)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init_heap(&w, VM_FDT_FRAGMENT);
	vm_fdt_begin_node(&w, "");
	vm_fdt_begin_node(&w, "fragment@0");
	vm_fdt_add_u32(&w, "target", 0xffffffff);
	vm_fdt_begin_node(&w, "device@1000");
	put(&w, "reg", 1);
	vm_fdt_add_empty(&w, "ranges");
	put(&w, "interrupts", 1);
	vm_fdt_end_node(&w);
	vm_fdt_begin_node(&w, "other");
	vm_fdt_add_u32(&w, "interrupt-parent", 5);
	put(&w, "interrupts", 1);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	finish_tree(&w);
	vm_fdt_writer_fini(&w);
}
END_TEST

#define LOOP(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

static Suite *check_suite(void)
{
	Suite *suite = suite_create("check");
	TCase *tc = tcase_create("rules");

	LOOP(tc, a_broken_rule_is_named_when_the_node_ends, rules);
	LOOP(tc, a_broken_rule_is_named_when_a_child_begins, rules);
	LOOP(tc, a_unit_address_matches_or_belongs_to_the_bus, devices);
	LOOP(tc, a_pci_unit_address_is_device_and_function, pci_devices);
	tcase_add_test(tc, a_bus_of_more_than_three_cells_has_its_own_rule);
	tcase_add_test(tc, ranges_may_stand_in_for_reg);
	tcase_add_test(tc, the_interrupt_parent_is_found_in_each_way);
	LOOP(tc, a_root_without_a_required_property_is_refused, of_root);
	tcase_add_test(tc, a_fragment_is_asked_for_less);
	suite_add_tcase(suite, tc);
	return suite;
}

int main(void)
{
	return run_suite(check_suite());
}
