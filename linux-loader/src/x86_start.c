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
	return VM_LOAD_ENTRY_LINUX64;
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

static int enter(const struct vm_mem *mem,
		 const struct vm_load_x86_start *start, uint64_t base,
		 const struct vm_load_x86_info *info,
		 struct vm_load_x86_cpu *ret, struct vm_load_why *why)
{
	const struct vm_load_x86_layout *at = &start->layout;
	uint64_t entry;
	int r;

	r = vm_load_get_entry(start->kernel, base, start->entry, &entry, why);
	if (r)
		return r;
	if (start->entry == VM_LOAD_ENTRY_PVH) {
		r = vm_load_pvh_write(mem, at->info, info, why);
		if (r)
			return r;
		r = vm_load_x86_enter_pvh(mem, at->gdt, entry, at->info, ret);
	} else {
		r = vm_load_zero_page_write(mem, at->info, start->kernel, base,
					    info, why);
		if (r)
			return r;
		r = vm_load_x86_enter_linux64(mem, at->gdt, at->page_tables,
					      entry, at->info, ret);
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
	};
	struct vm_load_placement place = { 0 };
	int r;

	if (start->entry != VM_LOAD_ENTRY_LINUX64 &&
	    start->entry != VM_LOAD_ENTRY_PVH)
		return loader_fail(why, -EINVAL,
				   "an entry that cannot be started");
	r = load(mem, start, &place, &info, why);
	if (r)
		return r;
	return enter(mem, start, place.kernel, &info, ret, why);
}
