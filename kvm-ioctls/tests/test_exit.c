/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/exit.h>

#include "runner.h"

#define RUN_SIZE 0x3000u

/* What a vCPU maps: struct kvm_run and the page of I/O data behind it. */
static union {
	struct kvm_run run;
	uint8_t bytes[RUN_SIZE];
} map;

static struct kvm_run *const run = &map.run;
static struct kvm_exit exit_;

static void begin(uint32_t reason)
{
	memset(&map, 0, sizeof(map));
	memset(&exit_, 0xee, sizeof(exit_));
	run->exit_reason = reason;
}

static int decode(void)
{
	return kvm_exit_decode(run, RUN_SIZE, &exit_);
}

/* Members of the union that an older <linux/kvm.h> has no name for. */
static void put_words(const uint64_t *words, size_t count)
{
	memcpy(run->padding, words, count * sizeof(*words));
}

static uint64_t get_word(size_t index)
{
	uint64_t word;

	memcpy(&word, run->padding + index * sizeof(word), sizeof(word));
	return word;
}

static void begin_io(uint8_t width, uint32_t count, uint64_t off)
{
	begin(KVM_EXIT_IO);
	run->io.direction = KVM_EXIT_IO_OUT;
	run->io.size = width;
	run->io.count = count;
	run->io.port = 0xcfc;
	run->io.data_offset = off;
}

START_TEST(io_keeps_width_and_count_apart)
{
	begin_io(4, 3, 0x1000);
	run->flags = 1;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_IO);
	ck_assert_uint_eq(exit_.flags, 1);
	ck_assert(exit_.io.is_write);
	ck_assert_uint_eq(exit_.io.width, 4);
	ck_assert_uint_eq(exit_.io.count, 3);
	ck_assert_uint_eq(exit_.io.port, 0xcfc);
	ck_assert_ptr_eq(exit_.io.data, map.bytes + 0x1000);
	run->io.direction = KVM_EXIT_IO_IN;
	ck_assert_int_eq(decode(), 0);
	ck_assert(!exit_.io.is_write);
}
END_TEST

START_TEST(io_data_must_lie_in_the_mapping)
{
	begin_io(2, 8, RUN_SIZE - 16);
	ck_assert_int_eq(decode(), 0);
	begin_io(2, 9, RUN_SIZE - 16);
	ck_assert_int_eq(decode(), -EBADMSG);
	begin_io(1, 1, RUN_SIZE);
	ck_assert_int_eq(decode(), -EBADMSG);
	begin_io(1, 0, RUN_SIZE + 1);
	ck_assert_int_eq(decode(), -EBADMSG);
	begin_io(4, UINT32_MAX, 0x1000);
	ck_assert_int_eq(decode(), -EBADMSG);
	begin_io(1, 1, UINT64_MAX);
	ck_assert_int_eq(decode(), -EBADMSG);
}
END_TEST

START_TEST(io_width_is_one_two_or_four)
{
	for (unsigned int width = 0; width < 256; width++) {
		begin_io((uint8_t)width, 1, 0x1000);
		ck_assert_int_eq(
			decode(),
			width == 1 || width == 2 || width == 4 ? 0 : -EBADMSG);
	}
}
END_TEST

START_TEST(mmio_shows_where_the_data_is)
{
	begin(KVM_EXIT_MMIO);
	run->mmio.phys_addr = UINT64_C(0xc0000000a0);
	run->mmio.len = 8;
	run->mmio.is_write = 1;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.mmio.gpa, UINT64_C(0xc0000000a0));
	ck_assert_uint_eq(exit_.mmio.len, 8);
	ck_assert(exit_.mmio.is_write);
	ck_assert_ptr_eq(exit_.mmio.data, run->mmio.data);
}
END_TEST

START_TEST(mmio_length_is_one_to_eight)
{
	begin(KVM_EXIT_MMIO);
	for (run->mmio.len = 1; run->mmio.len <= 8; run->mmio.len++)
		ck_assert_int_eq(decode(), 0);
	ck_assert_int_eq(decode(), -EBADMSG);
	run->mmio.len = 0;
	ck_assert_int_eq(decode(), -EBADMSG);
	run->mmio.len = UINT32_MAX;
	ck_assert_int_eq(decode(), -EBADMSG);
}
END_TEST

START_TEST(unknown_and_fail_entry_keep_the_hardware_reason)
{
	begin(KVM_EXIT_UNKNOWN);
	run->hw.hardware_exit_reason = 0x31;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.hardware_exit_reason, 0x31);
	begin(KVM_EXIT_FAIL_ENTRY);
	run->fail_entry.hardware_entry_failure_reason = 0x80000021;
	run->fail_entry.cpu = 5;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.fail_entry.hardware_reason, 0x80000021);
	ck_assert_uint_eq(exit_.fail_entry.cpu, 5);
}
END_TEST

START_TEST(exception_and_debug_show_what_happened)
{
	begin(KVM_EXIT_EXCEPTION);
	run->ex.exception = 14;
	run->ex.error_code = 2;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.exception.exception, 14);
	ck_assert_uint_eq(exit_.exception.error_code, 2);
	begin(KVM_EXIT_DEBUG);
	ck_assert_int_eq(decode(), 0);
	ck_assert_ptr_eq(exit_.debug, &run->debug.arch);
}
END_TEST

START_TEST(hypercall_takes_an_answer)
{
	begin(KVM_EXIT_HYPERCALL);
	run->hypercall.nr = 12;
	run->hypercall.args[5] = 6;
	run->hypercall.longmode = 1;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.hypercall.nr, 12);
	ck_assert_uint_eq(exit_.hypercall.args[5], 6);
	ck_assert_uint_eq(exit_.hypercall.flags, 1);
	*exit_.hypercall.ret = 77;
	ck_assert_uint_eq(run->hypercall.ret, 77);
}
END_TEST

START_TEST(tpr_access_and_eoi_are_copied)
{
	begin(KVM_EXIT_TPR_ACCESS);
	run->tpr_access.rip = 0x1000;
	run->tpr_access.is_write = 1;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.tpr_access.rip, 0x1000);
	ck_assert(exit_.tpr_access.is_write);
	begin(KVM_EXIT_IOAPIC_EOI);
	run->eoi.vector = 0x41;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.ioapic_eoi_vector, 0x41);
}
END_TEST

static void begin_emulation_failure(void)
{
	begin(KVM_EXIT_INTERNAL_ERROR);
	run->emulation_failure.suberror = KVM_INTERNAL_ERROR_EMULATION;
	run->emulation_failure.ndata = 5;
	run->emulation_failure.flags =
		KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES;
	run->emulation_failure.insn_size = 4;
	memcpy(run->emulation_failure.insn_bytes, "\xf0\x0f\xc7\x0e", 4);
	run->internal.data[4] = 0x1234;
}

START_TEST(emulation_failure_shows_the_instruction)
{
	begin_emulation_failure();
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.internal.suberror,
			  KVM_INTERNAL_ERROR_EMULATION);
	ck_assert_uint_eq(exit_.internal.insn_len, 4);
	ck_assert_mem_eq(exit_.internal.insn, "\xf0\x0f\xc7\x0e", 4);
	ck_assert_uint_eq(exit_.internal.ndata, 5);
	ck_assert_uint_eq(exit_.internal.data[4], 0x1234);
}
END_TEST

START_TEST(instruction_is_shown_only_where_kvm_says_so)
{
	begin_emulation_failure();
	run->emulation_failure.flags = 0;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.internal.insn_len, 0);
	begin_emulation_failure();
	run->emulation_failure.ndata = 2;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.internal.insn_len, 0);
	begin_emulation_failure();
	run->emulation_failure.suberror = KVM_INTERNAL_ERROR_DELIVERY_EV;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.internal.insn_len, 0);
	begin_emulation_failure();
	run->emulation_failure.insn_size = 200;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.internal.insn_len, KVM_EXIT_MAX_INSN);
}
END_TEST

START_TEST(counts_of_data_are_bounded)
{
	begin(KVM_EXIT_INTERNAL_ERROR);
	run->internal.ndata = UINT32_MAX;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.internal.ndata, KVM_EXIT_MAX_WORDS);
	begin(KVM_EXIT_SYSTEM_EVENT);
	run->system_event.ndata = UINT32_MAX;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.system_event.ndata, KVM_EXIT_MAX_WORDS);
}
END_TEST

START_TEST(system_event_keeps_its_data)
{
	begin(KVM_EXIT_SYSTEM_EVENT);
	run->system_event.type = KVM_SYSTEM_EVENT_RESET;
	run->system_event.ndata = 2;
	run->system_event.data[0] = 1;
	run->system_event.data[1] = 9;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.system_event.type, KVM_SYSTEM_EVENT_RESET);
	ck_assert_uint_eq(exit_.system_event.ndata, 2);
	ck_assert_uint_eq(exit_.system_event.data[1], 9);
}
END_TEST

START_TEST(hyperv_and_xen_are_left_in_place)
{
	begin(KVM_EXIT_HYPERV);
	ck_assert_int_eq(decode(), 0);
	ck_assert_ptr_eq(exit_.hyperv, &run->hyperv);
	begin(KVM_EXIT_XEN);
	ck_assert_int_eq(decode(), 0);
	ck_assert_ptr_eq(exit_.xen, &run->xen);
}
END_TEST

START_TEST(msr_access_takes_data_and_error)
{
	begin(KVM_EXIT_X86_RDMSR);
	run->msr.index = 0x10;
	run->msr.reason = KVM_MSR_EXIT_REASON_FILTER;
	ck_assert_int_eq(decode(), 0);
	ck_assert(!exit_.msr.is_write);
	ck_assert_uint_eq(exit_.msr.index, 0x10);
	ck_assert_uint_eq(exit_.msr.reason, KVM_MSR_EXIT_REASON_FILTER);
	*exit_.msr.data = 0x55;
	*exit_.msr.error = 1;
	ck_assert_uint_eq(run->msr.data, 0x55);
	ck_assert_uint_eq(run->msr.error, 1);
	begin(KVM_EXIT_X86_WRMSR);
	ck_assert_int_eq(decode(), 0);
	ck_assert(exit_.msr.is_write);
}
END_TEST

START_TEST(arm_exits_show_syndrome_and_address)
{
	static const uint64_t sea[] = { 1, 0x96000010, 0xffff, 0x40000000 };

	begin(KVM_EXIT_ARM_NISV);
	run->arm_nisv.esr_iss = 0x45;
	run->arm_nisv.fault_ipa = 0x9000000;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.arm_nisv.esr_iss, 0x45);
	ck_assert_uint_eq(exit_.arm_nisv.fault_ipa, 0x9000000);
	run->exit_reason = KVM_EXIT_ARM_LDST64B;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.arm_nisv.fault_ipa, 0x9000000);
	begin(KVM_EXIT_ARM_SEA);
	put_words(sea, 4);
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.arm_sea.flags, KVM_EXIT_ARM_SEA_FLAG_GPA_VALID);
	ck_assert_uint_eq(exit_.arm_sea.esr, 0x96000010);
	ck_assert_uint_eq(exit_.arm_sea.gva, 0xffff);
	ck_assert_uint_eq(exit_.arm_sea.gpa, 0x40000000);
}
END_TEST

START_TEST(riscv_exits_take_answers)
{
	begin(KVM_EXIT_RISCV_SBI);
	run->riscv_sbi.extension_id = 0x4442434e;
	run->riscv_sbi.function_id = 2;
	run->riscv_sbi.args[0] = 'x';
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.riscv_sbi.extension_id, 0x4442434e);
	ck_assert_uint_eq(exit_.riscv_sbi.function_id, 2);
	ck_assert_uint_eq(exit_.riscv_sbi.args[0], 'x');
	exit_.riscv_sbi.ret[1] = 3;
	ck_assert_uint_eq(run->riscv_sbi.ret[1], 3);
	begin(KVM_EXIT_RISCV_CSR);
	run->riscv_csr.csr_num = 0x15;
	run->riscv_csr.new_value = 7;
	run->riscv_csr.write_mask = 6;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.riscv_csr.csr, 0x15);
	ck_assert_uint_eq(exit_.riscv_csr.new_value, 7);
	ck_assert_uint_eq(exit_.riscv_csr.write_mask, 6);
	*exit_.riscv_csr.ret = 8;
	ck_assert_uint_eq(run->riscv_csr.ret_value, 8);
}
END_TEST

START_TEST(notify_and_memory_fault_keep_their_flags)
{
	static const uint64_t fault[] = { KVM_MEMORY_EXIT_FLAG_PRIVATE, 0x5000,
					  0x1000 };

	begin(KVM_EXIT_NOTIFY);
	run->notify.flags = KVM_NOTIFY_CONTEXT_INVALID;
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.notify_flags, KVM_NOTIFY_CONTEXT_INVALID);
	begin(KVM_EXIT_MEMORY_FAULT);
	put_words(fault, 3);
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.memory_fault.flags,
			  KVM_MEMORY_EXIT_FLAG_PRIVATE);
	ck_assert_uint_eq(exit_.memory_fault.gpa, 0x5000);
	ck_assert_uint_eq(exit_.memory_fault.size, 0x1000);
	ck_assert_int_eq(exit_.memory_fault.error, -EFAULT);
}
END_TEST

START_TEST(confidential_guests_exits_take_answers)
{
	static const uint64_t tdx[] = { 1, 0x10002, 0, 0xa000, 0x2000 };
	static const uint64_t certs[] = { 0x7000, 4, 0 };

	begin(KVM_EXIT_TDX);
	put_words(tdx, 5);
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.tdx.flags, 1);
	ck_assert_uint_eq(exit_.tdx.nr, 0x10002);
	ck_assert_uint_eq(exit_.tdx.data[0], 0xa000);
	ck_assert_uint_eq(exit_.tdx.data[1], 0x2000);
	*exit_.tdx.ret = 5;
	ck_assert_uint_eq(get_word(2), 5);
	begin(KVM_EXIT_SNP_REQ_CERTS);
	put_words(certs, 3);
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(exit_.snp_req_certs.gpa, 0x7000);
	ck_assert_uint_eq(*exit_.snp_req_certs.npages, 4);
	*exit_.snp_req_certs.ret = 28;
	ck_assert_uint_eq(get_word(2), 28);
}
END_TEST

START_TEST(foreign_and_future_exits_are_raw)
{
	static const uint32_t reasons[] = {
		KVM_EXIT_S390_SIEIC,
		KVM_EXIT_PAPR_HCALL,
		KVM_EXIT_LOONGARCH_IOCSR,
		44,
		UINT32_MAX,
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		begin(reasons[i]);
		ck_assert_int_eq(decode(), 0);
		ck_assert_uint_eq(exit_.reason, reasons[i]);
		ck_assert_ptr_eq(exit_.raw, run->padding);
	}
}
END_TEST

int main(void)
{
	return RUN_TESTS(
		"exit", io_keeps_width_and_count_apart,
		io_data_must_lie_in_the_mapping, io_width_is_one_two_or_four,
		mmio_shows_where_the_data_is, mmio_length_is_one_to_eight,
		unknown_and_fail_entry_keep_the_hardware_reason,
		exception_and_debug_show_what_happened,
		hypercall_takes_an_answer, tpr_access_and_eoi_are_copied,
		emulation_failure_shows_the_instruction,
		instruction_is_shown_only_where_kvm_says_so,
		counts_of_data_are_bounded, system_event_keeps_its_data,
		hyperv_and_xen_are_left_in_place,
		msr_access_takes_data_and_error,
		arm_exits_show_syndrome_and_address, riscv_exits_take_answers,
		notify_and_memory_fault_keep_their_flags,
		confidential_guests_exits_take_answers,
		foreign_and_future_exits_are_raw);
}
