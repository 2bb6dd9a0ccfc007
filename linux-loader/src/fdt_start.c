/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/fdt_start.h>
#include <linux-loader/load.h>

#include "internal.h"

#include <errno.h>
#include <string.h>

/* EL1 with its own stack pointer, and D, A, I and F masked. */
#define PSTATE_EL1H_MASKED 0x3c5u

int vm_load_fdt_start(const struct vm_mem *mem,
		      const struct vm_load_fdt_start *start,
		      struct vm_load_fdt_started *ret, struct vm_load_why *why)
{
	struct vm_load_request request = {
		.memmap = start->memmap,
		.arch = start->arch,
		.cmdline_len = strlen(start->cmdline),
		.fdt_size = start->fdt_size,
	};
	struct vm_load_fdt_started started = { .chosen.bootargs =
						       start->cmdline };
	struct vm_load_placement *place = &started.place;
	int r;

	r = vm_load_initrd_size(start->initrd_fds, start->initrd_count,
				&request.initrd_size, why);
	if (!r)
		r = vm_load_place(start->kernel, &request, place, why);
	if (!r)
		r = vm_load_get_entry(start->kernel, place->kernel,
				      VM_LOAD_ENTRY_NATIVE, &started.entry,
				      why);
	if (!r)
		r = vm_load_kernel_into(mem, start->kernel_fd, start->kernel,
					place->kernel, start->flags, why);
	if (!r)
		r = vm_load_initrd_into(mem, start->initrd_fds,
					start->initrd_count, place->initrd,
					request.initrd_size, start->flags, why);
	if (r)
		return r;
	started.chosen.initrd_start = place->initrd;
	started.chosen.initrd_end = place->initrd + request.initrd_size;
	*ret = started;
	return 0;
}

int vm_load_arm64_enter(uint64_t entry, uint64_t fdt,
			struct vm_load_arm64_cpu *ret)
{
	if (fdt % 8 || entry % 4)
		return -EINVAL;
	*ret = (struct vm_load_arm64_cpu){ .pc = entry,
					   .x = { fdt },
					   .pstate = PSTATE_EL1H_MASKED };
	return 0;
}

int vm_load_riscv64_enter(uint64_t entry, uint64_t hart, uint64_t fdt,
			  struct vm_load_riscv64_cpu *ret)
{
	if (fdt % 8 || entry % 2)
		return -EINVAL;
	*ret = (struct vm_load_riscv64_cpu){ .pc = entry,
					     .a0 = hart,
					     .a1 = fdt };
	return 0;
}
