/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "x86_machine.h"

#include <kvm-ioctls/cpuid.h>
#include <linux-loader/x86_kvm.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "vmm.h"
#include "x86_layout.h"

/* Intel SDM volume 2A, CPUID leaf 1. */
#define CPUID_1_ECX_TSC_DEADLINE (1u << 24)
#define CPUID_1_ECX_HYPERVISOR	 (1u << 31)

/* Intel SDM volume 4: what firmware leaves behind for a kernel to find. */
static const struct kvm_msr_entry boot_msrs[] = {
	{ .index = 0x1a0, .data = 1 }, /* IA32_MISC_ENABLE: fast strings */
	{ .index = 0x2ff, .data = 1 << 11 | 6 }, /* MTRRs on, write-back */
};

size_t machine_memory(uint64_t size,
		      struct vm_mem_range ranges[MACHINE_RANGES_MAX])
{
	uint64_t low = size < LOW_RAM_MAX ? size : LOW_RAM_MAX;

	ranges[0] = (struct vm_mem_range){ .gpa = 0, .size = low };
	if (size == low)
		return 1;
	ranges[1] =
		(struct vm_mem_range){ .gpa = HIGH_RAM, .size = size - low };
	return 2;
}

static void power_off(void *context, uint8_t type)
{
	if (type == ACPI_S5_TYPE)
		vmm_end(context, EXIT_GUEST_DONE);
}

static void reset(void *context)
{
	vmm_end(context, EXIT_GUEST_DONE);
}

static const struct vm_acpi_sleep_ops sleep_ops = { power_off };
static const struct vm_i8042_ops i8042_ops = { .reset = reset };

VM_BYTE_DEVICE_ADAPT(vm_i8042)
VM_BYTE_DEVICE_ADAPT(vm_acpi_sleep)

static int add_devices(struct vmm *vmm)
{
	struct machine *machine = &vmm->machine;
	const struct vm_bus_range ranges[] = {
		{ COM1, VM_SERIAL_SIZE, &vm_byte_device_ops,
		  &vmm->serial.port },
		{ I8042, 5, &vm_byte_device_ops, &machine->i8042_ports },
		{ ACPI_SLEEP, 2, &vm_byte_device_ops, &machine->sleep_ports },
	};
	int r;

	pthread_mutex_init(&machine->lock, NULL);
	machine->i8042_ports =
		(struct vm_byte_device){ vm_i8042_byte_read,
					 vm_i8042_byte_write, &machine->i8042,
					 &machine->lock };
	machine->sleep_ports =
		(struct vm_byte_device){ vm_acpi_sleep_byte_read,
					 vm_acpi_sleep_byte_write,
					 &machine->sleep, &machine->lock };
	r = vm_i8042_init(&machine->i8042, &i8042_ops, vmm);
	if (!r)
		r = vm_acpi_sleep_init(&machine->sleep, &sleep_ops, vmm);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]) && !r; i++)
		r = vm_bus_add(&vmm->ports, &ranges[i]);
	return r;
}

/* KVM's own table lacks what needs its local APIC, which this guest has. */
static int init_cpuid(struct vmm *vmm)
{
	struct kvm_cpuid_entry2 *features;
	int r;

	r = kvm_get_supported_cpuid(&vmm->kvm, &vmm->machine.cpuid);
	if (r)
		return r;
	r = kvm_check_extension(&vmm->kvm, KVM_CAP_TSC_DEADLINE_TIMER);
	if (r < 0)
		return r;
	features = kvm_cpuid_find(vmm->machine.cpuid, 1, 0);
	if (features && r)
		features->ecx |= CPUID_1_ECX_TSC_DEADLINE;
	if (features)
		features->ecx |= CPUID_1_ECX_HYPERVISOR;
	return 0;
}

int machine_init(struct vmm *vmm)
{
	int r;

	r = kvm_vm_set_identity_map_addr(&vmm->vm, KVM_IDENTITY);
	if (!r)
		r = kvm_vm_set_tss_addr(&vmm->vm, KVM_TSS);
	if (!r)
		r = kvm_vm_create_irqchip(&vmm->vm);
	if (!r)
		r = kvm_vm_create_pit2(&vmm->vm, KVM_PIT_SPEAKER_DUMMY);
	if (r)
		return vmm_kvm_failed("interrupt controller", &vmm->vm.handle,
				      r);
	r = init_cpuid(vmm);
	if (r)
		return vmm_kvm_failed("CPUID", &vmm->kvm.handle, r);
	r = add_devices(vmm);
	return r ? host_error("devices", r) : OPTIONS_RUN;
}

void machine_fini(struct vmm *vmm)
{
	free(vmm->machine.cpuid);
}

static int enter_kernel(struct kvm_vcpu_fd *vcpu,
			const struct vm_load_x86_cpu *entry)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	int r;

	r = kvm_vcpu_get_sregs(vcpu, &sregs);
	if (r)
		return r;
	vm_load_kvm_sregs(entry, &sregs);
	vm_load_kvm_regs(entry, &regs);
	r = kvm_vcpu_set_sregs(vcpu, &sregs);
	if (r)
		return r;
	return kvm_vcpu_set_regs(vcpu, &regs);
}

int machine_init_vcpu(struct vcpu *vcpu)
{
	struct kvm_cpuid2 **cpuid = &vcpu->vmm->machine.cpuid;
	int r;

	r = kvm_cpuid_set_topology(cpuid, vcpu->id, vcpu->vmm->options->cpus);
	if (r)
		return host_error("CPUID", r);
	r = kvm_vcpu_set_cpuid2(&vcpu->fd, *cpuid);
	if (!r)
		r = kvm_vcpu_set_msrs(&vcpu->fd, boot_msrs,
				      sizeof(boot_msrs) / sizeof(boot_msrs[0]));
	if (r >= 0 && !vcpu->id)
		r = enter_kernel(&vcpu->fd, &vcpu->vmm->machine.entry);
	if (r < 0)
		return vmm_kvm_failed("vCPU", &vcpu->fd.handle, r);
	return OPTIONS_RUN;
}

int machine_start(struct vmm *vmm)
{
	(void)vmm;
	return OPTIONS_RUN;
}

void machine_set_irq(struct vmm *vmm, unsigned int irq, bool level)
{
	/* Fails only without an interrupt controller, and there is one. */
	if (kvm_vm_set_irq_line(&vmm->vm, irq, level))
		return;
}

bool machine_power_button(struct vmm *vmm)
{
	machine_set_irq(vmm, POWER_GSI, true);
	machine_set_irq(vmm, POWER_GSI, false);
	return true;
}

/* Whether @options, up to a space, names a way that starts with a t. */
static bool has_triple_fault(const char *options)
{
	while (*options != 't') {
		options += strcspn(options, ", ");
		if (*options++ != ',')
			return false;
	}
	return true;
}

/* Whether the kernel was told to reboot by a triple fault. */
static bool reboots_by_triple_fault(const char *cmdline)
{
	for (const char *at = cmdline; (at = strstr(at, "reboot=")); at++) {
		if ((at == cmdline || at[-1] == ' ') &&
		    has_triple_fault(at + strlen("reboot=")))
			return true;
	}
	return false;
}

/*
 * A triple fault is a crash, except for a guest that was told to reboot that
 * way: the processor does not tell the two apart, and AMD's does not keep the
 * state that could.
 */
int machine_handle_exit(struct vcpu *vcpu, const struct kvm_exit *exit)
{
	if (exit->reason != KVM_EXIT_SHUTDOWN)
		return vcpu_unexpected(vcpu, exit);
	if (reboots_by_triple_fault(vcpu->vmm->options->cmdline))
		return EXIT_GUEST_DONE;
	return machine_crashed(vcpu, "KVM_EXIT_SHUTDOWN (triple fault)");
}

int machine_crashed(struct vcpu *vcpu, const char *how)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	bool is_reset;
	int r;

	r = kvm_vcpu_get_regs(&vcpu->fd, &regs);
	if (!r)
		r = kvm_vcpu_get_sregs(&vcpu->fd, &sregs);
	if (r)
		return vmm_kvm_failed(how, &vcpu->fd.handle, r);
	is_reset = regs.rip == 0xfff0 && sregs.cs.base == 0xffff0000;
	return fail(EXIT_GUEST_CRASHED,
		    "guest crashed: vCPU %u: %s at rip %#llx, cr2 %#llx%s",
		    vcpu->id, how, (unsigned long long)regs.rip,
		    (unsigned long long)sregs.cr2,
		    is_reset ? " (reset values: this host does not keep what "
			       "was there)"
			     : "");
}
