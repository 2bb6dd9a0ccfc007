/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Whole machines, as a VMM would describe them, for the tests. */
#ifndef TESTS_MACHINES_H
#define TESTS_MACHINES_H

#include <vm-fdt/writer.h>

struct machine {
	const char *name;
	void (*write)(struct vm_fdt_writer *w); /* the root and all in it */
};

/* Ends with an entry whose name is NULL. */
extern const struct machine machines[];

#endif
