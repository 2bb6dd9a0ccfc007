/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* From the opened files to the kernel's entry. */
#include <linux-loader/x86_start.h>

#include "message.h"
#include "vmm.h"
#include "x86_layout.h"

static enum vm_load_entry choose_entry(const struct vm_load_kernel *kernel,
				       enum boot_protocol protocol)
{
	if (protocol == BOOT_LINUX)
		return VM_LOAD_ENTRY_LINUX64;
	if (protocol == BOOT_PVH)
		return VM_LOAD_ENTRY_PVH;
	return vm_load_x86_default_entry(kernel);
}

static int start(struct vmm *vmm, const struct boot *boot)
{
	const struct options *options = vmm->options;
	struct vm_load_memmap map = { .count = 0 };
	struct vm_load_x86_start start = {
		.kernel_fd = boot->kernel,
		.kernel = &boot->image,
		.entry = choose_entry(&boot->image, options->protocol),
		.cmdline = options->cmdline,
		.initrd_fds = &boot->initrd,
		.initrd_count = boot->initrd >= 0,
		.memmap = &map,
		.rsdp = ACPI_TABLES,
		.layout = { .gdt = GDT,
			    .info = BOOT_INFO,
			    .page_tables = PAGE_TABLES,
			    .cmdline = CMDLINE },
	};
	struct vm_load_why why = { "its memory map is too long" };

	if (vm_load_memmap_add_memory(&map, vmm->mem) ||
	    vm_load_memmap_add(&map, LEGACY_HOLE, LEGACY_HOLE_END - LEGACY_HOLE,
			       VM_LOAD_MEM_RESERVED) ||
	    vm_load_x86_start(vmm->mem, &start, &vmm->machine.entry, &why))
		return fail(EXIT_BAD_CONFIG, "--kernel %s: %s", options->kernel,
			    why.text);
	return OPTIONS_RUN;
}

/*
 * Linux takes hardware-reduced ACPI for a sign of EFI, finds no EFI to reboot
 * with, and jumps to the BIOS.  This is all the BIOS there is: it pulls the
 * reset line.
 */
static int write_bios(const struct vmm *vmm)
{
	static const uint8_t code[] = {
		0xb0, I8042_RESET, /* mov $I8042_RESET, %al */
		0xe6, I8042 + VM_I8042_COMMAND, /* out %al, $... */
		0xeb, 0xfa, /* jmp back to the mov */
	};
	int r = vm_mem_write(vmm->mem, RESET_VECTOR, code, sizeof(code));

	return r ? host_error("reset vector", r) : OPTIONS_RUN;
}

int machine_load(struct vmm *vmm, const struct boot *boot)
{
	int r = start(vmm, boot);

	if (r == OPTIONS_RUN)
		r = x86_acpi_write(vmm);
	return r == OPTIONS_RUN ? write_bios(vmm) : r;
}
