/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include <kvm-ioctls/kvm.h>

#include "internal.h"

/* What KVM's documentation says to assume without KVM_CAP_NR_VCPUS. */
#define DEFAULT_VCPUS 4
/* The slots of the kernels that did not report them yet. */
#define DEFAULT_MEMSLOTS 32

static int check_version(struct kvm_handle *handle)
{
	int r;

	do {
		r = kvm_call_once(handle, KVM_GET_API_VERSION, 0);
	} while (r == -EINTR);
	if (r < 0)
		return r;
	if (r != KVM_API_VERSION)
		return kvm_fail(handle, KVM_CALL_VERSION, -ENOTSUP);
	return 0;
}

int kvm_init(struct kvm_fd *kvm, const char *path)
{
	int fd, r;

	kvm->handle = (struct kvm_handle){ .fd = -1 };
	do {
		fd = open(path ? path : "/dev/kvm", O_RDWR | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return kvm_fail(&kvm->handle, KVM_CALL_OPEN, -errno);
	r = kvm_init_from_fd(kvm, fd, NULL);
	if (r < 0)
		close(fd);
	return r;
}

int kvm_init_from_fd(struct kvm_fd *kvm, int fd, struct kvm_backend *backend)
{
	int r;

	kvm->handle = (struct kvm_handle){ .fd = fd, .backend = backend };
	r = check_version(&kvm->handle);
	if (r == 0)
		return kvm_handle_adopt(&kvm->handle, fd);
	kvm->handle.fd = -1;
	return r;
}

void kvm_fini(struct kvm_fd *kvm)
{
	kvm_handle_close(&kvm->handle);
}

int kvm_check_extension(struct kvm_fd *kvm, unsigned int cap)
{
	return kvm_call(&kvm->handle, KVM_CHECK_EXTENSION, cap);
}

int kvm_recommended_vcpus(struct kvm_fd *kvm)
{
	int r = kvm_check_extension(kvm, KVM_CAP_NR_VCPUS);

	return r ? r : DEFAULT_VCPUS;
}

int kvm_max_vcpus(struct kvm_fd *kvm)
{
	int r = kvm_check_extension(kvm, KVM_CAP_MAX_VCPUS);

	return r ? r : kvm_recommended_vcpus(kvm);
}

int kvm_max_vcpu_id(struct kvm_fd *kvm)
{
	int r = kvm_check_extension(kvm, KVM_CAP_MAX_VCPU_ID);

	return r ? r : kvm_max_vcpus(kvm);
}

int kvm_max_memslots(struct kvm_fd *kvm)
{
	int r = kvm_check_extension(kvm, KVM_CAP_NR_MEMSLOTS);

	return r ? r : DEFAULT_MEMSLOTS;
}

int kvm_vcpu_mmap_size(struct kvm_fd *kvm)
{
	return kvm_call(&kvm->handle, KVM_GET_VCPU_MMAP_SIZE, 0);
}
