/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "gap_tree.h"
#include "memory.h"

#define FIRST_CAPACITY 16u

/* An AVL tree of fewer than 2^32 nodes is at most 46 levels high. */
#define MAX_HEIGHT 48

/* The way from the root to where a key is or would be. */
struct path {
	uint32_t node[MAX_HEIGHT];
	unsigned int length;
	uint32_t at; /* the last node that starts at or before the key */
	uint32_t behind; /* the first node that starts behind it */
};

static uint64_t max64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The most that an aligned range could have in the gap of one node. */
static uint64_t capacity_of(const struct vm_gap_tree *tree,
			    const struct vm_gap_column *column, uint32_t n)
{
	const struct vm_gap_node *node = &tree->nodes[n];
	uint64_t first = tree->base + node->start - node->gap;
	uint64_t skipped = -first & column->mask;

	return node->gap > skipped ? node->gap - skipped : 0;
}

static void update_column(struct vm_gap_tree *tree,
			  const struct vm_gap_column *column, uint32_t n)
{
	const struct vm_gap_node *node = &tree->nodes[n];
	uint64_t below = max64(column->best[node->child[0]],
			       column->best[node->child[1]]);

	column->best[n] = max64(capacity_of(tree, column, n), below);
}

/* Derives what a node knows of its subtree from its children. */
static void update(struct vm_gap_tree *tree, uint32_t n)
{
	struct vm_gap_node *node = &tree->nodes[n];
	uint32_t lower = tree->nodes[node->child[0]].height;
	uint32_t higher = tree->nodes[node->child[1]].height;

	node->height = 1 + (lower > higher ? lower : higher);
	for (uint32_t i = 0; i < tree->column_count; i++)
		update_column(tree, &tree->columns[i], n);
}

/* Raises the child on one side above its parent.  Returns: the child. */
static uint32_t rotate(struct vm_gap_tree *tree, uint32_t n, int side)
{
	struct vm_gap_node *nodes = tree->nodes;
	uint32_t child = nodes[n].child[side];

	nodes[n].child[side] = nodes[child].child[!side];
	nodes[child].child[!side] = n;
	update(tree, n);
	update(tree, child);
	return child;
}

/* Returns: the root of the subtree after it is balanced again. */
static uint32_t balance(struct vm_gap_tree *tree, uint32_t n)
{
	struct vm_gap_node *nodes = tree->nodes;
	uint32_t *child = nodes[n].child;
	uint32_t heights[2] = { nodes[child[0]].height,
				nodes[child[1]].height };
	int side = heights[1] > heights[0];
	const uint32_t *grandchild;

	if (heights[side] < heights[!side] + 2) {
		update(tree, n);
		return n;
	}
	grandchild = nodes[child[side]].child;
	if (nodes[grandchild[side]].height < nodes[grandchild[!side]].height)
		child[side] = rotate(tree, child[side], !side);
	return rotate(tree, n, side);
}

/* Makes @n the child of the last node on the path, in place of @old. */
static void hang(struct vm_gap_tree *tree, const struct path *path,
		 uint32_t old, uint32_t n)
{
	uint32_t *child;

	if (!path->length) {
		tree->root = n;
		return;
	}
	child = tree->nodes[path->node[path->length - 1]].child;
	child[child[1] == old] = n;
}

/* Updates and balances every node of the path, the deepest first. */
static void retrace(struct vm_gap_tree *tree, struct path *path)
{
	uint32_t old, n;

	while (path->length) {
		old = path->node[--path->length];
		n = balance(tree, old);
		if (n != old)
			hang(tree, path, old, n);
	}
}

/*
 * A key never lies behind the node that ends the space, so there is always a
 * node behind it.  Both that node and the one at the key are on the path.
 */
static void descend(const struct vm_gap_tree *tree, uint64_t key,
		    struct path *path)
{
	const struct vm_gap_node *nodes = tree->nodes;
	uint32_t n = tree->root;

	path->length = 0;
	path->at = VM_GAP_TREE_NIL;
	path->behind = VM_GAP_TREE_NIL;
	while (n != VM_GAP_TREE_NIL) {
		path->node[path->length++] = n;
		if (nodes[n].start <= key) {
			path->at = n;
			n = nodes[n].child[1];
		} else {
			path->behind = n;
			n = nodes[n].child[0];
		}
	}
}

static int grow(struct vm_gap_tree *tree, uint32_t capacity)
{
	const struct vm_allocator_memory *memory = &tree->memory;
	struct vm_gap_column *column;
	void *array;

	array = vm_memory_resize(memory, tree->nodes, capacity,
				 sizeof(*tree->nodes));
	if (!array)
		return -ENOMEM;
	tree->nodes = array;
	array = vm_memory_resize(memory, tree->names, capacity,
				 sizeof(*tree->names));
	if (!array)
		return -ENOMEM;
	tree->names = array;
	for (uint32_t i = 0; i < tree->column_count; i++) {
		column = &tree->columns[i];
		array = vm_memory_resize(memory, column->best, capacity,
					 sizeof(*column->best));
		if (!array)
			return -ENOMEM;
		column->best = array;
	}
	/* Only now, so that a failure leaves arrays that are merely larger. */
	tree->capacity = capacity;
	return 0;
}

int vm_gap_tree_prepare(struct vm_gap_tree *tree)
{
	if (tree->spare != VM_GAP_TREE_NIL || tree->fresh < tree->capacity)
		return 0;
	if (tree->capacity > UINT32_MAX / 2)
		return -ENOMEM;
	return grow(tree, tree->capacity * 2);
}

static uint32_t take_node(struct vm_gap_tree *tree)
{
	uint32_t n = tree->spare;

	if (n == VM_GAP_TREE_NIL)
		return tree->fresh++;
	tree->spare = tree->nodes[n].child[0];
	return n;
}

int vm_gap_tree_init(struct vm_gap_tree *tree, uint64_t base, uint64_t size,
		     const struct vm_allocator_memory *memory)
{
	*tree = (struct vm_gap_tree){
		.memory = *memory,
		.base = base,
		.column_count = 1,
		.root = 1,
		.fresh = 2,
	};
	if (grow(tree, FIRST_CAPACITY)) {
		vm_gap_tree_fini(tree);
		return -ENOMEM;
	}
	tree->nodes[VM_GAP_TREE_NIL] = (struct vm_gap_node){ 0 };
	tree->columns[0].best[VM_GAP_TREE_NIL] = 0;
	tree->nodes[tree->root] = (struct vm_gap_node){
		.start = size,
		.end = size,
		.gap = size,
	};
	tree->names[tree->root][0] = '\0';
	update(tree, tree->root);
	return 0;
}

void vm_gap_tree_fini(struct vm_gap_tree *tree)
{
	for (uint32_t i = 0; i < tree->column_count; i++)
		vm_memory_free(&tree->memory, tree->columns[i].best);
	vm_memory_free(&tree->memory, tree->names);
	vm_memory_free(&tree->memory, tree->nodes);
}

void vm_gap_tree_insert(struct vm_gap_tree *tree, uint64_t start, uint64_t end,
			const char *name)
{
	struct vm_gap_node *nodes = tree->nodes;
	uint32_t n = take_node(tree);
	struct path path;
	uint32_t parent;

	descend(tree, start, &path);
	nodes[n] = (struct vm_gap_node){
		.start = start,
		.end = end,
		.gap = start - nodes[path.at].end,
	};
	memcpy(tree->names[n], name, strlen(name) + 1);
	nodes[path.behind].gap = nodes[path.behind].start - end;
	parent = path.node[path.length - 1];
	nodes[parent].child[nodes[parent].start < start] = n;
	update(tree, n);
	retrace(tree, &path);
}

void vm_gap_tree_move(struct vm_gap_tree *tree, uint64_t start,
		      uint64_t new_start, uint64_t end)
{
	struct vm_gap_node *nodes = tree->nodes;
	struct vm_gap_node *node;
	struct path path;

	descend(tree, start, &path);
	node = &nodes[path.at];
	node->gap += new_start - start;
	node->start = new_start;
	node->end = end;
	nodes[path.behind].gap = nodes[path.behind].start - end;
	retrace(tree, &path);
}

/*
 * The node that leaves its place in the tree is the last of the path.  Where
 * that is the node behind, because the one to remove has children above it,
 * its allocation moves up into the place of the removed one.
 */
void vm_gap_tree_remove(struct vm_gap_tree *tree, uint64_t start)
{
	struct vm_gap_node *nodes = tree->nodes;
	struct vm_gap_node *removed, *behind;
	struct path path;
	uint32_t leaving;

	descend(tree, start, &path);
	removed = &nodes[path.at];
	behind = &nodes[path.behind];
	behind->gap += removed->end - removed->start + removed->gap;
	leaving = path.node[--path.length];
	hang(tree, &path, leaving,
	     nodes[leaving].child[nodes[leaving].child[0] == VM_GAP_TREE_NIL]);
	if (leaving == path.behind) {
		removed->start = behind->start;
		removed->end = behind->end;
		removed->gap = behind->gap;
		memcpy(tree->names[path.at], tree->names[leaving],
		       sizeof(*tree->names));
	}
	nodes[leaving].child[0] = tree->spare;
	tree->spare = leaving;
	retrace(tree, &path);
}

uint32_t vm_gap_tree_find(const struct vm_gap_tree *tree, uint64_t offset)
{
	const struct vm_gap_node *nodes = tree->nodes;
	uint32_t n = tree->root;
	uint32_t found = VM_GAP_TREE_NIL;

	while (n != VM_GAP_TREE_NIL) {
		if (nodes[n].end <= offset) {
			n = nodes[n].child[1];
		} else {
			found = n;
			n = nodes[n].child[0];
		}
	}
	return found;
}

const struct vm_gap_column *vm_gap_tree_get_column(
	const struct vm_gap_tree *tree, uint64_t mask)
{
	for (uint32_t i = 0; i < tree->column_count; i++) {
		if (tree->columns[i].mask == mask)
			return &tree->columns[i];
	}
	return NULL;
}

/* Recursion goes no deeper than the tree is high. */
static void fill_column(struct vm_gap_tree *tree,
			const struct vm_gap_column *column, uint32_t n)
{
	if (n == VM_GAP_TREE_NIL)
		return;
	fill_column(tree, column, tree->nodes[n].child[0]);
	fill_column(tree, column, tree->nodes[n].child[1]);
	update_column(tree, column, n);
}

int vm_gap_tree_add_column(struct vm_gap_tree *tree, uint64_t mask,
			   const struct vm_gap_column **ret_column)
{
	struct vm_gap_column *column = &tree->columns[tree->column_count];
	uint64_t *best;

	best = vm_memory_resize(&tree->memory, NULL, tree->capacity,
				sizeof(*best));
	if (!best)
		return -ENOMEM;
	best[VM_GAP_TREE_NIL] = 0;
	*column = (struct vm_gap_column){ .mask = mask, .best = best };
	tree->column_count++;
	fill_column(tree, column, tree->root);
	*ret_column = column;
	return 0;
}

/* Returns: of a subtree that has one, the fitting gap nearest to one side. */
static uint32_t nearest_gap(const struct vm_gap_tree *tree,
			    const struct vm_gap_column *column, uint64_t size,
			    uint32_t n, bool up)
{
	const uint32_t *child;

	for (;;) {
		child = tree->nodes[n].child;
		if (column->best[child[!up]] >= size)
			n = child[!up];
		else if (capacity_of(tree, column, n) >= size)
			return n;
		else
			n = child[up];
	}
}

uint32_t vm_gap_tree_find_gap(const struct vm_gap_tree *tree,
			      const struct vm_gap_column *column, uint64_t size,
			      uint64_t bound, bool up)
{
	const struct vm_gap_node *node;
	uint32_t found = VM_GAP_TREE_NIL;
	uint32_t n = tree->root;
	bool beyond;

	/*
	 * The way down turns where the bound is.  Each node beyond it that
	 * fits, or has one that fits beneath it on the far side, is nearer
	 * than the one found before.
	 */
	while (column->best[n] >= size) {
		node = &tree->nodes[n];
		beyond = up ? node->start > bound
			    : node->start - node->gap < bound;
		if (beyond && (capacity_of(tree, column, n) >= size ||
			       column->best[node->child[up]] >= size))
			found = n;
		n = node->child[beyond ? !up : up];
	}
	if (found == VM_GAP_TREE_NIL ||
	    capacity_of(tree, column, found) >= size)
		return found;
	return nearest_gap(tree, column, size, tree->nodes[found].child[up],
			   up);
}
