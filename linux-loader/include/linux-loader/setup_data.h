/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * setup_data: what an x86 kernel is told beyond the zero page, as a linked
 * list in guest memory (Documentation/arch/x86/boot.rst, "setup_data").
 *
 * Threading: as vm_mem_write() of vm-memory.
 */
#ifndef LINUX_LOADER_SETUP_DATA_H
#define LINUX_LOADER_SETUP_DATA_H

#include <stdint.h>

#include <linux-loader/api.h>
#include <linux-loader/kernel.h>
#include <vm-memory/guest_memory.h>

#ifdef __cplusplus
extern "C" {
#endif

enum vm_load_setup_type {
	VM_LOAD_SETUP_DTB = 2, /* a flattened device tree */
	VM_LOAD_SETUP_RNG_SEED = 9, /* random bytes; Linux 6.0 and later */
};

/* Bytes of a node in front of its data. */
#define VM_LOAD_SETUP_DATA_HEADER 16u

/**
 * vm_load_setup_data_write - write one node of the list
 * @mem: guest memory
 * @gpa: where its VM_LOAD_SETUP_DATA_HEADER + @len bytes go; in RAM of the
 *	memory map, where the kernel leaves them until it has read them
 * @next: guest-physical address of the next node, 0 for the last
 * @type: what the data is
 * @data: the data
 * @len: its size
 * @why: the reason of a failure, or NULL
 *
 * The address of the first node goes into struct vm_load_x86_info.
 *
 * Returns:
 *	0 on success
 *	-EFAULT, the node is not in guest memory
 *	-EOVERFLOW, @gpa plus its size wraps
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_setup_data_write(
	const struct vm_mem *mem, uint64_t gpa, uint64_t next,
	enum vm_load_setup_type type, const void *data, uint32_t len,
	struct vm_load_why *why);

#ifdef __cplusplus
}
#endif

#endif
