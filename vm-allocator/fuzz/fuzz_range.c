/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Any sequence of operations on ranges agrees with the model. */
#include <stdio.h>
#include <stdlib.h>

#include "range_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *difference = range_model_run(data, size);

	if (difference) {
		fprintf(stderr, "allocator and model differ: %s\n", difference);
		abort();
	}
	return 0;
}
