/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/riscv.h>

#include "builder.h"

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Writes the extensions of an ISA string as a list of strings, and returns the
 * length of that; 0 if it is not an ISA string.  @out may be NULL.
 */
static size_t put_extensions(const char *isa, char *out)
{
	size_t len = 0;

	if (strncmp(isa, "rv64i", 5) && strncmp(isa, "rv32i", 5))
		return 0;
	for (isa += 4; is_lower(*isa); isa++, len += 2) {
		if (out) {
			out[len] = *isa;
			out[len + 1] = '\0';
		}
	}
	while (*isa == '_') {
		if (!is_lower(*++isa))
			return 0;
		for (; is_lower(*isa) || is_digit(*isa); isa++, len++) {
			if (out)
				out[len] = *isa;
		}
		if (out)
			out[len] = '\0';
		len++;
	}
	return *isa ? 0 : len;
}

static void add_isa(struct vm_fdt_writer *w, const char *isa)
{
	size_t len = put_extensions(isa, NULL);
	char base[6];
	uint8_t *at;

	if (!len) {
		vmfdt_fail(w, -EINVAL, "not an ISA string", isa);
		return;
	}
	memcpy(base, isa, 5);
	base[5] = '\0';
	vm_fdt_add_string(w, "riscv,isa", isa);
	vm_fdt_add_string(w, "riscv,isa-base", base);
	at = vmfdt_begin_prop(w, "riscv,isa-extensions", len);
	if (at)
		put_extensions(isa, (char *)at);
}

static void add_intc(struct vm_fdt_writer *w, uint32_t phandle)
{
	vm_fdt_begin_node(w, "interrupt-controller");
	vm_fdt_add_string(w, "compatible", "riscv,cpu-intc");
	vm_fdt_add_empty(w, "interrupt-controller");
	vm_fdt_add_u32(w, "#interrupt-cells", 1);
	vm_fdt_add_u32(w, "#address-cells", 0);
	vm_fdt_add_phandle(w, phandle);
	vm_fdt_end_node(w);
}

int vm_fdt_add_riscv_cpus(struct vm_fdt_writer *w,
			  const struct vm_fdt_riscv_cpus *riscv)
{
	struct vmfdt_cpus cpus = {
		.ids = riscv->hart_id,
		.id_mask = UINT64_MAX,
		.count = riscv->count,
		.compatible = "riscv",
		.phandle = riscv->phandle,
		.topology = &riscv->topology,
	};

	vmfdt_begin_cpus(w, &cpus);
	vm_fdt_add_u32(w, "timebase-frequency", riscv->timebase_frequency);
	for (size_t i = 0; i < riscv->count; i++) {
		vmfdt_begin_cpu(w, &cpus, i);
		vm_fdt_add_string(w, "status", "okay");
		add_isa(w, riscv->isa);
		if (riscv->mmu_type)
			vm_fdt_add_string(w, "mmu-type", riscv->mmu_type);
		vmfdt_add_nonzero(w, "riscv,cbom-block-size",
				  riscv->cbom_block_size);
		vmfdt_add_nonzero(w, "riscv,cboz-block-size",
				  riscv->cboz_block_size);
		vmfdt_add_nonzero(w, "riscv,cbop-block-size",
				  riscv->cbop_block_size);
		add_intc(w, riscv->intc_phandle + (uint32_t)i);
		vm_fdt_end_node(w);
	}
	vmfdt_end_cpus(w, &cpus);
	return w->failure.error;
}

/* Which interrupts of which harts a controller raises. */
static void add_harts(struct vm_fdt_writer *w, uint32_t intc_phandle,
		      size_t hart_count, const uint32_t *interrupts,
		      size_t count)
{
	size_t entries;
	uint8_t *at;

	if (__builtin_mul_overflow(hart_count, count, &entries) ||
	    entries > VMFDT_MAX_SIZE / 8) {
		vmfdt_fail(w, -EOVERFLOW, "the tree is larger than 2 GiB",
			   "interrupts-extended");
		return;
	}
	at = vmfdt_begin_prop(w, "interrupts-extended", 8 * entries);
	for (size_t i = 0; at && i < entries; i++, at += 8) {
		vmfdt_put32(at, intc_phandle + (uint32_t)(i / count));
		vmfdt_put32(at + 4, interrupts[i % count]);
	}
}

static void begin_controller(struct vm_fdt_writer *w, const char *first,
			     const char *second, const struct vm_fdt_range *reg,
			     size_t reg_count, uint32_t cells)
{
	vm_fdt_begin_node_at(w, "interrupt-controller",
			     reg_count ? reg->address : 0);
	vmfdt_add_compatible(w, first, second);
	vm_fdt_add_reg(w, reg, reg_count);
	vm_fdt_add_empty(w, "interrupt-controller");
	vm_fdt_add_u32(w, "#interrupt-cells", cells);
	vm_fdt_add_u32(w, "#address-cells", 0);
}

int vm_fdt_add_plic(struct vm_fdt_writer *w, const struct vm_fdt_plic *plic)
{
	begin_controller(w, "sifive,plic-1.0.0", "riscv,plic0", &plic->reg, 1,
			 1);
	add_harts(w, plic->intc_phandle, plic->hart_count, plic->contexts,
		  plic->context_count);
	vm_fdt_add_u32(w, "riscv,ndev", plic->sources);
	vm_fdt_add_phandle(w, plic->phandle);
	return vm_fdt_end_node(w);
}

int vm_fdt_add_imsic(struct vm_fdt_writer *w, const struct vm_fdt_imsic *imsic)
{
	static const uint32_t external = VM_FDT_RISCV_SUPERVISOR_EXTERNAL;

	begin_controller(w, "qemu,imsics", "riscv,imsics", imsic->groups,
			 imsic->group_count, 0);
	vm_fdt_add_empty(w, "msi-controller");
	vm_fdt_add_u32(w, "#msi-cells", 0);
	add_harts(w, imsic->intc_phandle, imsic->hart_count, &external, 1);
	vm_fdt_add_u32(w, "riscv,num-ids", imsic->ids);
	vmfdt_add_nonzero(w, "riscv,num-guest-ids", imsic->guest_ids);
	vmfdt_add_nonzero(w, "riscv,guest-index-bits", imsic->guest_index_bits);
	vmfdt_add_nonzero(w, "riscv,hart-index-bits", imsic->hart_index_bits);
	vmfdt_add_nonzero(w, "riscv,group-index-bits", imsic->group_index_bits);
	vmfdt_add_nonzero(w, "riscv,group-index-shift",
			  imsic->group_index_shift);
	vm_fdt_add_phandle(w, imsic->phandle);
	return vm_fdt_end_node(w);
}

int vm_fdt_add_aplic(struct vm_fdt_writer *w, const struct vm_fdt_aplic *aplic)
{
	static const uint32_t external = VM_FDT_RISCV_SUPERVISOR_EXTERNAL;

	begin_controller(w, "qemu,aplic", "riscv,aplic", &aplic->reg, 1, 2);
	if (aplic->imsic)
		vm_fdt_add_u32(w, "msi-parent", aplic->imsic);
	else
		add_harts(w, aplic->intc_phandle, aplic->hart_count, &external,
			  1);
	vm_fdt_add_u32(w, "riscv,num-sources", aplic->sources);
	vm_fdt_add_phandle(w, aplic->phandle);
	return vm_fdt_end_node(w);
}
