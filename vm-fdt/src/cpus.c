/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* /cpus and /cpus/cpu-map (dt-schema, cpu-map.yaml), for any architecture. */
#include "builder.h"

#define LEVELS 4

static bool has_topology(const struct vmfdt_cpus *cpus)
{
	const struct vm_fdt_topology *t = cpus->topology;

	return t && (t->sockets || t->clusters || t->cores || t->threads);
}

static bool topology_fits(const struct vmfdt_cpus *cpus)
{
	const struct vm_fdt_topology *t = cpus->topology;
	uint64_t cores = (uint64_t)t->sockets * t->clusters, all;

	return !__builtin_mul_overflow(cores, t->cores, &cores) &&
	       !__builtin_mul_overflow(cores, t->threads, &all) &&
	       all == cpus->count;
}

/* Begins /cpus; gives the CPUs phandles if the map will need them. */
void vmfdt_begin_cpus(struct vm_fdt_writer *w, struct vmfdt_cpus *cpus)
{
	uint32_t cells = 1;

	for (size_t i = 0; i < cpus->count; i++) {
		if ((cpus->ids[i] & cpus->id_mask) > UINT32_MAX)
			cells = 2;
	}
	vm_fdt_begin_node(w, "cpus");
	vm_fdt_add_u32(w, "#address-cells", cells);
	vm_fdt_add_u32(w, "#size-cells", 0);
	if (!has_topology(cpus))
		return;
	if (!topology_fits(cpus))
		vmfdt_fail(w, -EINVAL,
			   "the topology is of another number of CPUs", NULL);
	else if (!cpus->phandle)
		cpus->phandle = vm_fdt_alloc_phandles(w, (uint32_t)cpus->count);
}

void vmfdt_begin_cpu(struct vm_fdt_writer *w, const struct vmfdt_cpus *cpus,
		     size_t i)
{
	struct vm_fdt_range reg = { .address = cpus->ids[i] & cpus->id_mask };

	vm_fdt_begin_node_at(w, "cpu", reg.address);
	vm_fdt_add_string(w, "device_type", "cpu");
	if (cpus->compatible)
		vm_fdt_add_string(w, "compatible", cpus->compatible);
	vm_fdt_add_reg(w, &reg, 1);
	if (cpus->phandle)
		vm_fdt_add_phandle(w, cpus->phandle + (uint32_t)i);
}

/*
 * Writes the nodes of one level and those inside them; @cpu counts the CPUs on
 * the way.  Recursion ends after LEVELS.
 */
static void add_level(struct vm_fdt_writer *w, const struct vmfdt_cpus *cpus,
		      unsigned int level, uint32_t *cpu)
{
	static const char *const names[LEVELS] = { "socket", "cluster", "core",
						   "thread" };
	const struct vm_fdt_topology *t = cpus->topology;
	const uint32_t counts[LEVELS] = { t->sockets, t->clusters, t->cores,
					  t->threads };

	if (level == LEVELS) {
		vm_fdt_add_reference(w, "cpu", cpus->phandle + *cpu);
		++*cpu;
		return;
	}
	/* One socket and one thread go without a level of their own. */
	if ((level == 0 || level == LEVELS - 1) && counts[level] == 1) {
		add_level(w, cpus, level + 1, cpu);
		return;
	}
	for (uint32_t i = 0; i < counts[level] && !w->failure.error; i++) {
		vmfdt_begin_numbered(w, names[level], i);
		add_level(w, cpus, level + 1, cpu);
		vm_fdt_end_node(w);
	}
}

void vmfdt_end_cpus(struct vm_fdt_writer *w, const struct vmfdt_cpus *cpus)
{
	uint32_t cpu = 0;

	if (has_topology(cpus) && !w->failure.error) {
		vm_fdt_begin_node(w, "cpu-map");
		add_level(w, cpus, 0, &cpu);
		vm_fdt_end_node(w);
	}
	vm_fdt_end_node(w);
}
