/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "boot.h"

#include <errno.h>
#include <fcntl.h>
#include <linux-loader/load.h>
#include <linux-loader/open.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "vmm.h"

/* Does not wait for the writer of a FIFO, which is no image anyway. */
static int open_file(const char *flag, const char *path, int *ret_fd)
{
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*ret_fd < 0)
		return fail(EXIT_BAD_CONFIG, "%s %s: cannot open: %s", flag,
			    path, strerror(errno));
	return OPTIONS_RUN;
}

static int open_kernel(const struct options *options, struct boot *boot)
{
	unsigned int flags =
		options->protocol == BOOT_PVH ? VM_LOAD_UNWRAP_BZIMAGE : 0;
	struct vm_load_why why;
	int fd, r;

	r = open_file("--kernel", options->kernel, &fd);
	if (r != OPTIONS_RUN)
		return r;
	r = vm_load_open(fd, flags, options->memory, &boot->kernel,
			 &boot->image, &why);
	close(fd);
	if (r)
		return fail(EXIT_BAD_CONFIG, "--kernel %s: %s", options->kernel,
			    why.text);
	if (boot->image.arch != MACHINE_ARCH)
		return fail(EXIT_BAD_CONFIG,
			    "--kernel %s: %s for %s; this host runs %s",
			    options->kernel,
			    vm_load_format_name(boot->image.format),
			    vm_load_arch_name(boot->image.arch),
			    vm_load_arch_name(MACHINE_ARCH));
	return OPTIONS_RUN;
}

static int open_initrd(const struct options *options, struct boot *boot)
{
	struct vm_load_why why;
	uint64_t size;
	int r;

	r = open_file("--initramfs", options->initramfs, &boot->initrd);
	if (r != OPTIONS_RUN)
		return r;
	if (vm_load_initrd_size(&boot->initrd, 1, &size, &why))
		return fail(EXIT_BAD_CONFIG, "--initramfs %s: %s",
			    options->initramfs, why.text);
	return OPTIONS_RUN;
}

int boot_load(struct vmm *vmm)
{
	struct boot boot = { .kernel = -1, .initrd = -1 };
	int r;

	r = open_kernel(vmm->options, &boot);
	if (r == OPTIONS_RUN && vmm->options->initramfs)
		r = open_initrd(vmm->options, &boot);
	if (r == OPTIONS_RUN)
		r = machine_load(vmm, &boot);
	if (boot.kernel >= 0)
		close(boot.kernel);
	if (boot.initrd >= 0)
		close(boot.initrd);
	return r;
}
