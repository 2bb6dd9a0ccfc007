/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The in-kernel interrupt controller of riscv64: the AIA, that is one APLIC
 * and an IMSIC for each vCPU.
 *
 *	r = kvm_aia_init(&aia, &vm, &config);
 *	for (...) {
 *		r = kvm_vcpu_init(...);
 *		r = kvm_aia_set_imsic(&aia, id, imsic + id * 0x1000);
 *	}
 *	r = kvm_aia_start(&aia);
 *
 * On other architectures the functions return what the kernel says, -ENODEV.
 *
 * Threading: as device.h says.
 */
#ifndef KVM_IOCTLS_AIA_H
#define KVM_IOCTLS_AIA_H

#include <kvm-ioctls/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kvm_aia_config - the shape of an AIA
 * @aplic: guest-physical address of the APLIC, 16 KiB; 0 for none
 * @sources: wired interrupts of the APLIC, up to 1024; 0 for none
 * @ids: message identities of each IMSIC: 63 to 2047, one less than a
 *	multiple of 64; 0 for the kernel's default
 * @hart_bits: bits of an IMSIC's address that are the hart's number; 0 for
 *	one hart
 * @guest_bits: bits that are the guest file's number
 * @group_bits: bits that are the hart group's number
 * @group_shift: where those are, 24 to 56; 0 for the kernel's default
 */
struct kvm_aia_config {
	uint64_t aplic;
	uint32_t sources;
	uint32_t ids;
	uint32_t hart_bits;
	uint32_t guest_bits;
	uint32_t group_bits;
	uint32_t group_shift;
};

/**
 * kvm_aia_init - make an AIA
 * @aia: storage for the handle
 * @vm: virtual machine without an interrupt controller
 * @config: its shape
 *
 * On failure @aia is closed, and kvm_explain() on it says why.
 *
 * Returns:
 *	0 on success
 *	-ENODEV, the host cannot virtualise it
 *	-EEXIST, the machine has one
 *	-EINVAL, @config is not as described
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_aia_init(
	struct kvm_device_fd *aia, struct kvm_vm_fd *vm,
	const struct kvm_aia_config *config);

/**
 * kvm_aia_set_imsic - where a vCPU's IMSIC is
 * @aia: not started
 * @vcpu_id: id of the vCPU
 * @addr: guest-physical address, 4 KiB
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @addr is not aligned
 *	-EINVAL or -ENXIO, there is no such vCPU
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_aia_set_imsic(struct kvm_device_fd *aia,
						      uint32_t vcpu_id,
						      uint64_t addr);

/**
 * kvm_aia_start - make an AIA ready, when all vCPUs exist
 * @aia: AIA
 *
 * Returns:
 *	0 on success
 *	-EINVAL, an address is missing or does not match the others
 *	-EBUSY, it is started, or a vCPU has run
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_aia_start(struct kvm_device_fd *aia);

#ifdef __cplusplus
}
#endif

#endif
