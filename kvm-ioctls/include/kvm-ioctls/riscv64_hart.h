/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What a riscv64 guest must be told of its harts: the properties of a device
 * tree's cpu nodes, as the vCPU's registers have them.
 *
 * Threading: as vcpu.h says.
 */
#ifndef KVM_IOCTLS_RISCV64_HART_H
#define KVM_IOCTLS_RISCV64_HART_H

#include <stdint.h>

#include <kvm-ioctls/api.h>
#include <kvm-ioctls/vcpu.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for the names of all extensions that KVM knows, and then some. */
#define KVM_RISCV64_ISA_SIZE 1024

/**
 * struct kvm_riscv64_hart - the properties of a hart
 * @isa: such as "rv64imafdc_zbb_sstc", terminated: the single letters in
 *	their canonical order, then what begins with z, then what begins with s
 * @timebase_frequency: of the time CSR, in Hz
 * @satp_mode: the largest mode of satp: 8 Sv39, 9 Sv48, 10 Sv57; 0 when the
 *	kernel does not tell
 * @cbom_block_size: bytes of a block of Zicbom; 0 without
 * @cboz_block_size: bytes of a block of Zicboz; 0 without
 * @cbop_block_size: bytes of a block of Zicbop; 0 without
 */
struct kvm_riscv64_hart {
	char isa[KVM_RISCV64_ISA_SIZE];
	uint64_t timebase_frequency;
	uint64_t satp_mode;
	uint64_t cbom_block_size;
	uint64_t cboz_block_size;
	uint64_t cbop_block_size;
};

/**
 * kvm_vcpu_get_riscv64_hart - read the properties of a hart
 * @vcpu: virtual CPU of a riscv64 machine
 * @ret_hart: receives them
 *
 * An extension that the kernel does not know is one that the vCPU lacks.
 *
 * Returns:
 *	0 on success
 *	-ENOENT or -EINVAL, this is not a vCPU of riscv64
 *	other errors straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_riscv64_hart(
	struct kvm_vcpu_fd *vcpu, struct kvm_riscv64_hart *ret_hart);

#ifdef __cplusplus
}
#endif

#endif
