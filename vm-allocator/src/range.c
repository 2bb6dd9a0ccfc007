/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <vm-allocator/range.h>

#include "memory.h"
#include "range.h"

/* Misfits in one search after which an alignment gets a column of its own. */
#define MISFITS_MAX 8u

/* Offsets from the start of the space, the end not included. */
struct span {
	uint64_t start;
	uint64_t end;
};

static int check_range(uint64_t base, uint64_t size)
{
	uint64_t last;

	if (!size)
		return -EINVAL;
	if (__builtin_add_overflow(base, size - 1, &last))
		return -EOVERFLOW;
	return 0;
}

static int check_request(const struct vm_range_request *request)
{
	if (!request->size || (request->align & (request->align - 1)))
		return -EINVAL;
	if (request->name &&
	    strnlen(request->name, VM_RANGE_NAME_SIZE) == VM_RANGE_NAME_SIZE)
		return -EINVAL;
	if (request->within.size)
		return check_range(request->within.base, request->within.size);
	return 0;
}

static uint64_t mask_of(const struct vm_range_request *request)
{
	return request->align ? request->align - 1 : 0;
}

/* Returns: the part of the space that a request may use, possibly empty. */
static struct span window_of(const struct vm_range *space,
			     const struct vm_range *within)
{
	uint64_t base, last;

	if (!within->size)
		return (struct span){ 0, space->size };
	if (!vm_range_overlaps(*space, *within))
		return (struct span){ 0, 0 };
	base = within->base > space->base ? within->base : space->base;
	last = vm_range_last(*within);
	if (last > vm_range_last(*space))
		last = vm_range_last(*space);
	return (struct span){ base - space->base, last - space->base + 1 };
}

int vm_range_new(uint64_t base, uint64_t size,
		 const struct vm_allocator_memory *memory,
		 struct vm_range_allocator **ret_allocator)
{
	struct vm_range_allocator *allocator;
	struct vm_allocator_memory source;
	int r;

	r = check_range(base, size);
	if (r)
		return r;
	r = vm_memory_init(&source, memory);
	if (r)
		return r;
	allocator = vm_memory_zalloc(&source, sizeof(*allocator));
	if (!allocator)
		return -ENOMEM;
	r = vm_gap_tree_init(&allocator->tree, base, size, &source);
	if (r) {
		vm_memory_free(&source, allocator);
		return r;
	}
	allocator->space = (struct vm_range){ base, size };
	*ret_allocator = allocator;
	return 0;
}

void vm_range_free(struct vm_range_allocator *allocator)
{
	struct vm_allocator_memory memory;

	if (!allocator)
		return;
	memory = allocator->tree.memory;
	vm_gap_tree_fini(&allocator->tree);
	vm_memory_free(&memory, allocator);
}

/* Finds the place for a request in one gap.  Returns: whether there is one. */
static bool place(const struct vm_range_allocator *allocator,
		  const struct vm_range_request *request, struct span gap,
		  uint64_t *ret_start)
{
	uint64_t base = allocator->space.base;
	uint64_t mask = mask_of(request);
	uint64_t skipped, slack;

	if (gap.end - gap.start < request->size)
		return false;
	slack = gap.end - gap.start - request->size;
	if (request->policy == VM_RANGE_FIRST) {
		skipped = -(base + gap.start) & mask;
		*ret_start = gap.start + skipped;
	} else {
		skipped = (base + gap.start + slack) & mask;
		*ret_start = gap.start + slack - skipped;
	}
	return skipped <= slack;
}

/* Returns: the gap before a node, as far as it lies in a window. */
static struct span clip_gap(const struct vm_gap_node *node,
			    const struct span *window)
{
	struct span gap = { node->start - node->gap, node->start };

	if (gap.start < window->start)
		gap.start = window->start;
	if (gap.end > window->end)
		gap.end = window->end;
	return gap;
}

/*
 * Looks at gaps in order of address until one fits.  With a column for the
 * alignment at hand, only a gap that the window cuts can be a misfit.
 */
static int search(struct vm_range_allocator *allocator,
		  const struct vm_range_request *request, struct span window,
		  uint64_t *ret_start)
{
	struct vm_gap_tree *tree = &allocator->tree;
	uint64_t mask = mask_of(request);
	bool up = request->policy == VM_RANGE_FIRST;
	const struct vm_gap_column *column;
	unsigned int misfits = 0;
	struct span gap;
	uint32_t n;
	int r;

	column = vm_gap_tree_get_column(tree, mask);
	if (!column)
		column = &tree->columns[0];
	while (window.end - window.start >= request->size) {
		n = vm_gap_tree_find_gap(tree, column, request->size,
					 up ? window.start : window.end, up);
		if (n == VM_GAP_TREE_NIL)
			return -ENOSPC;
		gap = clip_gap(&tree->nodes[n], &window);
		if (gap.start >= gap.end)
			return -ENOSPC;
		if (place(allocator, request, gap, ret_start))
			return 0;
		if (up)
			window.start = gap.end;
		else
			window.end = gap.start;
		if (++misfits <= MISFITS_MAX || column->mask == mask)
			continue;
		r = vm_gap_tree_add_column(tree, mask, &column);
		if (r)
			return r;
	}
	return -ENOSPC;
}

/* Checks the one place where an exact request can be. */
static int search_exact(const struct vm_range_allocator *allocator,
			const struct vm_range_request *request,
			struct span window, uint64_t *ret_start)
{
	const struct vm_gap_tree *tree = &allocator->tree;
	uint64_t start = request->exact - allocator->space.base;
	uint32_t n;
	int r;

	r = check_range(request->exact, request->size);
	if (r)
		return r;
	if (request->exact & mask_of(request))
		return -EINVAL;
	if (!vm_range_has(allocator->space, request->exact) ||
	    start < window.start || start >= window.end ||
	    window.end - start < request->size)
		return -ENOSPC;
	n = vm_gap_tree_find(tree, start);
	if (tree->nodes[n].start < start + request->size)
		return -EEXIST;
	*ret_start = start;
	return 0;
}

int vm_range_alloc(struct vm_range_allocator *allocator,
		   const struct vm_range_request *request, uint64_t *ret_base)
{
	struct span window;
	uint64_t start;
	int r;

	r = check_request(request);
	if (r)
		return r;
	window = window_of(&allocator->space, &request->within);
	r = -EINVAL;
	switch (request->policy) {
	case VM_RANGE_FIRST:
	case VM_RANGE_LAST:
		r = search(allocator, request, window, &start);
		break;
	case VM_RANGE_EXACT:
		r = search_exact(allocator, request, window, &start);
		break;
	}
	if (r)
		return r;
	r = vm_gap_tree_prepare(&allocator->tree);
	if (r)
		return r;
	vm_gap_tree_insert(&allocator->tree, start, start + request->size,
			   request->name);
	allocator->used += request->size;
	allocator->count++;
	*ret_base = allocator->space.base + start;
	return 0;
}

int vm_range_reserve(struct vm_range_allocator *allocator, uint64_t base,
		     uint64_t size, const char *name)
{
	struct vm_range_request request = {
		.size = size,
		.policy = VM_RANGE_EXACT,
		.exact = base,
		.name = name,
	};

	return vm_range_alloc(allocator, &request, &base);
}

/* Finds the allocation that a range lies inside of. */
static int find_around(const struct vm_range_allocator *allocator,
		       uint64_t base, uint64_t size, struct span *ret_part,
		       struct span *ret_whole)
{
	const struct vm_gap_node *node;
	struct span part;
	int r;

	r = check_range(base, size);
	if (r)
		return r;
	if (!vm_range_contains(allocator->space,
			       (struct vm_range){ base, size }))
		return -ENOENT;
	part.start = base - allocator->space.base;
	part.end = part.start + size;
	node = &allocator->tree
			.nodes[vm_gap_tree_find(&allocator->tree, part.start)];
	if (node->start > part.start || node->end < part.end)
		return -ENOENT;
	*ret_part = part;
	*ret_whole = (struct span){ node->start, node->end };
	return 0;
}

int vm_range_release(struct vm_range_allocator *allocator, uint64_t base,
		     uint64_t size)
{
	struct span part, whole;
	int r;

	r = find_around(allocator, base, size, &part, &whole);
	if (r)
		return r;
	if (part.start != whole.start || part.end != whole.end)
		return -ENOENT;
	vm_gap_tree_remove(&allocator->tree, whole.start);
	allocator->used -= size;
	allocator->count--;
	return 0;
}

/* Takes a hole out of the middle of an allocation. */
static int split(struct vm_range_allocator *allocator, const struct span *hole,
		 const struct span *whole)
{
	struct vm_gap_tree *tree = &allocator->tree;
	char name[VM_RANGE_NAME_SIZE];
	int r;

	r = vm_gap_tree_prepare(tree);
	if (r)
		return r;
	memcpy(name, tree->names[vm_gap_tree_find(tree, whole->start)],
	       sizeof(name));
	vm_gap_tree_move(tree, whole->start, whole->start, hole->start);
	vm_gap_tree_insert(tree, hole->end, whole->end, name);
	allocator->count++;
	return 0;
}

int vm_range_release_part(struct vm_range_allocator *allocator, uint64_t base,
			  uint64_t size)
{
	struct span part, whole;
	int r;

	r = find_around(allocator, base, size, &part, &whole);
	if (r)
		return r;
	if (part.start == whole.start && part.end == whole.end)
		return vm_range_release(allocator, base, size);
	if (part.start == whole.start)
		vm_gap_tree_move(&allocator->tree, whole.start, part.end,
				 whole.end);
	else if (part.end == whole.end)
		vm_gap_tree_move(&allocator->tree, whole.start, whole.start,
				 part.start);
	else
		r = split(allocator, &part, &whole);
	if (r)
		return r;
	allocator->used -= size;
	return 0;
}

int vm_range_resize(struct vm_range_allocator *allocator, uint64_t base,
		    uint64_t size)
{
	struct vm_gap_tree *tree = &allocator->tree;
	const struct vm_gap_node *next;
	struct span first, whole;
	uint64_t end;
	int r;

	r = check_range(base, size);
	if (r)
		return r;
	r = find_around(allocator, base, 1, &first, &whole);
	if (r)
		return r;
	if (first.start != whole.start)
		return -ENOENT;
	if (size > allocator->space.size - whole.start)
		return -ENOSPC;
	end = whole.start + size;
	if (end > whole.end) {
		next = &tree->nodes[vm_gap_tree_find(tree, whole.end)];
		if (next->start < end)
			return -EEXIST;
	}
	vm_gap_tree_move(tree, whole.start, whole.start, end);
	allocator->used += end - whole.end;
	return 0;
}
