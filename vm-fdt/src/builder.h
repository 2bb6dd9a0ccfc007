/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What the files that write whole nodes share; built on the public writer. */
#ifndef VM_FDT_BUILDER_H
#define VM_FDT_BUILDER_H

#include <vm-fdt/interrupt.h>
#include <vm-fdt/nodes.h>
#include <vm-fdt/property.h>

#include "internal.h"

/* nodes.c */
void vmfdt_add_compatible(struct vm_fdt_writer *w, const char *first,
			  const char *second);
void vmfdt_begin_device(struct vm_fdt_writer *w, const char *name,
			const char *first, const char *second,
			const struct vm_fdt_range *reg);
void vmfdt_begin_numbered(struct vm_fdt_writer *w, const char *name,
			  uint32_t number);

/* Zero stands for a property that the node does not have. */
static inline void vmfdt_add_nonzero(struct vm_fdt_writer *w, const char *name,
				     uint32_t value)
{
	if (value)
		vm_fdt_add_u32(w, name, value);
}

/* cpus.c */
struct vmfdt_cpus {
	const uint64_t *ids;
	uint64_t id_mask; /* the bits of an id that count */
	size_t count;
	const char *compatible;
	uint32_t phandle; /* first of count; 0: none */
	const struct vm_fdt_topology *topology;
};

void vmfdt_begin_cpus(struct vm_fdt_writer *w, struct vmfdt_cpus *cpus);
void vmfdt_begin_cpu(struct vm_fdt_writer *w, const struct vmfdt_cpus *cpus,
		     size_t i);
void vmfdt_end_cpus(struct vm_fdt_writer *w, const struct vmfdt_cpus *cpus);

#endif
