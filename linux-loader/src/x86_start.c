/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/load.h>
#include <linux-loader/place.h>
#include <linux-loader/x86_boot.h>
#include <linux-loader/x86_start.h>

#include "internal.h"

#include <errno.h>
#include <string.h>

enum vm_load_entry vm_load_x86_default_entry(
	const struct vm_load_kernel *kernel)
{
	if (kernel->entries & 1u << VM_LOAD_ENTRY_PVH)
		return VM_LOAD_ENTRY_PVH;
	if (kernel->entries & 1u << VM_LOAD_ENTRY_LINUX64)
		return VM_LOAD_ENTRY_LINUX64;
	return VM_LOAD_ENTRY_LINUX32;
}

/* Finds a place for kernel and initrd, and loads them there. */
static int load(const struct vm_mem *mem, const struct vm_load_x86_start *start,
		struct vm_load_placement *place, struct vm_load_x86_info *info,
		struct vm_load_why *why)
{
	struct vm_load_request request = {
		.memmap = start->memmap,
		.arch = VM_LOAD_ARCH_X86_64,
		.cmdline_len = strlen(start->cmdline),
	};
	int r;

	r = vm_load_initrd_size(start->initrd_fds, start->initrd_count,
				&request.initrd_size, why);
	if (!r)
		r = vm_load_place(start->kernel, &request, place, why);
	if (!r)
		r = vm_load_kernel_into(mem, start->kernel_fd, start->kernel,
					place->kernel, start->flags, why);
	if (!r)
		r = vm_load_initrd_into(mem, start->initrd_fds,
					start->initrd_count, place->initrd,
					request.initrd_size, start->flags, why);
	if (!r)
		r = vm_load_cmdline_into(mem, start->layout.cmdline,
					 start->cmdline, why);
	info->initrd = place->initrd;
	info->initrd_size = request.initrd_size;
	return r;
}

/* The zero page or the start info, whichever the entry reads. */
static int write_info(const struct vm_mem *mem,
		      const struct vm_load_x86_start *start, uint64_t base,
		      const struct vm_load_x86_info *info,
		      struct vm_load_why *why)
{
	if (start->entry == VM_LOAD_ENTRY_PVH)
		return vm_load_pvh_write(mem, start->layout.info, info, why);
	return vm_load_zero_page_write(mem, start->layout.info, start->kernel,
				       base, info, why);
}

static int enter(const struct vm_mem *mem,
		 const struct vm_load_x86_start *start, uint64_t entry,
		 struct vm_load_x86_cpu *ret, struct vm_load_why *why)
{
	const struct vm_load_x86_layout *at = &start->layout;
	int r = -EINVAL;

	switch (start->entry) {
	case VM_LOAD_ENTRY_LINUX64:
		r = vm_load_x86_enter_linux64(mem, at->gdt, at->page_tables,
					      entry, at->info, ret);
		break;
	case VM_LOAD_ENTRY_LINUX32:
		r = vm_load_x86_enter_linux32(mem, at->gdt, entry, at->info,
					      ret);
		break;
	case VM_LOAD_ENTRY_PVH:
		r = vm_load_x86_enter_pvh(mem, at->gdt, entry, at->info, ret);
		break;
	case VM_LOAD_ENTRY_NATIVE:
		break;
	}
	if (r)
		return loader_fail(why, r,
				   "the first CPU's tables cannot be placed");
	return 0;
}

int vm_load_x86_start(const struct vm_mem *mem,
		      const struct vm_load_x86_start *start,
		      struct vm_load_x86_cpu *ret, struct vm_load_why *why)
{
	struct vm_load_x86_info info = {
		.memmap = start->memmap,
		.cmdline = start->layout.cmdline,
		.rsdp = start->rsdp,
		.setup_data = start->setup_data,
	};
	struct vm_load_placement place = { 0 };
	uint64_t entry;
	int r;

	r = vm_load_get_entry(start->kernel, 0, start->entry, &entry, why);
	if (!r && start->entry == VM_LOAD_ENTRY_NATIVE)
		r = loader_fail(why, -EINVAL, "kernel is not for x86");
	if (!r)
		r = load(mem, start, &place, &info, why);
	if (!r)
		r = write_info(mem, start, place.kernel, &info, why);
	if (!r)
		r = enter(mem, start, place.kernel + entry, ret, why);
	return r;
}
