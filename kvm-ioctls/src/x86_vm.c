/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <kvm-ioctls/x86_vm.h>

#include "internal.h"

#define PIC_PINS 8

int kvm_vm_set_tss_addr(struct kvm_vm_fd *vm, unsigned long addr)
{
	return kvm_call(&vm->handle, KVM_SET_TSS_ADDR, addr);
}

int kvm_vm_set_boot_cpu_id(struct kvm_vm_fd *vm, uint32_t id)
{
	return kvm_call(&vm->handle, KVM_SET_BOOT_CPU_ID, id);
}

int kvm_vm_get_irqchip(struct kvm_vm_fd *vm, struct kvm_irqchip *chip)
{
	return kvm_call_ptr(&vm->handle, KVM_GET_IRQCHIP, chip);
}

int kvm_vm_set_irqchip(struct kvm_vm_fd *vm, const struct kvm_irqchip *chip)
{
	return kvm_call_ptr(&vm->handle, KVM_SET_IRQCHIP, chip);
}

int kvm_vm_create_pit(struct kvm_vm_fd *vm)
{
	return kvm_call(&vm->handle, KVM_CREATE_PIT, 0);
}

int kvm_vm_get_pit2(struct kvm_vm_fd *vm, struct kvm_pit_state2 *ret_pit)
{
	return kvm_call_ptr(&vm->handle, KVM_GET_PIT2, ret_pit);
}

int kvm_vm_set_pit2(struct kvm_vm_fd *vm, const struct kvm_pit_state2 *pit)
{
	return kvm_call_ptr(&vm->handle, KVM_SET_PIT2, pit);
}

int kvm_vm_get_pit(struct kvm_vm_fd *vm, struct kvm_pit_state *ret_pit)
{
	return kvm_call_ptr(&vm->handle, KVM_GET_PIT, ret_pit);
}

int kvm_vm_set_pit(struct kvm_vm_fd *vm, const struct kvm_pit_state *pit)
{
	return kvm_call_ptr(&vm->handle, KVM_SET_PIT, pit);
}

int kvm_vm_get_clock(struct kvm_vm_fd *vm, struct kvm_clock_data *ret_clock)
{
	return kvm_call_ptr(&vm->handle, KVM_GET_CLOCK, ret_clock);
}

int kvm_vm_set_clock(struct kvm_vm_fd *vm, const struct kvm_clock_data *clock)
{
	return kvm_call_ptr(&vm->handle, KVM_SET_CLOCK, clock);
}

int kvm_vm_set_tsc_khz(struct kvm_vm_fd *vm, unsigned int khz)
{
	return kvm_call(&vm->handle, KVM_SET_TSC_KHZ, khz);
}

int kvm_vm_get_tsc_khz(struct kvm_vm_fd *vm)
{
	return kvm_call(&vm->handle, KVM_GET_TSC_KHZ, 0);
}

int kvm_vm_set_msr_filter(struct kvm_vm_fd *vm,
			  const struct kvm_msr_filter *filter)
{
	return kvm_call_ptr(&vm->handle, KVM_X86_SET_MSR_FILTER, filter);
}

int kvm_vm_set_pmu_event_filter(struct kvm_vm_fd *vm,
				const struct kvm_pmu_event_filter *filter)
{
	return kvm_call_ptr(&vm->handle, KVM_SET_PMU_EVENT_FILTER, filter);
}

int kvm_vm_set_nr_mmu_pages(struct kvm_vm_fd *vm, unsigned long pages)
{
	return kvm_call(&vm->handle, KVM_SET_NR_MMU_PAGES, pages);
}

int kvm_vm_get_nr_mmu_pages(struct kvm_vm_fd *vm)
{
	return kvm_call(&vm->handle, KVM_GET_NR_MMU_PAGES, 0);
}

int kvm_vm_set_identity_map_addr(struct kvm_vm_fd *vm, uint64_t addr)
{
	return kvm_call_ptr(&vm->handle, KVM_SET_IDENTITY_MAP_ADDR, &addr);
}

int kvm_vm_create_split_irqchip(struct kvm_vm_fd *vm, uint32_t pins)
{
	const struct kvm_enable_cap cap = {
		.cap = KVM_CAP_SPLIT_IRQCHIP,
		.args = { pins },
	};

	return kvm_vm_enable_cap(vm, &cap);
}

int kvm_vm_create_pit2(struct kvm_vm_fd *vm, uint32_t flags)
{
	struct kvm_pit_config config = { .flags = flags };

	return kvm_call_ptr(&vm->handle, KVM_CREATE_PIT2, &config);
}

int kvm_vm_reinject_control(struct kvm_vm_fd *vm, bool reinject)
{
	struct kvm_reinject_control control = { .pit_reinject = reinject };

	return kvm_call_ptr(&vm->handle, KVM_REINJECT_CONTROL, &control);
}

static int add_pc_gsi(struct kvm_routes *routes, uint32_t gsi)
{
	int r = 0;

	if (gsi < PIC_PINS)
		r = kvm_routes_add_irqchip(routes, gsi, KVM_IRQCHIP_PIC_MASTER,
					   gsi);
	else if (gsi < 2 * PIC_PINS)
		r = kvm_routes_add_irqchip(routes, gsi, KVM_IRQCHIP_PIC_SLAVE,
					   gsi - PIC_PINS);
	if (r < 0)
		return r;
	return kvm_routes_add_irqchip(routes, gsi, KVM_IRQCHIP_IOAPIC, gsi);
}

int kvm_routes_add_pc(struct kvm_routes *routes)
{
	int r = 0;

	for (uint32_t gsi = 0; gsi < KVM_IOAPIC_NUM_PINS && r == 0; gsi++)
		r = add_pc_gsi(routes, gsi);
	return r;
}
