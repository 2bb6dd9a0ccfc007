/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Runs a fuzz target once over each file named on the command line, so that a
 * corpus is replayed by a compiler that has no libFuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	size_t size;
	long end;

	if (!file)
		return -1;
	fseek(file, 0, SEEK_END);
	end = ftell(file);
	rewind(file);
	if (end < 0) {
		fclose(file);
		return -1;
	}
	/* An exact allocation, so that a sanitizer sees the end of the input. */
	data = malloc(end ? (size_t)end : 1);
	if (!data) {
		fclose(file);
		return -1;
	}
	size = fread(data, 1, (size_t)end, file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE...\n", argv[0]);
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		if (replay(argv[i])) {
			perror(argv[i]);
			return 1;
		}
	}
	printf("%d inputs replayed\n", argc - 1);
	return 0;
}
