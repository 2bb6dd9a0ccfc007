/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The board of an x86 guest; machine.h has what vmm.c wants of it. */
#ifndef REFERENCE_VMM_X86_MACHINE_H
#define REFERENCE_VMM_X86_MACHINE_H

#include <kvm-ioctls/x86.h>
#include <linux-loader/x86_cpu.h>
#include <pthread.h>
#include <vm-device/byte_device.h>
#include <vm-superio/acpi_pm.h>
#include <vm-superio/i8042.h>

struct vmm;

#define MACHINE_ARCH	 VM_LOAD_ARCH_X86_64
#define CONSOLE_IRQ	 4
#define VIRTIO_IRQ	 8
#define VIRTIO_HAS_IRQFD true
#define VIRTIO_BASE	 0xd0000000u

struct machine {
	struct vm_load_x86_cpu entry; /* state of the first vCPU */
	pthread_mutex_t lock; /* of the register models below */
	struct vm_i8042 i8042;
	struct vm_acpi_sleep sleep;
	struct vm_byte_device i8042_ports;
	struct vm_byte_device sleep_ports;
	struct kvm_cpuid2 *cpuid; /* what the next vCPU will have */
};

static inline unsigned long machine_vm_type(struct vmm *vmm)
{
	(void)vmm;
	return 0;
}

/* It has an exit for everything. */
static inline bool machine_cannot_decode(int r)
{
	(void)r;
	return false;
}

/* Describes the board to the guest.  OPTIONS_RUN or an exit code. */
int x86_acpi_write(const struct vmm *vmm);

#endif
