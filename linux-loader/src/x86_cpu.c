/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/x86_cpu.h>

#include "internal.h"

#include <errno.h>

#define CR0_PE		  (UINT64_C(1) << 0)
#define CR0_ET		  (UINT64_C(1) << 4)
#define CR0_PG		  (UINT64_C(1) << 31)
#define CR4_PAE		  (UINT64_C(1) << 5)
#define EFER_LME	  (UINT64_C(1) << 8)
#define EFER_LMA	  (UINT64_C(1) << 10)
#define RFLAGS_ALWAYS_SET UINT64_C(2)

#define PTE_PRESENT_WRITE UINT64_C(3)
#define PDE_LARGE	  (UINT64_C(1) << 7)

#define PAGE	   4096u
#define LARGE_PAGE (2 * LOADER_MIB)
#define ENTRIES	   (PAGE / 8)

/* boot.rst: __BOOT_CS and __BOOT_DS; the TSS takes the slot in front. */
#define TASK_SELECTOR 0x08u
#define CODE_SELECTOR 0x10u
#define DATA_SELECTOR 0x18u

#define TYPE_CODE  11u /* execute, read, accessed */
#define TYPE_DATA  3u /* read, write, accessed */
#define TYPE_TASK  11u /* 32-bit or 64-bit TSS, busy */
#define TASK_LIMIT 0x67u

static const struct vm_load_x86_segment code64 = {
	0, UINT32_MAX, CODE_SELECTOR, TYPE_CODE, 1, 1, 0, 1
};
static const struct vm_load_x86_segment code32 = {
	0, UINT32_MAX, CODE_SELECTOR, TYPE_CODE, 1, 0, 1, 1
};
static const struct vm_load_x86_segment flat_data = {
	0, UINT32_MAX, DATA_SELECTOR, TYPE_DATA, 1, 0, 1, 1
};
static const struct vm_load_x86_segment task = {
	0, TASK_LIMIT, TASK_SELECTOR, TYPE_TASK, 0, 0, 0, 0
};

/* SDM volume 3, figure 3-8: a present segment of privilege level 0. */
static uint64_t descriptor(const struct vm_load_x86_segment *s)
{
	uint64_t limit = s->g ? s->limit >> 12 : s->limit;

	return (limit & 0xffff) | (s->base & 0xffffff) << 16 |
	       (uint64_t)s->type << 40 | (uint64_t)s->s << 44 |
	       UINT64_C(1) << 47 | (limit >> 16 & 0xf) << 48 |
	       (uint64_t)s->l << 53 | (uint64_t)s->db << 54 |
	       (uint64_t)s->g << 55 | (s->base >> 24 & 0xff) << 56;
}

static int write_gdt(const struct vm_mem *mem, uint64_t gpa,
		     const struct vm_load_x86_cpu *cpu)
{
	uint8_t gdt[VM_LOAD_X86_GDT_SIZE] = { 0 };

	put_le64(gdt + TASK_SELECTOR, descriptor(&cpu->task));
	put_le64(gdt + CODE_SELECTOR, descriptor(&cpu->code));
	put_le64(gdt + DATA_SELECTOR, descriptor(&cpu->data));
	return vm_mem_write(mem, gpa, gdt, sizeof(gdt));
}

static int write_table(const struct vm_mem *mem, uint64_t gpa, uint64_t first,
		       uint64_t step, size_t count)
{
	uint8_t table[PAGE] = { 0 };

	for (size_t i = 0; i < count; i++)
		put_le64(table + 8 * i, first + i * step);
	return vm_mem_write(mem, gpa, table, sizeof(table));
}

/* PML4, page directory pointers, then four page directories. */
static int write_page_tables(const struct vm_mem *mem, uint64_t gpa)
{
	uint64_t directories = gpa + 2 * PAGE;
	int r;

	r = write_table(mem, gpa, (gpa + PAGE) | PTE_PRESENT_WRITE, 0, 1);
	if (r)
		return r;
	r = write_table(mem, gpa + PAGE, directories | PTE_PRESENT_WRITE, PAGE,
			4);
	for (uint64_t i = 0; !r && i < 4; i++)
		r = write_table(mem, directories + i * PAGE,
				i * ENTRIES * LARGE_PAGE | PTE_PRESENT_WRITE |
					PDE_LARGE,
				LARGE_PAGE, ENTRIES);
	return r;
}

static void init_cpu(struct vm_load_x86_cpu *cpu, uint64_t gdt, uint64_t entry)
{
	*cpu = (struct vm_load_x86_cpu){
		.rip = entry,
		.rflags = RFLAGS_ALWAYS_SET,
		.cr0 = CR0_PE | CR0_ET,
		.code = code32,
		.data = flat_data,
		.task = task,
		.gdt_base = gdt,
		.gdt_limit = VM_LOAD_X86_GDT_SIZE - 1,
	};
}

int vm_load_x86_enter_linux64(const struct vm_mem *mem, uint64_t gdt,
			      uint64_t page_tables, uint64_t entry,
			      uint64_t zero_page, struct vm_load_x86_cpu *ret)
{
	struct vm_load_x86_cpu cpu;
	int r;

	if (gdt % 8 || page_tables % PAGE || gdt >= LOADER_4GIB ||
	    page_tables >= LOADER_4GIB || entry >= LOADER_4GIB ||
	    zero_page >= LOADER_4GIB)
		return -EINVAL;
	init_cpu(&cpu, gdt, entry);
	cpu.rsi = zero_page;
	cpu.cr0 |= CR0_PG;
	cpu.cr3 = page_tables;
	cpu.cr4 = CR4_PAE;
	cpu.efer = EFER_LME | EFER_LMA;
	cpu.code = code64;
	r = write_gdt(mem, gdt, &cpu);
	if (r)
		return r;
	r = write_page_tables(mem, page_tables);
	if (r)
		return r;
	*ret = cpu;
	return 0;
}

/* The two 32-bit entries differ in the register that points to the info. */
static int enter32(const struct vm_mem *mem, uint64_t gdt, uint64_t entry,
		   uint64_t info, struct vm_load_x86_cpu *ret)
{
	struct vm_load_x86_cpu cpu;
	int r;

	if (gdt % 8 || gdt >= LOADER_4GIB || entry >= LOADER_4GIB ||
	    info >= LOADER_4GIB)
		return -EINVAL;
	init_cpu(&cpu, gdt, entry);
	r = write_gdt(mem, gdt, &cpu);
	if (r)
		return r;
	*ret = cpu;
	return 0;
}

int vm_load_x86_enter_linux32(const struct vm_mem *mem, uint64_t gdt,
			      uint64_t entry, uint64_t zero_page,
			      struct vm_load_x86_cpu *ret)
{
	int r = enter32(mem, gdt, entry, zero_page, ret);

	if (!r)
		ret->rsi = zero_page;
	return r;
}

int vm_load_x86_enter_pvh(const struct vm_mem *mem, uint64_t gdt,
			  uint64_t entry, uint64_t start_info,
			  struct vm_load_x86_cpu *ret)
{
	int r = enter32(mem, gdt, entry, start_info, ret);

	if (!r)
		ret->rbx = start_info;
	return r;
}
