/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/reg.h>
#include <kvm-ioctls/reg_riscv64.h>
#include <kvm-ioctls/riscv64_hart.h>

#include "machine.h"

static struct machine m;
static struct kvm_riscv64_hart hart;

static void set(const char *name, uint64_t value)
{
	uint64_t id;

	ck_assert_int_eq(kvm_riscv64_reg_find(name, &id), 0);
	ck_assert_int_eq(kvm_vcpu_set_reg64(&m.vcpu, id, value), 0);
}

START_TEST(hart_of_an_old_kernel_has_what_it_tells)
{
	machine_init(&m, "", 0);
	memset(&hart, 0xff, sizeof(hart));
	set("timer.frequency", 10000000);
	set("isa.i", 1);
	set("isa.c", 1);
	set("isa.m", 1);
	ck_assert_int_eq(kvm_vcpu_get_riscv64_hart(&m.vcpu, &hart), 0);
	ck_assert_str_eq(hart.isa, "rv64imc");
	ck_assert_uint_eq(hart.timebase_frequency, 10000000);
	ck_assert_uint_eq(hart.satp_mode, 0);
	ck_assert_uint_eq(hart.cbom_block_size, 0);
	machine_fini(&m);
}
END_TEST

START_TEST(isa_has_letters_then_z_then_s_and_not_what_is_off)
{
	static const char *const on[] = {
		"isa.sstc", "isa.v", "isa.zbb", "isa.a", "isa.svpbmt", "isa.d",
		"isa.i",    "isa.c", "isa.f",	"isa.m", "isa.zicbom",
	};

	machine_init(&m, "", 0);
	set("timer.frequency", 1);
	for (size_t i = 0; i < sizeof(on) / sizeof(on[0]); i++)
		set(on[i], 1);
	set("isa.h", 0);
	set("isa.zba", 0);
	ck_assert_int_eq(kvm_vcpu_get_riscv64_hart(&m.vcpu, &hart), 0);
	ck_assert_str_eq(hart.isa, "rv64imafdcv_zicbom_zbb_svpbmt_sstc");
	machine_fini(&m);
}
END_TEST

START_TEST(sizes_and_mode_are_those_of_the_registers)
{
	machine_init(&m, "", 0);
	set("timer.frequency", 1);
	set("config.satp_mode", 10);
	set("config.zicbom_block_size", 64);
	set("config.zicboz_block_size", 128);
	set("config.zicbop_block_size", 256);
	ck_assert_int_eq(kvm_vcpu_get_riscv64_hart(&m.vcpu, &hart), 0);
	ck_assert_uint_eq(hart.satp_mode, 10);
	ck_assert_uint_eq(hart.cbom_block_size, 64);
	ck_assert_uint_eq(hart.cboz_block_size, 128);
	ck_assert_uint_eq(hart.cbop_block_size, 256);
	machine_fini(&m);
}
END_TEST

/* Of every extension that has a name there is a separator and the name. */
START_TEST(isa_of_all_extensions_fits)
{
	size_t expected = strlen("rv64");
	char name[48];

	machine_init(&m, "", 0);
	set("timer.frequency", 1);
	for (unsigned int i = 0;; i++) {
		uint64_t id = kvm_riscv64_isa(i);

		kvm_riscv64_reg_format(id, name, sizeof(name));
		if (strncmp(name, "isa.", 4))
			break;
		set(name, 1);
		expected += strlen(name + 4) + !!name[5];
	}
	ck_assert_int_eq(kvm_vcpu_get_riscv64_hart(&m.vcpu, &hart), 0);
	ck_assert_uint_eq(strlen(hart.isa), expected);
	machine_fini(&m);
}
END_TEST

START_TEST(vcpu_of_another_architecture_returns_enoent)
{
	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_get_riscv64_hart(&m.vcpu, &hart), -ENOENT);
	machine_fini(&m);
}
END_TEST

START_TEST(error_of_the_kernel_is_returned)
{
	machine_init(&m, "", 0);
	set("timer.frequency", 1);
	fail_next(KVM_GET_ONE_REG, -EIO);
	ck_assert_int_eq(kvm_vcpu_get_riscv64_hart(&m.vcpu, &hart), -EIO);
	machine_fini(&m);
}
END_TEST

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	return RUN_TESTS("riscv64_hart",
			 hart_of_an_old_kernel_has_what_it_tells,
			 isa_has_letters_then_z_then_s_and_not_what_is_off,
			 sizes_and_mode_are_those_of_the_registers,
			 isa_of_all_extensions_fits,
			 vcpu_of_another_architecture_returns_enoent,
			 error_of_the_kernel_is_returned);
}
