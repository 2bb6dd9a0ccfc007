/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What an x86_64 machine has: CPUs, local APICs, I/O APIC, HPET.
 *
 * Kernels built with device trees read them on x86 too, where ACPI is off.  The
 * names of the bindings come from the first chip that used them.
 *
 * Threading: as the writer.
 */
#ifndef VM_FDT_X86_H
#define VM_FDT_X86_H

#include <vm-fdt/interrupt.h>
#include <vm-fdt/nodes.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_fdt_x86_cpus - the CPUs of an x86 machine
 * @apic_id: for each the id of its local APIC
 * @count: how many
 * @compatible: what they are; NULL to leave it out
 */
struct vm_fdt_x86_cpus {
	const uint64_t *apic_id;
	size_t count;
	const char *compatible;
};

/**
 * vm_fdt_add_x86_cpus - add /cpus, started by INIT and SIPI
 * @w: writer whose innermost node is the root
 * @cpus: what they are like
 *
 * Returns: 0, or the error of @w; also -EEXIST, two have the same id.
 */
VM_FDT_API int vm_fdt_add_x86_cpus(struct vm_fdt_writer *w,
				   const struct vm_fdt_x86_cpus *cpus);

/**
 * vm_fdt_add_lapic - add the local APICs
 *	(interrupt-controller/intel,ce4100-lapic.yaml)
 * @w: writer
 * @phandle: by which other nodes refer to it; 0 for none
 * @reg: where each CPU sees its own
 *
 * They are in virtual wire mode, as a machine without a 8259 has them.
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_lapic(struct vm_fdt_writer *w, uint32_t phandle,
				const struct vm_fdt_range *reg);

/**
 * vm_fdt_add_ioapic - add an I/O APIC
 *	(interrupt-controller/intel,ce4100-ioapic.yaml)
 * @w: writer
 * @phandle: by which devices refer to it
 * @reg: where the registers are
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_ioapic(struct vm_fdt_writer *w, uint32_t phandle,
				 const struct vm_fdt_range *reg);

/**
 * vm_fdt_add_hpet - add a high precision event timer (intel,ce4100-hpet)
 * @w: writer
 * @reg: where the registers are
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_hpet(struct vm_fdt_writer *w,
			       const struct vm_fdt_range *reg);

#ifdef __cplusplus
}
#endif

#endif
