/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "gap_tree.h"
#include "memory.h"

#define FIRST_CAPACITY 16u

/* An AVL tree of fewer than 2^32 nodes is at most 46 levels high. */
#define MAX_HEIGHT 48

/*
 * The way from the root to where a key is or would be.  The node before the
 * root is none, and places on the way are told by their index.
 */
struct path {
	uint32_t node[MAX_HEIGHT + 1];
	unsigned int length;
	unsigned int at; /* the last node that starts at or before the key */
	unsigned int behind; /* the first node that starts behind it */
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
	uint64_t first, skipped;

	if (!column->mask)
		return node->gap;
	first = tree->base + node->start - node->gap;
	skipped = -first & column->mask;
	return node->gap > skipped ? node->gap - skipped : 0;
}

/* Returns: whether what is known of the subtree changed. */
static bool update_column(struct vm_gap_tree *tree,
			  const struct vm_gap_column *column, uint32_t n)
{
	const uint32_t *child = tree->nodes[n].child;
	uint64_t *best = column->best;
	uint64_t most = max64(best[child[0]], best[child[1]]);
	bool changed;

	most = max64(most, capacity_of(tree, column, n));
	changed = best[n] != most;
	best[n] = most;
	return changed;
}

static void update_height(struct vm_gap_tree *tree, uint32_t n)
{
	struct vm_gap_node *node = &tree->nodes[n];
	uint32_t lower = tree->nodes[node->child[0]].height;
	uint32_t higher = tree->nodes[node->child[1]].height;

	node->height = 1 + (lower > higher ? lower : higher);
}

/* Derives all that a node knows of its subtree from its children. */
static void update(struct vm_gap_tree *tree, uint32_t n)
{
	update_height(tree, n);
	for (uint32_t i = 0; i < tree->column_count; i++)
		update_column(tree, &tree->columns[i], n);
}

/*
 * Raises the child on one side above its parent, which is updated; the child
 * is not yet.  Returns: the child.
 */
static uint32_t rotate(struct vm_gap_tree *tree, uint32_t n, int side)
{
	struct vm_gap_node *nodes = tree->nodes;
	uint32_t child = nodes[n].child[side];

	nodes[n].child[side] = nodes[child].child[!side];
	nodes[child].child[!side] = n;
	update(tree, n);
	return child;
}

/* Returns: the root of the subtree after it is balanced again. */
static uint32_t balance(struct vm_gap_tree *tree, uint32_t n)
{
	struct vm_gap_node *nodes = tree->nodes;
	uint32_t *child = nodes[n].child;
	uint32_t lower = nodes[child[0]].height;
	uint32_t higher = nodes[child[1]].height;
	int side = higher > lower;
	const uint32_t *inner;

	if (lower <= higher + 1 && higher <= lower + 1) {
		update_height(tree, n);
		return n;
	}
	inner = nodes[child[side]].child;
	if (nodes[inner[side]].height < nodes[inner[!side]].height)
		child[side] = rotate(tree, child[side], !side);
	n = rotate(tree, n, side);
	update(tree, n);
	return n;
}

/* Makes @n the child of @parent in place of @old, or the root of all. */
static void replace(struct vm_gap_tree *tree, uint32_t parent, uint32_t old,
		    uint32_t n)
{
	uint32_t *child = tree->nodes[parent].child;

	if (parent == VM_GAP_TREE_NIL)
		tree->root = n;
	else
		child[child[1] == old] = n;
}

/*
 * Carries a change up the path.  At and above @top, the highest node whose
 * own gap changed, a node whose column stays as it was ends the matter.
 */
static void retrace_column(struct vm_gap_tree *tree,
			   struct vm_gap_column column, const struct path *path,
			   unsigned int top)
{
	for (unsigned int i = path->length; i; i--) {
		if (!update_column(tree, &column, path->node[i]) && i <= top)
			return;
	}
}

/* Balances up the path as far as heights change. */
static void retrace_heights(struct vm_gap_tree *tree, const struct path *path)
{
	unsigned int i = path->length;
	uint32_t old, n, height;

	while (i) {
		old = path->node[i--];
		height = tree->nodes[old].height;
		n = balance(tree, old);
		if (n != old)
			replace(tree, path->node[i], old, n);
		if (tree->nodes[n].height == height)
			return;
	}
}

/*
 * Columns come first: a rotation leaves what a whole subtree can hold as it
 * is, and derives the rest from children that are up to date.
 */
static void retrace(struct vm_gap_tree *tree, const struct path *path,
		    unsigned int top)
{
	for (uint32_t i = 0; i < tree->column_count; i++)
		retrace_column(tree, tree->columns[i], path, top);
	retrace_heights(tree, path);
}

/*
 * A key never lies behind the node that ends the space, so there is always a
 * node behind it.  Both that node and the one at the key are on the path.
 */
static void descend(const struct vm_gap_tree *tree, uint64_t key,
		    struct path *path)
{
	const struct vm_gap_node *nodes = tree->nodes;
	unsigned int length = 0;
	unsigned int at = 0;
	unsigned int behind = 0;
	uint32_t n = tree->root;
	bool up;

	path->node[0] = VM_GAP_TREE_NIL;
	while (n != VM_GAP_TREE_NIL) {
		path->node[++length] = n;
		up = nodes[n].start <= key;
		at = up ? length : at;
		behind = up ? behind : length;
		n = nodes[n].child[up];
	}
	path->length = length;
	path->at = at;
	path->behind = behind;
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

static void set_name(struct vm_gap_tree *tree, uint32_t n, const char *name)
{
	if (name)
		memcpy(tree->names[n], name, strlen(name) + 1);
	else
		tree->names[n][0] = '\0';
}

void vm_gap_tree_insert(struct vm_gap_tree *tree, uint64_t start, uint64_t end,
			const char *name)
{
	struct vm_gap_node *nodes = tree->nodes;
	uint32_t n = take_node(tree);
	struct vm_gap_node *behind;
	struct path path;
	uint32_t parent;

	descend(tree, start, &path);
	behind = &nodes[path.node[path.behind]];
	parent = path.node[path.length];
	nodes[n] = (struct vm_gap_node){
		.start = start,
		.end = end,
		.gap = start - nodes[path.node[path.at]].end,
	};
	set_name(tree, n, name);
	behind->gap = behind->start - end;
	nodes[parent].child[nodes[parent].start < start] = n;
	update(tree, n);
	retrace(tree, &path, path.behind);
}

void vm_gap_tree_move(struct vm_gap_tree *tree, uint64_t start,
		      uint64_t new_start, uint64_t end)
{
	struct vm_gap_node *node, *behind;
	struct path path;

	descend(tree, start, &path);
	node = &tree->nodes[path.node[path.at]];
	behind = &tree->nodes[path.node[path.behind]];
	node->gap += new_start - start;
	node->start = new_start;
	node->end = end;
	behind->gap = behind->start - end;
	retrace(tree, &path, path.at < path.behind ? path.at : path.behind);
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
	uint32_t at, leaving;
	const uint32_t *child;
	struct path path;

	descend(tree, start, &path);
	at = path.node[path.at];
	removed = &nodes[at];
	behind = &nodes[path.node[path.behind]];
	behind->gap += removed->end - removed->start + removed->gap;
	leaving = path.node[path.length--];
	child = nodes[leaving].child;
	replace(tree, path.node[path.length], leaving,
		child[child[0] == VM_GAP_TREE_NIL]);
	if (leaving != at) {
		removed->start = behind->start;
		removed->end = behind->end;
		removed->gap = behind->gap;
		memcpy(tree->names[at], tree->names[leaving],
		       sizeof(*tree->names));
	}
	nodes[leaving].child[0] = tree->spare;
	tree->spare = leaving;
	retrace(tree, &path, path.at < path.behind ? path.at : path.behind);
}

uint32_t vm_gap_tree_find(const struct vm_gap_tree *tree, uint64_t offset)
{
	const struct vm_gap_node *nodes = tree->nodes;
	uint32_t n = tree->root;
	uint32_t found = VM_GAP_TREE_NIL;
	bool up;

	/* Either way is as likely, so nothing here is worth predicting. */
	while (n != VM_GAP_TREE_NIL) {
		up = nodes[n].end <= offset;
		found = up ? found : n;
		n = nodes[n].child[up];
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
	const uint64_t *best = column->best;
	const struct vm_gap_node *node;
	uint32_t found = VM_GAP_TREE_NIL;
	uint32_t n = tree->root;
	bool beyond;

	/*
	 * The way down turns where the bound is.  Each node beyond it that
	 * fits, or has one that fits beneath it on the far side, is nearer
	 * than the one found before.
	 */
	while (best[n] >= size) {
		node = &tree->nodes[n];
		beyond = up ? node->start > bound
			    : node->start - node->gap < bound;
		if (beyond && (best[node->child[up]] >= size ||
			       capacity_of(tree, column, n) >= size))
			found = n;
		n = node->child[beyond ? !up : up];
	}
	if (found == VM_GAP_TREE_NIL ||
	    capacity_of(tree, column, found) >= size)
		return found;
	return nearest_gap(tree, column, size, tree->nodes[found].child[up],
			   up);
}
