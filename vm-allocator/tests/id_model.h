/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* An id allocator that is too simple to be wrong: an array of flags. */
#ifndef VM_ALLOCATOR_TESTS_ID_MODEL_H
#define VM_ALLOCATOR_TESTS_ID_MODEL_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that choose the ids, and bytes that each operation takes. */
#define ID_MODEL_HEADER 4
#define ID_MODEL_STEP	6

/*
 * Does what the bytes say with an allocator and the model, and compares
 * results and states.  Returns: NULL if they agree, else where they did not.
 */
const char *id_model_run(const uint8_t *data, size_t size);

#endif
