/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <kvm-ioctls/reg_arm64.h>

/* Registers that are numbered: a prefix, how many, and the distance of ids. */
struct bank {
	const char *prefix;
	uint32_t count;
	uint32_t stride;
	uint64_t size;
	uint32_t first;
	enum kvm_arm64_reg_kind kind;
};

static const struct bank banks[] = {
	{ "x", 31, 2, KVM_REG_SIZE_U64, 0, KVM_ARM64_REG_CORE },
	{ "v", 32, 4, KVM_REG_SIZE_U128, 84, KVM_ARM64_REG_CORE },
	{ "z", 32, 32, KVM_REG_SIZE_U2048, 0, KVM_ARM64_REG_SVE },
	{ "p", 16, 32, KVM_REG_SIZE_U256, 0x400, KVM_ARM64_REG_SVE },
	{ "ccsidr", 16, 1, KVM_REG_SIZE_U32, 0, KVM_ARM64_REG_DEMUX },
};

#define BANK_COUNT (sizeof(banks) / sizeof(banks[0]))

struct named_reg {
	const char *name;
	enum kvm_arm64_reg_kind kind;
	uint64_t size;
	uint32_t index;
};

#define CORE(name, size, index)                                       \
	{                                                             \
		name, KVM_ARM64_REG_CORE, KVM_REG_SIZE_U##size, index \
	}
#define SYSTEM(name, op0, op1, crn, crm, op2)                                 \
	{                                                                     \
		name, KVM_ARM64_REG_SYSTEM, KVM_REG_SIZE_U64,                 \
			(op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | \
				(op2)                                         \
	}

/* System registers: Arm ARM, D19 and its table of encodings. */
static const struct named_reg named[] = {
	CORE("sp", 64, 62),
	CORE("pc", 64, 64),
	CORE("pstate", 64, 66),
	CORE("sp_el1", 64, 68),
	CORE("elr_el1", 64, 70),
	CORE("spsr_el1", 64, 72),
	CORE("spsr_abt", 64, 74),
	CORE("spsr_und", 64, 76),
	CORE("spsr_irq", 64, 78),
	CORE("spsr_fiq", 64, 80),
	CORE("fpsr", 32, 212),
	CORE("fpcr", 32, 213),
	{ "ffr", KVM_ARM64_REG_SVE, KVM_REG_SIZE_U256, 0x600 },
	{ "sve_vls", KVM_ARM64_REG_SVE, KVM_REG_SIZE_U512, 0xffff },
	{ "psci_version", KVM_ARM64_REG_FIRMWARE, KVM_REG_SIZE_U64, 0 },
	{ "smccc_workaround_1", KVM_ARM64_REG_FIRMWARE, KVM_REG_SIZE_U64, 1 },
	{ "smccc_workaround_2", KVM_ARM64_REG_FIRMWARE, KVM_REG_SIZE_U64, 2 },
	{ "smccc_workaround_3", KVM_ARM64_REG_FIRMWARE, KVM_REG_SIZE_U64, 3 },
	{ "std_bmap", KVM_ARM64_REG_FEATURE_BITMAP, KVM_REG_SIZE_U64, 0 },
	{ "std_hyp_bmap", KVM_ARM64_REG_FEATURE_BITMAP, KVM_REG_SIZE_U64, 1 },
	{ "vendor_hyp_bmap", KVM_ARM64_REG_FEATURE_BITMAP, KVM_REG_SIZE_U64,
	  2 },
	SYSTEM("midr_el1", 3, 0, 0, 0, 0),
	SYSTEM("mpidr_el1", 3, 0, 0, 0, 5),
	SYSTEM("revidr_el1", 3, 0, 0, 0, 6),
	SYSTEM("id_aa64pfr0_el1", 3, 0, 0, 4, 0),
	SYSTEM("id_aa64pfr1_el1", 3, 0, 0, 4, 1),
	SYSTEM("id_aa64zfr0_el1", 3, 0, 0, 4, 4),
	SYSTEM("id_aa64dfr0_el1", 3, 0, 0, 5, 0),
	SYSTEM("id_aa64dfr1_el1", 3, 0, 0, 5, 1),
	SYSTEM("id_aa64isar0_el1", 3, 0, 0, 6, 0),
	SYSTEM("id_aa64isar1_el1", 3, 0, 0, 6, 1),
	SYSTEM("id_aa64isar2_el1", 3, 0, 0, 6, 2),
	SYSTEM("id_aa64mmfr0_el1", 3, 0, 0, 7, 0),
	SYSTEM("id_aa64mmfr1_el1", 3, 0, 0, 7, 1),
	SYSTEM("id_aa64mmfr2_el1", 3, 0, 0, 7, 2),
	SYSTEM("sctlr_el1", 3, 0, 1, 0, 0),
	SYSTEM("actlr_el1", 3, 0, 1, 0, 1),
	SYSTEM("cpacr_el1", 3, 0, 1, 0, 2),
	SYSTEM("ttbr0_el1", 3, 0, 2, 0, 0),
	SYSTEM("ttbr1_el1", 3, 0, 2, 0, 1),
	SYSTEM("tcr_el1", 3, 0, 2, 0, 2),
	SYSTEM("afsr0_el1", 3, 0, 5, 1, 0),
	SYSTEM("afsr1_el1", 3, 0, 5, 1, 1),
	SYSTEM("esr_el1", 3, 0, 5, 2, 0),
	SYSTEM("far_el1", 3, 0, 6, 0, 0),
	SYSTEM("par_el1", 3, 0, 7, 4, 0),
	SYSTEM("mair_el1", 3, 0, 10, 2, 0),
	SYSTEM("amair_el1", 3, 0, 10, 3, 0),
	SYSTEM("vbar_el1", 3, 0, 12, 0, 0),
	SYSTEM("contextidr_el1", 3, 0, 13, 0, 1),
	SYSTEM("tpidr_el1", 3, 0, 13, 0, 4),
	SYSTEM("cntkctl_el1", 3, 0, 14, 1, 0),
	SYSTEM("clidr_el1", 3, 1, 0, 0, 1),
	SYSTEM("csselr_el1", 3, 2, 0, 0, 0),
	SYSTEM("ctr_el0", 3, 3, 0, 0, 1),
	SYSTEM("pmcr_el0", 3, 3, 9, 12, 0),
	SYSTEM("tpidr_el0", 3, 3, 13, 0, 2),
	SYSTEM("tpidrro_el0", 3, 3, 13, 0, 3),
	SYSTEM("cntpct_el0", 3, 3, 14, 0, 1),
	SYSTEM("cntp_ctl_el0", 3, 3, 14, 2, 1),
	SYSTEM("cntp_cval_el0", 3, 3, 14, 2, 2),
	SYSTEM("cntv_ctl_el0", 3, 3, 14, 3, 1),
	/* These two have each other's encoding in the ABI. */
	SYSTEM("cntv_cval_el0", 3, 3, 14, 0, 2),
	SYSTEM("cntvct_el0", 3, 3, 14, 3, 2),
};

#define NAMED_COUNT (sizeof(named) / sizeof(named[0]))

static uint64_t named_id(const struct named_reg *reg)
{
	return kvm_arm64_reg(reg->kind, reg->size, reg->index);
}

static uint64_t bank_id(const struct bank *bank, uint32_t n)
{
	return kvm_arm64_reg(bank->kind, bank->size,
			     bank->first + n * bank->stride);
}

/* The number that is all of @text, without leading zeros; -1 otherwise. */
static int number(const char *text)
{
	char canonical[4];
	int n = 0;

	for (const char *c = text; *c >= '0' && *c <= '9' && n < 100; c++)
		n = n * 10 + (*c - '0');
	snprintf(canonical, sizeof(canonical), "%d", n);
	return strcmp(text, canonical) ? -1 : n;
}

static int find_in_bank(const struct bank *bank, const char *name,
			uint64_t *ret_id)
{
	size_t len = strlen(bank->prefix);
	int n;

	if (strncmp(name, bank->prefix, len) != 0)
		return -ENOENT;
	n = number(name + len);
	if (n < 0 || (uint32_t)n >= bank->count)
		return -ENOENT;
	*ret_id = bank_id(bank, (uint32_t)n);
	return 0;
}

static int format_encoding(uint32_t index, char *buf, size_t size)
{
	return snprintf(buf, size, "s%u_%u_c%u_c%u_%u", index >> 14 & 3,
			index >> 11 & 7, index >> 7 & 15, index >> 3 & 15,
			index & 7);
}

static int find_encoding(const char *name, uint64_t *ret_id)
{
	unsigned int op0, op1, crn, crm, op2;
	char canonical[24];
	uint64_t id;

	if (sscanf(name, "s%1u_%1u_c%2u_c%2u_%1u", &op0, &op1, &crn, &crm,
		   &op2) != 5)
		return -ENOENT;
	/* sscanf() is lenient with blanks, zeroes and what follows. */
	id = kvm_arm64_sysreg(op0, op1, crn, crm, op2);
	format_encoding(id & 0xffff, canonical, sizeof(canonical));
	if (strcmp(name, canonical) != 0)
		return -ENOENT;
	*ret_id = id;
	return 0;
}

int kvm_arm64_reg_find(const char *name, uint64_t *ret_id)
{
	for (size_t i = 0; i < NAMED_COUNT; i++) {
		if (!strcmp(named[i].name, name)) {
			*ret_id = named_id(&named[i]);
			return 0;
		}
	}
	for (size_t i = 0; i < BANK_COUNT; i++) {
		if (find_in_bank(&banks[i], name, ret_id) == 0)
			return 0;
	}
	return find_encoding(name, ret_id);
}

static int format_bank(const struct bank *bank, uint64_t id, char *buf,
		       size_t size)
{
	for (uint32_t n = 0; n < bank->count; n++) {
		if (bank_id(bank, n) == id)
			return snprintf(buf, size, "%s%u", bank->prefix, n);
	}
	return -ENOENT;
}

int kvm_arm64_reg_format(uint64_t id, char *buf, size_t size)
{
	uint32_t index = id & 0xffff;
	int r;

	for (size_t i = 0; i < NAMED_COUNT; i++) {
		if (named_id(&named[i]) == id)
			return snprintf(buf, size, "%s", named[i].name);
	}
	for (size_t i = 0; i < BANK_COUNT; i++) {
		r = format_bank(&banks[i], id, buf, size);
		if (r >= 0)
			return r;
	}
	if (kvm_arm64_reg(KVM_ARM64_REG_SYSTEM, KVM_REG_SIZE_U64, index) != id)
		return snprintf(buf, size, "0x%016" PRIx64, id);
	return format_encoding(index, buf, size);
}
