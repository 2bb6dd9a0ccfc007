/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A kernel file, whatever it is wrapped in.
 *
 * Threading: no state is shared.
 */
#ifndef LINUX_LOADER_OPEN_H
#define LINUX_LOADER_OPEN_H

#include <stdint.h>

#include <linux-loader/api.h>
#include <linux-loader/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Take the vmlinux out of a bzImage too: it may have a PVH entry. */
#define VM_LOAD_UNWRAP_BZIMAGE 1u

/**
 * vm_load_open - find out what a kernel file is, and unwrap it if need be
 * @fd: a regular file open for reading; borrowed for the call
 * @flags: 0 or VM_LOAD_UNWRAP_BZIMAGE
 * @limit: the most bytes that may come out of a wrapped file; the size of the
 *	guest's memory is a good bound
 * @ret_fd: where the descriptor to load from goes; the caller closes it.  A
 *	memfd with what was extracted, otherwise a duplicate of @fd
 * @ret: where the answer of vm_load_probe() on *@ret_fd goes
 * @why: the reason of a failure, or NULL
 *
 * vm_load_probe(), and for a COMPRESSED or ZBOOT file, or a BZIMAGE if @flags
 * says so, vm_load_extract() and a second probe.  What is wrapped twice is
 * refused.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, an unknown flag
 *	-ENOTSUP, a bzImage that does not say how it is compressed, or says
 *		what is unknown here
 *	-EBADMSG, what is inside is wrapped again
 *	-ENOSPC, more than @limit bytes come out
 *	other, as vm_load_probe() and vm_load_extract()
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_open(int fd, unsigned int flags,
					   uint64_t limit, int *ret_fd,
					   struct vm_load_kernel *ret,
					   struct vm_load_why *why);

#ifdef __cplusplus
}
#endif

#endif
