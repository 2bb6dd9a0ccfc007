/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What only x86 has. */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* More than a first guess at the table's size has room for. */
#define CPUID_ENTRIES 150

/* MSRs that every guest has: SDM volume 4, and AMD APM volume 2. */
static const uint32_t msr_indices[] = {
	0x10, /* TSC */
	0x174, /* SYSENTER_CS */
	0x175, /* SYSENTER_ESP */
	0x176, /* SYSENTER_EIP */
	0x1a0, /* MISC_ENABLE */
	0x277, /* PAT */
	0x2ff, /* MTRR_DEF_TYPE */
	0xc0000080, /* EFER */
	0xc0000081, /* STAR */
	0xc0000082, /* LSTAR */
	0xc0000083, /* CSTAR */
	0xc0000084, /* SFMASK */
	0xc0000102, /* KERNEL_GS_BASE */
};

#define MSR_COUNT (sizeof(msr_indices) / sizeof(msr_indices[0]))

static int get_supported_cpuid(unsigned long arg)
{
	struct kvm_cpuid2 *cpuid = fake_pointer(arg);

	if (cpuid->nent < CPUID_ENTRIES)
		return -E2BIG;
	cpuid->nent = CPUID_ENTRIES;
	for (uint32_t i = 0; i < CPUID_ENTRIES; i++)
		cpuid->entries[i] = (struct kvm_cpuid_entry2){
			.function = i,
			.eax = i ? 0 : CPUID_ENTRIES - 1,
		};
	return 0;
}

static int get_msr_index_list(unsigned long arg)
{
	struct kvm_msr_list *list = fake_pointer(arg);
	uint32_t room = list->nmsrs;

	list->nmsrs = MSR_COUNT;
	if (room < MSR_COUNT)
		return -E2BIG;
	memcpy(list->indices, msr_indices, sizeof(msr_indices));
	return 0;
}

int fake_arch_system_ioctl(struct kvm_fake *fake, unsigned long request,
			   unsigned long arg)
{
	(void)fake;
	switch (request) {
	case KVM_GET_SUPPORTED_CPUID:
		return get_supported_cpuid(arg);
	case KVM_GET_MSR_INDEX_LIST:
		return get_msr_index_list(arg);
	default:
		return -ENOTTY;
	}
}

/* What is set and read whole, of a machine or a vCPU. */
struct pair {
	unsigned long set;
	unsigned long get;
};

static int pair_ioctl(struct object *object, const struct pair *pairs,
		      size_t count, unsigned long request, unsigned long arg)
{
	for (size_t i = 0; i < count; i++) {
		if (pairs[i].set == request)
			return fake_set_state(object, request, arg);
		if (pairs[i].get == request)
			return fake_get_state(object, request, pairs[i].set,
					      arg);
	}
	return -ENOTTY;
}

#define PAIR(name)                             \
	{                                      \
		KVM_SET_##name, KVM_GET_##name \
	}

static const struct pair vm_pairs[] = { PAIR(CLOCK) };

static const struct pair vcpu_pairs[] = {
	PAIR(REGS),  PAIR(SREGS), PAIR(SREGS2),	   PAIR(FPU),
	PAIR(XSAVE), PAIR(XCRS),  PAIR(DEBUGREGS), PAIR(VCPU_EVENTS),
};

static int create_pit(struct object *vm)
{
	if (!vm->has_irqchip)
		return -ENOENT;
	if (vm->has_pit)
		return -EEXIST;
	vm->has_pit = true;
	return 0;
}

static int irqchip_ioctl(struct object *vm, unsigned long request,
			 unsigned long arg)
{
	struct kvm_irqchip *chip = fake_pointer(arg);
	struct item *item;

	if (!vm->has_irqchip)
		return -ENXIO;
	if (chip->chip_id >= KVM_NR_IRQCHIPS)
		return -EINVAL;
	if (request == KVM_SET_IRQCHIP)
		return store_set(&vm->state, request, chip->chip_id, chip,
				 sizeof(*chip));
	item = store_find(&vm->state, KVM_SET_IRQCHIP, chip->chip_id, 0);
	memset(&chip->chip, 0, sizeof(chip->chip));
	store_copy(item, chip, sizeof(*chip));
	return 0;
}

static int pit_ioctl(struct object *vm, unsigned long request,
		     unsigned long arg)
{
	if (!vm->has_pit)
		return -ENXIO;
	if (request == KVM_SET_PIT2)
		return fake_set_state(vm, request, arg);
	return fake_get_state(vm, request, KVM_SET_PIT2, arg);
}

int fake_arch_vm_ioctl(struct object *vm, unsigned long request,
		       unsigned long arg)
{
	const unsigned long tss_limit = 0xffffffff - 3 * PAGE_SIZE;

	switch (request) {
	case KVM_SET_TSS_ADDR:
		return arg > tss_limit ? -EINVAL : 0;
	case KVM_SET_IDENTITY_MAP_ADDR:
		return vm->vcpus ? -EINVAL : 0;
	case KVM_SET_BOOT_CPU_ID:
		return vm->vcpus ? -EBUSY : 0;
	case KVM_CREATE_PIT:
	case KVM_CREATE_PIT2:
		return create_pit(vm);
	case KVM_GET_PIT2:
	case KVM_SET_PIT2:
		return pit_ioctl(vm, request, arg);
	case KVM_GET_IRQCHIP:
	case KVM_SET_IRQCHIP:
		return irqchip_ioctl(vm, request, arg);
	default:
		return pair_ioctl(vm, vm_pairs,
				  sizeof(vm_pairs) / sizeof(vm_pairs[0]),
				  request, arg);
	}
}

static bool msr_is_known(uint32_t index)
{
	for (size_t i = 0; i < MSR_COUNT; i++) {
		if (msr_indices[i] == index)
			return true;
	}
	return false;
}

/* As the kernel does it: up to the first that is unknown. */
static int msrs_ioctl(struct object *vcpu, unsigned long request,
		      unsigned long arg)
{
	struct kvm_msrs *msrs = fake_pointer(arg);
	struct kvm_msr_entry *entry;
	uint32_t i;
	int r;

	if (msrs->nmsrs >= 256)
		return -E2BIG;
	for (i = 0; i < msrs->nmsrs; i++) {
		entry = &msrs->entries[i];
		if (!msr_is_known(entry->index))
			break;
		if (request == KVM_SET_MSRS) {
			r = store_set(&vcpu->state, ITEM_MSR, entry->index,
				      &entry->data, sizeof(uint64_t));
			if (r < 0)
				return r;
			continue;
		}
		entry->data = 0;
		store_copy(store_find(&vcpu->state, ITEM_MSR, entry->index, 0),
			   &entry->data, sizeof(uint64_t));
	}
	return (int)i;
}

static int set_cpuid2(struct object *vcpu, unsigned long arg)
{
	const struct kvm_cpuid2 *cpuid = fake_pointer(arg);

	if (cpuid->nent > MAX_CPUID_ENTRIES)
		return -E2BIG;
	return fake_set_state(vcpu, KVM_SET_CPUID2, arg);
}

static int get_cpuid2(struct object *vcpu, unsigned long arg)
{
	struct item *item = store_find(&vcpu->state, KVM_SET_CPUID2, 0, 0);
	struct kvm_cpuid2 *cpuid = fake_pointer(arg), stored = { .nent = 0 };

	store_copy(item, &stored, sizeof(stored));
	if (cpuid->nent < stored.nent) {
		cpuid->nent = stored.nent;
		return -E2BIG;
	}
	cpuid->nent = 0;
	if (item)
		store_copy(item, cpuid, item->size);
	return 0;
}

static int lapic_ioctl(struct object *vcpu, unsigned long request,
		       unsigned long arg)
{
	if (!vcpu->vm->has_irqchip)
		return -EINVAL;
	if (request == KVM_SET_LAPIC)
		return fake_set_state(vcpu, request, arg);
	return fake_get_state(vcpu, request, KVM_SET_LAPIC, arg);
}

static int interrupt(struct object *vcpu, unsigned long arg)
{
	const struct kvm_interrupt *irq = fake_pointer(arg);

	if (irq->irq >= KVM_NR_INTERRUPTS)
		return -EINVAL;
	return vcpu->vm->has_irqchip ? -ENXIO : 0;
}

int fake_arch_vcpu_ioctl(struct object *vcpu, unsigned long request,
			 unsigned long arg)
{
	switch (request) {
	case KVM_GET_MSRS:
	case KVM_SET_MSRS:
		return msrs_ioctl(vcpu, request, arg);
	case KVM_SET_CPUID2:
		return set_cpuid2(vcpu, arg);
	case KVM_GET_CPUID2:
		return get_cpuid2(vcpu, arg);
	case KVM_GET_LAPIC:
	case KVM_SET_LAPIC:
		return lapic_ioctl(vcpu, request, arg);
	case KVM_INTERRUPT:
		return interrupt(vcpu, arg);
	case KVM_NMI:
		return 0;
	default:
		return pair_ioctl(vcpu, vcpu_pairs,
				  sizeof(vcpu_pairs) / sizeof(vcpu_pairs[0]),
				  request, arg);
	}
}
