/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What an x86 kernel is told: the zero page of the Linux boot protocol
 * (Documentation/arch/x86/boot.rst and zero-page.rst) or the start info of PVH
 * (Xen, xen/include/public/arch-x86/hvm/start_info.h).
 *
 * Threading: as vm_mem_write() of vm-memory.
 */
#ifndef LINUX_LOADER_X86_BOOT_H
#define LINUX_LOADER_X86_BOOT_H

#include <stdint.h>

#include <linux-loader/api.h>
#include <linux-loader/kernel.h>
#include <linux-loader/memmap.h>
#include <vm-memory/guest_memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_load_x86_info - what the kernel is told
 * @memmap: the memory map
 * @cmdline: guest-physical address of the command line, 0 for none
 * @initrd: guest-physical address of the initrd
 * @initrd_size: its size, 0 for none
 * @rsdp: guest-physical address of the ACPI RSDP, 0 for none
 * @setup_data: guest-physical address of the first setup_data, 0 for none;
 *	the zero page only
 */
struct vm_load_x86_info {
	const struct vm_load_memmap *memmap;
	uint64_t cmdline;
	uint64_t initrd;
	uint64_t initrd_size;
	uint64_t rsdp;
	uint64_t setup_data;
};

/* Room that either structure takes, PVH with its module and memory map. */
#define VM_LOAD_X86_INFO_SIZE 4096u

/**
 * vm_load_zero_page_write - write a zero page (struct boot_params)
 * @mem: guest memory
 * @gpa: where its VM_LOAD_X86_INFO_SIZE bytes go
 * @kernel: the kernel that will read it; its setup header is copied in, and
 *	for a kernel that has none (ELF) one is made up
 * @base: where the kernel was placed
 * @info: what it is told
 * @why: the reason of a failure, or NULL
 *
 * Screen information stays zero: there is no screen.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @kernel is not for x86, or too old for setup_data, the initrd
 *		ends past what the kernel can reach, or a part of @info is at
 *		an address above 4 GiB that the kernel cannot be told
 *	-EFAULT, the zero page is not in guest memory
 *	-EOVERFLOW, @gpa or the initrd wraps
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_zero_page_write(
	const struct vm_mem *mem, uint64_t gpa,
	const struct vm_load_kernel *kernel, uint64_t base,
	const struct vm_load_x86_info *info, struct vm_load_why *why);

/**
 * vm_load_pvh_write - write a PVH start info with its module and memory map
 * @mem: guest memory
 * @gpa: where its VM_LOAD_X86_INFO_SIZE bytes go; the module list and the
 *	memory map follow the structure itself
 * @info: what the kernel is told; the initrd is the only module
 * @why: the reason of a failure, or NULL
 *
 * Returns:
 *	0 on success
 *	-EFAULT, the structure is not in guest memory
 *	-EOVERFLOW, @gpa wraps
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_pvh_write(
	const struct vm_mem *mem, uint64_t gpa,
	const struct vm_load_x86_info *info, struct vm_load_why *why);

#ifdef __cplusplus
}
#endif

#endif
