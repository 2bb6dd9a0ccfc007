/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Any accesses of the guest and any lines of devices, and any saved state to
 * start from.  What a hart is told agrees with the registers, and what is
 * pending can be claimed once.
 *
 * Input: a byte whose bit 0 says that a saved state follows and whose bits 1
 * and 2 are the number of contexts less one, the number of sources (2 bytes);
 * then per step a byte that names it and what it takes.
 */
#include <vm-superio/plic.h>

#include "input.h"

#define CONTEXTS_MAX 4u

struct board {
	struct vm_plic plic;
	struct vm_plic_context contexts[CONTEXTS_MAX];
	unsigned int context_count;
	unsigned int sources;
	bool external[CONTEXTS_MAX];
};

struct snapshot {
	struct vm_plic_state state;
	struct vm_plic_context_state contexts[CONTEXTS_MAX];
};

static void set_external(void *ctx, unsigned int context, bool level)
{
	struct board *board = ctx;

	assert(context < board->context_count);
	assert(board->external[context] != level);
	board->external[context] = level;
}

static const struct vm_plic_ops ops = { .set_external = set_external };

static void make_board(struct board *board, unsigned int context_count,
		       unsigned int sources)
{
	memset(board, 0, sizeof(*board));
	board->context_count = context_count;
	board->sources = sources;
	assert(!vm_plic_init(&board->plic, board->contexts, context_count,
			     sources, &ops, board));
}

/* What can be reached can be saved, restored, and is the same afterwards. */
static void check_state(const struct board *board)
{
	static struct snapshot before, after;
	static struct board other;

	memset(&before, 0, sizeof(before));
	memset(&after, 0, sizeof(after));
	vm_plic_save(&board->plic, &before.state, before.contexts);
	make_board(&other, board->context_count, board->sources);
	assert(!vm_plic_restore(&other.plic, &before.state, before.contexts));
	assert(!memcmp(other.external, board->external,
		       sizeof(other.external)));
	vm_plic_save(&other.plic, &after.state, after.contexts);
	assert(!memcmp(&before, &after, sizeof(before)));
}

/* Above threshold 0 a hart is told of all that it can claim. */
static void drain(struct board *board, unsigned int context)
{
	unsigned int page =
		VM_PLIC_CONTEXT_PAGES + context * VM_PLIC_CONTEXT_PAGE;
	unsigned int claims = 0;
	uint32_t source;

	vm_plic_write(&board->plic, page, 0);
	while (board->external[context]) {
		source = vm_plic_read(&board->plic, page + 4);
		assert(source && source <= board->sources);
		assert(++claims <= board->sources);
	}
	assert(!vm_plic_read(&board->plic, page + 4));
}

/* A register, of those that there are more often than of others. */
static unsigned int take_offset(struct input *input, uint8_t op)
{
	unsigned int context = op >> 6;
	unsigned int n = (unsigned int)take(input, 2);

	switch (op >> 3 & 7) {
	case 0:
	case 1:
		return n % 1024 * 4;
	case 2:
		return 0x1000 + n % 32 * 4;
	case 3:
	case 4:
		return 0x2000 + context * 0x80 + n % 32 * 4;
	case 5:
		return 0x200000 + context * 0x1000;
	case 6:
		return 0x200004 + context * 0x1000;
	}
	return n << 16 | (unsigned int)take(input, 2);
}

static void step(struct board *board, struct input *input)
{
	uint8_t op = (uint8_t)take(input, 1);
	unsigned int off;

	switch (op % 8) {
	case 0:
	case 1:
		vm_plic_read(&board->plic, take_offset(input, op));
		break;
	case 2:
	case 3:
		off = take_offset(input, op);
		vm_plic_write(&board->plic, off, (uint32_t)take(input, 4));
		break;
	case 4:
	case 5:
	case 6:
		vm_plic_set_level(&board->plic, (unsigned int)take(input, 2),
				  op & 8);
		break;
	case 7:
		drain(board, (op >> 3) % board->context_count);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	uint8_t flags = (uint8_t)take(&input, 1);
	static struct snapshot snapshot;
	static struct board board;

	make_board(&board, 1 + (flags >> 1) % CONTEXTS_MAX,
		   1 + (unsigned int)take(&input, 2) % VM_PLIC_SOURCES_MAX);
	if (flags & 1) {
		take_bytes(&input, &snapshot, sizeof(snapshot));
		if (vm_plic_restore(&board.plic, &snapshot.state,
				    snapshot.contexts))
			return 0;
		check_state(&board);
	}
	while (input.len)
		step(&board, &input);
	check_state(&board);
	for (unsigned int i = 0; i < board.context_count; i++)
		drain(&board, i);
	return 0;
}
