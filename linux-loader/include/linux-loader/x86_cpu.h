/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The state in which the first CPU enters an x86 kernel, as plain data.
 *
 * Each function writes the tables that the protocol wants into guest memory
 * and fills a struct that a VMM hands to KVM or to anything else.  General
 * registers that the struct does not name are zero.
 *
 * Threading: as vm_mem_write() of vm-memory.
 */
#ifndef LINUX_LOADER_X86_CPU_H
#define LINUX_LOADER_X86_CPU_H

#include <stdint.h>

#include <linux-loader/api.h>
#include <vm-memory/guest_memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_load_x86_segment - a segment register with its hidden part
 * @base: linear address of its first byte
 * @limit: offset of its last byte
 * @selector: its index in the GDT times 8
 * @type: as in a descriptor, such as 11 for accessed, readable code
 * @s: 1 for code and data, 0 for a system segment such as a TSS
 * @l: 1 for 64-bit code
 * @db: 1 for 32-bit code or data
 * @g: 1 if the descriptor's limit counts pages
 *
 * Every segment here is present, of privilege level 0.
 */
struct vm_load_x86_segment {
	uint64_t base;
	uint32_t limit;
	uint16_t selector;
	uint8_t type;
	uint8_t s;
	uint8_t l;
	uint8_t db;
	uint8_t g;
};

/**
 * struct vm_load_x86_cpu - registers at the entry of a kernel
 * @rip: the entry
 * @rsi: the zero page (Linux)
 * @rbx: the start info (PVH)
 * @rflags: interrupts off
 * @cr0: protected mode, with paging for a 64-bit entry
 * @cr3: the page tables, 0 without paging
 * @cr4: PAE for a 64-bit entry
 * @efer: long mode for a 64-bit entry
 * @code: CS
 * @data: DS, ES, SS, FS and GS
 * @task: TR
 * @gdt_base: GDTR; IDTR and LDTR are empty
 * @gdt_limit: GDTR
 */
struct vm_load_x86_cpu {
	uint64_t rip;
	uint64_t rsi;
	uint64_t rbx;
	uint64_t rflags;
	uint64_t cr0;
	uint64_t cr3;
	uint64_t cr4;
	uint64_t efer;
	struct vm_load_x86_segment code;
	struct vm_load_x86_segment data;
	struct vm_load_x86_segment task;
	uint64_t gdt_base;
	uint16_t gdt_limit;
};

/* Four descriptors: null, TSS, code (0x10) and data (0x18). */
#define VM_LOAD_X86_GDT_SIZE 32u
/* A PML4, a page directory pointer table and four page directories. */
#define VM_LOAD_X86_PAGE_TABLES_SIZE 24576u

/**
 * vm_load_x86_enter_linux64 - state for the 64-bit Linux boot protocol
 * @mem: guest memory
 * @gdt: where VM_LOAD_X86_GDT_SIZE bytes go; 8-byte aligned
 * @page_tables: where VM_LOAD_X86_PAGE_TABLES_SIZE bytes go, page aligned and
 *	below 4 GiB; they map the low 4 GiB to themselves in pages of 2 MiB
 * @entry: from vm_load_get_entry()
 * @zero_page: guest-physical address of the zero page
 * @ret: where the state goes
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @gdt or @page_tables is not aligned, or one of @gdt,
 *		@page_tables, @entry and @zero_page is not below 4 GiB
 *	-EFAULT, @gdt or @page_tables is not in guest memory
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_x86_enter_linux64(
	const struct vm_mem *mem, uint64_t gdt, uint64_t page_tables,
	uint64_t entry, uint64_t zero_page, struct vm_load_x86_cpu *ret);

/**
 * vm_load_x86_enter_linux32 - state for the 32-bit Linux boot protocol
 * @mem: guest memory
 * @gdt: where VM_LOAD_X86_GDT_SIZE bytes go; 8-byte aligned
 * @entry: from vm_load_get_entry()
 * @zero_page: guest-physical address of the zero page
 * @ret: where the state goes
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @gdt is not aligned, or one of @gdt, @entry and @zero_page is
 *		not below 4 GiB
 *	-EFAULT, @gdt is not in guest memory
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_x86_enter_linux32(
	const struct vm_mem *mem, uint64_t gdt, uint64_t entry,
	uint64_t zero_page, struct vm_load_x86_cpu *ret);

/**
 * vm_load_x86_enter_pvh - state for the PVH entry
 * @mem: guest memory
 * @gdt: where VM_LOAD_X86_GDT_SIZE bytes go; 8-byte aligned
 * @entry: from vm_load_get_entry()
 * @start_info: guest-physical address of the start info
 * @ret: where the state goes
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @gdt is not aligned, or one of @gdt, @entry and @start_info
 *		is not below 4 GiB
 *	-EFAULT, @gdt is not in guest memory
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_x86_enter_pvh(
	const struct vm_mem *mem, uint64_t gdt, uint64_t entry,
	uint64_t start_info, struct vm_load_x86_cpu *ret);

#ifdef __cplusplus
}
#endif

#endif
