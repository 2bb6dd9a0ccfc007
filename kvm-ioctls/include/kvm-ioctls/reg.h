/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Registers one by one: KVM_GET_ONE_REG, KVM_SET_ONE_REG, KVM_GET_REG_LIST.
 *
 * How arm64 and riscv64 have all of a vCPU's state, and x86 some of it since
 * Linux 6.18.  An id says architecture, size and register; reg_arm64.h and
 * reg_riscv64.h make them.
 *
 * Threading: as vcpu.h says.
 */
#ifndef KVM_IOCTLS_REG_H
#define KVM_IOCTLS_REG_H

#include <kvm-ioctls/vcpu.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KVM_REG_MAX_SIZE 256 /* bytes of the largest register, 2048 bits */

/**
 * kvm_reg_size - the size of a register
 * @id: register
 *
 * Returns: 1, 2, 4 ... KVM_REG_MAX_SIZE bytes; a larger power of two when @id
 * is malformed.
 */
static inline size_t kvm_reg_size(uint64_t id)
{
	return (size_t)1 << (id >> KVM_REG_SIZE_SHIFT & 0xf);
}

/**
 * kvm_vcpu_get_reg - read a register
 * @vcpu: virtual CPU
 * @id: register
 * @ret_value: receives the value, in host byte order up to 64 bits
 * @size: bytes at @ret_value, which must be the register's own size
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @size is not the register's
 *	-ENOENT, the vCPU has no such register
 *	-EPERM, arm64: the vCPU is not finalised
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_reg(struct kvm_vcpu_fd *vcpu,
						     uint64_t id,
						     void *ret_value,
						     size_t size);

/**
 * kvm_vcpu_set_reg - write a register
 * @vcpu: virtual CPU
 * @id: register
 * @value: the new value, in host byte order up to 64 bits
 * @size: bytes at @value, which must be the register's own size
 *
 * Returns: as kvm_vcpu_get_reg(), and
 *	-EINVAL, the register cannot have this value
 *	-EBUSY, riscv64: not after the vCPU has run
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_reg(struct kvm_vcpu_fd *vcpu,
						     uint64_t id,
						     const void *value,
						     size_t size);

/**
 * kvm_vcpu_get_reg64 - read a register of up to 64 bits
 * @vcpu: virtual CPU
 * @id: register
 * @ret_value: receives the value, zero-extended
 *
 * Returns: as kvm_vcpu_get_reg(); -EINVAL when the register is larger
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_reg64(struct kvm_vcpu_fd *vcpu,
						       uint64_t id,
						       uint64_t *ret_value);

/**
 * kvm_vcpu_set_reg64 - write a register of up to 64 bits
 * @vcpu: virtual CPU
 * @id: register
 * @value: the new value
 *
 * Returns: as kvm_vcpu_set_reg(); -EINVAL when the register is larger, or the
 * value does not fit into it
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_reg64(struct kvm_vcpu_fd *vcpu,
						       uint64_t id,
						       uint64_t value);

/**
 * kvm_vcpu_get_reg_list - KVM_GET_REG_LIST: all registers of a vCPU
 * @vcpu: virtual CPU; on arm64 initialised and finalised
 * @ret_list: receives the ids; to be freed with free()
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, the kernel counts more registers than it had room for
 *	-ENOMEM
 *	-ENOEXEC, arm64: the vCPU is not initialised
 *	-ENOTSUP or -EINVAL, not with this kernel and architecture
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_reg_list(
	struct kvm_vcpu_fd *vcpu, struct kvm_reg_list **ret_list);

#ifdef __cplusplus
}
#endif

#endif
