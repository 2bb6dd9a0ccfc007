/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-superio/sifive_test.h>

enum vm_sifive_test_action vm_sifive_test_write(unsigned int off,
						uint32_t value,
						uint16_t *ret_code)
{
	*ret_code = 0;
	if (off)
		return VM_SIFIVE_TEST_NOTHING;
	switch (value & 0xffff) {
	case VM_SIFIVE_TEST_FAIL:
		*ret_code = (uint16_t)(value >> 16);
		return VM_SIFIVE_TEST_POWER_OFF;
	case VM_SIFIVE_TEST_PASS:
		return VM_SIFIVE_TEST_POWER_OFF;
	case VM_SIFIVE_TEST_RESET:
		return VM_SIFIVE_TEST_REBOOT;
	}
	return VM_SIFIVE_TEST_NOTHING;
}
