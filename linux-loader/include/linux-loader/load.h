/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Files into guest memory.
 *
 * Whole pages of a file are mapped copy-on-write over guest memory where the
 * offset in the file and the guest-physical address agree modulo the page
 * size: nothing is copied, and the guest shares the page cache until it
 * writes.  Everything else is read.
 *
 * Caveat of mapped pages: whoever truncates the file while the guest runs
 * makes the guest's access fail (SIGBUS in this process, an error of KVM_RUN),
 * and whoever writes to it changes guest pages that the guest has not written.
 * VM_LOAD_READ copies instead, for files that others can change.
 *
 * Threading: as vm_mem_write() of vm-memory; load before the guest runs.
 */
#ifndef LINUX_LOADER_LOAD_H
#define LINUX_LOADER_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include <linux-loader/api.h>
#include <linux-loader/kernel.h>
#include <vm-memory/guest_memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Copy the file even where it could be mapped. */
#define VM_LOAD_READ 1u

/**
 * vm_load_kernel_into - put the segments of a kernel into guest memory
 * @mem: guest memory
 * @fd: the file that was probed; borrowed for the call
 * @kernel: from the probe
 * @base: where vm_load_place() put it
 * @flags: 0 or VM_LOAD_READ
 * @why: the reason of a failure, or NULL
 *
 * Memory of a segment past its bytes in the file (BSS) is zeroed.  What
 * init_size or image_size promise beyond the segments is left as it is.  After
 * a failure guest memory may hold a part of the kernel.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, an unknown flag, or @kernel has nothing to load (it has to be
 *		extracted first)
 *	-EBADMSG, the file has another size than when it was probed
 *	-EISDIR, @fd is a directory
 *	-EFAULT, guest memory ends inside the kernel
 *	-EOVERFLOW, @base plus the size of the kernel wraps
 *	other, from reading the file
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_kernel_into(
	const struct vm_mem *mem, int fd, const struct vm_load_kernel *kernel,
	uint64_t base, unsigned int flags, struct vm_load_why *why);

/**
 * vm_load_initrd_size - room that several initrds need together
 * @fds: regular files open for reading; borrowed for the call
 * @count: how many; 0 gives size 0
 * @ret_size: where the size goes
 * @why: the reason of a failure, or NULL
 *
 * Linux unpacks concatenated archives one after the other and skips zero bytes
 * between them, so each begins on a page of its own and can be mapped.
 *
 * Returns:
 *	0 on success
 *	-EISDIR, one of @fds is a directory
 *	-EBADMSG, one of @fds is not a regular file, or empty
 *	-EOVERFLOW, the sizes wrap
 *	other, from fstat()
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_initrd_size(const int *fds, size_t count,
						  uint64_t *ret_size,
						  struct vm_load_why *why);

/**
 * vm_load_initrd_into - put initrds into guest memory, one behind the other
 * @mem: guest memory
 * @fds: regular files open for reading; borrowed for the call
 * @count: how many
 * @gpa: where vm_load_place() put them; page aligned to be mapped
 * @size: what vm_load_initrd_size() said
 * @flags: 0 or VM_LOAD_READ
 * @why: the reason of a failure, or NULL
 *
 * Returns:
 *	0 on success
 *	-EINVAL, an unknown flag
 *	-EISDIR, one of @fds is a directory
 *	-EBADMSG, one of @fds is not a regular file or empty, or the files no
 *		longer have @size bytes together
 *	-EFAULT, guest memory ends inside an initrd
 *	-EOVERFLOW, @gpa + @size wraps
 *	other, from reading a file
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_initrd_into(const struct vm_mem *mem,
						  const int *fds, size_t count,
						  uint64_t gpa, uint64_t size,
						  unsigned int flags,
						  struct vm_load_why *why);

/**
 * vm_load_cmdline_into - put a command line into guest memory
 * @mem: guest memory
 * @gpa: where it goes
 * @cmdline: the string, written with its terminating zero
 * @why: the reason of a failure, or NULL
 *
 * Returns:
 *	0 on success
 *	-EFAULT, guest memory ends inside the string
 *	-EOVERFLOW, @gpa plus its length wraps
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_cmdline_into(const struct vm_mem *mem,
						   uint64_t gpa,
						   const char *cmdline,
						   struct vm_load_why *why);

#ifdef __cplusplus
}
#endif

#endif
