/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/reg_riscv64.h>

#include "runner.h"

/* Ids from the tables under KVM_SET_ONE_REG in KVM's documentation. */
static const struct {
	const char *name;
	uint64_t id;
} named[] = {
	{ "config.isa", 0x8030000001000000 },
	{ "config.satp_mode", 0x8030000001000006 },
	{ "pc", 0x8030000002000000 },
	{ "ra", 0x8030000002000001 },
	{ "a0", 0x803000000200000a },
	{ "t6", 0x803000000200001f },
	{ "mode", 0x8030000002000020 },
	{ "sstatus", 0x8030000003000000 },
	{ "senvcfg", 0x803000000300000a },
	{ "siselect", 0x8030000003010000 },
	{ "sstateen0", 0x8030000003020000 },
	{ "timer.frequency", 0x8030000004000000 },
	{ "timer.state", 0x8030000004000003 },
	{ "f0", 0x8020000005000000 },
	{ "f31", 0x802000000500001f },
	{ "fcsr", 0x8020000005000020 },
	{ "d0", 0x8030000006000000 },
	{ "d.fcsr", 0x8020000006000020 },
	{ "isa.a", 0x8030000007000000 },
	{ "isa.sstc", 0x8030000007000008 },
	{ "isa.zbb", 0x803000000700000d },
	{ "isa.v", 0x803000000700000f },
	{ "sbi.v01", 0x8030000008000000 },
	{ "sbi.dbcn", 0x8030000008000009 },
	{ "vlenb", 0x8030000009000004 },
	{ "sbi.sta.shmem_hi", 0x803000000a000001 },
	{ "sbi.fwft.pointer_masking.enable", 0x803000000a010003 },
};

START_TEST(names_and_ids_lead_to_each_other)
{
	char name[48];
	uint64_t id;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		ck_assert_int_eq(kvm_riscv64_reg_find(named[i].name, &id), 0);
		ck_assert_uint_eq(id, named[i].id);
		ck_assert_int_eq(kvm_riscv64_reg_format(id, name, sizeof(name)),
				 (int)strlen(named[i].name));
		ck_assert_str_eq(name, named[i].name);
	}
}
END_TEST

START_TEST(functions_give_the_ids_of_names)
{
	uint64_t id;

	ck_assert_uint_eq(kvm_riscv64_pc(), 0x8030000002000000);
	ck_assert_uint_eq(kvm_riscv64_x(10), 0x803000000200000a);
	ck_assert_uint_eq(kvm_riscv64_f(31), 0x802000000500001f);
	ck_assert_uint_eq(kvm_riscv64_d(1), 0x8030000006000001);
	ck_assert_int_eq(kvm_riscv64_reg_find("isa.zicbom", &id), 0);
	ck_assert_uint_eq(kvm_riscv64_isa(11), id);
	ck_assert_int_eq(kvm_riscv64_reg_find("sbi.sta", &id), 0);
	ck_assert_uint_eq(kvm_riscv64_sbi(10), id);
}
END_TEST

START_TEST(vector_ids_have_the_machines_size)
{
	char name[8];

	ck_assert_uint_eq(kvm_riscv64_vector(0, 8), 0x8030000009000006);
	ck_assert_uint_eq(kvm_riscv64_vector(3, 16), 0x8040000009000009);
	ck_assert_uint_eq(kvm_riscv64_vector(31, 256), 0x8080000009000025);
	kvm_riscv64_reg_format(kvm_riscv64_vector(3, 16), name, sizeof(name));
	ck_assert_str_eq(name, "v3");
	kvm_riscv64_reg_format(kvm_riscv64_vector(31, 64), name, sizeof(name));
	ck_assert_str_eq(name, "v31");
}
END_TEST

START_TEST(what_is_no_name_returns_enoent)
{
	static const char *const wrong[] = { "",   "x0",     "f32",
					     "A0", "isa.zz", "config." };
	uint64_t id = 7;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_int_eq(kvm_riscv64_reg_find(wrong[i], &id), -ENOENT);
	ck_assert_uint_eq(id, 7);
}
END_TEST

START_TEST(id_without_a_name_is_a_number)
{
	char name[32];

	kvm_riscv64_reg_format(0x8030000009000040, name, sizeof(name));
	ck_assert_str_eq(name, "0x8030000009000040");
}
END_TEST

int main(void)
{
	return RUN_TESTS("reg_riscv64", names_and_ids_lead_to_each_other,
			 functions_give_the_ids_of_names,
			 vector_ids_have_the_machines_size,
			 what_is_no_name_returns_enoent,
			 id_without_a_name_is_a_number);
}
