/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include <kvm-ioctls/exit.h>

/* Data of an I/O exit that is shown before the line breaks off with dots. */
#define MAX_SHOWN_BYTES 16

static const char *const suberror_names[] = {
	[KVM_INTERNAL_ERROR_EMULATION] = "emulation of an instruction failed",
	[KVM_INTERNAL_ERROR_SIMUL_EX] = "two exceptions at once",
	[KVM_INTERNAL_ERROR_DELIVERY_EV] = "delivery of an event failed",
	[KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON] =
		"unexpected hardware exit",
};

static const char *const event_names[] = {
	[KVM_SYSTEM_EVENT_SHUTDOWN] = "shutdown",
	[KVM_SYSTEM_EVENT_RESET] = "reset",
	[KVM_SYSTEM_EVENT_CRASH] = "crash",
	[KVM_SYSTEM_EVENT_WAKEUP] = "wakeup",
	[KVM_SYSTEM_EVENT_SUSPEND] = "suspend",
	[KVM_SYSTEM_EVENT_SEV_TERM] = "SEV termination",
	[KVM_SYSTEM_EVENT_TDX_FATAL] = "TDX fatal error",
};

#define NAME(table, index) \
	name_in(table, sizeof(table) / sizeof((table)[0]), index)

static const char *name_in(const char *const *table, size_t count,
			   uint32_t index)
{
	return index < count && table[index] ? table[index] : "unknown";
}

/* The part of the caller's buffer that is left, and what was wanted of it. */
struct line {
	char *buf;
	size_t size;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line,
						      const char *format, ...)
{
	size_t used = line->len < line->size ? line->len : line->size;
	va_list args;
	int r;

	va_start(args, format);
	r = vsnprintf(line->size ? line->buf + used : NULL, line->size - used,
		      format, args);
	va_end(args);
	if (r > 0)
		line->len += (size_t)r;
}

static void add_bytes(struct line *line, const uint8_t *data, size_t len)
{
	size_t shown = len < MAX_SHOWN_BYTES ? len : MAX_SHOWN_BYTES;

	for (size_t i = 0; i < shown; i++)
		add(line, " %02x", data[i]);
	if (shown < len)
		add(line, " ...");
}

static void add_words(struct line *line, const char *what, const uint64_t *data,
		      uint32_t count)
{
	if (count)
		add(line, ", %s", what);
	for (uint32_t i = 0; i < count; i++)
		add(line, " 0x%" PRIx64, data[i]);
}

static void add_unknown(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": hardware reason 0x%" PRIx64, exit->hardware_exit_reason);
}

static void add_fail_entry(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": hardware reason 0x%" PRIx64 ", on processor %u",
	    exit->fail_entry.hardware_reason, exit->fail_entry.cpu);
}

static void add_exception(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": exception %u, error code 0x%x", exit->exception.exception,
	    exit->exception.error_code);
}

static void add_io(struct line *line, const struct kvm_exit *exit)
{
	const struct kvm_exit_io *io = &exit->io;

	add(line, ": %s port 0x%x, width %u, count %u",
	    io->is_write ? "write to" : "read from", io->port, io->width,
	    io->count);
	if (!io->is_write)
		return;
	add(line, ":");
	add_bytes(line, io->data, (size_t)io->width * io->count);
}

static void add_mmio(struct line *line, const struct kvm_exit *exit)
{
	const struct kvm_exit_mmio *mmio = &exit->mmio;

	add(line, ": %s 0x%" PRIx64 ", length %u",
	    mmio->is_write ? "write to" : "read from", mmio->gpa, mmio->len);
	if (!mmio->is_write)
		return;
	add(line, ":");
	add_bytes(line, mmio->data, mmio->len);
}

static void add_hypercall(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": number 0x%" PRIx64 ", flags 0x%" PRIx64,
	    exit->hypercall.nr, exit->hypercall.flags);
	add_words(line, "arguments", exit->hypercall.args, 6);
}

static void add_tpr_access(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": %s at rip 0x%" PRIx64,
	    exit->tpr_access.is_write ? "write" : "read", exit->tpr_access.rip);
}

static void add_internal(struct line *line, const struct kvm_exit *exit)
{
	const struct kvm_exit_internal *internal = &exit->internal;

	add(line, ": suberror %u, %s", internal->suberror,
	    NAME(suberror_names, internal->suberror));
	if (internal->insn_len) {
		add(line, ", instruction bytes");
		add_bytes(line, internal->insn, internal->insn_len);
	}
	add_words(line, "data", internal->data, internal->ndata);
}

static void add_system_event(struct line *line, const struct kvm_exit *exit)
{
	const struct kvm_exit_system_event *event = &exit->system_event;

	add(line, ": type %u, %s", event->type, NAME(event_names, event->type));
	add_words(line, "data", event->data, event->ndata);
}

static void add_eoi(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": vector 0x%x", exit->ioapic_eoi_vector);
}

static void add_hyperv(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": type %u", exit->hyperv->type);
}

static void add_arm_nisv(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": ESR ISS 0x%" PRIx64 ", address 0x%" PRIx64,
	    exit->arm_nisv.esr_iss, exit->arm_nisv.fault_ipa);
}

static void add_msr(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": MSR 0x%x, reason 0x%x", exit->msr.index, exit->msr.reason);
	if (exit->msr.is_write)
		add(line, ", value 0x%llx", *exit->msr.data);
}

static void add_xen(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": type %u", exit->xen->type);
}

static void add_riscv_sbi(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": extension 0x%lx, function 0x%lx, arguments",
	    exit->riscv_sbi.extension_id, exit->riscv_sbi.function_id);
	for (int i = 0; i < 6; i++)
		add(line, " 0x%lx", exit->riscv_sbi.args[i]);
}

static void add_riscv_csr(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": CSR 0x%lx, value 0x%lx, mask 0x%lx", exit->riscv_csr.csr,
	    exit->riscv_csr.new_value, exit->riscv_csr.write_mask);
}

static void add_notify(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": flags 0x%x", exit->notify_flags);
}

static void add_memory_fault(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": 0x%" PRIx64 " bytes at 0x%" PRIx64 ", flags 0x%" PRIx64,
	    exit->memory_fault.size, exit->memory_fault.gpa,
	    exit->memory_fault.flags);
}

static void add_tdx(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": number 0x%" PRIx64 ", flags 0x%" PRIx64, exit->tdx.nr,
	    exit->tdx.flags);
}

static void add_arm_sea(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": ESR 0x%" PRIx64 ", gva 0x%" PRIx64 ", gpa 0x%" PRIx64,
	    exit->arm_sea.esr, exit->arm_sea.gva, exit->arm_sea.gpa);
	add(line, ", flags 0x%" PRIx64, exit->arm_sea.flags);
}

static void add_snp_req_certs(struct line *line, const struct kvm_exit *exit)
{
	add(line, ": gpa 0x%" PRIx64 ", %llu pages", exit->snp_req_certs.gpa,
	    *exit->snp_req_certs.npages);
}

/* Every reason's name, and who describes its payload where it has one. */
#define REASON(name, add_payload) [name] = { #name, add_payload }

static const struct {
	const char *name;
	void (*add_payload)(struct line *line, const struct kvm_exit *exit);
} reasons[] = {
	REASON(KVM_EXIT_UNKNOWN, add_unknown),
	REASON(KVM_EXIT_EXCEPTION, add_exception),
	REASON(KVM_EXIT_IO, add_io),
	REASON(KVM_EXIT_HYPERCALL, add_hypercall),
	REASON(KVM_EXIT_DEBUG, NULL),
	REASON(KVM_EXIT_HLT, NULL),
	REASON(KVM_EXIT_MMIO, add_mmio),
	REASON(KVM_EXIT_IRQ_WINDOW_OPEN, NULL),
	REASON(KVM_EXIT_SHUTDOWN, NULL),
	REASON(KVM_EXIT_FAIL_ENTRY, add_fail_entry),
	REASON(KVM_EXIT_INTR, NULL),
	REASON(KVM_EXIT_SET_TPR, NULL),
	REASON(KVM_EXIT_TPR_ACCESS, add_tpr_access),
	REASON(KVM_EXIT_S390_SIEIC, NULL),
	REASON(KVM_EXIT_S390_RESET, NULL),
	REASON(KVM_EXIT_DCR, NULL),
	REASON(KVM_EXIT_NMI, NULL),
	REASON(KVM_EXIT_INTERNAL_ERROR, add_internal),
	REASON(KVM_EXIT_OSI, NULL),
	REASON(KVM_EXIT_PAPR_HCALL, NULL),
	REASON(KVM_EXIT_S390_UCONTROL, NULL),
	REASON(KVM_EXIT_WATCHDOG, NULL),
	REASON(KVM_EXIT_S390_TSCH, NULL),
	REASON(KVM_EXIT_EPR, NULL),
	REASON(KVM_EXIT_SYSTEM_EVENT, add_system_event),
	REASON(KVM_EXIT_S390_STSI, NULL),
	REASON(KVM_EXIT_IOAPIC_EOI, add_eoi),
	REASON(KVM_EXIT_HYPERV, add_hyperv),
	REASON(KVM_EXIT_ARM_NISV, add_arm_nisv),
	REASON(KVM_EXIT_X86_RDMSR, add_msr),
	REASON(KVM_EXIT_X86_WRMSR, add_msr),
	REASON(KVM_EXIT_DIRTY_RING_FULL, NULL),
	REASON(KVM_EXIT_AP_RESET_HOLD, NULL),
	REASON(KVM_EXIT_X86_BUS_LOCK, NULL),
	REASON(KVM_EXIT_XEN, add_xen),
	REASON(KVM_EXIT_RISCV_SBI, add_riscv_sbi),
	REASON(KVM_EXIT_RISCV_CSR, add_riscv_csr),
	REASON(KVM_EXIT_NOTIFY, add_notify),
	REASON(KVM_EXIT_LOONGARCH_IOCSR, NULL),
	REASON(KVM_EXIT_MEMORY_FAULT, add_memory_fault),
	REASON(KVM_EXIT_TDX, add_tdx),
	REASON(KVM_EXIT_ARM_SEA, add_arm_sea),
	REASON(KVM_EXIT_ARM_LDST64B, add_arm_nisv),
	REASON(KVM_EXIT_SNP_REQ_CERTS, add_snp_req_certs),
};

#define REASON_COUNT (sizeof(reasons) / sizeof(reasons[0]))

const char *kvm_exit_name(uint32_t reason)
{
	return reason < REASON_COUNT ? reasons[reason].name : "an unknown exit";
}

int kvm_exit_format(const struct kvm_exit *exit, char *buf, size_t size)
{
	struct line line = { .buf = buf, .size = size };

	add(&line, "%s", kvm_exit_name(exit->reason));
	if (exit->reason >= REASON_COUNT)
		add(&line, ", reason %u", exit->reason);
	else if (reasons[exit->reason].add_payload)
		reasons[exit->reason].add_payload(&line, exit);
	return (int)line.len;
}
