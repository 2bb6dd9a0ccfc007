/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A million random operations on each allocator, each compared with a model.
 * Every run makes the same ones, so that a failure is a change's;
 * VM_TEST_SEED in the environment makes others.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "id_model.h"
#include "range_model.h"
#include "run.h"

#define RUNS  1000u
#define STEPS 1000u

static uint64_t seed;

static void choose_seed(void)
{
	const char *chosen = getenv("VM_TEST_SEED");

	seed = chosen ? strtoull(chosen, NULL, 0) : 1;
	printf("VM_TEST_SEED=0x%" PRIx64 "\n", seed);
}

/* SplitMix64: any seed will do. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void fill(uint8_t *bytes, size_t size, uint64_t *state)
{
	uint64_t random;
	size_t part;

	for (; size; size -= part, bytes += part) {
		random = next_random(state);
		part = size < sizeof(random) ? size : sizeof(random);
		memcpy(bytes, &random, part);
	}
}

static void run_many(const char *(*run)(const uint8_t *data, size_t size),
		     size_t size)
{
	uint8_t *bytes = malloc(size);
	uint64_t state = seed;
	const char *difference;

	ck_assert_ptr_nonnull(bytes);
	for (unsigned int i = 0; i < RUNS; i++) {
		fill(bytes, size, &state);
		difference = run(bytes, size);
		ck_assert_msg(!difference, "run %u differs in the %s", i,
			      difference);
	}
	free(bytes);
}

START_TEST(million_random_operations_on_ranges_agree_with_the_model)
{
	run_many(range_model_run,
		 RANGE_MODEL_HEADER + STEPS * RANGE_MODEL_STEP);
}
END_TEST

START_TEST(million_random_operations_on_ids_agree_with_the_model)
{
	run_many(id_model_run, ID_MODEL_HEADER + STEPS * ID_MODEL_STEP);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		million_random_operations_on_ranges_agree_with_the_model,
		million_random_operations_on_ids_agree_with_the_model,
	};

	choose_seed();
	fflush(stdout);
	return run_tests("random", tests, sizeof(tests) / sizeof(tests[0]));
}
