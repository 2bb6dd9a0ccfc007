/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The in-kernel interrupt controllers of arm64: GICv2, GICv3 and the ITS.
 *
 * Make the GIC, then the vCPUs (or the other way round), then start it:
 *
 *	r = kvm_gicv3_init(&gic, &vm, &config);
 *	for (...)
 *		r = kvm_vcpu_init(...);
 *	r = kvm_gic_start(&gic);
 *
 * On other architectures the functions return what the kernel says, -ENODEV.
 *
 * Threading: as device.h says.
 */
#ifndef KVM_IOCTLS_GIC_H
#define KVM_IOCTLS_GIC_H

#include <kvm-ioctls/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kvm_gicv2_config - where a GICv2 is
 * @dist: guest-physical address of the distributor, 4 KiB
 * @cpu: guest-physical address of the CPU interface, 8 KiB
 * @nr_irqs: interrupts, SGIs and PPIs included: 64 to 1024 in steps of 32; 0
 *	for the kernel's default
 */
struct kvm_gicv2_config {
	uint64_t dist;
	uint64_t cpu;
	uint32_t nr_irqs;
};

/**
 * kvm_gicv2_init - make a GICv2
 * @gic: storage for the handle
 * @vm: virtual machine without a GIC
 * @config: where it is
 *
 * On failure @gic is closed, and kvm_explain() on it says why.
 *
 * Returns:
 *	0 on success
 *	-ENODEV, the host cannot virtualise a GICv2
 *	-EEXIST, the machine has a GIC
 *	-EINVAL, an address is not aligned, or @nr_irqs is not as described
 *	-E2BIG, an address is beyond the guest's physical address space
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_gicv2_init(
	struct kvm_device_fd *gic, struct kvm_vm_fd *vm,
	const struct kvm_gicv2_config *config);

/**
 * struct kvm_gicv3_config - where a GICv3 is
 * @dist: guest-physical address of the distributor, 64 KiB
 * @redist: guest-physical address of the redistributors, 128 KiB per vCPU
 * @redist_count: how many redistributors there is room for; 0 for as many as
 *	there are vCPUs.  kvm_gicv3_add_redist_region() adds another range for
 *	more, and needs this one to be counted.
 * @nr_irqs: as in struct kvm_gicv2_config
 */
struct kvm_gicv3_config {
	uint64_t dist;
	uint64_t redist;
	uint32_t redist_count;
	uint32_t nr_irqs;
};

/**
 * kvm_gicv3_init - make a GICv3
 * @gic: storage for the handle
 * @vm: virtual machine without a GIC
 * @config: where it is
 *
 * Returns: as kvm_gicv2_init()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_gicv3_init(
	struct kvm_device_fd *gic, struct kvm_vm_fd *vm,
	const struct kvm_gicv3_config *config);

/**
 * kvm_gicv3_add_redist_region - another range for redistributors
 * @gic: from kvm_gicv3_init() with a redist_count
 * @index: 1 for the first one that is added, and so on
 * @addr: guest-physical address, aligned to 64 KiB
 * @count: how many redistributors there is room for, 1 to 4095
 *
 * Returns:
 *	0 on success
 *	-EINVAL, an argument is not as described, or the range overlaps
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_gicv3_add_redist_region(
	struct kvm_device_fd *gic, uint32_t index, uint64_t addr,
	uint32_t count);

/**
 * kvm_its_init - make and start an ITS, for MSIs on a GICv3
 * @its: storage for the handle
 * @vm: virtual machine with a started GICv3
 * @addr: guest-physical address, 128 KiB
 *
 * Returns: as kvm_gicv2_init()
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_its_init(struct kvm_device_fd *its,
						 struct kvm_vm_fd *vm,
						 uint64_t addr);

/**
 * kvm_gic_start - make a GIC ready, when all vCPUs exist
 * @gic: GICv2 or GICv3
 *
 * Returns: 0, -ENODEV when there is no vCPU, or another negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_gic_start(struct kvm_device_fd *gic);

#ifdef __cplusplus
}
#endif

#endif
