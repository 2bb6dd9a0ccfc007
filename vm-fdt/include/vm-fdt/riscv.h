/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What a riscv64 machine has: harts, PLIC, APLIC and IMSIC.
 *
 * The bindings are those of the Linux kernel, Documentation/devicetree/
 * bindings; each function names its file there.  What a structure leaves zero
 * is left out of the node.
 *
 * Threading: as the writer.
 */
#ifndef VM_FDT_RISCV_H
#define VM_FDT_RISCV_H

#include <vm-fdt/interrupt.h>
#include <vm-fdt/nodes.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_fdt_riscv_cpus - the harts of a machine
 * @hart_id: for each its id
 * @count: how many
 * @timebase_frequency: of the time CSR, in Hz
 * @isa: extensions, such as "rv64imafdc_sstc_zicbom": all single letters
 *	first, then the others, each after an underscore, all lower case
 * @mmu_type: "riscv,sv39", "riscv,sv48", "riscv,sv57" or "riscv,none"
 * @cbom_block_size: bytes that an instruction of Zicbom takes
 * @cboz_block_size: bytes that an instruction of Zicboz takes
 * @cbop_block_size: bytes that an instruction of Zicbop takes
 * @phandle: first of @count phandles for the harts; 0 for none, and then a
 *	topology takes its own
 * @intc_phandle: first of @count phandles for their interrupt controllers,
 *	which a PLIC, APLIC or IMSIC refers to; not 0
 * @topology: how the harts are grouped
 */
struct vm_fdt_riscv_cpus {
	const uint64_t *hart_id;
	size_t count;
	uint32_t timebase_frequency;
	const char *isa;
	const char *mmu_type;
	uint32_t cbom_block_size;
	uint32_t cboz_block_size;
	uint32_t cbop_block_size;
	uint32_t phandle;
	uint32_t intc_phandle;
	struct vm_fdt_topology topology;
};

/**
 * vm_fdt_add_riscv_cpus - add /cpus (riscv/cpus.yaml, riscv/extensions.yaml)
 * @w: writer whose innermost node is the root
 * @cpus: what they are like
 *
 * The extensions are given in both forms that kernels know: riscv,isa, and
 * riscv,isa-base with riscv,isa-extensions.
 *
 * Let the root name no interrupt parent: the harts' own controllers would have
 * it too, and a kernel that starts controllers from the parent down then starts
 * none.  Name it in each device, or in a bus around them.
 *
 * Returns: 0, or the error of @w; also -EINVAL, the ISA string is not as above
 * or the topology is of another number of harts, and -EEXIST, two have the same
 * id.
 */
VM_FDT_API int vm_fdt_add_riscv_cpus(struct vm_fdt_writer *w,
				     const struct vm_fdt_riscv_cpus *cpus);

/* The interrupts of a hart that controllers raise. */
#define VM_FDT_RISCV_SUPERVISOR_EXTERNAL 9u
#define VM_FDT_RISCV_MACHINE_EXTERNAL	 11u

/* A context that a PLIC counts and that no hart has. */
#define VM_FDT_PLIC_NO_CONTEXT 0xffffffffu

/**
 * struct vm_fdt_plic - a platform-level interrupt controller
 * @reg: where the registers are
 * @phandle: by which devices refer to it
 * @sources: how many; the highest number of a source
 * @intc_phandle: that of struct vm_fdt_riscv_cpus
 * @hart_count: how many harts there are
 * @contexts: of each hart, in the order of the contexts: which interrupt of the
 *	hart it raises, or VM_FDT_PLIC_NO_CONTEXT
 * @context_count: how many contexts each hart has
 */
struct vm_fdt_plic {
	struct vm_fdt_range reg;
	uint32_t phandle;
	uint32_t sources;
	uint32_t intc_phandle;
	size_t hart_count;
	const uint32_t *contexts;
	size_t context_count;
};

/**
 * vm_fdt_add_plic - add a PLIC (interrupt-controller/sifive,plic-1.0.0.yaml)
 * @w: writer
 * @plic: what it is like
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_plic(struct vm_fdt_writer *w,
			       const struct vm_fdt_plic *plic);

/**
 * struct vm_fdt_imsic - the controllers of incoming MSIs, supervisor level
 * @groups: @group_count ranges, each with the files of the harts of one group
 * @group_count: how many
 * @phandle: by which an APLIC and a PCI host refer to it
 * @ids: how many identities a file has: 63 to 2047
 * @guest_ids: how many a guest's file has, where that differs
 * @guest_index_bits: bits of the address that choose the guest's file
 * @hart_index_bits: bits that choose the hart
 * @group_index_bits: bits that choose the group
 * @group_index_shift: position of the lowest of those; 0 for the usual 24
 * @intc_phandle: that of struct vm_fdt_riscv_cpus
 * @hart_count: how many harts there are
 */
struct vm_fdt_imsic {
	const struct vm_fdt_range *groups;
	size_t group_count;
	uint32_t phandle;
	uint32_t ids;
	uint32_t guest_ids;
	uint32_t guest_index_bits;
	uint32_t hart_index_bits;
	uint32_t group_index_bits;
	uint32_t group_index_shift;
	uint32_t intc_phandle;
	size_t hart_count;
};

/**
 * vm_fdt_add_imsic - add the IMSICs (interrupt-controller/riscv,imsics.yaml)
 * @w: writer
 * @imsic: what they are like
 *
 * Returns: 0, or the error of @w; also -EINVAL, there is no group.
 */
VM_FDT_API int vm_fdt_add_imsic(struct vm_fdt_writer *w,
				const struct vm_fdt_imsic *imsic);

/**
 * struct vm_fdt_aplic - a controller of lines, supervisor level
 * @reg: where the registers are
 * @phandle: by which devices refer to it
 * @sources: how many: 1 to 1023
 * @imsic: phandle of the IMSICs that it sends MSIs to; 0 if it raises the
 *	interrupts of the harts itself
 * @intc_phandle: then that of struct vm_fdt_riscv_cpus
 * @hart_count: and how many harts there are
 */
struct vm_fdt_aplic {
	struct vm_fdt_range reg;
	uint32_t phandle;
	uint32_t sources;
	uint32_t imsic;
	uint32_t intc_phandle;
	size_t hart_count;
};

/**
 * vm_fdt_add_aplic - add an APLIC (interrupt-controller/riscv,aplic.yaml)
 * @w: writer
 * @aplic: what it is like
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_aplic(struct vm_fdt_writer *w,
				const struct vm_fdt_aplic *aplic);

#ifdef __cplusplus
}
#endif

#endif
