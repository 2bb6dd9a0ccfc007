/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The board of an arm64 guest; machine.h has what vmm.c wants of it. */
#ifndef REFERENCE_VMM_ARM64_MACHINE_H
#define REFERENCE_VMM_ARM64_MACHINE_H

#include <errno.h>
#include <kvm-ioctls/device.h>
#include <vm-superio/pl031.h>

#include "fdt_boot.h"
#include "rtc.h"

#define MACHINE_ARCH VM_LOAD_ARCH_AARCH64
#define RAM	     0x40000000

/* Shared peripheral interrupts. */
#define CONSOLE_IRQ	 0
#define RTC_IRQ		 1
#define VIRTIO_IRQ	 16
#define VIRTIO_HAS_IRQFD true

#define VIRTIO_BASE 0xa000000

struct machine {
	struct vm_load_fdt_started started; /* kernel, initrd, device tree */
	struct kvm_device_fd gic;
	bool is_gicv3;
	uint64_t *mpidr; /* of each vCPU */
	struct vm_pl031 pl031;
	struct rtc rtc;
};

unsigned long machine_vm_type(struct vmm *vmm);

/* Instructions that the processor does not describe, such as those for pairs. */
static inline bool machine_cannot_decode(int r)
{
	return r == -ENOSYS;
}

#endif
