/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Why a vCPU came back: struct kvm_run taken apart.
 *
 * Pointers in struct kvm_exit lead into the vCPU's struct kvm_run.  They are
 * good until the next kvm_vcpu_run() or kvm_vcpu_fini() of that vCPU;
 * everything else is a copy.  A pointer that is not const is where the answer
 * goes, which the kernel takes at the next run.
 *
 * Threading: the functions have no state.
 */
#ifndef KVM_IOCTLS_EXIT_H
#define KVM_IOCTLS_EXIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kvm-ioctls/api.h>
#include <kvm-ioctls/uapi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KVM_EXIT_MAX_WORDS 16 /* data[] of two exits */
#define KVM_EXIT_MAX_INSN  15 /* bytes of an x86 instruction */

/* KVM_EXIT_FAIL_ENTRY */
struct kvm_exit_fail_entry {
	uint64_t hardware_reason;
	uint32_t cpu; /* of the host */
};

/* KVM_EXIT_EXCEPTION */
struct kvm_exit_exception {
	uint32_t exception;
	uint32_t error_code;
};

/*
 * KVM_EXIT_IO, x86: @count accesses of @width bytes each to one port, in
 * guest order; REP OUTS and REP INS have a count above 1.
 */
struct kvm_exit_io {
	uint8_t *data; /* count * width bytes; to be filled unless is_write */
	uint32_t count;
	uint16_t port;
	uint8_t width; /* 1, 2 or 4 */
	bool is_write;
};

/* KVM_EXIT_MMIO */
struct kvm_exit_mmio {
	uint8_t *data; /* len bytes; to be filled unless is_write */
	uint64_t gpa;
	uint8_t len; /* 1 to 8, not always a power of two */
	bool is_write;
};

/* KVM_EXIT_HYPERCALL */
struct kvm_exit_hypercall {
	uint64_t nr;
	uint64_t args[6];
	uint64_t flags; /* bit 0: the vCPU was in 64-bit mode */
	__u64 *ret;
};

/* KVM_EXIT_TPR_ACCESS */
struct kvm_exit_tpr_access {
	uint64_t rip;
	bool is_write;
};

/* KVM_EXIT_INTERNAL_ERROR */
struct kvm_exit_internal {
	uint32_t suberror; /* KVM_INTERNAL_ERROR_* */
	uint32_t ndata;
	uint64_t data[KVM_EXIT_MAX_WORDS]; /* ndata words */
	/*
	 * The instruction that KVM could not emulate and what it fetched
	 * behind it, where KVM reports it: insn_len is 0 where it does not.
	 */
	uint8_t insn_len;
	uint8_t insn[KVM_EXIT_MAX_INSN];
};

/* KVM_EXIT_SYSTEM_EVENT; a kernel before 5.19 gives ndata 0 and data[0]. */
struct kvm_exit_system_event {
	uint32_t type; /* KVM_SYSTEM_EVENT_* */
	uint32_t ndata;
	uint64_t data[KVM_EXIT_MAX_WORDS]; /* ndata words, at least data[0] */
};

/* KVM_EXIT_ARM_NISV and KVM_EXIT_ARM_LDST64B */
struct kvm_exit_arm_nisv {
	uint64_t esr_iss;
	uint64_t fault_ipa;
};

/* KVM_EXIT_X86_RDMSR and KVM_EXIT_X86_WRMSR */
struct kvm_exit_msr {
	uint32_t index;
	uint32_t reason; /* KVM_MSR_EXIT_REASON_* */
	__u64 *data; /* to be filled for RDMSR */
	__u8 *error; /* to be set to 1 to raise #GP */
	bool is_write;
};

/* KVM_EXIT_RISCV_SBI */
struct kvm_exit_riscv_sbi {
	unsigned long extension_id;
	unsigned long function_id;
	unsigned long args[6];
	unsigned long *ret; /* two: error and value */
};

/* KVM_EXIT_RISCV_CSR */
struct kvm_exit_riscv_csr {
	unsigned long csr;
	unsigned long new_value;
	unsigned long write_mask;
	unsigned long *ret;
};

/* KVM_EXIT_MEMORY_FAULT */
struct kvm_exit_memory_fault {
	uint64_t flags; /* KVM_MEMORY_EXIT_FLAG_* */
	uint64_t gpa;
	uint64_t size;
	int error; /* -EFAULT or -EHWPOISON, with which KVM_RUN failed */
};

/* KVM_EXIT_TDX */
struct kvm_exit_tdx {
	uint64_t flags;
	uint64_t nr;
	__u64 *ret;
	const __u64 *data; /* five words, by @nr */
};

/* KVM_EXIT_ARM_SEA */
struct kvm_exit_arm_sea {
	uint64_t flags; /* KVM_EXIT_ARM_SEA_FLAG_GPA_VALID */
	uint64_t esr;
	uint64_t gva;
	uint64_t gpa;
};

/* KVM_EXIT_SNP_REQ_CERTS */
struct kvm_exit_snp_req_certs {
	uint64_t gpa;
	__u64 *npages;
	__u64 *ret;
};

/**
 * struct kvm_exit - an exit
 * @reason: KVM_EXIT_*; says which member of the union is valid, by its name
 * @flags: run->flags, on x86 KVM_RUN_X86_SMM and KVM_RUN_X86_BUS_LOCK
 * @raw: the 256 bytes of struct kvm_run's union, for a @reason that this
 *	library does not know, or that belongs to s390, PowerPC or LoongArch
 *
 * HLT, IRQ_WINDOW_OPEN, SHUTDOWN, INTR, SET_TPR, NMI, WATCHDOG,
 * DIRTY_RING_FULL, AP_RESET_HOLD and X86_BUS_LOCK have nothing to add.
 */
struct kvm_exit {
	uint32_t reason;
	uint16_t flags;
	union {
		uint64_t hardware_exit_reason; /* KVM_EXIT_UNKNOWN */
		struct kvm_exit_fail_entry fail_entry;
		struct kvm_exit_exception exception;
		struct kvm_exit_io io;
		const struct kvm_debug_exit_arch *debug;
		struct kvm_exit_mmio mmio;
		struct kvm_exit_hypercall hypercall;
		struct kvm_exit_tpr_access tpr_access;
		struct kvm_exit_internal internal;
		struct kvm_exit_system_event system_event;
		uint8_t ioapic_eoi_vector;
		struct kvm_hyperv_exit *hyperv;
		struct kvm_exit_arm_nisv arm_nisv;
		struct kvm_exit_msr msr;
		struct kvm_xen_exit *xen;
		struct kvm_exit_riscv_sbi riscv_sbi;
		struct kvm_exit_riscv_csr riscv_csr;
		uint32_t notify_flags; /* KVM_NOTIFY_CONTEXT_INVALID */
		struct kvm_exit_memory_fault memory_fault;
		struct kvm_exit_tdx tdx;
		struct kvm_exit_arm_sea arm_sea;
		struct kvm_exit_snp_req_certs snp_req_certs;
		const void *raw;
	};
};

/**
 * kvm_exit_decode - take a struct kvm_run apart
 * @run: as KVM_RUN left it
 * @run_size: bytes mapped at @run, at least sizeof(struct kvm_run)
 * @ret_exit: receives the exit
 *
 * kvm_vcpu_run() does this; it is here for those who call KVM_RUN themselves.
 * memory_fault.error is set to -EFAULT.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the data of an I/O exit lies outside of @run_size, or the
 *	width or length of an access is impossible.  No kernel does this; a
 *	confused backend may.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_exit_decode(struct kvm_run *run,
						    size_t run_size,
						    struct kvm_exit *ret_exit);

/**
 * kvm_exit_name - the name of an exit reason
 * @reason: KVM_EXIT_*
 *
 * Returns: "KVM_EXIT_MMIO" and the like; "an unknown exit" otherwise.
 */
KVM_IOCTLS_API const char *kvm_exit_name(uint32_t reason);

/**
 * kvm_exit_format - describe an exit for people
 * @exit: an exit whose pointers are still good
 * @buf: receives one line without a newline, terminated unless @size is 0
 * @size: bytes in @buf; 512 hold any exit
 *
 * Returns: the length of the whole line, as snprintf() does: it was cut when
 * that is not less than @size.
 */
KVM_IOCTLS_API int kvm_exit_format(const struct kvm_exit *exit, char *buf,
				   size_t size);

#ifdef __cplusplus
}
#endif

#endif
