/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The entry state of x86_cpu.h in KVM's structures, for a VMM on KVM.  Inline,
 * because it wants <linux/kvm.h> of x86, which the library itself does not; on
 * other architectures this header is empty.
 *
 * Threading: pure functions.
 */
#ifndef LINUX_LOADER_X86_KVM_H
#define LINUX_LOADER_X86_KVM_H

#include <linux-loader/x86_cpu.h>

#ifdef __x86_64__

#include <linux/kvm.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * vm_load_kvm_segment - a segment for struct kvm_sregs
 * @segment: of a struct vm_load_x86_cpu
 */
static inline struct kvm_segment vm_load_kvm_segment(
	const struct vm_load_x86_segment *segment)
{
	struct kvm_segment out;

	__builtin_memset(&out, 0, sizeof(out));
	out.base = segment->base;
	out.limit = segment->limit;
	out.selector = segment->selector;
	out.type = segment->type;
	out.present = 1;
	out.s = segment->s;
	out.l = segment->l;
	out.db = segment->db;
	out.g = segment->g;
	return out;
}

/**
 * vm_load_kvm_regs - general registers for KVM_SET_REGS
 * @cpu: from a vm_load_x86_enter_ function or vm_load_x86_start()
 * @ret: receives them, all of them
 */
static inline void vm_load_kvm_regs(const struct vm_load_x86_cpu *cpu,
				    struct kvm_regs *ret)
{
	__builtin_memset(ret, 0, sizeof(*ret));
	ret->rip = cpu->rip;
	ret->rsi = cpu->rsi;
	ret->rbx = cpu->rbx;
	ret->rflags = cpu->rflags;
}

/**
 * vm_load_kvm_sregs - segments and control registers for KVM_SET_SREGS
 * @cpu: from a vm_load_x86_enter_ function or vm_load_x86_start()
 * @sregs: from KVM_GET_SREGS; what the entry does not define, such as the
 *	base of the local APIC, is left as it is
 */
static inline void vm_load_kvm_sregs(const struct vm_load_x86_cpu *cpu,
				     struct kvm_sregs *sregs)
{
	sregs->cs = vm_load_kvm_segment(&cpu->code);
	sregs->ds = vm_load_kvm_segment(&cpu->data);
	sregs->es = sregs->ss = sregs->fs = sregs->gs = sregs->ds;
	sregs->tr = vm_load_kvm_segment(&cpu->task);
	__builtin_memset(&sregs->ldt, 0, sizeof(sregs->ldt));
	sregs->ldt.unusable = 1;
	sregs->gdt.base = cpu->gdt_base;
	sregs->gdt.limit = cpu->gdt_limit;
	sregs->idt.base = 0;
	sregs->idt.limit = 0;
	sregs->cr0 = cpu->cr0;
	sregs->cr3 = cpu->cr3;
	sregs->cr4 = cpu->cr4;
	sregs->efer = cpu->efer;
}

#ifdef __cplusplus
}
#endif

#endif
#endif
