/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Lets the input choose operations on guest memory and compares the outcome
 * with the naive model that the unit tests use.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../tests/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = { .bytes = data, .left = size };
	struct model *model = model_new();
	const char *error = NULL;

	while (!error && !source_is_empty(&source))
		error = model_step(model, &source);
	model_free(model);
	if (error) {
		fprintf(stderr, "not true: %s\n", error);
		abort();
	}
	return 0;
}
