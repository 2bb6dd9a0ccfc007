/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "arm64_machine.h"

#include <errno.h>
#include <kvm-ioctls/arm64.h>
#include <kvm-ioctls/gic.h>
#include <kvm-ioctls/irq.h>
#include <kvm-ioctls/reg.h>
#include <kvm-ioctls/reg_arm64.h>
#include <stdlib.h>
#include <vm-fdt/arm.h>

#include "message.h"
#include "vmm.h"

/* Where QEMU's "virt" machine has them, so that people's addresses fit. */
#define GIC_DIST   0x8000000
#define GIC_CPU	   0x8010000 /* GICv2 */
#define GIC_REDIST 0x80a0000 /* GICv3, one for each CPU */
#define UART	   0x9000000
#define PL031	   0x9010000

#define IPA_BITS_MIN 32

#define GICV2_DIST_SIZE	  0x1000
#define GICV2_CPU_SIZE	  0x2000
#define GICV3_DIST_SIZE	  0x10000
#define GICV3_REDIST_SIZE 0x20000

/* Private lines of the generic timer (Arm BSA 1.0, section 4.2). */
#define TIMER_SECURE	 13
#define TIMER_PHYSICAL	 14
#define TIMER_VIRTUAL	 11
#define TIMER_HYPERVISOR 10

#define MPIDR_EL1 kvm_arm64_sysreg(3, 0, 0, 0, 5)

VM_WORD_DEVICE_ADAPT(vm_pl031)

static void tick(void *model)
{
	vm_pl031_tick(model);
}

static int add_devices(struct vmm *vmm)
{
	struct vm_bus_range uart = { UART, VM_SERIAL_SIZE, &vm_byte_device_ops,
				     &vmm->serial.port };
	struct machine *machine = &vmm->machine;
	int r;

	machine->rtc.tick = tick;
	machine->rtc.port =
		(struct vm_word_device){ .read = vm_pl031_word_read,
					 .write = vm_pl031_word_write,
					 .model = &machine->pl031 };
	r = vm_pl031_init(&machine->pl031, &rtc_clock_ops, &machine->rtc);
	if (!r)
		r = rtc_init(&machine->rtc, vmm, PL031, VM_PL031_SIZE);
	return r ? r : vm_bus_add(&vmm->mmio, &uart);
}

/*
 * As few bits of guest-physical addresses as will do, because more make page
 * walks longer, and some hosts have fewer than the 40 that are the default.
 */
unsigned long machine_vm_type(struct vmm *vmm)
{
	uint64_t last = RAM + vmm->options->memory - 1;
	int most = kvm_check_extension(&vmm->kvm, KVM_CAP_ARM_VM_IPA_SIZE);
	int bits = 64 - __builtin_clzll(last);

	bits = bits < IPA_BITS_MIN ? IPA_BITS_MIN : bits;
	/* Without the capability there is only the default. */
	return most <= 0 ? 0 : (unsigned long)(bits < most ? bits : most);
}

/* A GICv2 only where the host's is one, or can act as one. */
static int init_gic(struct vmm *vmm)
{
	static const struct kvm_gicv3_config v3 = { .dist = GIC_DIST,
						    .redist = GIC_REDIST };
	static const struct kvm_gicv2_config v2 = { .dist = GIC_DIST,
						    .cpu = GIC_CPU };
	struct machine *machine = &vmm->machine;
	int r;

	r = kvm_gicv3_init(&machine->gic, &vmm->vm, &v3);
	machine->is_gicv3 = !r;
	return r == -ENODEV ? kvm_gicv2_init(&machine->gic, &vmm->vm, &v2) : r;
}

int machine_init(struct vmm *vmm)
{
	int r;

	vmm->machine.mpidr =
		calloc(vmm->options->cpus, sizeof(*vmm->machine.mpidr));
	if (!vmm->machine.mpidr)
		return host_error("vCPUs", -ENOMEM);
	r = init_gic(vmm);
	if (r)
		return vmm_kvm_failed("interrupt controller",
				      &vmm->machine.gic.handle, r);
	r = add_devices(vmm);
	return r ? host_error("devices", r) : OPTIONS_RUN;
}

void machine_fini(struct vmm *vmm)
{
	rtc_fini(&vmm->machine.rtc);
	kvm_device_fini(&vmm->machine.gic);
	free(vmm->machine.mpidr);
}

static int enter_kernel(struct kvm_vcpu_fd *vcpu,
			const struct vm_load_fdt_started *started)
{
	struct vm_load_arm64_cpu cpu;
	int r;

	r = vm_load_arm64_enter(started->entry, started->place.fdt, &cpu);
	if (!r)
		r = kvm_vcpu_set_reg64(vcpu, kvm_arm64_pstate(), cpu.pstate);
	if (!r)
		r = kvm_vcpu_set_reg64(vcpu, kvm_arm64_pc(), cpu.pc);
	for (unsigned int i = 0; i < 4 && !r; i++)
		r = kvm_vcpu_set_reg64(vcpu, kvm_arm64_x(i), cpu.x[i]);
	return r;
}

int machine_init_vcpu(struct vcpu *vcpu)
{
	struct vmm *vmm = vcpu->vmm;
	struct kvm_vcpu_init init;
	int r;

	r = kvm_vm_arm_preferred_target(&vmm->vm, &init);
	if (r)
		return vmm_kvm_failed("vCPU", &vmm->vm.handle, r);
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	if (vcpu->id)
		init.features[0] |= 1u << KVM_ARM_VCPU_POWER_OFF;
	r = kvm_vcpu_arm_vcpu_init(&vcpu->fd, &init);
	if (!r)
		r = kvm_vcpu_get_reg64(&vcpu->fd, MPIDR_EL1,
				       &vmm->machine.mpidr[vcpu->id]);
	if (!r && !vcpu->id)
		r = enter_kernel(&vcpu->fd, &vmm->machine.started);
	return r ? vmm_kvm_failed("vCPU", &vcpu->fd.handle, r) : OPTIONS_RUN;
}

static void describe_gic(const struct vmm *vmm, struct vm_fdt_writer *tree)
{
	const struct vm_fdt_range redist = {
		GIC_REDIST, (uint64_t)GICV3_REDIST_SIZE * vmm->options->cpus
	};
	const struct vm_fdt_gicv3 v3 = {
		.phandle = INTC_PHANDLE,
		.distributor = { GIC_DIST, GICV3_DIST_SIZE },
		.redistributors = &redist,
		.redistributor_count = 1,
	};
	const struct vm_fdt_gicv2 v2 = {
		.phandle = INTC_PHANDLE,
		.distributor = { GIC_DIST, GICV2_DIST_SIZE },
		.cpu = { GIC_CPU, GICV2_CPU_SIZE },
	};

	if (vmm->machine.is_gicv3)
		vm_fdt_add_gicv3(tree, &v3);
	else
		vm_fdt_add_gicv2(tree, &v2);
}

static struct vm_fdt_irq timer_line(const struct vmm *vmm, uint32_t ppi)
{
	return vm_fdt_gic_ppi(ppi, VM_FDT_IRQ_LEVEL_LOW,
			      vmm->machine.is_gicv3 ? 0 : vmm->options->cpus);
}

static void describe(struct vmm *vmm, struct vm_fdt_writer *tree)
{
	const struct vm_fdt_arm_cpus cpus = { .mpidr = vmm->machine.mpidr,
					      .count = vmm->options->cpus };
	const struct vm_fdt_arm_timer timer = {
		.secure = timer_line(vmm, TIMER_SECURE),
		.physical = timer_line(vmm, TIMER_PHYSICAL),
		.virtual_timer = timer_line(vmm, TIMER_VIRTUAL),
		.hypervisor = timer_line(vmm, TIMER_HYPERVISOR),
	};
	const struct vm_fdt_primecell pl031 = {
		.reg = { PL031, VM_PL031_SIZE },
		.irq = vm_fdt_gic_spi(RTC_IRQ, VM_FDT_IRQ_LEVEL_HIGH),
		.clock = FREE_PHANDLE,
	};

	vm_fdt_add_arm_cpus(tree, &cpus);
	describe_gic(vmm, tree);
	vm_fdt_add_arm_timer(tree, &timer);
	vm_fdt_add_psci(tree, VM_FDT_PSCI_HVC);
	vm_fdt_add_fixed_clock(tree, "apb-pclk", FREE_PHANDLE, 24000000);
	vm_fdt_add_pl031(tree, &pl031);
}

static struct vm_fdt_irq virtio_line(const struct vmm *vmm, uint32_t spi)
{
	(void)vmm;
	return vm_fdt_gic_spi(spi, VM_FDT_IRQ_EDGE_RISING);
}

int machine_start(struct vmm *vmm)
{
	const struct fdt_board board = {
		.interrupt_parent = INTC_PHANDLE,
		.uart = { UART, VM_SERIAL_SIZE },
		.uart_irq = vm_fdt_gic_spi(CONSOLE_IRQ, VM_FDT_IRQ_LEVEL_HIGH),
		.virtio_line = virtio_line,
		.describe = describe,
	};
	int r;

	r = kvm_gic_start(&vmm->machine.gic);
	if (r)
		return vmm_kvm_failed("interrupt controller",
				      &vmm->machine.gic.handle, r);
	r = rtc_start(&vmm->machine.rtc);
	return r ? host_error("clock", r) : fdt_boot_write(vmm, &board);
}

void machine_set_irq(struct vmm *vmm, unsigned int irq, bool level)
{
	uint32_t line =
		KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | (irq + 32);

	/* Fails only without an interrupt controller, and there is one. */
	if (kvm_vm_set_irq_line(&vmm->vm, line, level))
		return;
}

bool machine_power_button(struct vmm *vmm)
{
	(void)vmm;
	return false;
}

int machine_handle_exit(struct vcpu *vcpu, const struct kvm_exit *exit)
{
	return vcpu_unexpected(vcpu, exit);
}

int machine_crashed(struct vcpu *vcpu, const char *how)
{
	uint64_t pc;
	int r;

	r = kvm_vcpu_get_reg64(&vcpu->fd, kvm_arm64_pc(), &pc);
	if (r)
		return vmm_kvm_failed(how, &vcpu->fd.handle, r);
	return fail(EXIT_GUEST_CRASHED,
		    "guest crashed: vCPU %u: %s at pc %#llx", vcpu->id, how,
		    (unsigned long long)pc);
}
