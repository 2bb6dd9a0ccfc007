/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What the tests run on: the fake KVM or the machine's own, by the program's
 * argument, and a virtual machine with a few bytes of guest code.
 *
 * On the machine's own KVM the code runs, in real mode with segments of base
 * 0.  On the fake it does not: expect_*() tells the fake the exits that the
 * code would cause, and does nothing on the other.
 */
#ifndef TESTS_MACHINE_H
#define TESTS_MACHINE_H

#include <check.h>

#include <kvm-ioctls-testing/fake.h>
#include <kvm-ioctls/vcpu.h>

#include "runner.h"

#define GUEST_CODE     0x1000
#define GUEST_RAM_SIZE 0x10000
#define EXIT_SKIP      77

/* Set by choose_kvm(): whether tests run on the fake. */
extern bool on_fake;
/* The fake of the running test, NULL on the machine's own KVM. */
extern struct kvm_fake *fake;

struct machine {
	struct kvm_fd kvm;
	struct kvm_vm_fd vm;
	struct kvm_vcpu_fd vcpu;
	uint8_t *ram;
};

/*
 * The program's argument is "fake" or "kvm".  With the latter the program
 * ends with EXIT_SKIP where there is no KVM, or none for x86 guest code.
 */
void choose_kvm(int argc, char **argv);

/* These fail the running test when KVM does. */
void open_kvm(struct kvm_fd *kvm);
void machine_init(struct machine *m, const void *code, size_t size);
void machine_init_irqchip(struct machine *m, const void *code, size_t size);
void machine_fini(struct machine *m);

/* Makes vCPU 0, which a new machine has already, ready to run the code. */
void machine_add_vcpu(struct machine *m);

void expect_output(uint16_t port, uint8_t width, uint32_t count,
		   const void *data);
void expect_input(uint16_t port, uint8_t width);
void expect_mmio(uint64_t gpa, uint8_t len, const void *data_or_null);
void expect_exit(uint32_t reason);

/* The guest got @value as its answer: in %al, or as the fake received it. */
void check_answer(struct machine *m, uint8_t value);

/* The next @request fails with @err; for the fake only. */
void fail_next(unsigned long request, int err);

#endif
