/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The system handle: an open /dev/kvm.
 *
 * Each wrapper names its ioctl: the kernel's Documentation/virt/kvm/api.rst
 * has a section for each of those, and one for each capability.
 *
 * Threading: kvm_init() and kvm_fini() must not run beside another function
 * on the same handle; everything else may be called from any thread.
 */
#ifndef KVM_IOCTLS_KVM_H
#define KVM_IOCTLS_KVM_H

#include <kvm-ioctls/api.h>
#include <kvm-ioctls/handle.h>
#include <kvm-ioctls/uapi.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kvm_fd {
	struct kvm_handle handle;
};

/**
 * kvm_init - open KVM and check that it speaks the API of this library
 * @kvm: storage for the handle; it need not be initialised
 * @path: the device node, NULL for "/dev/kvm"
 *
 * On failure @kvm is closed, and kvm_explain() on it says why.
 *
 * Returns:
 *	0 on success
 *	-EACCES, the caller may not open the device
 *	-ENOENT, there is no such device: KVM is absent or not loaded
 *	-ENODEV or -ENXIO, the node exists but no driver answers
 *	-ENOTTY, @path is not a KVM device
 *	-ENOTSUP, its API version is not 12
 *	other errors of open(2)
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_init(struct kvm_fd *kvm,
					     const char *path);

/**
 * kvm_init_from_fd - use a KVM descriptor that somebody else opened
 * @kvm: storage for the handle
 * @fd: an open /dev/kvm; takes ownership when the call succeeds.  The handle
 *	has another descriptor when it is 0.
 * @backend: NULL for the kernel; must outlive @kvm and all that is made of it
 *
 * For a process that is not allowed to open the device itself, and for tests.
 *
 * Returns:
 *	0 on success
 *	-EBADF, @fd is not open
 *	-ENOTTY, @fd is not a KVM descriptor
 *	-ENOTSUP, its API version is not 12
 *	-EMFILE, @fd is 0, and there can be no other
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_init_from_fd(
	struct kvm_fd *kvm, int fd, struct kvm_backend *backend);

/**
 * kvm_fini - close a system handle
 * @kvm: an initialised or zeroed handle
 *
 * Virtual machines that were made of it live on.
 */
KVM_IOCTLS_API void kvm_fini(struct kvm_fd *kvm);

/**
 * kvm_check_extension - KVM_CHECK_EXTENSION: ask for a capability
 * @kvm: system handle
 * @cap: KVM_CAP_*
 *
 * Returns: 0 when KVM does not have it; 1, or a positive number whose meaning
 * belongs to @cap, when it does; a negative errno when the call failed.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_check_extension(struct kvm_fd *kvm,
							unsigned int cap);

/**
 * kvm_max_vcpus - the most vCPUs that one virtual machine may have
 * @kvm: system handle
 *
 * KVM_CAP_MAX_VCPUS, and what to assume of kernels that lack it.
 *
 * Returns: a positive number, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_max_vcpus(struct kvm_fd *kvm);

/**
 * kvm_recommended_vcpus - the most vCPUs that perform well
 * @kvm: system handle
 *
 * KVM_CAP_NR_VCPUS: as a rule the number of the host's processors.
 *
 * Returns: a positive number, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_recommended_vcpus(struct kvm_fd *kvm);

/**
 * kvm_max_vcpu_id - the number of different vCPU ids
 * @kvm: system handle
 *
 * KVM_CAP_MAX_VCPU_ID, and where a kernel lacks it kvm_max_vcpus(): an id must
 * be less than it.
 *
 * Returns: a positive number, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_max_vcpu_id(struct kvm_fd *kvm);

/**
 * kvm_max_memslots - the number of memory slots of one virtual machine
 * @kvm: system handle
 *
 * Returns: a positive number, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_max_memslots(struct kvm_fd *kvm);

/**
 * kvm_vcpu_mmap_size - KVM_GET_VCPU_MMAP_SIZE: bytes that a vCPU maps
 * @kvm: system handle
 *
 * Returns: a positive number, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_mmap_size(struct kvm_fd *kvm);

#ifdef __cplusplus
}
#endif

#endif
