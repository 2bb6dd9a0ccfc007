/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * How the wrappers reach the kernel.  Nothing here is part of the interface.
 */
#ifndef KVM_IOCTLS_INTERNAL_H
#define KVM_IOCTLS_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include <kvm-ioctls/handle.h>

/*
 * Performs one ioctl and remembers its name in the handle when it fails.
 * EINTR is retried, because only KVM_RUN means something by it, and ENOTTY,
 * which is how a kernel says that it does not know a request, is -ENOTSUP.
 */
int kvm_call(struct kvm_handle *handle, unsigned long request,
	     unsigned long arg);

/* The same once, with the errno as it is: for KVM_RUN and the first call. */
int kvm_call_once(struct kvm_handle *handle, unsigned long request,
		  unsigned long arg);

static inline int kvm_call_ptr(struct kvm_handle *handle, unsigned long request,
			       const void *arg)
{
	return kvm_call(handle, request, (unsigned long)arg);
}

/*
 * Remembers what failed and returns @err.  Relaxed: it is a note for people,
 * ordered with nothing; atomic because kvm_vcpu_kick() fails on other threads.
 */
static inline int kvm_fail(struct kvm_handle *handle, uint32_t call, int err)
{
	__atomic_store_n(&handle->failed, call, __ATOMIC_RELAXED);
	return err;
}

/*
 * Begins a handle that inherits @parent's backend: @request on @parent makes
 * the descriptor.  On failure @handle is closed and names the call.
 */
int kvm_handle_create(struct kvm_handle *handle, struct kvm_handle *parent,
		      unsigned long request, unsigned long arg);

/* The same where the descriptor is not what the call returns. */
int kvm_handle_call(struct kvm_handle *handle, struct kvm_handle *parent,
		    unsigned long request, unsigned long arg);

/*
 * Gives a handle its descriptor.  0 is what a zeroed handle has, so a
 * descriptor 0, which a process without standard input gets, is moved.  On
 * failure @fd is open still and @handle is closed.
 */
int kvm_handle_adopt(struct kvm_handle *handle, int fd);

void kvm_handle_close(struct kvm_handle *handle);

/* For the descriptors that the kernel makes without close-on-exec. */
void kvm_set_cloexec(int fd);

/*
 * Calls @request with a structure that begins with a count and ends in that
 * many entries, and grows it until the kernel does not answer E2BIG.  A count
 * beyond the room that there was is -EBADMSG.
 */
struct kvm_growth {
	unsigned long request;
	size_t header_size;
	size_t entry_size;
	size_t count_size;
	size_t first_count;
};

int kvm_call_growing(struct kvm_handle *handle, const struct kvm_growth *growth,
		     void *ret_structure);

#endif
