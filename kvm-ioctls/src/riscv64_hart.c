/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <kvm-ioctls/reg.h>
#include <kvm-ioctls/reg_riscv64.h>
#include <kvm-ioctls/riscv64_hart.h>

#include "reg_riscv64_names.h"

#define ISA_COUNT (sizeof(kvm_riscv64_isa_names) / sizeof(char *))

/* An older kernel lacks registers: they keep their zero. */
static int get_optional(struct kvm_vcpu_fd *vcpu, uint64_t id,
			uint64_t *ret_value)
{
	int r = kvm_vcpu_get_reg64(vcpu, id, ret_value);

	if (r == -ENOENT || r == -EINVAL) {
		*ret_value = 0;
		return 0;
	}
	return r;
}

static void append(char *isa, const char *separator, const char *name)
{
	size_t used = strlen(isa);
	size_t room = KVM_RISCV64_ISA_SIZE - used;
	size_t first = strlen(separator), second = strlen(name);

	/* All names together fit; a test holds the table to that. */
	if (first + second >= room)
		return;
	memcpy(isa + used, separator, first);
	memcpy(isa + used + first, name, second + 1);
}

/* The single letters in the order of the ISA manual's naming chapter. */
static void append_letters(char *isa, const bool *has)
{
	for (const char *letter = "imafdqcbvh"; *letter; letter++) {
		for (size_t i = 0; i < ISA_COUNT; i++) {
			const char *name = kvm_riscv64_isa_names[i];

			if (has[i] && name[0] == *letter && !name[1])
				append(isa, "", name);
		}
	}
}

static void append_names(char *isa, const bool *has, char initial)
{
	for (size_t i = 0; i < ISA_COUNT; i++) {
		const char *name = kvm_riscv64_isa_names[i];

		if (has[i] && name[0] == initial && name[1])
			append(isa, "_", name);
	}
}

static int get_isa(struct kvm_vcpu_fd *vcpu, char *isa)
{
	bool has[ISA_COUNT];
	uint64_t value;
	int r;

	for (size_t i = 0; i < ISA_COUNT; i++) {
		r = get_optional(vcpu, kvm_riscv64_isa((unsigned int)i),
				 &value);
		if (r)
			return r;
		has[i] = value != 0;
	}
	strcpy(isa, "rv64");
	append_letters(isa, has);
	append_names(isa, has, 'z');
	append_names(isa, has, 's');
	return 0;
}

static int get_named(struct kvm_vcpu_fd *vcpu, const char *name,
		     uint64_t *ret_value)
{
	uint64_t id;
	int r;

	r = kvm_riscv64_reg_find(name, &id);
	return r ? r : get_optional(vcpu, id, ret_value);
}

int kvm_vcpu_get_riscv64_hart(struct kvm_vcpu_fd *vcpu,
			      struct kvm_riscv64_hart *ret_hart)
{
	struct kvm_riscv64_hart *hart = ret_hart;
	const struct {
		const char *name;
		uint64_t *value;
	} registers[] = {
		{ "config.satp_mode", &hart->satp_mode },
		{ "config.zicbom_block_size", &hart->cbom_block_size },
		{ "config.zicboz_block_size", &hart->cboz_block_size },
		{ "config.zicbop_block_size", &hart->cbop_block_size },
	};
	uint64_t id;
	int r;

	/* Every KVM of riscv64 has this one. */
	r = kvm_riscv64_reg_find("timer.frequency", &id);
	if (!r)
		r = kvm_vcpu_get_reg64(vcpu, id, &hart->timebase_frequency);
	for (size_t i = 0; !r && i < sizeof(registers) / sizeof(registers[0]);
	     i++)
		r = get_named(vcpu, registers[i].name, registers[i].value);
	return r ? r : get_isa(vcpu, hart->isa);
}
