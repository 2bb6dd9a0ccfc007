/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "internal.h"

/* Bits [first, last] of one word. */
static uint64_t bits(uint64_t first, uint64_t last)
{
	return (UINT64_MAX << first) & (UINT64_MAX >> (63 - last));
}

static void mark_word(struct vm_mem_dirty *dirty, uint64_t word, uint64_t mask)
{
	/*
	 * Always an exchange, even if the bits are already set: a plain load
	 * could be satisfied before the data is visible, and a reader that
	 * clears the bit in between would miss the data.  Release: pairs with
	 * the acquire of the exchange that fetches and clears.
	 */
	atomic_fetch_or_explicit(&dirty->words[word], mask,
				 memory_order_release);
}

void vm_mem_dirty_mark(struct vm_mem_dirty *dirty, uint64_t off, uint64_t len)
{
	uint64_t first = off >> dirty->shift;
	uint64_t last = (off + len - 1) >> dirty->shift;

	if (!len || first >= dirty->pages)
		return;
	if (last >= dirty->pages || last < first)
		last = dirty->pages - 1;
	while (first / 64 < last / 64) {
		mark_word(dirty, first / 64, bits(first % 64, 63));
		first = (first / 64 + 1) * 64;
	}
	mark_word(dirty, last / 64, bits(first % 64, last % 64));
}
