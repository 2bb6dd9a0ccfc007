/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Image: the arm64 and riscv64 kernels.
 *
 * Documentation/arch/arm64/booting.rst and Documentation/arch/riscv/
 * boot-image-header.rst of Linux.  Both have a 64-byte header that is also a
 * DOS header, so the same file can be an EFI program.
 *
 * Threading: as in kernel.h.
 */
#ifndef LINUX_LOADER_IMAGE_H
#define LINUX_LOADER_IMAGE_H

#include <linux-loader/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * vm_load_probe_image - understand an arm64 or riscv64 Image
 * @fd: a regular file open for reading; borrowed for the call
 * @ret: where the answer goes
 * @why: the reason of a failure, or NULL
 *
 * The way in is VM_LOAD_ENTRY_NATIVE, at the first byte.  @ret->mem_size is
 * image_size, which counts the BSS that the file does not have.  An arm64
 * Image from before Linux 3.17 has image_size 0: its text_offset is then
 * 0x80000 and its size is taken to be the file's and another 16 MiB.
 *
 * Returns:
 *	0 on success
 *	-EISDIR, @fd is a directory
 *	-EBADMSG, not an Image, truncated, or its header is inconsistent
 *	-ENOTSUP, a big-endian kernel, or one for a machine that has no enum
 *		vm_load_arch, such as riscv32
 *	other, from fstat() or pread()
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_probe_image(int fd,
						  struct vm_load_kernel *ret,
						  struct vm_load_why *why);

#ifdef __cplusplus
}
#endif

#endif
