/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <vm-allocator/range_info.h>

#include "range.h"

static void get_info(const struct vm_range_allocator *allocator, uint32_t n,
		     struct vm_range_info *info)
{
	const struct vm_gap_node *node = &allocator->tree.nodes[n];

	info->base = allocator->space.base + node->start;
	info->size = node->end - node->start;
	memcpy(info->name, allocator->tree.names[n], sizeof(info->name));
}

/* Returns: the offset behind a range; the start of the space if it is empty. */
static uint64_t offset_behind(const struct vm_range_allocator *allocator,
			      uint64_t base, uint64_t size)
{
	return size ? base + size - allocator->space.base : 0;
}

int vm_range_find(const struct vm_range_allocator *allocator, uint64_t address,
		  struct vm_range_info *ret_info)
{
	uint64_t offset = address - allocator->space.base;
	uint32_t n;

	if (!vm_range_has(allocator->space, address))
		return -ENOENT;
	n = vm_gap_tree_find(&allocator->tree, offset);
	if (allocator->tree.nodes[n].start > offset)
		return -ENOENT;
	get_info(allocator, n, ret_info);
	return 0;
}

int vm_range_next(const struct vm_range_allocator *allocator,
		  struct vm_range_info *info)
{
	uint64_t offset = offset_behind(allocator, info->base, info->size);
	uint32_t n;

	if (offset >= allocator->space.size)
		return -ENOENT;
	n = vm_gap_tree_find(&allocator->tree, offset);
	if (allocator->tree.nodes[n].start == allocator->space.size)
		return -ENOENT;
	get_info(allocator, n, info);
	return 0;
}

int vm_range_next_gap(const struct vm_range_allocator *allocator,
		      struct vm_range *gap)
{
	const struct vm_gap_tree *tree = &allocator->tree;
	uint64_t offset = offset_behind(allocator, gap->base, gap->size);
	const struct vm_gap_node *node;
	uint32_t n;

	n = vm_gap_tree_find_gap(tree, &tree->columns[0], 1, offset, true);
	if (n == VM_GAP_TREE_NIL)
		return -ENOENT;
	node = &tree->nodes[n];
	gap->base = allocator->space.base + node->start - node->gap;
	gap->size = node->gap;
	return 0;
}

struct vm_range vm_range_get_space(const struct vm_range_allocator *allocator)
{
	return allocator->space;
}

struct vm_range_stats vm_range_get_stats(
	const struct vm_range_allocator *allocator)
{
	const struct vm_gap_tree *tree = &allocator->tree;

	return (struct vm_range_stats){
		.used = allocator->used,
		.unused = allocator->space.size - allocator->used,
		.largest_gap = tree->columns[0].best[tree->root],
		.count = allocator->count,
	};
}

/* A line of the dump is at most 2 addresses, a size and a name long. */
#define LINE_SIZE (2 * 19 + 32 + VM_RANGE_NAME_SIZE)

static void make_printable(char *name)
{
	for (; *name; name++) {
		if (*name < ' ' || *name > '~')
			*name = '?';
	}
}

/* Returns: the length of the line. */
static size_t format_line(struct vm_range_info *info, char *line)
{
	static const char *const units[] = { "B",   "KiB", "MiB", "GiB",
					     "TiB", "PiB", "EiB" };
	struct vm_range range = { info->base, info->size };
	uint64_t amount = info->size;
	unsigned int unit = 0;

	while (amount % 1024 == 0) {
		amount /= 1024;
		unit++;
	}
	make_printable(info->name);
	return (size_t)snprintf(line, LINE_SIZE,
				"0x%016" PRIx64 "-0x%016" PRIx64 " %" PRIu64
				" %s %s\n",
				info->base, vm_range_last(range), amount,
				units[unit], info->name[0] ? info->name : "-");
}

size_t vm_range_dump(const struct vm_range_allocator *allocator, char *buffer,
		     size_t size)
{
	struct vm_range_info info = { 0 };
	char line[LINE_SIZE];
	size_t total = 0;
	size_t len, room;

	if (size)
		buffer[0] = '\0';
	while (!vm_range_next(allocator, &info)) {
		len = format_line(&info, line);
		room = total < size ? size - total : 0;
		if (room) {
			room = len < room ? len : room - 1;
			memcpy(buffer + total, line, room);
			buffer[total + room] = '\0';
		}
		total += len;
	}
	return total;
}
