/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * bzImage: the x86 kernel as distributions ship it.
 *
 * Documentation/arch/x86/boot.rst of Linux, protocol 2.06 and later.  The file
 * is a real-mode part, which nothing here runs, and a protected-mode part,
 * which is loaded and unpacks the kernel proper around itself.
 *
 * Threading: as in kernel.h.
 */
#ifndef LINUX_LOADER_BZIMAGE_H
#define LINUX_LOADER_BZIMAGE_H

#include <linux-loader/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * vm_load_probe_bzimage - understand a bzImage and nothing else
 * @fd: a regular file open for reading; borrowed for the call
 * @ret: where the answer goes
 * @why: the reason of a failure, or NULL
 *
 * The way in is VM_LOAD_ENTRY_LINUX32, and VM_LOAD_ENTRY_LINUX64 where
 * XLF_KERNEL_64 says so.  @ret->address is pref_address: the decompressor runs
 * no lower than that wherever it was loaded, so a relocatable kernel can only
 * go higher.  A kernel older than protocol 2.10 states no init_size; four
 * times its protected-mode part is assumed.
 *
 * Returns:
 *	0 on success
 *	-EISDIR, @fd is a directory
 *	-EBADMSG, not a bzImage, truncated, or its header is inconsistent
 *	-ENOTSUP, a protocol older than 2.06, or a zImage
 *	other, from fstat() or pread()
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_probe_bzimage(int fd,
						    struct vm_load_kernel *ret,
						    struct vm_load_why *why);

#ifdef __cplusplus
}
#endif

#endif
