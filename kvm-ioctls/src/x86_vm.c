/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <kvm-ioctls/x86.h>

#include "internal.h"
#include "x86_internal.h"

#define PIC_PINS 8

int kvm_get_supported_cpuid(struct kvm_fd *kvm, struct kvm_cpuid2 **ret_cpuid)
{
	return kvm_x86_get_cpuid(&kvm->handle, KVM_GET_SUPPORTED_CPUID,
				 ret_cpuid);
}

int kvm_vm_set_tss_addr(struct kvm_vm_fd *vm, unsigned long addr)
{
	return kvm_call(&vm->handle, KVM_SET_TSS_ADDR, addr);
}

int kvm_vm_set_identity_map_addr(struct kvm_vm_fd *vm, uint64_t addr)
{
	return kvm_call_ptr(&vm->handle, KVM_SET_IDENTITY_MAP_ADDR, &addr);
}

int kvm_vm_create_pit2(struct kvm_vm_fd *vm, uint32_t flags)
{
	struct kvm_pit_config config = { .flags = flags };

	return kvm_call_ptr(&vm->handle, KVM_CREATE_PIT2, &config);
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
