/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/exit.h>

/*
 * Members of struct kvm_run's union that the oldest supported <linux/kvm.h>
 * does not have, or whose names differ between its versions.
 */
union kvm_exit_payload {
	struct {
		__u64 flags;
		__u64 gpa;
		__u64 size;
	} memory_fault;
	struct {
		__u64 flags;
		__u64 nr;
		__u64 ret;
		__u64 data[5];
	} tdx;
	struct {
		__u64 flags;
		__u64 esr;
		__u64 gva;
		__u64 gpa;
	} arm_sea;
	struct {
		__u64 gpa;
		__u64 npages;
		__u64 ret;
	} snp_req_certs;
};

static union kvm_exit_payload *payload_of(struct kvm_run *run)
{
	return (void *)run->padding;
}

static int decode_io(struct kvm_run *run, size_t run_size,
		     struct kvm_exit_io *io)
{
	uint64_t len = (uint64_t)run->io.size * run->io.count;
	uint64_t off = run->io.data_offset;

	if (run->io.size != 1 && run->io.size != 2 && run->io.size != 4)
		return -EBADMSG;
	if (off > run_size || len > run_size - off)
		return -EBADMSG;
	io->data = (uint8_t *)run + off;
	io->count = run->io.count;
	io->port = run->io.port;
	io->width = run->io.size;
	io->is_write = run->io.direction == KVM_EXIT_IO_OUT;
	return 0;
}

static int decode_mmio(struct kvm_run *run, struct kvm_exit_mmio *mmio)
{
	if (run->mmio.len - 1 >= sizeof(run->mmio.data))
		return -EBADMSG;
	mmio->data = run->mmio.data;
	mmio->gpa = run->mmio.phys_addr;
	mmio->len = (uint8_t)run->mmio.len;
	mmio->is_write = run->mmio.is_write;
	return 0;
}

static int decode_hypercall(struct kvm_run *run,
			    struct kvm_exit_hypercall *hypercall)
{
	hypercall->nr = run->hypercall.nr;
	memcpy(hypercall->args, run->hypercall.args, sizeof(hypercall->args));
	/* 64 bits of flags took the place of a 32-bit longmode and a pad. */
	memcpy(&hypercall->flags, &run->hypercall.longmode,
	       sizeof(hypercall->flags));
	hypercall->ret = &run->hypercall.ret;
	return 0;
}

static int decode_internal(const struct kvm_run *run,
			   struct kvm_exit_internal *internal)
{
	uint32_t ndata = run->internal.ndata;

	internal->suberror = run->internal.suberror;
	internal->ndata =
		ndata < KVM_EXIT_MAX_WORDS ? ndata : KVM_EXIT_MAX_WORDS;
	memcpy(internal->data, run->internal.data, sizeof(internal->data));
	internal->insn_len = 0;
	/* The flags are the first word of the data, the bytes the next two. */
	if (internal->suberror != KVM_INTERNAL_ERROR_EMULATION || ndata < 3 ||
	    !(run->emulation_failure.flags &
	      KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES))
		return 0;
	memcpy(internal->insn, run->emulation_failure.insn_bytes,
	       sizeof(internal->insn));
	internal->insn_len = run->emulation_failure.insn_size;
	if (internal->insn_len > KVM_EXIT_MAX_INSN)
		internal->insn_len = KVM_EXIT_MAX_INSN;
	return 0;
}

static int decode_system_event(const struct kvm_run *run,
			       struct kvm_exit_system_event *event)
{
	uint32_t ndata = run->system_event.ndata;

	event->type = run->system_event.type;
	event->ndata = ndata < KVM_EXIT_MAX_WORDS ? ndata : KVM_EXIT_MAX_WORDS;
	memcpy(event->data, run->system_event.data, sizeof(event->data));
	return 0;
}

static int decode_msr(struct kvm_run *run, struct kvm_exit_msr *msr)
{
	msr->index = run->msr.index;
	msr->reason = run->msr.reason;
	msr->data = &run->msr.data;
	msr->error = &run->msr.error;
	msr->is_write = run->exit_reason == KVM_EXIT_X86_WRMSR;
	return 0;
}

static int decode_riscv_sbi(struct kvm_run *run, struct kvm_exit_riscv_sbi *sbi)
{
	sbi->extension_id = run->riscv_sbi.extension_id;
	sbi->function_id = run->riscv_sbi.function_id;
	memcpy(sbi->args, run->riscv_sbi.args, sizeof(sbi->args));
	sbi->ret = run->riscv_sbi.ret;
	return 0;
}

static int decode_riscv_csr(struct kvm_run *run, struct kvm_exit_riscv_csr *csr)
{
	csr->csr = run->riscv_csr.csr_num;
	csr->new_value = run->riscv_csr.new_value;
	csr->write_mask = run->riscv_csr.write_mask;
	csr->ret = &run->riscv_csr.ret_value;
	return 0;
}

static int decode_memory_fault(struct kvm_run *run,
			       struct kvm_exit_memory_fault *fault)
{
	const union kvm_exit_payload *payload = payload_of(run);

	fault->flags = payload->memory_fault.flags;
	fault->gpa = payload->memory_fault.gpa;
	fault->size = payload->memory_fault.size;
	fault->error = -EFAULT;
	return 0;
}

static int decode_tdx(struct kvm_run *run, struct kvm_exit_tdx *tdx)
{
	union kvm_exit_payload *payload = payload_of(run);

	tdx->flags = payload->tdx.flags;
	tdx->nr = payload->tdx.nr;
	tdx->ret = &payload->tdx.ret;
	tdx->data = payload->tdx.data;
	return 0;
}

static int decode_arm_sea(struct kvm_run *run, struct kvm_exit_arm_sea *sea)
{
	const union kvm_exit_payload *payload = payload_of(run);

	sea->flags = payload->arm_sea.flags;
	sea->esr = payload->arm_sea.esr;
	sea->gva = payload->arm_sea.gva;
	sea->gpa = payload->arm_sea.gpa;
	return 0;
}

static int decode_snp_req_certs(struct kvm_run *run,
				struct kvm_exit_snp_req_certs *certs)
{
	union kvm_exit_payload *payload = payload_of(run);

	certs->gpa = payload->snp_req_certs.gpa;
	certs->npages = &payload->snp_req_certs.npages;
	certs->ret = &payload->snp_req_certs.ret;
	return 0;
}

int kvm_exit_decode(struct kvm_run *run, size_t run_size,
		    struct kvm_exit *ret_exit)
{
	struct kvm_exit *exit = ret_exit;

	exit->reason = run->exit_reason;
	exit->flags = run->flags;
	switch (exit->reason) {
	case KVM_EXIT_IO:
		return decode_io(run, run_size, &exit->io);
	case KVM_EXIT_MMIO:
		return decode_mmio(run, &exit->mmio);
	case KVM_EXIT_UNKNOWN:
		exit->hardware_exit_reason = run->hw.hardware_exit_reason;
		return 0;
	case KVM_EXIT_FAIL_ENTRY:
		exit->fail_entry.hardware_reason =
			run->fail_entry.hardware_entry_failure_reason;
		exit->fail_entry.cpu = run->fail_entry.cpu;
		return 0;
	case KVM_EXIT_EXCEPTION:
		exit->exception.exception = run->ex.exception;
		exit->exception.error_code = run->ex.error_code;
		return 0;
	case KVM_EXIT_DEBUG:
		exit->debug = &run->debug.arch;
		return 0;
	case KVM_EXIT_HYPERCALL:
		return decode_hypercall(run, &exit->hypercall);
	case KVM_EXIT_TPR_ACCESS:
		exit->tpr_access.rip = run->tpr_access.rip;
		exit->tpr_access.is_write = run->tpr_access.is_write;
		return 0;
	case KVM_EXIT_INTERNAL_ERROR:
		return decode_internal(run, &exit->internal);
	case KVM_EXIT_SYSTEM_EVENT:
		return decode_system_event(run, &exit->system_event);
	case KVM_EXIT_IOAPIC_EOI:
		exit->ioapic_eoi_vector = run->eoi.vector;
		return 0;
	case KVM_EXIT_HYPERV:
		exit->hyperv = &run->hyperv;
		return 0;
	case KVM_EXIT_ARM_NISV:
	case KVM_EXIT_ARM_LDST64B:
		exit->arm_nisv.esr_iss = run->arm_nisv.esr_iss;
		exit->arm_nisv.fault_ipa = run->arm_nisv.fault_ipa;
		return 0;
	case KVM_EXIT_X86_RDMSR:
	case KVM_EXIT_X86_WRMSR:
		return decode_msr(run, &exit->msr);
	case KVM_EXIT_XEN:
		exit->xen = &run->xen;
		return 0;
	case KVM_EXIT_RISCV_SBI:
		return decode_riscv_sbi(run, &exit->riscv_sbi);
	case KVM_EXIT_RISCV_CSR:
		return decode_riscv_csr(run, &exit->riscv_csr);
	case KVM_EXIT_NOTIFY:
		exit->notify_flags = run->notify.flags;
		return 0;
	case KVM_EXIT_MEMORY_FAULT:
		return decode_memory_fault(run, &exit->memory_fault);
	case KVM_EXIT_TDX:
		return decode_tdx(run, &exit->tdx);
	case KVM_EXIT_ARM_SEA:
		return decode_arm_sea(run, &exit->arm_sea);
	case KVM_EXIT_SNP_REQ_CERTS:
		return decode_snp_req_certs(run, &exit->snp_req_certs);
	default:
		exit->raw = run->padding;
		return 0;
	}
}
