/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The allocations of one address space, in an AVL tree that finds gaps.
 *
 * Addresses are offsets from the first address of the space, so that the end
 * of everything fits in 64 bits.  Each node is one allocation and knows the
 * gap right before it.  An empty allocation at the end of the space, which is
 * never removed, stands for the last gap; so each gap belongs to one node,
 * each offset has a node that ends behind it, and the tree is never empty.
 *
 * What guides a search are columns.  A column belongs to an alignment and
 * holds for each node the most that an aligned range could have in any gap of
 * its subtree.  Column 0 is for alignment 1 and always there.
 *
 * Nodes live in one array and are named by index, which keeps them small and
 * lets a column be an array of its own.
 */
#ifndef VM_ALLOCATOR_SRC_GAP_TREE_H
#define VM_ALLOCATOR_SRC_GAP_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include <vm-allocator/memory.h>
#include <vm-allocator/range.h>

/* Index of no node.  Its entries are zero: no gap and no height. */
#define VM_GAP_TREE_NIL 0u

/* One for each alignment of a 64-bit address. */
#define VM_GAP_TREE_COLUMNS 64u

struct vm_gap_node {
	uint64_t start;
	uint64_t end;
	uint64_t gap;
	uint32_t child[2];
	uint32_t height;
};

struct vm_gap_column {
	uint64_t mask; /* alignment - 1 */
	uint64_t *best;
};

struct vm_gap_tree {
	struct vm_allocator_memory memory;
	uint64_t base;
	struct vm_gap_node *nodes;
	char (*names)[VM_RANGE_NAME_SIZE];
	uint32_t root;
	uint32_t spare; /* list of unused nodes, linked by child[0] */
	uint32_t fresh; /* nodes from here on were never used */
	uint32_t capacity; /* elements of each array */
	uint32_t column_count;
	struct vm_gap_column columns[VM_GAP_TREE_COLUMNS];
};

/* Returns: 0 or -ENOMEM.  On failure there is nothing to undo. */
int vm_gap_tree_init(struct vm_gap_tree *tree, uint64_t base, uint64_t size,
		     const struct vm_allocator_memory *memory);

void vm_gap_tree_fini(struct vm_gap_tree *tree);

/* Makes room for one more node.  Returns: 0 or -ENOMEM. */
int vm_gap_tree_prepare(struct vm_gap_tree *tree);

/*
 * Adds [@start, @end), which is free and for which there is room.  The name
 * is NULL or shorter than VM_RANGE_NAME_SIZE, and not one of the tree's own.
 */
void vm_gap_tree_insert(struct vm_gap_tree *tree, uint64_t start, uint64_t end,
			const char *name);

/* Makes the allocation at @start [@new_start, @end), which meets no other. */
void vm_gap_tree_move(struct vm_gap_tree *tree, uint64_t start,
		      uint64_t new_start, uint64_t end);

/* Removes the allocation at @start. */
void vm_gap_tree_remove(struct vm_gap_tree *tree, uint64_t start);

/* Returns: the first node that ends behind @offset, inside the space. */
uint32_t vm_gap_tree_find(const struct vm_gap_tree *tree, uint64_t offset);

/* Returns: the column for an alignment, or NULL. */
const struct vm_gap_column *vm_gap_tree_get_column(
	const struct vm_gap_tree *tree, uint64_t mask);

/* Returns: 0 and the new column, or -ENOMEM. */
int vm_gap_tree_add_column(struct vm_gap_tree *tree, uint64_t mask,
			   const struct vm_gap_column **ret_column);

/*
 * Looks for a gap that could hold @size addresses with a column's alignment:
 * upwards for the lowest that ends behind @bound, downwards for the highest
 * that begins before it.  Returns: the node behind the gap, or none.
 */
uint32_t vm_gap_tree_find_gap(const struct vm_gap_tree *tree,
			      const struct vm_gap_column *column, uint64_t size,
			      uint64_t bound, bool up);

#endif
