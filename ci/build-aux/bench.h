/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The main() of a benchmark program.
 *
 * A program lists its operations in a table and calls bench_main():
 *
 *	prog            prints nanoseconds per operation for each of them
 *	prog --list     prints their names
 *	prog NAME N     runs one of them N times and prints nothing
 *
 * The third form is what the script budget runs under callgrind, twice with
 * different N: the difference is the instruction count of the operation.
 */
#ifndef BUILD_AUX_BENCH_H
#define BUILD_AUX_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bench_op {
	const char *name;
	void (*run)(uint64_t n); /* performs the operation n times */
};

/* Keeps the compiler from discarding a result that nothing else uses. */
#define BENCH_KEEP(value) __asm__ volatile("" : : "g"(value) : "memory")

static inline uint64_t bench_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static inline double bench_batch(const struct bench_op *op, uint64_t n)
{
	uint64_t start = bench_now_ns();

	op->run(n);
	return (double)(bench_now_ns() - start) / (double)n;
}

/* The fastest of 11 batches, each long enough to outlast the clock's grain. */
static inline void bench_print(const struct bench_op *op)
{
	double best, ns;
	uint64_t n = 1;

	while (bench_batch(op, n) * (double)n < 2e6 && n < UINT64_C(1) << 30)
		n *= 2;
	best = bench_batch(op, n);
	for (int i = 0; i < 10; i++) {
		ns = bench_batch(op, n);
		best = ns < best ? ns : best;
	}
	printf("%-28s %12.2f ns/op\n", op->name, best);
}

static inline int bench_main(int argc, char **argv, const struct bench_op *ops,
			     size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (argc == 1)
			bench_print(&ops[i]);
		else if (argc == 2 && !strcmp(argv[1], "--list"))
			puts(ops[i].name);
		else if (argc == 3 && !strcmp(argv[1], ops[i].name)) {
			ops[i].run(strtoull(argv[2], NULL, 10));
			return 0;
		}
	}
	if (argc <= 2)
		return 0;
	fprintf(stderr, "%s: no operation %s\n", argv[0], argv[1]);
	return 2;
}

#endif
