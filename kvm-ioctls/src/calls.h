/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The ioctls that this library wraps, by the architectures that have them.
 * explain.c makes names of them; a test compares them with <linux/kvm.h> and
 * with the sources.
 */
#ifndef KVM_IOCTLS_CALLS_H
#define KVM_IOCTLS_CALLS_H

#include <kvm-ioctls/uapi.h>

#define KVM_CALLS_COMMON(X)              \
	X(KVM_GET_API_VERSION)           \
	X(KVM_CREATE_VM)                 \
	X(KVM_CHECK_EXTENSION)           \
	X(KVM_GET_VCPU_MMAP_SIZE)        \
	X(KVM_CREATE_VCPU)               \
	X(KVM_GET_DIRTY_LOG)             \
	X(KVM_CLEAR_DIRTY_LOG)           \
	X(KVM_RESET_DIRTY_RINGS)         \
	X(KVM_SET_USER_MEMORY_REGION)    \
	X(KVM_SET_USER_MEMORY_REGION2)   \
	X(KVM_SET_MEMORY_ATTRIBUTES)     \
	X(KVM_CREATE_GUEST_MEMFD)        \
	X(KVM_PRE_FAULT_MEMORY)          \
	X(KVM_REGISTER_COALESCED_MMIO)   \
	X(KVM_UNREGISTER_COALESCED_MMIO) \
	X(KVM_CREATE_IRQCHIP)            \
	X(KVM_IRQ_LINE)                  \
	X(KVM_IRQ_LINE_STATUS)           \
	X(KVM_SET_GSI_ROUTING)           \
	X(KVM_IRQFD)                     \
	X(KVM_IOEVENTFD)                 \
	X(KVM_SIGNAL_MSI)                \
	X(KVM_CREATE_DEVICE)             \
	X(KVM_SET_DEVICE_ATTR)           \
	X(KVM_GET_DEVICE_ATTR)           \
	X(KVM_HAS_DEVICE_ATTR)           \
	X(KVM_ENABLE_CAP)                \
	X(KVM_GET_STATS_FD)              \
	X(KVM_RUN)                       \
	X(KVM_SET_SIGNAL_MASK)           \
	X(KVM_GET_MP_STATE)              \
	X(KVM_SET_MP_STATE)              \
	X(KVM_SET_GUEST_DEBUG)           \
	X(KVM_GET_ONE_REG)               \
	X(KVM_SET_ONE_REG)               \
	X(KVM_GET_REG_LIST)

#if defined(__x86_64__)
#define KVM_CALLS_ARCH(X)                  \
	X(KVM_GET_SUPPORTED_CPUID)         \
	X(KVM_GET_EMULATED_CPUID)          \
	X(KVM_GET_SUPPORTED_HV_CPUID)      \
	X(KVM_GET_MSR_INDEX_LIST)          \
	X(KVM_GET_MSR_FEATURE_INDEX_LIST)  \
	X(KVM_X86_GET_MCE_CAP_SUPPORTED)   \
	X(KVM_SET_NR_MMU_PAGES)            \
	X(KVM_GET_NR_MMU_PAGES)            \
	X(KVM_SET_TSS_ADDR)                \
	X(KVM_SET_IDENTITY_MAP_ADDR)       \
	X(KVM_SET_BOOT_CPU_ID)             \
	X(KVM_GET_IRQCHIP)                 \
	X(KVM_SET_IRQCHIP)                 \
	X(KVM_CREATE_PIT)                  \
	X(KVM_GET_PIT)                     \
	X(KVM_SET_PIT)                     \
	X(KVM_CREATE_PIT2)                 \
	X(KVM_GET_PIT2)                    \
	X(KVM_SET_PIT2)                    \
	X(KVM_REINJECT_CONTROL)            \
	X(KVM_GET_CLOCK)                   \
	X(KVM_SET_CLOCK)                   \
	X(KVM_SET_TSC_KHZ)                 \
	X(KVM_GET_TSC_KHZ)                 \
	X(KVM_X86_SET_MSR_FILTER)          \
	X(KVM_SET_PMU_EVENT_FILTER)        \
	X(KVM_XEN_HVM_CONFIG)              \
	X(KVM_XEN_HVM_GET_ATTR)            \
	X(KVM_XEN_HVM_SET_ATTR)            \
	X(KVM_XEN_HVM_EVTCHN_SEND)         \
	X(KVM_XEN_VCPU_GET_ATTR)           \
	X(KVM_XEN_VCPU_SET_ATTR)           \
	X(KVM_HYPERV_EVENTFD)              \
	X(KVM_MEMORY_ENCRYPT_OP)           \
	X(KVM_MEMORY_ENCRYPT_REG_REGION)   \
	X(KVM_MEMORY_ENCRYPT_UNREG_REGION) \
	X(KVM_GET_REGS)                    \
	X(KVM_SET_REGS)                    \
	X(KVM_GET_SREGS)                   \
	X(KVM_SET_SREGS)                   \
	X(KVM_GET_SREGS2)                  \
	X(KVM_SET_SREGS2)                  \
	X(KVM_GET_FPU)                     \
	X(KVM_SET_FPU)                     \
	X(KVM_GET_XSAVE)                   \
	X(KVM_GET_XSAVE2)                  \
	X(KVM_SET_XSAVE)                   \
	X(KVM_GET_XCRS)                    \
	X(KVM_SET_XCRS)                    \
	X(KVM_GET_DEBUGREGS)               \
	X(KVM_SET_DEBUGREGS)               \
	X(KVM_GET_MSRS)                    \
	X(KVM_SET_MSRS)                    \
	X(KVM_SET_CPUID)                   \
	X(KVM_SET_CPUID2)                  \
	X(KVM_GET_CPUID2)                  \
	X(KVM_GET_LAPIC)                   \
	X(KVM_SET_LAPIC)                   \
	X(KVM_GET_NESTED_STATE)            \
	X(KVM_SET_NESTED_STATE)            \
	X(KVM_KVMCLOCK_CTRL)               \
	X(KVM_TRANSLATE)                   \
	X(KVM_X86_SETUP_MCE)               \
	X(KVM_X86_SET_MCE)                 \
	X(KVM_TPR_ACCESS_REPORTING)        \
	X(KVM_SET_VAPIC_ADDR)              \
	X(KVM_INTERRUPT)                   \
	X(KVM_GET_VCPU_EVENTS)             \
	X(KVM_SET_VCPU_EVENTS)             \
	X(KVM_NMI)                         \
	X(KVM_SMI)
#elif defined(__aarch64__)
#define KVM_CALLS_ARCH(X)                 \
	X(KVM_ARM_PREFERRED_TARGET)       \
	X(KVM_ARM_VCPU_INIT)              \
	X(KVM_ARM_VCPU_FINALIZE)          \
	X(KVM_ARM_SET_DEVICE_ADDR)        \
	X(KVM_ARM_MTE_COPY_TAGS)          \
	X(KVM_ARM_SET_COUNTER_OFFSET)     \
	X(KVM_ARM_GET_REG_WRITABLE_MASKS) \
	X(KVM_GET_VCPU_EVENTS)            \
	X(KVM_SET_VCPU_EVENTS)
#elif defined(__riscv)
#define KVM_CALLS_ARCH(X) X(KVM_INTERRUPT)
#else
#error "KVM on this architecture is not supported"
#endif

#endif
