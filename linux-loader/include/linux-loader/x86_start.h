/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The whole boot contract of an x86 kernel in one call: placement, loading,
 * the command line, the zero page or the PVH start info, page tables, and the
 * registers of the first CPU.  A VMM that wants only some of these calls the
 * functions of place.h, load.h, x86_boot.h and x86_cpu.h itself.
 *
 * Threading: as vm_mem_write() of vm-memory; start before the guest runs.
 */
#ifndef LINUX_LOADER_X86_START_H
#define LINUX_LOADER_X86_START_H

#include <stddef.h>
#include <stdint.h>

#include <linux-loader/api.h>
#include <linux-loader/kernel.h>
#include <linux-loader/memmap.h>
#include <linux-loader/x86_cpu.h>
#include <vm-memory/guest_memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_load_x86_layout - where the VMM keeps what a kernel reads first
 * @gdt: VM_LOAD_X86_GDT_SIZE bytes, 8-byte aligned
 * @info: VM_LOAD_X86_INFO_SIZE bytes for the zero page or the start info
 * @page_tables: VM_LOAD_X86_PAGE_TABLES_SIZE bytes, page aligned
 * @cmdline: room for the command line
 *
 * Guest-physical addresses in RAM below 1 MiB, which placement leaves alone.
 */
struct vm_load_x86_layout {
	uint64_t gdt;
	uint64_t info;
	uint64_t page_tables;
	uint64_t cmdline;
};

/**
 * struct vm_load_x86_start - what to start
 * @kernel_fd: the kernel file, from vm_load_open() or opened by the caller
 * @kernel: the answer of its probe
 * @entry: which way in: LINUX64, LINUX32 or PVH
 * @cmdline: the command line
 * @initrd_fds: files open for reading, in this order
 * @initrd_count: how many; 0 for none
 * @memmap: the guest's memory map
 * @rsdp: guest-physical address of the ACPI RSDP, 0 for none
 * @setup_data: guest-physical address of the first setup_data that the caller
 *	wrote, 0 for none; PVH has none
 * @layout: where the rest goes
 * @flags: 0 or VM_LOAD_READ
 */
struct vm_load_x86_start {
	int kernel_fd;
	const struct vm_load_kernel *kernel;
	enum vm_load_entry entry;
	const char *cmdline;
	const int *initrd_fds;
	size_t initrd_count;
	const struct vm_load_memmap *memmap;
	uint64_t rsdp;
	uint64_t setup_data;
	struct vm_load_x86_layout layout;
	unsigned int flags;
};

/**
 * vm_load_x86_default_entry - the way into a kernel that suits it best
 * @kernel: from a probe
 *
 * Returns PVH for a kernel with a PVH note, which says outright what it wants,
 * otherwise LINUX64 if it has that, otherwise LINUX32.
 */
VM_LOAD_API enum vm_load_entry vm_load_x86_default_entry(
	const struct vm_load_kernel *kernel);

/**
 * vm_load_x86_start - put a kernel into guest memory, ready to run
 * @mem: guest memory
 * @start: what to start
 * @ret: where the registers of the first CPU go
 * @why: the reason of a failure, or NULL
 *
 * After a failure guest memory may hold a part of what was to be loaded.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @start->entry is not of x86, or the layout breaks what struct
 *		vm_load_x86_layout says
 *	-ENOENT, the kernel has no such entry
 *	-ENOSPC, something fits nowhere, or the command line is too long
 *	other, as vm_load_place(), vm_load_kernel_into(), vm_load_initrd_into()
 *		and vm_load_zero_page_write()
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_x86_start(
	const struct vm_mem *mem, const struct vm_load_x86_start *start,
	struct vm_load_x86_cpu *ret, struct vm_load_why *why);

#ifdef __cplusplus
}
#endif

#endif
