/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The files on the command line, opened and looked at. */
#ifndef REFERENCE_VMM_BOOT_H
#define REFERENCE_VMM_BOOT_H

#include <linux-loader/kernel.h>

struct vmm;

struct boot {
	int kernel; /* the file, or what was extracted from it */
	int initrd; /* -1 without one */
	struct vm_load_kernel image;
};

/* Opens the files for machine_load().  OPTIONS_RUN or an exit code. */
int boot_load(struct vmm *vmm);

#endif
