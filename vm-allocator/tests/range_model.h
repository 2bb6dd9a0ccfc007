/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A range allocator that is too simple to be wrong: it knows for each single
 * address whose it is, and finds a place by trying one after the other.
 */
#ifndef VM_ALLOCATOR_TESTS_RANGE_MODEL_H
#define VM_ALLOCATOR_TESTS_RANGE_MODEL_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that choose the space, and bytes that each operation takes. */
#define RANGE_MODEL_HEADER 4
#define RANGE_MODEL_STEP   12

/*
 * Does what the bytes say with an allocator and the model, and compares
 * results and states.  Returns: NULL if they agree, else where they did not.
 */
const char *range_model_run(const uint8_t *data, size_t size);

#endif
