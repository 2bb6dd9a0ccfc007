/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The ids of arm64's registers, for kvm_vcpu_get_reg() and its sisters.
 *
 * An id is made by a function, or from a name:
 *
 *	kvm_arm64_pc()                       "pc"
 *	kvm_arm64_x(3)                       "x3"
 *	kvm_arm64_sysreg(3, 0, 0, 0, 5)      "mpidr_el1" or "s3_0_c0_c0_5"
 *
 * Everything here works on any host: ids are ABI.  KVM's documentation has
 * them under KVM_SET_ONE_REG.
 *
 * Threading: the functions have no state.
 */
#ifndef KVM_IOCTLS_REG_ARM64_H
#define KVM_IOCTLS_REG_ARM64_H

#include <stddef.h>
#include <stdint.h>

#include <kvm-ioctls/api.h>
#include <kvm-ioctls/uapi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The kind of a register, bits 16 to 27 of its id. */
enum kvm_arm64_reg_kind {
	KVM_ARM64_REG_CORE = 0x10,
	KVM_ARM64_REG_DEMUX = 0x11,
	KVM_ARM64_REG_SYSTEM = 0x13,
	KVM_ARM64_REG_FIRMWARE = 0x14,
	KVM_ARM64_REG_SVE = 0x15,
	KVM_ARM64_REG_FEATURE_BITMAP = 0x16,
};

/**
 * kvm_arm64_reg - any register
 * @kind: enum kvm_arm64_reg_kind
 * @size: KVM_REG_SIZE_U32 and the like
 * @index: within the kind
 */
static inline uint64_t kvm_arm64_reg(enum kvm_arm64_reg_kind kind,
				     uint64_t size, uint32_t index)
{
	return KVM_REG_ARM64 | size | (uint64_t)kind << 16 | index;
}

/*
 * Core registers: the index counts 32-bit words of arm64's struct kvm_regs.
 * General registers, 64 bits: x0 to x30.
 */
static inline uint64_t kvm_arm64_x(unsigned int n)
{
	return kvm_arm64_reg(KVM_ARM64_REG_CORE, KVM_REG_SIZE_U64, 2 * n);
}

/* The stack pointer of EL0, 64 bits. */
static inline uint64_t kvm_arm64_sp(void)
{
	return kvm_arm64_reg(KVM_ARM64_REG_CORE, KVM_REG_SIZE_U64, 62);
}

/* The program counter, 64 bits. */
static inline uint64_t kvm_arm64_pc(void)
{
	return kvm_arm64_reg(KVM_ARM64_REG_CORE, KVM_REG_SIZE_U64, 64);
}

/* The processor state, 64 bits. */
static inline uint64_t kvm_arm64_pstate(void)
{
	return kvm_arm64_reg(KVM_ARM64_REG_CORE, KVM_REG_SIZE_U64, 66);
}

/* The stack pointer of EL1, 64 bits. */
static inline uint64_t kvm_arm64_sp_el1(void)
{
	return kvm_arm64_reg(KVM_ARM64_REG_CORE, KVM_REG_SIZE_U64, 68);
}

/* The exception link register, 64 bits. */
static inline uint64_t kvm_arm64_elr_el1(void)
{
	return kvm_arm64_reg(KVM_ARM64_REG_CORE, KVM_REG_SIZE_U64, 70);
}

/* Saved processor state, 64 bits: @n is 0 for EL1, 1 to 4 AArch32's modes. */
static inline uint64_t kvm_arm64_spsr(unsigned int n)
{
	return kvm_arm64_reg(KVM_ARM64_REG_CORE, KVM_REG_SIZE_U64, 72 + 2 * n);
}

/* FP and SIMD registers, 128 bits: v0 to v31; not for a vCPU with SVE. */
static inline uint64_t kvm_arm64_v(unsigned int n)
{
	return kvm_arm64_reg(KVM_ARM64_REG_CORE, KVM_REG_SIZE_U128, 84 + 4 * n);
}

/* FP status, 32 bits. */
static inline uint64_t kvm_arm64_fpsr(void)
{
	return kvm_arm64_reg(KVM_ARM64_REG_CORE, KVM_REG_SIZE_U32, 212);
}

/* FP control, 32 bits. */
static inline uint64_t kvm_arm64_fpcr(void)
{
	return kvm_arm64_reg(KVM_ARM64_REG_CORE, KVM_REG_SIZE_U32, 213);
}

/**
 * kvm_arm64_sysreg - a system register, 64 bits
 * @op0: as the MRS instruction encodes it
 * @op1: likewise
 * @crn: likewise
 * @crm: likewise
 * @op2: likewise
 *
 * The virtual timer's CNTVCT_EL0 and CNTV_CVAL_EL0 are swapped in the ABI:
 * kvm_arm64_cntvct() and kvm_arm64_cntv_cval() are theirs.
 */
static inline uint64_t kvm_arm64_sysreg(unsigned int op0, unsigned int op1,
					unsigned int crn, unsigned int crm,
					unsigned int op2)
{
	return kvm_arm64_reg(KVM_ARM64_REG_SYSTEM, KVM_REG_SIZE_U64,
			     (op0 & 3) << 14 | (op1 & 7) << 11 |
				     (crn & 15) << 7 | (crm & 15) << 3 |
				     (op2 & 7));
}

/* The count of the virtual timer, 64 bits. */
static inline uint64_t kvm_arm64_cntvct(void)
{
	return kvm_arm64_sysreg(3, 3, 14, 3, 2);
}

/* The compare value of the virtual timer, 64 bits. */
static inline uint64_t kvm_arm64_cntv_cval(void)
{
	return kvm_arm64_sysreg(3, 3, 14, 0, 2);
}

/* CCSIDR_EL1 of the cache that CSSELR_EL1 value @csselr selects, 32 bits. */
static inline uint64_t kvm_arm64_ccsidr(unsigned int csselr)
{
	return kvm_arm64_reg(KVM_ARM64_REG_DEMUX, KVM_REG_SIZE_U32,
			     csselr & 0xff);
}

/* Firmware register @n, 64 bits: 0 is the PSCI version. */
static inline uint64_t kvm_arm64_firmware(unsigned int n)
{
	return kvm_arm64_reg(KVM_ARM64_REG_FIRMWARE, KVM_REG_SIZE_U64,
			     n & 0xffff);
}

/* Bitmap of hypercalls @n, 64 bits: standard, hypervisor, vendor. */
static inline uint64_t kvm_arm64_feature_bitmap(unsigned int n)
{
	return kvm_arm64_reg(KVM_ARM64_REG_FEATURE_BITMAP, KVM_REG_SIZE_U64,
			     n & 0xffff);
}

/* SVE vector registers, 2048 bits: z0 to z31, slice 0 has all of them. */
static inline uint64_t kvm_arm64_z(unsigned int n, unsigned int slice)
{
	return kvm_arm64_reg(KVM_ARM64_REG_SVE, KVM_REG_SIZE_U2048,
			     (n & 31) << 5 | (slice & 31));
}

/* SVE predicate registers, 256 bits: p0 to p15. */
static inline uint64_t kvm_arm64_p(unsigned int n, unsigned int slice)
{
	return kvm_arm64_reg(KVM_ARM64_REG_SVE, KVM_REG_SIZE_U256,
			     0x400 | (n & 15) << 5 | (slice & 31));
}

/* The SVE first fault register, 256 bits. */
static inline uint64_t kvm_arm64_ffr(unsigned int slice)
{
	return kvm_arm64_reg(KVM_ARM64_REG_SVE, KVM_REG_SIZE_U256,
			     0x600 | (slice & 31));
}

/* The SVE vector lengths that the guest may use, 512 bits. */
static inline uint64_t kvm_arm64_sve_vls(void)
{
	return kvm_arm64_reg(KVM_ARM64_REG_SVE, KVM_REG_SIZE_U512, 0xffff);
}

/**
 * kvm_arm64_reg_find - the id of a register by its name
 * @name: lower case: "x0", "pc", "v31", "fpcr", "z0", "p15", "ffr", "ttbr0_el1"
 *	and other common system registers, and any of those as
 *	"s<op0>_<op1>_c<crn>_c<crm>_<op2>"
 * @ret_id: receives the id
 *
 * Returns: 0, or -ENOENT when there is no such name.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_arm64_reg_find(const char *name,
						       uint64_t *ret_id);

/**
 * kvm_arm64_reg_format - the name of a register by its id
 * @id: register
 * @buf: receives the name, as kvm_arm64_reg_find() takes it, or the id as a
 *	number; terminated unless @size is 0
 * @size: bytes in @buf; 32 hold any name
 *
 * Returns: the length of the whole name, as snprintf() does.
 */
KVM_IOCTLS_API int kvm_arm64_reg_format(uint64_t id, char *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif
