/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Prints the blob of the machine named on the command line. */
#include <stdio.h>
#include <string.h>

#include "machines.h"

static int print(const struct machine *machine)
{
	struct vm_fdt_writer w;
	const void *blob;
	size_t size;
	int r;

	vm_fdt_writer_init_heap(&w, 0);
	vm_fdt_add_reservation(&w, 0x80000000, 0x1000);
	machine->write(&w);
	r = vm_fdt_writer_finish(&w, &blob, &size);
	if (r)
		fprintf(stderr, "%s: %s\n", w.failure.where, w.failure.reason);
	else if (fwrite(blob, 1, size, stdout) != size)
		r = -1;
	vm_fdt_writer_fini(&w);
	return r ? 1 : 0;
}

int main(int argc, char **argv)
{
	for (const struct machine *m = machines; argc == 2 && m->name; m++) {
		if (!strcmp(m->name, argv[1]))
			return print(m);
	}
	fprintf(stderr, "usage: print_machine NAME\n");
	return 2;
}
