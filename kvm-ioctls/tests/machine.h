/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A virtual machine of one page of code for tests, in real mode.
 *
 * The guest is raw machine code, loaded at GUEST_CODE, with flat segments of
 * base 0, a stack below it, and RAM up to GUEST_RAM_SIZE.
 */
#ifndef TESTS_MACHINE_H
#define TESTS_MACHINE_H

#include <kvm-ioctls/x86.h>

#define GUEST_CODE     0x1000
#define GUEST_RAM_SIZE 0x10000
#define EXIT_SKIP      77

struct machine {
	struct kvm_fd kvm;
	struct kvm_vm_fd vm;
	struct kvm_vcpu_fd vcpu;
	uint8_t *ram;
};

/* Ends the program with EXIT_SKIP when this machine cannot run guests. */
void require_kvm(void);

/* These fail the running test when KVM does; the latter has an irqchip. */
void machine_init(struct machine *m, const void *code, size_t size);
void machine_init_irqchip(struct machine *m, const void *code, size_t size);
void machine_fini(struct machine *m);

/* Points rip at the code again, with rflags and registers as at the start. */
void machine_reset(struct machine *m);

#endif
