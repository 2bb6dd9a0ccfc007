/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "vmm.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "message.h"

/* How long a guest may take to power off when it is asked to. */
#define GRACE_SECONDS 10
/* How long its output may then take to be read. */
#define LAST_SECONDS 1

int vmm_kvm_failed(const char *what, const struct kvm_handle *handle, int r)
{
	char line[512];

	kvm_explain(handle, r, line, sizeof(line));
	return fail(EXIT_HOST_ERROR, "%s: %s", what, line);
}

void vmm_end(struct vmm *vmm, int code)
{
	int running = RUNNING;

	if (atomic_compare_exchange_strong(&vmm->result, &running, code))
		vm_event_wake(&vmm->events);
}

/*
 * The first request goes to the guest; the second is final, and so is the
 * alarm at the end of the guest's time.
 */
static void asked_to_end(struct vmm *vmm, int signal)
{
	if (!vmm->asked) {
		vmm->asked = true;
		alarm(GRACE_SECONDS);
		if (machine_power_button(vmm))
			return;
	}
	alarm(LAST_SECONDS);
	if (signal == SIGALRM)
		fail(EXIT_HOST_ERROR,
		     "the guest did not power off within %d seconds of being "
		     "asked to: stopped",
		     GRACE_SECONDS);
	else
		fail(EXIT_HOST_ERROR, "stopped by signal %d (%s)", signal,
		     strsignal(signal));
	vmm_end(vmm, EXIT_HOST_ERROR);
}

static void signal_came(void *context, uint32_t events)
{
	struct vmm *vmm = context;
	struct signalfd_siginfo info;

	(void)events;
	if (read(vmm->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCONT)
		terminal_resume();
	else if (info.ssi_signo == SIGUSR1)
		virtio_print_stats(vmm);
	else if (info.ssi_signo == SIGWINCH)
		virtio_resize(vmm);
	else
		asked_to_end(vmm, (int)info.ssi_signo);
}

/* Runs only at the end, when the signals are no longer blocked. */
static void give_up(int signal)
{
	if (signal == SIGCONT || signal == SIGUSR1 || signal == SIGWINCH)
		return;
	terminal_restore();
	_exit(EXIT_HOST_ERROR);
}

/*
 * Signals are handled in the event loop.  They are blocked before there are
 * threads, which inherit it; nothing else is, whatever we inherited.
 */
static void take_signals(struct vmm *vmm)
{
	static const int signals[] = { SIGTERM, SIGALRM, SIGCONT, SIGINT,
				       SIGHUP,	SIGUSR1, SIGWINCH };

	sigemptyset(&vmm->signals);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		int number = signals[i];

		/* As nohup(1) and shells want it for what they start. */
		if (signal(number, give_up) == SIG_IGN &&
		    (number == SIGINT || number == SIGHUP))
			signal(number, SIG_IGN);
		else
			sigaddset(&vmm->signals, number);
	}
	sigprocmask(SIG_SETMASK, &vmm->signals, NULL);
	/* No reader any more, and a file at its limit, are errors of write(). */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

static int init_events(struct vmm *vmm)
{
	int r;

	take_signals(vmm);
	r = vm_event_init(&vmm->events);
	if (r)
		return host_error("event loop", r);
	vmm->signal_fd =
		signalfd(-1, &vmm->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (vmm->signal_fd < 0)
		return host_error("signals", -errno);
	r = vm_event_add(&vmm->events, vmm->signal_fd, EPOLLIN, signal_came,
			 vmm);
	return r ? host_error("signals", r) : OPTIONS_RUN;
}

static int init_kvm(struct vmm *vmm)
{
	char line[512];
	int r;

	r = kvm_init(&vmm->kvm, NULL);
	if (r) {
		kvm_explain(&vmm->kvm.handle, r, line, sizeof(line));
		return fail(EXIT_NO_KVM, "/dev/kvm: %s", line);
	}
	r = kvm_max_vcpus(&vmm->kvm);
	if (r > 0 && vmm->options->cpus > (unsigned int)r)
		return fail(EXIT_BAD_CONFIG,
			    "--cpus boot=%u: this KVM has at most %d",
			    vmm->options->cpus, r);
	r = kvm_vm_init(&vmm->vm, &vmm->kvm, machine_vm_type(vmm));
	if (r) {
		kvm_explain(&vmm->vm.handle, r, line, sizeof(line));
		return fail(EXIT_NO_KVM, "/dev/kvm: %s", line);
	}
	return OPTIONS_RUN;
}

static int no_memory(const struct vmm *vmm, int r)
{
	return fail(EXIT_BAD_CONFIG,
		    "--memory: the host cannot provide %llu MiB: %s; ask for "
		    "less",
		    (unsigned long long)(vmm->options->memory >> 20),
		    strerror(-r));
}

static int add_slot(struct vmm *vmm, uint32_t slot)
{
	struct kvm_userspace_memory_region region = { .slot = slot };
	struct vm_mem_region_info info;
	int r;

	r = vm_mem_get_region(vmm->mem, slot, &info);
	if (r)
		return host_error("guest memory", r);
	region.guest_phys_addr = info.gpa;
	region.memory_size = info.size;
	region.userspace_addr = (uintptr_t)info.hva;
	r = kvm_vm_set_user_memory_region(&vmm->vm, &region);
	return r ? no_memory(vmm, r) : OPTIONS_RUN;
}

static int init_memory(struct vmm *vmm)
{
	struct vm_mem_range ranges[MACHINE_RANGES_MAX];
	size_t count = machine_memory(vmm->options->memory, ranges);
	int r;

	r = vm_mem_new(ranges, count, &vmm->mem);
	return r ? no_memory(vmm, r) : OPTIONS_RUN;
}

static int init_slots(struct vmm *vmm)
{
	size_t count = vm_mem_region_count(vmm->mem);
	int r = OPTIONS_RUN;

	for (uint32_t i = 0; i < count && r == OPTIONS_RUN; i++)
		r = add_slot(vmm, i);
	return r;
}

static int init_vcpus(struct vmm *vmm)
{
	int r = OPTIONS_RUN;

	vmm->vcpus = calloc(vmm->options->cpus, sizeof(*vmm->vcpus));
	if (!vmm->vcpus)
		return host_error("vCPUs", -ENOMEM);
	for (unsigned int i = 0; i < vmm->options->cpus && r == OPTIONS_RUN;
	     i++) {
		struct vcpu *vcpu = &vmm->vcpus[i];

		vcpu->vmm = vmm;
		vcpu->id = i;
		r = kvm_vcpu_init(&vcpu->fd, &vmm->vm, i);
		if (r)
			return vmm_kvm_failed("vCPU", &vcpu->fd.handle, r);
		r = machine_init_vcpu(vcpu);
	}
	return r;
}

/*
 * What the user can have got wrong comes first, so that it is told on a
 * machine without KVM too; signals come last, because until then there is
 * nothing that they should not just end.  Each step says itself what failed.
 */
static int build(struct vmm *vmm)
{
	static int (*const steps[])(struct vmm * vmm) = {
		init_memory, boot_load,	    serial_init,    virtio_init,
		init_kvm,    init_slots,    machine_init,   init_vcpus,
		init_events, machine_start, virtio_connect,
	};
	int r = OPTIONS_RUN;

	for (size_t i = 0;
	     i < sizeof(steps) / sizeof(steps[0]) && r == OPTIONS_RUN; i++)
		r = steps[i](vmm);
	return r;
}

static int run(struct vmm *vmm)
{
	int r;

	r = stream_start(&vmm->serial.stream);
	if (r == OPTIONS_RUN)
		r = virtio_start(vmm);
	if (r == OPTIONS_RUN)
		r = vcpus_start(vmm);
	if (r != OPTIONS_RUN)
		vmm_end(vmm, r);
	while (atomic_load(&vmm->result) == RUNNING) {
		r = vm_event_wait(&vmm->events, -1);
		if (r < 0)
			vmm_end(vmm, host_error("event loop", r));
	}
	/*
	 * What follows may have to wait for a disk that hangs, or for a reader
	 * of the last output: from here on a signal is final.
	 */
	r = atomic_load(&vmm->result);
	if (r != EXIT_HOST_ERROR)
		alarm(0);
	sigprocmask(SIG_UNBLOCK, &vmm->signals, NULL);
	vcpus_stop(vmm);
	virtio_stop(vmm);
	terminal_restore();
	if (vmm->options->stats)
		virtio_print_stats(vmm);
	return r;
}

static void fini(struct vmm *vmm)
{
	for (unsigned int i = 0; vmm->vcpus && i < vmm->options->cpus; i++)
		kvm_vcpu_fini(&vmm->vcpus[i].fd);
	free(vmm->vcpus);
	virtio_fini(vmm);
	machine_fini(vmm);
	kvm_vm_fini(&vmm->vm);
	kvm_fini(&vmm->kvm);
	vm_mem_free(vmm->mem);
	vm_bus_fini(&vmm->ports);
	vm_bus_fini(&vmm->mmio);
	vm_event_fini(&vmm->events);
	if (vmm->signal_fd > 0)
		close(vmm->signal_fd);
}

int vmm_run(const struct options *options)
{
	struct vmm *vmm = calloc(1, sizeof(*vmm));
	int r;

	if (!vmm)
		return host_error("virtual machine", -ENOMEM);
	vmm->options = options;
	atomic_init(&vmm->result, RUNNING);
	r = build(vmm);
	if (r == OPTIONS_RUN)
		r = run(vmm);
	stream_fini(&vmm->serial.stream);
	fini(vmm);
	free(vmm);
	return r;
}
