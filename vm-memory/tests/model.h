/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A naive model of guest memory, and operations that are done to it and to
 * the library alike.  Where the operations come from is the caller's choice:
 * a random number generator, or the input of a fuzzer.
 */
#ifndef VM_MEMORY_TESTS_MODEL_H
#define VM_MEMORY_TESTS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers are taken from @bytes, or made up if there are none. */
struct source {
	const uint8_t *bytes;
	size_t left;
	uint64_t seed;
};

struct model;

struct model *model_new(void);
void model_free(struct model *model);

/*
 * Does one operation to both sides.  Returns NULL, or what differs.
 */
const char *model_step(struct model *model, struct source *source);

/* Have the bytes been used up?  A generator never ends. */
bool source_is_empty(const struct source *source);

#endif
