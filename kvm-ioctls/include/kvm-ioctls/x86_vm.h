/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What only an x86 machine has: interrupt chips, timer, clock, filters.
 *
 * Threading: as vm.h says.
 */
#ifndef KVM_IOCTLS_X86_VM_H
#define KVM_IOCTLS_X86_VM_H

#include <kvm-ioctls/irq.h>
#include <kvm-ioctls/vm.h>

#ifdef __x86_64__

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvm_vm_set_tss_addr - KVM_SET_TSS_ADDR: three pages for real mode
 * @vm: virtual machine
 * @addr: guest-physical, below 4 GiB, three pages that nothing else uses
 *
 * Intel processors without unrestricted guest need it.
 *
 * Returns: 0, or -EINVAL when the range passes 4 GiB.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_tss_addr(struct kvm_vm_fd *vm,
							unsigned long addr);

/**
 * kvm_vm_set_identity_map_addr - KVM_SET_IDENTITY_MAP_ADDR: a page of tables
 * @vm: virtual machine without vCPUs
 * @addr: guest-physical, below 4 GiB, one page that nothing else uses
 *
 * Returns: 0, or -EINVAL when a vCPU exists.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_identity_map_addr(
	struct kvm_vm_fd *vm, uint64_t addr);

/**
 * kvm_vm_set_boot_cpu_id - KVM_SET_BOOT_CPU_ID: which vCPU boots
 * @vm: virtual machine
 * @id: id of the vCPU; 0 when this is not called
 *
 * Returns: 0, or -EBUSY when a vCPU exists.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_boot_cpu_id(struct kvm_vm_fd *vm,
							   uint32_t id);

/**
 * kvm_vm_create_split_irqchip - local APICs in the kernel, IOAPIC in the VMM
 * @vm: virtual machine without vCPUs
 * @pins: GSIs that are kept for the VMM's IOAPIC, 24 for a PC's
 *
 * KVM_CAP_SPLIT_IRQCHIP: smaller attack surface than
 * kvm_vm_create_irqchip().  The VMM delivers its IOAPIC's interrupts as MSIs,
 * and hears of an end of interrupt by KVM_EXIT_IOAPIC_EOI, for the vectors
 * that its routes of the first @pins GSIs name.
 *
 * Returns:
 *	0 on success
 *	-EEXIST, the machine has an irqchip, or a vCPU
 *	-EINVAL, too many @pins
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_create_split_irqchip(
	struct kvm_vm_fd *vm, uint32_t pins);

/**
 * kvm_vm_get_irqchip - KVM_GET_IRQCHIP: a PIC or the IOAPIC
 * @vm: virtual machine
 * @chip: chip_id selects; receives the registers
 *
 * Returns:
 *	0 on success
 *	-ENXIO, the machine has no irqchip
 *	-EINVAL, no such chip
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_get_irqchip(
	struct kvm_vm_fd *vm, struct kvm_irqchip *chip);

/**
 * kvm_vm_set_irqchip - KVM_SET_IRQCHIP: a PIC or the IOAPIC
 * @vm: virtual machine
 * @chip: chip_id selects; the new registers
 *
 * Returns: as kvm_vm_get_irqchip()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_irqchip(
	struct kvm_vm_fd *vm, const struct kvm_irqchip *chip);

/**
 * kvm_routes_add_pc - the routes that a new irqchip has on x86
 * @routes: table
 *
 * GSI 0 to 23 to the IOAPIC's pin of the same number, and 0 to 15 to the two
 * PICs as well.
 *
 * Returns: as kvm_routes_add()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_routes_add_pc(
	struct kvm_routes *routes);

/**
 * kvm_vm_create_pit - KVM_CREATE_PIT: as kvm_vm_create_pit2() with 0
 * @vm: virtual machine
 *
 * Returns: as kvm_vm_create_pit2()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_create_pit(struct kvm_vm_fd *vm);

/**
 * kvm_vm_create_pit2 - KVM_CREATE_PIT2: the in-kernel i8254 timer
 * @vm: virtual machine with an in-kernel irqchip
 * @flags: KVM_PIT_SPEAKER_DUMMY to also answer port 0x61, or 0
 *
 * Returns:
 *	0 on success
 *	-EEXIST, the machine has one
 *	-ENOENT, it has no irqchip, which older kernels do not notice
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_create_pit2(struct kvm_vm_fd *vm,
						       uint32_t flags);

/**
 * kvm_vm_get_pit2 - KVM_GET_PIT2: the i8254's registers
 * @vm: virtual machine
 * @ret_pit: receives them
 *
 * Returns: 0, or -ENXIO when the machine has none.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_get_pit2(
	struct kvm_vm_fd *vm, struct kvm_pit_state2 *ret_pit);

/**
 * kvm_vm_set_pit2 - KVM_SET_PIT2: the i8254's registers
 * @vm: virtual machine
 * @pit: their new values
 *
 * Returns: 0, or -ENXIO when the machine has none.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_pit2(
	struct kvm_vm_fd *vm, const struct kvm_pit_state2 *pit);

/**
 * kvm_vm_get_pit - KVM_GET_PIT: without the flags of the newer call
 * @vm: virtual machine
 * @ret_pit: receives the registers
 *
 * Returns: 0, or -ENXIO when the machine has none.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_get_pit(
	struct kvm_vm_fd *vm, struct kvm_pit_state *ret_pit);

/**
 * kvm_vm_set_pit - KVM_SET_PIT: without the flags of the newer call
 * @vm: virtual machine
 * @pit: the new registers
 *
 * Returns: 0, or -ENXIO when the machine has none.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_pit(
	struct kvm_vm_fd *vm, const struct kvm_pit_state *pit);

/**
 * kvm_vm_reinject_control - KVM_REINJECT_CONTROL: lost timer ticks
 * @vm: virtual machine
 * @reinject: whether the i8254 makes up for ticks that the guest missed
 *
 * Returns: 0, or -ENXIO when the machine has none.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_reinject_control(
	struct kvm_vm_fd *vm, bool reinject);

/**
 * kvm_vm_get_clock - KVM_GET_CLOCK: the guest's kvmclock
 * @vm: virtual machine
 * @ret_clock: receives nanoseconds and KVM_CLOCK_* flags
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_get_clock(
	struct kvm_vm_fd *vm, struct kvm_clock_data *ret_clock);

/**
 * kvm_vm_set_clock - KVM_SET_CLOCK: the guest's kvmclock
 * @vm: virtual machine
 * @clock: nanoseconds and KVM_CLOCK_REALTIME or 0
 *
 * Returns: 0, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_clock(
	struct kvm_vm_fd *vm, const struct kvm_clock_data *clock);

/**
 * kvm_vm_set_tsc_khz - KVM_SET_TSC_KHZ: for vCPUs that are made later
 * @vm: virtual machine
 * @khz: frequency
 *
 * Needs KVM_CAP_VM_TSC_CONTROL.
 *
 * Returns: 0, or -EINVAL when the host cannot do it.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_tsc_khz(struct kvm_vm_fd *vm,
						       unsigned int khz);

/**
 * kvm_vm_get_tsc_khz - KVM_GET_TSC_KHZ: of vCPUs that are made later
 * @vm: virtual machine
 *
 * Needs KVM_CAP_VM_TSC_CONTROL.
 *
 * Returns: the frequency in kHz, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_get_tsc_khz(struct kvm_vm_fd *vm);

/**
 * kvm_vm_set_msr_filter - KVM_X86_SET_MSR_FILTER: MSRs kept from the guest
 * @vm: virtual machine
 * @filter: ranges and bitmaps
 *
 * With KVM_CAP_X86_USER_SPACE_MSR the VMM is asked instead, by an exit.
 *
 * Returns: 0, or -EINVAL when a range is malformed.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_msr_filter(
	struct kvm_vm_fd *vm, const struct kvm_msr_filter *filter);

/**
 * kvm_vm_set_pmu_event_filter - KVM_SET_PMU_EVENT_FILTER
 * @vm: virtual machine
 * @filter: events that the guest may count, or may not
 *
 * Returns:
 *	0 on success
 *	-E2BIG, more events than the kernel takes
 *	-EINVAL, an action, flag or event is malformed
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_pmu_event_filter(
	struct kvm_vm_fd *vm, const struct kvm_pmu_event_filter *filter);

/**
 * kvm_vm_set_nr_mmu_pages - KVM_SET_NR_MMU_PAGES: shadow page tables
 * @vm: virtual machine
 * @pages: the most that KVM may use, at least 20
 *
 * Returns: 0, or -EINVAL when @pages is too small.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_set_nr_mmu_pages(
	struct kvm_vm_fd *vm, unsigned long pages);

/**
 * kvm_vm_get_nr_mmu_pages - KVM_GET_NR_MMU_PAGES: what was set
 * @vm: virtual machine
 *
 * Deprecated in the kernel, which may refuse it.
 *
 * Returns: a number of pages, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_get_nr_mmu_pages(
	struct kvm_vm_fd *vm);

#ifdef __cplusplus
}
#endif

#endif
#endif
