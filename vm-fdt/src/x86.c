/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/x86.h>

#include "builder.h"

int vm_fdt_add_x86_cpus(struct vm_fdt_writer *w,
			const struct vm_fdt_x86_cpus *x86)
{
	struct vmfdt_cpus cpus = {
		.ids = x86->apic_id,
		.id_mask = UINT64_MAX,
		.count = x86->count,
		.compatible = x86->compatible,
	};

	vmfdt_begin_cpus(w, &cpus);
	for (size_t i = 0; i < x86->count; i++) {
		vmfdt_begin_cpu(w, &cpus, i);
		vm_fdt_end_node(w);
	}
	vmfdt_end_cpus(w, &cpus);
	return w->failure.error;
}

static void begin_apic(struct vm_fdt_writer *w, const char *compatible,
		       uint32_t phandle, const struct vm_fdt_range *reg)
{
	vmfdt_begin_device(w, "interrupt-controller", compatible, NULL, reg);
	vm_fdt_add_empty(w, "interrupt-controller");
	vm_fdt_add_u32(w, "#interrupt-cells", 2);
	vm_fdt_add_u32(w, "#address-cells", 0);
	vmfdt_add_nonzero(w, "phandle", phandle);
}

int vm_fdt_add_lapic(struct vm_fdt_writer *w, uint32_t phandle,
		     const struct vm_fdt_range *reg)
{
	begin_apic(w, "intel,ce4100-lapic", phandle, reg);
	vm_fdt_add_empty(w, "intel,virtual-wire-mode");
	return vm_fdt_end_node(w);
}

int vm_fdt_add_ioapic(struct vm_fdt_writer *w, uint32_t phandle,
		      const struct vm_fdt_range *reg)
{
	begin_apic(w, "intel,ce4100-ioapic", phandle, reg);
	return vm_fdt_end_node(w);
}

int vm_fdt_add_hpet(struct vm_fdt_writer *w, const struct vm_fdt_range *reg)
{
	vmfdt_begin_device(w, "timer", "intel,ce4100-hpet", NULL, reg);
	return vm_fdt_end_node(w);
}
