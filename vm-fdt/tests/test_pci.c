/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/pci.h>

#include "tree.h"

static struct vm_fdt_writer w;
static const struct vm_fdt_pci_window windows[65] = {
	{ VM_FDT_PCI_MEMORY32, false, 0x40000000, { 0x50000000, 0x1000000 } },
	{ VM_FDT_PCI_IO, false, 0, { 0x3eff0000, 0x10000 } },
	{ VM_FDT_PCI_MEMORY64,
	  true,
	  0x100000000,
	  { 0x200000000, 0x300000000 } },
};
static struct vm_fdt_pci_host host;

/* Controllers: 1 with a unit address of 2 cells, 2 without address cells. */
static void begin(void)
{
	begin_tree(&w);
	vm_fdt_begin_node(&w, "gic");
	vm_fdt_add_u32(&w, "#interrupt-cells", 3);
	vm_fdt_add_u32(&w, "#address-cells", 2);
	vm_fdt_add_phandle(&w, 1);
	vm_fdt_end_node(&w);
	vm_fdt_begin_node(&w, "plic");
	vm_fdt_add_u32(&w, "#interrupt-cells", 1);
	vm_fdt_add_phandle(&w, 2);
	vm_fdt_end_node(&w);
	host = (struct vm_fdt_pci_host){
		.config = { 0x30000000, 0x1000000 },
		.last_bus = 15,
		.windows = windows,
		.window_count = 3,
	};
}

static void end(void)
{
	vm_fdt_writer_fini(&w);
}

START_TEST(a_bridge_has_its_windows)
{
	const void *blob;
	int node;

	ck_assert_int_eq(vm_fdt_add_pci_host(&w, &host), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/pcie@30000000", "compatible",
		    "pci-host-ecam-generic", 22);
	expect_prop(blob, "/pcie@30000000", "device_type", "pci", 4);
	expect_prop(blob, "/pcie@30000000", "bus-range", "\0\0\0\0\0\0\0\xf",
		    8);
	expect_prop(blob, "/pcie@30000000", "ranges",
		    "\2\0\0\0\0\0\0\0\x40\0\0\0"
		    "\0\0\0\0\x50\0\0\0\0\0\0\0\1\0\0\0"
		    "\1\0\0\0\0\0\0\0\0\0\0\0"
		    "\0\0\0\0\x3e\xff\0\0\0\0\0\0\0\1\0\0"
		    "\x43\0\0\0\0\0\0\1\0\0\0\0"
		    "\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\0",
		    84);
	node = node_at(blob, "/pcie@30000000");
	ck_assert_ptr_null(fdt_getprop(blob, node, "interrupt-map", NULL));
	ck_assert_ptr_null(fdt_getprop(blob, node, "msi-map", NULL));
}
END_TEST

START_TEST(a_bridge_may_be_cam_and_have_msis_and_a_phandle)
{
	const void *blob;

	host.cam = true;
	host.first_bus = 0x20;
	host.last_bus = 0x2f;
	host.config.size = 0x100000;
	host.domain = 3;
	host.msi_controller = 1;
	host.phandle = 9;
	ck_assert_int_eq(vm_fdt_add_pci_host(&w, &host), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/pci@30000000", "compatible", "pci-host-cam-generic",
		    21);
	expect_prop(blob, "/pci@30000000", "bus-range", "\0\0\0\x20\0\0\0\x2f",
		    8);
	expect_prop(blob, "/pci@30000000", "linux,pci-domain", "\0\0\0\3", 4);
	expect_prop(blob, "/pci@30000000", "msi-map",
		    "\0\0\0\0\0\0\0\1\0\0\0\0\0\1\0\0", 16);
	expect_prop(blob, "/pci@30000000", "phandle", "\0\0\0\x9", 4);
}
END_TEST

START_TEST(a_line_has_the_unit_address_of_its_controller)
{
	const struct vm_fdt_pci_line lines[] = {
		{ 1, 1, { 1, 3, { 0, 5, 4 } } },
		{ 31, 4, { 2, 1, { 7 } } },
	};
	const void *blob;

	host.lines = lines;
	host.line_count = 2;
	ck_assert_int_eq(vm_fdt_add_pci_host(&w, &host), 0);
	blob = finish_tree(&w);
	expect_prop(blob, "/pcie@30000000", "interrupt-map-mask",
		    "\0\0\xf8\0\0\0\0\0\0\0\0\0\0\0\0\7", 16);
	expect_prop(blob, "/pcie@30000000", "interrupt-map",
		    "\0\0\x8\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1"
		    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0\4"
		    "\0\0\xf8\0\0\0\0\0\0\0\0\0\0\0\0\4\0\0\0\2"
		    "\0\0\0\7",
		    64);
}
END_TEST

START_TEST(shared_lines_rotate_by_device)
{
	struct vm_fdt_irq intx[4];
	const void *blob;
	const uint8_t *map;
	int len;

	for (uint32_t i = 0; i < 4; i++)
		intx[i] = (struct vm_fdt_irq){ 2, 1, { 100 + i } };
	host.intx = intx;
	ck_assert_int_eq(vm_fdt_add_pci_host(&w, &host), 0);
	blob = finish_tree(&w);
	map = fdt_getprop(blob, node_at(blob, "/pcie@30000000"),
			  "interrupt-map", &len);
	ck_assert_int_eq(len, 16 * 24);
	for (uint32_t i = 0; i < 16; i++, map += 24) {
		ck_assert_uint_eq(map[2], i / 4 << 3);
		ck_assert_uint_eq(map[15], i % 4 + 1);
		ck_assert_uint_eq(map[23], 100 + (i / 4 + i % 4) % 4);
	}
	expect_prop(blob, "/pcie@30000000", "interrupt-map-mask",
		    "\0\0\x18\0\0\0\0\0\0\0\0\0\0\0\0\7", 16);
}
END_TEST

static const struct vm_fdt_pci_line bad_lines[] = {
	{ 32, 1, { 2, 1, { 7 } } },
	{ 1, 0, { 2, 1, { 7 } } },
	{ 1, 5, { 2, 1, { 7 } } },
	{ 1, 1, { 2, 5, { 7 } } },
};

START_TEST(a_line_of_no_device_or_pin_is_refused)
{
	host.lines = &bad_lines[_i];
	host.line_count = 1;
	ck_assert_int_eq(vm_fdt_add_pci_host(&w, &host), -EINVAL);
	ck_assert_str_eq(w.failure.where, "/pcie@30000000:interrupt-map");
}
END_TEST

START_TEST(a_line_of_an_unknown_controller_is_refused)
{
	const struct vm_fdt_pci_line line = { 1, 1, { 77, 1, { 7 } } };

	host.lines = &line;
	host.line_count = 1;
	ck_assert_int_eq(vm_fdt_add_pci_host(&w, &host), -ENOENT);
	ck_assert_str_eq(w.failure.reason, "the controller must come before");
}
END_TEST

START_TEST(a_line_of_the_wrong_length_is_refused)
{
	const struct vm_fdt_pci_line line = { 1, 1, { 1, 2, { 7 } } };

	host.lines = &line;
	host.line_count = 1;
	ck_assert_int_eq(vm_fdt_add_pci_host(&w, &host), -EINVAL);
	ck_assert_str_eq(w.failure.reason,
			 "not whole entries of an interrupt map");
}
END_TEST

static const struct {
	uint32_t first, last;
	uint64_t size;
} bad_buses[] = {
	{ 1, 0, 0x1000000 },
	{ 0, 256, 0x20000000 },
	{ 0, 16, 0x1000000 },
	{ 0, 0, 0xfffff },
};

START_TEST(bad_bus_numbers_are_refused)
{
	host.first_bus = bad_buses[_i].first;
	host.last_bus = bad_buses[_i].last;
	host.config.size = bad_buses[_i].size;
	ck_assert_int_eq(vm_fdt_add_pci_host(&w, &host), -EINVAL);
}
END_TEST

static const size_t bad_counts[] = { 0, 65, SIZE_MAX };

START_TEST(a_bridge_needs_1_to_64_windows)
{
	host.window_count = bad_counts[_i];
	ck_assert_int_eq(vm_fdt_add_pci_host(&w, &host), -EINVAL);
	ck_assert_str_eq(w.failure.where, "/pcie@30000000:ranges");
}
END_TEST

#define LOOP(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("pci");
	TCase *tc = tcase_create("bridge");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_bridge_has_its_windows);
	tcase_add_test(tc, a_bridge_may_be_cam_and_have_msis_and_a_phandle);
	tcase_add_test(tc, a_line_has_the_unit_address_of_its_controller);
	tcase_add_test(tc, shared_lines_rotate_by_device);
	LOOP(tc, a_line_of_no_device_or_pin_is_refused, bad_lines);
	tcase_add_test(tc, a_line_of_an_unknown_controller_is_refused);
	tcase_add_test(tc, a_line_of_the_wrong_length_is_refused);
	LOOP(tc, bad_bus_numbers_are_refused, bad_buses);
	LOOP(tc, a_bridge_needs_1_to_64_windows, bad_counts);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
