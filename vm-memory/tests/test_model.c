/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * usage: test_model [STEPS [SEED]]
 *
 * A million random operations, with the map being swapped and dirty tracking
 * on most of the time, against a model that does everything byte by byte.
 * Without a seed every run is the same, so that a failure is a change's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "model.h"

int main(int argc, char **argv)
{
	uint64_t steps = 1000000;
	struct source source = { .seed = 1 };
	struct model *model = model_new();
	const char *error = NULL;

	if (argc > 1)
		steps = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		source.seed = strtoull(argv[2], NULL, 0);
	printf("%" PRIu64 " steps, seed %#" PRIx64 "\n", steps, source.seed);
	fflush(stdout);
	for (uint64_t i = 0; i < steps && !error; i++) {
		error = model_step(model, &source);
		if (error)
			printf("step %" PRIu64 ": not true: %s\n", i, error);
	}
	model_free(model);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
