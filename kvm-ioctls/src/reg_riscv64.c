/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <kvm-ioctls/reg_riscv64.h>

#include "reg_riscv64_names.h"

/* Registers of one kind and subtype, with consecutive indices and names. */
struct bank {
	enum kvm_riscv64_reg_kind kind;
	uint32_t subtype;
	uint64_t size;
	const char *prefix;
	const char *const *names;
	uint32_t count;
	uint32_t first;
};

#define COUNT(table) ((uint32_t)(sizeof(table) / sizeof((table)[0])))
#define BANK(kind, subtype, bits, prefix, names, first)                        \
	{                                                                      \
		KVM_RISCV64_REG_##kind, subtype, KVM_REG_SIZE_U##bits, prefix, \
			names, COUNT(names), first                             \
	}

static const char *const fcsr_names[] = { "fcsr" };

static const struct bank banks[] = {
	BANK(CORE, 0, 64, "", kvm_riscv64_core_names, 0),
	BANK(CONFIG, 0, 64, "config.", kvm_riscv64_config_names, 0),
	BANK(CSR, 0, 64, "", kvm_riscv64_csr_names, 0),
	BANK(CSR, 1, 64, "", kvm_riscv64_aia_csr_names, 0),
	BANK(CSR, 2, 64, "", kvm_riscv64_smstateen_csr_names, 0),
	BANK(TIMER, 0, 64, "timer.", kvm_riscv64_timer_names, 0),
	BANK(F, 0, 32, "f", kvm_riscv64_numbers, 0),
	BANK(F, 0, 32, "", fcsr_names, 32),
	BANK(D, 0, 64, "d", kvm_riscv64_numbers, 0),
	BANK(D, 0, 32, "d.", fcsr_names, 32),
	BANK(ISA, 0, 64, "isa.", kvm_riscv64_isa_names, 0),
	BANK(SBI, 0, 64, "sbi.", kvm_riscv64_sbi_names, 0),
	BANK(VECTOR, 0, 64, "", kvm_riscv64_vector_csr_names, 0),
	BANK(SBI_STATE, 0, 64, "sbi.sta.", kvm_riscv64_sta_names, 0),
	BANK(SBI_STATE, 1, 64, "sbi.fwft.", kvm_riscv64_fwft_names, 0),
};

static uint64_t bank_id(const struct bank *bank, uint32_t n)
{
	return kvm_riscv64_reg(bank->kind, bank->subtype, bank->size,
			       bank->first + n);
}

static int find_in_bank(const struct bank *bank, const char *name,
			uint64_t *ret_id)
{
	size_t len = strlen(bank->prefix);

	if (strncmp(name, bank->prefix, len) != 0)
		return -ENOENT;
	for (uint32_t n = 0; n < bank->count; n++) {
		if (!strcmp(name + len, bank->names[n])) {
			*ret_id = bank_id(bank, n);
			return 0;
		}
	}
	return -ENOENT;
}

int kvm_riscv64_reg_find(const char *name, uint64_t *ret_id)
{
	for (size_t i = 0; i < COUNT(banks); i++) {
		if (find_in_bank(&banks[i], name, ret_id) == 0)
			return 0;
	}
	return -ENOENT;
}

/* v0 to v31, whose size is the machine's. */
static int format_vector(uint64_t id, char *buf, size_t size)
{
	uint64_t bits = id & KVM_REG_SIZE_MASK;
	uint32_t index = id & 0xffff;

	if (index < 6 || index > 37 ||
	    kvm_riscv64_reg(KVM_RISCV64_REG_VECTOR, 0, bits, index) != id)
		return -ENOENT;
	return snprintf(buf, size, "v%u", index - 6);
}

int kvm_riscv64_reg_format(uint64_t id, char *buf, size_t size)
{
	const struct bank *bank;
	int r;

	for (size_t i = 0; i < COUNT(banks); i++) {
		bank = &banks[i];
		for (uint32_t n = 0; n < bank->count; n++) {
			if (bank_id(bank, n) == id)
				return snprintf(buf, size, "%s%s", bank->prefix,
						bank->names[n]);
		}
	}
	r = format_vector(id, buf, size);
	return r >= 0 ? r : snprintf(buf, size, "0x%016" PRIx64, id);
}
