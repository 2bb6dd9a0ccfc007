/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/arm.h>

#include "builder.h"

/* Aff3 and Aff2..0 of MPIDR_EL1 (Arm ARM, D19.2.102). */
#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)

#define MAX_REDISTRIBUTORS 64

int vm_fdt_add_arm_cpus(struct vm_fdt_writer *w,
			const struct vm_fdt_arm_cpus *arm)
{
	struct vmfdt_cpus cpus = {
		.ids = arm->mpidr,
		.id_mask = MPIDR_AFFINITY,
		.count = arm->count,
		.compatible = arm->compatible ? arm->compatible : "arm,armv8",
		.phandle = arm->phandle,
		.topology = &arm->topology,
	};

	vmfdt_begin_cpus(w, &cpus);
	for (size_t i = 0; i < arm->count; i++) {
		vmfdt_begin_cpu(w, &cpus, i);
		vm_fdt_add_string(w, "enable-method", "psci");
		vm_fdt_end_node(w);
	}
	vmfdt_end_cpus(w, &cpus);
	return w->failure.error;
}

/* A controller has its MSI frames inside, at addresses of the CPU. */
static void begin_gic(struct vm_fdt_writer *w, const char *compatible,
		      uint64_t address, uint32_t phandle, bool has_children)
{
	vm_fdt_begin_node_at(w, "interrupt-controller", address);
	vm_fdt_add_string(w, "compatible", compatible);
	vm_fdt_add_empty(w, "interrupt-controller");
	vm_fdt_add_u32(w, "#interrupt-cells", 3);
	vm_fdt_add_u32(w, "#address-cells", has_children ? 2 : 0);
	if (has_children) {
		vm_fdt_add_u32(w, "#size-cells", 2);
		vm_fdt_add_empty(w, "ranges");
	}
	vm_fdt_add_phandle(w, phandle);
}

int vm_fdt_add_gicv2(struct vm_fdt_writer *w, const struct vm_fdt_gicv2 *gic)
{
	const struct vm_fdt_range reg[] = {
		gic->distributor,
		gic->cpu,
		gic->hypervisor,
		gic->virtual_cpu,
	};

	begin_gic(w, "arm,cortex-a15-gic", gic->distributor.address,
		  gic->phandle, gic->v2m.size);
	vm_fdt_add_reg(w, reg, gic->hypervisor.size ? 4 : 2);
	vm_fdt_add_irqs(w, &gic->maintenance, 1);
	if (gic->v2m.size) {
		vmfdt_begin_device(w, "v2m", "arm,gic-v2m-frame", NULL,
				   &gic->v2m);
		vm_fdt_add_empty(w, "msi-controller");
		vmfdt_add_nonzero(w, "phandle", gic->v2m_phandle);
		vm_fdt_end_node(w);
	}
	return vm_fdt_end_node(w);
}

int vm_fdt_add_gicv3(struct vm_fdt_writer *w, const struct vm_fdt_gicv3 *gic)
{
	struct vm_fdt_range reg[1 + MAX_REDISTRIBUTORS] = { gic->distributor };
	size_t count = gic->redistributor_count;

	if (!count || count > MAX_REDISTRIBUTORS)
		return vmfdt_fail(w, -EINVAL,
				  "not 1 to 64 regions of redistributors",
				  "interrupt-controller");
	memcpy(reg + 1, gic->redistributors, count * sizeof(reg[0]));
	begin_gic(w, "arm,gic-v3", gic->distributor.address, gic->phandle,
		  gic->its.size);
	vm_fdt_add_reg(w, reg, 1 + count);
	if (count > 1)
		vm_fdt_add_u32(w, "#redistributor-regions", (uint32_t)count);
	if (gic->redistributor_stride)
		vm_fdt_add_u64(w, "redistributor-stride",
			       gic->redistributor_stride);
	vm_fdt_add_irqs(w, &gic->maintenance, 1);
	if (gic->its.size) {
		vmfdt_begin_device(w, "msi-controller", "arm,gic-v3-its", NULL,
				   &gic->its);
		vm_fdt_add_empty(w, "msi-controller");
		vm_fdt_add_u32(w, "#msi-cells", 1);
		vmfdt_add_nonzero(w, "phandle", gic->its_phandle);
		vm_fdt_end_node(w);
	}
	return vm_fdt_end_node(w);
}

int vm_fdt_add_arm_timer(struct vm_fdt_writer *w,
			 const struct vm_fdt_arm_timer *timer)
{
	const struct vm_fdt_irq irqs[] = {
		timer->secure,
		timer->physical,
		timer->virtual_timer,
		timer->hypervisor,
	};

	vm_fdt_begin_node(w, "timer");
	vm_fdt_add_string(w, "compatible", "arm,armv8-timer");
	vm_fdt_add_irqs(w, irqs, 4);
	vm_fdt_add_empty(w, "always-on");
	return vm_fdt_end_node(w);
}

int vm_fdt_add_arm_pmu(struct vm_fdt_writer *w, const struct vm_fdt_irq *irq)
{
	vm_fdt_begin_node(w, "pmu");
	vm_fdt_add_string(w, "compatible", "arm,armv8-pmuv3");
	vm_fdt_add_irqs(w, irq, 1);
	return vm_fdt_end_node(w);
}

int vm_fdt_add_psci(struct vm_fdt_writer *w, enum vm_fdt_psci_method method)
{
	vm_fdt_begin_node(w, "psci");
	vmfdt_add_compatible(w, "arm,psci-1.0", "arm,psci-0.2");
	vm_fdt_add_string(w, "method",
			  method == VM_FDT_PSCI_HVC ? "hvc" : "smc");
	return vm_fdt_end_node(w);
}
