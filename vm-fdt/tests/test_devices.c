/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/devices.h>

#include "tree.h"

static struct vm_fdt_writer w;

static void begin(void)
{
	begin_tree(&w);
	vm_fdt_begin_node(&w, "plic");
	vm_fdt_add_u32(&w, "#interrupt-cells", 1);
	vm_fdt_add_phandle(&w, 7);
	vm_fdt_end_node(&w);
}

static void end(void)
{
	vm_fdt_writer_fini(&w);
}

static const struct vm_fdt_irq line = { 7, 1, { 3 } };

START_TEST(a_virtio_device_is_coherent)
{
	const struct vm_fdt_device device = { { 0xa000000, 0x200 }, line };
	const void *blob;

	ck_assert_int_eq(vm_fdt_add_virtio_mmio(&w, &device), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/virtio@a000000", "compatible", "virtio,mmio", 12);
	expect_prop(blob, "/virtio@a000000", "reg",
		    "\0\0\0\0\xa\0\0\0\0\0\0\0\0\0\2\0", 16);
	expect_prop(blob, "/virtio@a000000", "interrupts", "\0\0\0\3", 4);
	expect_prop(blob, "/virtio@a000000", "dma-coherent", "", 0);
}
END_TEST

START_TEST(a_device_without_a_line_has_no_interrupts)
{
	const struct vm_fdt_device device = { { 0x101000, 0x1000 },
					      { 0, 0, { 0 } } };
	const void *blob;
	int node;

	ck_assert_int_eq(vm_fdt_add_goldfish_rtc(&w, &device), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/rtc@101000", "compatible", "google,goldfish-rtc",
		    20);
	node = node_at(blob, "/rtc@101000");
	ck_assert_ptr_null(fdt_getprop(blob, node, "interrupts", NULL));
}
END_TEST

START_TEST(a_uart_has_what_is_given)
{
	const struct vm_fdt_uart uart = {
		.reg = { 0x10000000, 0x100 },
		.irq = line,
		.clock_frequency = 1,
		.current_speed = 2,
		.reg_shift = 3,
		.reg_io_width = 4,
	};
	const struct vm_fdt_uart bare = { .reg = { 0x20000000, 8 } };
	const void *blob;
	int node;

	ck_assert_int_eq(vm_fdt_add_ns16550a(&w, &uart), 0);
	ck_assert_int_eq(vm_fdt_add_ns16550a(&w, &bare), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/serial@10000000", "compatible", "ns16550a", 9);
	expect_prop(blob, "/serial@10000000", "clock-frequency", "\0\0\0\1", 4);
	expect_prop(blob, "/serial@10000000", "current-speed", "\0\0\0\2", 4);
	expect_prop(blob, "/serial@10000000", "reg-shift", "\0\0\0\3", 4);
	expect_prop(blob, "/serial@10000000", "reg-io-width", "\0\0\0\4", 4);
	node = node_at(blob, "/serial@20000000");
	ck_assert_ptr_null(fdt_getprop(blob, node, "reg-shift", NULL));
}
END_TEST

START_TEST(primecells_have_a_clock)
{
	const struct vm_fdt_primecell uart = { { 0x9000000, 0x1000 }, line, 4 };
	const struct vm_fdt_primecell rtc = { { 0x9010000, 0x1000 }, line, 4 };
	const void *blob;

	ck_assert_int_eq(vm_fdt_add_pl011(&w, &uart), 0);
	ck_assert_int_eq(vm_fdt_add_pl031(&w, &rtc), 0);
	ck_assert_int_eq(vm_fdt_add_fixed_clock(&w, "apb-pclk", 4, 0x10), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/serial@9000000", "compatible",
		    "arm,pl011\0arm,primecell", 24);
	expect_prop(blob, "/serial@9000000", "clocks", "\0\0\0\4\0\0\0\4", 8);
	expect_prop(blob, "/serial@9000000", "clock-names", "uartclk\0apb_pclk",
		    17);
	expect_prop(blob, "/rtc@9010000", "compatible",
		    "arm,pl031\0arm,primecell", 24);
	expect_prop(blob, "/rtc@9010000", "clocks", "\0\0\0\4", 4);
	expect_prop(blob, "/apb-pclk", "#clock-cells", "\0\0\0\0", 4);
	expect_prop(blob, "/apb-pclk", "clock-frequency", "\0\0\0\x10", 4);
	expect_prop(blob, "/apb-pclk", "clock-output-names", "apb-pclk", 9);
}
END_TEST

START_TEST(a_primecell_without_its_clock_is_refused)
{
	const struct vm_fdt_primecell uart = { { 0x9000000, 0x1000 }, line, 4 };

	ck_assert_int_eq(vm_fdt_add_pl011(&w, &uart), 0);
	vm_fdt_end_node(&w);
	expect_failure(&w, -ENOENT, "/serial@9000000:clocks",
		       "it refers to a phandle that no node has");
}
END_TEST

START_TEST(a_syscon_powers_off_and_reboots)
{
	const struct vm_fdt_syscon syscon = {
		.compatible = "vendor,test",
		.reg = { 0x100000, 0x1000 },
		.phandle = 8,
		.poweroff = true,
		.reboot = true,
		.poweroff_offset = 4,
		.poweroff_value = 0x5555,
		.reboot_offset = 8,
		.reboot_value = 0x7777,
	};
	const void *blob;

	ck_assert_int_eq(vm_fdt_add_syscon(&w, &syscon), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/syscon@100000", "compatible",
		    "vendor,test\0syscon\0simple-mfd", 30);
	expect_prop(blob, "/syscon@100000/poweroff", "regmap", "\0\0\0\x8", 4);
	expect_prop(blob, "/syscon@100000/poweroff", "offset", "\0\0\0\4", 4);
	expect_prop(blob, "/syscon@100000/poweroff", "value", "\0\0\x55\x55",
		    4);
	expect_prop(blob, "/syscon@100000/reboot", "compatible",
		    "syscon-reboot", 14);
	expect_prop(blob, "/syscon@100000/reboot", "value", "\0\0\x77\x77", 4);
}
END_TEST

START_TEST(a_syscon_may_do_neither)
{
	const struct vm_fdt_syscon syscon = {
		.reg = { 0x100000, 0x1000 },
		.phandle = 8,
	};
	const void *blob;
	int node;

	ck_assert_int_eq(vm_fdt_add_syscon(&w, &syscon), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/syscon@100000", "compatible", "syscon\0simple-mfd",
		    18);
	node = node_at(blob, "/syscon@100000");
	ck_assert_int_lt(fdt_first_subnode(blob, node), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("devices");
	TCase *tc = tcase_create("devices");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_virtio_device_is_coherent);
	tcase_add_test(tc, a_device_without_a_line_has_no_interrupts);
	tcase_add_test(tc, a_uart_has_what_is_given);
	tcase_add_test(tc, primecells_have_a_clock);
	tcase_add_test(tc, a_primecell_without_its_clock_is_refused);
	tcase_add_test(tc, a_syscon_powers_off_and_reboots);
	tcase_add_test(tc, a_syscon_may_do_neither);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
