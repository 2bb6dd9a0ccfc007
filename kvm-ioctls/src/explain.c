/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "internal.h"

struct named_call {
	uint32_t call;
	const char *name;
};

#define NAMED(request) { (uint32_t)(request), #request },

static const struct named_call names[] = {
	{ KVM_CALL_NONE, "no call" },
	{ KVM_CALL_OPEN, "open" },
	{ KVM_CALL_MMAP, "mmap" },
	{ KVM_CALL_ALLOC, "memory allocation" },
	{ KVM_CALL_READ, "read" },
	{ KVM_CALL_VERSION, "API version check" },
	{ KVM_CALL_ARGUMENT, "argument check" },
	{ KVM_CALL_DECODE, "check of struct kvm_run" },
	{ KVM_CALL_KICK, "pthread_kill" },
	KVM_CALLS_COMMON(NAMED) KVM_CALLS_ARCH(NAMED)
};

const char *kvm_call_name(uint32_t call)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].call == call)
			return names[i].name;
	}
	return "an unknown call";
}

/* A hint fits any call when its call is ANY_CALL; the first match counts. */
#define ANY_CALL UINT32_MAX

static const struct {
	uint32_t call;
	int err;
	const char *text;
} hints[] = {
	{ KVM_CALL_OPEN, EACCES,
	  "your user may not open it: join the group that owns the device, as a rule kvm, and log in again" },
	{ KVM_CALL_OPEN, EPERM,
	  "a sandbox or container forbids it: give it access to the device" },
	{ KVM_CALL_OPEN, ENOENT,
	  "KVM is absent: load kvm_intel or kvm_amd, enable VT-x or AMD-V in the firmware, or nested virtualisation in the host" },
	{ KVM_CALL_OPEN, ENODEV,
	  "the device node is there but KVM is not: load its module, kvm_intel or kvm_amd on x86" },
	{ KVM_CALL_OPEN, ENXIO,
	  "the device node is there but KVM is not: load its module, kvm_intel or kvm_amd on x86" },
	{ KVM_GET_API_VERSION, ENOTTY, "this is not a KVM device" },
	{ KVM_CALL_VERSION, ENOTSUP,
	  "the kernel speaks another KVM API than version 12" },
	{ KVM_CREATE_VM, EBUSY,
	  "another hypervisor, VirtualBox or VMware for example, uses the processor: stop it" },
	{ KVM_CREATE_VM, EINVAL,
	  "the host does not offer this type of machine or this size of its address space" },
	{ KVM_CREATE_VCPU, EEXIST, "the machine has a vCPU with this id" },
	{ KVM_CREATE_VCPU, EINVAL,
	  "more vCPUs, or a larger id, than the host allows" },
	{ KVM_SET_USER_MEMORY_REGION, EINVAL,
	  "a memory slot must be page-aligned, and cannot change its size" },
	{ KVM_SET_USER_MEMORY_REGION, EEXIST,
	  "it overlaps another memory slot" },
	{ KVM_IRQFD, EINVAL,
	  "an irqfd needs an in-kernel interrupt controller and an eventfd" },
	{ KVM_RUN, EFAULT,
	  "the host could not provide memory that the guest touched" },
	{ KVM_CALL_DECODE, EBADMSG,
	  "KVM, or what stands in for it, gave a contradictory exit" },
	{ ANY_CALL, EMFILE, "raise the limit of open files, ulimit -n" },
	{ ANY_CALL, ENOMEM,
	  "free some memory, or raise the limit of locked memory, ulimit -l" },
	{ ANY_CALL, ENOTSUP, "the kernel is too old, or built without it" },
	{ ANY_CALL, EINVAL,
	  "the host's kernel or processor may lack the capability: ask kvm_check_extension() first" },
};

const char *kvm_hint(uint32_t call, int err)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if ((hints[i].call == call || hints[i].call == ANY_CALL) &&
		    hints[i].err == -err)
			return hints[i].text;
	}
	return NULL;
}

int kvm_explain(const struct kvm_handle *handle, int err, char *buf,
		size_t size)
{
	uint32_t call = __atomic_load_n(&handle->failed, __ATOMIC_RELAXED);
	const char *hint = kvm_hint(call, err);

	return snprintf(buf, size, "%s: %s%s%s", kvm_call_name(call),
			strerror(-err), hint ? ": " : "", hint ? hint : "");
}
