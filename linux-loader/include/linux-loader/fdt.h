/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Device trees into guest memory, for the kernels of arm64 and riscv64.
 *
 * The tree itself is made elsewhere (vm-fdt, or a file from dtc).
 *
 * Threading: as vm_mem_write() of vm-memory.
 */
#ifndef LINUX_LOADER_FDT_H
#define LINUX_LOADER_FDT_H

#include <stddef.h>
#include <stdint.h>

#include <linux-loader/api.h>
#include <linux-loader/kernel.h>
#include <vm-memory/guest_memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most that arm64 takes (booting.rst, "Setup the device tree"). */
#define VM_LOAD_FDT_MAX (2u << 20)

/**
 * vm_load_fdt_into - put a device tree into guest memory
 * @mem: guest memory
 * @gpa: where it goes; 8-byte aligned
 * @fdt: the flattened tree
 * @size: bytes at @fdt, at least what its header says
 * @why: the reason of a failure, or NULL
 *
 * Only the header is checked: magic number, version, and that what it speaks
 * of lies in the tree.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @gpa is not aligned
 *	-EBADMSG, not a device tree, truncated, or too large
 *	-EFAULT, the tree is not in guest memory
 *	-EOVERFLOW, @gpa plus its size wraps
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_fdt_into(const struct vm_mem *mem,
					       uint64_t gpa, const void *fdt,
					       size_t size,
					       struct vm_load_why *why);

/**
 * vm_load_fdt_file_into - put a device tree from a file into guest memory
 * @mem: guest memory
 * @gpa: where it goes; 8-byte aligned
 * @fd: a regular file open for reading; borrowed for the call
 * @why: the reason of a failure, or NULL
 *
 * Returns:
 *	0 on success
 *	-EISDIR, @fd is a directory
 *	-ENOMEM, no memory for a copy
 *	other, as vm_load_fdt_into(), and from reading the file
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_fdt_file_into(const struct vm_mem *mem,
						    uint64_t gpa, int fd,
						    struct vm_load_why *why);

#ifdef __cplusplus
}
#endif

#endif
