/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The ioctls that this library wraps, by the architectures that have them.
 * handle_name.c makes names of them, and a test compares them with
 * <linux/kvm.h> and with the sources.
 */
#ifndef KVM_IOCTLS_CALLS_H
#define KVM_IOCTLS_CALLS_H

#include <kvm-ioctls/uapi.h>

#define KVM_CALLS_COMMON(X)            \
	X(KVM_GET_API_VERSION)         \
	X(KVM_CREATE_VM)               \
	X(KVM_CHECK_EXTENSION)         \
	X(KVM_GET_VCPU_MMAP_SIZE)      \
	X(KVM_CREATE_VCPU)             \
	X(KVM_SET_USER_MEMORY_REGION)  \
	X(KVM_SET_USER_MEMORY_REGION2) \
	X(KVM_CREATE_IRQCHIP)          \
	X(KVM_IRQ_LINE)                \
	X(KVM_IRQ_LINE_STATUS)         \
	X(KVM_SET_GSI_ROUTING)         \
	X(KVM_IRQFD)                   \
	X(KVM_IOEVENTFD)               \
	X(KVM_SIGNAL_MSI)              \
	X(KVM_ENABLE_CAP)              \
	X(KVM_RUN)                     \
	X(KVM_SET_SIGNAL_MASK)         \
	X(KVM_GET_MP_STATE)            \
	X(KVM_SET_MP_STATE)

#ifdef __x86_64__
#define KVM_CALLS_ARCH(X)            \
	X(KVM_GET_SUPPORTED_CPUID)   \
	X(KVM_SET_TSS_ADDR)          \
	X(KVM_SET_IDENTITY_MAP_ADDR) \
	X(KVM_CREATE_PIT2)           \
	X(KVM_GET_REGS)              \
	X(KVM_SET_REGS)              \
	X(KVM_GET_SREGS)             \
	X(KVM_SET_SREGS)             \
	X(KVM_GET_MSRS)              \
	X(KVM_SET_MSRS)              \
	X(KVM_GET_FPU)               \
	X(KVM_SET_FPU)               \
	X(KVM_GET_LAPIC)             \
	X(KVM_SET_LAPIC)             \
	X(KVM_SET_CPUID2)            \
	X(KVM_GET_CPUID2)
#else
#define KVM_CALLS_ARCH(X)
#endif

#endif
