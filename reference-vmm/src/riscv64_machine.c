/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "riscv64_machine.h"

#include <errno.h>
#include <kvm-ioctls/aia.h>
#include <kvm-ioctls/event.h>
#include <kvm-ioctls/irq.h>
#include <kvm-ioctls/reg.h>
#include <kvm-ioctls/reg_riscv64.h>
#include <stdlib.h>
#include <vm-fdt/riscv.h>

#include "message.h"
#include "vmm.h"

/* Where QEMU's "virt" machine has them, so that people's addresses fit. */
#define GOLDFISH 0x101000
#define PLIC	 0xc000000
#define APLIC	 0xd000000
#define UART	 0x10000000
#define IMSIC	 0x28000000

#define APLIC_SIZE    0x4000
#define IMSIC_SIZE    0x1000 /* of each hart */
#define SOURCES	      95
#define IDS	      255
#define HARTS_PHANDLE 64
#define IMSIC_PHANDLE FREE_PHANDLE

/* SBI 2.0, sections 3.2 and 12. */
#define SBI_SUCCESS	      0ul
#define SBI_ERR_FAILED	      (-1ul)
#define SBI_ERR_NOT_SUPPORTED (-2ul)
#define SBI_ERR_INVALID_PARAM (-3ul)
#define SBI_DBCN	      0x4442434eul
#define DBCN_WRITE	      0
#define DBCN_READ	      1
#define DBCN_WRITE_BYTE	      2

VM_WORD_DEVICE_ADAPT(vm_goldfish_rtc)
VM_WORD_DEVICE_ADAPT(vm_plic)

static void tick(void *model)
{
	vm_goldfish_rtc_tick(model);
}

static int add_devices(struct vmm *vmm)
{
	struct vm_bus_range uart = { UART, VM_SERIAL_SIZE, &vm_byte_device_ops,
				     &vmm->serial.port };
	struct machine *machine = &vmm->machine;
	int r;

	machine->rtc.tick = tick;
	machine->rtc.port =
		(struct vm_word_device){ .read = vm_goldfish_rtc_word_read,
					 .write = vm_goldfish_rtc_word_write,
					 .model = &machine->goldfish };
	r = vm_goldfish_rtc_init(&machine->goldfish, &rtc_clock_ops,
				 &machine->rtc);
	if (!r)
		r = rtc_init(&machine->rtc, vmm, GOLDFISH,
			     VM_GOLDFISH_RTC_SIZE);
	return r ? r : vm_bus_add(&vmm->mmio, &uart);
}

static void set_external(void *context, unsigned int hart, bool level)
{
	struct vmm *vmm = context;

	/* Fails only for a vCPU that is none. */
	if (kvm_vcpu_interrupt(&vmm->vcpus[hart].fd,
			       (uint32_t)(level ? KVM_INTERRUPT_SET
						: KVM_INTERRUPT_UNSET)))
		return;
}

static const struct vm_plic_ops plic_ops = { set_external };

static int init_plic(struct vmm *vmm)
{
	struct machine *machine = &vmm->machine;
	struct vm_bus_range range = { PLIC, VM_PLIC_SIZE, &vm_word_device_ops,
				      &machine->plic_port };
	unsigned int cpus = vmm->options->cpus;
	int r;

	machine->contexts = calloc(cpus, sizeof(*machine->contexts));
	if (!machine->contexts)
		return -ENOMEM;
	pthread_mutex_init(&machine->plic_lock, NULL);
	machine->plic_port =
		(struct vm_word_device){ vm_plic_word_read, vm_plic_word_write,
					 &machine->plic, &machine->plic_lock };
	r = vm_plic_init(&machine->plic, machine->contexts, cpus, SOURCES,
			 &plic_ops, vmm);
	return r ? r : vm_bus_add(&vmm->mmio, &range);
}

/* Bits that count @cpus harts. */
static uint32_t hart_bits(unsigned int cpus)
{
	uint32_t bits = 0;

	while (1u << bits < cpus)
		bits++;
	return bits;
}

int machine_init(struct vmm *vmm)
{
	struct machine *machine = &vmm->machine;
	const struct kvm_aia_config aia = {
		.aplic = APLIC,
		.sources = SOURCES,
		.ids = IDS,
		.hart_bits = hart_bits(vmm->options->cpus),
	};
	int r;

	r = kvm_aia_init(&machine->aia, &vmm->vm, &aia);
	machine->is_aia = !r;
	if (r && r != -ENODEV)
		return vmm_kvm_failed("interrupt controller",
				      &machine->aia.handle, r);
	r = machine->is_aia ? 0 : init_plic(vmm);
	if (!r)
		r = add_devices(vmm);
	return r ? host_error("devices", r) : OPTIONS_RUN;
}

void machine_fini(struct vmm *vmm)
{
	rtc_fini(&vmm->machine.rtc);
	kvm_device_fini(&vmm->machine.aia);
	free(vmm->machine.contexts);
}

static int set_named(struct kvm_vcpu_fd *vcpu, const char *name, uint64_t value)
{
	uint64_t id;
	int r = kvm_riscv64_reg_find(name, &id);

	return r ? r : kvm_vcpu_set_reg64(vcpu, id, value);
}

/* What an older kernel does not know, it does not do either. */
static int set_optional(struct kvm_vcpu_fd *vcpu, const char *name,
			uint64_t value)
{
	int r = set_named(vcpu, name, value);

	return r == -ENOENT || r == -EINVAL ? 0 : r;
}

static int enter_kernel(struct kvm_vcpu_fd *vcpu,
			const struct vm_load_fdt_started *started)
{
	struct vm_load_riscv64_cpu cpu;
	int r;

	r = vm_load_riscv64_enter(started->entry, 0, started->place.fdt, &cpu);
	if (!r)
		r = set_named(vcpu, "pc", cpu.pc);
	if (!r)
		r = set_named(vcpu, "a0", cpu.a0);
	return r ? r : set_named(vcpu, "a1", cpu.a1);
}

int machine_init_vcpu(struct vcpu *vcpu)
{
	struct machine *machine = &vcpu->vmm->machine;
	int r = 0;

	if (machine->is_aia)
		r = kvm_aia_set_imsic(&machine->aia, vcpu->id,
				      IMSIC + (uint64_t)vcpu->id * IMSIC_SIZE);
	if (r)
		return vmm_kvm_failed("interrupt controller",
				      &machine->aia.handle, r);
	r = set_optional(&vcpu->fd, "sbi.dbcn", 1);
	/* Else its CSR "seed" would be ours to answer. */
	if (!r)
		r = set_optional(&vcpu->fd, "isa.zkr", 0);
	if (!r && !vcpu->id)
		r = enter_kernel(&vcpu->fd, &machine->started);
	return r ? vmm_kvm_failed("vCPU", &vcpu->fd.handle, r) : OPTIONS_RUN;
}

static void describe_aia(const struct vmm *vmm, struct vm_fdt_writer *tree)
{
	const struct vm_fdt_range files = { IMSIC, (uint64_t)IMSIC_SIZE *
							   vmm->options->cpus };
	const struct vm_fdt_imsic imsic = {
		.groups = &files,
		.group_count = 1,
		.phandle = IMSIC_PHANDLE,
		.ids = IDS,
		.hart_index_bits = hart_bits(vmm->options->cpus),
		.intc_phandle = HARTS_PHANDLE,
		.hart_count = vmm->options->cpus,
	};
	const struct vm_fdt_aplic aplic = {
		.reg = { APLIC, APLIC_SIZE },
		.phandle = INTC_PHANDLE,
		.sources = SOURCES,
		.imsic = IMSIC_PHANDLE,
	};

	vm_fdt_add_imsic(tree, &imsic);
	vm_fdt_add_aplic(tree, &aplic);
}

static void describe_plic(const struct vmm *vmm, struct vm_fdt_writer *tree)
{
	static const uint32_t context = VM_FDT_RISCV_SUPERVISOR_EXTERNAL;
	const struct vm_fdt_plic plic = {
		.reg = { PLIC, VM_PLIC_SIZE },
		.phandle = INTC_PHANDLE,
		.sources = SOURCES,
		.intc_phandle = HARTS_PHANDLE,
		.hart_count = vmm->options->cpus,
		.contexts = &context,
		.context_count = 1,
	};

	vm_fdt_add_plic(tree, &plic);
}

/* The root names no controller: it would be that of the harts' own, too. */
static struct vm_fdt_irq line(const struct vmm *vmm, uint32_t source)
{
	struct vm_fdt_irq irq = vm_fdt_plic_irq(source);

	if (vmm->machine.is_aia)
		irq = vm_fdt_aplic_irq(source, VM_FDT_IRQ_LEVEL_HIGH);
	irq.parent = INTC_PHANDLE;
	return irq;
}

static const char *mmu_type(uint64_t satp_mode)
{
	switch (satp_mode) {
	case 9:
		return "riscv,sv48";
	case 10:
		return "riscv,sv57";
	default:
		return "riscv,sv39";
	}
}

static void describe_harts(const struct vmm *vmm,
			   const struct kvm_riscv64_hart *hart,
			   struct vm_fdt_writer *tree)
{
	uint64_t ids[MAX_CPUS];
	const struct vm_fdt_riscv_cpus cpus = {
		.hart_id = ids,
		.count = vmm->options->cpus,
		.timebase_frequency = (uint32_t)hart->timebase_frequency,
		.isa = hart->isa,
		.mmu_type = mmu_type(hart->satp_mode),
		.cbom_block_size = (uint32_t)hart->cbom_block_size,
		.cboz_block_size = (uint32_t)hart->cboz_block_size,
		.cbop_block_size = (uint32_t)hart->cbop_block_size,
		.intc_phandle = HARTS_PHANDLE,
	};

	for (unsigned int i = 0; i < MAX_CPUS; i++)
		ids[i] = i;
	vm_fdt_add_riscv_cpus(tree, &cpus);
}

static void describe(struct vmm *vmm, struct vm_fdt_writer *tree)
{
	const struct vm_fdt_device goldfish = {
		.reg = { GOLDFISH, VM_GOLDFISH_RTC_SIZE },
		.irq = line(vmm, RTC_IRQ),
	};

	describe_harts(vmm, &vmm->machine.hart, tree);
	if (vmm->machine.is_aia)
		describe_aia(vmm, tree);
	else
		describe_plic(vmm, tree);
	vm_fdt_add_goldfish_rtc(tree, &goldfish);
}

int machine_start(struct vmm *vmm)
{
	struct machine *machine = &vmm->machine;
	const struct fdt_board board = {
		.uart = { UART, VM_SERIAL_SIZE },
		.uart_irq = line(vmm, CONSOLE_IRQ),
		.virtio_line = line,
		.describe = describe,
	};
	int r;

	r = machine->is_aia ? kvm_aia_start(&machine->aia) : 0;
	if (r)
		return vmm_kvm_failed("interrupt controller",
				      &machine->aia.handle, r);
	r = kvm_vcpu_get_riscv64_hart(&vmm->vcpus[0].fd, &machine->hart);
	if (r)
		return vmm_kvm_failed("vCPU", &vmm->vcpus[0].fd.handle, r);
	r = rtc_start(&machine->rtc);
	return r ? host_error("clock", r) : fdt_boot_write(vmm, &board);
}

void machine_set_irq(struct vmm *vmm, unsigned int irq, bool level)
{
	struct machine *machine = &vmm->machine;

	if (machine->is_aia) {
		/* Fails only without an APLIC, and there is one. */
		if (kvm_vm_set_irq_line(&vmm->vm, irq, level))
			return;
	} else {
		pthread_mutex_lock(&machine->plic_lock);
		vm_plic_set_level(&machine->plic, irq, level);
		pthread_mutex_unlock(&machine->plic_lock);
	}
}

bool machine_power_button(struct vmm *vmm)
{
	(void)vmm;
	return false;
}

/* Returns how many bytes there was room for; the guest tries again. */
static size_t show(struct serial *serial, const uint8_t *data, size_t len)
{
	pthread_mutex_lock(&serial->lock);
	len = stream_write(&serial->stream, data, len);
	pthread_mutex_unlock(&serial->lock);
	return len;
}

/* SBI 2.0, chapter 12.  Linux calls it for earlycon=sbi. */
static void debug_console(struct vmm *vmm, const struct kvm_exit_riscv_sbi *sbi)
{
	uint8_t data[256];
	size_t len = sizeof(data);

	sbi->ret[0] = SBI_SUCCESS;
	sbi->ret[1] = 0;
	switch (sbi->function_id) {
	case DBCN_WRITE:
		/* It may write less than it was asked to. */
		if (sbi->args[0] < len)
			len = sbi->args[0];
		if (sbi->args[2] ||
		    vm_mem_read(vmm->mem, sbi->args[1], data, len))
			sbi->ret[0] = SBI_ERR_INVALID_PARAM;
		else
			sbi->ret[1] = show(&vmm->serial, data, len);
		break;
	case DBCN_READ:
		break;
	case DBCN_WRITE_BYTE:
		data[0] = (uint8_t)sbi->args[0];
		if (!show(&vmm->serial, data, 1))
			sbi->ret[0] = SBI_ERR_FAILED;
		break;
	default:
		sbi->ret[0] = SBI_ERR_NOT_SUPPORTED;
	}
}

int machine_handle_exit(struct vcpu *vcpu, const struct kvm_exit *exit)
{
	/* KVM's AIA passes on the indirect registers that it lacks. */
	if (exit->reason == KVM_EXIT_RISCV_CSR)
		return machine_crashed(vcpu,
				       "access to a CSR that is not there");
	if (exit->reason != KVM_EXIT_RISCV_SBI)
		return vcpu_unexpected(vcpu, exit);
	if (exit->riscv_sbi.extension_id == SBI_DBCN)
		debug_console(vcpu->vmm, &exit->riscv_sbi);
	else
		exit->riscv_sbi.ret[0] = SBI_ERR_NOT_SUPPORTED;
	return RUNNING;
}

int machine_crashed(struct vcpu *vcpu, const char *how)
{
	uint64_t pc;
	int r;

	r = kvm_vcpu_get_reg64(&vcpu->fd, kvm_riscv64_pc(), &pc);
	if (r)
		return vmm_kvm_failed(how, &vcpu->fd.handle, r);
	return fail(EXIT_GUEST_CRASHED,
		    "guest crashed: vCPU %u: %s at pc %#llx", vcpu->id, how,
		    (unsigned long long)pc);
}
