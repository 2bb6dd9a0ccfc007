/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* One virtual machine: what it consists of, how it starts and how it ends. */
#ifndef REFERENCE_VMM_VMM_H
#define REFERENCE_VMM_VMM_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <event-manager/event_manager.h>
#include <kvm-ioctls/kvm.h>
#include <kvm-ioctls/vcpu.h>
#include <kvm-ioctls/vm.h>
#include <vm-device/bus.h>
#include <vm-memory/guest_memory.h>

#include "machine.h"
#include "options.h"
#include "serial.h"
#include "virtio.h"

struct vcpu {
	struct vmm *vmm;
	unsigned int id;
	struct kvm_vcpu_fd fd;
	pthread_t thread;
};

struct vmm {
	const struct options *options;
	struct kvm_fd kvm;
	struct kvm_vm_fd vm;
	struct vm_mem *mem;
	struct vm_bus ports; /* x86 port I/O; unused elsewhere */
	struct vm_bus mmio;
	struct machine machine;
	struct serial serial;
	struct virtio virtio[MAX_DEVICES]; /* options->device_count of them */
	struct vm_event_manager events;
	struct vcpu *vcpus; /* options->cpus of them, or NULL */
	unsigned int running; /* how many have a thread */
	sigset_t signals; /* what signal_fd takes */
	int signal_fd; /* never 0, which is stdin */
	bool asked; /* the guest has been asked to power off */
	atomic_int result; /* exit code, or RUNNING */
};

#define RUNNING (-1)

/* Builds the machine that @options describe and runs it: an exit code. */
int vmm_run(const struct options *options);

/*
 * Ends the run with an exit code; of several calls the first counts.  May be
 * called from any thread.
 */
void vmm_end(struct vmm *vmm, int code);

/* Starts a thread for each vCPU: OPTIONS_RUN or an exit code. */
int vcpus_start(struct vmm *vmm);

/* Makes the threads return and waits for them. */
void vcpus_stop(struct vmm *vmm);

/* Says that KVM returned for a reason that nobody knows: the exit code. */
int vcpu_unexpected(const struct vcpu *vcpu, const struct kvm_exit *exit);

/* Says which KVM call failed, why and what to do; returns the exit code. */
int vmm_kvm_failed(const char *what, const struct kvm_handle *handle, int r);

#endif
