/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * SiFive test finisher: one write switches a riscv64 machine off or resets it.
 *
 * In a device tree it is "sifive,test1", "sifive,test0", "syscon", with
 * "syscon-poweroff" and "syscon-reboot" nodes that name the values below.
 * It has no state, so there is nothing to save.
 *
 * Threading: no state; any thread may call any function.
 */
#ifndef VM_SUPERIO_SIFIVE_TEST_H
#define VM_SUPERIO_SIFIVE_TEST_H

#include <stdint.h>

#include <vm-superio/api.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VM_SIFIVE_TEST_SIZE 0x1000u

/* Values of the low 16 bits of the register at offset 0. */
#define VM_SIFIVE_TEST_FAIL  0x3333u
#define VM_SIFIVE_TEST_PASS  0x5555u
#define VM_SIFIVE_TEST_RESET 0x7777u

/* What a write asks for. */
enum vm_sifive_test_action {
	VM_SIFIVE_TEST_NOTHING,
	VM_SIFIVE_TEST_POWER_OFF,
	VM_SIFIVE_TEST_REBOOT,
};

/**
 * vm_sifive_test_write - the guest writes to the finisher; it reads as 0
 * @off: offset in its page
 * @value: what it wrote, 2 or 4 bytes wide
 * @ret_code: receives the guest's exit code: the high 16 bits of a failure,
 *	0 otherwise
 *
 * Returns what the write asks for.
 */
VM_SUPERIO_API enum vm_sifive_test_action vm_sifive_test_write(
	unsigned int off, uint32_t value, uint16_t *ret_code);

#ifdef __cplusplus
}
#endif

#endif
