/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What the allocator cannot show from outside: that the tree stays balanced
 * and that every node knows the truth about its subtree.
 */
#include <errno.h>
#include <stdlib.h>

#include "../src/gap_tree.h"
#include "../src/memory.h"
#include "limited_memory.h"
#include "run.h"

#define BASE UINT64_C(0x1003)
#define SIZE UINT64_C(0x100000)

static struct vm_gap_tree tree;

static void open_tree(uint64_t base, uint64_t size)
{
	struct vm_allocator_memory memory;

	ck_assert_int_eq(vm_memory_init(&memory, NULL), 0);
	ck_assert_int_eq(vm_gap_tree_init(&tree, base, size, &memory), 0);
}

static void insert(uint64_t start, uint64_t end)
{
	if (vm_gap_tree_prepare(&tree))
		ck_abort_msg("no memory");
	vm_gap_tree_insert(&tree, start, end, NULL);
}

static uint64_t random_below(uint64_t bound)
{
	static uint64_t state = 1;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % bound;
}

static uint64_t aligned_capacity(const struct vm_gap_node *node, uint64_t mask)
{
	uint64_t first = tree.base + node->start - node->gap;
	uint64_t last = tree.base + node->start;
	uint64_t aligned = (first + mask) & ~mask;

	return node->gap && aligned >= first && aligned < last ? last - aligned
							       : 0;
}

static uint64_t max64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static bool columns_are_true(uint32_t n)
{
	const struct vm_gap_node *node = &tree.nodes[n];
	const struct vm_gap_column *column;
	uint64_t best;

	for (uint32_t i = 0; i < tree.column_count; i++) {
		column = &tree.columns[i];
		best = max64(column->best[node->child[0]],
			     column->best[node->child[1]]);
		best = max64(best, aligned_capacity(node, column->mask));
		if (column->best[n] != best)
			return false;
	}
	return true;
}

/* Checks a subtree.  Returns: its height; *end moves over its allocations. */
static uint32_t check_subtree(uint32_t n, uint64_t *end)
{
	const struct vm_gap_node *node = &tree.nodes[n];
	uint32_t lower, higher;

	if (n == VM_GAP_TREE_NIL)
		return 0;
	lower = check_subtree(node->child[0], end);
	if (node->start < *end || node->gap != node->start - *end)
		ck_abort_msg("node %u is out of order", n);
	*end = node->end;
	higher = check_subtree(node->child[1], end);
	if (lower > higher + 1 || higher > lower + 1)
		ck_abort_msg("node %u is out of balance", n);
	if (node->height != 1 + (lower > higher ? lower : higher))
		ck_abort_msg("node %u does not know its height", n);
	if (!columns_are_true(n))
		ck_abort_msg("node %u does not know its gaps", n);
	return node->height;
}

static void check_tree(uint64_t size)
{
	uint64_t end = 0;

	check_subtree(tree.root, &end);
	ck_assert_uint_eq(end, size);
}

static uint64_t mask_of(unsigned int column)
{
	return (UINT64_C(1) << column) - 1;
}

static void add_all_columns(void)
{
	const struct vm_gap_column *column;

	for (unsigned int i = 1; i < VM_GAP_TREE_COLUMNS; i++) {
		ck_assert_ptr_null(vm_gap_tree_get_column(&tree, mask_of(i)));
		ck_assert_int_eq(
			vm_gap_tree_add_column(&tree, mask_of(i), &column), 0);
		ck_assert_ptr_eq(vm_gap_tree_get_column(&tree, mask_of(i)),
				 column);
	}
}

START_TEST(ascending_and_descending_inserts_stay_balanced)
{
	open_tree(0, SIZE);
	for (uint64_t i = 0; i < 1000; i++) {
		insert(i * 16, i * 16 + 8);
		insert(SIZE - i * 16 - 8, SIZE - i * 16);
	}
	check_tree(SIZE);
	/* 1.44 * log2(2001 + 2) is less than 16. */
	ck_assert_uint_lt(tree.nodes[tree.root].height, 16);
	for (uint64_t i = 0; i < 1000; i++)
		vm_gap_tree_remove(&tree, i * 16);
	check_tree(SIZE);
	ck_assert_uint_lt(tree.nodes[tree.root].height, 15);
	vm_gap_tree_fini(&tree);
}
END_TEST

/* One random insertion, removal or move; gaps of all sizes come and go. */
static void change(void)
{
	uint64_t offset = random_below(SIZE);
	uint32_t n = vm_gap_tree_find(&tree, offset);
	const struct vm_gap_node *node = &tree.nodes[n];
	uint64_t start = node->start;
	uint64_t end = node->end;
	uint64_t room = start - offset;

	if (start > offset) {
		insert(offset,
		       offset + 1 + random_below(room < 99 ? room : 99));
	} else if (random_below(3)) {
		vm_gap_tree_remove(&tree, start);
	} else {
		start += random_below(end - start);
		end = start + 1 + random_below(end - start);
		vm_gap_tree_move(&tree, node->start, start, end);
	}
}

START_TEST(random_changes_keep_every_node_true)
{
	open_tree(BASE, SIZE);
	for (unsigned int i = 0; i < 20000; i++) {
		change();
		if (i % 100 == 0)
			check_tree(SIZE);
	}
	vm_gap_tree_fini(&tree);
}
END_TEST

START_TEST(random_changes_keep_every_column_true)
{
	open_tree(BASE, SIZE);
	for (unsigned int i = 0; i < 500; i++)
		change();
	add_all_columns();
	check_tree(SIZE);
	for (unsigned int i = 0; i < 5000; i++) {
		change();
		if (i % 100 == 0)
			check_tree(SIZE);
	}
	vm_gap_tree_fini(&tree);
}
END_TEST

START_TEST(columns_are_true_at_the_end_of_all_addresses)
{
	open_tree(-SIZE, SIZE);
	add_all_columns();
	for (unsigned int i = 0; i < 1000; i++)
		change();
	insert(SIZE - 1, SIZE);
	check_tree(SIZE);
	vm_gap_tree_fini(&tree);
}
END_TEST

/* Looks at one gap after the other. */
static uint32_t naive_gap(uint64_t mask, uint64_t size, uint64_t bound, bool up)
{
	const struct vm_gap_node *node;
	uint32_t found = VM_GAP_TREE_NIL;
	uint64_t offset = 0;
	uint32_t n;

	for (; offset < SIZE; offset = node->end) {
		n = vm_gap_tree_find(&tree, offset);
		node = &tree.nodes[n];
		if (aligned_capacity(node, mask) < size)
			continue;
		if (up && node->start > bound)
			return n;
		if (!up && node->start - node->gap < bound)
			found = n;
	}
	return found;
}

START_TEST(find_gap_finds_what_a_look_at_every_gap_finds)
{
	unsigned int found = 0;
	unsigned int column;
	uint64_t size, bound;
	uint32_t n;
	bool up;

	open_tree(BASE, SIZE);
	for (unsigned int i = 0; i < 2000; i++)
		change();
	add_all_columns();
	for (unsigned int i = 0; i < 2000; i++) {
		column = (unsigned int)random_below(14);
		size = 1 + random_below(UINT64_C(1) << random_below(14));
		bound = random_below(SIZE + 1);
		up = random_below(2);
		n = vm_gap_tree_find_gap(&tree, &tree.columns[column], size,
					 bound, up);
		found += n != VM_GAP_TREE_NIL;
		ck_assert_uint_eq(n,
				  naive_gap(mask_of(column), size, bound, up));
	}
	ck_assert_uint_gt(found, 500);
	ck_assert_uint_lt(found, 1900);
	vm_gap_tree_fini(&tree);
}
END_TEST

START_TEST(tree_that_cannot_grow_stays_true)
{
	struct limited_memory limits = { 1000, 0 };
	struct vm_allocator_memory memory = limited_memory(&limits);
	const struct vm_gap_column *column;
	uint64_t start = 0;

	ck_assert_int_eq(vm_gap_tree_init(&tree, BASE, SIZE, &memory), 0);
	ck_assert_int_eq(vm_gap_tree_add_column(&tree, 0xfff, &column), 0);
	for (unsigned long calls = 0; calls < 4; calls++) {
		while (!vm_gap_tree_prepare(&tree)) {
			vm_gap_tree_insert(&tree, start, start + 1, NULL);
			start += 2;
			limits.left = calls;
		}
		check_tree(SIZE);
	}
	limits.left = 0;
	ck_assert_int_eq(vm_gap_tree_add_column(&tree, 1, &column), -ENOMEM);
	ck_assert_uint_eq(tree.column_count, 2);
	vm_gap_tree_fini(&tree);
	ck_assert_int_eq(limits.live, 0);
}
END_TEST

START_TEST(removed_nodes_are_used_again)
{
	uint32_t capacity;

	open_tree(0, SIZE);
	for (uint64_t i = 0; i < 100; i++)
		insert(i * 2, i * 2 + 1);
	capacity = tree.capacity;
	for (unsigned int round = 0; round < 10; round++) {
		for (uint64_t i = 0; i < 100; i++)
			vm_gap_tree_remove(&tree, i * 2);
		for (uint64_t i = 0; i < 100; i++)
			insert(i * 2, i * 2 + 1);
	}
	ck_assert_uint_eq(tree.capacity, capacity);
	check_tree(SIZE);
	vm_gap_tree_fini(&tree);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		ascending_and_descending_inserts_stay_balanced,
		random_changes_keep_every_node_true,
		random_changes_keep_every_column_true,
		columns_are_true_at_the_end_of_all_addresses,
		find_gap_finds_what_a_look_at_every_gap_finds,
		tree_that_cannot_grow_stays_true,
		removed_nodes_are_used_again,
	};

	return run_tests("gap_tree", tests, sizeof(tests) / sizeof(tests[0]));
}
