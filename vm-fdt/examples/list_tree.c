/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Lists the devices of a tree in a file: path, compatible, address.
 *
 *	list_tree FILE.dtb
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vm-fdt/value.h>

#define MAX_SIZE (16u << 20)

static void list_node(const struct vm_fdt_reader *reader, int node)
{
	struct vm_fdt_range reg;
	const char *compatible;
	char path[256];

	if (!vm_fdt_get_string(reader, node, "compatible", 0, &compatible) &&
	    !vm_fdt_get_path(reader, node, path, sizeof(path))) {
		printf("%s %s", path, compatible);
		if (!vm_fdt_get_address(reader, node, 0, &reg))
			printf(" 0x%" PRIx64 "+0x%" PRIx64, reg.address,
			       reg.size);
		puts(vm_fdt_is_enabled(reader, node) ? "" : " disabled");
	}
	for (int child = vm_fdt_get_child(reader, node); child >= 0;
	     child = vm_fdt_get_sibling(reader, child))
		list_node(reader, child);
}

static int list_file(FILE *file, const char *name)
{
	struct vm_fdt_reader reader;
	void *blob = malloc(MAX_SIZE);
	size_t size;
	int r;

	if (!blob) {
		perror(name);
		return 1;
	}
	size = fread(blob, 1, MAX_SIZE, file);
	r = vm_fdt_reader_init(&reader, blob, size);
	if (r)
		fprintf(stderr, "%s: not a device tree: %s\n", name,
			strerror(-r));
	else
		list_node(&reader, 0);
	free(blob);
	return r ? 1 : 0;
}

int main(int argc, char **argv)
{
	FILE *file;
	int r;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FILE.dtb\n", argv[0]);
		return 2;
	}
	file = fopen(argv[1], "rb");
	if (!file) {
		perror(argv[1]);
		return 1;
	}
	r = list_file(file, argv[1]);
	fclose(file);
	return r;
}
