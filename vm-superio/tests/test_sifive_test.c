/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-superio/sifive_test.h>

#include "run.h"

static const struct {
	unsigned int off;
	uint32_t value;
	enum vm_sifive_test_action action;
	uint16_t code;
} writes[] = {
	{ 0, 0x5555, VM_SIFIVE_TEST_POWER_OFF, 0 },
	{ 0, 0xabcd5555, VM_SIFIVE_TEST_POWER_OFF, 0 },
	{ 0, 0x3333, VM_SIFIVE_TEST_POWER_OFF, 0 },
	{ 0, 0xffff3333, VM_SIFIVE_TEST_POWER_OFF, 0xffff },
	{ 0, 0x7777, VM_SIFIVE_TEST_REBOOT, 0 },
	{ 0, 0x0000, VM_SIFIVE_TEST_NOTHING, 0 },
	{ 0, 0x3334, VM_SIFIVE_TEST_NOTHING, 0 },
	{ 4, 0x5555, VM_SIFIVE_TEST_NOTHING, 0 },
};

START_TEST(a_write_means_what_the_finisher_defines)
{
	uint16_t code = 0xdead;

	ck_assert_int_eq(vm_sifive_test_write(writes[_i].off, writes[_i].value,
					      &code),
			 writes[_i].action);
	ck_assert_uint_eq(code, writes[_i].code);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sifive_test");
	TCase *tcase = tcase_create("all");

	ADD_TEST_OVER(tcase, a_write_means_what_the_finisher_defines, writes);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
