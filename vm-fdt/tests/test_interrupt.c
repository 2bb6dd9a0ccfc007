/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/interrupt.h>

#include "tree.h"

static struct vm_fdt_writer w;

/* A controller of three cells that is nobody's by default. */
static void begin(void)
{
	begin_tree(&w);
	vm_fdt_begin_node(&w, "gic");
	vm_fdt_add_u32(&w, "#interrupt-cells", 3);
	vm_fdt_add_phandle(&w, 7);
	vm_fdt_end_node(&w);
	vm_fdt_begin_node(&w, "user");
}

static void end(void)
{
	vm_fdt_writer_fini(&w);
}

START_TEST(lines_of_one_controller_become_one_property)
{
	struct vm_fdt_irq irqs[] = {
		vm_fdt_gic_spi(5, VM_FDT_IRQ_EDGE_RISING),
		{ 0, 0, { 0 } },
		vm_fdt_gic_ppi(9, VM_FDT_IRQ_LEVEL_HIGH, 0),
	};
	const void *blob;

	irqs[0].parent = 7;
	irqs[2].parent = 7;
	ck_assert_int_eq(vm_fdt_add_irqs(&w, irqs, 3), 0);
	vm_fdt_end_node(&w);
	blob = finish_tree(&w);
	expect_prop(blob, "/user", "interrupt-parent", "\0\0\0\7", 4);
	expect_prop(blob, "/user", "interrupts",
		    "\0\0\0\0\0\0\0\5\0\0\0\1\0\0\0\1\0\0\0\x9\0\0\0\4", 24);
}
END_TEST

START_TEST(no_line_adds_nothing)
{
	static const struct vm_fdt_irq none = { 7, 0, { 0 } };
	const void *blob;

	ck_assert_int_eq(vm_fdt_add_irqs(&w, &none, 1), 0);
	ck_assert_int_eq(vm_fdt_add_irqs(&w, NULL, 0), 0);
	vm_fdt_end_node(&w);
	blob = finish_tree(&w);
	ck_assert_int_lt(
		fdt_first_property_offset(blob, node_at(blob, "/user")), 0);
}
END_TEST

START_TEST(lines_of_two_controllers_are_refused)
{
	static const struct vm_fdt_irq irqs[] = { { 7, 1, { 1 } },
						  { 8, 1, { 1 } } };

	ck_assert_int_eq(vm_fdt_add_irqs(&w, irqs, 2), -EINVAL);
	ck_assert_str_eq(w.failure.where, "/user:interrupts");
}
END_TEST

START_TEST(a_line_of_five_cells_is_refused)
{
	static const struct vm_fdt_irq irq = { 7, 5, { 1 } };

	ck_assert_int_eq(vm_fdt_add_irqs(&w, &irq, 1), -EINVAL);
}
END_TEST

static void expect_irq(struct vm_fdt_irq irq, uint32_t count, uint32_t first,
		       uint32_t second, uint32_t third)
{
	ck_assert_uint_eq(irq.parent, 0);
	ck_assert_uint_eq(irq.count, count);
	ck_assert_uint_eq(irq.cells[0], first);
	ck_assert_uint_eq(irq.cells[1], second);
	ck_assert_uint_eq(irq.cells[2], third);
}

START_TEST(each_controller_has_its_form)
{
	expect_irq(vm_fdt_gic_spi(33, 4), 3, 0, 33, 4);
	expect_irq(vm_fdt_gic_ppi(13, 8, 0), 3, 1, 13, 8);
	expect_irq(vm_fdt_gic_ppi(13, 8, 2), 3, 1, 13, 0x308);
	expect_irq(vm_fdt_gic_ppi(13, 8, 8), 3, 1, 13, 0xff08);
	expect_irq(vm_fdt_plic_irq(10), 1, 10, 0, 0);
	expect_irq(vm_fdt_aplic_irq(10, 4), 2, 10, 4, 0);
	expect_irq(vm_fdt_ioapic_irq(4, VM_FDT_IRQ_EDGE_RISING), 2, 4, 0, 0);
	expect_irq(vm_fdt_ioapic_irq(4, VM_FDT_IRQ_LEVEL_LOW), 2, 4, 1, 0);
	expect_irq(vm_fdt_ioapic_irq(4, VM_FDT_IRQ_LEVEL_HIGH), 2, 4, 2, 0);
	expect_irq(vm_fdt_ioapic_irq(4, VM_FDT_IRQ_EDGE_FALLING), 2, 4, 3, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("interrupt");
	TCase *tc = tcase_create("lines");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, lines_of_one_controller_become_one_property);
	tcase_add_test(tc, no_line_adds_nothing);
	tcase_add_test(tc, lines_of_two_controllers_are_refused);
	tcase_add_test(tc, a_line_of_five_cells_is_refused);
	tcase_add_test(tc, each_controller_has_its_form);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
