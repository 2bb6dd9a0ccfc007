/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What the fuzz targets of the kernel formats do with a file: probe it, and
 * whatever is accepted has to be placed, loaded and described without harm.
 */
#ifndef FUZZ_KERNEL_H
#define FUZZ_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include <linux-loader/kernel.h>

typedef int (*probe_fn)(int fd, struct vm_load_kernel *ret,
			struct vm_load_why *why);

/* A memfd with these bytes, the same one every time. */
int fuzz_file(const uint8_t *data, size_t size);

/* Aborts if an accepted kernel breaks its promises. */
void fuzz_kernel(const uint8_t *data, size_t size, probe_fn probe);

#endif
