/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A controller in the hands of a test, and what its harts were told. */
#ifndef TESTS_PLIC_HARTS_H
#define TESTS_PLIC_HARTS_H

#include <string.h>

#include <vm-superio/plic.h>

#include "run.h"

#define SOURCES	 70u
#define CONTEXTS 3u

#define PRIORITY(source)      (4u * (source))
#define PENDING(word)	      (0x1000u + 4u * (word))
#define ENABLE(context, word) (0x2000u + 0x80u * (context) + 4u * (word))
#define THRESHOLD(context)    (0x200000u + 0x1000u * (context))
#define CLAIM(context)	      (0x200004u + 0x1000u * (context))
#define COMPLETE(context)     CLAIM(context)
#define ENABLES_END	      0x1f2000u
#define EVERYTHING	      0xffffffffu

struct harts {
	bool external[CONTEXTS];
	unsigned int changes;
};

static struct harts harts;
static struct vm_plic plic;
static struct vm_plic_context contexts[CONTEXTS];

static inline void set_external(void *ctx, unsigned int context, bool level)
{
	struct harts *told = ctx;

	ck_assert_uint_lt(context, CONTEXTS);
	ck_assert(told->external[context] != level);
	told->external[context] = level;
	told->changes++;
}

static const struct vm_plic_ops ops = { .set_external = set_external };

static inline void setup(void)
{
	memset(&harts, 0, sizeof(harts));
	memset(&plic, 0x5a, sizeof(plic));
	memset(contexts, 0x5a, sizeof(contexts));
	ck_assert_int_eq(vm_plic_init(&plic, contexts, CONTEXTS, SOURCES, &ops,
				      &harts),
			 0);
}

static inline uint32_t in(unsigned int off)
{
	return vm_plic_read(&plic, off);
}

static inline void out(unsigned int off, uint32_t value)
{
	vm_plic_write(&plic, off, value);
}

static inline void raise_line(unsigned int source)
{
	vm_plic_set_level(&plic, source, true);
}

static inline void lower_line(unsigned int source)
{
	vm_plic_set_level(&plic, source, false);
}

static inline void enable(unsigned int context, unsigned int source)
{
	unsigned int off = ENABLE(context, source / 32);

	out(off, in(off) | UINT32_C(1) << source % 32);
}

static inline void disable(unsigned int context, unsigned int source)
{
	unsigned int off = ENABLE(context, source / 32);

	out(off, in(off) & ~(UINT32_C(1) << source % 32));
}

static inline bool is_pending(unsigned int source)
{
	return in(PENDING(source / 32)) >> source % 32 & 1;
}

/* As Linux has it: priority 1, one context, threshold 0. */
static inline void route(unsigned int source, unsigned int context)
{
	out(PRIORITY(source), 1);
	enable(context, source);
}

static inline void expect_reset_values(void)
{
	uint32_t any = 0;

	for (unsigned int off = 0; off < VM_PLIC_CONTEXT_PAGES; off += 4)
		any |= in(off);
	ck_assert_uint_eq(any, 0);
	for (unsigned int context = 0; context < CONTEXTS; context++) {
		ck_assert_uint_eq(in(THRESHOLD(context)), 0);
		ck_assert_uint_eq(in(CLAIM(context)), 0);
	}
}

#endif
