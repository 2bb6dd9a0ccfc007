/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The ids of riscv64's registers, for kvm_vcpu_get_reg() and its sisters.
 *
 * An id is made by a function, or from a name:
 *
 *	kvm_riscv64_reg_find("pc", &id)      the program counter
 *	kvm_riscv64_reg_find("isa.zbb", &id) whether the guest has Zbb
 *	kvm_riscv64_vector(3, 16)            v3 of a machine with 16-byte ones
 *
 * Everything here works on any host: ids are ABI.  KVM's documentation has
 * them under KVM_SET_ONE_REG.
 *
 * Threading: the functions have no state.
 */
#ifndef KVM_IOCTLS_REG_RISCV64_H
#define KVM_IOCTLS_REG_RISCV64_H

#include <stddef.h>
#include <stdint.h>

#include <kvm-ioctls/api.h>
#include <kvm-ioctls/uapi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The kind of a register, bits 24 to 31 of its id. */
enum kvm_riscv64_reg_kind {
	KVM_RISCV64_REG_CONFIG = 1,
	KVM_RISCV64_REG_CORE = 2,
	KVM_RISCV64_REG_CSR = 3,
	KVM_RISCV64_REG_TIMER = 4,
	KVM_RISCV64_REG_F = 5,
	KVM_RISCV64_REG_D = 6,
	KVM_RISCV64_REG_ISA = 7,
	KVM_RISCV64_REG_SBI = 8,
	KVM_RISCV64_REG_VECTOR = 9,
	KVM_RISCV64_REG_SBI_STATE = 10,
};

/**
 * kvm_riscv64_reg - any register
 * @kind: enum kvm_riscv64_reg_kind
 * @subtype: within the kind: which CSRs, one extension or a word of them, ...
 * @size: KVM_REG_SIZE_U64 and the like
 * @index: within the subtype
 */
static inline uint64_t kvm_riscv64_reg(enum kvm_riscv64_reg_kind kind,
				       uint32_t subtype, uint64_t size,
				       uint32_t index)
{
	return KVM_REG_RISCV | size | (uint64_t)kind << 24 |
	       (uint64_t)subtype << 16 | index;
}

/* Integer registers, 64 bits: x1 to x31; x0 has none, and pc its place. */
static inline uint64_t kvm_riscv64_x(unsigned int n)
{
	return kvm_riscv64_reg(KVM_RISCV64_REG_CORE, 0, KVM_REG_SIZE_U64, n);
}

/* The program counter, 64 bits. */
static inline uint64_t kvm_riscv64_pc(void)
{
	return kvm_riscv64_reg(KVM_RISCV64_REG_CORE, 0, KVM_REG_SIZE_U64, 0);
}

/* Single-precision registers, 32 bits: f0 to f31. */
static inline uint64_t kvm_riscv64_f(unsigned int n)
{
	return kvm_riscv64_reg(KVM_RISCV64_REG_F, 0, KVM_REG_SIZE_U32, n);
}

/* Double-precision registers, 64 bits: f0 to f31. */
static inline uint64_t kvm_riscv64_d(unsigned int n)
{
	return kvm_riscv64_reg(KVM_RISCV64_REG_D, 0, KVM_REG_SIZE_U64, n);
}

/* Whether ISA extension KVM_RISCV_ISA_EXT_* is there: 0 or 1 in 64 bits. */
static inline uint64_t kvm_riscv64_isa(unsigned int extension)
{
	return kvm_riscv64_reg(KVM_RISCV64_REG_ISA, 0, KVM_REG_SIZE_U64,
			       extension);
}

/* Whether SBI extension KVM_RISCV_SBI_EXT_* is there: 0 or 1 in 64 bits. */
static inline uint64_t kvm_riscv64_sbi(unsigned int extension)
{
	return kvm_riscv64_reg(KVM_RISCV64_REG_SBI, 0, KVM_REG_SIZE_U64,
			       extension);
}

/**
 * kvm_riscv64_vector - a vector register, 64 to 2048 bits
 * @n: v0 to v31
 * @vlenb: its size in bytes, which is what the register "vlenb" says: a power
 *	of two from 8 to 256
 */
static inline uint64_t kvm_riscv64_vector(unsigned int n, unsigned int vlenb)
{
	uint64_t size = (uint64_t)__builtin_ctz(vlenb) << KVM_REG_SIZE_SHIFT;

	/* Five CSRs and a pointer come before the vectors. */
	return kvm_riscv64_reg(KVM_RISCV64_REG_VECTOR, 0, size, 6 + n);
}

/**
 * kvm_riscv64_reg_find - the id of a register by its name
 * @name: lower case: "pc", "ra", "a0" and the other ABI names, "mode";
 *	"sstatus" and other CSRs; "f0", "fcsr" (single), "d0", "d.fcsr"
 *	(double); "timer.time"; "config.satp_mode"; "isa.zbb", "sbi.dbcn";
 *	"vlenb" and other vector CSRs; "sbi.sta.shmem_lo"
 * @ret_id: receives the id
 *
 * Returns: 0, or -ENOENT when there is no such name.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_riscv64_reg_find(const char *name,
							 uint64_t *ret_id);

/**
 * kvm_riscv64_reg_format - the name of a register by its id
 * @id: register
 * @buf: receives the name, as kvm_riscv64_reg_find() takes it; "v0" to "v31"
 *	for vector registers, whose size is in the id; or the id as a number;
 *	terminated unless @size is 0
 * @size: bytes in @buf; 48 hold any name
 *
 * Returns: the length of the whole name, as snprintf() does.
 */
KVM_IOCTLS_API int kvm_riscv64_reg_format(uint64_t id, char *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif
