/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <stdlib.h>

#include "internal.h"

struct vm_mem_bitmap *mem_bitmap_new(const uint8_t *base, uint64_t bytes,
				     uint64_t page_size)
{
	unsigned int shift = (unsigned int)__builtin_ctzll(page_size);
	uint64_t pages = ((bytes - 1) >> shift) + 1;
	struct vm_mem_bitmap *bitmap;

	/* Fresh zero pages take no memory until a bit in them is set. */
	bitmap = calloc(1, sizeof(*bitmap) + (pages - 1) / 64 * 8 + 8);
	if (!bitmap)
		return NULL;
	atomic_init(&bitmap->refs, 1);
	bitmap->base = base;
	bitmap->shift = shift;
	bitmap->pages = pages;
	return bitmap;
}

struct vm_mem_bitmap *mem_bitmap_ref(struct vm_mem_bitmap *bitmap)
{
	/* Whoever copies a reference holds one: nothing to order. */
	if (bitmap)
		atomic_fetch_add_explicit(&bitmap->refs, 1,
					  memory_order_relaxed);
	return bitmap;
}

void mem_bitmap_put(struct vm_mem_bitmap *bitmap)
{
	/* Pairs with itself: the last one out sees what the others did. */
	if (bitmap && atomic_fetch_sub_explicit(&bitmap->refs, 1,
						memory_order_acq_rel) == 1)
		free(bitmap);
}

/* Bits [first, last] of one word. */
static uint64_t bits(uint64_t first, uint64_t last)
{
	return (UINT64_MAX << first) & (UINT64_MAX >> (63 - last));
}

static uint64_t mark_word(struct vm_mem_bitmap *bitmap, uint64_t word,
			  uint64_t mask)
{
	/*
	 * Always an exchange, even if the bits are set already: a plain load
	 * could be satisfied before the data is visible, and a reader that
	 * clears the bit in between would miss the data.  Release: pairs with
	 * the acquire in vm_mem_fetch_dirty().
	 */
	return atomic_fetch_or_explicit(&bitmap->words[word], mask,
					memory_order_release);
}

void vm_mem_bitmap_mark(struct vm_mem_bitmap *bitmap, const void *hva,
			uint64_t len)
{
	uint64_t off = (uintptr_t)hva - (uintptr_t)bitmap->base;
	uint64_t first = off >> bitmap->shift;
	uint64_t last = (off + len - 1) >> bitmap->shift;

	if (!len || first >= bitmap->pages)
		return;
	if (first == last) {
		mark_word(bitmap, first / 64, UINT64_C(1) << first % 64);
		return;
	}
	if (last >= bitmap->pages || last < first)
		last = bitmap->pages - 1;
	for (; first / 64 < last / 64; first = (first / 64 + 1) * 64)
		mark_word(bitmap, first / 64, bits(first % 64, 63));
	mark_word(bitmap, last / 64, bits(first % 64, last % 64));
}

/* Marks one page.  Was it clear? */
bool mem_bitmap_set_page(struct vm_mem_bitmap *bitmap, uint64_t page)
{
	uint64_t bit = UINT64_C(1) << page % 64;

	return !(mark_word(bitmap, page / 64, bit) & bit);
}

void mem_bitmap_clear_page(struct vm_mem_bitmap *bitmap, uint64_t page)
{
	atomic_fetch_and_explicit(&bitmap->words[page / 64],
				  ~(UINT64_C(1) << page % 64),
				  memory_order_release);
}

/* Is any page of a range marked?  It lies within the bitmap, if there is one. */
bool mem_bitmap_any(const struct vm_mem_bitmap *bitmap, const uint8_t *hva,
		    uint64_t len)
{
	uint64_t off, first, last;

	if (!bitmap)
		return false;
	off = (uint64_t)(hva - bitmap->base);
	first = off >> bitmap->shift;
	last = (off + len - 1) >> bitmap->shift;
	for (uint64_t word = first / 64; word <= last / 64; word++) {
		uint64_t mask = bits(word == first / 64 ? first % 64 : 0,
				     word == last / 64 ? last % 64 : 63);

		/* Pairs with the release in mark_word(). */
		if (atomic_load_explicit(&bitmap->words[word],
					 memory_order_acquire) &
		    mask)
			return true;
	}
	return false;
}
