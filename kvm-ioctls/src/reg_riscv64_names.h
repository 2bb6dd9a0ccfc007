/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What riscv64's registers are called, in the order of the structures and
 * enums of its <asm/kvm.h> (Linux 7.0).  A table that grows there grows here
 * at its end.
 */
#ifndef KVM_IOCTLS_REG_RISCV64_NAMES_H
#define KVM_IOCTLS_REG_RISCV64_NAMES_H

/* struct kvm_riscv_core: struct user_regs_struct and the privilege mode. */
static const char *const kvm_riscv64_core_names[] = {
	"pc", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
	"a1", "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
	"s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6", "mode",
};

/* struct kvm_riscv_config. */
static const char *const kvm_riscv64_config_names[] = {
	"isa",	  "zicbom_block_size", "mvendorid", "marchid",
	"mimpid", "zicboz_block_size", "satp_mode", "zicbop_block_size",
};

/* struct kvm_riscv_csr. */
static const char *const kvm_riscv64_csr_names[] = {
	"sstatus", "sie", "stvec", "sscratch",	 "sepc",    "scause",
	"stval",   "sip", "satp",  "scounteren", "senvcfg",
};

/* struct kvm_riscv_aia_csr. */
static const char *const kvm_riscv64_aia_csr_names[] = {
	"siselect", "iprio1", "iprio2", "sieh", "siph", "iprio1h", "iprio2h",
};

/* struct kvm_riscv_smstateen_csr. */
static const char *const kvm_riscv64_smstateen_csr_names[] = {
	"sstateen0",
};

/* struct kvm_riscv_timer. */
static const char *const kvm_riscv64_timer_names[] = {
	"frequency",
	"time",
	"compare",
	"state",
};

/* enum KVM_RISCV_ISA_EXT_ID. */
static const char *const kvm_riscv64_isa_names[] = {
	"a",	       "c",	   "d",	      "f",	   "h",
	"i",	       "m",	   "svpbmt",  "sstc",	   "svinval",
	"zihintpause", "zicbom",   "zicboz",  "zbb",	   "ssaia",
	"v",	       "svnapot",  "zba",     "zbs",	   "zicntr",
	"zicsr",       "zifencei", "zihpm",   "smstateen", "zicond",
	"zbc",	       "zbkb",	   "zbkc",    "zbkx",	   "zknd",
	"zkne",	       "zknh",	   "zkr",     "zksed",	   "zksh",
	"zkt",	       "zvbb",	   "zvbc",    "zvkb",	   "zvkg",
	"zvkned",      "zvknha",   "zvknhb",  "zvksed",	   "zvksh",
	"zvkt",	       "zfh",	   "zfhmin",  "zihintntl", "zvfh",
	"zvfhmin",     "zfa",	   "ztso",    "zacas",	   "sscofpmf",
	"zimop",       "zca",	   "zcb",     "zcd",	   "zcf",
	"zcmop",       "zawrs",	   "smnpm",   "ssnpm",	   "svade",
	"svadu",       "svvptc",   "zabha",   "ziccrse",   "zaamo",
	"zalrsc",      "zicbop",   "zfbfmin", "zvfbfmin",  "zvfbfwma",
	"zclsd",       "zilsd",	   "zalasr",
};

/* enum KVM_RISCV_SBI_EXT_ID. */
static const char *const kvm_riscv64_sbi_names[] = {
	"v01",		"time",	  "ipi",  "rfence", "srst", "hsm",  "pmu",
	"experimental", "vendor", "dbcn", "sta",    "susp", "fwft", "mpxy",
};

/* struct __riscv_v_ext_state up to its vectors' pointer. */
static const char *const kvm_riscv64_vector_csr_names[] = {
	"vstart", "vl", "vtype", "vcsr", "vlenb",
};

/* struct kvm_riscv_sbi_sta. */
static const char *const kvm_riscv64_sta_names[] = {
	"shmem_lo",
	"shmem_hi",
};

/* struct kvm_riscv_sbi_fwft. */
static const char *const kvm_riscv64_fwft_names[] = {
	"misaligned_deleg.enable", "misaligned_deleg.flags",
	"misaligned_deleg.value",  "pointer_masking.enable",
	"pointer_masking.flags",   "pointer_masking.value",
};

static const char *const kvm_riscv64_numbers[] = {
	"0",  "1",  "2",  "3",	"4",  "5",  "6",  "7",	"8",  "9",  "10",
	"11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21",
	"22", "23", "24", "25", "26", "27", "28", "29", "30", "31",
};

#endif
