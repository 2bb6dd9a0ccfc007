/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What depends on the architecture: the memory layout, the interrupt
 * controller, the devices of the board, and how a kernel is entered.
 *
 * Functions return OPTIONS_RUN, or an exit code after having said why.  The
 * header of each architecture has
 *
 *	struct machine
 *	MACHINE_ARCH, CONSOLE_IRQ
 *	VIRTIO_BASE, VIRTIO_IRQ	  of the first virtio device; others follow
 *	VIRTIO_HAS_IRQFD	  whether an eventfd makes these edges; else they
 *				  are levels, by machine_set_irq()
 *	machine_vm_type()	  what KVM_CREATE_VM takes
 *	machine_cannot_decode()	  whether KVM_RUN fails like this when a guest
 *				  does what KVM has no exit for
 */
#ifndef REFERENCE_VMM_MACHINE_H
#define REFERENCE_VMM_MACHINE_H

#include <kvm-ioctls/exit.h>
#include <stdbool.h>
#include <stddef.h>
#include <vm-memory/guest_memory.h>

#include "boot.h"
#if defined(__x86_64__)
#include "x86_machine.h"
#elif defined(__aarch64__)
#include "arm64_machine.h"
#elif defined(__riscv)
#include "riscv64_machine.h"
#endif

struct vcpu;

#define MACHINE_RANGES_MAX 2

/* Cuts @size bytes of memory into ranges; returns how many. */
size_t machine_memory(uint64_t size,
		      struct vm_mem_range ranges[MACHINE_RANGES_MAX]);

/* Puts the kernel and what it reads into guest memory; KVM is not needed. */
int machine_load(struct vmm *vmm, const struct boot *boot);

/* Before there are vCPUs: the interrupt controller and the devices. */
int machine_init(struct vmm *vmm);

/* Undoes machine_init(), and accepts a machine that never saw it. */
void machine_fini(struct vmm *vmm);

/* Gives a new vCPU its identity, and points the first one at the kernel. */
int machine_init_vcpu(struct vcpu *vcpu);

/* When all vCPUs exist and the event loop does. */
int machine_start(struct vmm *vmm);

/* Sets the level of an interrupt, such as CONSOLE_IRQ; from any thread. */
void machine_set_irq(struct vmm *vmm, unsigned int irq, bool level);

/* Presses the power button; says whether there is one. */
bool machine_power_button(struct vmm *vmm);

/* An exit that vcpu.c does not know: RUNNING or an exit code. */
int machine_handle_exit(struct vcpu *vcpu, const struct kvm_exit *exit);

/* Says that the guest crashed, how and where; returns the exit code. */
int machine_crashed(struct vcpu *vcpu, const char *how);

#endif
