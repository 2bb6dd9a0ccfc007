/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "message.h"
#include "vmm.h"

#define KICK_SIGNAL SIGRTMIN

static void do_nothing(int signal)
{
	(void)signal;
}

static void handle_io(struct vmm *vmm, const struct kvm_exit_io *io)
{
	uint8_t *data = io->data;

	for (uint32_t i = 0; i < io->count; i++, data += io->width) {
		if (io->is_write)
			vm_bus_write(&vmm->ports, io->port, data, io->width);
		else
			vm_bus_read(&vmm->ports, io->port, data, io->width);
	}
}

static void handle_mmio(struct vmm *vmm, const struct kvm_exit_mmio *mmio)
{
	if (mmio->is_write)
		vm_bus_write(&vmm->mmio, mmio->gpa, mmio->data, mmio->len);
	else
		vm_bus_read(&vmm->mmio, mmio->gpa, mmio->data, mmio->len);
}

static int handle_system_event(unsigned int id, uint32_t type)
{
	switch (type) {
	case KVM_SYSTEM_EVENT_SHUTDOWN:
	case KVM_SYSTEM_EVENT_RESET:
		return EXIT_GUEST_DONE;
	default:
		return fail(EXIT_GUEST_CRASHED,
			    "guest crashed: vCPU %u reported system event %u",
			    id, type);
	}
}

/*
 * A KVM without hardware virtualisation emulates every instruction, and lacks
 * some that a stock kernel uses: not the guest's fault but the host's.
 */
static int handle_internal_error(struct vcpu *vcpu, const struct kvm_exit *exit)
{
	char line[512];
	bool is_emulation =
		exit->internal.suberror == KVM_INTERNAL_ERROR_EMULATION;

	/* It tells something, but no instruction: there was none to fetch. */
	if (is_emulation && exit->internal.ndata && !exit->internal.insn_len)
		return machine_crashed(vcpu, "execution outside of memory");
	kvm_exit_format(exit, line, sizeof(line));
	if (is_emulation)
		return fail(EXIT_NO_KVM,
			    "vCPU %u: this KVM cannot execute an instruction "
			    "of the guest, so it cannot run this kernel; use a "
			    "host with hardware virtualisation (%s)",
			    vcpu->id, line);
	return fail(EXIT_HOST_ERROR, "vCPU %u: %s", vcpu->id, line);
}

int vcpu_unexpected(const struct vcpu *vcpu, const struct kvm_exit *exit)
{
	char line[512];

	kvm_exit_format(exit, line, sizeof(line));
	return fail(EXIT_HOST_ERROR, "vCPU %u: unexpected exit: %s", vcpu->id,
		    line);
}

/* Returns RUNNING or the exit code with which the run ends. */
static int handle_exit(struct vcpu *vcpu, const struct kvm_exit *exit)
{
	struct vmm *vmm = vcpu->vmm;

	switch (exit->reason) {
	case KVM_EXIT_IO:
		handle_io(vmm, &exit->io);
		return RUNNING;
	case KVM_EXIT_MMIO:
		handle_mmio(vmm, &exit->mmio);
		return RUNNING;
	case KVM_EXIT_INTR:
		return RUNNING;
	case KVM_EXIT_SYSTEM_EVENT:
		return handle_system_event(vcpu->id, exit->system_event.type);
	case KVM_EXIT_INTERNAL_ERROR:
		return handle_internal_error(vcpu, exit);
	default:
		return machine_handle_exit(vcpu, exit);
	}
}

static int run_once(struct vcpu *vcpu)
{
	struct kvm_exit exit;
	int r = kvm_vcpu_run(&vcpu->fd, &exit);

	if (!r)
		return handle_exit(vcpu, &exit);
	if (r == -EINTR)
		kvm_vcpu_clear_kick(&vcpu->fd);
	else if (machine_cannot_decode(r))
		return machine_crashed(
			vcpu, "access outside of memory, not decodable");
	else if (r != -EAGAIN)
		return vmm_kvm_failed("vCPU", &vcpu->fd.handle, r);
	return RUNNING;
}

static void *vcpu_thread(void *argument)
{
	struct vcpu *vcpu = argument;
	int r = RUNNING;

	while (r == RUNNING && atomic_load(&vcpu->vmm->result) == RUNNING)
		r = run_once(vcpu);
	if (r != RUNNING)
		vmm_end(vcpu->vmm, r);
	return NULL;
}

int vcpus_start(struct vmm *vmm)
{
	struct sigaction action = { .sa_handler = do_nothing };

	sigaction(KICK_SIGNAL, &action, NULL);
	for (unsigned int i = 0; i < vmm->options->cpus; i++) {
		struct vcpu *vcpu = &vmm->vcpus[i];
		int r = pthread_create(&vcpu->thread, NULL, vcpu_thread, vcpu);

		if (r)
			return host_error("vCPU thread", -r);
		vmm->running = i + 1;
	}
	return OPTIONS_RUN;
}

void vcpus_stop(struct vmm *vmm)
{
	for (unsigned int i = 0; i < vmm->running; i++) {
		struct vcpu *vcpu = &vmm->vcpus[i];

		/* ESRCH: it has ended by itself. */
		if (kvm_vcpu_kick(&vcpu->fd, vcpu->thread, KICK_SIGNAL))
			continue;
	}
	for (unsigned int i = 0; i < vmm->running; i++)
		pthread_join(vmm->vcpus[i].thread, NULL);
}
