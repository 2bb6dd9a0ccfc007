/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The board of a riscv64 guest; machine.h has what vmm.c wants of it. */
#ifndef REFERENCE_VMM_RISCV64_MACHINE_H
#define REFERENCE_VMM_RISCV64_MACHINE_H

#include <errno.h>
#include <kvm-ioctls/device.h>
#include <kvm-ioctls/riscv64_hart.h>
#include <vm-superio/goldfish_rtc.h>
#include <vm-superio/plic.h>

#include "fdt_boot.h"
#include "rtc.h"

#define MACHINE_ARCH VM_LOAD_ARCH_RISCV64
#define RAM	     0x80000000

/* Sources of the PLIC or the APLIC. */
#define CONSOLE_IRQ 1
#define RTC_IRQ	    2
#define VIRTIO_IRQ  8
/*
 * The PLIC is not KVM's.  The APLIC is, but an irqfd raises its input and never
 * lowers it: a second edge is none.
 */
#define VIRTIO_HAS_IRQFD false

#define VIRTIO_BASE 0x10001000

struct machine {
	struct vm_load_fdt_started started; /* kernel, initrd, device tree */
	struct kvm_riscv64_hart hart; /* what they all are */
	struct kvm_device_fd aia;
	bool is_aia; /* else the PLIC is in use */
	struct vm_plic plic;
	struct vm_plic_context *contexts; /* one for each hart */
	struct vm_word_device plic_port;
	pthread_mutex_t plic_lock;
	struct vm_goldfish_rtc goldfish;
	struct rtc rtc;
};

static inline unsigned long machine_vm_type(struct vmm *vmm)
{
	(void)vmm;
	return 0;
}

/* Instructions but plain loads and stores; those of an unaligned address. */
static inline bool machine_cannot_decode(int r)
{
	return r == -EOPNOTSUPP || r == -EIO;
}

#endif
