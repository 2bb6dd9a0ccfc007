/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * ELF: an unpacked vmlinux, firmware, a unikernel.
 *
 * ELF-64 and ELF-32, little-endian, for x86_64, i386, aarch64 and riscv64.
 * Loaded by physical address (p_paddr).  The note XEN_ELFNOTE_PHYS32_ENTRY of
 * owner "Xen" is the PVH entry (Xen, docs/misc/pvh.pandoc); every PT_NOTE is
 * searched and the first such note counts.
 *
 * Threading: as in kernel.h.
 */
#ifndef LINUX_LOADER_ELF_H
#define LINUX_LOADER_ELF_H

#include <linux-loader/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * vm_load_probe_elf - understand an ELF kernel and nothing else
 * @fd: a regular file open for reading; borrowed for the call
 * @ret: where the answer goes
 * @why: the reason of a failure, or NULL
 *
 * e_entry becomes VM_LOAD_ENTRY_LINUX64 or VM_LOAD_ENTRY_LINUX32 on x86, by
 * the class of the file, and VM_LOAD_ENTRY_NATIVE elsewhere.  It may be a
 * physical or a virtual address; it has to lie in a segment.
 *
 * The kernel is fixed at its physical addresses.  Only on arm64 and riscv64,
 * whose vmlinux has virtual addresses there, ones that no machine has make it
 * relocatable, 2 MiB aligned.
 *
 * A program of user space is told from a kernel: it wants an interpreter, or
 * has the ABI mark of a C library.
 *
 * Returns:
 *	0 on success
 *	-EISDIR, @fd is a directory
 *	-EBADMSG, not an ELF file, not a kernel, truncated, or inconsistent:
 *		a segment outside of the file or larger there than in memory,
 *		overlapping segments, an entry or a PVH entry in no segment,
 *		a note that does not fit its segment
 *	-ENOTSUP, big-endian, an architecture that has no enum vm_load_arch,
 *		or more than VM_LOAD_SEGMENT_MAX segments
 *	other, from fstat() or pread()
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_probe_elf(int fd,
						struct vm_load_kernel *ret,
						struct vm_load_why *why);

/**
 * vm_load_machine_name - name of an ELF machine number, such as "s390x"
 * @machine: e_machine
 *
 * Returns a static string, "an unknown machine" for a number without a name.
 */
VM_LOAD_API const char *vm_load_machine_name(uint16_t machine);

#ifdef __cplusplus
}
#endif

#endif
