/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Surviving SIGBUS.
 *
 * A page of a mapping can be lost under the monitor's feet: somebody truncates
 * the file behind it, a sparse file meets a full disk, a huge page cannot be
 * had, or the hardware reports a memory error.  The next access of this
 * process then raises SIGBUS; an access of the guest makes KVM_RUN fail
 * (-EFAULT, or KVM_EXIT_MEMORY_FAULT), and a system call on the page returns
 * -EFAULT.  Memory of VM_MEM_ANON and VM_MEM_MEMFD can only be lost to
 * hardware.
 *
 * This library installs no signal handler, and no access guards itself with
 * one.  A monitor that installs none dies by the signal, which is a clean
 * failure.  One that wants to live calls vm_mem_atomic_recover() from its own
 * handler: the lost page is replaced by a zeroed one, the loss is recorded,
 * and the access that raised the signal is repeated when the handler returns.
 * Whether the guest may go on with a hole in its memory is the monitor's
 * decision; vm_mem_is_lost() tells it where the hole is.
 *
 *	static void on_sigbus(int signal, siginfo_t *info, void *context)
 *	{
 *		vm_gpa gpa;
 *
 *		if (vm_mem_atomic_recover(&shared_map, info->si_code,
					  info->si_addr, &gpa) < 0) {
 *			sigaction(SIGBUS, &default_action, NULL);
 *			return;
 *		}
 *		...tell the main loop through an eventfd...
 *	}
 *
 * Threading: the two recover functions are async-signal-safe and may run on
 * several threads at once; vm_mem_is_lost() may run on any thread.
 */
#ifndef VM_MEMORY_SIGBUS_H
#define VM_MEMORY_SIGBUS_H

#include <stdint.h>

#include <vm-memory/address.h>
#include <vm-memory/api.h>
#include <vm-memory/atomic.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vm_mem;

/**
 * vm_mem_recover - replace the page that raised SIGBUS
 * @mem: guest memory map that outlives the call
 * @code: si_code of what the handler was given
 * @addr: si_addr of the same
 * @ret_gpa: guest-physical address of the replaced page
 *
 * The page is of the size of the backing's pages; its replacement is private
 * anonymous memory, so that another process that shares the region's file does
 * not see it.  A page that another thread has already replaced is left as it
 * is.  Marks dirty.  Preserves errno.
 *
 * Returns:
 *	0 on success: the handler may return
 *	-ENOENT, the address is not in memory that the library has mapped
 *	-EINVAL, the signal does not tell of a lost page
 *	-ENOMEM, the page could not be replaced
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_recover(const struct vm_mem *mem, int code,
					   const void *addr, vm_gpa *ret_gpa);

/**
 * vm_mem_atomic_recover - replace the page that raised SIGBUS
 * @atomic: holder of the map that is current
 * @code: si_code of what the handler was given
 * @addr: si_addr of the same
 * @ret_gpa: guest-physical address of the replaced page
 *
 * As vm_mem_recover() on the current map, which the call keeps alive without
 * taking a reference: dropping the last one is no business of a handler.  A
 * thread that works on an older map with a region that the current one does
 * not have gets -ENOENT.
 *
 * Returns: as vm_mem_recover().
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_atomic_recover(struct vm_mem_atomic *atomic,
						  int code, const void *addr,
						  vm_gpa *ret_gpa);

/**
 * vm_mem_is_lost - has any page of a range been replaced?
 * @mem: guest memory map
 * @gpa: first byte
 * @len: bytes; 0 is not lost
 *
 * Returns:
 *	1 if a page of the range has been replaced, 0 if not
 *	-EFAULT, some byte of the range is not backed by a region
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_is_lost(const struct vm_mem *mem, vm_gpa gpa,
					   uint64_t len);

#ifdef __cplusplus
}
#endif

#endif
