/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Placement: where the kernel, the initrd and the device tree go.
 *
 * A pure function of the parsed kernel, the memory map and the sizes, for
 * every architecture on every host.  It honours what the kernel asks for
 * (pref_address, kernel_alignment, relocatable_kernel, init_size, text_offset,
 * image_size, initrd_addr_max, cmdline_size) and says why when that cannot be
 * had.
 *
 * Threading: no state is shared.
 */
#ifndef LINUX_LOADER_PLACE_H
#define LINUX_LOADER_PLACE_H

#include <stdint.h>

#include <linux-loader/api.h>
#include <linux-loader/kernel.h>
#include <linux-loader/memmap.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_load_request - what has to find a place
 * @memmap: the guest's memory; only its RAM entries are used, so what the VMM
 *	keeps for itself there (zero page, page tables, ACPI tables above
 *	1 MiB) has to be marked in the map that is given here
 * @arch: the architecture of the virtual machine
 * @cmdline_len: length of the command line without its terminating zero
 * @initrd_size: 0 for none
 * @fdt_size: room for a device tree, 0 for none
 */
struct vm_load_request {
	const struct vm_load_memmap *memmap;
	enum vm_load_arch arch;
	uint64_t cmdline_len;
	uint64_t initrd_size;
	uint64_t fdt_size;
};

/**
 * struct vm_load_placement - where everything goes
 * @kernel: guest-physical address of the kernel's base
 * @kernel_end: first byte behind what the kernel needs
 * @initrd: first byte of the initrd, page aligned; 0 without one
 * @fdt: first byte of the device tree, 2 MiB aligned; 0 without one
 */
struct vm_load_placement {
	uint64_t kernel;
	uint64_t kernel_end;
	uint64_t initrd;
	uint64_t fdt;
};

/**
 * vm_load_place - find a place for the kernel, the initrd and the device tree
 * @kernel: from a probe
 * @request: what has to find a place, and where there is memory
 * @ret: where the answer goes
 * @why: the reason of a failure, or NULL
 *
 * The kernel goes where it prefers to be, and if it is relocatable and that is
 * taken, to the lowest place that suits it.  The initrd goes as high as the
 * kernel can reach and the device tree below it.  On x86 nothing goes below
 * 1 MiB, where the VMM's own tables are, nor above 4 GiB, where the page
 * tables of x86_cpu.h end.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @kernel is compressed as a whole and has to be extracted
 *		first, or it is for another architecture than @request->arch
 *	-ENOSPC, the kernel, the initrd or the device tree fits nowhere, or
 *		the command line is longer than the kernel takes
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_place(
	const struct vm_load_kernel *kernel,
	const struct vm_load_request *request, struct vm_load_placement *ret,
	struct vm_load_why *why);

#ifdef __cplusplus
}
#endif

#endif
