/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What every KVM descriptor has in common, and how a failure is explained.
 *
 * struct kvm_fd, kvm_vm_fd, kvm_vcpu_fd and kvm_device_fd begin with a struct
 * kvm_handle.  Each function of this library returns a negative errno when it
 * fails, and stores which call failed in the handle of its first argument:
 *
 *	r = kvm_vm_init(&vm, &kvm, 0);
 *	if (r < 0) {
 *		kvm_explain(&vm.handle, r, line, sizeof(line));
 *		fprintf(stderr, "vmm: %s\n", line);
 *	}
 *
 * prints, for example,
 *
 *	vmm: KVM_CREATE_VM: Device or resource busy: another hypervisor ...
 *
 * Threading: a handle may be shared as far as the functions that take it say
 * so.  Two threads that fail on one handle at the same moment both return
 * their own errno, and the handle names one of the two calls.
 */
#ifndef KVM_IOCTLS_HANDLE_H
#define KVM_IOCTLS_HANDLE_H

#include <stddef.h>
#include <stdint.h>

#include <kvm-ioctls/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kvm_backend - what stands in for the kernel
 * @ioctl: performs @request on @fd; returns what the ioctl returns, or a
 *	negative errno
 *
 * A handle whose backend is NULL, which is what every handle of a real
 * /dev/kvm has, calls ioctl(2) directly.  A test puts another backend in
 * with kvm_init_from_fd(); virtual machines, vCPUs and devices inherit it.
 * mmap(), read() and close() are applied to the descriptors themselves, so a
 * backend hands out descriptors on which they work, a memfd for example.
 */
struct kvm_backend {
	int (*ioctl)(struct kvm_backend *self, int fd, unsigned long request,
		     unsigned long arg);
};

/**
 * struct kvm_handle - one KVM file descriptor
 * @fd: the descriptor, close-on-exec, never 0; -1 when the handle is not open
 * @failed: the last call that failed: an ioctl request or enum kvm_call;
 *	0 as long as none has
 * @backend: NULL for the kernel
 */
struct kvm_handle {
	int fd;
	uint32_t failed;
	struct kvm_backend *backend;
};

/* The calls in kvm_handle.failed that are not ioctls. */
enum kvm_call {
	KVM_CALL_NONE = 0,
	KVM_CALL_OPEN = 1,
	KVM_CALL_MMAP = 2,
	KVM_CALL_ALLOC = 3,
	KVM_CALL_READ = 4,
	/* KVM_GET_API_VERSION succeeded, with a version that is not ours. */
	KVM_CALL_VERSION = 5,
	/* The library refused its caller's arguments. */
	KVM_CALL_ARGUMENT = 6,
	/* KVM filled struct kvm_run with values that contradict each other. */
	KVM_CALL_DECODE = 7,
	KVM_CALL_KICK = 8,
};

/**
 * kvm_call_name - the name of a call that failed
 * @call: struct kvm_handle's @failed
 *
 * Returns: "KVM_CREATE_VM" and the like, "mmap of struct kvm_run" and the
 * like for enum kvm_call; never NULL.  A static string.
 */
KVM_IOCTLS_API const char *kvm_call_name(uint32_t call);

/**
 * kvm_hint - what a person can do about a failure
 * @call: struct kvm_handle's @failed
 * @err: the negative errno that was returned
 *
 * Returns: one sentence without a final stop, or NULL when the name of the
 * call and of the errno say all there is.  A static string.
 */
KVM_IOCTLS_API const char *kvm_hint(uint32_t call, int err);

/**
 * kvm_explain - a failure in one line: the call, the error, what to do
 * @handle: the handle of the first argument of the function that failed
 * @err: the negative errno that it returned
 * @buf: receives the line, always terminated unless @size is 0
 * @size: bytes in @buf
 *
 * Returns: the length of the whole line, as snprintf() does: it was cut when
 * that is not less than @size.
 */
KVM_IOCTLS_API int kvm_explain(const struct kvm_handle *handle, int err,
			       char *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif
