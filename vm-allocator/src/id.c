/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stddef.h>

#include <vm-allocator/id.h>

#include "memory.h"

/* 64^6 is the first power of 64 that covers all 2^32 ids. */
#define LEVELS_MAX 6

#define FULL UINT64_MAX

/*
 * A set bit of level 0 is an allocated id, a set bit of a level above is a
 * full word of the level below, and the top level is one word.  Bits past the
 * end of a level are set, so that they are never found free.  With this
 * polarity an empty allocator is all zeros and fresh pages need no writing.
 */
struct vm_id_allocator {
	struct vm_allocator_memory memory;
	uint32_t first;
	uint32_t span; /* the last id - the first */
	uint64_t count;
	unsigned int level_count;
	uint64_t *levels[LEVELS_MAX];
	size_t words[LEVELS_MAX];
	uint64_t bits[];
};

static uint64_t bit_of(uint64_t index)
{
	return UINT64_C(1) << (index % 64);
}

static unsigned int lowest_bit(uint64_t word)
{
	return (unsigned int)__builtin_ctzll(word);
}

/* Counts the words of each level.  Returns: those of all levels together. */
static size_t measure(uint64_t ids, size_t *words, unsigned int *ret_levels)
{
	unsigned int level = 0;
	size_t total = 0;

	do {
		ids = (ids + 63) / 64;
		words[level++] = (size_t)ids;
		total += (size_t)ids;
	} while (ids > 1);
	*ret_levels = level;
	return total;
}

/* Lays the levels out and sets the bits past the end of each. */
static void init_levels(struct vm_id_allocator *allocator, const size_t *words,
			uint64_t ids)
{
	uint64_t *level = allocator->bits;

	for (unsigned int i = 0; i < allocator->level_count; i++) {
		allocator->levels[i] = level;
		allocator->words[i] = words[i];
		level += words[i];
		if (ids % 64)
			level[-1] = FULL << (ids % 64);
		ids = words[i];
	}
}

int vm_id_new(uint32_t first, uint32_t last,
	      const struct vm_allocator_memory *memory,
	      struct vm_id_allocator **ret_allocator)
{
	struct vm_id_allocator *allocator;
	struct vm_allocator_memory source;
	size_t words[LEVELS_MAX];
	unsigned int level_count;
	size_t total;
	uint64_t ids;
	int r;

	if (last < first)
		return -EINVAL;
	r = vm_memory_init(&source, memory);
	if (r)
		return r;
	ids = (uint64_t)last - first + 1;
	total = measure(ids, words, &level_count);
	allocator = vm_memory_zalloc(&source, sizeof(*allocator) +
						      total * sizeof(uint64_t));
	if (!allocator)
		return -ENOMEM;
	allocator->memory = source;
	allocator->first = first;
	allocator->span = last - first;
	allocator->level_count = level_count;
	init_levels(allocator, words, ids);
	*ret_allocator = allocator;
	return 0;
}

void vm_id_free(struct vm_id_allocator *allocator)
{
	struct vm_allocator_memory memory;

	if (!allocator)
		return;
	memory = allocator->memory;
	vm_memory_free(&memory, allocator);
}

/* Returns: whether there is such an id. */
static bool find_index(const struct vm_id_allocator *allocator, uint32_t id,
		       uint64_t *ret_index)
{
	/* What lies below the first id wraps to behind the last. */
	uint32_t index = id - allocator->first;

	*ret_index = index;
	return index <= allocator->span;
}

static bool is_set(const struct vm_id_allocator *allocator, uint64_t index)
{
	return allocator->levels[0][index / 64] & bit_of(index);
}

/* Goes up only as far as words become full. */
static void set(struct vm_id_allocator *allocator, uint64_t index)
{
	uint64_t *word;

	allocator->count++;
	for (unsigned int i = 0; i < allocator->level_count; i++) {
		word = &allocator->levels[i][index / 64];
		*word |= bit_of(index);
		if (*word != FULL)
			return;
		index /= 64;
	}
}

/* Goes up only as far as words were full. */
static void clear(struct vm_id_allocator *allocator, uint64_t index)
{
	uint64_t *word;
	bool was_full;

	allocator->count--;
	for (unsigned int i = 0; i < allocator->level_count; i++) {
		word = &allocator->levels[i][index / 64];
		was_full = *word == FULL;
		*word &= ~bit_of(index);
		if (!was_full)
			return;
		index /= 64;
	}
}

/* Returns: the lowest free id under a bit, told by the level of the bit. */
static uint64_t lowest_free(const struct vm_id_allocator *allocator,
			    unsigned int level, uint64_t index)
{
	while (level-- > 0)
		index = index * 64 +
			lowest_bit(~allocator->levels[level][index]);
	return index;
}

/* Goes up until a word has a free bit at or behind the index. */
static bool find_free(const struct vm_id_allocator *allocator, uint64_t index,
		      uint64_t *ret_index)
{
	uint64_t word, unused;

	for (unsigned int i = 0; i < allocator->level_count; i++) {
		word = index / 64;
		if (word >= allocator->words[i])
			return false;
		unused = ~allocator->levels[i][word] & FULL << (index % 64);
		if (unused) {
			index = word * 64 + lowest_bit(unused);
			*ret_index = lowest_free(allocator, i, index);
			return true;
		}
		index = word + 1;
	}
	return false;
}

int vm_id_alloc(struct vm_id_allocator *allocator, uint32_t *ret_id)
{
	unsigned int level_count = allocator->level_count;
	uint64_t index;

	if (allocator->levels[level_count - 1][0] == FULL)
		return -ENOSPC;
	index = lowest_free(allocator, level_count, 0);
	set(allocator, index);
	*ret_id = (uint32_t)(index + allocator->first);
	return 0;
}

int vm_id_alloc_within(struct vm_id_allocator *allocator, uint32_t first,
		       uint32_t last, uint32_t *ret_id)
{
	uint64_t index;

	if (last < first)
		return -EINVAL;
	if (first < allocator->first)
		first = allocator->first;
	if (!find_free(allocator, (uint64_t)first - allocator->first, &index) ||
	    index + allocator->first > last)
		return -ENOSPC;
	set(allocator, index);
	*ret_id = (uint32_t)(index + allocator->first);
	return 0;
}

int vm_id_reserve(struct vm_id_allocator *allocator, uint32_t id)
{
	uint64_t index;

	if (!find_index(allocator, id, &index))
		return -ENOSPC;
	if (is_set(allocator, index))
		return -EEXIST;
	set(allocator, index);
	return 0;
}

int vm_id_release(struct vm_id_allocator *allocator, uint32_t id)
{
	uint64_t index;

	if (!find_index(allocator, id, &index) || !is_set(allocator, index))
		return -ENOENT;
	clear(allocator, index);
	return 0;
}

bool vm_id_is_allocated(const struct vm_id_allocator *allocator, uint32_t id)
{
	uint64_t index;

	return find_index(allocator, id, &index) && is_set(allocator, index);
}

int vm_id_next(const struct vm_id_allocator *allocator, int64_t *id)
{
	const uint64_t *level = allocator->levels[0];
	int64_t first = allocator->first;
	int64_t last = first + allocator->span;
	uint64_t index = 0;
	uint64_t used;

	if (*id >= last)
		return -ENOENT;
	if (*id >= first)
		index = (uint64_t)(*id - first) + 1;
	used = level[index / 64] & FULL << (index % 64);
	while (!used) {
		index = (index / 64 + 1) * 64;
		if (index > allocator->span)
			return -ENOENT;
		used = level[index / 64];
	}
	index = index / 64 * 64 + lowest_bit(used);
	/* The bits past the end are set too. */
	if (index > allocator->span)
		return -ENOENT;
	*id = first + (int64_t)index;
	return 0;
}

uint64_t vm_id_get_count(const struct vm_id_allocator *allocator)
{
	return allocator->count;
}
