/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/reg_arm64.h>

#include "runner.h"

/* Ids from the tables under KVM_SET_ONE_REG in KVM's documentation. */
START_TEST(ids_are_those_of_the_documentation)
{
	ck_assert_uint_eq(kvm_arm64_x(0), 0x6030000000100000);
	ck_assert_uint_eq(kvm_arm64_x(30), 0x603000000010003c);
	ck_assert_uint_eq(kvm_arm64_sp(), 0x603000000010003e);
	ck_assert_uint_eq(kvm_arm64_pc(), 0x6030000000100040);
	ck_assert_uint_eq(kvm_arm64_pstate(), 0x6030000000100042);
	ck_assert_uint_eq(kvm_arm64_sp_el1(), 0x6030000000100044);
	ck_assert_uint_eq(kvm_arm64_elr_el1(), 0x6030000000100046);
	ck_assert_uint_eq(kvm_arm64_spsr(0), 0x6030000000100048);
	ck_assert_uint_eq(kvm_arm64_spsr(4), 0x6030000000100050);
	ck_assert_uint_eq(kvm_arm64_v(0), 0x6040000000100054);
	ck_assert_uint_eq(kvm_arm64_v(31), 0x60400000001000d0);
	ck_assert_uint_eq(kvm_arm64_fpsr(), 0x60200000001000d4);
	ck_assert_uint_eq(kvm_arm64_fpcr(), 0x60200000001000d5);
	ck_assert_uint_eq(kvm_arm64_ccsidr(3), 0x6020000000110003);
	ck_assert_uint_eq(kvm_arm64_firmware(0), 0x6030000000140000);
	ck_assert_uint_eq(kvm_arm64_feature_bitmap(1), 0x6030000000160001);
	ck_assert_uint_eq(kvm_arm64_sve_vls(), 0x606000000015ffff);
}
END_TEST

START_TEST(system_register_ids_are_their_encoding)
{
	/* SCTLR_EL1 and MPIDR_EL1, Arm ARM D19. */
	ck_assert_uint_eq(kvm_arm64_sysreg(3, 0, 1, 0, 0), 0x603000000013c080);
	ck_assert_uint_eq(kvm_arm64_sysreg(3, 0, 0, 0, 5), 0x603000000013c005);
	/* The counter and the compare value have each other's encoding. */
	ck_assert_uint_eq(kvm_arm64_cntvct(), 0x603000000013df1a);
	ck_assert_uint_eq(kvm_arm64_cntv_cval(), 0x603000000013df02);
}
END_TEST

START_TEST(vector_ids_have_number_and_slice)
{
	ck_assert_uint_eq(kvm_arm64_z(0, 0), 0x6080000000150000);
	ck_assert_uint_eq(kvm_arm64_z(31, 1), 0x60800000001503e1);
	ck_assert_uint_eq(kvm_arm64_p(15, 0), 0x60500000001505e0);
	ck_assert_uint_eq(kvm_arm64_ffr(0), 0x6050000000150600);
}
END_TEST

static const struct {
	const char *name;
	uint64_t id;
} named[] = {
	{ "x0", 0x6030000000100000 },
	{ "x30", 0x603000000010003c },
	{ "sp", 0x603000000010003e },
	{ "pc", 0x6030000000100040 },
	{ "pstate", 0x6030000000100042 },
	{ "spsr_fiq", 0x6030000000100050 },
	{ "v31", 0x60400000001000d0 },
	{ "fpcr", 0x60200000001000d5 },
	{ "z31", 0x60800000001503e0 },
	{ "p15", 0x60500000001505e0 },
	{ "ffr", 0x6050000000150600 },
	{ "ccsidr2", 0x6020000000110002 },
	{ "sctlr_el1", 0x603000000013c080 },
	{ "mpidr_el1", 0x603000000013c005 },
	{ "cntvct_el0", 0x603000000013df1a },
	{ "psci_version", 0x6030000000140000 },
	{ "s3_0_c15_c2_7", 0x603000000013c797 },
};

START_TEST(names_and_ids_lead_to_each_other)
{
	char name[32];
	uint64_t id;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		ck_assert_int_eq(kvm_arm64_reg_find(named[i].name, &id), 0);
		ck_assert_uint_eq(id, named[i].id);
		ck_assert_int_eq(kvm_arm64_reg_format(id, name, sizeof(name)),
				 (int)strlen(named[i].name));
		ck_assert_str_eq(name, named[i].name);
	}
}
END_TEST

START_TEST(encoding_of_a_named_register_is_its_name_too)
{
	uint64_t id;

	ck_assert_int_eq(kvm_arm64_reg_find("s3_0_c1_c0_0", &id), 0);
	ck_assert_uint_eq(id, 0x603000000013c080);
}
END_TEST

START_TEST(what_is_no_name_returns_enoent)
{
	static const char *const wrong[] = {
		"",
		"x31",
		"x01",
		"x",
		"x-1",
		"x999999999",
		"v32",
		"p16",
		"PC",
		"pc ",
		"s4_0_c0_c0_0",
		"s3_0_c16_c0_0",
		"s3_8_c0_c0_0",
		"s3_0_c0_c0_0x",
		"s 3_0_c0_c0_0",
		"s3_0_c00_c0_0",
	};
	uint64_t id = 7;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_int_eq(kvm_arm64_reg_find(wrong[i], &id), -ENOENT);
	ck_assert_uint_eq(id, 7);
}
END_TEST

START_TEST(id_without_a_name_is_a_number)
{
	char name[32];

	ck_assert_int_eq(kvm_arm64_reg_format(0x1234, name, sizeof(name)), 18);
	ck_assert_str_eq(name, "0x0000000000001234");
	ck_assert_int_eq(kvm_arm64_reg_format(0x1234, NULL, 0), 18);
}
END_TEST

int main(void)
{
	return RUN_TESTS("reg_arm64", ids_are_those_of_the_documentation,
			 system_register_ids_are_their_encoding,
			 vector_ids_have_number_and_slice,
			 names_and_ids_lead_to_each_other,
			 encoding_of_a_named_register_is_its_name_too,
			 what_is_no_name_returns_enoent,
			 id_without_a_name_is_a_number);
}
