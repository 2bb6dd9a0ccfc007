/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What an aarch64 machine has: CPUs, GIC, timer, PMU, PSCI.
 *
 * The bindings are those of the Linux kernel, Documentation/devicetree/
 * bindings; each function names its file there.  What a structure leaves zero
 * is left out of the node.
 *
 * Threading: as the writer.
 */
#ifndef VM_FDT_ARM_H
#define VM_FDT_ARM_H

#include <vm-fdt/interrupt.h>
#include <vm-fdt/nodes.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_fdt_arm_cpus - the CPUs of an aarch64 machine
 * @mpidr: for each its MPIDR_EL1, of which the affinity bits are used
 * @count: how many
 * @compatible: what they are; NULL for "arm,armv8"
 * @phandle: first of @count phandles for them; 0 for none, and then a topology
 *	takes its own
 * @topology: how they are grouped
 */
struct vm_fdt_arm_cpus {
	const uint64_t *mpidr;
	size_t count;
	const char *compatible;
	uint32_t phandle;
	struct vm_fdt_topology topology;
};

/**
 * vm_fdt_add_arm_cpus - add /cpus, started by PSCI (arm/cpus.yaml)
 * @w: writer whose innermost node is the root
 * @cpus: what they are like
 *
 * Returns: 0, or the error of @w; also -EINVAL, the topology is of another
 * number of CPUs, and -EEXIST, two have the same affinity.
 */
VM_FDT_API int vm_fdt_add_arm_cpus(struct vm_fdt_writer *w,
				   const struct vm_fdt_arm_cpus *cpus);

/**
 * struct vm_fdt_gicv2 - an interrupt controller for up to 8 CPUs
 * @phandle: by which devices refer to it
 * @distributor: GICD registers
 * @cpu: GICC registers
 * @maintenance: the line of its virtualisation extensions
 * @hypervisor: GICH registers
 * @virtual_cpu: GICV registers
 * @v2m: registers of a frame that turns MSIs into lines
 * @v2m_phandle: by which a PCI host refers to that frame
 */
struct vm_fdt_gicv2 {
	uint32_t phandle;
	struct vm_fdt_range distributor;
	struct vm_fdt_range cpu;
	struct vm_fdt_irq maintenance;
	struct vm_fdt_range hypervisor;
	struct vm_fdt_range virtual_cpu;
	struct vm_fdt_range v2m;
	uint32_t v2m_phandle;
};

/**
 * vm_fdt_add_gicv2 - add a GICv2 (interrupt-controller/arm,gic.yaml)
 * @w: writer
 * @gic: what it is like
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_gicv2(struct vm_fdt_writer *w,
				const struct vm_fdt_gicv2 *gic);

/**
 * struct vm_fdt_gicv3 - an interrupt controller
 * @phandle: by which devices refer to it
 * @distributor: GICD registers
 * @redistributors: @redistributor_count regions of GICR registers
 * @redistributor_count: how many; 1 to 64
 * @redistributor_stride: bytes from one CPU's to the next, where that is not
 *	the architecture's
 * @maintenance: the line of its virtualisation extensions
 * @its: registers of an interrupt translation service, for MSIs
 * @its_phandle: by which a PCI host refers to it
 */
struct vm_fdt_gicv3 {
	uint32_t phandle;
	struct vm_fdt_range distributor;
	const struct vm_fdt_range *redistributors;
	size_t redistributor_count;
	uint64_t redistributor_stride;
	struct vm_fdt_irq maintenance;
	struct vm_fdt_range its;
	uint32_t its_phandle;
};

/**
 * vm_fdt_add_gicv3 - add a GICv3 (interrupt-controller/arm,gic-v3.yaml)
 * @w: writer
 * @gic: what it is like
 *
 * Returns: 0, or the error of @w; also -EINVAL, it has no redistributor or more
 * than 64 regions.
 */
VM_FDT_API int vm_fdt_add_gicv3(struct vm_fdt_writer *w,
				const struct vm_fdt_gicv3 *gic);

/**
 * struct vm_fdt_arm_timer - the timer of each CPU
 * @secure: line of the secure physical timer
 * @physical: of the non-secure physical timer
 * @virtual_timer: of the virtual timer
 * @hypervisor: of the hypervisor's physical timer
 */
struct vm_fdt_arm_timer {
	struct vm_fdt_irq secure;
	struct vm_fdt_irq physical;
	struct vm_fdt_irq virtual_timer;
	struct vm_fdt_irq hypervisor;
};

/**
 * vm_fdt_add_arm_timer - add the timer, never stopped
 *	(timer/arm,arch_timer.yaml)
 * @w: writer
 * @timer: its lines
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_arm_timer(struct vm_fdt_writer *w,
				    const struct vm_fdt_arm_timer *timer);

/**
 * vm_fdt_add_arm_pmu - add the performance counters (arm/pmu.yaml)
 * @w: writer
 * @irq: their line
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_arm_pmu(struct vm_fdt_writer *w,
				  const struct vm_fdt_irq *irq);

/* The instruction by which the kernel calls PSCI. */
enum vm_fdt_psci_method {
	VM_FDT_PSCI_HVC,
	VM_FDT_PSCI_SMC,
};

/**
 * vm_fdt_add_psci - add PSCI 1.0, which includes 0.2 (arm/psci.yaml)
 * @w: writer
 * @method: how it is called
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_psci(struct vm_fdt_writer *w,
			       enum vm_fdt_psci_method method);

#ifdef __cplusplus
}
#endif

#endif
