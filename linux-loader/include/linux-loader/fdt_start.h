/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The whole boot contract of an arm64 or riscv64 kernel in two calls.
 *
 * The device tree of the guest names the place of the initrd, so it is made
 * after placement and before the entry:
 *
 *	r = vm_load_fdt_start(mem, &start, &started, &why);
 *	... make a device tree whose /chosen holds what started.chosen says ...
 *	r = vm_load_fdt_into(mem, started.place.fdt, tree, size, &why);
 *	r = vm_load_arm64_enter(started.entry, started.place.fdt, &cpu);
 *
 * Threading: as vm_mem_write() of vm-memory; start before the guest runs.
 */
#ifndef LINUX_LOADER_FDT_START_H
#define LINUX_LOADER_FDT_START_H

#include <stddef.h>
#include <stdint.h>

#include <linux-loader/api.h>
#include <linux-loader/kernel.h>
#include <linux-loader/place.h>
#include <vm-memory/guest_memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_load_fdt_start - what to start
 * @kernel_fd: the kernel file, from vm_load_open() or opened by the caller
 * @kernel: the answer of its probe
 * @arch: the architecture of the virtual machine
 * @cmdline: the command line
 * @initrd_fds: files open for reading, in this order
 * @initrd_count: how many; 0 for none
 * @memmap: the guest's memory map
 * @fdt_size: room to keep for the device tree, at most VM_LOAD_FDT_MAX
 * @flags: 0 or VM_LOAD_READ
 */
struct vm_load_fdt_start {
	int kernel_fd;
	const struct vm_load_kernel *kernel;
	enum vm_load_arch arch;
	const char *cmdline;
	const int *initrd_fds;
	size_t initrd_count;
	const struct vm_load_memmap *memmap;
	uint64_t fdt_size;
	unsigned int flags;
};

/**
 * struct vm_load_chosen - what /chosen tells the kernel
 * @bootargs: the command line
 * @initrd_start: linux,initrd-start
 * @initrd_end: linux,initrd-end; equal to @initrd_start without an initrd
 *
 * stdout-path, kaslr-seed and rng-seed are the caller's to add.
 */
struct vm_load_chosen {
	const char *bootargs;
	uint64_t initrd_start;
	uint64_t initrd_end;
};

/**
 * struct vm_load_fdt_started - what was loaded, and where
 * @place: where everything is, and where the device tree belongs
 * @entry: guest-physical address of the kernel's entry
 * @chosen: for the device tree
 */
struct vm_load_fdt_started {
	struct vm_load_placement place;
	uint64_t entry;
	struct vm_load_chosen chosen;
};

/**
 * vm_load_fdt_start - put kernel and initrd into guest memory
 * @mem: guest memory
 * @start: what to start
 * @ret: what was loaded, and where; @start->cmdline is borrowed in it
 * @why: the reason of a failure, or NULL
 *
 * After a failure guest memory may hold a part of what was to be loaded.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the kernel is for another architecture or has to be extracted
 *		first, or an unknown flag
 *	-ENOENT, the kernel has no native entry
 *	-ENOSPC, something fits nowhere, or the command line is too long
 *	other, as vm_load_kernel_into() and vm_load_initrd_into()
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_fdt_start(
	const struct vm_mem *mem, const struct vm_load_fdt_start *start,
	struct vm_load_fdt_started *ret, struct vm_load_why *why);

/**
 * struct vm_load_arm64_cpu - registers at the entry of an arm64 kernel
 * @pc: the entry
 * @x: X0, the device tree, to X3
 * @pstate: EL1h with D, A, I and F masked; MMU and data cache are off, as a
 *	reset leaves them
 */
struct vm_load_arm64_cpu {
	uint64_t pc;
	uint64_t x[4];
	uint64_t pstate;
};

/**
 * vm_load_arm64_enter - state of the first CPU of arm64
 * @entry: from vm_load_get_entry()
 * @fdt: guest-physical address of the device tree
 * @ret: where the state goes
 *
 * Documentation/arch/arm64/booting.rst, "Call the kernel image".  The other
 * CPUs wait for PSCI.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @fdt is not aligned to 8 bytes, or @entry to 4
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_arm64_enter(
	uint64_t entry, uint64_t fdt, struct vm_load_arm64_cpu *ret);

/**
 * struct vm_load_riscv64_cpu - registers at the entry of a riscv64 kernel
 * @pc: the entry
 * @a0: the hart's own id
 * @a1: the device tree
 *
 * Supervisor mode, satp and sstatus zero, as a reset leaves them.
 */
struct vm_load_riscv64_cpu {
	uint64_t pc;
	uint64_t a0;
	uint64_t a1;
};

/**
 * vm_load_riscv64_enter - state of the first hart of riscv64
 * @entry: from vm_load_get_entry()
 * @hart: its id
 * @fdt: guest-physical address of the device tree
 * @ret: where the state goes
 *
 * Documentation/arch/riscv/boot.rst, "Pre-kernel Requirements and
 * Constraints".  The other harts wait for SBI HSM.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @fdt is not aligned to 8 bytes, or @entry to 2
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_riscv64_enter(
	uint64_t entry, uint64_t hart, uint64_t fdt,
	struct vm_load_riscv64_cpu *ret);

#ifdef __cplusplus
}
#endif

#endif
