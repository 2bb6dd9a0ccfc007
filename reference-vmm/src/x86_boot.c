/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* From the files on the command line to the kernel's entry. */
#include <errno.h>
#include <fcntl.h>
#include <linux-loader/load.h>
#include <linux-loader/open.h>
#include <linux-loader/x86_start.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "vmm.h"
#include "x86_layout.h"

struct files {
	int kernel; /* the file, or what was extracted from it */
	int initrd; /* -1 without one */
};

/* Does not wait for the writer of a FIFO, which is no image anyway. */
static int open_file(const char *flag, const char *path, int *ret_fd)
{
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*ret_fd < 0)
		return fail(EXIT_BAD_CONFIG, "%s %s: cannot open: %s", flag,
			    path, strerror(errno));
	return OPTIONS_RUN;
}

static int open_kernel(const struct options *options, int *ret_fd,
		       struct vm_load_kernel *kernel)
{
	unsigned int flags =
		options->protocol == BOOT_PVH ? VM_LOAD_UNWRAP_BZIMAGE : 0;
	struct vm_load_why why;
	int fd, r;

	r = open_file("--kernel", options->kernel, &fd);
	if (r != OPTIONS_RUN)
		return r;
	r = vm_load_open(fd, flags, options->memory, ret_fd, kernel, &why);
	close(fd);
	if (r)
		return fail(EXIT_BAD_CONFIG, "--kernel %s: %s", options->kernel,
			    why.text);
	if (kernel->arch != VM_LOAD_ARCH_X86_64)
		return fail(EXIT_BAD_CONFIG,
			    "--kernel %s: an %s for %s; this host runs x86_64",
			    options->kernel,
			    vm_load_format_name(kernel->format),
			    vm_load_arch_name(kernel->arch));
	return OPTIONS_RUN;
}

static int open_initrd(const struct options *options, int *ret_fd)
{
	struct vm_load_why why;
	uint64_t size;
	int r;

	r = open_file("--initramfs", options->initramfs, ret_fd);
	if (r != OPTIONS_RUN)
		return r;
	if (vm_load_initrd_size(ret_fd, 1, &size, &why))
		return fail(EXIT_BAD_CONFIG, "--initramfs %s: %s",
			    options->initramfs, why.text);
	return OPTIONS_RUN;
}

static enum vm_load_entry choose_entry(const struct vm_load_kernel *kernel,
				       enum boot_protocol protocol)
{
	switch (protocol) {
	case BOOT_LINUX:
		return VM_LOAD_ENTRY_LINUX64;
	case BOOT_PVH:
		return VM_LOAD_ENTRY_PVH;
	case BOOT_AUTO:
		break;
	}
	return vm_load_x86_default_entry(kernel);
}

static int start(struct vmm *vmm, const struct files *files,
		 const struct vm_load_kernel *kernel)
{
	const struct options *options = vmm->options;
	struct vm_load_memmap map = { .count = 0 };
	struct vm_load_x86_start start = {
		.kernel_fd = files->kernel,
		.kernel = kernel,
		.entry = choose_entry(kernel, options->protocol),
		.cmdline = options->cmdline,
		.initrd_fds = &files->initrd,
		.initrd_count = files->initrd >= 0,
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

static int load(struct vmm *vmm, struct files *files)
{
	struct vm_load_kernel kernel;
	int r;

	r = open_kernel(vmm->options, &files->kernel, &kernel);
	if (r == OPTIONS_RUN && vmm->options->initramfs)
		r = open_initrd(vmm->options, &files->initrd);
	if (r == OPTIONS_RUN)
		r = start(vmm, files, &kernel);
	if (r == OPTIONS_RUN)
		r = x86_acpi_write(vmm);
	if (r == OPTIONS_RUN)
		r = write_bios(vmm);
	return r;
}

int machine_load(struct vmm *vmm)
{
	struct files files = { -1, -1 };
	int r = load(vmm, &files);

	if (files.kernel >= 0)
		close(files.kernel);
	if (files.initrd >= 0)
		close(files.initrd);
	return r;
}
