/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "tree.h"

/* A node with a phandle and some #*-cells; a count of -1 leaves it out. */
static void add_target(struct vm_fdt_writer *w, const char *name,
		       uint32_t phandle, int address, int interrupt, int clock)
{
	vm_fdt_begin_node(w, name);
	if (address >= 0)
		vm_fdt_add_u32(w, "#address-cells", (uint32_t)address);
	if (interrupt >= 0)
		vm_fdt_add_u32(w, "#interrupt-cells", (uint32_t)interrupt);
	if (clock >= 0)
		vm_fdt_add_u32(w, "#clock-cells", (uint32_t)clock);
	vm_fdt_add_phandle(w, phandle);
	vm_fdt_end_node(w);
}

/* 1: controller of 3 cells; 2: of 1 cell, address cells 2; 3, 4: clocks. */
static void add_targets(struct vm_fdt_writer *w)
{
	add_target(w, "gic", 1, 0, 3, -1);
	add_target(w, "plic", 2, 2, 1, -1);
	add_target(w, "clock", 3, -1, -1, 0);
	add_target(w, "clocks", 4, -1, -1, 1);
	vm_fdt_begin_node(w, "msi");
	vm_fdt_add_u32(w, "#msi-cells", 1);
	vm_fdt_add_phandle(w, 5);
	vm_fdt_end_node(w);
}

/* A property with phandles in it, right or wrong, of 1 to 12 cells. */
static const struct user {
	const char *prop;
	uint32_t cells[12];
	size_t count;
	int error;
	const char *reason;
} users[] = {
#define LIST	"not whole entries of phandle and arguments"
#define MISSING "it refers to a phandle that no node has"
	{ "interrupts-extended", { 1, 0, 4, 4 }, 4, 0, NULL },
	{ "interrupts-extended", { 1, 0, 4, 4, 2, 9 }, 6, 0, NULL },
	{ "interrupts-extended", { 2, 0xffffffff, 0, 2, 9 }, 5, 0, NULL },
	{ "interrupts-extended", { 1, 0, 4 }, 3, -EINVAL, LIST },
	{ "interrupts-extended", { 0 }, 0, -EINVAL, LIST },
	{ "interrupts-extended", { 3, 1 }, 2, -EINVAL, LIST },
	{ "interrupts-extended", { 77, 1 }, 2, -ENOENT, MISSING },
	{ "clocks", { 3 }, 1, 0, NULL },
	{ "clocks", { 3, 4, 1, 3 }, 4, 0, NULL },
	{ "clocks", { 4 }, 1, -EINVAL, LIST },
	{ "clocks", { 1 }, 1, -EINVAL, LIST },
	{ "clocks", { 3, 78 }, 2, -ENOENT, MISSING },
	{ "msi-parent", { 5, 0 }, 2, 0, NULL },
	{ "msi-parent", { 2 }, 1, 0, NULL },
	{ "msi-parent", { 5 }, 1, -EINVAL, LIST },
	{ "msi-parent", { 79 }, 1, -ENOENT, MISSING },
	{ "msi-map", { 0, 5, 0, 0x10000 }, 4, 0, NULL },
	{ "msi-map", { 0, 5, 0, 1, 8, 5, 1, 1 }, 8, 0, NULL },
	{ "msi-map",
	  { 0, 5, 0 },
	  3,
	  -EINVAL,
	  "not whole entries of an MSI map" },
	{ "msi-map", { 0 }, 0, -EINVAL, "not whole entries of an MSI map" },
	{ "msi-map", { 0, 80, 0, 1 }, 4, -ENOENT, MISSING },
	{ "interrupt-parent", { 1 }, 1, 0, NULL },
	{ "interrupt-parent", { 81 }, 1, -ENOENT, MISSING },
#undef LIST
};

static void add_user(struct vm_fdt_writer *w, const struct user *user)
{
	vm_fdt_begin_node(w, "user");
	vm_fdt_add_cells(w, user->prop, user->cells, user->count);
	vm_fdt_end_node(w);
}

static void expect_user(struct vm_fdt_writer *w, const struct user *user)
{
	char where[64];

	vm_fdt_end_node(w);
	if (!user->error) {
		finish_blob(w);
		vm_fdt_writer_fini(w);
		return;
	}
	snprintf(where, sizeof(where), "/user:%s", user->prop);
	expect_failure(w, user->error, where, user->reason);
}

START_TEST(phandles_defined_before_are_checked)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	add_targets(&w);
	add_user(&w, &users[_i]);
	expect_user(&w, &users[_i]);
}
END_TEST

START_TEST(phandles_defined_later_are_checked)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	add_user(&w, &users[_i]);
	add_targets(&w);
	expect_user(&w, &users[_i]);
}
END_TEST

START_TEST(a_list_of_odd_bytes_is_refused)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_begin_node(&w, "user");
	vm_fdt_add_prop(&w, "clocks", "\0\0\0\0\0", 5);
	ck_assert_int_eq(vm_fdt_end_node(&w), -EINVAL);
	vm_fdt_writer_fini(&w);
}
END_TEST

/* Specification 2.4.3.1; controller 2 has a unit address of two cells. */
static const struct map {
	uint32_t address_cells;
	uint32_t cells[24];
	size_t count;
	int error;
	const char *reason;
} maps[] = {
#define MAP "not whole entries of an interrupt map"
	{ 3, { 0, 0, 0, 1, 1, 0, 4, 4 }, 8, 0, NULL },
	{ 3, { 0, 0, 0, 1, 1, 0, 4, 4, 8, 0, 0, 1, 2, 0, 0, 7 }, 16, 0, NULL },
	{ 0, { 1, 2, 0, 0, 5, 2, 2, 0, 0, 6 }, 10, 0, NULL },
	{ 3, { 0, 0, 0, 1, 1, 0, 4 }, 7, -EINVAL, MAP },
	{ 3, { 0, 0, 0, 1, 2, 0, 7 }, 7, -EINVAL, MAP },
	{ 3, { 0, 0, 0, 1 }, 4, -EINVAL, MAP },
	{ 3, { 0 }, 0, -EINVAL, MAP },
	{ 3, { 0, 0, 0, 1, 77, 0, 4, 4 }, 8, -ENOENT, MISSING },
#undef MAP
};

static void add_map(struct vm_fdt_writer *w, const struct map *map)
{
	vm_fdt_begin_node(w, "user");
	vm_fdt_add_u32(w, "#address-cells", map->address_cells);
	vm_fdt_add_u32(w, "#interrupt-cells", 1);
	vm_fdt_add_cells(w, "interrupt-map", map->cells, map->count);
	vm_fdt_end_node(w);
}

START_TEST(an_interrupt_map_is_checked)
{
	struct user user = {
		.prop = "interrupt-map",
		.error = maps[_i].error,
		.reason = maps[_i].reason,
	};
	struct vm_fdt_writer w;

	begin_tree(&w);
	add_targets(&w);
	add_map(&w, &maps[_i]);
	expect_user(&w, &user);
	begin_tree(&w);
	add_map(&w, &maps[_i]);
	add_targets(&w);
	expect_user(&w, &user);
}
END_TEST

START_TEST(a_map_of_a_node_without_address_cells_has_two)
{
	static const uint32_t cells[] = { 0, 0, 1, 1, 0, 4, 4 };
	struct vm_fdt_writer w;

	begin_tree(&w);
	add_targets(&w);
	vm_fdt_begin_node(&w, "user");
	vm_fdt_add_u32(&w, "#interrupt-cells", 1);
	vm_fdt_add_cells(&w, "interrupt-map", cells, 7);
	vm_fdt_end_node(&w);
	finish_tree(&w);
	vm_fdt_writer_fini(&w);
}
END_TEST

/* interrupts of a controller that comes later in the tree. */
static const struct {
	uint32_t parent;
	size_t count;
	int error;
	const char *reason;
} laters[] = {
	{ 1, 3, 0, NULL },
	{ 1, 6, 0, NULL },
	{ 2, 5, 0, NULL },
	{ 1, 4, -EINVAL, "not whole specifiers of its parent" },
	{ 1, 0, -EINVAL, "not whole specifiers of its parent" },
	{ 3, 1, -EINVAL, "not whole specifiers of its parent" },
	{ 77, 1, -ENOENT, MISSING },
};

START_TEST(interrupts_are_checked_when_their_parent_is_known)
{
	static const uint32_t zeros[8];
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_begin_node(&w, "bus");
	vm_fdt_add_u32(&w, "interrupt-parent", laters[_i].parent);
	vm_fdt_begin_node(&w, "user");
	vm_fdt_add_cells(&w, "interrupts", zeros, laters[_i].count);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	add_targets(&w);
	vm_fdt_end_node(&w);
	if (laters[_i].error) {
		expect_failure(&w, laters[_i].error, "/bus/user:interrupts",
			       laters[_i].reason);
	} else {
		finish_blob(&w);
		vm_fdt_writer_fini(&w);
	}
}
END_TEST

START_TEST(interrupts_of_a_parent_that_is_no_controller_are_refused)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	add_targets(&w);
	vm_fdt_begin_node(&w, "user");
	vm_fdt_add_u32(&w, "interrupt-parent", 3);
	vm_fdt_add_u32(&w, "interrupts", 1);
	ck_assert_int_eq(vm_fdt_end_node(&w), -EINVAL);
	expect_failure(&w, -EINVAL, "/user:interrupts",
		       "not whole specifiers of its parent");
}
END_TEST

START_TEST(a_reference_may_go_forwards_and_backwards)
{
	struct vm_fdt_writer w;
	uint32_t first;
	const void *blob;

	begin_tree(&w);
	first = vm_fdt_alloc_phandles(&w, 2);
	vm_fdt_begin_node(&w, "a");
	vm_fdt_add_phandle(&w, first);
	vm_fdt_add_reference(&w, "other", first + 1);
	vm_fdt_end_node(&w);
	vm_fdt_begin_node(&w, "b");
	vm_fdt_add_phandle(&w, first + 1);
	vm_fdt_add_reference(&w, "other", first);
	vm_fdt_add_reference(&w, "self", first + 1);
	vm_fdt_end_node(&w);
	blob = finish_tree(&w);
	ck_assert_int_eq(fdt_node_offset_by_phandle(blob, first),
			 node_at(blob, "/a"));
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(a_reference_to_nothing_is_named_when_finishing)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_add_string(&w, "unrelated", "");
	vm_fdt_begin_node(&w, "a");
	vm_fdt_add_reference(&w, "my-ref", 9);
	vm_fdt_add_string(&w, "after", "");
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_end_node(&w), 0);
	expect_failure(&w, -ENOENT, "/a:my-ref", MISSING);
}
END_TEST

START_TEST(a_fragment_may_refer_to_what_it_does_not_have)
{
	struct vm_fdt_writer w;

	vm_fdt_writer_init_heap(&w, VM_FDT_FRAGMENT);
	vm_fdt_begin_node(&w, "");
	vm_fdt_add_reference(&w, "ref", 9);
	finish_tree(&w);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(a_phandle_of_two_nodes_is_refused)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	add_target(&w, "a", 7, -1, -1, -1);
	vm_fdt_begin_node(&w, "b");
	vm_fdt_add_phandle(&w, 7);
	ck_assert_int_eq(vm_fdt_end_node(&w), -EEXIST);
	expect_failure(&w, -EEXIST, "/b:phandle",
		       "two nodes have this phandle");
}
END_TEST

static const uint32_t no_phandles[] = { 0, UINT32_MAX };

START_TEST(zero_and_all_ones_are_not_phandles)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	vm_fdt_begin_node(&w, "b");
	vm_fdt_add_phandle(&w, no_phandles[_i]);
	ck_assert_int_eq(vm_fdt_end_node(&w), -EINVAL);
	expect_failure(&w, -EINVAL, "/b:phandle", "0 and -1 are not phandles");
}
END_TEST

START_TEST(an_allocated_phandle_is_above_all_others)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	ck_assert_uint_eq(vm_fdt_alloc_phandles(&w, 3), 1);
	ck_assert_uint_eq(vm_fdt_alloc_phandles(&w, 1), 4);
	add_target(&w, "a", 100, -1, -1, -1);
	ck_assert_uint_eq(vm_fdt_alloc_phandles(&w, 1), 101);
	add_target(&w, "b", 50, -1, -1, -1);
	ck_assert_uint_eq(vm_fdt_alloc_phandles(&w, 1), 102);
	finish_tree(&w);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(phandles_run_out)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	add_target(&w, "a", UINT32_MAX - 2, -1, -1, -1);
	ck_assert_uint_eq(vm_fdt_alloc_phandles(&w, 1), UINT32_MAX - 1);
	ck_assert_uint_eq(vm_fdt_alloc_phandles(&w, 1), 0);
	expect_failure(&w, -ENOSPC, "/", "no phandle is left");
}
END_TEST

START_TEST(hundreds_of_phandles_are_told_apart)
{
	struct vm_fdt_writer w;
	char name[16];

	begin_tree(&w);
	for (uint32_t i = 1; i <= 500; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		vm_fdt_begin_node(&w, name);
		vm_fdt_add_phandle(&w, i * 64);
		vm_fdt_add_reference(&w, "next", (i % 500 + 1) * 64);
		vm_fdt_end_node(&w);
	}
	finish_tree(&w);
	vm_fdt_writer_fini(&w);
}
END_TEST

#define LOOP(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

static Suite *phandle_suite(void)
{
	Suite *suite = suite_create("phandle");
	TCase *tc = tcase_create("phandles");

	LOOP(tc, phandles_defined_before_are_checked, users);
	LOOP(tc, phandles_defined_later_are_checked, users);
	tcase_add_test(tc, a_list_of_odd_bytes_is_refused);
	LOOP(tc, an_interrupt_map_is_checked, maps);
	tcase_add_test(tc, a_map_of_a_node_without_address_cells_has_two);
	LOOP(tc, interrupts_are_checked_when_their_parent_is_known, laters);
	tcase_add_test(
		tc, interrupts_of_a_parent_that_is_no_controller_are_refused);
	tcase_add_test(tc, a_reference_may_go_forwards_and_backwards);
	tcase_add_test(tc, a_reference_to_nothing_is_named_when_finishing);
	tcase_add_test(tc, a_fragment_may_refer_to_what_it_does_not_have);
	tcase_add_test(tc, a_phandle_of_two_nodes_is_refused);
	LOOP(tc, zero_and_all_ones_are_not_phandles, no_phandles);
	tcase_add_test(tc, an_allocated_phandle_is_above_all_others);
	tcase_add_test(tc, phandles_run_out);
	tcase_add_test(tc, hundreds_of_phandles_are_told_apart);
	suite_add_tcase(suite, tc);
	return suite;
}

int main(void)
{
	return run_suite(phandle_suite());
}
